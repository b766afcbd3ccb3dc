/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernels of one element type: included by kernels.c with T, NAME(x) and KIND, one of
 * KIND_FLOAT, KIND_SMALL (integers of 8 and 16 bits), KIND_WORD (32 bits), KIND_WIDE (64 bits). */

/* Spans are short as a rule: moves of a fixed size, the last one overlapping, cost less than a call. */
static inline __attribute__((always_inline)) void
NAME(copy_span)(T *restrict out, const T *restrict from, size_t n)
{
    if (n < LANES || n >= FOLD) {
        memcpy(out, from, n * sizeof *out);
        return;
    }
    for (size_t i = 0; i + LANES <= n; i += LANES)
        memcpy(out + i, from + i, LANES * sizeof *out);
    memcpy(out + n - LANES, from + n - LANES, LANES * sizeof *out);
}

/* Copy n members from behind the first `skip` ones of a list of spans. */
static void
NAME(gather)(T *out, const sci_span *spans, size_t skip, size_t n)
{
    for (; skip >= spans->count; spans++)
        skip -= spans->count;
    for (size_t done = 0; done < n; spans++, skip = 0) {
        size_t left = n - done, count = spans->count - skip;

        count = count < left ? count : left;
        NAME(copy_span)(out + done, (const T *)(const void *)spans->elements + skip, count);
        done += count;
    }
}

/* ---- sums of one block about a pivot ---- */

#if KIND == KIND_FLOAT

typedef struct NAME(sums) {
    double s1, s2;
    T min, max;
} NAME(sums);

/* d = (double)x - pivot in 16 lanes; lanes are folded every 64 rows. The pivot is a number of type
 * T between the least and the largest, so that for float d and its sum are exact as a rule. The
 * sums go on from those of the rows before. */
SCI_CLONES static void
NAME(lane_sums)(const T *x, size_t n, double pivot, NAME(sums) * sums)
{
    double total1 = sums->s1, total2 = sums->s2;
    T min[LANES], max[LANES];

    for (int l = 0; l < LANES; l++) {
        min[l] = sums->min;
        max[l] = sums->max;
    }
    for (size_t first = 0; first < n; first += LANES * FOLD_ROWS) {
        size_t end = n - first < LANES * FOLD_ROWS ? n : first + LANES * FOLD_ROWS;
        double s1[LANES] = { 0 }, s2[LANES] = { 0 };
        size_t i = first;

        for (; i + LANES <= end; i += LANES) {
            const T *p = x + i;

            for (int l = 0; l < LANES; l++) {
                double d = (double)p[l] - pivot;

                s1[l] += d;
                s2[l] += d * d;
                min[l] = p[l] < min[l] ? p[l] : min[l];
                max[l] = p[l] > max[l] ? p[l] : max[l];
            }
        }
        if (i < end) { /* what is missing to a whole row of lanes sits on the pivot and adds nothing
                        */
            for (size_t l = 0; l < LANES; l++) {
                T value = l < end - i ? x[i + l] : (T)pivot;
                double d = (double)value - pivot;

                s1[l] += d;
                s2[l] += d * d;
                min[l] = value < min[l] ? value : min[l];
                max[l] = value > max[l] ? value : max[l];
            }
        }
        total1 += fold_lanes(s1);
        total2 += fold_lanes(s2);
    }
    for (int width = LANES / 2; width > 0; width /= 2) {
        for (int l = 0; l < width; l++) {
            min[l] = min[l + width] < min[l] ? min[l + width] : min[l];
            max[l] = max[l + width] > max[l] ? max[l + width] : max[l];
        }
    }
    *sums = (NAME(sums)){ total1, total2, min[0], max[0] };
}

static inline __attribute__((always_inline)) double
NAME(pivot_of)(const T *x, size_t n)
{
    double head[LANES] = { 0 };

    if (n >= LANES) { /* nearly always; without a test in the loop it is made of vectors */
        for (size_t i = 0; i < LANES; i++)
            head[i] = (double)x[i];
        return (double)(T)(fold_lanes(head) / LANES);
    }
    for (size_t i = 0; i < n; i++)
        head[i] = (double)x[i];
    return (double)(T)(fold_lanes(head) / (double)n);
}

static void
NAME(block_of_any)(sci_tally *tally, const T *x, size_t n, sci_nan_policy nan)
{
    double copy[SCI_BLOCK];

    for (size_t i = 0; i < n; i++)
        copy[i] = (double)x[i];
    sci_block_weighted(tally, copy, NULL, n, nan);
}

/* Of a block in one span (`spans` NULL), or in several. What fills 64 rows of lanes in one
 * span is summed in place. */
static void
NAME(sums_about)(NAME(sums) * sums, const T *x, const sci_span *spans, size_t n, double pivot)
{
    size_t at = 0; /* of the first span that is left */

    *sums = (NAME(sums)){ 0.0, 0.0, x[0], x[0] };
    if (!spans) {
        NAME(lane_sums)(x, n, pivot, sums);
        return;
    }
    while (n > 0) {
        size_t count = spans->count - at;

        count = count < n ? count - count % FOLD : n;
        if (count < n && count == spans->count - at)
            for (size_t i = 0; i < spans[1].count * sizeof(T) && i < FOLD * sizeof(T);
                 i += LINE_BYTES)
                __builtin_prefetch(spans[1].elements + i); /* the processor cannot foresee it */
        if (count > 0) {
            NAME(lane_sums)((const T *)(const void *)spans->elements + at, count, pivot, sums);
        } else {
            T part[FOLD];

            count = n < FOLD ? n : FOLD;
            NAME(gather)(part, spans, at, count);
            NAME(lane_sums)(part, count, pivot, sums);
        }
        n -= count;
        for (at += count; n > 0 && at >= spans->count; spans++)
            at -= spans->count;
    }
}

static void
NAME(block_about)(sci_tally *tally, const T *x, const sci_span *spans, size_t n, double pivot,
                  sci_nan_policy nan)
{
    NAME(sums) sums;
    sci_moments m;
    double own;

    NAME(sums_about)(&sums, x, spans, n, pivot);
    if (block_moments(&m, n, pivot, sums.s1, sums.s2, (double)sums.min, (double)sums.max, &own)) {
        sci_moments_merge(&tally->moments, &m);
        return;
    }
    if (isfinite(own)) {
        own = (double)(T)own;
        NAME(sums_about)(&sums, x, spans, n, own);
        if (block_moments(&m, n, own, sums.s1, sums.s2, (double)sums.min, (double)sums.max, NULL)) {
            sci_moments_merge(&tally->moments, &m);
            return;
        }
    }
    if (spans) {
        T copy[SCI_BLOCK];

        NAME(gather)(copy, spans, 0, n);
        NAME(block_of_any)(tally, copy, n, nan);
    } else {
        NAME(block_of_any)(tally, x, n, nan);
    }
}

static void
NAME(block)(sci_tally *tally, const void *members, size_t n, sci_nan_policy nan)
{
    if (n > 0)
        NAME(block_about)(tally, members, NULL, n, NAME(pivot_of)(members, n), nan);
}

static void
NAME(spans)(sci_tally *tally, const sci_span *spans, size_t n, sci_nan_policy nan)
{
    T head[LANES];

    NAME(gather)(head, spans, 0, n < LANES ? n : LANES);
    NAME(block_about)(tally, head, spans, n, NAME(pivot_of)(head, n), nan);
}

#elif KIND != KIND_WIDE

SCI_CLONES static void
NAME(exact_sums)(const T *x, size_t n, exact_sums *out)
{
    int64_t s1 = 0;
    uint64_t low = 0, high = 0;
    T min = x[0], max = x[0];

    for (size_t i = 0; i < n; i++) {
        s1 += (int64_t)x[i];
#if KIND == KIND_SMALL
        low += SQUARE(x[i]);
#else
        uint64_t square = SQUARE(x[i]);

        low += square & UINT32_MAX;
        high += square >> 32;
#endif
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    *out = (exact_sums){ s1, low, high, (double)min, (double)max };
}

static void
NAME(block)(sci_tally *tally, const void *members, size_t n, sci_nan_policy nan)
{
    exact_sums sums;
    sci_moments m;

    (void)nan;
    if (n == 0)
        return;
    NAME(exact_sums)(members, n, &sums);
    exact_moments(&m, n, &sums);
    sci_moments_merge(&tally->moments, &m);
}

#else /* KIND_WIDE: one exact sum for the whole (segment, group), finished by sci_tally_finish */

static void
NAME(block)(sci_tally *tally, const void *members, size_t n, sci_nan_policy nan)
{
    const T *x = members;
    sci_wide_sums *wide = &tally->wide;
    sci_moments *m = &tally->moments;

    (void)nan;
    for (size_t i = 0; i < n; i++) {
        wide_add(wide, (uint64_t)x[i], NEGATIVE(x[i]));
        m->min = (double)x[i] < m->min ? (double)x[i] : m->min;
        m->max = (double)x[i] > m->max ? (double)x[i] : m->max;
    }
    wide->count += n;
}

#endif

#if KIND != KIND_FLOAT

/* Exact sums do not ask for speed here. */
static void
NAME(spans)(sci_tally *tally, const sci_span *spans, size_t n, sci_nan_policy nan)
{
    T copy[SCI_BLOCK];

    NAME(gather)(copy, spans, 0, n);
    NAME(block)(tally, copy, n, nan);
}

#endif

/* ---- columns: the same members for every column of a tile, rows given by their addresses ---- */

#if KIND == KIND_FLOAT || KIND == KIND_WIDE

/* One column as a contiguous block, for what the tile cannot settle. */
static void
NAME(column_block)(sci_tally *tally, const void *const *rows, size_t n, size_t column,
                   sci_nan_policy nan)
{
    T copy[SCI_BLOCK];

    for (size_t r = 0; r < n; r++)
        copy[r] = ((const T *)rows[r])[column];
    NAME(block)(tally, copy, n, nan);
}

#endif

#if KIND == KIND_FLOAT

/* Four rows of a column: what enters the accumulators at once. */
typedef struct NAME(four) {
    double s1, s2;
    T min, max;
} NAME(four);

static inline __attribute__((always_inline)) NAME(four)
    NAME(four_of)(T a, T b, T c, T d, double pivot)
{
    double d0 = (double)a - pivot, d1 = (double)b - pivot, d2 = (double)c - pivot,
           d3 = (double)d - pivot;
    T low01 = a < b ? a : b, low23 = c < d ? c : d, high01 = a > b ? a : b, high23 = c > d ? c : d;

    return (NAME(four)){ (d0 + d1) + (d2 + d3), (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3),
                         low01 < low23 ? low01 : low23, high01 > high23 ? high01 : high23 };
}

SCI_CLONES static void
NAME(tile_sums)(const void *const *rows, size_t n, size_t first, size_t width,
                const double *restrict pivot, double *restrict s1, double *restrict s2,
                T *restrict min, T *restrict max)
{
    size_t r = 0;

    for (; r + 8 <= n; r += 8) {
        const T *restrict a = (const T *)rows[r] + first, *restrict b =
                                                              (const T *)rows[r + 1] + first;
        const T *restrict c = (const T *)rows[r + 2] + first, *restrict d =
                                                                  (const T *)rows[r + 3] + first;
        const T *restrict e = (const T *)rows[r + 4] + first, *restrict f =
                                                                  (const T *)rows[r + 5] + first;
        const T *restrict g = (const T *)rows[r + 6] + first, *restrict h =
                                                                  (const T *)rows[r + 7] + first;

        for (size_t i = 0; i < width; i++) {
            NAME(four) u = NAME(four_of)(a[i], b[i], c[i], d[i], pivot[i]);
            NAME(four) v = NAME(four_of)(e[i], f[i], g[i], h[i], pivot[i]);
            T low = u.min < v.min ? u.min : v.min, high = u.max > v.max ? u.max : v.max;

            s1[i] = (s1[i] + u.s1) + v.s1;
            s2[i] = (s2[i] + u.s2) + v.s2;
            min[i] = low < min[i] ? low : min[i];
            max[i] = high > max[i] ? high : max[i];
        }
    }
    for (; r + 4 <= n; r += 4) {
        const T *restrict a = (const T *)rows[r] + first, *restrict b =
                                                              (const T *)rows[r + 1] + first;
        const T *restrict c = (const T *)rows[r + 2] + first, *restrict d =
                                                                  (const T *)rows[r + 3] + first;

        for (size_t i = 0; i < width; i++) {
            NAME(four) u = NAME(four_of)(a[i], b[i], c[i], d[i], pivot[i]);

            s1[i] += u.s1;
            s2[i] += u.s2;
            min[i] = u.min < min[i] ? u.min : min[i];
            max[i] = u.max > max[i] ? u.max : max[i];
        }
    }
    for (; r < n; r++) {
        const T *a = (const T *)rows[r] + first;

        for (size_t i = 0; i < width; i++) {
            double d = (double)a[i] - pivot[i];

            s1[i] += d;
            s2[i] += d * d;
            min[i] = a[i] < min[i] ? a[i] : min[i];
            max[i] = a[i] > max[i] ? a[i] : max[i];
        }
    }
}

typedef struct NAME(tile) {
    double pivot[TILE], s1[TILE], s2[TILE];
    T min[TILE], max[TILE];
} NAME(tile);

SCI_CLONES static void
NAME(add_head)(double *restrict pivot, const T *restrict x, size_t width)
{
    for (size_t i = 0; i < width; i++)
        pivot[i] += (double)x[i];
}

static void
NAME(sum_tile)(NAME(tile) * t, const void *const *rows, size_t n, size_t first, size_t width)
{
    size_t head = n < LANES ? n : LANES;

    memset(t->pivot, 0, width * sizeof *t->pivot);
    memset(t->s1, 0, width * sizeof *t->s1);
    memset(t->s2, 0, width * sizeof *t->s2);
    memcpy(t->min, (const T *)rows[0] + first, width * sizeof *t->min);
    memcpy(t->max, t->min, width * sizeof *t->max);
    for (size_t r = 0; r < head; r++)
        NAME(add_head)(t->pivot, (const T *)rows[r] + first, width);
    for (size_t i = 0; i < width; i++)
        t->pivot[i] = (double)(T)(t->pivot[i] / (double)head);
    NAME(tile_sums)(rows, n, first, width, t->pivot, t->s1, t->s2, t->min, t->max);
}

static void
NAME(columns)(sci_tally *tallies, const void *const *rows, size_t n, size_t columns,
              sci_nan_policy nan)
{
    NAME(tile) t;

    for (size_t first = 0; first < columns; first += TILE) {
        size_t width = columns - first < TILE ? columns - first : TILE;

        NAME(sum_tile)(&t, rows, n, first, width);
        for (size_t i = 0; i < width; i++) {
            sci_moments m;
            double own;

            if (block_moments(&m, n, t.pivot[i], t.s1[i], t.s2[i], (double)t.min[i],
                              (double)t.max[i], &own))
                sci_moments_merge(&tallies[first + i].moments, &m);
            else
                NAME(column_block)(&tallies[first + i], rows, n, first + i, nan);
        }
    }
}

#elif KIND != KIND_WIDE

SCI_CLONES static void
NAME(tile_sums)(const void *const *rows, size_t n, size_t first, size_t width, int64_t *restrict s1,
                uint64_t *restrict low, uint64_t *restrict high, T *restrict min, T *restrict max)
{
    for (size_t r = 0; r < n; r++) {
        const T *x = (const T *)rows[r] + first;

        for (size_t i = 0; i < width; i++) {
            uint64_t square = SQUARE(x[i]);

            s1[i] += (int64_t)x[i];
            low[i] += square & UINT32_MAX;
            high[i] += square >> 32;
            min[i] = x[i] < min[i] ? x[i] : min[i];
            max[i] = x[i] > max[i] ? x[i] : max[i];
        }
    }
}

static void
NAME(columns)(sci_tally *tallies, const void *const *rows, size_t n, size_t columns,
              sci_nan_policy nan)
{
    int64_t s1[TILE];
    uint64_t low[TILE], high[TILE];
    T min[TILE], max[TILE];

    (void)nan;
    for (size_t first = 0; first < columns; first += TILE) {
        size_t width = columns - first < TILE ? columns - first : TILE;

        memset(s1, 0, sizeof s1);
        memset(low, 0, sizeof low);
        memset(high, 0, sizeof high);
        memcpy(min, (const T *)rows[0] + first, width * sizeof *min);
        memcpy(max, min, width * sizeof *max);
        NAME(tile_sums)(rows, n, first, width, s1, low, high, min, max);
        for (size_t i = 0; i < width; i++) {
            exact_sums sums = { s1[i], low[i], high[i], (double)min[i], (double)max[i] };
            sci_moments m;

            exact_moments(&m, n, &sums);
            sci_moments_merge(&tallies[first + i].moments, &m);
        }
    }
}

#else

static void
NAME(columns)(sci_tally *tallies, const void *const *rows, size_t n, size_t columns,
              sci_nan_policy nan)
{
    for (size_t c = 0; c < columns; c++)
        NAME(column_block)(&tallies[c], rows, n, c, nan);
}

#endif

/* ---- many rows, each its own group ---- */

static uint64_t
NAME(whole_row)(sci_moments *out, const T *x, size_t n, sci_nan_policy nan)
{
    sci_tally tally;

    sci_tally_begin(&tally);
    NAME(block)(&tally, x, n, nan);
    sci_tally_finish(&tally);
    *out = tally.moments;
    return tally.nonfinite;
}

#if KIND == KIND_FLOAT

/* Four elements, from i on, of four rows, from r on; rows that are not there are copies of the
 * first. */
static inline __attribute__((always_inline)) void
NAME(turn_square)(T *restrict out, const T *restrict x, size_t r, size_t i, size_t count, size_t n)
{
    size_t width = n - i < 4 ? n - i : 4;

#if TURN_BY_SHUFFLE
    if (r + 4 <= count && width == 4) {
        __m128 a = _mm_loadu_ps(x + r * n + i), b = _mm_loadu_ps(x + (r + 1) * n + i);
        __m128 c = _mm_loadu_ps(x + (r + 2) * n + i), d = _mm_loadu_ps(x + (r + 3) * n + i);

        _MM_TRANSPOSE4_PS(a, b, c, d);
        _mm_storeu_ps(out, a);
        _mm_storeu_ps(out + TURN_ROWS, b);
        _mm_storeu_ps(out + 2 * TURN_ROWS, c);
        _mm_storeu_ps(out + 3 * TURN_ROWS, d);
        return;
    }
#endif
    for (size_t k = 0; k < width; k++)
        for (size_t l = 0; l < 4; l++)
            out[k * TURN_ROWS + l] = x[(r + l < count ? r + l : 0) * n + i + k];
}

/* Short rows are turned, so that each is a column of TURN_ROWS: what columns do, with a fixed
 * width. */
SCI_CLONES static void
NAME(turned_sums)(turned_sums *restrict t, const T *restrict x, size_t count, size_t n)
{
    double pivot[TURN_ROWS] = { 0 }, s1[TURN_ROWS] = { 0 }, s2[TURN_ROWS] = { 0 };
    T turned[TURN_MOST * TURN_ROWS], min[TURN_ROWS], max[TURN_ROWS];
    size_t head = n < LANES ? n : LANES;

    if (n == 0)
        return;
    for (size_t r = 0; r < TURN_ROWS; r += 4)
        for (size_t i = 0; i < n; i += 4)
            NAME(turn_square)(turned + i * TURN_ROWS + r, x, r, i, count, n);
    for (size_t i = 0; i < head; i++)
        for (size_t r = 0; r < TURN_ROWS; r++)
            pivot[r] += (double)turned[i * TURN_ROWS + r];
    for (size_t r = 0; r < TURN_ROWS; r++) {
        pivot[r] = (double)(T)(pivot[r] / (double)head);
        min[r] = max[r] = turned[r];
    }
    for (size_t i = 0; i < n; i++) {
        const T *column = turned + i * TURN_ROWS;

        for (size_t r = 0; r < TURN_ROWS; r++) {
            double d = (double)column[r] - pivot[r];

            s1[r] += d;
            s2[r] += d * d;
            min[r] = column[r] < min[r] ? column[r] : min[r];
            max[r] = column[r] > max[r] ? column[r] : max[r];
        }
    }
    for (size_t r = 0; r < TURN_ROWS; r++) {
        t->pivot[r] = pivot[r];
        t->s1[r] = s1[r];
        t->s2[r] = s2[r];
        t->min[r] = (double)min[r];
        t->max[r] = (double)max[r];
    }
}

static uint64_t
NAME(turned_rows)(sci_moments *out, const T *x, size_t count, size_t n, sci_nan_policy nan)
{
    uint64_t nonfinite = 0;
    turned_sums t;
    double own;

    NAME(turned_sums)(&t, x, count, n);
    for (size_t r = 0; r < count; r++)
        if (!block_moments(&out[r], n, t.pivot[r], t.s1[r], t.s2[r], t.min[r], t.max[r], &own))
            nonfinite += NAME(whole_row)(&out[r], x + r * n, n, nan);
    return nonfinite;
}

#endif

static uint64_t
NAME(rows)(sci_moments *out, const void *elements, size_t rows, size_t n, sci_nan_policy nan)
{
    const T *x = elements;
    uint64_t nonfinite = 0;
    size_t r = 0;

#if KIND == KIND_FLOAT
    for (; n <= TURN_MOST && r < rows; r += TURN_ROWS)
        nonfinite += NAME(turned_rows)(out + r, x + r * n,
                                       rows - r < TURN_ROWS ? rows - r : TURN_ROWS, n, nan);
#endif
    for (; r < rows; r++)
        nonfinite += NAME(whole_row)(out + r, x + r * n, n, nan);
    return nonfinite;
}

/* ---- moving members about ---- */

/* SCI_RUN elements; those of one group keep together. */
static inline void
NAME(scatter_stretch)(T *y, const T *x, const int32_t *group, uint32_t *next)
{
    if (sci_is_run(group)) {
        memcpy(y + next[group[0]], x, SCI_RUN * sizeof *x);
        next[group[0]] += SCI_RUN;
        return;
    }
    for (int i = 0; i < SCI_RUN; i++)
        y[next[group[i]]++] = x[i];
}

/* Four quarters at once: their counters do not wait for each other, and no branch guesses at the
 * groups. */
static void
NAME(scatter)(void *out, const void *elements, const int32_t *group, size_t n, uint32_t *next,
              size_t stride)
{
    uint32_t *a = next, *b = a + stride, *c = b + stride, *d = c + stride;
    size_t quarter = n / 4;
    const T *x = elements;
    T *y = out;

    for (size_t i = 0; i < quarter;) {
        size_t j = i + quarter, k = j + quarter, l = k + quarter;
        size_t end = i + SCI_RUN < quarter ? i + SCI_RUN : quarter;

        if (end - i == SCI_RUN
            && (sci_is_run(group + i) || sci_is_run(group + j) || sci_is_run(group + k)
                || sci_is_run(group + l))) {
            NAME(scatter_stretch)(y, x + i, group + i, a);
            NAME(scatter_stretch)(y, x + j, group + j, b);
            NAME(scatter_stretch)(y, x + k, group + k, c);
            NAME(scatter_stretch)(y, x + l, group + l, d);
            i = end;
            continue;
        }
        for (; i < end; i++, j++, k++, l++) {
            y[a[group[i]]++] = x[i];
            y[b[group[j]]++] = x[j];
            y[c[group[k]]++] = x[k];
            y[d[group[l]]++] = x[l];
        }
    }
    for (size_t i = 4 * quarter; i < n; i++)
        y[d[group[i]]++] = x[i];
}

SCI_CLONES static void
NAME(widen)(double *restrict out, const void *elements, size_t n)
{
    const T *x = elements;

    for (size_t i = 0; i < n; i++)
        out[i] = (double)x[i];
}

#if KIND == KIND_WIDE

/* How far x lies from the pivot: a double holds that to the last bit, or to 2^-53 of the spread. */
static inline double
NAME(distance)(T x, T pivot)
{
    return x < pivot ? -(double)((uint64_t)pivot - (uint64_t)x)
                     : (double)((uint64_t)x - (uint64_t)pivot);
}

/* About a member, for doubles do not hold what is beyond 2^53. */
static void
NAME(block_weighted)(sci_tally *tally, const void *members, const double *weights, size_t n,
                     sci_nan_policy nan)
{
    const T *x = members;
    double distance[SCI_BLOCK];
    T pivot, min, max;
    sci_tally about;
    size_t first = 0;

    while (first < n && !(weights[first] > 0.0))
        first++;
    if (first == n)
        return;
    pivot = min = max = x[first];
    for (size_t i = 0; i < n; i++) {
        distance[i] = NAME(distance)(x[i], pivot);
        if (weights[i] > 0.0) {
            min = x[i] < min ? x[i] : min;
            max = x[i] > max ? x[i] : max;
        }
    }
    sci_tally_begin(&about);
    sci_block_weighted(&about, distance, weights, n, nan);
    shift_mean(&about.moments, (wide_int)pivot);
    about.moments.min = (double)min;
    about.moments.max = (double)max;
    sci_moments_merge(&tally->moments, &about.moments);
}

#else

static void
NAME(block_weighted)(sci_tally *tally, const void *members, const double *weights, size_t n,
                     sci_nan_policy nan)
{
    double x[SCI_BLOCK];

    NAME(widen)(x, members, n);
    sci_block_weighted(tally, x, weights, n, nan);
}

#endif

/* Weighted rows of a tile are rare: a column at a time, as a weighted block. */
static void
NAME(columns_weighted)(sci_tally *tallies, const void *const *rows, const double *weights, size_t n,
                       size_t columns, sci_nan_policy nan)
{
    T copy[SCI_BLOCK];

    for (size_t c = 0; c < columns; c++) {
        for (size_t r = 0; r < n; r++)
            copy[r] = ((const T *)rows[r])[c];
        NAME(block_weighted)(&tallies[c], copy, weights, n, nan);
    }
}

#undef T
#undef NAME
#undef KIND
#undef TURN_BY_SHUFFLE
#undef NEGATIVE
