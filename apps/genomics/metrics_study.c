/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who takes part, and the regression of the components on levels. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "metrics_priv.h"

enum { GROUPS_MOST = 1 << 20 };

void
study_clear(study *s)
{
    sci_free(s->copy);
    sci_free(s->batch);
    sci_free(s->label);
    sci_free(s->group);
    sci_free(s->members);
    sci_free(s->of_label);
    sci_free(s->batches_of);
    sci_free(s->frequency);
    sci_free(s->query);
    sci_free(s->lisi_batch);
    sci_free(s->lisi_label);
    sci_free(s->silhouette_batch);
    sci_free(s->silhouette_label);
    sci_free(s->accepted);
    sci_free(s->work);
}

static bool
takes_part(const metrics_input *in, uint64_t c)
{
    return in->batch[c] >= 0 && (!in->label || in->label[c] >= 0);
}

/* Levels of the cells that take part, numbered without gaps; *n of them. */
static sci_status
renumber(const metrics_input *in, const int32_t *level, uint64_t levels, int32_t *out, size_t *n)
{
    int32_t *number = NULL;
    size_t at = 0;
    sci_status st = sci_alloc_zero(&number, (size_t)levels, 1, sizeof *number);

    if (st != SCI_OK)
        return st;
    for (uint64_t c = 0; c < in->cells; c++)
        if (takes_part(in, c))
            number[level[c]] = 1;
    *n = 0;
    for (uint64_t l = 0; l < levels; l++)
        number[l] = number[l] ? (int32_t)(*n)++ : -1;
    for (uint64_t c = 0; c < in->cells; c++)
        if (takes_part(in, c))
            out[at++] = number[level[c]];
    sci_free(number);
    return SCI_OK;
}

static sci_status
check_levels(const metrics_input *in)
{
    for (uint64_t c = 0; c < in->cells; c++)
        if ((in->batch[c] >= 0 && (uint64_t)in->batch[c] >= in->batches)
            || (in->label && in->label[c] >= 0 && (uint64_t)in->label[c] >= in->labels))
            return sci_fail(SCI_ERR_ARGUMENT, "cell %" PRIu64 " has a level beyond the last", c);
    if (in->cells > UINT32_MAX)
        return sci_fail(SCI_ERR_SHAPE, "%" PRIu64 " cells are too many", in->cells);
    return SCI_OK;
}

static sci_status
take_scores(study *s)
{
    const metrics_input *in = s->in;
    size_t at = 0;
    sci_status st = SCI_OK;

    s->scores = in->scores;
    if (s->cells < in->cells) {
        st = sci_alloc(&s->copy, s->cells, s->components, sizeof *s->copy);
        if (st != SCI_OK)
            return st;
        for (uint64_t c = 0; c < in->cells; c++)
            if (takes_part(in, c))
                memcpy(s->copy + at++ * s->components, in->scores + c * s->components,
                       s->components * sizeof *s->copy);
        s->scores = s->copy;
    }
    for (size_t i = 0; i < s->cells * s->components; i++)
        if (!isfinite(s->scores[i]))
            return sci_fail(SCI_ERR_NONFINITE, "component %zu of a cell is not finite",
                            i % s->components);
    return SCI_OK;
}

static sci_status
count_members(study *s)
{
    sci_status st;

    if (s->batches * s->labels > GROUPS_MOST)
        return sci_fail(SCI_ERR_REFUSED,
                        "%zu batches times %zu labels are too many to compare; is the batch or "
                        "label column a name of each cell?",
                        s->batches, s->labels);
    st = sci_alloc_zero(&s->members, s->labels, s->batches, sizeof *s->members);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->of_label, s->labels, 1, sizeof *s->of_label);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->batches_of, s->labels, 1, sizeof *s->batches_of);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->frequency, s->batches, 1, sizeof *s->frequency);
    if (st != SCI_OK)
        return st;
    for (size_t c = 0; c < s->cells; c++) {
        s->group[c] = s->label[c] * (int32_t)s->batches + s->batch[c];
        s->members[s->group[c]]++;
        s->of_label[s->label[c]]++;
        s->frequency[s->batch[c]] += 1.0 / (double)s->cells;
    }
    for (size_t g = 0; g < s->labels * s->batches; g++)
        if (s->members[g] > 0)
            s->batches_of[g / s->batches]++;
    return SCI_OK;
}

sci_status
study_begin(study *s)
{
    const metrics_input *in = s->in;
    sci_status st = check_levels(in);

    if (st != SCI_OK)
        return st;
    for (uint64_t c = 0; c < in->cells; c++)
        s->cells += takes_part(in, c);
    s->components = (size_t)in->components;
    st = sci_alloc_zero(&s->batch, s->cells, 1, sizeof *s->batch);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->label, s->cells, 1, sizeof *s->label);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->group, s->cells, 1, sizeof *s->group);
    if (st == SCI_OK)
        st = renumber(in, in->batch, in->batches, s->batch, &s->batches);
    s->labels = s->cells > 0;
    if (st == SCI_OK && in->label)
        st = renumber(in, in->label, in->labels, s->label, &s->labels);
    if (st == SCI_OK)
        st = take_scores(s);
    if (st == SCI_OK)
        st = count_members(s);
    return st;
}

/* R² of a component on the levels. */
static double
component_r2(const study *s, size_t component, const int32_t *level, size_t levels, double *mean,
             double *count)
{
    double grand = 0.0, total = 0.0, between = 0.0;

    memset(mean, 0, levels * sizeof *mean);
    memset(count, 0, levels * sizeof *count);
    for (size_t c = 0; c < s->cells; c++) {
        double x = s->scores[c * s->components + component];

        grand += x;
        mean[level[c]] += x;
        count[level[c]] += 1.0;
    }
    grand /= (double)s->cells;
    for (size_t l = 0; l < levels; l++) {
        mean[l] /= count[l];
        between += count[l] * (mean[l] - grand) * (mean[l] - grand);
    }
    for (size_t c = 0; c < s->cells; c++) {
        double d = s->scores[c * s->components + component] - grand;

        total += d * d;
    }
    return total > 0.0 ? between / total : 0.0;
}

sci_status
study_regression(const study *s, const int32_t *level, size_t levels, double *out)
{
    double *mean = NULL, sum = 0.0, weight = 0.0;
    sci_status st;

    *out = (double)NAN;
    if (levels < 2)
        return SCI_OK;
    st = sci_alloc(&mean, levels, 2, sizeof *mean);
    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < s->components; k++) {
        sum += s->in->variance[k] * component_r2(s, k, level, levels, mean, mean + levels);
        weight += s->in->variance[k];
    }
    if (weight > 0.0)
        *out = sum / weight;
    sci_free(mean);
    return SCI_OK;
}
