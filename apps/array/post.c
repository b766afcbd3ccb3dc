/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "post.h"

#include <sci/memory.h>

#include "values.h"

void
array_post_clear(array_post *post)
{
    sci_grouping_free(post->h);
    sci_free(post->gamma);
    sci_free(post->beta);
    *post = (array_post){ 0 };
}

/* The map of --condition, or NULL. */
static const array_map_data *
find_condition(const array_groups *groups, const array_recipe *recipe)
{
    for (int m = 0; m < recipe->n_maps; m++)
        if (recipe->maps[m].role == ARRAY_CONDITION)
            return &groups->maps[m];
    return NULL;
}

static bool
covers(const array_map_data *data, int axis)
{
    for (int i = 0; i < data->n_axes; i++)
        if (data->axes[i] == axis)
            return true;
    return false;
}

/* h: the labels of --condition, and every channel. */
static sci_status
make_grouping(array_post *out, const array_groups *groups, const array_map_data *condition,
              const sci_source *input)
{
    int channel = array_axes_index(&groups->axes, "C");
    sci_status st = sci_grouping_create(&out->h, input->array.rank, input->array.shape);

    if (st == SCI_OK)
        st = sci_grouping_axis_names(out->h, (const char *const *)groups->axes.names);
    if (st == SCI_OK && condition != NULL) {
        st = sci_grouping_label(out->h, condition->n_axes, condition->axes, condition->labels);
        out->shape[out->rank++] = sci_labels_levels(condition->labels);
        if (channel >= 0 && covers(condition, channel))
            channel = -1;
    }
    if (st == SCI_OK && channel >= 0) {
        st = sci_grouping_keep(out->h, channel);
        out->shape[out->rank++] = input->array.shape[channel];
        out->channel_first = condition != NULL && channel < condition->axes[0];
    }
    return st;
}

/* Shapes are equal but for axes of size 1. */
static sci_status
check_shape(const array_post *post, const sci_source *values)
{
    char theirs[256], wanted[64];
    int at = 0;
    bool same = true;

    for (int a = 0; a < values->array.rank; a++) {
        if (values->array.shape[a] == 1)
            continue;
        while (at < post->rank && post->shape[at] == 1)
            at++;
        same = same && at < post->rank && post->shape[at] == values->array.shape[a];
        at++;
    }
    for (; at < post->rank; at++)
        same = same && post->shape[at] == 1;
    if (same)
        return SCI_OK;
    array_shape_text(values->array.rank, values->array.shape, theirs, sizeof theirs);
    array_shape_text(post->rank, post->shape, wanted, sizeof wanted);
    return sci_fail(SCI_ERR_SHAPE, "'%s' has shape %s, but gamma and beta need %s: %s",
                    values->name, theirs, wanted,
                    post->rank == 2   ? "labels, channels"
                    : post->rank == 1 ? "one number a channel or label"
                                      : "a single number, as there is no axis C");
}

/* Index into the file's array of group g of h. */
static uint64_t
place_in_file(const array_post *post, uint64_t g)
{
    if (!post->channel_first)
        return g;
    return g % post->shape[0] * post->shape[1] + g / post->shape[0];
}

static sci_status
read_values(const array_post *post, const array_context *c, const char *operand, double **out)
{
    sci_source *source = NULL;
    double *stored = NULL, *ordered = NULL;
    uint64_t n = 0;
    sci_status st;

    if (operand == NULL)
        return SCI_OK;
    st = array_open(c, operand, &source);
    if (st == SCI_OK)
        st = check_shape(post, source);
    if (st == SCI_OK)
        st = array_values_real(source, &n, &stored);
    if (st == SCI_OK)
        st = sci_alloc(&ordered, n, 1, sizeof *ordered);
    for (uint64_t g = 0; st == SCI_OK && g < n; g++)
        ordered[g] = stored[place_in_file(post, g)];
    if (st == SCI_OK)
        *out = ordered;
    sci_free(stored);
    sci_source_free(source);
    return st;
}

sci_status
array_post_make(array_post *out, const array_context *c, const array_groups *groups,
                const array_recipe *recipe, const sci_source *input, const char *scale,
                const char *shift, bool always)
{
    const array_map_data *condition = find_condition(groups, recipe);
    sci_status st;

    *out = (array_post){ 0 };
    if (condition != NULL && scale == NULL && shift == NULL && !always)
        return sci_fail(SCI_ERR_ARGUMENT, "--condition needs --scale or --shift");
    if (scale == NULL && shift == NULL && !always)
        return SCI_OK;
    st = make_grouping(out, groups, condition, input);
    if (st == SCI_OK)
        st = read_values(out, c, scale, &out->gamma);
    if (st == SCI_OK)
        st = read_values(out, c, shift, &out->beta);
    if (st != SCI_OK)
        array_post_clear(out);
    return st;
}

sci_status
array_post_write(const array_post *post, const double *values, sci_h5_output *out, const char *path)
{
    sci_array array = { .rank = post->rank, .type = SCI_FLOAT64 };
    double *stored = NULL;
    uint64_t n = sci_grouping_groups(post->h);
    sci_status st = sci_alloc(&stored, n, 1, sizeof *stored);

    for (int a = 0; a < post->rank; a++)
        array.shape[a] = post->shape[a];
    if (st == SCI_OK) {
        for (uint64_t g = 0; g < n; g++)
            stored[place_in_file(post, g)] = values[g];
        st = sci_h5_output_array(out, path, &array, stored);
    }
    sci_free(stored);
    return st;
}

sci_status
array_post_affine(sci_affine **out, const array_groups *groups, const array_post *post, double eps,
                  int ddof, int outside)
{
    sci_affine *a = NULL;
    sci_status st = sci_affine_create(&a, groups->g, eps, ddof);

    if (st == SCI_OK && post->h != NULL)
        st = sci_affine_scale_shift(a, post->h, post->gamma, post->beta);
    if (st != SCI_OK) {
        sci_affine_free(a);
        return st;
    }
    sci_affine_outside(a, (sci_outside)outside);
    *out = a;
    return SCI_OK;
}
