/* SPDX-License-Identifier: BSD-3-Clause */
/* Affine maps of columns by row label: one expression, whether a row is dense or sparse. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "../core/clones.h"
#include "column_map.h"
#include "kernels.h"
#include "moments_priv.h"

#define TILE 512

sci_status
sci_column_map_create(sci_column_map **out, uint64_t levels, uint64_t columns, uint64_t covariates)
{
    sci_column_map *map = NULL;
    uint64_t groups, slopes;
    sci_status st;

    if (levels == 0)
        return sci_fail(SCI_ERR_ARGUMENT, "a column map has at least one level");
    if (__builtin_mul_overflow(levels, columns, &groups)
        || __builtin_mul_overflow(groups, covariates, &slopes))
        return sci_fail(SCI_ERR_NOMEM,
                        "a map of %" PRIu64 " levels and %" PRIu64 " columns is too large", levels,
                        columns);
    st = sci_alloc_zero(&map, 1, 1, sizeof *map);
    if (st != SCI_OK)
        return st;
    *map = (sci_column_map){ .levels = levels, .columns = columns, .covariates = covariates };
    st = sci_alloc(&map->scale, groups, 1, sizeof *map->scale);
    if (st == SCI_OK)
        st = sci_alloc(&map->shift, groups, 1, sizeof *map->shift);
    if (st == SCI_OK && covariates > 0)
        st = sci_alloc_zero(&map->slope, slopes, 1, sizeof *map->slope);
    if (st != SCI_OK) {
        sci_column_map_free(map);
        return st;
    }
    for (uint64_t i = 0; i < groups; i++) {
        map->scale[i] = 1.0;
        map->shift[i] = -0.0;
    }
    *out = map;
    return SCI_OK;
}

void
sci_column_map_free(sci_column_map *map)
{
    if (!map)
        return;
    sci_free(map->scale);
    sci_free(map->shift);
    sci_free(map->slope);
    sci_free(map);
}

/* ---- the expression ---- */

/* y = x·scale + t, or backwards; NaN is the canonical one. */
static inline __attribute__((always_inline)) double
value_of(double x, double scale, double t, bool inverse)
{
    double y = inverse ? (x - t) / scale : x * scale + t;

    return y == y ? y : SCI_NAN;
}

/* t = shift + Σ c_k·slope_k. A slope of 0 adds nothing, not even the sign of a zero. Backwards a t
 * of -0.0 would turn -0.0 to 0.0, so it is 0.0. */
SCI_CLONES static void
add_slope(double *restrict t, const double *restrict slope, double c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t[i] += slope[i] != 0.0 ? c * slope[i] : -0.0;
}

SCI_CLONES static void
plain_zeros(double *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t[i] = t[i] == 0.0 ? 0.0 : t[i];
}

void
sci_column_map_background(const sci_column_map *map, uint64_t level, const double *covariate,
                          double *t)
{
    size_t n = map->columns, q = map->covariates;

    memcpy(t, map->shift + level * n, n * sizeof *t);
    for (size_t k = 0; k < q; k++)
        add_slope(t, map->slope + (level * q + k) * n, covariate[k], n);
    if (map->inverse)
        plain_zeros(t, n);
}

/* ---- tiles of doubles ---- */

SCI_CLONES static void
map_forward(double *restrict y, const double *restrict x, const double *restrict scale,
            const double *restrict t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = value_of(x[i], scale[i], t[i], false);
}

SCI_CLONES static void
map_backward(double *restrict y, const double *restrict x, const double *restrict scale,
             const double *restrict t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = value_of(x[i], scale[i], t[i], true);
}

SCI_CLONES static uint64_t
clip_tile(double *y, double least, size_t n)
{
    uint64_t clipped = 0;

    for (size_t i = 0; i < n; i++) {
        clipped += y[i] < least;
        y[i] = y[i] < least ? least : y[i];
    }
    return clipped;
}

SCI_CLONES static void
store_floats(float *restrict out, const double *restrict y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = y[i] == y[i] ? (float)y[i] : NAN;
}

SCI_CLONES static void
store_doubles(double *restrict out, const double *restrict y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = y[i] == y[i] ? y[i] : SCI_NAN;
}

static void
store_tile(sci_type type, void *out, size_t first, const double *y, size_t n)
{
    if (type == SCI_FLOAT32)
        store_floats((float *)out + first, y, n);
    else
        store_doubles((double *)out + first, y, n);
}

/* Results that are not finite as they are stored, out of finite values. */
SCI_CLONES static uint64_t
count_new(const double *restrict x, const double *restrict y, double most, size_t n)
{
    uint64_t found = 0;

    for (size_t i = 0; i < n; i++)
        found += !(fabs(y[i]) <= most) & (fabs(x[i]) < SCI_INF);
    return found;
}

/* The largest double that does not become infinite in this type. */
static double
largest(sci_type type)
{
    return type == SCI_FLOAT32 ? 0x1.fffffefffffffp127 : 0x1.fffffffffffffp1023;
}

/* One tile of a row that has a label: y becomes what is stored. */
static void
map_tile(const sci_column_map *map, uint64_t level, size_t first, size_t n, const double *x,
         const double *t, double *y, double most, sci_map_report *report)
{
    const double *scale = map->scale + level * map->columns + first;

    if (map->inverse)
        map_backward(y, x, scale, t, n);
    else
        map_forward(y, x, scale, t, n);
    if (map->clip)
        report->clipped += clip_tile(y, map->least, n);
    report->new_nonfinite += count_new(x, y, most, n);
}

/* ---- rows ---- */

#define KEPT_BYTES (UINT64_C(1) << 20) /* of a worker's backgrounds */

static uint64_t
background_bytes(uint64_t columns, sci_type type)
{
    return columns * (sizeof(double) + sci_type_size(type) + 1);
}

static size_t
backgrounds_kept(uint64_t columns, sci_type type)
{
    uint64_t n = KEPT_BYTES / (background_bytes(columns, type) + 1);

    return n < 1 ? 1 : n > SCI_BACKGROUNDS ? SCI_BACKGROUNDS : (size_t)n;
}

uint64_t
sci_column_mapper_bytes(uint64_t columns, sci_type type)
{
    return backgrounds_kept(columns, type) * background_bytes(columns, type);
}

void
sci_column_mapper_clear(sci_column_mapper *m)
{
    for (size_t i = 0; i < m->used; i++) {
        sci_free(m->kept[i].t);
        sci_free(m->kept[i].zero_row);
        sci_free(m->kept[i].zero_state);
    }
    m->used = 0;
}

static sci_status
add_background(sci_column_mapper *m)
{
    sci_background *b = &m->kept[m->used];
    sci_status st;

    *b = (sci_background){ .level = -1 };
    m->used++; /* from here on it is cleared */
    st = sci_alloc(&b->t, m->map->columns, 1, sizeof *b->t);
    if (st == SCI_OK)
        st = sci_alloc(&b->zero_row, m->map->columns, 1, sci_type_size(m->type));
    if (st == SCI_OK)
        st = sci_alloc(&b->zero_state, m->map->columns, 1, 1);
    return st;
}

sci_status
sci_column_mapper_create(sci_column_mapper *m, const sci_column_map *map, sci_type type)
{
    sci_status st = SCI_OK;

    *m = (sci_column_mapper){ .map = map, .type = type };
    m->room = backgrounds_kept(map->columns, type);
    while (st == SCI_OK && m->used < m->room)
        st = add_background(m);
    if (st != SCI_OK)
        sci_column_mapper_clear(m);
    return st;
}

/* What a row of zeros becomes, and how often it was clipped or stopped being finite. */
static void
make_zero_row(const sci_column_mapper *m, sci_background *b)
{
    static const double zeros[TILE];
    const sci_column_map *map = m->map;
    const double *scale = map->scale + (uint64_t)b->level * map->columns;
    double y[TILE], most = largest(m->type);

    b->zeros = (sci_map_report){ 0 };
    for (size_t first = 0; first < map->columns; first += TILE) {
        size_t n = map->columns - first < TILE ? map->columns - first : TILE;

        map_tile(map, (uint64_t)b->level, first, n, zeros, b->t + first, y, most, &b->zeros);
        for (size_t i = 0; i < n; i++) {
            double plain = value_of(0.0, scale[first + i], b->t[first + i], map->inverse);

            b->zero_state[first + i] = (unsigned char)((map->clip && plain < map->least ? 1 : 0)
                                                       | (fabs(y[i]) <= most ? 0 : 2));
        }
        store_tile(m->type, b->zero_row, first, y, n);
    }
    b->has_zero_row = true;
}

static bool
is_background(const sci_column_mapper *m, const sci_background *b, int32_t level,
              const double *covariate)
{
    return b->level == level
           && (m->map->covariates == 0
               || memcmp(b->covariate, covariate, m->map->covariates * sizeof *covariate) == 0);
}

static sci_background *
find_background(sci_column_mapper *m, int32_t level, const double *covariate)
{
    sci_background *b;

    for (size_t i = 0; i < m->used; i++)
        if (is_background(m, &m->kept[i], level, covariate))
            return &m->kept[i];
    b = &m->kept[m->next];
    m->next = (m->next + 1) % m->used;
    sci_column_map_background(m->map, (uint64_t)level, covariate, b->t);
    b->level = level;
    b->covariate = covariate;
    b->has_zero_row = false;
    return b;
}

/* Make `now` the background of this row. */
static void
use_background(sci_column_mapper *m, int32_t level, const double *covariate, bool sparse)
{
    if (!m->now || !is_background(m, m->now, level, covariate))
        m->now = find_background(m, level, covariate);
    if (sparse && !m->now->has_zero_row)
        make_zero_row(m, m->now);
}

static void
dense_row(sci_column_mapper *m, const sci_matrix_block *block, const unsigned char *elements,
          void *out)
{
    const sci_column_map *map = m->map;
    size_t size = sci_type_size(block->type);
    double x[TILE], y[TILE], most = largest(m->type);

    for (size_t first = 0; first < map->columns; first += TILE) {
        size_t n = map->columns - first < TILE ? map->columns - first : TILE;

        sci_widen(x, block->type, elements + first * size, n);
        map_tile(map, (uint64_t)m->now->level, first, n, x, m->now->t + first, y, most, &m->report);
        store_tile(m->type, out, first, y, n);
    }
}

/* Stored values over the row of zeros, where nothing is clipped and zeros stay finite; false if a
 * result is not finite. */
#define DEFINE_STORED(name, T)                                                               \
    static bool stored_##name(T *restrict out, const int32_t *restrict column,               \
                              const double *restrict x, const double *restrict scale,        \
                              const double *restrict t, size_t n, double most, bool inverse) \
    {                                                                                        \
        unsigned bad = 0;                                                                    \
                                                                                             \
        for (size_t i = 0; !inverse && i < n; i++) {                                         \
            size_t c = (size_t)column[i];                                                    \
            double y = value_of(x[i], scale[c], t[c], false);                                \
                                                                                             \
            bad |= !(fabs(y) <= most);                                                       \
            out[c] = (T)y;                                                                   \
        }                                                                                    \
        for (size_t i = 0; inverse && i < n; i++) {                                          \
            size_t c = (size_t)column[i];                                                    \
            double y = value_of(x[i], scale[c], t[c], true);                                 \
                                                                                             \
            bad |= !(fabs(y) <= most);                                                       \
            out[c] = (T)y;                                                                   \
        }                                                                                    \
        return bad == 0;                                                                     \
    }

DEFINE_STORED(floats, float)
DEFINE_STORED(doubles, double)

/* The same with everything counted. */
static void
stored_counted(sci_column_mapper *m, const int32_t *column, const double *x, const double *scale,
               size_t n, void *out)
{
    const sci_column_map *map = m->map;
    sci_map_report *report = &m->report;
    double most = largest(m->type);

    for (size_t i = 0; i < n; i++) {
        size_t c = (size_t)column[i];
        double y = value_of(x[i], scale[c], m->now->t[c], map->inverse);

        report->clipped -= m->now->zero_state[c] & 1;
        report->new_nonfinite -= m->now->zero_state[c] >> 1;
        if (map->clip && y < map->least) {
            y = map->least;
            report->clipped++;
        }
        report->new_nonfinite += !(fabs(y) <= most) & (fabs(x[i]) < SCI_INF);
        store_tile(m->type, out, c, &y, 1);
    }
}

static void
sparse_row(sci_column_mapper *m, const sci_matrix_block *block, uint64_t from, uint64_t to,
           void *out)
{
    const sci_column_map *map = m->map;
    const double *scale = map->scale + (uint64_t)m->now->level * map->columns;
    size_t size = sci_type_size(block->type);
    double x[TILE], most = largest(m->type);
    bool plain = !map->clip && m->now->zeros.new_nonfinite == 0;

    memcpy(out, m->now->zero_row, map->columns * sci_type_size(m->type));
    m->report.clipped += m->now->zeros.clipped;
    m->report.new_nonfinite += m->now->zeros.new_nonfinite;
    for (uint64_t first = from; first < to; first += TILE) {
        size_t n = to - first < TILE ? to - first : TILE;
        const int32_t *column = block->columns + first;
        bool done = false;

        sci_widen(x, block->type, (const unsigned char *)block->values + first * size, n);
        if (plain && m->type == SCI_FLOAT32)
            done = stored_floats(out, column, x, scale, m->now->t, n, most, map->inverse);
        else if (plain)
            done = stored_doubles(out, column, x, scale, m->now->t, n, most, map->inverse);
        if (!done)
            stored_counted(m, column, x, scale, n, out);
    }
}

/* A row without label: converted, nothing else. */
static void
plain_row(sci_column_mapper *m, const sci_matrix_block *block, uint64_t row, void *out)
{
    size_t size = sci_type_size(block->type), columns = m->map->columns;
    double x[TILE];

    if (!block->sparse) {
        for (size_t first = 0; first < columns; first += TILE) {
            size_t n = columns - first < TILE ? columns - first : TILE;

            sci_widen(x, block->type,
                      (const unsigned char *)block->elements + (row * columns + first) * size, n);
            store_tile(m->type, out, first, x, n);
        }
        return;
    }
    memset(out, 0, columns * sci_type_size(m->type));
    for (int64_t j = block->indptr[row]; j < block->indptr[row + 1]; j++) {
        sci_widen(x, block->type, (const unsigned char *)block->values + (uint64_t)j * size, 1);
        store_tile(m->type, out, (size_t)block->columns[j], x, 1);
    }
}

void
sci_column_mapper_row(sci_column_mapper *m, const sci_matrix_block *block, uint64_t row,
                      int32_t label, const double *covariate, void *out)
{
    size_t size = sci_type_size(block->type);

    if (label < 0) {
        plain_row(m, block, row, out);
        return;
    }
    use_background(m, label, covariate, block->sparse);
    if (block->sparse)
        sparse_row(m, block, (uint64_t)block->indptr[row], (uint64_t)block->indptr[row + 1], out);
    else
        dense_row(m, block, (const unsigned char *)block->elements + row * m->map->columns * size,
                  out);
}

/* ---- rows in memory, as doubles ---- */

/* Columns of a sparse row from t to results: where no value is stored it is 0. */
static void
finish_zeros(const sci_column_map *map, const double *scale, double *out, size_t first, size_t end)
{
    for (size_t c = first; c < end; c++)
        out[c] = value_of(0.0, scale[c], out[c], map->inverse);
}

static void
block_sparse_row(const sci_column_map *map, const sci_matrix_block *block, uint64_t row,
                 const double *scale, double *out)
{
    size_t size = sci_type_size(block->type), at = 0;

    for (int64_t j = block->indptr[row]; j < block->indptr[row + 1]; j++) {
        size_t c = (size_t)block->columns[j];
        double x;

        sci_widen(&x, block->type, (const unsigned char *)block->values + (uint64_t)j * size, 1);
        finish_zeros(map, scale, out, at, c);
        out[c] = value_of(x, scale[c], out[c], map->inverse);
        at = c + 1;
    }
    finish_zeros(map, scale, out, at, map->columns);
}

static void
block_dense_row(const sci_column_map *map, const sci_matrix_block *block, uint64_t row,
                const double *scale, double *out)
{
    size_t size = sci_type_size(block->type), columns = map->columns;
    double x[TILE], t[TILE];

    for (size_t first = 0; first < columns; first += TILE) {
        size_t n = columns - first < TILE ? columns - first : TILE;

        sci_widen(x, block->type,
                  (const unsigned char *)block->elements + (row * columns + first) * size, n);
        memcpy(t, out + first, n * sizeof *t);
        if (map->inverse)
            map_backward(out + first, x, scale + first, t, n);
        else
            map_forward(out + first, x, scale + first, t, n);
    }
}

void
sci_column_map_block(const sci_column_map *map, const sci_matrix_block *block, const int32_t *label,
                     const double *covariate, double *out)
{
    for (uint64_t r = 0; r < block->n; r++, out += map->columns) {
        int32_t level = label ? label[r] : 0;

        if (level < 0) {
            sci_column_mapper plain = { .map = map, .type = SCI_FLOAT64 };

            plain_row(&plain, block, r, out);
            continue;
        }
        sci_column_map_background(map, (uint64_t)level,
                                  covariate ? covariate + r * map->covariates : NULL, out);
        if (block->sparse)
            block_sparse_row(map, block, r, map->scale + (uint64_t)level * map->columns, out);
        else
            block_dense_row(map, block, r, map->scale + (uint64_t)level * map->columns, out);
        if (map->clip)
            (void)clip_tile(out, map->least, map->columns);
    }
}
