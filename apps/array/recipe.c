/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/affine.h>
#include <sci/handover.h>
#include <sci/memory.h>

#include "context.h"

static const char *const role_names[] = { "label", "mask", "weights", "condition" };

void
array_recipe_clear(array_recipe *recipe)
{
    for (int m = 0; m < recipe->n_maps; m++) {
        array_map *map = &recipe->maps[m];

        sci_free(map->axes);
        sci_free(map->operand);
        sci_free(map->name);
        sci_free(map->lines);
        sci_free(map->digest);
    }
    for (size_t i = 0; i < recipe->n_ignored; i++)
        sci_free(recipe->ignored[i]);
    sci_free(recipe->ignored);
    sci_free(recipe->axes);
    sci_free(recipe->norm);
    sci_free(recipe->keep);
    *recipe = (array_recipe){ 0 };
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
                        role_names[role], text);
    if (recipe->n_maps == ARRAY_MAPS_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "more than %d labels, masks and weights",
                        ARRAY_MAPS_MOST);
    *map = (array_map){ .role = role };
    recipe->n_maps++;
    st = sci_format(&map->axes, "%.*s", (int)(equals - text), text);
    if (st == SCI_OK)
        st = sci_strdup(&map->operand, equals + 1);
    if (st == SCI_OK)
        st = sci_strdup(&map->name, array_base_name(equals + 1));
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

/* ---- to a file ---- */

static sci_status
write_text(sci_h5_output *out, const char *group, const char *name, const char *value)
{
    return value == NULL || value[0] == '\0' ? SCI_OK : sci_h5_output_text(out, group, name, value);
}

static sci_status
write_map(const array_map *map, int number, sci_h5_output *out, const char *group)
{
    char role[32], axes[32], name[32], digest[32];
    sci_array bytes = { .rank = 1, .type = SCI_UINT8 };
    char *path = NULL;
    sci_status st;

    (void)snprintf(role, sizeof role, "map%d_role", number);
    (void)snprintf(axes, sizeof axes, "map%d_axes", number);
    (void)snprintf(name, sizeof name, "map%d_name", number);
    (void)snprintf(digest, sizeof digest, "map%d_digest", number);
    st = write_text(out, group, role, role_names[map->role]);
    if (st == SCI_OK)
        st = write_text(out, group, axes, map->axes);
    if (st == SCI_OK)
        st = write_text(out, group, name, map->name);
    if (st == SCI_OK)
        st = write_text(out, group, digest, map->digest);
    if (st != SCI_OK || map->lines == NULL || map->lines[0] == '\0')
        return st;
    bytes.shape[0] = strlen(map->lines);
    st = sci_format(&path, "%s/map%d", group, number);
    if (st == SCI_OK)
        st = sci_h5_output_array(out, path, &bytes, map->lines);
    sci_free(path);
    return st;
}

/* The ignored labels, one a line. */
static sci_status
join_ignored(const array_recipe *recipe, char **text)
{
    sci_status st = sci_strdup(text, "");

    for (size_t i = 0; st == SCI_OK && i < recipe->n_ignored; i++) {
        char *longer = NULL;

        st = sci_format(&longer, "%s%s%s", *text, i > 0 ? "\n" : "", recipe->ignored[i]);
        sci_free(*text);
        *text = longer;
    }
    return st;
}

sci_status
array_recipe_write(const array_recipe *recipe, sci_h5_output *out, const char *group)
{
    char outside[8] = "", *ignored = NULL;
    sci_status st = join_ignored(recipe, &ignored);

    cli_choice_text(ARRAY_OUTSIDE_CHOICES, recipe->outside, outside, sizeof outside);
    if (st == SCI_OK)
        st = sci_h5_output_group(out, group);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out, group, "maps", recipe->n_maps);
    if (st == SCI_OK)
        st = write_text(out, group, "axes", recipe->axes);
    if (st == SCI_OK)
        st = write_text(out, group, "norm", recipe->norm);
    if (st == SCI_OK)
        st = write_text(out, group, "keep", recipe->keep);
    if (st == SCI_OK)
        st = write_text(out, group, "outside", outside);
    if (st == SCI_OK)
        st = write_text(out, group, "ignored", ignored);
    for (int m = 0; st == SCI_OK && m < recipe->n_maps; m++)
        st = write_map(&recipe->maps[m], m, out, group);
    sci_free(ignored);
    return st;
}

/* ---- from a file ---- */

/* An attribute that may be missing: then NULL. */
static sci_status
read_text(sci_h5_file *file, const char *group, const char *name, char **value)
{
    sci_status st;

    *value = NULL;
    st = sci_h5_file_text(file, group, name, value);
    return st == SCI_ERR_NOTFOUND ? SCI_OK : st;
}

/* The bytes of a text dataset; NULL if it is missing. */
static sci_status
read_lines(sci_h5_file *file, const char *group, int number, char **lines)
{
    sci_source *source = NULL;
    char *path = NULL, *text = NULL;
    uint64_t n = 0;
    bool there = false;
    sci_status st = sci_format(&path, "%s/map%d", group, number);

    if (st == SCI_OK)
        st = sci_h5_file_has(file, path, &there);
    if (st != SCI_OK || !there)
        goto out;
    st = sci_h5_file_source(&source, file, path, NULL);
    if (st == SCI_OK && source->array.type != SCI_UINT8)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds no text", source->name);
    if (st == SCI_OK)
        st = sci_array_count(&source->array, &n);
    if (st == SCI_OK)
        st = sci_alloc_zero(&text, n + 1, 1, 1);
    if (st == SCI_OK && n > 0)
        st = sci_source_read(source, 0, n, text);
    if (st == SCI_OK && memchr(text, '\0', n) != NULL)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds no text", source->name);
    if (st == SCI_OK) {
        *lines = text;
        text = NULL;
    }
out:
    sci_free(text);
    sci_source_free(source);
    sci_free(path);
    return st;
}

static sci_status
read_map(array_map *map, sci_h5_file *file, const char *group, int number)
{
    char name[32], *role = NULL;
    sci_status st;

    *map = (array_map){ 0 };
    (void)snprintf(name, sizeof name, "map%d_role", number);
    st = sci_h5_file_text(file, group, name, &role);
    if (st != SCI_OK)
        return st;
    while (map->role < ARRAY_CONDITION && strcmp(role, role_names[map->role]) != 0)
        map->role++;
    if (strcmp(role, role_names[map->role]) != 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': unknown kind of map '%s'", group, role);
    sci_free(role);
    (void)snprintf(name, sizeof name, "map%d_axes", number);
    if (st == SCI_OK)
        st = sci_h5_file_text(file, group, name, &map->axes);
    (void)snprintf(name, sizeof name, "map%d_name", number);
    if (st == SCI_OK)
        st = read_text(file, group, name, &map->name);
    (void)snprintf(name, sizeof name, "map%d_digest", number);
    if (st == SCI_OK)
        st = read_text(file, group, name, &map->digest);
    if (st == SCI_OK)
        st = read_lines(file, group, number, &map->lines);
    return st;
}

/* One a line into the list. */
static sci_status
split_ignored(array_recipe *recipe, const char *text)
{
    size_t n = 1;
    sci_status st;

    if (text == NULL)
        return SCI_OK;
    for (const char *at = text; *at != '\0'; at++)
        n += *at == '\n';
    st = sci_alloc_zero(&recipe->ignored, n, 1, sizeof *recipe->ignored);
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        size_t bytes = strcspn(text, "\n");

        st = sci_format(&recipe->ignored[i], "%.*s", (int)bytes, text);
        text += bytes + (text[bytes] != '\0');
        recipe->n_ignored = i + 1;
    }
    return st;
}

sci_status
array_recipe_read(array_recipe *out, sci_h5_file *file, const char *group)
{
    int64_t n = 0;
    char *outside = NULL, *ignored = NULL;
    sci_status st = sci_h5_file_integer(file, group, "maps", &n);

    *out = (array_recipe){ 0 };
    if (st == SCI_OK && (n < 0 || n > ARRAY_MAPS_MOST))
        st = sci_fail(SCI_ERR_FORMAT, "'%s': %" PRId64 " maps are not possible", group, n);
    if (st == SCI_OK)
        st = read_text(file, group, "axes", &out->axes);
    if (st == SCI_OK)
        st = read_text(file, group, "norm", &out->norm);
    if (st == SCI_OK)
        st = read_text(file, group, "keep", &out->keep);
    if (st == SCI_OK)
        st = read_text(file, group, "ignored", &ignored);
    if (st == SCI_OK)
        st = split_ignored(out, ignored);
    if (st == SCI_OK)
        st = read_text(file, group, "outside", &outside);
    if (st == SCI_OK && outside != NULL) {
        out->outside = cli_choice_find(ARRAY_OUTSIDE_CHOICES, outside);
        if (out->outside < 0)
            st = sci_fail(SCI_ERR_FORMAT, "'%s': unknown way '%s' with what is outside", group,
                          outside);
    }
    for (int m = 0; st == SCI_OK && m < n; m++) {
        st = read_map(&out->maps[m], file, group, m);
        out->n_maps = m + 1;
    }
    sci_free(ignored);
    sci_free(outside);
    if (st != SCI_OK)
        array_recipe_clear(out);
    return st;
}

/* ---- between workers ---- */

sci_status
array_recipe_put(const array_recipe *recipe, int fd)
{
    char outside[8], *ignored = NULL;
    sci_status st = join_ignored(recipe, &ignored);

    (void)snprintf(outside, sizeof outside, "%d", recipe->outside);
    if (st == SCI_OK)
        st = sci_text_put(recipe->axes, fd);
    if (st == SCI_OK)
        st = sci_text_put(recipe->norm, fd);
    if (st == SCI_OK)
        st = sci_text_put(recipe->keep, fd);
    if (st == SCI_OK)
        st = sci_text_put(recipe->n_ignored > 0 ? ignored : NULL, fd);
    if (st == SCI_OK)
        st = sci_text_put(outside, fd);
    for (int m = 0; st == SCI_OK && m < recipe->n_maps; m++) {
        st = sci_text_put(role_names[recipe->maps[m].role], fd);
        if (st == SCI_OK)
            st = sci_text_put(recipe->maps[m].axes, fd);
        if (st == SCI_OK)
            st = sci_text_put(recipe->maps[m].name, fd);
        if (st == SCI_OK)
            st = sci_text_put(recipe->maps[m].digest, fd);
        if (st == SCI_OK)
            st = sci_text_put(recipe->maps[m].lines, fd);
    }
    if (st == SCI_OK)
        st = sci_text_put(NULL, fd);
    sci_free(ignored);
    return st;
}

/* The next map; *there is false behind the last. */
static sci_status
take_map(array_recipe *out, int fd, bool *there)
{
    array_map *map = &out->maps[out->n_maps];
    char *role = NULL;
    sci_status st = sci_text_take(&role, fd);

    *there = st == SCI_OK && role != NULL && out->n_maps < ARRAY_MAPS_MOST;
    if (!*there)
        return st;
    *map = (array_map){ 0 };
    out->n_maps++;
    while (map->role < ARRAY_CONDITION && strcmp(role, role_names[map->role]) != 0)
        map->role++;
    sci_free(role);
    st = sci_text_take(&map->axes, fd);
    if (st == SCI_OK)
        st = sci_text_take(&map->name, fd);
    if (st == SCI_OK)
        st = sci_text_take(&map->digest, fd);
    if (st == SCI_OK)
        st = sci_text_take(&map->lines, fd);
    return st;
}

sci_status
array_recipe_take(array_recipe *out, int fd)
{
    char *outside = NULL, *ignored = NULL;
    int64_t value = 0;
    bool more = true;
    sci_status st;

    *out = (array_recipe){ 0 };
    st = sci_text_take(&out->axes, fd);
    if (st == SCI_OK)
        st = sci_text_take(&out->norm, fd);
    if (st == SCI_OK)
        st = sci_text_take(&out->keep, fd);
    if (st == SCI_OK)
        st = sci_text_take(&ignored, fd);
    if (st == SCI_OK)
        st = split_ignored(out, ignored);
    if (st == SCI_OK)
        st = sci_text_take(&outside, fd);
    if (st == SCI_OK && outside != NULL && cli_parse_integer(outside, &value))
        out->outside = (int)value;
    while (st == SCI_OK && more)
        st = take_map(out, fd, &more);
    sci_free(outside);
    sci_free(ignored);
    if (st != SCI_OK)
        array_recipe_clear(out);
    return st;
}

/* ---- both ---- */

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
                               role_names[role], text);
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
    if (st == SCI_OK && s->ignored.n > 0 && recipe->n_ignored == 0) {
        sci_free(recipe->ignored);
        st = copy_ignored(recipe, &s->ignored);
    }
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

sci_status
array_recipe_join(array_recipe *into, const array_recipe *from)
{
    if (!same_text(into->axes, from->axes) || !same_text(into->norm, from->norm)
        || !same_text(into->keep, from->keep) || into->n_maps != from->n_maps)
        return sci_fail(SCI_ERR_REFUSED, "the groups were made in different ways");
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
