/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record.h"

#include <string.h>

#include <sci/memory.h>

#define RECORD_VERSION 1

static sci_status
write_values(const array_post *post, const double *values, const char *name,
             const array_output *out)
{
    char *path = NULL;
    sci_status st;

    if (values == NULL)
        return SCI_OK;
    st = sci_format(&path, "%s/%s", out->record, name);
    if (st == SCI_OK)
        st = array_post_write(post, values, out->file, path);
    sci_free(path);
    return st;
}

sci_status
array_record_write(const array_recipe *recipe, const array_post *post, double eps,
                   const sci_source *input, const char *provenance, const array_output *out)
{
    sci_status st = array_recipe_write(recipe, out->file, out->record);

    if (st == SCI_OK)
        st = sci_h5_output_integer(out->file, out->record, "version", RECORD_VERSION);
    if (st == SCI_OK)
        st = sci_h5_output_number(out->file, out->record, "eps", eps);
    if (st == SCI_OK)
        st = sci_h5_output_text(out->file, out->record, "type", sci_type_name(input->array.type));
    if (st == SCI_OK && provenance != NULL)
        st = sci_h5_output_text(out->file, out->record, "provenance", provenance);
    if (st == SCI_OK)
        st = write_values(post, post->gamma, "gamma", out);
    if (st == SCI_OK)
        st = write_values(post, post->beta, "beta", out);
    if (st == SCI_OK)
        st = sci_h5_output_text(out->file, out->dataset, "libsci", out->record);
    return st;
}

static sci_status
read_type(array_record *out, sci_h5_file *file, const char *record)
{
    char *name = NULL;
    sci_status st = sci_h5_file_text(file, record, "type", &name);

    if (st != SCI_OK)
        return st;
    out->type = SCI_INT8;
    while (out->type < SCI_FLOAT64 && strcmp(sci_type_name(out->type), name) != 0)
        out->type++;
    if (strcmp(sci_type_name(out->type), name) != 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': unknown element type '%s'", record, name);
    sci_free(name);
    return st;
}

/* The operand of a dataset in the record, if it is there. */
static sci_status
find_values(sci_h5_file *file, const char *path, const char *record, const char *name,
            char **operand)
{
    char *dataset = NULL;
    bool there = false;
    sci_status st = sci_format(&dataset, "%s/%s", record, name);

    if (st == SCI_OK)
        st = sci_h5_file_has(file, dataset, &there);
    if (st == SCI_OK && there)
        st = sci_format(operand, "%s:%s", path, dataset);
    sci_free(dataset);
    return st;
}

sci_status
array_record_read(array_record *out, const char *path, const char *record)
{
    sci_h5_file *file = NULL;
    int64_t version = 0;
    sci_status st;

    *out = (array_record){ 0 };
    st = sci_h5_file_open(&file, path);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, record, "version", &version);
    if (st == SCI_OK && version != RECORD_VERSION)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has version %lld, this program reads %d", path,
                      record, (long long)version, RECORD_VERSION);
    if (st == SCI_OK)
        st = sci_h5_file_number(file, record, "eps", &out->eps);
    if (st == SCI_OK && !(out->eps >= 0.0 && out->eps <= 1e300))
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s': eps %g is not possible", path, record, out->eps);
    if (st == SCI_OK)
        st = read_type(out, file, record);
    if (st == SCI_OK)
        st = find_values(file, path, record, "gamma", &out->gamma);
    if (st == SCI_OK)
        st = find_values(file, path, record, "beta", &out->beta);
    if (st == SCI_OK)
        st = array_recipe_read(&out->recipe, file, record);
    sci_h5_file_close(file);
    if (st != SCI_OK)
        array_record_clear(out);
    return st;
}

void
array_record_clear(array_record *record)
{
    array_recipe_clear(&record->recipe);
    sci_free(record->gamma);
    sci_free(record->beta);
    *record = (array_record){ 0 };
}
