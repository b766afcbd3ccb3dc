/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/crossed.h"
#include "crossed_column.h"

static uint64_t
levels_of(const sci_column_fit *f)
{
    return f->job->model.rows->levels;
}

static uint64_t
missing_width(const sci_column_fit *f)
{
    uint64_t q = f->job->model.rows->covariates;

    return q + q * (q + 1) / 2;
}

uint64_t
sci_column_work_bytes(const sci_column_fit *f)
{
    const sci_crossed_fit_job *job = f->job;
    uint64_t rows = job->segment_rows < job->matrix->rows ? job->segment_rows : job->matrix->rows;
    uint64_t leaf =
        sizeof(sci_moments) + (job->model.rows->covariates + missing_width(f)) * sizeof(double);

    return rows * (sci_type_size(f->type) + sizeof(uint32_t))
           + (sci_tree_height(job->segments) + 2) * levels_of(f) * leaf;
}

void
sci_column_work_clear(sci_column_work *w)
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

/* ---- leaves ---- */

static sci_status
next_leaf(const sci_column_fit *f, sci_column_work *w, sci_column_leaf **out)
{
    sci_column_leaf *l = &w->stack[w->depth];
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
join(const sci_column_fit *f, sci_column_leaf *into, const sci_column_leaf *from)
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
climb(const sci_column_fit *f, sci_column_work *w, uint64_t index, uint64_t total)
{
    sci_column_leaf *top = &w->stack[w->depth - 1];

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

static sci_status
make_members(const sci_column_fit *f, sci_column_work *w)
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
sort_members(const sci_column_fit *f, sci_column_work *w, sci_column *c, uint64_t first,
             uint64_t end)
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
survey(const sci_column_fit *f, sci_column_work *w, const sci_column *c, uint64_t first, size_t n)
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
take_missing(const sci_column_fit *f, const sci_group *group, sci_column_leaf *out, uint64_t level)
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
fit_segment(const sci_column_fit *f, sci_column_work *w, sci_column *c, uint64_t segment)
{
    const sci_crossed_fit_job *job = f->job;
    const sci_row_model *model = job->model.rows;
    uint64_t first = segment * job->segment_rows, q = model->covariates, found = 0;
    const uint32_t *rows = f->segment_rows + (segment - job->first_segment) * model->levels;
    uint32_t at = 0;
    sci_column_leaf *out;
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
store(const sci_column_fit *f, sci_column_work *w, const sci_column *c, sci_crossed *table)
{
    uint64_t g = table->columns, q = table->covariates, pairs = q * (q + 1) / 2;
    const sci_column_leaf *root = &w->stack[0];
    sci_status st = SCI_OK;

    for (uint64_t l = 0; l < table->levels; l++) {
        table->moments[l * g + c->number] = root->moments[l];
        for (uint64_t k = 0; k < q; k++)
            table->cross[(l * q + k) * g + c->number] = root->cross[l * q + k];
    }
    w->depth = 0;
    if (!root->has_missing)
        return SCI_OK;
    pthread_mutex_lock(f->lock);
    st = sci_crossed_need_missing(table);
    for (uint64_t l = 0; st == SCI_OK && l < table->levels; l++) {
        const double *from = root->missing + l * (q + pairs);

        for (uint64_t k = 0; k < q; k++)
            table->missing_sum[(l * q + k) * g + c->number] = from[k];
        for (uint64_t p = 0; p < pairs; p++)
            table->missing_gram[(l * pairs + p) * g + c->number] = from[q + p];
    }
    pthread_mutex_unlock(f->lock);
    return st;
}

static sci_status
sort_column(const sci_column_fit *f, sci_column_work *w, sci_column *c)
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

sci_status
sci_column_fit_one(const sci_column_fit *f, sci_column_work *w, sci_column *c)
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
