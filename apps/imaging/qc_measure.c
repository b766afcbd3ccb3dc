/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qc_measure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/quantile.h>

#include "qc_groups.h"

/* ---- one image ---- */

/* Percentiles that are asked for: the landmarks, then the window of the slices. */
enum { WINDOW_LOW = QC_LANDMARKS, WINDOW_HIGH, PERCENTILES };

#define KEPT_SCALE 20.0 /* times as wide as what the members need */

static sci_status
percentiles_of(sci_quantiles **out, const imaging_context *c, sci_source *source,
               const sci_grouping *g)
{
    double p[PERCENTILES];

    memcpy(p, qc_landmark_p, sizeof qc_landmark_p);
    p[WINDOW_LOW] = 0.005;
    p[WINDOW_HIGH] = 0.998;
    return sci_quantiles_fit(out, source, g, &c->options, PERCENTILES, p, NULL, NULL);
}

/* The ends of a histogram's axis: what both sets need, without their farthest values. Bins of
 * integers hold equally many of them. */
static void
set_ends(qc_histogram *h, const sci_quantiles *whole, const sci_quantiles *members, bool integers)
{
    double low = fmin(sci_quantiles_value(whole, 0, WINDOW_LOW),
                      sci_quantiles_value(members, 0, WINDOW_LOW));
    double high = fmax(sci_quantiles_value(whole, 0, WINDOW_HIGH),
                       sci_quantiles_value(members, 0, WINDOW_HIGH));
    double inner_low = sci_quantiles_value(members, 0, WINDOW_LOW);
    double inner_high = sci_quantiles_value(members, 0, WINDOW_HIGH);
    double inner = inner_high - inner_low, air;

    /* Voxels outside that were kept are on another scale, in which the members would be a line. */
    if (inner > 0.0 && high - low > KEPT_SCALE * inner) {
        low = inner_low - inner / 4.0;
        high = inner_high + inner / 4.0;
    }
    air = 0.04 * (high - low);
    h->low = low - air;
    h->high = high + air;
    if (!(low < high)) { /* nothing, or a constant */
        h->low = isfinite(low) ? low - 0.5 : 0.0;
        h->high = isfinite(low) ? low + 0.5 : 1.0;
    }
    if (integers) {
        double step = ceil((h->high - h->low) / QC_BINS);

        h->low = floor(h->low) - 0.5;
        h->high = h->low + step * QC_BINS;
    }
}

static sci_status
count(qc_histogram *h, const qc_histogram *like, const sci_quantiles *q)
{
    h->low = like->low;
    h->high = like->high;
    h->members = sci_quantiles_members(q, 0);
    return sci_quantiles_histogram(q, 0, h->low, h->high, QC_BINS, h->counts);
}

static sci_status
measure_values(qc_side *side, const imaging_context *c, const imaging_volume *v,
               const qc_groups *groups)
{
    sci_quantiles *whole = NULL, *members = NULL;
    sci_grouping *everything = NULL;
    bool integers = sci_type_is_integer(v->source->array.type);
    sci_status st = sci_grouping_create(&everything, v->source->array.rank, v->source->array.shape);

    if (st == SCI_OK)
        st = percentiles_of(&whole, c, v->source, everything);
    if (st == SCI_OK)
        st = percentiles_of(&members, c, v->source, groups->together);
    if (st == SCI_OK) {
        for (int k = 0; k < QC_LANDMARKS; k++)
            side->landmarks[k] = sci_quantiles_value(members, 0, (size_t)k);
        side->low = sci_quantiles_value(whole, 0, WINDOW_LOW);
        /* What is outside, bright fat, may be white altogether. */
        side->high = sci_quantiles_value(members, 0, WINDOW_HIGH);
        set_ends(&side->whole_image, whole, members, integers);
        st = count(&side->whole_image, &side->whole_image, whole);
    }
    if (st == SCI_OK)
        st = count(&side->members, &side->whole_image, members);
    sci_quantiles_free(whole);
    sci_quantiles_free(members);
    sci_grouping_free(everything);
    return st;
}

static int
compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Of several channels one is shown, whose values may be much smaller than those of others: the grey
 * then runs between its own percentiles on the slices. */
static sci_status
window_of_cuts(qc_side *side)
{
    const imaging_cuts *cuts = &side->cuts;
    double *values = NULL;
    size_t room = 0, n = 0;
    sci_status st;

    for (int k = 0; k < IMAGING_DIRECTIONS; k++)
        room += cuts->values[k] ? cuts->rows[k] * cuts->columns[k] : 0;
    st = sci_alloc(&values, room, 1, sizeof *values);
    for (int k = 0; st == SCI_OK && k < IMAGING_DIRECTIONS; k++)
        for (size_t i = 0; cuts->values[k] && i < cuts->rows[k] * cuts->columns[k]; i++)
            if (isfinite(cuts->values[k][i]))
                values[n++] = cuts->values[k][i];
    if (st == SCI_OK && n > 0) {
        qsort(values, n, sizeof *values, compare_reals);
        side->low = values[(size_t)(0.005 * (double)(n - 1))];
        side->high = values[(size_t)(0.998 * (double)(n - 1))];
    }
    sci_free(values);
    return st;
}

static sci_status
measure_side(qc_side *side, sci_stats **table, const imaging_context *c, const imaging_view *view,
             imaging_volume *v, const qc_groups *groups)
{
    const sci_moments *rows;
    sci_status st = sci_fit(v->source, groups->groups.g, &c->options, table, NULL);

    if (st != SCI_OK)
        return st;
    rows = sci_stats_moments(*table);
    side->inside = sci_moments_empty();
    for (uint64_t k = 0; k < sci_stats_groups(*table); k++)
        sci_moments_merge(&side->inside, &rows[k]);
    st = measure_values(side, c, v, groups);
    if (st == SCI_OK)
        st = imaging_cuts_read(&side->cuts, view, v->source);
    return st == SCI_OK && view->which[0] ? window_of_cuts(side) : st;
}

/* ---- groups ---- */

/* "channel 2, label 3", and the number of the label, which is its colour. */
static sci_status
name_group(qc_group *g, const sci_stats *table, uint64_t group, const imaging_geometry *geometry)
{
    uint64_t level[SCI_MAX_RANK];
    size_t used = 0;
    int n = sci_stats_factors(table);
    sci_stats_factor factor;

    g->colour = -1;
    for (int f = n - 1; f >= 0; f--) { /* the last one is fastest */
        sci_status st = sci_stats_get_factor(table, f, &factor);

        if (st != SCI_OK)
            return st;
        level[f] = group % factor.levels;
        group /= factor.levels;
    }
    for (int f = 0; f < n && used < sizeof g->name; f++) {
        const char *comma = used > 0 ? ", " : "";
        char text[64];
        sci_status st = sci_stats_get_factor(table, f, &factor);

        if (st == SCI_OK)
            st = sci_stats_level_name(table, f, level[f], text, sizeof text);
        if (st != SCI_OK)
            return st;
        if (!factor.keep)
            g->colour = factor.n_axes > 1 && strcmp(text, "0") != 0 ? (int32_t)level[f] : -1;
        used += (size_t)(factor.keep ? snprintf(
                             g->name + used, sizeof g->name - used, "%s%s %" PRIu64, comma,
                             imaging_role_name(geometry->axes[factor.axes[0]].role), level[f] + 1)
                                     : snprintf(g->name + used, sizeof g->name - used, "%slabel %s",
                                                comma, text));
    }
    return SCI_OK;
}

static sci_status
list_groups(imaging_qc *qc, const sci_stats *before, const sci_stats *after,
            const qc_groups *groups, const imaging_geometry *geometry)
{
    uint64_t n = sci_stats_groups(before);
    const sci_moments *b = sci_stats_moments(before), *a = sci_stats_moments(after);
    sci_status st = SCI_OK;

    qc->plane = strcmp(imaging_geometry_measure(geometry), "mm2") == 0;
    /* The channels of a place are one place. */
    if (qc->view.which[0] == '\0')
        qc->mm3 = qc->before.inside.weight * groups->members->weight_mm3;
    if (n < 2 && groups->members->regions == NULL)
        return SCI_OK;
    st = sci_alloc_zero(&qc->groups, n, 1, sizeof *qc->groups);
    for (uint64_t k = 0; st == SCI_OK && k < n; k++) {
        qc_group *g = &qc->groups[qc->n_groups];

        if (b[k].count == 0)
            continue;
        st = name_group(g, before, k, geometry);
        g->before = b[k];
        g->after = a[k];
        g->mm3 = b[k].weight * groups->members->weight_mm3;
        qc->n_groups++;
    }
    return st;
}

/* ---- maps on the slices ---- */

/* What is > 0 in the mask; NULL without one. */
static sci_source *
mask_of(const qc_groups *groups)
{
    const imaging_members *m = groups->members;

    if (m->mask == NULL)
        return groups->chosen;
    return m->mask_source ? m->mask_source : m->mask->source;
}

static sci_status
cut_mask(imaging_qc *qc, const qc_groups *groups)
{
    sci_source *mask = mask_of(groups);
    imaging_cuts cuts = { .rows = { 0 } };
    sci_status st;

    if (mask == NULL)
        return SCI_OK;
    st = imaging_cuts_read(&cuts, &qc->view, mask);
    for (int k = 0; st == SCI_OK && k < IMAGING_DIRECTIONS; k++) {
        size_t n = cuts.rows[k] * cuts.columns[k];

        if (cuts.values[k] == NULL)
            continue;
        st = sci_alloc(&qc->mask[k], n, 1, 1);
        for (size_t i = 0; st == SCI_OK && i < n; i++)
            qc->mask[k][i] = cuts.values[k][i] > 0.0;
    }
    imaging_cuts_clear(&cuts);
    return st;
}

static int
compare_levels(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int32_t
level_of(const qc_groups *groups, double value)
{
    int64_t key = (int64_t)value;
    const int64_t *found =
        bsearch(&key, groups->levels, groups->n_levels, sizeof key, compare_levels);

    /* Background is everywhere. */
    return found && key != 0 ? (int32_t)(found - groups->levels) : -1;
}

static sci_status
cut_labels(imaging_qc *qc, const qc_groups *groups)
{
    imaging_cuts cuts = { .rows = { 0 } };
    sci_status st;

    if (groups->members->labels == NULL)
        return SCI_OK;
    st = imaging_cuts_read(&cuts, &qc->view, groups->members->labels->source);
    for (int k = 0; st == SCI_OK && k < IMAGING_DIRECTIONS; k++) {
        size_t n = cuts.rows[k] * cuts.columns[k];

        if (cuts.values[k] == NULL)
            continue;
        st = sci_alloc(&qc->labels[k], n, 1, sizeof *qc->labels[k]);
        for (size_t i = 0; st == SCI_OK && i < n; i++)
            qc->labels[k][i] = level_of(groups, cuts.values[k][i]);
    }
    imaging_cuts_clear(&cuts);
    return st;
}

/* ---- the whole ---- */

static sci_status
check_alike(const imaging_volume *before, const imaging_volume *after)
{
    const sci_array *b = &before->source->array, *a = &after->source->array;
    bool same = b->rank == a->rank;

    for (int k = 0; same && k < b->rank; k++)
        same = b->shape[k] == a->shape[k];
    if (!same)
        return sci_fail(SCI_ERR_REFUSED, "'%s' and '%s' have different shapes", before->name,
                        after->name);
    return imaging_geometry_same(&before->geometry, before->name, &after->geometry, after->name);
}

static sci_status
copy_warnings(imaging_qc *qc, const imaging_geometry *g)
{
    sci_status st = sci_alloc_zero(&qc->warnings, g->n_warnings, 1, sizeof *qc->warnings);

    for (size_t k = 0; st == SCI_OK && k < g->n_warnings; k++, qc->n_warnings++)
        st = sci_strdup(&qc->warnings[k], g->warnings[k]);
    return st;
}

static sci_status
look(imaging_qc *qc, const qc_groups *groups, const imaging_volume *before)
{
    sci_source *map = mask_of(groups);
    uint64_t cut[IMAGING_DIRECTIONS];
    sci_status st = imaging_view_create(&qc->view, &before->geometry);

    if (map == NULL && groups->members->labels != NULL)
        map = groups->members->labels->source;
    if (st == SCI_OK && map != NULL)
        st = imaging_mask_centre(&qc->view, map, cut);
    if (st == SCI_OK && map != NULL)
        imaging_view_cut(&qc->view, cut);
    if (st == SCI_OK)
        st = cut_mask(qc, groups);
    return st == SCI_OK ? cut_labels(qc, groups) : st;
}

/* Who is compared, in words. */
static void
say_members(imaging_qc *qc, const imaging_members *m)
{
    size_t used = 0, size = sizeof qc->members;

    if (m->rule.kind == MASK_FILE)
        used = (size_t)snprintf(qc->members, size, "in the mask '%.120s'",
                                qc_base_name(m->rule.operand));
    else if (m->rule.kind == MASK_NONZERO)
        used = (size_t)snprintf(qc->members, size, "that were not 0");
    else if (m->rule.kind != MASK_NONE && m->n_low == 1)
        used = (size_t)snprintf(qc->members, size, "that were above %.6g", m->low[0]);
    else if (m->rule.kind != MASK_NONE)
        used =
            (size_t)snprintf(qc->members, size, "that were above the threshold of their channel");
    if (m->labels)
        (void)snprintf(qc->members + used, size - used, "%swith a label in '%.120s'",
                       used > 0 ? " and " : "", qc_base_name(m->labels->name));
    qc->masked = m->rule.kind != MASK_NONE || m->labels != NULL;
    qc->labelled = m->labels != NULL;
    qc->weighted = m->weighted;
}

static void
name_files(imaging_qc *qc, const qc_files *files)
{
    static const char *const units[] = { "z-score", "z-score",      "z-score",
                                         "z-score", "robust score", "relative intensity" };
    int method = files->method;

    qc->before.file = files->before_name;
    qc->after.file = files->after_name;
    qc->before.value_label = "intensity";
    qc->after.value_label =
        method >= 0 && method <= IMAGING_RANGE ? units[method] : "normalized intensity";
}

sci_status
imaging_qc_measure(imaging_qc *out, const imaging_context *asked, const qc_files *files)
{
    imaging_context context = *asked, *c = &context;
    sci_stats *before = NULL, *after = NULL;
    qc_groups groups = { .members = NULL };
    imaging_qc qc = { .ddof = asked->options.ddof, .mm3 = (double)NAN };
    sci_status st = check_alike(files->before, files->after);

    /* What normalizing refuses has been refused; outside there may be NaN by intention. */
    context.options.nan = SCI_NAN_IGNORE;
    if (st == SCI_OK)
        st = qc_groups_make(&groups, c, files->before, files->values, files->members);
    if (st == SCI_OK)
        st = look(&qc, &groups, files->before);
    if (st == SCI_OK)
        st = measure_side(&qc.before, &before, c, &qc.view, files->before, &groups);
    if (st == SCI_OK)
        st = measure_side(&qc.after, &after, c, &qc.view, files->after, &groups);
    if (st == SCI_OK)
        st = list_groups(&qc, before, after, &groups, &files->before->geometry);
    if (st == SCI_OK)
        st = copy_warnings(&qc, &files->before->geometry);
    if (st == SCI_OK) {
        say_members(&qc, files->members);
        name_files(&qc, files);
    }
    sci_stats_free(before);
    sci_stats_free(after);
    qc_groups_clear(&groups);
    if (st == SCI_OK)
        *out = qc;
    else
        imaging_qc_clear(&qc);
    return st;
}
