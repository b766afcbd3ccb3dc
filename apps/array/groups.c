/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "groups.h"

#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"
#include "maps.h"

void
array_groups_clear(array_groups *groups)
{
    sci_grouping_free(groups->g);
    groups->g = NULL;
    for (int m = 0; m < ARRAY_MAPS_MOST; m++)
        array_map_clear(&groups->maps[m]);
    sci_labels_free(groups->blocks);
    groups->blocks = NULL;
    array_axes_clear(&groups->axes);
}

/* Say it once in a batch; with -v for every input. */
static void
note_axes(const array_context *c, const array_axes *axes, const sci_source *input)
{
    char *names = NULL;

    if (!axes->assumed || axes->rank == 0 || array_axes_text(axes, &names) != SCI_OK)
        return;
    if (c->worker->job == 0)
        cli_note("'%s': axes taken as %s; --axes names them otherwise", input->name, names);
    else
        cli_detail("'%s': axes taken as %s", input->name, names);
    sci_free(names);
}

/* A label to ignore that no map has is a slip, or a batch in which some inputs lack it. */
static void
note_unmet(const array_context *c, const array_recipe *recipe, const sci_source *input)
{
    for (size_t k = 0; recipe->met != NULL && k < recipe->n_ignored; k++)
        if (!recipe->met[k] && c->worker->job == 0)
            cli_note("'%s': --ignore-label %s: there is no such label", input->name,
                     recipe->ignored[k]);
        else if (!recipe->met[k])
            cli_detail("'%s': --ignore-label %s: there is no such label", input->name,
                       recipe->ignored[k]);
}

/* ---- the usual normalizations ---- */

/* Keep an axis if it is there; one that is missing has size 1 and changes nothing. */
static sci_status
keep_named(array_groups *out, const array_context *c, const char *name, const char *norm)
{
    int axis = array_axes_index(&out->axes, name);

    if (axis >= 0)
        return sci_grouping_keep(out->g, axis);
    if (out->axes.rank > 1 && c->worker->job == 0)
        cli_note("--norm %s: there is no axis %s, it is taken as size 1", norm, name);
    return SCI_OK;
}

static sci_status
label_blocks(array_groups *out, const char *norm, const sci_source *input)
{
    int axis = array_axes_index(&out->axes, "C");
    uint64_t channels = axis >= 0 ? input->array.shape[axis] : 1;
    int64_t blocks = 0;
    sci_status st;

    if (!cli_parse_integer(norm + strlen("group:"), &blocks) || blocks < 1)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--norm %s: write group:G with a whole number G of at least 1", norm);
    if (channels % (uint64_t)blocks != 0 || (axis < 0 && blocks > 1))
        return sci_fail(SCI_ERR_REFUSED,
                        "--norm %s: the %llu channels of '%s' cannot be cut into %lld equal groups",
                        norm, (unsigned long long)channels, input->name, (long long)blocks);
    if (axis < 0)
        return SCI_OK;
    st = sci_labels_blocks(&out->blocks, channels, (uint64_t)blocks);
    return st == SCI_OK ? sci_grouping_label(out->g, 1, &axis, out->blocks) : st;
}

static sci_status
add_norm(array_groups *out, const array_context *c, const char *norm, const sci_source *input)
{
    bool batch = strcmp(norm, "batch") == 0, layer = strcmp(norm, "layer") == 0;
    bool instance = strcmp(norm, "instance") == 0, group = strncmp(norm, "group:", 6) == 0;
    sci_status st = SCI_OK;

    if (!batch && !layer && !instance && !group)
        return sci_fail(SCI_ERR_ARGUMENT, "--norm %s: there are batch, layer, instance and group:G",
                        norm);
    if (!batch)
        st = keep_named(out, c, "N", norm);
    if (st == SCI_OK && (batch || instance))
        st = keep_named(out, c, "C", norm);
    if (st == SCI_OK && group)
        st = label_blocks(out, norm, input);
    return st;
}

/* ---- the general form ---- */

static sci_status
add_kept(array_groups *out, const char *keep)
{
    int axes[SCI_MAX_RANK], n = 0;
    sci_status st = array_axes_parse(&out->axes, "--keep", keep, &n, axes);

    for (int i = 0; st == SCI_OK && i < n; i++)
        st = sci_grouping_keep(out->g, axes[i]);
    return st;
}

static sci_status
add_map(sci_grouping *g, const array_map *map, const array_map_data *data)
{
    switch (map->role) {
    case ARRAY_LABEL:
        return sci_grouping_label(g, data->n_axes, data->axes, data->labels);
    case ARRAY_MASK:
        return sci_grouping_mask(g, data->n_axes, data->axes, data->source);
    case ARRAY_WEIGHTS:
        return sci_grouping_weights(g, data->n_axes, data->axes, data->source);
    case ARRAY_CONDITION:
        return SCI_OK; /* of gamma and beta, not of the statistics */
    }
    return SCI_OK;
}

/* Statistics are for arrays of as many axes as they were made of. */
static sci_status
check_rank(const array_context *c, const array_recipe *recipe, const sci_source *input,
           array_trust trust)
{
    int n = recipe->axes != NULL;

    if (trust == ARRAY_NEW || c->settings->axes != NULL)
        return SCI_OK;
    for (const char *at = recipe->axes; at != NULL && *at != '\0'; at++)
        n += *at == ',';
    if (n == input->array.rank)
        return SCI_OK;
    return sci_fail(SCI_ERR_REFUSED,
                    "'%s' has %d axes, but the statistics are of arrays with %d (%s)", input->name,
                    input->array.rank, n, recipe->axes != NULL ? recipe->axes : "a single number");
}

sci_status
array_groups_make(array_groups *out, const array_context *c, array_recipe *recipe,
                  const sci_source *input, array_trust trust)
{
    sci_status st;

    *out = (array_groups){ 0 };
    st = check_rank(c, recipe, input, trust);
    if (st != SCI_OK)
        return st;
    st = array_axes_find(&out->axes, input, recipe->axes);
    if (st != SCI_OK)
        return st;
    note_axes(c, &out->axes, input);
    sci_free(recipe->axes);
    recipe->axes = NULL;
    st = array_axes_text(&out->axes, &recipe->axes);
    if (st == SCI_OK)
        st = sci_grouping_create(&out->g, input->array.rank, input->array.shape);
    if (st == SCI_OK)
        st = sci_grouping_axis_names(out->g, (const char *const *)out->axes.names);
    if (st == SCI_OK && recipe->norm != NULL)
        st = add_norm(out, c, recipe->norm, input);
    if (st == SCI_OK && recipe->keep != NULL)
        st = add_kept(out, recipe->keep);
    for (int m = 0; st == SCI_OK && m < recipe->n_maps; m++) {
        st = array_map_load(&out->maps[m], c, &out->axes, recipe, &recipe->maps[m], input, trust);
        if (st == SCI_OK)
            st = add_map(out->g, &recipe->maps[m], &out->maps[m]);
    }
    if (st == SCI_OK && trust == ARRAY_NEW)
        note_unmet(c, recipe, input);
    if (st != SCI_OK)
        array_groups_clear(out);
    return st;
}
