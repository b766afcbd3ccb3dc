/* SPDX-License-Identifier: BSD-3-Clause */
/* Fitting crossed tables: what is the same for every layout and for shards. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/crossed.h"
#include "crossed_fit.h"

#define SPARSE_ELEMENTS (UINT64_C(4) << 20) /* of a segment, zeros counted */
#define SPARSE_MOST (UINT64_C(8) << 20)     /* where levels ask for more rows */
#define DENSE_ELEMENTS (UINT64_C(1) << 20)
#define DENSE_MOST (UINT64_C(4) << 20)
#define ROWS_OF_A_LEVEL 32 /* on average: below that merging costs more than adding up */

uint64_t
sci_crossed_segment_rows(uint64_t rows, uint64_t columns, uint64_t levels, bool sparse)
{
    uint64_t n, wanted, most;

    if (columns == 0)
        return rows > 0 ? rows : 1;
    n = (sparse ? SPARSE_ELEMENTS : DENSE_ELEMENTS) / columns;
    most = (sparse ? SPARSE_MOST : DENSE_MOST) / columns;
    wanted = levels < most / ROWS_OF_A_LEVEL ? levels * ROWS_OF_A_LEVEL : most;
    n = n > wanted ? n : wanted;
    return n > 0 ? n : 1;
}

/* ---- the rows' own sums ---- */

static int32_t
label_of(const sci_row_model *model, uint64_t row)
{
    return model->label ? model->label[row] : 0;
}

/* A mean that is added up once and corrected once is right to its last bit, nearly. */
static void
covariate_means(const sci_row_model *model, sci_crossed *head, double *sums, bool correct)
{
    uint64_t q = model->covariates;

    memset(sums, 0, model->levels * q * sizeof *sums);
    for (uint64_t row = 0; row < model->rows; row++) {
        int32_t l = label_of(model, row);

        for (uint64_t k = 0; l >= 0 && k < q; k++)
            sums[(uint64_t)l * q + k] +=
                model->covariate[row * q + k] - (correct ? head->mean[(uint64_t)l * q + k] : 0.0);
    }
    for (uint64_t l = 0; l < model->levels; l++)
        for (uint64_t k = 0; head->rows[l] > 0 && k < q; k++)
            head->mean[l * q + k] += sums[l * q + k] / (double)head->rows[l];
}

static void
covariate_gram(const sci_row_model *model, sci_crossed *head, double *u)
{
    uint64_t q = model->covariates;

    for (uint64_t row = 0; row < model->rows; row++) {
        int32_t label = label_of(model, row);
        uint64_t l = (uint64_t)label;
        double *gram = head->gram + l * q * q;

        if (label < 0)
            continue;
        for (uint64_t k = 0; k < q; k++)
            u[k] = model->covariate[row * q + k] - head->mean[l * q + k];
        for (uint64_t i = 0; i < q; i++)
            for (uint64_t j = i; j < q; j++)
                gram[i * q + j] += u[i] * u[j];
    }
    for (uint64_t l = 0; l < model->levels; l++)
        for (uint64_t i = 0; i < q; i++)
            for (uint64_t j = 0; j < i; j++)
                head->gram[(l * q + i) * q + j] = head->gram[(l * q + j) * q + i];
}

static sci_status
make_head(sci_crossed_fit_job *job, const sci_row_model *model)
{
    double *sums = NULL;
    uint64_t q = model->covariates;
    sci_status st = sci_crossed_create(&job->head, model->levels, 0, q);

    if (st == SCI_OK)
        st = sci_alloc(&sums, model->levels + 1, q, sizeof *sums);
    if (st != SCI_OK)
        return st;
    for (uint64_t row = 0; row < model->rows; row++)
        if (label_of(model, row) >= 0)
            job->head->rows[label_of(model, row)]++;
    if (q > 0) {
        covariate_means(model, job->head, sums, false);
        covariate_means(model, job->head, sums, true);
        covariate_gram(model, job->head, sums);
    }
    sci_free(sums);
    return SCI_OK;
}

static void
copy_head(sci_crossed *table, const sci_crossed *head)
{
    uint64_t b = head->levels, q = head->covariates;

    memcpy(table->rows, head->rows, b * sizeof *table->rows);
    memcpy(table->mean, head->mean, b * q * sizeof *table->mean);
    memcpy(table->gram, head->gram, b * q * q * sizeof *table->gram);
}

/* ---- values that are no numbers ---- */

static sci_status
survey_value(const sci_crossed_fit_job *job, double value, uint64_t row, uint64_t column,
             uint64_t *count, uint64_t *first_index)
{
    uint64_t index = row * job->matrix->columns + column;

    if (isfinite(value))
        return SCI_OK;
    if (isinf(value))
        return sci_fail(SCI_ERR_NONFINITE,
                        "'%s': the value of row %" PRIu64 ", column %" PRIu64 " is infinite",
                        job->matrix->name, row, column);
    if (*count == 0 || index < *first_index)
        *first_index = index;
    ++*count;
    return SCI_OK;
}

sci_status
sci_fit_survey(const sci_crossed_fit_job *job, const sci_matrix_block *block, uint64_t first,
               uint64_t n, uint64_t *count, uint64_t *first_index)
{
    size_t size = sci_type_size(block->type), columns = job->matrix->columns;
    sci_status st = SCI_OK;
    double value;

    for (uint64_t r = first; r < first + n; r++) {
        uint64_t from = block->sparse ? (uint64_t)block->indptr[r] : r * columns;
        uint64_t to = block->sparse ? (uint64_t)block->indptr[r + 1] : from + columns;
        const unsigned char *values = block->sparse ? block->values : block->elements;

        if (label_of(job->model.rows, block->first + r) < 0)
            continue;
        for (uint64_t j = from; st == SCI_OK && j < to; j++) {
            sci_widen(&value, block->type, values + j * size, 1);
            st = survey_value(job, value, block->first + r,
                              block->sparse ? (uint64_t)block->columns[j] : j - from, count,
                              first_index);
        }
    }
    return st;
}

/* ---- the job ---- */

static sci_status
fit_nodes(sci_crossed_fit_job *job)
{
    if (job->n_nodes == 0)
        return SCI_OK;
    return job->matrix->layout == SCI_MATRIX_CSC ? sci_fit_by_columns(job) : sci_fit_by_rows(job);
}

static sci_status
check_options(const sci_options *opt, bool shard)
{
    if (shard && (opt->shard < 1 || opt->shard > opt->shards))
        return sci_fail(SCI_ERR_ARGUMENT, "shard %d of %d does not exist", opt->shard, opt->shards);
    return SCI_OK;
}

/* The share of a shard: floor(S·(i - 1)/n) to floor(S·i/n). */
static uint64_t
shard_end(uint64_t segments, int i, int n)
{
    uint64_t whole = segments / (uint64_t)n, rest = segments % (uint64_t)n;

    return whole * (uint64_t)i + rest * (uint64_t)i / (uint64_t)n;
}

/* A matrix may claim any number of columns: its tables must be possible before they are made. */
static sci_status
check_tables(const sci_crossed_fit_job *job, size_t n)
{
    const sci_row_model *model = job->model.rows;
    sci_budget budget = sci_budget_of(job->opt);
    double one = (double)sizeof(sci_moments) + (double)model->covariates * (double)sizeof(double);
    double needed = (double)n * (double)model->levels * (double)job->matrix->columns * one;

    return needed > (double)budget.limit ? sci_fail_budget(
               job->matrix, needed < 0x1p62 ? (uint64_t)needed : INT64_MAX, &budget)
                                         : SCI_OK;
}

static sci_status
make_nodes(sci_crossed_fit_job *job)
{
    sci_digest_node *nodes = NULL;
    size_t n = 0;
    sci_status st =
        sci_digest_nodes_of_range(job->segments, job->first_segment, job->end_segment, &nodes, &n);

    if (st == SCI_OK)
        st = check_tables(job, n);
    if (st == SCI_OK)
        st = sci_alloc_zero(&job->nodes, n, 1, sizeof *job->nodes);
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        sci_fit_node *node = &job->nodes[i];

        job->n_nodes = i + 1;
        node->level = nodes[i].level;
        node->index = nodes[i].index;
        (void)sci_tree_span(job->segments, node->level, node->index, &node->first, &node->end);
        st = sci_crossed_create(&node->table, job->head->levels, job->matrix->columns,
                                job->head->covariates);
        if (st == SCI_OK)
            copy_head(node->table, job->head);
    }
    sci_free(nodes);
    return st;
}

static sci_status
job_create(sci_crossed_fit_job *job, sci_matrix *matrix, const sci_row_model *model,
           const sci_options *opt, bool shard)
{
    sci_status st = check_options(opt, shard);

    *job = (sci_crossed_fit_job){ .matrix = matrix, .opt = opt };
    if (st == SCI_OK)
        st = sci_row_model_check(matrix, model);
    if (st == SCI_OK)
        st = make_head(job, model);
    if (st != SCI_OK)
        return st;
    job->model = (sci_segment_model){ model, job->head->mean, matrix->columns };
    job->segment_rows = sci_crossed_segment_rows(matrix->rows, matrix->columns, model->levels,
                                                 matrix->indices != NULL);
    job->segments = (matrix->rows + job->segment_rows - 1) / job->segment_rows;
    job->end_segment = job->segments;
    if (shard) {
        job->first_segment = shard_end(job->segments, opt->shard - 1, opt->shards);
        job->end_segment = shard_end(job->segments, opt->shard, opt->shards);
    }
    return make_nodes(job);
}

static void
job_clear(sci_crossed_fit_job *job)
{
    for (size_t i = 0; job->nodes && i < job->n_nodes; i++)
        sci_crossed_free(job->nodes[i].table);
    sci_free(job->nodes);
    sci_crossed_free(job->head);
}

static void
count_groups(const sci_crossed *table, sci_report *report)
{
    for (uint64_t i = 0; i < table->levels * table->columns; i++) {
        report->empty_groups += table->moments[i].count == 0;
        report->constant_groups += sci_moments_is_constant(&table->moments[i]);
    }
}

static void
finish_report(sci_crossed_fit_job *job, sci_report *report)
{
    const sci_row_model *model = job->model.rows;
    uint64_t first = job->first_segment * job->segment_rows;
    uint64_t end = job->end_segment * job->segment_rows;

    if (!report)
        return;
    end = end < model->rows ? end : model->rows;
    job->report.elements = first < end ? (end - first) * job->matrix->columns : 0;
    for (uint64_t row = first; row < end; row++)
        if (label_of(model, row) >= 0)
            job->report.members += job->matrix->columns;
    *report = job->report;
}

sci_status
sci_crossed_fit(sci_matrix *matrix, const sci_row_model *model, const sci_options *opt,
                sci_crossed **out, sci_report *report)
{
    sci_crossed_fit_job job;
    sci_crossed *table = NULL;
    sci_status st = job_create(&job, matrix, model, opt, false);

    if (st == SCI_OK && job.n_nodes == 0) { /* no rows */
        st = sci_crossed_create(&table, model->levels, matrix->columns, model->covariates);
    } else if (st == SCI_OK) {
        st = fit_nodes(&job);
        if (st == SCI_OK) {
            table = job.nodes[0].table;
            job.nodes[0].table = NULL;
        }
    }
    if (st == SCI_OK) {
        count_groups(table, &job.report);
        finish_report(&job, report);
        *out = table;
    }
    job_clear(&job);
    return st;
}

sci_status
sci_crossed_fit_shard(sci_matrix *matrix, const sci_row_model *model, const sci_options *opt,
                      sci_crossed_shard **out, sci_report *report)
{
    sci_crossed_fit_job job;
    sci_crossed_shard *shard = NULL;
    sci_status st = job_create(&job, matrix, model, opt, true);

    if (st == SCI_OK)
        st = fit_nodes(&job);
    if (st == SCI_OK)
        st = sci_crossed_shard_create(&shard, job.segments);
    for (size_t i = 0; st == SCI_OK && i < job.n_nodes; i++) {
        sci_crossed_node node = { job.nodes[i].level, job.nodes[i].index, job.nodes[i].table };

        job.nodes[i].table = NULL;
        st = sci_crossed_shard_insert(shard, &node);
    }
    if (st == SCI_OK) {
        finish_report(&job, report);
        *out = shard;
        shard = NULL;
    }
    sci_crossed_shard_free(shard);
    job_clear(&job);
    return st;
}
