/* SPDX-License-Identifier: BSD-3-Clause */
/* Fitting a matrix that is stored by columns: each column goes through the same segments, groups and
 * tree as it would by rows, so that the same bytes come out, and columns go side by side. */
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/crossed.h"
#include "../stats/decode.h"
#include "crossed_fit.h"

#define SLAB_ELEMENTS (UINT64_C(1) << 18)
#define SLOTS 3
#define TASKS_A_WORKER 4
#define DEPTH 66

/* What one segment, or a node of the tree, is for the column at hand: levels side by side. */
typedef struct leaf {
    uint64_t level, index;
    sci_moments *moments; /* [levels] */
    double *cross;        /* [levels][q] */
    double *missing;      /* [levels][q + q·(q+1)/2]; meaningful if has_missing */
    bool has_missing;
} leaf;

typedef struct column_work {
    leaf stack[DEPTH];
    int depth, made; /* leaves in use, and with storage */
    uint32_t *next;  /* [levels + 1] */
    void *members;   /* [segment rows] by label */
    uint32_t *rows;  /* [segment rows] */
    sci_sorter sorter;
    int32_t *sorted_rows;
    void *sorted_values;
    uint64_t sorted_room;
    uint64_t nonfinite, first_nonfinite;
} column_work;

typedef struct fitting {
    sci_crossed_fit_job *job;
    sci_pool *pool;
    int threads;
    sci_budget budget;
    sci_index_reader reader;
    uint64_t slabs;
    uint64_t *column_ends, *stored_ends; /* [slabs + 1] */
    uint32_t *segment_rows;              /* [segments of the shard][levels] */
    column_work *works;
    sci_digest *digests; /* [columns] */
    pthread_mutex_t missing_lock;
    sci_type type;
    /* the slab at hand */
    const sci_feed_slab *slab;
    const int32_t *rows;
    uint64_t task_columns;
} fitting;

static uint64_t
levels_of(const fitting *f)
{
    return f->job->model.rows->levels;
}

static uint64_t
missing_width(const fitting *f)
{
    uint64_t q = f->job->model.rows->covariates;

    return q + q * (q + 1) / 2;
}

/* ---- leaves ---- */

static sci_status
next_leaf(const fitting *f, column_work *w, leaf **out)
{
    leaf *l = &w->stack[w->depth];
    uint64_t levels = levels_of(f), q = f->job->model.rows->covariates;
    sci_status st = SCI_OK;

    if (w->depth == w->made) {
        w->made++; /* from here on it is cleared */
        st = sci_alloc(&l->moments, levels, 1, sizeof *l->moments);
        if (st == SCI_OK)
            st = sci_alloc(&l->cross, levels, q, sizeof *l->cross);
        if (st == SCI_OK)
            st = sci_alloc(&l->missing, levels, missing_width(f), sizeof *l->missing);
    }
    if (st != SCI_OK)
        return st;
    w->depth++;
    l->has_missing = false;
    *out = l;
    return SCI_OK;
}

static void
join(const fitting *f, leaf *into, const leaf *from)
{
    uint64_t levels = levels_of(f), q = f->job->model.rows->covariates;
    size_t missing = levels * missing_width(f);

    sci_moments_merge_rows(into->moments, from->moments, levels);
    sci_add_doubles(into->cross, from->cross, levels * q);
    if (from->has_missing && into->has_missing)
        sci_add_doubles(into->missing, from->missing, missing);
    else if (from->has_missing)
        memcpy(into->missing, from->missing, missing * sizeof *into->missing);
    into->has_missing = into->has_missing || from->has_missing;
}

/* The last leaf has become complete: climb as long as it has its sibling (nodes.h). */
static void
climb(const fitting *f, column_work *w, uint64_t index, uint64_t total)
{
    leaf *top = &w->stack[w->depth - 1];

    top->level = 0;
    top->index = index;
    while (top->level < sci_tree_height(total)) {
        if (top->index % 2 == 1) {
            join(f, top - 1, top);
            w->depth--;
            top--;
        } else if ((top->index + 1) << top->level < total) {
            return;
        }
        top->level++;
        top->index /= 2;
    }
}

/* ---- a column ---- */

/* Stored values of a column, by rows. */
typedef struct column {
    uint64_t number;
    const int32_t *rows;
    const unsigned char *values;
    size_t n, at; /* members in all; the first one that has not been used */
} column;

static sci_status
make_members(const fitting *f, column_work *w)
{
    uint64_t rows = f->job->segment_rows;
    sci_status st = SCI_OK;

    rows = rows < f->job->matrix->rows ? rows : f->job->matrix->rows;
    if (!w->next)
        st = sci_alloc(&w->next, levels_of(f) + 1, 1, sizeof *w->next);
    if (st == SCI_OK && !w->members)
        st = sci_alloc(&w->members, rows, 1, sci_type_size(f->type));
    if (st == SCI_OK && !w->rows)
        st = sci_alloc(&w->rows, rows, 1, sizeof *w->rows);
    return st;
}

static int32_t
label_of(const sci_row_model *model, int64_t row)
{
    return model->label ? model->label[row] : 0;
}

/* Members of rows [first, end) in order of their labels; next[l] is where label l ends. */
static void
sort_members(const fitting *f, column_work *w, column *c, uint64_t first, uint64_t end)
{
    const sci_row_model *model = f->job->model.rows;
    size_t size = sci_type_size(f->type), from = c->at;
    uint32_t sum = 0;

    memset(w->next, 0, (model->levels + 1) * sizeof *w->next);
    for (; c->at < c->n && (uint64_t)c->rows[c->at] < end; c->at++)
        if (label_of(model, c->rows[c->at]) >= 0)
            w->next[label_of(model, c->rows[c->at]) + 1]++;
    for (uint64_t l = 0; l <= model->levels; l++)
        w->next[l] = sum += w->next[l];
    for (size_t i = from; i < c->at; i++) {
        int32_t label = label_of(model, c->rows[i]);

        if (label < 0)
            continue;
        memcpy((unsigned char *)w->members + w->next[label] * size, c->values + i * size, size);
        w->rows[w->next[label]++] = (uint32_t)((uint64_t)c->rows[i] - first);
    }
}

/* NaN and infinities among the members of the segment. */
static sci_status
survey(const fitting *f, column_work *w, const column *c, uint64_t first, size_t n)
{
    size_t size = sci_type_size(f->type);

    for (size_t i = 0; i < n; i++) {
        uint64_t row = first + w->rows[i], index = row * f->job->matrix->columns + c->number;
        double value;

        sci_widen(&value, f->type, (const unsigned char *)w->members + i * size, 1);
        if (isinf(value))
            return sci_fail(SCI_ERR_NONFINITE,
                            "'%s': the value of row %" PRIu64 ", column %" PRIu64 " is infinite",
                            f->job->matrix->name, row, c->number);
        if (!isnan(value))
            continue;
        if (w->nonfinite == 0 || index < w->first_nonfinite)
            w->first_nonfinite = index;
        w->nonfinite++;
    }
    return SCI_OK;
}

static void
take_missing(const fitting *f, const sci_group *group, leaf *out, uint64_t level)
{
    size_t width = missing_width(f);

    if (width == 0)
        return;
    if (!out->has_missing)
        memset(out->missing, 0, levels_of(f) * width * sizeof *out->missing);
    out->has_missing = true;
    sci_group_missing(group, out->missing + level * width, 1);
}

static sci_status
fit_segment(const fitting *f, column_work *w, column *c, uint64_t segment)
{
    const sci_crossed_fit_job *job = f->job;
    const sci_row_model *model = job->model.rows;
    uint64_t first = segment * job->segment_rows, q = model->covariates, found = 0;
    const uint32_t *rows = f->segment_rows + (segment - job->first_segment) * model->levels;
    uint32_t at = 0;
    leaf *out;
    sci_status st = next_leaf(f, w, &out);

    if (st != SCI_OK)
        return st;
    sort_members(f, w, c, first, first + job->segment_rows);
    for (uint64_t l = 0; l < model->levels; l++) {
        sci_group group = { .type = f->type,
                            .members = (unsigned char *)w->members + at * sci_type_size(f->type),
                            .rows = w->rows + at,
                            .n = w->next[l] - at,
                            .n_rows = rows[l],
                            .covariate = q > 0 ? model->covariate + first * q : NULL,
                            .mean = job->model.mean + l * q,
                            .covariates = q };
        uint64_t own = sci_group_fit(&group, &out->moments[l], out->cross + l * q, 1);

        if (own > 0)
            take_missing(f, &group, out, l);
        found += own;
        at = w->next[l];
    }
    return found > 0 ? survey(f, w, c, first, at) : SCI_OK;
}

/* The root goes to its place in the table. */
static sci_status
store(fitting *f, column_work *w, const column *c, sci_crossed *table)
{
    uint64_t g = table->columns, q = table->covariates, pairs = q * (q + 1) / 2;
    const leaf *root = &w->stack[0];
    sci_status st = SCI_OK;

    for (uint64_t l = 0; l < table->levels; l++) {
        table->moments[l * g + c->number] = root->moments[l];
        for (uint64_t k = 0; k < q; k++)
            table->cross[(l * q + k) * g + c->number] = root->cross[l * q + k];
    }
    w->depth = 0;
    if (!root->has_missing)
        return SCI_OK;
    pthread_mutex_lock(&f->missing_lock);
    st = sci_crossed_need_missing(table);
    for (uint64_t l = 0; st == SCI_OK && l < table->levels; l++) {
        const double *from = root->missing + l * (q + pairs);

        for (uint64_t k = 0; k < q; k++)
            table->missing_sum[(l * q + k) * g + c->number] = from[k];
        for (uint64_t p = 0; p < pairs; p++)
            table->missing_gram[(l * pairs + p) * g + c->number] = from[q + p];
    }
    pthread_mutex_unlock(&f->missing_lock);
    return st;
}

static sci_status
sort_column(const fitting *f, column_work *w, column *c)
{
    const sci_matrix *m = f->job->matrix;
    size_t size = sci_type_size(f->type);
    sci_status st = SCI_OK;

    if (w->sorted_room < c->n) {
        sci_free(w->sorted_rows);
        sci_free(w->sorted_values);
        w->sorted_values = NULL;
        w->sorted_room = 0;
        st = sci_alloc(&w->sorted_rows, c->n, 1, sizeof *w->sorted_rows);
        if (st == SCI_OK)
            st = sci_alloc(&w->sorted_values, c->n, 1, size);
        if (st != SCI_OK)
            return st;
        w->sorted_room = c->n;
    }
    memcpy(w->sorted_rows, c->rows, c->n * sizeof *w->sorted_rows);
    memcpy(w->sorted_values, c->values, c->n * size);
    st = sci_sorter_sort(&w->sorter, m->rows, w->sorted_rows, f->type, w->sorted_values, c->n,
                         &c->n);
    if (st != SCI_OK && st != SCI_ERR_NOMEM)
        return sci_fail(st,
                        "'%s': column %" PRIu64 ": values of the same place have a sum "
                        "beyond their type",
                        m->name, c->number);
    c->rows = w->sorted_rows;
    c->values = w->sorted_values;
    return st;
}

static sci_status
fit_column(fitting *f, column_work *w, column *c)
{
    sci_crossed_fit_job *job = f->job;
    sci_status st = make_members(f, w);

    if (st == SCI_OK && !sci_indices_increase(c->rows, c->n))
        st = sort_column(f, w, c);
    while (c->at < c->n && (uint64_t)c->rows[c->at] < job->first_segment * job->segment_rows)
        c->at++;
    w->depth = 0;
    for (size_t i = 0; st == SCI_OK && i < job->n_nodes; i++) {
        const sci_fit_node *node = &job->nodes[i];

        for (uint64_t s = node->first; st == SCI_OK && s < node->end; s++) {
            st = fit_segment(f, w, c, s);
            if (st == SCI_OK)
                climb(f, w, s - node->first, node->end - node->first);
        }
        if (st == SCI_OK)
            st = store(f, w, c, node->table);
    }
    return st;
}

/* ---- slabs of columns ---- */

static sci_status
digest_column(const fitting *f, uint64_t number, uint64_t from, size_t n)
{
    const sci_matrix *m = f->job->matrix;
    sci_digest_kind kind = f->job->opt->digest;
    size_t size = sci_type_size(m->values->array.type);
    size_t index_size = sci_type_size(m->indices->array.type);
    sci_digest indices, *out = &f->digests[number];
    sci_status st =
        sci_digest_of(kind, (const unsigned char *)f->slab->raw[1] + from * size, n * size, out);

    if (st == SCI_OK)
        st = sci_digest_of(kind, (const unsigned char *)f->slab->raw[0] + from * index_size,
                           n * index_size, &indices);
    return st == SCI_OK ? sci_digest_join(kind, out, &indices, out) : st;
}

static sci_status
columns_task(void *context, size_t index, int worker)
{
    fitting *f = context;
    const sci_matrix *m = f->job->matrix;
    uint64_t first = f->column_ends[f->slab->number] + index * f->task_columns;
    uint64_t end = f->column_ends[f->slab->number + 1];
    sci_status st = SCI_OK;

    end = end - first < f->task_columns ? end : first + f->task_columns;
    for (uint64_t g = first; st == SCI_OK && g < end; g++) {
        uint64_t from = (uint64_t)m->indptr[g] - f->slab->first;
        column c = { .number = g,
                     .rows = f->rows + from,
                     .values = (const unsigned char *)f->slab->elements[1]
                               + from * sci_type_size(f->type),
                     .n = (size_t)(m->indptr[g + 1] - m->indptr[g]) };

        st = digest_column(f, g, from, c.n);
        if (st == SCI_OK)
            st = fit_column(f, &f->works[worker], &c);
    }
    return st;
}

static sci_status
process_slab(void *context, const sci_feed_slab *slab)
{
    fitting *f = context;
    const sci_options *opt = f->job->opt;
    uint64_t n = f->column_ends[slab->number + 1] - f->column_ends[slab->number];
    sci_status st =
        sci_index_reader_get(&f->reader, slab->first, slab->count, slab->elements[0], &f->rows);

    f->slab = slab;
    f->task_columns = n / ((uint64_t)f->threads * TASKS_A_WORKER) + 1;
    if (st == SCI_OK)
        st =
            sci_parallel_for(f->pool, (n + f->task_columns - 1) / f->task_columns, columns_task, f);
    if (st == SCI_OK && opt->progress)
        opt->progress(opt->progress_context,
                      f->column_ends[slab->number + 1] * f->job->matrix->rows,
                      f->job->matrix->columns * f->job->matrix->rows);
    return st;
}

/* ---- planning ---- */

/* Slabs of whole columns with at most `most` values, where a column has no more; returns how many, and
 * the widest. Writes the ends where there is room for them. */
static uint64_t
cut_columns(fitting *f, uint64_t most, uint64_t *widest)
{
    const sci_matrix *m = f->job->matrix;
    uint64_t n = 0, g = 0;

    *widest = 0;
    while (g < m->columns) {
        uint64_t first = (uint64_t)m->indptr[g], stored;

        if (f->column_ends) {
            f->column_ends[n] = g;
            f->stored_ends[n] = first;
        }
        do {
            g++;
        } while (g < m->columns && (uint64_t)m->indptr[g + 1] - first <= most);
        stored = (uint64_t)m->indptr[g] - first;
        *widest = stored > *widest ? stored : *widest;
        n++;
    }
    if (f->column_ends) {
        f->column_ends[n] = m->columns;
        f->stored_ends[n] = m->stored;
    }
    return n;
}

static void
feed_of(const fitting *f, sci_feed *feed)
{
    const sci_matrix *m = f->job->matrix;

    *feed = (sci_feed){ .opt = f->job->opt, .n_inputs = 2, .inputs = { m->indices, m->values } };
}

static uint64_t
needed_bytes(const fitting *f, uint64_t widest, int slots, int workers)
{
    const sci_crossed_fit_job *job = f->job;
    uint64_t levels = levels_of(f), q = job->model.rows->covariates, bytes;
    uint64_t rows = job->segment_rows < job->matrix->rows ? job->segment_rows : job->matrix->rows;
    sci_feed feed;

    feed_of(f, &feed);
    bytes = sci_feed_bytes(&feed, widest, 0, slots, workers);
    if (sci_indices_need_buffer(job->matrix))
        bytes += widest * sizeof(int32_t);
    bytes += job->n_nodes * levels * sci_crossed_rows_bytes(job->matrix->columns, q);
    bytes += (job->end_segment - job->first_segment) * levels * sizeof(uint32_t);
    bytes += job->matrix->columns * sizeof(sci_digest);
    return bytes
           + (uint64_t)workers
                 * (rows * (sci_type_size(f->type) + sizeof(uint32_t))
                    + (sci_tree_height(job->segments) + 2) * levels
                          * (sizeof(sci_moments) + (q + missing_width(f)) * sizeof(double)));
}

/* The largest slabs that fit the target, else the limit. */
static sci_status
choose_slabs(fitting *f, int *slots)
{
    int most_workers = f->job->opt->threads > 0 ? f->job->opt->threads : sci_processors();
    uint64_t widest = 0, grain;
    sci_feed feed;

    feed_of(f, &feed);
    for (int round = 0; round < (f->budget.given ? 1 : 2); round++) {
        uint64_t target = round == 0 ? f->budget.target : f->budget.limit;

        for (f->threads = most_workers; f->threads > 0; f->threads /= 2) {
            grain = sci_feed_grain(&feed) * (uint64_t)f->threads;
            for (*slots = sci_feed_in_memory(&feed) ? 1 : SLOTS; *slots > 0; --*slots)
                for (uint64_t most = SLAB_ELEMENTS > grain ? SLAB_ELEMENTS : grain;; most /= 2) {
                    f->slabs = cut_columns(f, most, &widest);
                    if (needed_bytes(f, widest, *slots, f->threads) <= target) {
                        sci_status st =
                            sci_alloc(&f->stored_ends, f->slabs + 1, 1, sizeof *f->stored_ends);

                        if (st == SCI_OK)
                            st =
                                sci_alloc(&f->column_ends, f->slabs + 1, 1, sizeof *f->column_ends);
                        if (st == SCI_OK)
                            (void)cut_columns(f, most, &widest);
                        return st == SCI_OK ? sci_index_reader_create(&f->reader, f->job->matrix,
                                                                      NULL, widest)
                                            : st;
                    }
                    if (most == 0)
                        break;
                }
        }
    }
    return sci_fail_budget(f->job->matrix, needed_bytes(f, widest, 1, 1), &f->budget);
}

/* ---- the run ---- */

/* How many rows of each label a segment has: those that no value is stored of are zeros. */
static sci_status
count_rows(fitting *f)
{
    const sci_crossed_fit_job *job = f->job;
    const sci_row_model *model = job->model.rows;
    uint64_t first = job->first_segment * job->segment_rows, end;
    sci_status st = sci_alloc_zero(&f->segment_rows, job->end_segment - job->first_segment,
                                   model->levels, sizeof *f->segment_rows);

    end = job->end_segment * job->segment_rows;
    end = end < model->rows ? end : model->rows;
    for (uint64_t row = first; st == SCI_OK && row < end; row++)
        if (label_of(model, (int64_t)row) >= 0)
            f->segment_rows[(row - first) / job->segment_rows * model->levels
                            + (uint64_t)label_of(model, (int64_t)row)]++;
    return st;
}

static sci_status
whole_digest(const fitting *f)
{
    sci_crossed_fit_job *job = f->job;
    const sci_matrix *m = job->matrix;
    sci_digest_node nodes[SCI_TREE_NODES_MOST];
    sci_digest digest, indptr;
    size_t n = 0;
    sci_status st = SCI_OK;

    if (job->first_segment > 0 || job->end_segment < job->segments || m->columns == 0)
        return SCI_OK;
    for (uint64_t g = 0; st == SCI_OK && g < m->columns; g++) {
        sci_digest_node leaf_node = { .index = g, .digest = f->digests[g] };

        st = sci_digest_nodes_insert(nodes, &n, m->columns, job->opt->digest, &leaf_node);
    }
    if (st == SCI_OK)
        st = sci_digest_of(job->opt->digest, m->indptr, (m->columns + 1) * sizeof *m->indptr,
                           &indptr);
    if (st == SCI_OK)
        st = sci_digest_join(job->opt->digest, &nodes[0].digest, &indptr, &digest);
    if (st == SCI_OK)
        memcpy(job->report.digest, digest.bytes, sizeof job->report.digest);
    return st;
}

static void
sum_reports(const fitting *f)
{
    sci_report *report = &f->job->report;

    for (int i = 0; i < f->threads; i++) {
        const column_work *w = &f->works[i];

        if (w->nonfinite > 0
            && (report->nonfinite == 0 || w->first_nonfinite < report->first_nonfinite))
            report->first_nonfinite = w->first_nonfinite;
        report->nonfinite += w->nonfinite;
    }
}

static void
work_clear(column_work *w)
{
    for (int i = 0; i < w->made; i++) {
        sci_free(w->stack[i].moments);
        sci_free(w->stack[i].cross);
        sci_free(w->stack[i].missing);
    }
    sci_free(w->next);
    sci_free(w->members);
    sci_free(w->rows);
    sci_sorter_clear(&w->sorter);
    sci_free(w->sorted_rows);
    sci_free(w->sorted_values);
}

static void
fitting_clear(fitting *f)
{
    for (int i = 0; f->works && i < f->threads; i++)
        work_clear(&f->works[i]);
    sci_free(f->works);
    sci_index_reader_clear(&f->reader);
    sci_pool_free(f->pool);
    sci_free(f->column_ends);
    sci_free(f->stored_ends);
    sci_free(f->segment_rows);
    sci_free(f->digests);
    pthread_mutex_destroy(&f->missing_lock);
}

static sci_status
run(fitting *f, int slots)
{
    sci_feed feed;

    feed_of(f, &feed);
    feed.pool = f->reader.pool = f->pool;
    feed.slabs = f->slabs;
    feed.slots = slots;
    feed.ends = f->stored_ends;
    feed.context = f;
    feed.process = process_slab;
    return sci_feed_run(&feed);
}

sci_status
sci_fit_by_columns(sci_crossed_fit_job *job)
{
    fitting f = { .job = job,
                  .budget = sci_budget_of(job->opt),
                  .type = sci_decoded_type(job->matrix->values->array.type) };
    int slots = 1;
    sci_status st;

    pthread_mutex_init(&f.missing_lock, NULL);
    st = choose_slabs(&f, &slots);
    if (st == SCI_OK)
        st = sci_pool_create(&f.pool, f.threads);
    if (st == SCI_OK)
        st = count_rows(&f);
    if (st == SCI_OK)
        st = sci_alloc(&f.digests, job->matrix->columns, 1, sizeof *f.digests);
    if (st == SCI_OK)
        st = sci_alloc_zero(&f.works, (size_t)f.threads, 1, sizeof *f.works);
    if (st == SCI_OK)
        st = run(&f, slots);
    if (st == SCI_OK) {
        sum_reports(&f);
        st = whole_digest(&f);
    }
    fitting_clear(&f);
    return st;
}
