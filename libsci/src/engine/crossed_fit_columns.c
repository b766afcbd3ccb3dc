/* SPDX-License-Identifier: BSD-3-Clause */
/* Fitting a matrix that is stored by columns: each column goes through the same segments, groups
 * and tree as it would by rows, so that the same bytes come out, and columns go side by side. */
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "crossed_column.h"

#define SLAB_ELEMENTS (UINT64_C(1) << 18)
#define SLOTS 3
#define TASKS_A_WORKER 4

typedef struct fitting {
    sci_column_fit columns;
    sci_pool *pool;
    int threads;
    sci_budget budget;
    sci_index_reader reader;
    uint64_t slabs;
    uint64_t *column_ends, *stored_ends; /* [slabs + 1] */
    uint32_t *segment_rows;              /* [segments of the shard][levels] */
    sci_column_work *works;              /* one a worker */
    sci_digest *digests;                 /* [columns] */
    pthread_mutex_t lock;
    const sci_feed_slab *slab; /* at hand */
    const int32_t *rows;
    uint64_t task_columns;
} fitting;

/* ---- slabs of columns ---- */

static sci_status
digest_column(const fitting *f, uint64_t number, uint64_t from, size_t n)
{
    const sci_matrix *m = f->columns.job->matrix;
    sci_digest_kind kind = f->columns.job->opt->digest;
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
    const sci_matrix *m = f->columns.job->matrix;
    uint64_t first = f->column_ends[f->slab->number] + index * f->task_columns;
    uint64_t end = f->column_ends[f->slab->number + 1];
    sci_status st = SCI_OK;

    end = end - first < f->task_columns ? end : first + f->task_columns;
    for (uint64_t g = first; st == SCI_OK && g < end; g++) {
        uint64_t from = (uint64_t)m->indptr[g] - f->slab->first;
        sci_column c = { .number = g,
                         .rows = f->rows + from,
                         .values = (const unsigned char *)f->slab->elements[1]
                                   + from * sci_type_size(f->columns.type),
                         .n = (size_t)(m->indptr[g + 1] - m->indptr[g]) };

        st = digest_column(f, g, from, c.n);
        if (st == SCI_OK)
            st = sci_column_fit_one(&f->columns, &f->works[worker], &c);
    }
    return st;
}

static sci_status
process_slab(void *context, const sci_feed_slab *slab)
{
    fitting *f = context;
    const sci_options *opt = f->columns.job->opt;
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
                      f->column_ends[slab->number + 1] * f->columns.job->matrix->rows,
                      f->columns.job->matrix->columns * f->columns.job->matrix->rows);
    return st;
}

/* ---- planning ---- */

/* Slabs of whole columns with at most `most` values, where a column has no more; returns how
 * many, and the widest. Writes the ends where there is room for them. */
static uint64_t
cut_columns(fitting *f, uint64_t most, uint64_t *widest)
{
    const sci_matrix *m = f->columns.job->matrix;
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
    const sci_matrix *m = f->columns.job->matrix;

    *feed = (sci_feed){ .opt = f->columns.job->opt,
                        .n_inputs = 2,
                        .inputs = { m->indices, m->values } };
}

static uint64_t
needed_bytes(const fitting *f, uint64_t widest, int slots, int workers)
{
    const sci_crossed_fit_job *job = f->columns.job;
    uint64_t levels = job->model.rows->levels, q = job->model.rows->covariates, bytes;
    sci_feed feed;

    feed_of(f, &feed);
    bytes = sci_feed_bytes(&feed, widest, 0, slots, workers);
    if (sci_indices_need_buffer(job->matrix))
        bytes += widest * sizeof(int32_t);
    bytes += job->n_nodes * levels * sci_crossed_rows_bytes(job->matrix->columns, q);
    bytes += (job->end_segment - job->first_segment) * levels * sizeof(uint32_t);
    bytes += job->matrix->columns * sizeof(sci_digest);
    return bytes + (uint64_t)workers * sci_column_work_bytes(&f->columns);
}

typedef struct slab_plan {
    uint64_t most, widest; /* values of a slab: asked for, and what comes of it */
    int slots, threads;
} slab_plan;

/* The largest slabs that fit; fewer workers only where smaller slabs and fewer slots do not do. */
static bool
find_slabs(fitting *f, uint64_t target, slab_plan *p)
{
    int workers = f->columns.job->opt->threads;
    sci_feed feed;

    feed_of(f, &feed);
    for (p->threads = workers > 0 ? workers : sci_processors(); p->threads > 0; p->threads /= 2) {
        uint64_t grain = sci_feed_grain(&feed) * (uint64_t)p->threads;

        for (p->slots = sci_feed_in_memory(&feed) ? 1 : SLOTS; p->slots > 0; p->slots--)
            for (p->most = SLAB_ELEMENTS > grain ? SLAB_ELEMENTS : grain;; p->most /= 2) {
                f->slabs = cut_columns(f, p->most, &p->widest);
                if (needed_bytes(f, p->widest, p->slots, p->threads) <= target)
                    return true;
                if (p->most == 0)
                    break;
            }
    }
    return false;
}

static sci_status
choose_slabs(fitting *f, int *slots)
{
    const sci_matrix *m = f->columns.job->matrix;
    slab_plan p;
    sci_status st;

    if (!find_slabs(f, f->budget.target, &p)
        && (f->budget.given || !find_slabs(f, f->budget.limit, &p)))
        return sci_fail_budget(m, needed_bytes(f, p.widest, 1, 1), &f->budget);
    f->threads = p.threads;
    *slots = p.slots;
    st = sci_alloc(&f->stored_ends, f->slabs + 1, 1, sizeof *f->stored_ends);
    if (st == SCI_OK)
        st = sci_alloc(&f->column_ends, f->slabs + 1, 1, sizeof *f->column_ends);
    if (st != SCI_OK)
        return st;
    (void)cut_columns(f, p.most, &p.widest);
    return sci_index_reader_create(&f->reader, m, NULL, p.widest);
}

/* ---- the run ---- */

static int32_t
label_of(const sci_row_model *model, uint64_t row)
{
    return model->label ? model->label[row] : 0;
}

/* How many rows of each label a segment has: those that no value is stored of are zeros. */
static sci_status
count_rows(fitting *f)
{
    const sci_crossed_fit_job *job = f->columns.job;
    const sci_row_model *model = job->model.rows;
    uint64_t first = job->first_segment * job->segment_rows, end;
    sci_status st = sci_alloc_zero(&f->segment_rows, job->end_segment - job->first_segment,
                                   model->levels, sizeof *f->segment_rows);

    end = job->end_segment * job->segment_rows;
    end = end < model->rows ? end : model->rows;
    for (uint64_t row = first; st == SCI_OK && row < end; row++)
        if (label_of(model, row) >= 0)
            f->segment_rows[(row - first) / job->segment_rows * model->levels
                            + (uint64_t)label_of(model, row)]++;
    f->columns.segment_rows = f->segment_rows;
    return st;
}

static sci_status
whole_digest(const fitting *f)
{
    sci_crossed_fit_job *job = f->columns.job;
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
    sci_report *report = &f->columns.job->report;

    for (int i = 0; i < f->threads; i++) {
        const sci_column_work *w = &f->works[i];

        if (w->nonfinite > 0
            && (report->nonfinite == 0 || w->first_nonfinite < report->first_nonfinite))
            report->first_nonfinite = w->first_nonfinite;
        report->nonfinite += w->nonfinite;
    }
}

static void
fitting_clear(fitting *f)
{
    for (int i = 0; f->works && i < f->threads; i++)
        sci_column_work_clear(&f->works[i]);
    sci_free(f->works);
    sci_index_reader_clear(&f->reader);
    sci_pool_free(f->pool);
    sci_free(f->column_ends);
    sci_free(f->stored_ends);
    sci_free(f->segment_rows);
    sci_free(f->digests);
    pthread_mutex_destroy(&f->lock);
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
    fitting f = { .budget = sci_budget_of(job->opt) };
    int slots = 1;
    sci_status st;

    pthread_mutex_init(&f.lock, NULL);
    f.columns = (sci_column_fit){ .job = job,
                                  .type = sci_decoded_type(job->matrix->values->array.type),
                                  .lock = &f.lock };
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
