/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes in files: as attributes and small arrays of outputs, and as texts from worker to
 * worker. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/handover.h>
#include <sci/memory.h>

#include "recipe.h"

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
    st = write_text(out, group, role, array_role_names[map->role]);
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
    while (map->role < ARRAY_CONDITION && strcmp(role, array_role_names[map->role]) != 0)
        map->role++;
    if (strcmp(role, array_role_names[map->role]) != 0)
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
        st = sci_text_put(array_role_names[recipe->maps[m].role], fd);
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
    while (map->role < ARRAY_CONDITION && strcmp(role, array_role_names[map->role]) != 0)
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
