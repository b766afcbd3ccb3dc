/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/message.h"

enum { BATCHES_SHOWN = 12, GENES_SHOWN = 20, NAME_ROOM = 256 };

void
genomics_describe_batches(const genomics_terms *terms, const uint64_t *cells, char *text,
                          size_t size)
{
    uint64_t n = terms->batches.n, shown = n < BATCHES_SHOWN ? n : BATCHES_SHOWN;
    size_t used = 0;

    text[0] = '\0';
    for (uint64_t b = 0; b < shown && used < size; b++)
        used += cells != NULL
                    ? (size_t)snprintf(text + used, size - used, "%s%.64s (%" PRIu64 ")",
                                       b == 0 ? "" : ", ", terms->batches.items[b], cells[b])
                    : (size_t)snprintf(text + used, size - used, "%s%.64s", b == 0 ? "" : ", ",
                                       terms->batches.items[b]);
    if (shown < n && used < size)
        (void)snprintf(text + used, size - used, " and %" PRIu64 " more", n - shown);
}

static uint64_t
total_cells(const genomics_model *m)
{
    uint64_t n = 0;

    for (uint64_t b = 0; b < m->terms.batches.n; b++)
        n += m->cells[b];
    return n;
}

/* "3 constant, 2 constant in a batch" */
static void
left_text(const genomics_counts *c, char *text, size_t size)
{
    const struct {
        uint64_t n;
        const char *what;
    } parts[] = { { c->not_selected, "not selected" },
                  { c->constant, "constant" },
                  { c->constant_in_batch, "constant in a batch" },
                  { c->too_few, "with too few values in a batch" },
                  { c->other, "without residual variance" } };
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof *parts && used < size; i++)
        if (parts[i].n > 0)
            used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64 " %s",
                                     used == 0 ? "" : ", ", parts[i].n, parts[i].what);
}

static void
keeping_text(const genomics_terms *terms, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t t = 0; t < terms->n && used < size; t++)
        used += (size_t)snprintf(text + used, size - used, "%s%s %.64s", used == 0 ? "; " : ", ",
                                 terms->items[t].role == GENOMICS_KEPT ? "keeps" : "removes",
                                 terms->items[t].name);
}

/* "variance explained by batch beyond cancer, age: 15.60 % before, 0.49 % after" */
static void
share_text(const genomics_model *m, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "variance explained by batch");
    bool first = true;

    for (size_t t = 0; t < m->terms.n && used < size; t++) {
        if (m->terms.items[t].role != GENOMICS_KEPT)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%.64s", first ? " beyond " : ", ",
                                 m->terms.items[t].name);
        first = false;
    }
    if (used < size)
        (void)snprintf(text + used, size - used, ": %.2f %% before, %.2f %% after",
                       100.0 * m->beyond_before, 100.0 * m->beyond_after);
}

static const char *
method_text(const genomics_model *m)
{
    const combat_options *o = &m->combat_options;

    if (m->combat == NULL)
        return m->method == GENOMICS_LIMMA    ? "limma's removeBatchEffect"
               : m->method == GENOMICS_ZSCORE ? "z-scores by batch"
                                              : "centring by batch";
    if (o->no_eb)
        return m->combat->mean_only ? "ComBat without empirical Bayes, means only"
                                    : "ComBat without empirical Bayes";
    if (o->nonparametric)
        return m->combat->mean_only ? "nonparametric ComBat, means only" : "nonparametric ComBat";
    return m->combat->mean_only ? "ComBat, means only" : "ComBat";
}

void
genomics_describe_done(const genomics_model *model, char *text, size_t size)
{
    genomics_counts c = genomics_model_counts(model);
    char keeping[400];

    keeping_text(&model->terms, keeping, sizeof keeping);
    (void)snprintf(text, size, "%s%s; %" PRIu64 " genes adjusted", method_text(model), keeping,
                   c.adjusted);
}

void
genomics_describe_notes(const genomics_model *model, const char *output)
{
    genomics_counts c = genomics_model_counts(model);
    char batches[1024], left[400], keeping[400], share[600];

    genomics_describe_batches(&model->terms, model->cells, batches, sizeof batches);
    left_text(&c, left, sizeof left);
    keeping_text(&model->terms, keeping, sizeof keeping);
    cli_note("'%s': %" PRIu64 " cells, %" PRIu64 " genes, %" PRIu64 " batches: %s", output,
             total_cells(model), model->genes.n, model->terms.batches.n, batches);
    cli_note("%s%s; %" PRIu64 " genes adjusted%s%s", method_text(model), keeping, c.adjusted,
             left[0] != '\0' ? ", left as they were: " : "", left);
    if (model->missing > 0)
        cli_note("%" PRIu64 " values are missing", model->missing);
    if (isfinite(model->beyond_before)) {
        share_text(model, share, sizeof share);
        cli_note("%s", share);
    }
}

/* ---- JSON ---- */

static void
json_batches(cli_json *json, const genomics_model *m)
{
    cli_json_key(json, "batches");
    cli_json_array(json);
    for (uint64_t b = 0; b < m->terms.batches.n; b++) {
        cli_json_object_line(json);
        cli_json_member_text(json, "name", m->terms.batches.items[b]);
        cli_json_member_unsigned(json, "cells", m->cells[b]);
        if (m->combat != NULL) {
            cli_json_member_real(json, "gamma_bar", m->combat->gamma_bar[b]);
            cli_json_member_real(json, "t2", m->combat->t2[b]);
            cli_json_member_real(json, "a", m->combat->a[b]);
            cli_json_member_real(json, "b", m->combat->b[b]);
            cli_json_member_unsigned(json, "iterations", m->combat->iterations[b]);
        }
        cli_json_object_end(json);
    }
    cli_json_array_end(json);
}

static void
json_terms(cli_json *json, const genomics_terms *terms)
{
    cli_json_key(json, "covariates");
    cli_json_array(json);
    for (size_t t = 0; t < terms->n; t++) {
        const genomics_term *term = &terms->items[t];

        cli_json_object_line(json);
        cli_json_member_text(json, "name", term->name);
        cli_json_member_text(json, "role", genomics_role_name(term->role));
        if (!term->numeric) {
            cli_json_key(json, "levels");
            cli_json_array_line(json);
            for (uint64_t l = 0; l < term->levels.n; l++)
                cli_json_text(json, term->levels.items[l]);
            cli_json_array_end(json);
        }
        cli_json_object_end(json);
    }
    cli_json_array_end(json);
}

static void
json_unadjusted(cli_json *json, const genomics_model *m)
{
    cli_json_key(json, "unadjusted");
    cli_json_array(json);
    for (uint64_t g = 0; g < m->genes.n; g++) {
        if (m->unadjusted[g] == 0 || (m->unadjusted[g] & GENOMICS_NOT_SELECTED))
            continue;
        cli_json_object_line(json);
        cli_json_member_text(json, "gene", m->genes.items[g]);
        cli_json_member_text(json, "reason", genomics_reason(m->unadjusted[g]));
        cli_json_object_end(json);
    }
    cli_json_array_end(json);
}

void
genomics_describe_json(cli_json *json, const genomics_model *model)
{
    genomics_counts c = genomics_model_counts(model);

    cli_json_member_text(json, "method", genomics_method_name(model->method));
    if (model->combat != NULL) {
        cli_json_key(json, "mean_only");
        cli_json_boolean(json, model->combat->mean_only);
        cli_json_member_text(json, "reference",
                             model->combat->reference >= 0
                                 ? model->terms.batches.items[model->combat->reference]
                                 : NULL);
    }
    cli_json_member_unsigned(json, "cells", total_cells(model));
    cli_json_member_unsigned(json, "genes", model->genes.n);
    cli_json_member_unsigned(json, "genes_adjusted", c.adjusted);
    cli_json_member_unsigned(json, "genes_not_selected", c.not_selected);
    cli_json_member_unsigned(json, "missing_values", model->missing);
    cli_json_member_real(json, "r2_batch_before", model->r2_before);
    cli_json_member_real(json, "r2_batch_after", model->r2_after);
    cli_json_member_real(json, "r2_beyond_before", model->beyond_before);
    cli_json_member_real(json, "r2_beyond_after", model->beyond_after);
    json_batches(json, model);
    json_terms(json, &model->terms);
    json_unadjusted(json, model);
}

/* ---- text ---- */

static void
print_number(double value)
{
    if (isnan(value))
        (void)printf(" %12s", "-");
    else
        (void)printf(" %12.5g", value);
}

static void
print_batches(const genomics_model *m)
{
    int width = 5;
    char name[NAME_ROOM];

    for (uint64_t b = 0; b < m->terms.batches.n; b++) {
        int length = (int)cli_escape(name, sizeof name, m->terms.batches.items[b]);

        width = length > width ? length : width;
    }
    width = width > 40 ? 40 : width;
    (void)printf("%-*s %10s", width, "batch", "cells");
    if (m->combat != NULL)
        (void)printf(" %12s %12s %12s %12s %10s", "gamma_bar", "t2", "a", "b", "iterations");
    (void)putchar('\n');
    for (uint64_t b = 0; b < m->terms.batches.n; b++) {
        (void)cli_escape(name, sizeof name, m->terms.batches.items[b]);
        (void)printf("%-*s %10" PRIu64, width, name, m->cells[b]);
        if (m->combat != NULL) {
            print_number(m->combat->gamma_bar[b]);
            print_number(m->combat->t2[b]);
            print_number(m->combat->a[b]);
            print_number(m->combat->b[b]);
            (void)printf(" %10" PRIu64, m->combat->iterations[b]);
        }
        (void)putchar('\n');
    }
}

static void
print_unadjusted(const genomics_model *m, bool all)
{
    genomics_counts c = genomics_model_counts(m);
    uint64_t n = m->genes.n - c.adjusted - c.not_selected, shown = 0;
    char name[NAME_ROOM];

    for (uint64_t g = 0; g < m->genes.n && (all || shown < GENES_SHOWN); g++) {
        if (m->unadjusted[g] == 0 || (m->unadjusted[g] & GENOMICS_NOT_SELECTED))
            continue;
        (void)cli_escape(name, sizeof name, m->genes.items[g]);
        (void)printf("%s%s: %s\n", shown++ == 0 ? "left as they were:\n  " : "  ", name,
                     genomics_reason(m->unadjusted[g]));
    }
    if (shown < n)
        (void)printf("  … and %" PRIu64 " more\n", n - shown);
}

void
genomics_describe_text(const genomics_model *model, bool all)
{
    genomics_counts c = genomics_model_counts(model);
    char keeping[400], share[600];

    keeping_text(&model->terms, keeping, sizeof keeping);
    print_batches(model);
    (void)printf("%s%s; %" PRIu64 " cells, %" PRIu64 " of %" PRIu64 " genes adjusted\n",
                 method_text(model), keeping, total_cells(model), c.adjusted, model->genes.n);
    if (isfinite(model->beyond_before)) {
        share_text(model, share, sizeof share);
        (void)printf("%s\n", share);
    }
    print_unadjusted(model, all);
}

/* ---- summaries ---- */

static uint64_t
sum(const uint64_t *cells, uint64_t n)
{
    uint64_t all = 0;

    for (uint64_t b = 0; cells != NULL && b < n; b++)
        all += cells[b];
    return all;
}

/* "3 of 8 parts": a shard may be several nodes. */
static void
shard_text(const genomics_summary *s, char *text, size_t size)
{
    uint64_t have = 0, all = s->shard->segments;

    for (size_t k = 0; k < s->shard->n; k++) {
        uint64_t first = s->shard->nodes[k].index << s->shard->nodes[k].level;
        uint64_t n = UINT64_C(1) << s->shard->nodes[k].level;

        have += first >= all ? 0 : first + n > all ? all - first : n;
    }
    (void)snprintf(text, size, "%" PRIu64 " of %" PRIu64 " segments", have, all);
}

void
genomics_describe_summary_json(cli_json *json, const genomics_summary *s)
{
    const uint64_t *cells = genomics_summary_cells(s);
    char part[80];

    cli_json_member_unsigned(json, "cells", sum(cells, s->terms.batches.n));
    cli_json_member_unsigned(json, "genes", s->genes.n);
    cli_json_member_text(json, "batch_key", s->batch_key);
    cli_json_member_text(json, "matrix", s->matrix);
    cli_json_member_text(json, "transform", s->transform);
    cli_json_member_text(json, "plan", *s->plan ? s->plan : NULL);
    cli_json_key(json, "shared");
    cli_json_boolean(json, s->shared);
    if (s->shard != NULL) {
        shard_text(s, part, sizeof part);
        cli_json_member_text(json, "shard", part);
    }
    cli_json_member_unsigned(json, "sources", s->n_sources > 0 ? s->n_sources : 1);
    cli_json_key(json, "batches");
    cli_json_array(json);
    for (uint64_t b = 0; b < s->terms.batches.n; b++) {
        cli_json_object_line(json);
        cli_json_member_text(json, "name", s->terms.batches.items[b]);
        cli_json_member_unsigned(json, "cells", cells != NULL ? cells[b] : 0);
        cli_json_object_end(json);
    }
    cli_json_array_end(json);
    json_terms(json, &s->terms);
}

void
genomics_describe_summary_text(const genomics_summary *s)
{
    const uint64_t *cells = genomics_summary_cells(s);
    char name[NAME_ROOM], part[80], keeping[400];

    (void)printf("%-24s %10s\n", "batch", "cells");
    for (uint64_t b = 0; b < s->terms.batches.n; b++) {
        (void)cli_escape(name, sizeof name, s->terms.batches.items[b]);
        (void)printf("%-24s %10" PRIu64 "\n", name, cells != NULL ? cells[b] : 0);
    }
    keeping_text(&s->terms, keeping, sizeof keeping);
    (void)printf("a summary of %" PRIu64 " cells, %" PRIu64 " genes of %s (%s)%s\n",
                 sum(cells, s->terms.batches.n), s->genes.n, s->matrix, s->transform, keeping);
    if (s->n_sources > 1)
        (void)printf("put together of %" PRIu64 " summaries\n", s->n_sources);
    if (s->shard != NULL) {
        shard_text(s, part, sizeof part);
        (void)printf("a shard: %s\n", part);
    }
    if (s->shared)
        (void)printf("made with --share: without smallest and largest values\n");
    if (*s->plan != '\0')
        (void)printf("plan %s\n", s->plan);
}
