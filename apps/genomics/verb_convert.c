/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convert: 10x files, MatrixMarket folders, text tables and old .h5ad files as .h5ad. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "cli/single.h"

#include "convert.h"
#include "lines.h"
#include "output.h"
#include "provenance.h"
#include "verbs.h"

sci_status
convert_is_h5(const char *path, bool *out)
{
    static const unsigned char signature[8] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };
    unsigned char bytes[8] = { 0 };
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        return sci_fail_errno("open", path);
    *out = fread(bytes, 1, sizeof bytes, file) == sizeof bytes
           && memcmp(bytes, signature, sizeof bytes) == 0;
    (void)fclose(file);
    return SCI_OK;
}

/* ---- what it is ---- */

static sci_status
is_market(const char *path, bool *out)
{
    lines *file = NULL;
    char *line = NULL;
    sci_status st = lines_open(&file, path);

    if (st == SCI_OK)
        st = lines_next(file, &line);
    *out = st == SCI_OK && line != NULL && strncmp(line, "%%MatrixMarket", 14) == 0;
    lines_close(file);
    return st;
}

/* An .h5ad file of an old layout is upgraded. */
static sci_status
convert_h5(sci_h5_output *out, const convert_request *r, const genomics_job *job)
{
    sci_h5_file *file = NULL;
    anndata *a = NULL;
    bool annotated = false;
    sci_status st = sci_h5_file_open(&file, r->path);

    if (st == SCI_OK)
        st = sci_h5_file_has(file, "/obs", &annotated);
    sci_h5_file_close(file);
    if (st != SCI_OK || !annotated)
        return st == SCI_OK ? convert_tenx(out, r, &job->options, &job->h5) : st;
    st = anndata_open(&a, r->path);
    if (st == SCI_OK && strcmp(anndata_layout(a), "0.5") != 0)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' is an .h5ad file already (layout %s)", r->path,
                      anndata_layout(a));
    if (st == SCI_OK)
        st = anndata_copy(out, a, 0, NULL);
    anndata_close(a);
    return st;
}

static sci_status
convert_any(sci_h5_output *out, const convert_request *r, const genomics_job *job)
{
    bool h5 = false, market = false;
    sci_status st = convert_is_h5(r->path, &h5);

    if (st == SCI_OK && !h5)
        st = is_market(r->path, &market);
    if (st != SCI_OK)
        return st;
    if (r->genome != NULL && !h5)
        return sci_fail(SCI_ERR_ARGUMENT, "--genome is about 10x .h5 files, and '%s' is none",
                        r->path);
    if ((r->genes_in_rows || r->cells_in_rows) && (h5 || market))
        return sci_fail(SCI_ERR_ARGUMENT, "--orient is about text tables, and '%s' is none",
                        r->path);
    return h5       ? convert_h5(out, r, job)
           : market ? convert_market(out, r, &job->options)
                    : convert_table(out, r, &job->options);
}

/* ---- the work ---- */

static sci_status
fill(const genomics_job *job, const char *path, sci_h5_output *out)
{
    const genomics_settings *s = job->settings;
    convert_request r = { .path = path, .genome = s->genome };
    char *text = NULL;
    sci_status st = genomics_storage_parse(s->compression, &r.storage);

    r.genes_in_rows = s->orient != NULL && strcmp(s->orient, "genes-rows") == 0;
    r.cells_in_rows = s->orient != NULL && strcmp(s->orient, "cells-rows") == 0;
    r.typed = cli_given(job->call, "dtype");
    r.type = s->common.dtype == CLI_DTYPE_F64 ? SCI_FLOAT64 : SCI_FLOAT32;
    if (st == SCI_OK)
        st = convert_any(out, &r, job);
    if (st == SCI_OK)
        st = genomics_provenance(job->call, NULL, &text);
    if (st == SCI_OK)
        st = anndata_write_text(out, "/uns/sci_genomics/convert/provenance", text);
    sci_free(text);
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const genomics_settings *s = single->call->settings;
    sci_h5_output *out = NULL;
    genomics_job job;
    sci_status st = genomics_job_start(&job, single->call, worker);

    if (st == SCI_OK)
        st = sci_h5_output_create(&out, worker->temporary[0]);
    if (st == SCI_OK) {
        sci_h5_output_digests(out, s->common.verify);
        st = fill(&job, single->inputs.items[0].path, out);
    }
    if (st == SCI_OK) {
        st = sci_h5_output_close(out, s->common.verify, !s->common.no_sync);
        out = NULL;
    }
    sci_h5_output_free(out);
    genomics_job_end(&job);
    return st;
}

/* ---- the verb ---- */

/* The matrix in a folder of three files, NULL if the operand is none. */
static sci_status
matrix_in(const char *folder, char **path)
{
    static const char *const names[] = { "matrix.mtx.gz", "matrix.mtx" };
    struct stat found;

    *path = NULL;
    if (stat(folder, &found) != 0 || !S_ISDIR(found.st_mode))
        return SCI_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sci_status st = sci_format(path, "%s/%s", folder, names[i]);

        if (st != SCI_OK || stat(*path, &found) == 0)
            return st;
        sci_free(*path);
        *path = NULL;
    }
    return sci_fail(SCI_ERR_NOTFOUND, "'%s' has no 'matrix.mtx' and no 'matrix.mtx.gz'", folder);
}

int
genomics_convert(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .doing = "converting", .work = work };
    char *matrix = NULL;
    const char *operand;
    sci_status st = genomics_output_check(call);
    int code;

    if (st == SCI_OK && s->orient != NULL && strcmp(s->orient, "genes-rows") != 0
        && strcmp(s->orient, "cells-rows") != 0)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "option '--orient' needs genes-rows or cells-rows, not '%s'", s->orient);
    if (st == SCI_OK)
        st = matrix_in(call->operands[0], &matrix);
    if (st != SCI_OK)
        return cli_misuse(call, st);
    operand = matrix != NULL ? matrix : call->operands[0];
    code = cli_single_run(&single, 1, &operand);
    sci_free(matrix);
    return code;
}
