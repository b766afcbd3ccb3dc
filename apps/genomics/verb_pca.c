/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pca: principal components of the cells, where scanpy keeps them. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/single.h"

#include "corrected.h"
#include "output.h"
#include "provenance.h"
#include "verbs.h"

typedef struct run {
    genomics_job job;
    genomics_corrected corrected;
    unsigned char *selected;
    pca *pca;
    genomics_output out;
} run;

static void
run_clear(run *r)
{
    genomics_output_clear(&r->out);
    pca_free(r->pca);
    genomics_corrected_clear(&r->corrected);
    sci_free(r->selected);
    genomics_job_end(&r->job);
}

/* scanpy uses such a column without being asked. */
static sci_status
note_variable_genes(const run *r)
{
    anndata_texts columns = { 0 };
    sci_status st = anndata_column_names(r->job.in, ANNDATA_VAR, &columns);

    for (uint64_t i = 0; st == SCI_OK && i < columns.n; i++)
        if (columns.items[i] != NULL && strcmp(columns.items[i], "highly_variable") == 0)
            cli_note("all genes are used; --var-mask highly_variable takes the variable ones only");
    anndata_texts_clear(&columns);
    return st;
}

static sci_status
compute(run *r, const char *path, const char *name)
{
    const genomics_settings *s = r->job.settings;
    genomics_passes passes;
    sci_options options;
    sci_status st = genomics_job_open(&r->job, path, name, NULL);

    if (st == SCI_OK)
        st = genomics_job_matrix(&r->job, 1);
    if (st == SCI_OK && s->var_mask == NULL)
        st = note_variable_genes(r);
    if (st == SCI_OK)
        st = genomics_job_selected(&r->job, &r->selected);
    if (st == SCI_OK)
        st = genomics_corrected_find(&r->corrected, &r->job);
    if (st != SCI_OK)
        return st;
    r->corrected.input.selected = r->selected;
    genomics_passes_start(&passes, &r->job, 3, &options);
    st = pca_compute(&r->pca, &r->corrected.input, (uint64_t)s->components,
                     (uint64_t)s->common.seed, &options);
    if (st == SCI_OK && r->pca->components < (uint64_t)s->components)
        cli_warn("'%s' has only %" PRIu64 " principal components", name, r->pca->components);
    if (st == SCI_OK && r->pca->residual > 1e-3)
        cli_warn("the last components are not settled: their residual is %.1e of their variance",
                 r->pca->residual);
    return st;
}

/* ---- the output ---- */

static sci_status
write_numbers(run *r, const char *path, int rank, uint64_t rows, uint64_t columns, sci_type type,
              const double *values)
{
    sci_array array = { .rank = rank, .shape = { rows, columns }, .type = type };
    float *narrow = NULL;
    sci_status st;

    if (type == SCI_FLOAT64)
        return anndata_write_array(r->out.file, path, &array, values);
    st = sci_alloc(&narrow, rows, columns, sizeof *narrow);
    for (uint64_t i = 0; st == SCI_OK && i < rows * columns; i++)
        narrow[i] = (float)values[i];
    if (st == SCI_OK)
        st = anndata_write_array(r->out.file, path, &array, narrow);
    sci_free(narrow);
    return st;
}

/* As scanpy 1.9 does, which cannot write a mask that there is not. */
static sci_status
write_parameters(run *r)
{
    const char *mask = r->job.settings->var_mask;
    sci_h5_output *file = r->out.file;
    bool variable = mask != NULL && strcmp(mask, "highly_variable") == 0;
    sci_status st = anndata_write_integer(file, "/uns/pca/params/zero_center", 1);

    if (st == SCI_OK)
        st = anndata_write_integer(file, "/uns/pca/params/use_highly_variable", variable);
    if (st == SCI_OK && mask != NULL)
        st = anndata_write_text(file, "/uns/pca/params/mask_var", mask);
    return st;
}

static sci_status
write_record(run *r)
{
    char *path = NULL, *entry = NULL, *text = NULL;
    sci_status st = genomics_record_name(anndata_file(r->job.in), "pca", &path);

    if (st == SCI_OK)
        st = sci_format(&entry, "%s/provenance", path);
    if (st == SCI_OK)
        st = genomics_provenance(r->job.call, NULL, &text);
    if (st == SCI_OK)
        st = anndata_write_text(r->out.file, entry, text);
    sci_free(path);
    sci_free(entry);
    sci_free(text);
    return st;
}

static sci_status
write_output(run *r)
{
    static const char *const replaced[] = { "/obsm/X_pca", "/varm/PCs", "/uns/pca" };
    const pca *p = r->pca;
    sci_type type = sci_matrix_type(r->job.matrix) == SCI_FLOAT64 ? SCI_FLOAT64 : SCI_FLOAT32;
    sci_status st = sci_h5_output_create(&r->out.file, r->job.worker->temporary[0]);

    if (st != SCI_OK)
        return st;
    sci_h5_output_digests(r->out.file, r->job.settings->common.verify);
    st = anndata_copy(r->out.file, r->job.in, sizeof replaced / sizeof *replaced, replaced);
    if (st == SCI_OK)
        st = write_numbers(r, replaced[0], 2, p->rows, p->components, type, p->scores);
    if (st == SCI_OK)
        st = write_numbers(r, replaced[1], 2, p->columns, p->components, type, p->loadings);
    if (st == SCI_OK)
        st = write_numbers(r, "/uns/pca/variance", 1, p->components, 1, SCI_FLOAT64, p->variance);
    if (st == SCI_OK)
        st = write_numbers(r, "/uns/pca/variance_ratio", 1, p->components, 1, SCI_FLOAT64,
                           p->variance_ratio);
    if (st == SCI_OK)
        st = write_parameters(r);
    if (st == SCI_OK)
        st = write_record(r);
    return st == SCI_OK ? genomics_output_close(&r->out, &r->job) : st;
}

static void
say(const run *r)
{
    double share = 0.0;

    for (uint64_t i = 0; i < r->pca->components; i++)
        share += r->pca->variance_ratio[i];
    cli_note("%" PRIu64 " components of %" PRIu64 " cells have %.1f %% of the variance%s",
             r->pca->components, r->pca->rows, 100.0 * share,
             r->pca->exact ? "" : " (by block Krylov iteration)");
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    run r = { 0 };
    sci_status st = genomics_job_start(&r.job, single->call, worker);

    if (st == SCI_OK)
        st = compute(&r, single->inputs.items[0].path, single->inputs.items[0].operand);
    if (st == SCI_OK)
        st = write_output(&r);
    if (st == SCI_OK)
        say(&r);
    run_clear(&r);
    return st;
}

int
genomics_pca(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = {
        .call = call, .common = &s->common, .doing = "decomposing", .work = work
    };
    sci_status st = genomics_output_check(call);

    if (st != SCI_OK)
        return cli_misuse(call, st);
    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
