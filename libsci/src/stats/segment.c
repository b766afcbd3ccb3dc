/* SPDX-License-Identifier: BSD-3-Clause */
/* Members of a segment, group after group, cut into blocks. */
#include <string.h>

#include <sci/memory.h>

#include "segment.h"

#define TILE 512
#define CACHE_LINE 64
#define PREFETCH_BYTES 1024
#define FILTERED 1024 /* elements whose values are looked at together */
/* Rows are 16 elements at least, but for two that the segment cuts and two that the block cuts. */
#define SPANS_MOST (SCI_BLOCK / 16 + 4)

/* A stretch of one row that belongs to one group (RUN), or a whole row (COLUMNS). */
typedef struct piece {
    const unsigned char *elements;
    uint64_t count;
    double weight;
} piece;

struct sci_segment_fitter {
    sci_kernel kernel;
    const sci_kernels *kernels;
    size_t element_size;
    bool weighted;      /* a map of weights is there */
    bool own_groups;    /* RUN: each row is a group of its own, in order */
    piece *pieces;      /* RUN, COLUMNS: rows in the order of the array */
    uint32_t *order;    /* their numbers in the order of groups */
    int32_t *groups;    /* group of each piece, or of each element (COMPACT) */
    uint32_t *next;     /* counting sort: where a group ends */
    uint32_t *quarters; /* COMPACT: where its next member goes, for each quarter of the elements;
                           outsiders first */
    sci_tally *tallies; /* COLUMNS: one a column */
    const void **rows;  /* COLUMNS: addresses of a block of rows */
    double *row_weights;
    double *weights;        /* COMPACT: of each element */
    unsigned char *members; /* COMPACT: sorted by group. RUN: those whose values are not left out,
                               a block and more */
    double *member_weights;
};

static bool
has_kind(const sci_layout *layout, sci_map_kind kind)
{
    for (int m = 0; m < layout->n_maps; m++)
        if (layout->maps[m].grouping == 0 && layout->maps[m].map->kind == kind)
            return true;
    return false;
}

static bool
rows_are_groups(const sci_layout *layout)
{
    for (int a = 0; a < layout->n_axes - 1; a++)
        if (layout->step[0][a] == 0)
            return false;
    return layout->n_maps == 0 && !layout->values;
}

/* ---- scratch ---- */

typedef struct scratch_sizes {
    uint64_t pieces, groups, next, quarters, tallies, rows, elements, weights, members,
        member_weights;
} scratch_sizes;

static scratch_sizes
sizes_of(const sci_layout *layout, const sci_segmentation *cut)
{
    sci_kernel kernel = sci_layout_kernel(layout);
    uint64_t most = cut->segment_length < layout->count ? cut->segment_length : layout->count;
    uint64_t periods = cut->periods_per_segment > 0 ? cut->periods_per_segment : 1;
    scratch_sizes n = { .next = periods * cut->period_groups + 1 };

    if (layout->count == 0)
        return n;
    if (kernel == SCI_KERNEL_COMPACT) {
        n.groups = n.members = most;
        n.quarters = 4 * n.next;
        n.weights = has_kind(layout, SCI_MAP_WEIGHT) ? most : 0;
        n.member_weights = has_kind(layout, SCI_MAP_WEIGHT) ? most : 0;
    } else if (!(kernel == SCI_KERNEL_RUN && rows_are_groups(layout))) {
        n.pieces = n.groups = most / layout->inner + 2;
        n.tallies = kernel == SCI_KERNEL_COLUMNS ? layout->inner : 0;
        n.rows = kernel == SCI_KERNEL_COLUMNS ? SCI_BLOCK : 0;
        n.members = layout->values ? SCI_BLOCK + FILTERED + 1 : 0;
    }
    return n;
}

uint64_t
sci_segment_fitter_bytes(const sci_layout *layout, const sci_segmentation *cut, sci_type type)
{
    scratch_sizes n = sizes_of(layout, cut);

    return sizeof(sci_segment_fitter) + n.pieces * (sizeof(piece) + sizeof(uint32_t))
           + n.groups * sizeof(int32_t) + (n.next + n.quarters) * sizeof(uint32_t)
           + n.tallies * sizeof(sci_tally) + n.rows * (sizeof(void *) + sizeof(double))
           + (n.weights + n.member_weights) * sizeof(double) + n.members * sci_type_size(type);
}

sci_status
sci_segment_fitter_create(sci_segment_fitter **out, const sci_layout *layout,
                          const sci_segmentation *cut, sci_type type)
{
    scratch_sizes n = sizes_of(layout, cut);
    sci_segment_fitter *f = NULL;
    sci_status st = sci_alloc_zero(&f, 1, 1, sizeof *f);

    if (st != SCI_OK)
        return st;
    f->kernel = sci_layout_kernel(layout);
    f->kernels = sci_kernels_of(type);
    f->element_size = sci_type_size(type);
    f->weighted = has_kind(layout, SCI_MAP_WEIGHT);
    f->own_groups = f->kernel == SCI_KERNEL_RUN && rows_are_groups(layout);
    st = sci_alloc(&f->pieces, n.pieces, 1, sizeof *f->pieces);
    if (st == SCI_OK)
        st = sci_alloc(&f->order, n.pieces, 1, sizeof *f->order);
    if (st == SCI_OK)
        st = sci_alloc(&f->groups, n.groups, 1, sizeof *f->groups);
    if (st == SCI_OK)
        st = sci_alloc(&f->next, n.next, 1, sizeof *f->next);
    if (st == SCI_OK)
        st = sci_alloc(&f->quarters, n.quarters, 1, sizeof *f->quarters);
    if (st == SCI_OK)
        st = sci_alloc(&f->tallies, n.tallies, 1, sizeof *f->tallies);
    if (st == SCI_OK)
        st = sci_alloc(&f->rows, n.rows, 1, sizeof *f->rows);
    if (st == SCI_OK)
        st = sci_alloc(&f->row_weights, n.rows, 1, sizeof *f->row_weights);
    if (st == SCI_OK)
        st = sci_alloc(&f->weights, n.weights, 1, sizeof *f->weights);
    if (st == SCI_OK)
        st = sci_alloc(&f->member_weights, n.member_weights, 1, sizeof *f->member_weights);
    if (st == SCI_OK)
        st = sci_alloc(&f->members, n.members, 1, f->element_size);
    if (st != SCI_OK) {
        sci_segment_fitter_free(f);
        return st;
    }
    *out = f;
    return SCI_OK;
}

void
sci_segment_fitter_free(sci_segment_fitter *f)
{
    if (!f)
        return;
    sci_free(f->pieces);
    sci_free(f->order);
    sci_free(f->groups);
    sci_free(f->next);
    sci_free(f->quarters);
    sci_free(f->tallies);
    sci_free(f->rows);
    sci_free(f->row_weights);
    sci_free(f->weights);
    sci_free(f->member_weights);
    sci_free(f->members);
    sci_free(f);
}

/* ---- RUN ---- */

static void
blocks_of(const sci_segment_fitter *f, sci_tally *tally, const unsigned char *elements, uint64_t n,
          sci_nan_policy nan)
{
    for (uint64_t i = 0; i < n; i += SCI_BLOCK)
        f->kernels->block(tally, elements + i * f->element_size,
                          n - i < SCI_BLOCK ? n - i : SCI_BLOCK, nan);
}

/* Rows that are groups: nothing to sort. */
static void
fit_own_rows(sci_segment_fitter *f, const sci_stretch *s, const sci_segment *segment,
             sci_nan_policy nan, sci_moments *rows, uint64_t *nonfinite)
{
    uint64_t inner = s->layout->inner;
    const unsigned char *elements = s->elements + (segment->first - s->origin) * f->element_size;
    uint64_t left = segment->end - segment->first;

    if (inner <= SCI_BLOCK && left == inner * segment->groups) {
        *nonfinite += f->kernels->rows(rows, elements, segment->groups, inner, nan);
        return;
    }
    for (uint64_t g = 0; g < segment->groups; g++) {
        uint64_t n = left < inner ? left : inner;
        sci_tally tally;

        sci_tally_begin(&tally);
        blocks_of(f, &tally, elements, n, nan);
        sci_tally_finish(&tally);
        rows[g] = tally.moments;
        *nonfinite += tally.nonfinite;
        elements += n * f->element_size;
        left -= n;
    }
}

/* A block of a group in the making. */
typedef struct open_block {
    const sci_segment_fitter *fitter;
    sci_tally *tally;
    sci_nan_policy nan;
    sci_span spans[SPANS_MOST];
    size_t n;
    uint64_t members;
} open_block;

/* Spans are written before they are read. */
static void
open_block_begin(open_block *b, const sci_segment_fitter *fitter, sci_tally *tally,
                 sci_nan_policy nan)
{
    b->fitter = fitter;
    b->tally = tally;
    b->nan = nan;
    b->n = 0;
    b->members = 0;
}

static void
close_block(open_block *b)
{
    if (b->n == 1)
        b->fitter->kernels->block(b->tally, b->spans[0].elements, b->members, b->nan);
    else if (b->n > 1)
        b->fitter->kernels->spans(b->tally, b->spans, b->members, b->nan);
    b->n = 0;
    b->members = 0;
}

/* Short rows of one group lie far apart, where no processor foresees them. */
static inline void
prefetch_short(const unsigned char *bytes, uint64_t n)
{
    for (uint64_t i = 0; n <= PREFETCH_BYTES && i < n; i += CACHE_LINE)
        __builtin_prefetch(bytes + i);
}

static void
add_members(open_block *b, const unsigned char *elements, uint64_t count)
{
    for (uint64_t at = 0; at < count;) {
        uint64_t left = count - at, room = SCI_BLOCK - b->members, take = room < left ? room : left;

        b->spans[b->n++] = (sci_span){ elements + at * b->fitter->element_size, take };
        prefetch_short(elements + at * b->fitter->element_size, take * b->fitter->element_size);
        b->members += take;
        at += take;
        if (b->members == SCI_BLOCK)
            close_block(b);
    }
}

/* Members of one group from several rows. */
static void
fit_pieces(sci_segment_fitter *f, const uint32_t *order, uint64_t n, sci_tally *tally,
           sci_nan_policy nan)
{
    open_block block;

    open_block_begin(&block, f, tally, nan);
    for (uint64_t i = 0; i < n; i++)
        add_members(&block, f->pieces[order[i]].elements, f->pieces[order[i]].count);
    close_block(&block);
}

static void
merge_weighted(sci_tally *tally, sci_tally *part, double weight)
{
    sci_tally_finish(part);
    part->moments.weight *= weight;
    part->moments.m2 *= weight;
    sci_moments_merge(&tally->moments, &part->moments);
    tally->nonfinite += part->nonfinite;
}

/* A constant weight scales a block as a whole, so blocks end with their row. */
static void
fit_weighted_pieces(sci_segment_fitter *f, const uint32_t *order, uint64_t n, sci_tally *tally,
                    sci_nan_policy nan)
{
    for (uint64_t i = 0; i < n; i++) {
        const piece *p = &f->pieces[order[i]];
        sci_tally part;

        sci_tally_begin(&part);
        blocks_of(f, &part, p->elements, p->count, nan);
        merge_weighted(tally, &part, p->weight);
    }
}

/* ---- RUN of some of the values ---- */

/* Members of one group whose values are not left out, on their way into blocks. */
typedef struct filtered {
    const sci_segment_fitter *fitter;
    const sci_stretch *stretch;
    uint64_t group;
    sci_tally *tally;
    sci_nan_policy nan;
    size_t waiting; /* in fitter->members */
} filtered;

static void
flush_filtered(filtered *f)
{
    if (f->waiting > 0)
        f->fitter->kernels->block(f->tally, f->fitter->members, f->waiting, f->nan);
    f->waiting = 0;
}

static void
filter_members(filtered *f, const unsigned char *elements, uint64_t count)
{
    size_t size = f->fitter->element_size;
    unsigned char *members = f->fitter->members;

    for (uint64_t at = 0; at < count; at += FILTERED) {
        size_t n = count - at < FILTERED ? count - at : FILTERED;

        f->waiting +=
            sci_values_compact(f->stretch->layout->values, f->stretch->type, elements + at * size,
                               n, f->group, members + f->waiting * size);
        if (f->waiting >= SCI_BLOCK) {
            f->fitter->kernels->block(f->tally, members, SCI_BLOCK, f->nan);
            f->waiting -= SCI_BLOCK;
            memcpy(members, members + SCI_BLOCK * size, f->waiting * size);
        }
    }
}

/* Blocks run on from row to row, but not where rows have weights. */
static void
fit_filtered_pieces(filtered *f, const uint32_t *order, uint64_t n)
{
    sci_tally *sum = f->tally, part;

    for (uint64_t i = 0; i < n; i++) {
        const piece *p = &f->fitter->pieces[order[i]];

        if (!f->fitter->weighted) {
            filter_members(f, p->elements, p->count);
            continue;
        }
        sci_tally_begin(&part);
        f->tally = &part;
        filter_members(f, p->elements, p->count);
        flush_filtered(f);
        merge_weighted(sum, &part, p->weight);
    }
    f->tally = sum;
    flush_filtered(f);
}

/* ---- rows sorted by group ---- */

/* Counting sort of items by f->groups; items below 0 are left out. next[g] is the end of group g
 * afterwards. */
static void
start_groups(sci_segment_fitter *f, uint64_t items, uint64_t groups)
{
    uint32_t at = 0;

    memset(f->next, 0, (groups + 1) * sizeof *f->next);
    for (uint64_t i = 0; i < items; i++)
        if (f->groups[i] >= 0)
            f->next[f->groups[i]]++;
    for (uint64_t g = 0; g < groups; g++) {
        uint32_t n = f->next[g];

        f->next[g] = at;
        at += n;
    }
}

static void
sort_pieces(sci_segment_fitter *f, uint64_t n, uint64_t groups)
{
    start_groups(f, n, groups);
    for (uint64_t i = 0; i < n; i++)
        if (f->groups[i] >= 0)
            f->order[f->next[f->groups[i]]++] = (uint32_t)i;
}

/* The rows of a segment as pieces with their groups, in units of `unit` groups. */
static uint64_t
collect_pieces(sci_segment_fitter *f, const sci_stretch *s, const sci_segment *segment,
               uint64_t unit)
{
    sci_cursor cursor;
    uint64_t n = 0;

    sci_cursor_begin(&cursor, s->layout, segment->first, segment->end);
    while (sci_cursor_next(&cursor)) {
        const sci_row *row = &cursor.row;
        sci_place place = { .group = { (int64_t)row->at[0] }, .weight = 1.0 };
        bool member = true;

        if (s->layout->n_maps > 0) {
            place = sci_place_of_row(s, row);
            member = place.group[0] >= 0 && place.weight > 0.0;
        }
        f->pieces[n].elements = s->elements + (row->first - s->origin) * f->element_size;
        f->pieces[n].count = row->count;
        f->pieces[n].weight = place.weight;
        f->groups[n] =
            member ? (int32_t)(((uint64_t)place.group[0] - segment->first_group) / unit) : -1;
        n++;
    }
    return n;
}

static void
fit_runs(sci_segment_fitter *f, const sci_stretch *s, const sci_segment *segment,
         sci_nan_policy nan, sci_moments *rows, uint64_t *nonfinite)
{
    uint64_t first = 0;

    sort_pieces(f, collect_pieces(f, s, segment, 1), segment->groups);
    for (uint64_t g = 0; g < segment->groups; g++) {
        uint64_t end = f->next[g];
        sci_tally tally;

        sci_tally_begin(&tally);
        if (s->layout->values) {
            filtered some = { f, s, segment->first_group + g, &tally, nan, 0 };

            fit_filtered_pieces(&some, f->order + first, end - first);
        } else if (f->weighted)
            fit_weighted_pieces(f, f->order + first, end - first, &tally, nan);
        else
            fit_pieces(f, f->order + first, end - first, &tally, nan);
        sci_tally_finish(&tally);
        rows[g] = tally.moments;
        *nonfinite += tally.nonfinite;
        first = end;
    }
}

/* (pooled, kept, pooled) without maps, as in batch norm: every groups-th row is a group's. */
static bool
rows_repeat(const sci_layout *layout)
{
    return layout->n_maps == 0 && !layout->values && layout->n_axes == 3 && layout->step[0][0] == 0
           && layout->step[0][1] == 1 && layout->step[0][2] == 0;
}

static void
fit_repeating_rows(sci_segment_fitter *f, const sci_stretch *s, const sci_segment *segment,
                   sci_nan_policy nan, sci_moments *rows, uint64_t *nonfinite)
{
    uint64_t inner = s->layout->inner, groups = segment->groups;
    uint64_t first_row = segment->first / inner, end_row = (segment->end + inner - 1) / inner;

    for (uint64_t g = 0; g < groups; g++) {
        sci_tally tally;
        open_block block;

        open_block_begin(&block, f, &tally, nan);
        sci_tally_begin(&tally);
        for (uint64_t r = first_row + (groups + g - first_row % groups) % groups; r < end_row;
             r += groups) {
            uint64_t first = r * inner > segment->first ? r * inner : segment->first;
            uint64_t end = (r + 1) * inner < segment->end ? (r + 1) * inner : segment->end;

            add_members(&block, s->elements + (first - s->origin) * f->element_size, end - first);
        }
        close_block(&block);
        sci_tally_finish(&tally);
        rows[g] = tally.moments;
        *nonfinite += tally.nonfinite;
    }
}

/* ---- COLUMNS ---- */

static void
fit_row_group(sci_segment_fitter *f, const uint32_t *order, uint64_t n, uint64_t columns,
              sci_nan_policy nan)
{
    for (uint64_t first = 0; first < n; first += SCI_BLOCK) {
        uint64_t count = n - first < SCI_BLOCK ? n - first : SCI_BLOCK;

        for (uint64_t r = 0; r < count; r++) {
            f->rows[r] = f->pieces[order[first + r]].elements;
            f->row_weights[r] = f->pieces[order[first + r]].weight;
        }
        if (f->weighted)
            f->kernels->columns_weighted(f->tallies, f->rows, f->row_weights, count, columns, nan);
        else
            f->kernels->columns(f->tallies, f->rows, count, columns, nan);
    }
}

static void
fit_columns(sci_segment_fitter *f, const sci_stretch *s, const sci_segment *segment,
            sci_nan_policy nan, sci_moments *rows, uint64_t *nonfinite)
{
    uint64_t columns = s->layout->inner, first = 0;

    sort_pieces(f, collect_pieces(f, s, segment, columns), segment->groups / columns);
    for (uint64_t g = 0; g < segment->groups / columns; g++) {
        uint64_t end = f->next[g];

        for (uint64_t c = 0; c < columns; c++)
            sci_tally_begin(&f->tallies[c]);
        fit_row_group(f, f->order + first, end - first, columns, nan);
        for (uint64_t c = 0; c < columns; c++) {
            sci_tally_finish(&f->tallies[c]);
            rows[g * columns + c] = f->tallies[c].moments;
            *nonfinite += f->tallies[c].nonfinite;
        }
        first = end;
    }
}

/* ---- COMPACT ---- */

/* Members keep their group, the others get -1; weights are kept where they differ. */
static void
place_elements(sci_segment_fitter *f, const sci_stretch *s, const sci_segment *segment)
{
    sci_cursor cursor;

    sci_cursor_begin(&cursor, s->layout, segment->first, segment->end);
    while (sci_cursor_next(&cursor)) {
        uint64_t at = cursor.row.first - segment->first;

        if (!f->weighted) {
            sci_members_of_elements(s, &cursor.row, segment->first_group, f->groups + at);
            continue;
        }
        sci_places_of_elements(s, &cursor.row, 0, segment->first_group, f->groups + at);
        sci_weights_of_elements(s, &cursor.row, f->weights + at);
        for (uint64_t i = 0; i < cursor.row.count; i++)
            f->groups[at + i] = f->weights[at + i] > 0.0 ? f->groups[at + i] : -1;
    }
}

static void
fit_sorted(sci_segment_fitter *f, uint64_t first, uint64_t end, sci_tally *tally,
           sci_nan_policy nan)
{
    for (; first < end; first += SCI_BLOCK) {
        uint64_t n = end - first < SCI_BLOCK ? end - first : SCI_BLOCK;
        const unsigned char *members = f->members + first * f->element_size;

        if (f->weighted)
            f->kernels->block_weighted(tally, members, f->member_weights + first, n, nan);
        else
            f->kernels->block(tally, members, n, nan);
    }
}

/* SCI_RUN elements. */
static void
count_stretch(uint32_t *count, const int32_t *groups)
{
    if (sci_is_run(groups)) {
        count[groups[0]] += SCI_RUN;
        return;
    }
    for (int i = 0; i < SCI_RUN; i++)
        count[groups[i]]++;
}

/* Count the elements of each group in each quarter; f->next gets the ends of the groups. Outsiders
 * go behind them all. */
static void
start_quarters(sci_segment_fitter *f, uint64_t n, uint64_t groups)
{
    uint64_t stride = groups + 1, quarter = n / 4;
    uint32_t *count = f->quarters + 1, at = 0;

    memset(f->quarters, 0, 4 * stride * sizeof *f->quarters);
    for (uint64_t i = 0; i < quarter;) {
        uint64_t end = i + SCI_RUN < quarter ? i + SCI_RUN : quarter;

        if (end - i == SCI_RUN
            && (sci_is_run(f->groups + i) || sci_is_run(f->groups + i + quarter)
                || sci_is_run(f->groups + i + 2 * quarter)
                || sci_is_run(f->groups + i + 3 * quarter))) {
            for (uint64_t q = 0; q < 4; q++)
                count_stretch(count + q * stride, f->groups + i + q * quarter);
            i = end;
            continue;
        }
        for (; i < end; i++) {
            count[f->groups[i]]++;
            count[(int64_t)stride + f->groups[i + quarter]]++;
            count[2 * (int64_t)stride + f->groups[i + 2 * quarter]]++;
            count[3 * (int64_t)stride + f->groups[i + 3 * quarter]]++;
        }
    }
    for (uint64_t i = 4 * quarter; i < n; i++)
        count[3 * (int64_t)stride + f->groups[i]]++;
    for (uint64_t g = 1; g <= stride; g++) { /* the outsiders' bin comes last */
        for (uint64_t q = 0; q < 4; q++) {
            uint32_t *bin = &f->quarters[q * stride + g % stride], members = *bin;

            *bin = at;
            at += members;
        }
        if (g < stride)
            f->next[g - 1] = at;
    }
}

/* Of each group, whose members lie one after the other. */
static void
fit_members(sci_segment_fitter *f, uint64_t groups, sci_nan_policy nan, sci_moments *rows,
            uint64_t *nonfinite)
{
    uint64_t first = 0;

    for (uint64_t g = 0; g < groups; g++) {
        sci_tally tally;

        sci_tally_begin(&tally);
        fit_sorted(f, first, f->next[g], &tally, nan);
        sci_tally_finish(&tally);
        rows[g] = tally.moments;
        *nonfinite += tally.nonfinite;
        first = f->next[g];
    }
}

static void
fit_compacted(sci_segment_fitter *f, const sci_stretch *s, const sci_segment *segment,
              sci_nan_policy nan, sci_moments *rows, uint64_t *nonfinite)
{
    const unsigned char *elements = s->elements + (segment->first - s->origin) * f->element_size;
    uint64_t n = segment->end - segment->first, stride = segment->groups + 1;

    place_elements(f, s, segment);
    if (segment->groups == 1 && !f->weighted) {
        f->next[0] =
            (uint32_t)sci_members_compact(f->members, elements, f->element_size, f->groups, n);
        fit_members(f, 1, nan, rows, nonfinite);
        return;
    }
    if (f->weighted) {
        start_quarters(f, n, segment->groups);
        sci_kernels_of(SCI_FLOAT64)
            ->scatter(f->member_weights, f->weights, f->groups, n, f->quarters + 1, stride);
    }
    start_quarters(f, n, segment->groups);
    f->kernels->scatter(f->members, elements, f->groups, n, f->quarters + 1, stride);
    fit_members(f, segment->groups, nan, rows, nonfinite);
}

void
sci_segment_fit(sci_segment_fitter *f, const sci_stretch *s, const sci_segment *segment,
                sci_nan_policy nan, sci_moments *rows, sci_nonfinite *nonfinite)
{
    *nonfinite = (sci_nonfinite){ 0 };
    if (f->kernel == SCI_KERNEL_COMPACT)
        fit_compacted(f, s, segment, nan, rows, &nonfinite->count);
    else if (f->kernel == SCI_KERNEL_COLUMNS)
        fit_columns(f, s, segment, nan, rows, &nonfinite->count);
    else if (f->own_groups)
        fit_own_rows(f, s, segment, nan, rows, &nonfinite->count);
    else if (rows_repeat(s->layout))
        fit_repeating_rows(f, s, segment, nan, rows, &nonfinite->count);
    else
        fit_runs(f, s, segment, nan, rows, &nonfinite->count);
    if (nonfinite->count > 0)
        *nonfinite = sci_stretch_nonfinite(s, segment->first, segment->end);
}
