/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "report_priv.h"

/* ---- numbers as text ---- */

const char *
report_real(char text[REPORT_NUMBER], double value, int decimals)
{
    cli_plot_number(text, REPORT_NUMBER, value, decimals);
    return text;
}

const char *
report_count(char text[REPORT_NUMBER], uint64_t value)
{
    return report_real(text, (double)value, 0);
}

const char *
report_percent(char text[REPORT_NUMBER], double share)
{
    static const char unit[] = "\xc2\xa0%"; /* does not break */
    double percent = 100.0 * share;
    size_t used;

    if (percent > 0.0 && percent < 0.005) {
        snprintf(text, REPORT_NUMBER,
                 "<\xc2\xa0"
                 "0.01%s",
                 unit);
        return text;
    }
    report_real(text, percent, fabs(percent) >= 0.995 ? 1 : 2);
    used = strlen(text);
    if (isfinite(percent))
        snprintf(text + used, REPORT_NUMBER - used, "%s", unit);
    return text;
}

/* ---- groups ---- */

typedef struct level_size {
    uint64_t cells, level;
} level_size;

/* Larger first, then in the order of the levels. */
static int
compare_sizes(const void *a, const void *b)
{
    const level_size *p = a, *q = b;

    if (p->cells != q->cells)
        return p->cells > q->cells ? -1 : 1;
    return (p->level > q->level) - (p->level < q->level);
}

static uint64_t
count_levels(level_size *sizes, const report_factor *factor, uint64_t cells)
{
    uint64_t without = 0;

    for (uint64_t k = 0; k < factor->levels; k++)
        sizes[k] = (level_size){ 0, k };
    for (uint64_t i = 0; i < cells; i++)
        if (factor->codes[i] >= 0 && (uint64_t)factor->codes[i] < factor->levels)
            sizes[factor->codes[i]].cells++;
        else
            without++;
    return without;
}

static sci_status
add_group(report_groups *g, const char *name, uint64_t cells, uint64_t level)
{
    sci_status st = sci_strdup(&g->name[g->n], name);

    if (st != SCI_OK)
        return st;
    g->cells[g->n] = cells;
    g->level[g->n] = level;
    g->colour[g->n] = level == UINT64_MAX ? -1 : (int)g->n;
    g->n++;
    return SCI_OK;
}

/* Levels that are shown get their number in their own order; the others the next one. */
static sci_status
add_levels(report_groups *g, const report_factor *factor, const level_size *sizes, size_t shown)
{
    char text[REPORT_NUMBER + 16], number[REPORT_NUMBER];
    uint64_t others = 0, cells = 0;
    sci_status st = SCI_OK;

    for (uint64_t k = 0; k < factor->levels; k++)
        g->of_level[k] = SIZE_MAX;
    for (size_t k = 0; k < shown; k++)
        g->of_level[sizes[k].level] = k; /* where its size is */
    for (uint64_t k = 0; k < factor->levels && st == SCI_OK; k++)
        if (g->of_level[k] != SIZE_MAX) {
            uint64_t size = sizes[g->of_level[k]].cells;

            g->of_level[k] = g->n;
            st = add_group(g, factor->names[k], size, k);
        }
    for (uint64_t k = shown; k < factor->levels; k++) {
        g->of_level[sizes[k].level] = g->n;
        cells += sizes[k].cells;
        others += sizes[k].cells > 0;
    }
    if (others == 0 || st != SCI_OK)
        return st;
    snprintf(text, sizeof text, "%s others", report_count(number, others));
    return add_group(g, text, cells, UINT64_MAX);
}

sci_status
report_groups_make(report_groups *out, const report_factor *factor, uint64_t cells)
{
    level_size *sizes = NULL;
    uint64_t without;
    size_t shown = 0;
    sci_status st;

    *out = (report_groups){ 0 };
    st = sci_alloc(&sizes, (size_t)factor->levels, 1, sizeof *sizes);
    if (st == SCI_OK)
        st = sci_alloc(&out->of_level, (size_t)factor->levels, 1, sizeof *out->of_level);
    if (st != SCI_OK)
        goto out;
    without = count_levels(sizes, factor, cells);
    if (factor->levels > 0)
        qsort(sizes, (size_t)factor->levels, sizeof *sizes, compare_sizes);
    while (shown < factor->levels && sizes[shown].cells > 0)
        shown++;
    if (shown > REPORT_GROUPS_MOST)
        shown = REPORT_GROUPS_MOST - 1;
    st = add_levels(out, factor, sizes, shown);
    if (st == SCI_OK && without > 0)
        st = add_group(out, "left out", without, UINT64_MAX);
out:
    sci_free(sizes);
    if (st != SCI_OK)
        report_groups_clear(out);
    return st;
}

void
report_groups_clear(report_groups *groups)
{
    for (size_t k = 0; k < groups->n; k++)
        sci_free(groups->name[k]);
    sci_free(groups->of_level);
    *groups = (report_groups){ 0 };
}

size_t
report_group_of(const report_groups *groups, int32_t code)
{
    return code >= 0 ? groups->of_level[code] : groups->n - 1;
}
