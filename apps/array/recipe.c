/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe.h"

#include <stdlib.h>
#include <string.h>

#include <sci/affine.h>
#include <sci/memory.h>

#include "context.h"

const char *const array_role_names[] = { "label", "mask", "weights", "condition" };

static void
map_clear(array_map *map)
{
    sci_free(map->axes);
    sci_free(map->operand);
    sci_free(map->name);
    sci_free(map->lines);
    sci_free(map->digest);
    *map = (array_map){ 0 };
}

void
array_recipe_clear(array_recipe *recipe)
{
    for (int m = 0; m < recipe->n_maps; m++)
        map_clear(&recipe->maps[m]);
    for (size_t i = 0; i < recipe->n_ignored; i++)
        sci_free(recipe->ignored[i]);
    sci_free(recipe->ignored);
    sci_free(recipe->met);
    sci_free(recipe->axes);
    sci_free(recipe->norm);
    sci_free(recipe->keep);
    *recipe = (array_recipe){ 0 };
}

void
array_recipe_drop(array_recipe *recipe, array_role role)
{
    int kept = 0;

    for (int m = 0; m < recipe->n_maps; m++) {
        if (recipe->maps[m].role == role)
            map_clear(&recipe->maps[m]);
        else
            recipe->maps[kept++] = recipe->maps[m];
    }
    recipe->n_maps = kept;
}

static bool
among(size_t n, char *const *labels, const char *label)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(labels[i], label) == 0)
            return true;
    return false;
}

/* ---- from the command line ---- */

/* "D,H,W=seg.h5:/labels" as the next map. */
static sci_status
parse_map(array_recipe *recipe, array_role role, const char *text)
{
    const char *equals = strchr(text, '=');
    array_map *map = &recipe->maps[recipe->n_maps];
    sci_status st;

    if (equals == NULL || equals == text || equals[1] == '\0')
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--%s %s: write AXES=FILE, for example N=batches.csv or D,H,W=seg.h5:/seg",
                        array_role_names[role], text);
    if (recipe->n_maps == ARRAY_MAPS_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "more than %d labels, masks and weights",
                        ARRAY_MAPS_MOST);
    *map = (array_map){ .role = role };
    recipe->n_maps++;
    st = sci_format(&map->axes, "%.*s", (int)(equals - text), text);
    if (st == SCI_OK)
        st = sci_strdup(&map->operand, equals + 1);
    if (st == SCI_OK)
        st = sci_strdup(&map->name, cli_operand_name(equals + 1));
    return st;
}

static sci_status
parse_maps(array_recipe *recipe, array_role role, const cli_list *list)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < list->n; i++)
        st = parse_map(recipe, role, list->items[i]);
    return st;
}

static sci_status
copy_ignored(array_recipe *recipe, const cli_list *ignored)
{
    sci_status st = sci_alloc_zero(&recipe->ignored, ignored->n, 1, sizeof *recipe->ignored);

    if (st == SCI_OK)
        st = sci_alloc_zero(&recipe->met, ignored->n, 1, sizeof *recipe->met);
    for (size_t i = 0; st == SCI_OK && i < ignored->n; i++) {
        st = sci_strdup(&recipe->ignored[i], ignored->items[i]);
        recipe->n_ignored = i + 1;
    }
    return st;
}

static sci_status
check_usage(const array_settings *s)
{
    if (s->norm == NULL && s->keep == NULL && s->labels.n == 0)
        return sci_fail(SCI_ERR_ARGUMENT, "say what the groups are with --norm, --keep or --label");
    if (s->norm != NULL && (s->keep != NULL || s->labels.n > 0))
        return sci_fail(SCI_ERR_ARGUMENT, "--norm says what the groups are; leave out --%s",
                        s->keep != NULL ? "keep" : "label");
    if (s->ignored.n > 0 && s->labels.n == 0)
        return sci_fail(SCI_ERR_ARGUMENT, "--ignore-label needs --label");
    return SCI_OK;
}

sci_status
array_recipe_from_settings(array_recipe *out, const array_settings *s)
{
    sci_status st = check_usage(s);

    *out = (array_recipe){ .outside = s->outside };
    if (st == SCI_OK)
        st = sci_strdup(&out->axes, s->axes);
    if (st == SCI_OK)
        st = sci_strdup(&out->norm, s->norm);
    if (st == SCI_OK)
        st = sci_strdup(&out->keep, s->keep);
    if (st == SCI_OK)
        st = copy_ignored(out, &s->ignored);
    if (st == SCI_OK)
        st = parse_maps(out, ARRAY_LABEL, &s->labels);
    if (st == SCI_OK)
        st = parse_maps(out, ARRAY_MASK, &s->masks);
    if (st == SCI_OK)
        st = parse_maps(out, ARRAY_WEIGHTS, &s->weights);
    if (st == SCI_OK && s->condition != NULL)
        st = parse_map(out, ARRAY_CONDITION, s->condition);
    if (st != SCI_OK)
        array_recipe_clear(out);
    return st;
}

/* ---- both, and two together ---- */

/* Put the file of "AXES=FILE" in place of the one that the recipe knows. */
static sci_status
override_map(array_recipe *recipe, array_role role, const char *text, bool more)
{
    array_map *last, *map = NULL;
    sci_status st = parse_map(recipe, role, text);

    if (st != SCI_OK)
        return st;
    last = &recipe->maps[recipe->n_maps - 1];
    for (int m = 0; m < recipe->n_maps - 1 && map == NULL; m++)
        if (recipe->maps[m].role == role && strcmp(recipe->maps[m].axes, last->axes) == 0
            && recipe->maps[m].operand == NULL)
            map = &recipe->maps[m];
    if (map == NULL)
        return more ? SCI_OK
                    : sci_fail(SCI_ERR_REFUSED, "--%s %s: the statistics were made without that",
                               array_role_names[role], text);
    sci_free(map->lines);
    map->lines = NULL;
    map->operand = last->operand;
    last->operand = NULL;
    sci_free(last->axes);
    sci_free(last->name);
    recipe->n_maps--;
    return SCI_OK;
}

static sci_status
override_maps(array_recipe *recipe, array_role role, const cli_list *list, bool more)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < list->n; i++)
        st = override_map(recipe, role, list->items[i], more);
    return st;
}

/* Labels that are ignored besides; what was done to an output is what its recipe says. */
static sci_status
override_ignored(array_recipe *recipe, const cli_list *ignored, bool more)
{
    char **both = NULL;
    size_t n = recipe->n_ignored;
    sci_status st = sci_alloc_zero(&both, n + ignored->n, 1, sizeof *both);

    if (st != SCI_OK)
        return st;
    if (n > 0)
        memcpy(both, recipe->ignored, n * sizeof *both);
    sci_free(recipe->ignored);
    recipe->ignored = both;
    for (size_t i = 0; st == SCI_OK && i < ignored->n; i++) {
        bool there = among(n, both, ignored->items[i]);

        if (!there && !more)
            st = sci_fail(SCI_ERR_REFUSED,
                          "--ignore-label %s: the statistics were made without that",
                          ignored->items[i]);
        else if (!there)
            st = sci_strdup(&both[recipe->n_ignored++], ignored->items[i]);
    }
    return st;
}

sci_status
array_recipe_override(array_recipe *recipe, const cli_call *call, bool more)
{
    const array_settings *s = call->settings;
    sci_status st = SCI_OK;

    if (cli_given(call, "outside"))
        recipe->outside = s->outside;
    if (s->axes != NULL) {
        sci_free(recipe->axes);
        st = sci_strdup(&recipe->axes, s->axes);
    }
    if (st == SCI_OK)
        st = override_ignored(recipe, &s->ignored, more);
    if (st == SCI_OK)
        st = override_maps(recipe, ARRAY_LABEL, &s->labels, false);
    if (st == SCI_OK)
        st = override_maps(recipe, ARRAY_MASK, &s->masks, more);
    if (st == SCI_OK)
        st = override_maps(recipe, ARRAY_WEIGHTS, &s->weights, more);
    if (st == SCI_OK && s->condition != NULL)
        st = override_map(recipe, ARRAY_CONDITION, s->condition, more);
    return st;
}

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
array_recipe_equal(const array_recipe *a, const array_recipe *b)
{
    bool same = same_text(a->axes, b->axes) && same_text(a->norm, b->norm)
                && same_text(a->keep, b->keep) && a->outside == b->outside
                && a->n_ignored == b->n_ignored && a->n_maps == b->n_maps;

    for (size_t i = 0; same && i < a->n_ignored; i++)
        same = strcmp(a->ignored[i], b->ignored[i]) == 0;
    for (int m = 0; same && m < a->n_maps; m++) {
        const array_map *x = &a->maps[m], *y = &b->maps[m];

        same = x->role == y->role && strcmp(x->axes, y->axes) == 0 && same_text(x->name, y->name)
               && same_text(x->lines, y->lines) && same_text(x->digest, y->digest);
    }
    return same;
}

static int
by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Labels that both ignore, each once and sorted: the order of recipes changes nothing. */
static void
join_ignored(array_recipe *into, const array_recipe *from)
{
    size_t n = 0;

    for (size_t i = 0; i < into->n_ignored; i++) {
        if (among(from->n_ignored, from->ignored, into->ignored[i])
            && !among(n, into->ignored, into->ignored[i]))
            into->ignored[n++] = into->ignored[i];
        else
            sci_free(into->ignored[i]);
    }
    into->n_ignored = n;
    if (n > 1)
        qsort(into->ignored, n, sizeof *into->ignored, by_text);
}

sci_status
array_recipe_join(array_recipe *into, const array_recipe *from)
{
    if (!same_text(into->axes, from->axes) || !same_text(into->norm, from->norm)
        || !same_text(into->keep, from->keep) || into->n_maps != from->n_maps)
        return sci_fail(SCI_ERR_REFUSED, "the groups were made in different ways");
    join_ignored(into, from);
    if (into->outside != from->outside)
        into->outside = SCI_OUTSIDE_KEEP;
    for (int m = 0; m < into->n_maps; m++) {
        array_map *a = &into->maps[m];
        const array_map *b = &from->maps[m];

        if (a->role != b->role || strcmp(a->axes, b->axes) != 0)
            return sci_fail(SCI_ERR_REFUSED, "the groups were made in different ways");
        if (!same_text(a->lines, b->lines)) {
            sci_free(a->lines);
            a->lines = NULL;
        }
        if (!same_text(a->digest, b->digest)) {
            sci_free(a->digest);
            a->digest = NULL;
        }
        if (!same_text(a->name, b->name)) {
            sci_free(a->name);
            a->name = NULL;
        }
    }
    return SCI_OK;
}
