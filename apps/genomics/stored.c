/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stored.h"

#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"

void
genomics_stored_clear(genomics_stored *stored)
{
    genomics_summary_clear(&stored->summary);
    genomics_record_clear(&stored->record);
    sci_free(stored->path);
    *stored = (genomics_stored){ 0 };
}

static sci_status
last_record(genomics_stored *out, sci_h5_file *file, const char *name)
{
    anndata_texts records = { 0 };
    sci_status st = genomics_record_find(file, &records);

    if (st == SCI_OK && records.n == 0)
        st = sci_fail(SCI_ERR_NOTFOUND,
                      "'%s' keeps no model of sci-genomics; --stats names a file that has one",
                      name);
    if (st == SCI_OK)
        st = sci_strdup(&out->path, records.items[records.n - 1]);
    if (st == SCI_OK)
        st = genomics_record_read(&out->record, file, name, out->path);
    anndata_texts_clear(&records);
    return st;
}

sci_status
genomics_stored_read(genomics_stored *out, const char *path)
{
    genomics_stored stored = { 0 };
    sci_h5_file *file = NULL;
    bool summary = false;
    sci_status st = sci_h5_file_open(&file, path);

    if (st == SCI_OK)
        st = genomics_summary_is(file, &summary);
    if (st == SCI_OK && !summary)
        st = last_record(&stored, file, path);
    sci_h5_file_close(file);
    if (st == SCI_OK && summary)
        st = genomics_summary_read(&stored.summary, path);
    if (st == SCI_OK)
        *out = stored;
    else
        genomics_stored_clear(&stored);
    return st;
}

sci_status
genomics_stored_own(genomics_stored *out, anndata *a)
{
    genomics_stored stored = { 0 };
    sci_status st = last_record(&stored, anndata_file(a), anndata_path(a));

    if (st == SCI_OK)
        *out = stored;
    else
        genomics_stored_clear(&stored);
    return st;
}

sci_status
genomics_stored_affine(anndata *a, const char *place, bool *out)
{
    anndata_texts records = { 0 };
    genomics_record record = { 0 };
    sci_status st = genomics_record_find(anndata_file(a), &records);

    *out = false;
    if (st == SCI_OK && records.n > 0) {
        st = genomics_record_read(&record, anndata_file(a), anndata_path(a),
                                  records.items[records.n - 1]);
        *out = st == SCI_OK && record.affine && strcmp(record.place, place) == 0;
        st = st == SCI_ERR_NOMEM ? st : SCI_OK;
    }
    genomics_record_clear(&record);
    anndata_texts_clear(&records);
    return st;
}

sci_status
genomics_stored_warn(anndata *a, const char *name, const char *place)
{
    bool affine = false;
    sci_status st = genomics_stored_affine(a, place, &affine);

    if (affine)
        cli_warn("'%s' is in affine form: its %s is as it was before the correction, and is taken "
                 "like that; 'apply' makes the corrected one",
                 name, place);
    return st;
}
