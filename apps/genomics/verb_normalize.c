/* SPDX-License-Identifier: GPL-3.0-or-later */
/* normalize: counts of every cell to one sum, and their logarithms. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/json.h"
#include "cli/single.h"

#include "output.h"
#include "provenance.h"
#include "stored.h"
#include "totals.h"
#include "verbs.h"

typedef struct normalize {
    genomics_job job;
    genomics_totals totals;
    double target;
    genomics_output out;
    sci_type type;
    sci_writer *writer;
    void *narrow; /* the values of a block in the output's type */
    uint64_t room;
} normalize;

static void
normalize_clear(normalize *n)
{
    sci_writer_free(n->writer);
    genomics_output_clear(&n->out);
    genomics_totals_clear(&n->totals);
    sci_free(n->narrow);
    genomics_job_end(&n->job);
}

/* "median" gives 0. */
static sci_status
parse_target(const char *text, double *out)
{
    *out = 0.0;
    if (strcmp(text, "median") == 0 || (cli_parse_real(text, out) && *out > 0.0))
        return SCI_OK;
    return sci_fail(SCI_ERR_ARGUMENT,
                    "option '--target-sum' needs a number above 0, or median, not '%s'", text);
}

/* ---- the first pass ---- */

static sci_status
warn(const normalize *n, bool log1p)
{
    const genomics_totals *t = &n->totals;
    const char *matrix = sci_matrix_name(n->job.matrix);
    bool logged = false;
    sci_status st = sci_h5_file_has(anndata_file(n->job.in), "/uns/log1p", &logged);

    if (t->negative > 0)
        cli_warn("'%s' has %llu negative values: these are no counts", matrix,
                 (unsigned long long)t->negative);
    else if (t->fractions > 0 || logged)
        cli_warn("'%s' %s: has it been normalized already?", matrix,
                 logged ? "is said to be logarithms (uns/log1p)"
                        : "has values that are not whole numbers");
    if (t->missing > 0)
        cli_warn("%llu missing values stay missing", (unsigned long long)t->missing);
    if (t->empty > 0)
        cli_note("%llu cells have no counts and stay as they are", (unsigned long long)t->empty);
    if (st == SCI_OK && log1p && t->least <= -1.0)
        st = sci_fail(SCI_ERR_NONFINITE,
                      "'%s' has values down to %g, of which 1 + x has no logarithm", matrix,
                      t->least);
    return st;
}

/* The model beside the matrix would correct what it has never seen. */
static sci_status
refuse_affine(const normalize *n)
{
    bool affine = false;
    sci_status st = genomics_stored_affine(n->job.in, n->job.place, &affine);

    if (st == SCI_OK && affine)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' is in affine form: its model belongs to %s as it stands; 'apply' makes "
                      "the corrected matrix, 'invert' takes the model away",
                      n->job.name, n->job.place);
    return st;
}

static sci_status
prepare(normalize *n, const char *path, const char *name)
{
    const genomics_settings *s = n->job.settings;
    sci_status st = parse_target(s->target_sum, &n->target);

    if (st == SCI_OK)
        st = genomics_job_open(&n->job, path, name, NULL);
    if (st == SCI_OK)
        st = refuse_affine(n);
    if (st == SCI_OK)
        st = genomics_job_matrix(&n->job, 2);
    if (st == SCI_OK)
        st = genomics_totals_count(&n->totals, &n->job);
    if (st == SCI_OK && n->target == 0.0)
        st = genomics_totals_median(&n->totals, &n->target);
    if (st == SCI_OK)
        st = warn(n, s->log1p);
    n->type = st == SCI_OK ? genomics_output_type(&n->job) : SCI_FLOAT32;
    return st;
}

/* ---- the second pass ---- */

/* log(1 + x), of which `before` is written already, in other values of the same cell and gene: so
 * that these add up to the logarithm of their sum. */
static sci_status
take_log(const normalize *n, double before, double *x)
{
    if (isnan(before)) {
        *x = log1p(*x);
        return SCI_OK;
    }
    if (before + *x <= -1.0)
        return sci_fail(SCI_ERR_NONFINITE,
                        "'%s' has values that add up to %g, of which 1 + x has no logarithm",
                        sci_matrix_name(n->job.matrix), before + *x);
    *x = log1p(before + *x) - log1p(before);
    return SCI_OK;
}

static sci_status
put(void *context, uint64_t count, double *values, const uint32_t *rows, const double *earlier)
{
    normalize *n = context;
    bool log = n->job.settings->log1p;
    double factor = 1.0;
    uint32_t row = UINT32_MAX;
    sci_status st = SCI_OK;

    if (count > n->room) {
        sci_free(n->narrow);
        n->narrow = NULL;
        n->room = 0;
        st = sci_alloc(&n->narrow, count, sizeof(double), 1);
        if (st != SCI_OK)
            return st;
        n->room = count;
    }
    for (uint64_t i = 0; st == SCI_OK && i < count; i++) {
        if (rows[i] != row) {
            row = rows[i];
            factor = n->totals.sum[row] > 0.0 ? n->target / n->totals.sum[row] : 1.0;
        }
        values[i] *= factor;
        if (isnan(values[i]))
            values[i] = (double)NAN;
        else if (log)
            st = take_log(n, earlier != NULL ? earlier[i] * factor : (double)NAN, &values[i]);
    }
    if (st != SCI_OK)
        return st;
    if (n->type == SCI_FLOAT64)
        return sci_writer_append(n->writer, values, count);
    for (uint64_t i = 0; i < count; i++)
        ((float *)n->narrow)[i] = (float)values[i];
    return sci_writer_append(n->writer, n->narrow, count);
}

static sci_status
fill(normalize *n, sci_sink *sink)
{
    sci_status st = sci_writer_create(&n->writer, sink, &n->job.options);

    if (st == SCI_OK)
        st = genomics_values_each(&n->job, n->job.settings->log1p && n->totals.twins > 0, put, n);
    if (st == SCI_OK)
        st = sci_writer_finish(n->writer);
    sci_writer_free(n->writer);
    n->writer = NULL;
    return st;
}

static sci_status
write_matrix(normalize *n)
{
    sci_sink *sink = NULL;
    sci_status st = genomics_output_values(&n->out, &n->job, n->type, &sink);

    if (st == SCI_OK)
        st = fill(n, sink);
    sci_sink_free(sink);
    return st;
}

/* As scanpy's log1p leaves it, and what was done. */
static sci_status
write_record(normalize *n)
{
    const genomics_settings *s = n->job.settings;
    char *path = NULL, *entry = NULL, *text = NULL;
    sci_status st = genomics_record_name(anndata_file(n->job.in), "normalize", &path);

    if (st == SCI_OK && s->log1p)
        st = anndata_write_dict(n->out.file, "/uns/log1p");
    if (st == SCI_OK)
        st = anndata_write_dict(n->out.file, path);
    if (st == SCI_OK)
        st = sci_format(&entry, "%s/target_sum", path);
    if (st == SCI_OK)
        st = anndata_write_number(n->out.file, entry, n->target);
    sci_free(entry);
    entry = NULL;
    if (st == SCI_OK)
        st = sci_format(&entry, "%s/provenance", path);
    if (st == SCI_OK)
        st = genomics_provenance(n->job.call, NULL, &text);
    if (st == SCI_OK)
        st = anndata_write_text(n->out.file, entry, text);
    sci_free(path);
    sci_free(entry);
    sci_free(text);
    return st;
}

static sci_status
say(const normalize *n)
{
    const genomics_settings *s = n->job.settings;
    cli_json json;

    cli_note("%llu cells, %llu genes; every cell adds up to %g%s", (unsigned long long)n->totals.n,
             (unsigned long long)n->job.genes.n, n->target, s->log1p ? ", then log(1 + x)" : "");
    if (!s->common.json)
        return SCI_OK;
    cli_json_start(&json, stdout);
    cli_json_object(&json);
    cli_json_member_unsigned(&json, "cells", n->totals.n);
    cli_json_member_unsigned(&json, "genes", n->job.genes.n);
    cli_json_member_real(&json, "target_sum", n->target);
    cli_json_key(&json, "log1p");
    cli_json_boolean(&json, s->log1p);
    cli_json_member_unsigned(&json, "empty_cells", n->totals.empty);
    cli_json_member_unsigned(&json, "missing_values", n->totals.missing);
    cli_json_object_end(&json);
    return cli_json_finish(&json);
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    normalize n = { 0 };
    sci_status st = genomics_job_start(&n.job, single->call, worker);

    if (st == SCI_OK)
        st = prepare(&n, single->inputs.items[0].path, single->inputs.items[0].operand);
    if (st == SCI_OK)
        st = write_matrix(&n);
    if (st == SCI_OK)
        st = write_record(&n);
    if (st == SCI_OK)
        st = genomics_output_close(&n.out, &n.job);
    if (st == SCI_OK)
        st = say(&n);
    normalize_clear(&n);
    return st;
}

int
genomics_normalize(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = {
        .call = call, .common = &s->common, .doing = "normalizing", .work = work
    };
    double target;
    sci_status st = parse_target(s->target_sum, &target);

    if (st == SCI_OK)
        st = genomics_output_check(call);
    if (st != SCI_OK)
        return cli_misuse(call, st);
    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
