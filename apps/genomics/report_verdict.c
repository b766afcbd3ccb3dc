/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the numbers say, in sentences. */
#include <math.h>

#include <sci/memory.h>

#include "report_priv.h"

/* Cramér's V above which batch and label are entangled, iLISI below which batches do not mix,
 * share of the genes that should not be left as they are. */
#define ENTANGLED 0.3
#define UNMIXED 0.3
#define MANY_UNADJUSTED 0.1

double
report_chance(const genomics_report *r)
{
    return r->cells > 1 && r->batch.levels > 0
               ? (double)(r->batch.levels - 1) / (double)(r->cells - 1)
               : (double)NAN;
}

bool
report_little_to_correct(const genomics_report *r)
{
    double r2 = r->before.metrics.r2_batch, kbet = r->before.metrics.kbet;

    return r->before.given && (r2 < REPORT_LITTLE || r2 < 2.0 * report_chance(r)) && !(kbet < 0.8);
}

/* ---- composition ---- */

/* Cramér's V of a table with the correction of Bergsma (J. Korean Stat. Soc. 42, 2013). */
static double
association_of(const uint64_t *counts, uint64_t rows, uint64_t columns, const double *row,
               const double *column, double n)
{
    double chi2 = 0.0, phi2, r = 0.0, c = 0.0;

    for (uint64_t i = 0; i < rows; i++)
        r += row[i] > 0.0;
    for (uint64_t k = 0; k < columns; k++)
        c += column[k] > 0.0;
    if (r < 2.0 || c < 2.0)
        return (double)NAN;
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t k = 0; k < columns; k++) {
            double expected = row[i] * column[k] / n;
            double d = (double)counts[i * columns + k] - expected;

            chi2 += expected > 0.0 ? d * d / expected : 0.0;
        }
    phi2 = fmax(0.0, chi2 / n - (r - 1.0) * (c - 1.0) / (n - 1.0));
    r -= (r - 1.0) * (r - 1.0) / (n - 1.0);
    c -= (c - 1.0) * (c - 1.0) / (n - 1.0);
    return fmin(sqrt(phi2 / (fmin(r, c) - 1.0)), 1.0);
}

static uint64_t
labels_in_one_batch(const report_composition *c, uint64_t batches, uint64_t labels)
{
    uint64_t n = 0;

    for (uint64_t k = 0; k < labels; k++) {
        uint64_t in = 0;

        for (uint64_t i = 0; i < batches; i++)
            in += c->counts[i * labels + k] > 0;
        n += in == 1;
    }
    return n;
}

sci_status
report_composition_make(report_composition *out, const genomics_report *r)
{
    uint64_t batches = r->batch.levels, labels = r->label.levels;
    double *sums = NULL;
    sci_status st;

    *out = (report_composition){ .association = (double)NAN };
    if (!r->label.key)
        return SCI_OK;
    st = sci_alloc_zero(&sums, (size_t)batches + (size_t)labels, 1, sizeof *sums);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->counts, (size_t)batches, (size_t)labels, sizeof *out->counts);
    for (uint64_t i = 0; i < r->cells && st == SCI_OK; i++) {
        int32_t batch = r->batch.codes[i], label = r->label.codes[i];

        if (batch < 0 || label < 0)
            continue;
        out->counts[(uint64_t)batch * labels + (uint64_t)label]++;
        sums[batch]++;
        sums[batches + (uint64_t)label]++;
        out->labelled++;
    }
    if (st == SCI_OK && out->labelled > 1) {
        out->association = association_of(out->counts, batches, labels, sums, sums + batches,
                                          (double)out->labelled);
        out->in_one_batch = labels_in_one_batch(out, batches, labels);
    }
    sci_free(sums);
    return st;
}

/* ---- the lead ---- */

/* By how much the labels are easier to tell apart than before; NaN if nobody knows. */
static double
change_of_labels(const genomics_report *r)
{
    const metrics *before = &r->before.metrics, *after = &r->after.metrics;
    double change = after->label_score - before->label_score;

    if (!r->label.key || !r->after.given)
        return (double)NAN;
    return isnan(change) ? after->silhouette_label - before->silhouette_label : change;
}

/* "; the groups of 'cell_type' are …" */
static void
say_labels(char *text, size_t size, const genomics_report *r)
{
    double change = change_of_labels(r);

    text[0] = '\0';
    if (!r->label.key)
        snprintf(text, size,
                 "; no labels were given, so what it did to the biology is not measured");
    else if (!isnan(change))
        snprintf(text, size, "; the groups of '%.200s' are %s", r->label.key,
                 change < -0.05           ? "harder to tell apart than before"
                 : change < -REPORT_FALL  ? "somewhat harder to tell apart than before"
                 : change > REPORT_CHANGE ? "easier to tell apart than before"
                                          : "as separable as before");
}

/* Where batches have unlike cells, what counts is the share that the labels do not explain. */
static bool
beyond_labels(const genomics_report *r, const report_composition *c)
{
    return c->association > ENTANGLED && !isnan(r->before.metrics.r2_beyond)
           && (!r->after.given || !isnan(r->after.metrics.r2_beyond));
}

static double
share_of_batch(const report_stage *stage, bool beyond)
{
    return beyond ? stage->metrics.r2_beyond : stage->metrics.r2_batch;
}

static void
lead_before_and_after(cli_page *page, const genomics_report *r, const char *labels, bool beyond)
{
    double was = share_of_batch(&r->before, beyond), is = share_of_batch(&r->after, beyond);
    char before[REPORT_NUMBER], after[REPORT_NUMBER], batch[300] = "Batch";

    report_percent(before, was);
    report_percent(after, is);
    if (beyond)
        snprintf(batch, sizeof batch, "Beyond what '%.200s' explains, batch", r->label.key);
    if (report_little_to_correct(r))
        cli_page_lead(page,
                      "There was little to correct: batch explained only %s of the variance of the "
                      "genes before, and %s after%s.",
                      before, after, labels);
    else if (is > 0.5 * was && is > REPORT_LITTLE)
        cli_page_lead(page, "%s still explains %s of the variance of the genes, of %s before%s.",
                      batch, after, before, labels);
    else
        cli_page_lead(page, "%s explained %s of the variance of the genes before and %s after%s.",
                      batch, before, after, labels);
}

static void
lead_before(cli_page *page, const genomics_report *r)
{
    char share[REPORT_NUMBER], label[REPORT_NUMBER];

    report_percent(share, r->before.metrics.r2_batch);
    if (report_little_to_correct(r))
        cli_page_lead(page,
                      "There is little to correct: batch explains only %s of the variance of the "
                      "genes.",
                      share);
    else if (r->label.key && !isnan(r->before.metrics.r2_label))
        cli_page_lead(page, "Batch explains %s of the variance of the genes, '%s' explains %s.",
                      share, r->label.key, report_percent(label, r->before.metrics.r2_label));
    else
        cli_page_lead(page, "Batch explains %s of the variance of the genes.", share);
}

void
report_write_lead(cli_page *page, const genomics_report *r, const report_composition *composition)
{
    char labels[300];

    say_labels(labels, sizeof labels, r);
    if (r->before.given && r->after.given)
        lead_before_and_after(page, r, labels, beyond_labels(r, composition));
    else
        lead_before(page, r);
}

/* ---- tiles ---- */

/* "11.3 % → 0.1 %" */
static void
tile_of_change(cli_page *page, const genomics_report *r, const char *name, const char *before,
               const char *after, const char *remark)
{
    char text[2 * REPORT_NUMBER + 8];

    if (r->before.given && r->after.given)
        snprintf(text, sizeof text, "%s\xc2\xa0\xe2\x86\x92 %s", before, after);
    else
        snprintf(text, sizeof text, "%s", before);
    cli_page_tile(page, name, text, remark);
}

void
report_write_tiles(cli_page *page, const genomics_report *r, const report_composition *composition)
{
    char a[REPORT_NUMBER], b[REPORT_NUMBER], remark[2 * REPORT_NUMBER];
    const metrics *before = &r->before.metrics, *after = &r->after.metrics;
    bool beyond = beyond_labels(r, composition);

    cli_page_tiles(page);
    snprintf(remark, sizeof remark, "by chance %s; lower is better",
             report_percent(a, report_chance(r)));
    report_percent(b, share_of_batch(&r->after, beyond));
    tile_of_change(page, r,
                   beyond ? "Variance explained by batch, beyond labels"
                          : "Variance explained by batch",
                   report_percent(a, share_of_batch(&r->before, beyond)), b, remark);
    if (!isnan(before->overall)) {
        report_real(b, after->overall, 2);
        tile_of_change(page, r, "Overall score, 0 to 1", report_real(a, before->overall, 2), b,
                       "0.4 mixing of batches + 0.6 labels");
    } else if (!isnan(before->batch_score)) {
        report_real(b, after->batch_score, 2);
        tile_of_change(page, r, "Mixing of batches, 0 to 1", report_real(a, before->batch_score, 2),
                       b, "higher is better");
    }
    snprintf(remark, sizeof remark, "in %s batches", report_count(a, r->batch.levels));
    cli_page_tile(page, "Cells", report_count(b, r->cells), remark);
    snprintf(remark, sizeof remark, "%s left as they were", report_count(a, r->n_unadjusted));
    cli_page_tile(page, "Genes", report_count(b, r->genes), r->done ? remark : NULL);
    cli_page_tiles_end(page);
}

/* ---- notes ---- */

static void
note_little(cli_page *page, const genomics_report *r)
{
    char chance[REPORT_NUMBER];

    cli_page_note(page,
                  "Batches hardly differ in these data (chance alone would explain %s of the "
                  "variance). A correction can do little good here and may add noise: consider the "
                  "data as they were.",
                  report_percent(chance, report_chance(r)));
}

static void
note_entangled(cli_page *page, const genomics_report *r, const report_composition *c)
{
    char v[REPORT_NUMBER], n[REPORT_NUMBER];

    report_real(v, c->association, 2);
    if (r->label_kept)
        cli_page_note(
            page,
            "Batches differ in their composition (association of batch and '%s': Cramér's "
            "V = %s). The labels were part of the model, which can tell the two apart only "
            "as far as labels occur in several batches.",
            r->label.key, v);
    else
        cli_page_note(
            page,
            "Batches differ in their composition (association of batch and '%s': Cramér's "
            "V = %s). A linear method that does not know the labels takes a part of that "
            "difference for a batch effect and removes it: keep '%s' as a covariate, or "
            "use a method that matches cells, such as Harmony or scVI.",
            r->label.key, v, r->label.key);
    if (c->in_one_batch > 0)
        cli_page_note(page,
                      "%s of the groups of '%s' occur in a single batch: for them nobody can tell "
                      "batch and biology apart.",
                      report_count(n, c->in_one_batch), r->label.key);
}

static void
note_labels_fell(cli_page *page, const genomics_report *r)
{
    cli_page_note(page,
                  "The groups of '%s' are harder to tell apart after the correction: biology went "
                  "with the batches. %s",
                  r->label.key,
                  r->label_kept ? "The effect is not the same for all cells, which a linear model "
                                  "cannot express; a method that matches cells may do better."
                                : "Keep the labels as a covariate if they are known, or do without "
                                  "the correction.");
}

static void
note_after(cli_page *page, const genomics_report *r)
{
    const metrics *after = &r->after.metrics;

    if (change_of_labels(r) < -REPORT_FALL)
        note_labels_fell(page, r);
    if (after->ilisi < UNMIXED && after->r2_batch < REPORT_LITTLE && !report_little_to_correct(r))
        cli_page_note(
            page, "Means and variances of the batches agree now, but the neighbours of a cell "
                  "still come mostly from its own batch. What is left is not the same for all "
                  "cells, and a linear method cannot remove it: consider one that matches cells, "
                  "such as Harmony or scVI.");
}

void
report_write_notes(cli_page *page, const genomics_report *r, const report_composition *composition)
{
    char a[REPORT_NUMBER], b[REPORT_NUMBER];

    for (size_t k = 0; k < r->n_warnings; k++)
        cli_page_note(page, "%s", r->warnings[k]);
    if (report_little_to_correct(r))
        note_little(page, r);
    if (composition->association > ENTANGLED)
        note_entangled(page, r, composition);
    if (r->after.given)
        note_after(page, r);
    if (r->done && (double)r->n_unadjusted > MANY_UNADJUSTED * (double)r->genes)
        cli_page_note(
            page,
            "%s of %s genes were left as they were, and with them whatever the batches did "
            "to them. They are listed below.",
            report_count(a, r->n_unadjusted), report_count(b, r->genes));
}
