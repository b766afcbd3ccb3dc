/* SPDX-License-Identifier: BSD-3-Clause */
/* Fitting by rows: the segments of a band are fitted side by side, and their parts climb the
 * tree in order. */
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "crossed_fit.h"

#define CHEAP_PARTS (UINT64_C(8) << 20) /* two waves of parts at once where they are smaller */

typedef struct fitting {
    sci_crossed_fit_job *job;
    sci_rows_pass pass;
    sci_crossed_store store;
    sci_crossed_tree tree;
    size_t node;                           /* being made */
    sci_segment_work *works;               /* one a worker */
    uint64_t wave;                         /* segments at once */
    sci_crossed_rows **parts;              /* [wave][levels] */
    sci_digest *digests;                   /* [wave] */
    uint64_t *nonfinite, *first_nonfinite; /* [wave] */
    sci_digest_node digest_nodes[SCI_TREE_NODES_MOST];
    size_t n_digest_nodes;
    const sci_band *band;
    uint64_t segment; /* first one of the wave */
} fitting;

static uint64_t
part_bytes(const fitting *f)
{
    return f->job->model.rows->levels
           * sci_crossed_rows_bytes(f->job->matrix->columns, f->job->model.rows->covariates);
}

static uint64_t
wave_of(const fitting *f, int workers)
{
    return (uint64_t)workers * (part_bytes(f) * (uint64_t)workers < CHEAP_PARTS ? 2 : 1);
}

/* Stored values of the fullest segment. */
static uint64_t
most_stored(const sci_crossed_fit_job *job)
{
    const sci_matrix *m = job->matrix;
    uint64_t most = 0;

    if (m->layout != SCI_MATRIX_CSR)
        return m->layout == SCI_MATRIX_DENSE ? 0 : job->segment_rows * m->columns / 8;
    for (uint64_t row = 0; row < m->rows; row += job->segment_rows) {
        uint64_t end = m->rows - row < job->segment_rows ? m->rows : row + job->segment_rows;
        uint64_t n = (uint64_t)(m->indptr[end] - m->indptr[row]);

        most = n > most ? n : most;
    }
    return most;
}

static uint64_t
own_bytes(const void *context, int workers)
{
    const fitting *f = context;
    const sci_crossed_fit_job *job = f->job;
    uint64_t parts = sci_tree_height(job->segments) + wave_of(f, workers) + job->n_nodes;
    uint64_t work =
        sci_segment_work_bytes(&job->model, sci_decoded_type(job->matrix->values->array.type),
                               job->matrix->indices != NULL, job->segment_rows, most_stored(job));

    return parts * part_bytes(f) + (uint64_t)workers * work;
}

/* ---- a wave of segments ---- */

static void
segment_rows(const fitting *f, uint64_t segment, uint64_t *first, uint64_t *n)
{
    uint64_t rows = f->job->segment_rows, left = f->job->matrix->rows - segment * rows;

    *first = segment * rows;
    *n = left < rows ? left : rows;
}

/* The bytes of a segment as they are stored. */
static sci_status
digest_segment(const fitting *f, uint64_t first, uint64_t n, sci_digest *out)
{
    const sci_matrix *m = f->job->matrix;
    const sci_band *band = f->band;
    sci_digest_kind kind = f->job->opt->digest;
    uint64_t origin = band->block.first;
    size_t size = sci_type_size(m->values->array.type), index_size;
    uint64_t from, count;
    sci_digest indices;
    sci_status st;

    if (!m->indices)
        return sci_digest_of(kind, band->raw_values + (first - origin) * m->columns * size,
                             n * m->columns * size, out);
    index_size = sci_type_size(m->indices->array.type);
    from = (uint64_t)(m->indptr[first] - m->indptr[origin]);
    count = (uint64_t)(m->indptr[first + n] - m->indptr[first]);
    st = sci_digest_of(kind, band->raw_values + from * size, count * size, out);
    if (st == SCI_OK)
        st = sci_digest_of(kind, band->raw_indices + from * index_size, count * index_size,
                           &indices);
    return st == SCI_OK ? sci_digest_join(kind, out, &indices, out) : st;
}

static sci_status
segment_task(void *context, size_t index, int worker)
{
    fitting *f = context;
    const sci_matrix_block *block = &f->band->block;
    uint64_t first, n, found;
    sci_status st;

    segment_rows(f, f->segment + index, &first, &n);
    f->nonfinite[index] = 0;
    st = sci_crossed_segment_fit(&f->works[worker], &f->job->model, block, first - block->first, n,
                                 &f->store, f->parts + index * f->job->model.rows->levels, &found);
    if (st == SCI_OK && found > 0)
        st = sci_fit_survey(f->job, block, first - block->first, n, &f->nonfinite[index],
                            &f->first_nonfinite[index]);
    if (st == SCI_OK && f->band->raw_values)
        st = digest_segment(f, first, n, &f->digests[index]);
    return st;
}

static sci_status
absorb(fitting *f, uint64_t segment, size_t index)
{
    sci_crossed_fit_job *job = f->job;
    sci_fit_node *node = &job->nodes[f->node];
    sci_report *report = &job->report;
    sci_status st = sci_crossed_tree_push(&f->tree, segment - node->first,
                                          f->parts + index * job->model.rows->levels);

    if (f->nonfinite[index] > 0 && report->nonfinite == 0)
        report->first_nonfinite = f->first_nonfinite[index];
    report->nonfinite += f->nonfinite[index];
    if (st == SCI_OK && f->band->raw_values) {
        sci_digest_node leaf = { .index = segment, .digest = f->digests[index] };

        st = sci_digest_nodes_insert(f->digest_nodes, &f->n_digest_nodes, job->segments,
                                     job->opt->digest, &leaf);
    }
    if (st == SCI_OK && segment + 1 == node->end) {
        st = sci_crossed_tree_finish(&f->tree, node->table);
        if (++f->node < job->n_nodes)
            sci_crossed_tree_begin(&f->tree, &f->store, f->pass.pool, job->model.rows->levels,
                                   job->nodes[f->node].end - job->nodes[f->node].first);
    }
    return st;
}

static sci_status
process_band(void *context, const sci_band *band)
{
    fitting *f = context;
    uint64_t rows = f->job->segment_rows, end = band->block.first + band->block.n;
    uint64_t end_segment = (end + rows - 1) / rows;
    sci_status st = SCI_OK;

    f->band = band;
    for (f->segment = band->block.first / rows; st == SCI_OK && f->segment < end_segment;) {
        uint64_t left = end_segment - f->segment, n = left < f->wave ? left : f->wave;

        st = sci_parallel_for(f->pass.pool, n, segment_task, f);
        for (uint64_t i = 0; st == SCI_OK && i < n; i++)
            st = absorb(f, f->segment + i, i);
        f->segment += n;
    }
    return st;
}

/* ---- the pass ---- */

static sci_status
fitting_prepare(fitting *f)
{
    sci_crossed_fit_job *job = f->job;
    uint64_t levels = job->model.rows->levels;
    sci_status st;

    f->wave = wave_of(f, f->pass.threads);
    st = sci_alloc_zero(&f->works, (size_t)f->pass.threads, 1, sizeof *f->works);
    if (st == SCI_OK)
        st = sci_alloc_zero(&f->parts, f->wave, levels, sizeof *f->parts);
    if (st == SCI_OK)
        st = sci_alloc(&f->digests, f->wave, 1, sizeof *f->digests);
    if (st == SCI_OK)
        st = sci_alloc(&f->nonfinite, f->wave, 1, sizeof *f->nonfinite);
    if (st == SCI_OK)
        st = sci_alloc(&f->first_nonfinite, f->wave, 1, sizeof *f->first_nonfinite);
    if (st == SCI_OK)
        sci_crossed_tree_begin(&f->tree, &f->store, f->pass.pool, levels,
                               job->nodes[0].end - job->nodes[0].first);
    return st;
}

static void
fitting_clear(fitting *f)
{
    uint64_t levels = f->job->model.rows->levels;

    for (int i = 0; f->works && i < f->pass.threads; i++)
        sci_segment_work_clear(&f->works[i]);
    for (uint64_t i = 0; f->parts && i < f->wave * levels; i++)
        sci_crossed_store_give(&f->store, f->parts[i]);
    sci_crossed_tree_clear(&f->tree);
    sci_crossed_store_clear(&f->store);
    sci_rows_clear(&f->pass);
    sci_free(f->works);
    sci_free(f->parts);
    sci_free(f->digests);
    sci_free(f->nonfinite);
    sci_free(f->first_nonfinite);
}

/* Of sparse values indptr is a part. */
static sci_status
whole_digest(fitting *f)
{
    sci_crossed_fit_job *job = f->job;
    const sci_matrix *m = job->matrix;
    sci_digest digest, indptr;
    sci_status st = SCI_OK;

    if (f->n_digest_nodes != 1 || job->first_segment > 0 || job->end_segment < job->segments)
        return SCI_OK;
    digest = f->digest_nodes[0].digest;
    if (m->indptr) {
        st = sci_digest_of(job->opt->digest, m->indptr, (m->rows + 1) * sizeof *m->indptr, &indptr);
        if (st == SCI_OK)
            st = sci_digest_join(job->opt->digest, &digest, &indptr, &digest);
    }
    if (st == SCI_OK)
        memcpy(job->report.digest, digest.bytes, sizeof job->report.digest);
    return st;
}

sci_status
sci_fit_by_rows(sci_crossed_fit_job *job)
{
    fitting f = { .job = job };
    uint64_t end = job->end_segment * job->segment_rows;
    int workers = job->opt->threads > 0 ? job->opt->threads : sci_processors();
    sci_status st;

    f.pass = (sci_rows_pass){
        .matrix = job->matrix,
        .opt = job->opt,
        .first = job->first_segment * job->segment_rows,
        .end = end < job->matrix->rows ? end : job->matrix->rows,
        .unit = job->segment_rows,
        .busy_rows = job->segment_rows * (uint64_t)workers,
        .context = &f,
        .process = process_band,
        .own_bytes = own_bytes,
    };
    sci_crossed_store_begin(&f.store, job->matrix->columns, job->model.rows->covariates);
    st = sci_rows_plan(&f.pass);
    if (st == SCI_OK)
        st = fitting_prepare(&f);
    if (st == SCI_OK)
        st = sci_rows_run(&f.pass);
    if (st == SCI_OK)
        st = whole_digest(&f);
    fitting_clear(&f);
    return st;
}
