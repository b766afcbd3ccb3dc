/* SPDX-License-Identifier: BSD-3-Clause */
/* Applying a column map: rows in, dense rows out. */
#include <inttypes.h>

#include <sci/memory.h>

#include "../stats/column_map.h"
#include "matrix_priv.h"

#define TASK_BYTES (UINT64_C(128) << 10) /* of results */

typedef struct mapping {
    sci_rows_pass pass;
    const sci_row_model *model;
    const sci_column_map *map;
    sci_column_mapper *mappers; /* one a worker */
    const sci_band *band;
    uint64_t task_rows;
} mapping;

static uint64_t
own_bytes(const void *context, int workers)
{
    const mapping *m = context;

    return (uint64_t)workers * sci_column_mapper_bytes(m->map->columns, m->pass.out->array.type);
}

static sci_status
rows_task(void *context, size_t index, int worker)
{
    mapping *m = context;
    const sci_matrix_block *block = &m->band->block;
    const sci_row_model *model = m->model;
    uint64_t first = index * m->task_rows, end = first + m->task_rows;
    size_t bytes = m->map->columns * sci_type_size(m->pass.out->array.type);

    end = end < block->n ? end : block->n;
    for (uint64_t r = first; r < end; r++) {
        uint64_t row = block->first + r;

        sci_column_mapper_row(&m->mappers[worker], block, r, model->label ? model->label[row] : 0,
                              model->covariates > 0 ? model->covariate + row * model->covariates
                                                    : NULL,
                              (unsigned char *)m->band->out + r * bytes);
    }
    return SCI_OK;
}

static sci_status
process_band(void *context, const sci_band *band)
{
    mapping *m = context;

    m->band = band;
    return sci_parallel_for(m->pass.pool, (band->block.n + m->task_rows - 1) / m->task_rows,
                            rows_task, m);
}

static sci_status
check(const sci_matrix *matrix, const sci_row_model *model, const sci_column_map *map,
      const sci_sink *out)
{
    const sci_array *array = &out->array;

    if (array->type != SCI_FLOAT32 && array->type != SCI_FLOAT64)
        return sci_fail(SCI_ERR_TYPE, "'%s': results are floats or doubles, not %s", out->name,
                        sci_type_name(array->type));
    if (array->rank != 2 || array->shape[0] != matrix->rows || array->shape[1] != matrix->columns)
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s' does not have the %" PRIu64 " × %" PRIu64 " elements of '%s'",
                        out->name, matrix->rows, matrix->columns, matrix->name);
    if (map->columns != matrix->columns || map->levels != model->levels
        || map->covariates != model->covariates)
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s': a map of %" PRIu64 " levels, %" PRIu64 " columns and %" PRIu64
                        " covariates does not fit",
                        matrix->name, map->levels, map->columns, map->covariates);
    return sci_row_model_check(matrix, model);
}

static void
sum_reports(const mapping *m, sci_map_report *report)
{
    if (!report)
        return;
    *report = (sci_map_report){ 0 };
    for (int w = 0; w < m->pass.threads; w++) {
        report->clipped += m->mappers[w].report.clipped;
        report->new_nonfinite += m->mappers[w].report.new_nonfinite;
    }
}

sci_status
sci_column_map_apply(sci_matrix *matrix, const sci_row_model *model, const sci_column_map *map,
                     const sci_options *opt, sci_sink *out, sci_map_report *report)
{
    uint64_t row_bytes = matrix->columns * sci_type_size(out->array.type);
    mapping m = { .model = model, .map = map };
    int workers = opt->threads > 0 ? opt->threads : sci_processors();
    sci_status st = check(matrix, model, map, out);

    m.task_rows = row_bytes > 0 ? TASK_BYTES / row_bytes + 1 : 4096;
    m.pass = (sci_rows_pass){ .matrix = matrix,
                              .opt = opt,
                              .end = matrix->rows,
                              .busy_rows = m.task_rows * (uint64_t)workers,
                              .out = out,
                              .context = &m,
                              .process = process_band,
                              .own_bytes = own_bytes };
    if (st == SCI_OK)
        st = sci_rows_plan(&m.pass);
    if (st == SCI_OK)
        st = sci_alloc_zero(&m.mappers, (size_t)m.pass.threads, 1, sizeof *m.mappers);
    for (int w = 0; st == SCI_OK && w < m.pass.threads; w++)
        st = sci_column_mapper_create(&m.mappers[w], map, out->array.type);
    if (st == SCI_OK)
        st = sci_rows_run(&m.pass);
    if (st == SCI_OK)
        sum_reports(&m, report);
    for (int w = 0; m.mappers && w < m.pass.threads; w++)
        sci_column_mapper_clear(&m.mappers[w]);
    sci_free(m.mappers);
    sci_rows_clear(&m.pass);
    return st;
}
