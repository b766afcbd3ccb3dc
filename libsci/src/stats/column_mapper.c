/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows through a column map: the backgrounds of labels and covariates that come again are kept,
 * and a sparse row is the row of zeros with its stored values on top. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "column_map.h"
#include "moments_priv.h"

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
    static const double zeros[SCI_COLUMN_TILE];
    const sci_column_map *map = m->map;
    const double *scale = map->scale + (uint64_t)b->level * map->columns;
    double y[SCI_COLUMN_TILE], most = sci_column_largest(m->type);

    b->zeros = (sci_map_report){ 0 };
    for (size_t first = 0; first < map->columns; first += SCI_COLUMN_TILE) {
        size_t n = map->columns - first < SCI_COLUMN_TILE ? map->columns - first : SCI_COLUMN_TILE;

        sci_column_tile(map, (uint64_t)b->level, first, n, zeros, b->t + first, y, most, &b->zeros);
        for (size_t i = 0; i < n; i++) {
            double plain = sci_column_value(0.0, scale[first + i], b->t[first + i], map->inverse);

            b->zero_state[first + i] = (unsigned char)((map->clip && plain < map->least ? 1 : 0)
                                                       | (fabs(y[i]) <= most ? 0 : 2));
        }
        sci_column_store(m->type, b->zero_row, first, y, n);
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
    double x[SCI_COLUMN_TILE], y[SCI_COLUMN_TILE], most = sci_column_largest(m->type);

    for (size_t first = 0; first < map->columns; first += SCI_COLUMN_TILE) {
        size_t n = map->columns - first < SCI_COLUMN_TILE ? map->columns - first : SCI_COLUMN_TILE;

        sci_widen(x, block->type, elements + first * size, n);
        sci_column_tile(map, (uint64_t)m->now->level, first, n, x, m->now->t + first, y, most,
                        &m->report);
        sci_column_store(m->type, out, first, y, n);
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
            double y = sci_column_value(x[i], scale[c], t[c], false);                        \
                                                                                             \
            bad |= !(fabs(y) <= most);                                                       \
            out[c] = (T)y;                                                                   \
        }                                                                                    \
        for (size_t i = 0; inverse && i < n; i++) {                                          \
            size_t c = (size_t)column[i];                                                    \
            double y = sci_column_value(x[i], scale[c], t[c], true);                         \
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
    double most = sci_column_largest(m->type);

    for (size_t i = 0; i < n; i++) {
        size_t c = (size_t)column[i];
        double y = sci_column_value(x[i], scale[c], m->now->t[c], map->inverse);

        report->clipped -= m->now->zero_state[c] & 1;
        report->new_nonfinite -= m->now->zero_state[c] >> 1;
        if (map->clip && y < map->least) {
            y = map->least;
            report->clipped++;
        }
        report->new_nonfinite += !(fabs(y) <= most) & (fabs(x[i]) < SCI_INF);
        sci_column_store(m->type, out, c, &y, 1);
    }
}

static void
sparse_row(sci_column_mapper *m, const sci_matrix_block *block, uint64_t from, uint64_t to,
           void *out)
{
    const sci_column_map *map = m->map;
    const double *scale = map->scale + (uint64_t)m->now->level * map->columns;
    size_t size = sci_type_size(block->type);
    double x[SCI_COLUMN_TILE], most = sci_column_largest(m->type);
    bool plain = !map->clip && m->now->zeros.new_nonfinite == 0;

    memcpy(out, m->now->zero_row, map->columns * sci_type_size(m->type));
    m->report.clipped += m->now->zeros.clipped;
    m->report.new_nonfinite += m->now->zeros.new_nonfinite;
    for (uint64_t first = from; first < to; first += SCI_COLUMN_TILE) {
        size_t n = to - first < SCI_COLUMN_TILE ? to - first : SCI_COLUMN_TILE;
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

void
sci_column_mapper_row(sci_column_mapper *m, const sci_matrix_block *block, uint64_t row,
                      int32_t label, const double *covariate, void *out)
{
    size_t size = sci_type_size(block->type);

    if (label < 0) {
        sci_column_plain_row(block, row, m->map->columns, m->type, out);
        return;
    }
    use_background(m, label, covariate, block->sparse);
    if (block->sparse)
        sparse_row(m, block, (uint64_t)block->indptr[row], (uint64_t)block->indptr[row + 1], out);
    else
        dense_row(m, block, (const unsigned char *)block->elements + row * m->map->columns * size,
                  out);
}
