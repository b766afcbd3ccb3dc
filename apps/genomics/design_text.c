/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a design that is confounded. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "design.h"
#include "gram.h"

enum { LEVELS_MOST = 12, BATCHES_MOST = 60, LABEL_MOST = 24 };

/* ---- counts of cells ---- */

/* Mean of the column of a level in a batch. */
static double
mean_of_level(const sci_crossed *table, const design *d, size_t number, uint64_t batch,
              uint64_t level, double *sum)
{
    double found = 0.0;

    *sum = 0.0;
    for (uint64_t k = 0; k < d->columns; k++) {
        if (d->variable[k] != number)
            continue;
        *sum += table->mean[batch * table->covariates + k];
        if (d->level[k] == (int64_t)level)
            found = table->mean[batch * table->covariates + k];
    }
    return found;
}

/* The level without a column: treatment, the rest to 1; sum contrasts, whose columns hold p_l - p_last
 * and so add up to 1 - levels·p_last. */
uint64_t
design_cells(const sci_crossed *table, const design *d, const design_variable *variable,
             size_t variable_number, uint64_t batch, uint64_t level)
{
    double sum, rows = (double)table->rows[batch];
    double mean = mean_of_level(table, d, variable_number, batch, level, &sum);
    double share;

    if (variable->contrasts == DESIGN_SUM) {
        double last = (1.0 - sum) / (double)variable->levels;

        share = level + 1 == variable->levels ? last : mean + last;
    } else {
        share = level == 0 ? 1.0 - sum : mean;
    }
    return rows * share > 0.0 ? (uint64_t)llround(rows * share) : 0;
}

/* ---- text that grows ---- */

typedef struct text_buffer {
    char *text;
    sci_status st;
} text_buffer;

static void append(text_buffer *b, const char *format, ...) SCI_PRINTF(2, 3);
static void
append(text_buffer *b, const char *format, ...)
{
    va_list arguments;
    char piece[512], *longer = NULL;

    if (b->st != SCI_OK)
        return;
    va_start(arguments, format);
    vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    b->st = sci_format(&longer, "%s%s", b->text == NULL ? "" : b->text, piece);
    if (b->st != SCI_OK)
        return;
    sci_free(b->text);
    b->text = longer;
}

/* Bytes of a label that are shown: whole UTF-8 characters only. */
static int
shown(const char *label)
{
    size_t n = strlen(label);

    if (n <= LABEL_MOST)
        return (int)n;
    n = LABEL_MOST;
    while (n > 0 && ((unsigned char)label[n] & 0xC0) == 0x80)
        n--;
    return (int)n;
}

static int
characters(const char *label)
{
    int n = 0;

    for (int i = 0; i < shown(label); i++)
        n += ((unsigned char)label[i] & 0xC0) != 0x80;
    return n;
}

static void
append_right(text_buffer *b, const char *label, int width)
{
    append(b, "%*s%.*s", width - characters(label), "", shown(label), label);
}

/* ---- the parts of the message ---- */

static void
append_table(text_buffer *b, const sci_crossed *table, const char *const *batches, const design *d,
             const design_variable *v, size_t number)
{
    uint64_t levels = v->levels < LEVELS_MOST ? v->levels : LEVELS_MOST;
    uint64_t listed = 0, cells = 0;
    int width = 5;

    for (uint64_t batch = 0; batch < table->levels; batch++)
        width = characters(batches[batch]) > width ? characters(batches[batch]) : width;
    append(b, "cells of each batch by %s:\n", v->name);
    append_right(b, "batch", width);
    for (uint64_t l = 0; l < levels; l++) {
        append(b, "  ");
        append_right(b, v->labels[l], 7);
    }
    append(b, "%s\n", levels < v->levels ? "  ..." : "");
    for (uint64_t batch = 0; batch < table->levels && listed < BATCHES_MOST; batch++) {
        if (table->rows[batch] == 0)
            continue;
        listed++;
        append_right(b, batches[batch], width);
        for (uint64_t l = 0; l < levels; l++) {
            int column = characters(v->labels[l]);

            cells = design_cells(table, d, v, number, batch, l);
            append(b, "  %*llu", column > 7 ? column : 7, (unsigned long long)cells);
        }
        append(b, "\n");
    }
    if (listed == BATCHES_MOST)
        append(b, "(the first %d batches)\n", BATCHES_MOST);
    if (levels < v->levels)
        append(b, "(the first %d of %llu levels)\n", LEVELS_MOST, (unsigned long long)v->levels);
}

/* True if the column is the same number all over each batch. */
static bool
constant_in_batches(const sci_crossed *table, uint64_t k)
{
    uint64_t q = table->covariates;

    for (uint64_t batch = 0; batch < table->levels; batch++) {
        double n = (double)table->rows[batch], mean = table->mean[batch * q + k];

        if (table->gram[(batch * q + k) * q + k] > 1e-14 * n * mean * mean)
            return false;
    }
    return true;
}

static void
append_columns(text_buffer *b, const sci_crossed *table, const design *d, const bool *aliased)
{
    for (uint64_t k = 0; k < table->covariates; k++) {
        const char *why = "the batches and the columns before it determine it";

        if (!aliased[k])
            continue;
        if (constant_in_batches(table, k))
            why = "it is the same in all cells of each batch";
        append(b, "%s cannot be told from batch: %s\n", d->names[k], why);
    }
}

/* The rank of the covariates alone, without batches or an intercept. */
static sci_status
confounded_alone(const sci_crossed *table, bool *out)
{
    uint64_t q = table->covariates;
    double *gram = NULL, *lower = NULL, *norm = NULL;
    bool *left_out = NULL;
    sci_status st;

    st = sci_alloc_zero(&gram, q, q, sizeof *gram);
    if (st == SCI_OK)
        st = sci_alloc(&lower, q, q, sizeof *lower);
    if (st == SCI_OK)
        st = sci_alloc_zero(&norm, q, 1, sizeof *norm);
    if (st == SCI_OK)
        st = sci_alloc_zero(&left_out, q, 1, sizeof *left_out);
    if (st != SCI_OK)
        goto out;
    for (uint64_t b = 0; b < table->levels; b++)
        for (uint64_t i = 0; i < q * q; i++)
            gram[i] +=
                table->gram[b * q * q + i]
                + (double)table->rows[b] * table->mean[b * q + i / q] * table->mean[b * q + i % q];
    for (uint64_t k = 0; k < q; k++)
        norm[k] = gram[k * q + k];
    *out = gram_factor(lower, q, gram, norm, norm, left_out) > 0;
out:
    sci_free(gram);
    sci_free(lower);
    sci_free(norm);
    sci_free(left_out);
    return st;
}

static sci_status
append_sentence(text_buffer *b, const sci_crossed *table)
{
    bool alone = false;
    uint64_t columns = 0;
    sci_status st;

    for (uint64_t k = 0; k < table->covariates; k++)
        columns += design_is_intercept(table, k) ? 0 : 1;
    if (columns == 1) {
        append(b,
               "The covariate is confounded with batch! Remove the covariate and rerun ComBat\n");
        return SCI_OK;
    }
    st = confounded_alone(table, &alone);
    if (st != SCI_OK)
        return st;
    append(
        b, "%s\n",
        alone ? "The covariates are confounded! Please remove one or more of the covariates so the "
                "design is not confounded"
              : "At least one covariate is confounded with batch! Please remove confounded "
                "covariates and rerun ComBat");
    return SCI_OK;
}

sci_status
design_confounded_text(const sci_crossed *table, const char *const *batches, const design *d,
                       size_t n_variables, const design_variable *variables, const bool *aliased,
                       char **text)
{
    text_buffer b = { NULL, SCI_OK };
    bool any = false;
    sci_status st;

    *text = NULL;
    for (uint64_t k = 0; k < table->covariates; k++)
        any = any || aliased[k];
    if (!any)
        return SCI_OK;
    st = append_sentence(&b, table);
    if (st != SCI_OK)
        goto out;
    append_columns(&b, table, d, aliased);
    for (size_t i = 0; i < n_variables; i++) {
        bool concerned = false;

        for (uint64_t k = 0; k < d->columns; k++)
            concerned = concerned || (d->variable[k] == i && aliased[k]);
        if (concerned && variables[i].levels > 0)
            append_table(&b, table, batches, d, &variables[i], i);
    }
    st = b.st;
    if (st == SCI_OK) {
        *text = b.text;
        b.text = NULL;
    }
out:
    sci_free(b.text);
    return st;
}
