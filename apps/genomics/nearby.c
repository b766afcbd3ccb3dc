/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "nearby.h"

enum {
    WIDTH = 32,       /* cells that a panel has side by side */
    ROWS = 4,         /* queries that are compared with a panel at a time */
    TASK_QUERIES = 32 /* a multiple of ROWS */
};

/* All cells, sorted by group, in panels [component][WIDTH]. What is beyond the last cell is 0. */
typedef struct field {
    const nearby_input *in;
    nearby_visit visit;
    void *context;
    size_t panels;
    double *elements;
    uint32_t *cell;  /* [panels·WIDTH] which cell stands there */
    int32_t *group;  /* [panels·WIDTH] */
    char *workspace; /* of each worker */
    size_t workspace_bytes;
} field;

/* Of one worker. */
typedef struct bench {
    double *query;    /* [TASK_QUERIES/ROWS][component][ROWS] */
    double *squares;  /* [ROWS][WIDTH] */
    double *distance; /* [TASK_QUERIES][k] heaps, the farthest first */
    uint32_t *neighbour;
    double *sums; /* [TASK_QUERIES][groups] */
    size_t filled[TASK_QUERIES];
} bench;

static bool
farther(double da, uint32_t a, double db, uint32_t b)
{
    return da > db || (da == db && a > b);
}

/* ---- a heap of the k nearest, the farthest on top ---- */

static void
sift_down(double *distance, uint32_t *cell, size_t n, size_t at)
{
    double d = distance[at];
    uint32_t c = cell[at];

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= n)
            break;
        if (child + 1 < n
            && farther(distance[child + 1], cell[child + 1], distance[child], cell[child]))
            child++;
        if (!farther(distance[child], cell[child], d, c))
            break;
        distance[at] = distance[child];
        cell[at] = cell[child];
        at = child;
    }
    distance[at] = d;
    cell[at] = c;
}

static void
sift_up(double *distance, uint32_t *cell, size_t at)
{
    double d = distance[at];
    uint32_t c = cell[at];

    while (at > 0) {
        size_t parent = (at - 1) / 2;

        if (!farther(d, c, distance[parent], cell[parent]))
            break;
        distance[at] = distance[parent];
        cell[at] = cell[parent];
        at = parent;
    }
    distance[at] = d;
    cell[at] = c;
}

static void
heap_offer(double *distance, uint32_t *cell, size_t k, size_t *filled, double d, uint32_t c)
{
    if (*filled < k) {
        distance[*filled] = d;
        cell[*filled] = c;
        sift_up(distance, cell, (*filled)++);
    } else if (farther(distance[0], cell[0], d, c)) {
        distance[0] = d;
        cell[0] = c;
        sift_down(distance, cell, k, 0);
    }
}

/* Ascending, by taking the farthest away again and again. */
static void
heap_sort(double *distance, uint32_t *cell, size_t n)
{
    while (n > 1) {
        double d = distance[0];
        uint32_t c = cell[0];

        n--;
        distance[0] = distance[n];
        cell[0] = cell[n];
        sift_down(distance, cell, n, 0);
        distance[n] = d;
        cell[n] = c;
    }
}

/* ---- distances ---- */

/* out[ROWS][WIDTH] = Σ_d (panel[d][j] - query[d][i])². */
SCI_CLONES static void
square_distances(double *out, const double *query, const double *panel, size_t components)
{
    double s0[WIDTH], s1[WIDTH], s2[WIDTH], s3[WIDTH];

    for (int j = 0; j < WIDTH; j++)
        s0[j] = s1[j] = s2[j] = s3[j] = 0.0;
    for (size_t d = 0; d < components; d++) {
        const double *y = panel + d * WIDTH, *x = query + d * ROWS;
        double x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];

        for (int j = 0; j < WIDTH; j++)
            s0[j] += (y[j] - x0) * (y[j] - x0);
        for (int j = 0; j < WIDTH; j++)
            s1[j] += (y[j] - x1) * (y[j] - x1);
        for (int j = 0; j < WIDTH; j++)
            s2[j] += (y[j] - x2) * (y[j] - x2);
        for (int j = 0; j < WIDTH; j++)
            s3[j] += (y[j] - x3) * (y[j] - x3);
    }
    for (int j = 0; j < WIDTH; j++) {
        out[j] = s0[j];
        out[WIDTH + j] = s1[j];
        out[2 * WIDTH + j] = s2[j];
        out[3 * WIDTH + j] = s3[j];
    }
}

/* Roots in place; the smallest and, as a tree, the sum. */
SCI_CLONES static double
roots(double *x, double *least)
{
    double sum[WIDTH / 2], low[WIDTH / 2];

    for (int j = 0; j < WIDTH; j++)
        x[j] = sqrt(x[j]);
    for (int j = 0; j < WIDTH / 2; j++) {
        sum[j] = x[j] + x[j + WIDTH / 2];
        low[j] = x[j] < x[j + WIDTH / 2] ? x[j] : x[j + WIDTH / 2];
    }
    for (int n = WIDTH / 4; n > 0; n /= 2)
        for (int j = 0; j < n; j++) {
            sum[j] += sum[j + n];
            low[j] = low[j] < low[j + n] ? low[j] : low[j + n];
        }
    *least = low[0];
    return sum[0];
}

/* The panel has WIDTH cells of one group. */
static bool
is_uniform(const field *f, size_t panel)
{
    return (panel + 1) * WIDTH <= f->in->cells
           && f->group[panel * WIDTH] == f->group[panel * WIDTH + WIDTH - 1];
}

/* Distances of one query to the cells of a panel: into its sums and its heap. */
static void
take(const field *f, bench *b, size_t slot, uint32_t self, size_t panel, double *x)
{
    size_t k = f->in->k, n = f->in->cells - panel * WIDTH;
    double *distance = b->distance + slot * k, least, sum = roots(x, &least);
    double *sums = b->sums + slot * f->in->groups;
    uint32_t *neighbour = b->neighbour + slot * k;
    const uint32_t *cell = f->cell + panel * WIDTH;
    const int32_t *group = f->group + panel * WIDTH;

    if (n > WIDTH)
        n = WIDTH;
    if (is_uniform(f, panel))
        sums[group[0]] += sum;
    else
        for (size_t j = 0; j < n; j++)
            sums[group[j]] += x[j];
    if (k == 0 || (b->filled[slot] == k && least > distance[0]))
        return;
    for (size_t j = 0; j < n; j++)
        if (cell[j] != self)
            heap_offer(distance, neighbour, k, &b->filled[slot], x[j], cell[j]);
}

/* ---- tasks ---- */

static size_t
aligned(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static size_t
bench_bytes(const nearby_input *in)
{
    return aligned(TASK_QUERIES * in->components * sizeof(double))
           + aligned(ROWS * WIDTH * sizeof(double)) + aligned(TASK_QUERIES * in->k * sizeof(double))
           + aligned(TASK_QUERIES * in->k * sizeof(uint32_t))
           + aligned(TASK_QUERIES * in->groups * sizeof(double));
}

static void *
carve(char **at, size_t bytes)
{
    void *out = *at;

    *at += aligned(bytes);
    return out;
}

static bench
bench_of(const field *f, int worker)
{
    const nearby_input *in = f->in;
    char *at = f->workspace + (size_t)worker * f->workspace_bytes;
    bench b = { 0 };

    b.query = carve(&at, TASK_QUERIES * in->components * sizeof(double));
    b.squares = carve(&at, ROWS * WIDTH * sizeof(double));
    b.distance = carve(&at, TASK_QUERIES * in->k * sizeof(double));
    b.neighbour = carve(&at, TASK_QUERIES * in->k * sizeof(uint32_t));
    b.sums = carve(&at, TASK_QUERIES * in->groups * sizeof(double));
    memset(b.sums, 0, TASK_QUERIES * in->groups * sizeof(double));
    return b;
}

/* Queries [first, first + n) side by side; the last one is repeated where a tile is not full. */
static void
load_queries(const field *f, bench *b, size_t first, size_t n)
{
    size_t components = f->in->components;

    for (size_t i = 0; i < TASK_QUERIES; i++) {
        size_t q = f->in->query[first + (i < n ? i : n - 1)];
        double *to = b->query + i / ROWS * ROWS * components + i % ROWS;

        for (size_t d = 0; d < components; d++)
            to[d * ROWS] = f->in->scores[q * components + d];
    }
}

static sci_status
run_task(void *context, size_t index, int worker)
{
    const field *f = context;
    const nearby_input *in = f->in;
    size_t first = index * TASK_QUERIES;
    size_t n = in->queries - first < TASK_QUERIES ? in->queries - first : TASK_QUERIES;
    bench b = bench_of(f, worker);

    if (in->stop && *in->stop)
        return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    load_queries(f, &b, first, n);
    for (size_t p = 0; p < f->panels; p++)
        for (size_t i = 0; i < n; i += ROWS) {
            square_distances(b.squares, b.query + i * in->components,
                             f->elements + p * in->components * WIDTH, in->components);
            for (size_t j = 0; j < ROWS && i + j < n; j++)
                take(f, &b, i + j, in->query[first + i + j], p, b.squares + j * WIDTH);
        }
    for (size_t i = 0; i < n; i++) {
        nearby_cell cell = { .number = first + i,
                             .cell = in->query[first + i],
                             .k = in->k,
                             .neighbour = b.neighbour + i * in->k,
                             .distance = b.distance + i * in->k,
                             .sums = b.sums + i * in->groups };

        heap_sort(b.distance + i * in->k, b.neighbour + i * in->k, in->k);
        f->visit(f->context, &cell, worker);
    }
    return SCI_OK;
}

/* Where the cells of each group begin, then the cells one after the other. */
static sci_status
lay_out(field *f)
{
    const nearby_input *in = f->in;
    size_t *next = NULL;
    sci_status st = sci_alloc_zero(&next, in->groups + 1, 1, sizeof *next);

    if (st != SCI_OK)
        return st;
    for (size_t c = 0; c < in->cells; c++)
        next[in->group[c] + 1]++;
    for (size_t g = 0; g < in->groups; g++)
        next[g + 1] += next[g];
    for (size_t c = 0; c < in->cells; c++) {
        size_t at = next[in->group[c]]++;
        double *to = f->elements + at / WIDTH * WIDTH * in->components + at % WIDTH;

        f->cell[at] = (uint32_t)c;
        f->group[at] = in->group[c];
        for (size_t d = 0; d < in->components; d++)
            to[d * WIDTH] = in->scores[c * in->components + d];
    }
    sci_free(next);
    return SCI_OK;
}

sci_status
nearby_each(const nearby_input *in, nearby_visit visit, void *context)
{
    sci_status st;
    field f = { .in = in, .visit = visit, .context = context };

    if (in->k >= in->cells || in->cells > UINT32_MAX)
        return sci_fail(SCI_ERR_ARGUMENT, "%zu neighbours among %zu cells", in->k, in->cells);
    f.panels = (in->cells + WIDTH - 1) / WIDTH;
    f.workspace_bytes = bench_bytes(in);
    st = sci_alloc_zero(&f.elements, f.panels * WIDTH, in->components, sizeof *f.elements);
    if (st == SCI_OK)
        st = sci_alloc_zero(&f.cell, f.panels, WIDTH, sizeof *f.cell);
    if (st == SCI_OK)
        st = sci_alloc_zero(&f.group, f.panels, WIDTH, sizeof *f.group);
    if (st == SCI_OK)
        st = sci_alloc(&f.workspace, (size_t)sci_pool_threads(in->pool), f.workspace_bytes, 1);
    if (st == SCI_OK)
        st = lay_out(&f);
    if (st == SCI_OK)
        st = sci_parallel_for(in->pool, (in->queries + TASK_QUERIES - 1) / TASK_QUERIES, run_task,
                              &f);
    sci_free(f.elements);
    sci_free(f.cell);
    sci_free(f.group);
    sci_free(f.workspace);
    return st;
}
