/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "maps.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sci/engine.h>
#include <sci/file.h>
#include <sci/memory.h>

#include "cli/message.h"
#include "lines.h"
#include "values.h"

enum {
    VECTOR_MOST = 1 << 22, /* indices of an axis whose labels are kept in memory and in records */
    LEVELS_MOST = 1 << 20  /* of a map that is streamed */
};

static const char *const options[] = { "--label", "--mask", "--weights", "--condition" };

void
array_map_clear(array_map_data *data)
{
    sci_labels_free(data->labels);
    sci_source_free(data->source);
    sci_free(data->values);
    *data = (array_map_data){ 0 };
}

/* What messages call it. */
static const char *
name_of(const array_map *map)
{
    return map->operand != NULL ? map->operand : map->name != NULL ? map->name : map->axes;
}

/* True if the operand names a dataset, or a file that starts as HDF5 does. */
static sci_status
is_hdf5(const char *operand, bool *out)
{
    static const char signature[8] = "\211HDF\r\n\032\n";
    char *file = NULL, *dataset = NULL, head[8] = "";
    struct stat info;
    int fd;
    sci_status st = sci_h5_split_operand(operand, &file, &dataset);

    if (st != SCI_OK)
        return st;
    *out = dataset != NULL;
    if (!*out) {
        fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
            st = sci_fail_errno("open", file);
        else if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
            st = sci_fail(SCI_ERR_IO, "'%s' is not a regular file", file);
        else
            *out = read(fd, head, sizeof head) == (ssize_t)sizeof head
                   && memcmp(head, signature, sizeof head) == 0;
        if (fd >= 0)
            (void)close(fd);
    }
    sci_free(dataset);
    sci_free(file);
    return st;
}

/* A dataset has the shape that the axes have in the input. */
static sci_status
check_shape(const array_map_data *data, const array_map *map, const sci_source *source,
            const sci_source *input)
{
    uint64_t wanted[SCI_MAX_RANK];
    char theirs[256], ours[256];
    bool same = source->array.rank == data->n_axes;

    for (int i = 0; i < data->n_axes; i++) {
        wanted[i] = input->array.shape[data->axes[i]];
        same = same && source->array.shape[i] == wanted[i];
    }
    if (same)
        return SCI_OK;
    array_shape_text(source->array.rank, source->array.shape, theirs, sizeof theirs);
    array_shape_text(data->n_axes, wanted, ours, sizeof ours);
    return sci_fail(SCI_ERR_SHAPE, "'%s' has shape %s, but axis %s of '%s' has %s", source->name,
                    theirs, map->axes, input->name, ours);
}

/* True if the text is how an integer is printed: then it sorts as a number, and is the label of that
 * number in a dataset. 01 and +1 are names of their own. */
static bool
is_integer(const char *text, int64_t *value)
{
    char again[24];

    if (!cli_parse_integer(text, value))
        return false;
    (void)snprintf(again, sizeof again, "%" PRId64, *value);
    return strcmp(again, text) == 0;
}

/* ---- over several axes ---- */

/* Ignored label number `k` is there. */
static void
note_met(const array_recipe *recipe, size_t k)
{
    if (recipe->met != NULL)
        recipe->met[k] = true;
}

/* Levels without -1 and the ignored ones. */
static uint64_t
drop_levels(uint64_t n, int64_t *levels, const array_recipe *recipe, array_role role)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < n; i++) {
        bool left_out = levels[i] == -1;

        for (size_t k = 0; role == ARRAY_LABEL && k < recipe->n_ignored; k++) {
            int64_t value;

            if (is_integer(recipe->ignored[k], &value) && value == levels[i]) {
                left_out = true;
                note_met(recipe, k);
            }
        }
        if (!left_out)
            levels[kept++] = levels[i];
    }
    return kept;
}

static sci_status
stream_labels(array_map_data *data, const array_context *c, const array_recipe *recipe,
              array_role role)
{
    sci_options opt = c->options;
    int64_t *levels = NULL;
    uint64_t n = 0;
    sci_status st;

    if (!sci_type_is_integer(data->source->array.type))
        return sci_fail(SCI_ERR_TYPE, "'%s' holds %s, but labels are integers", data->source->name,
                        sci_type_name(data->source->array.type));
    opt.progress = NULL;
    opt.shard = opt.shards = 0;
    st = sci_map_scan(data->source, &opt, LEVELS_MOST, &n, &levels);
    if (st != SCI_OK)
        return st;
    n = drop_levels(n, levels, recipe, role);
    if (n == 0)
        st = sci_fail(SCI_ERR_DEGENERATE, "'%s': every element is without label",
                      data->source->name);
    else
        st = sci_labels_from_source(&data->labels, data->source, n, levels);
    sci_free(levels);
    return st;
}

/* The contents of a map are as they were, or become known. */
static sci_status
check_digest(const array_context *c, array_map *map, sci_source *source, array_trust trust)
{
    sci_digest_kind kind = c->options.digest;
    char digest[80];
    sci_status st;

    if (trust == ARRAY_SAME && map->digest != NULL)
        kind = strncmp(map->digest, "sha256:", 7) == 0 ? SCI_DIGEST_SHA256 : SCI_DIGEST_XXH3;
    st = array_digest(c, source, kind, digest);
    if (st != SCI_OK)
        return st;
    if (trust == ARRAY_SAME && map->digest != NULL && strcmp(map->digest, digest) != 0)
        return sci_fail(
            SCI_ERR_REFUSED, "'%s' is not the %s that was used ('%s'): its contents differ",
            source->name, options[map->role] + 2, map->name != NULL ? map->name : map->axes);
    sci_free(map->digest);
    map->digest = NULL;
    return sci_strdup(&map->digest, digest);
}

static sci_status
load_stream(array_map_data *data, const array_context *c, const array_recipe *recipe,
            array_map *map, const sci_source *input, array_trust trust)
{
    sci_status st = array_open(c, map->operand, &data->source);

    if (st == SCI_OK)
        st = check_shape(data, map, data->source, input);
    if (st == SCI_OK && map->role == ARRAY_MASK && !sci_type_is_integer(data->source->array.type))
        st = sci_fail(SCI_ERR_TYPE,
                      "'%s' holds %s, but a mask holds integers; fractions are --weights",
                      data->source->name, sci_type_name(data->source->array.type));
    if (st == SCI_OK)
        st = check_digest(c, map, data->source, trust);
    if (st == SCI_OK && (map->role == ARRAY_LABEL || map->role == ARRAY_CONDITION))
        st = stream_labels(data, c, recipe, map->role);
    return st;
}

/* ---- along one axis ---- */

/* The texts of a one-axis dataset. */
static sci_status
lines_of_dataset(array_lines *lines, const array_map_data *data, const array_map *map,
                 sci_source *source, const sci_source *input)
{
    int64_t *integers = NULL;
    double *reals = NULL;
    uint64_t n = 0;
    sci_status st = check_shape(data, map, source, input);

    if (st == SCI_OK && map->role == ARRAY_WEIGHTS) {
        st = array_values_real(source, &n, &reals);
        if (st == SCI_OK)
            st = array_lines_of_reals(lines, n, reals);
    } else if (st == SCI_OK) {
        st = array_values_integer(source, &n, &integers);
        if (st == SCI_OK)
            st = array_lines_of_integers(lines, n, integers);
    }
    sci_free(integers);
    sci_free(reals);
    return st;
}

static sci_status
read_lines(array_lines *lines, const array_context *c, const array_map_data *data,
           const array_map *map, const sci_source *input)
{
    uint64_t n = input->array.shape[data->axes[0]];
    sci_source *source = NULL;
    bool hdf5 = false;
    sci_status st;

    if (map->operand == NULL) {
        st = array_lines_split(lines, map->lines);
        if (st == SCI_OK && lines->n != n)
            st =
                sci_fail(SCI_ERR_SHAPE,
                         "the file of statistics has %s%" PRIu64 "%s for axis %s, '%s' has %" PRIu64
                         "; give the file again with %s %s=FILE",
                         map->role == ARRAY_MASK ? "a mask of " : "", lines->n,
                         map->role == ARRAY_MASK      ? ""
                         : map->role == ARRAY_WEIGHTS ? " weights"
                                                      : " labels",
                         map->axes, input->name, n, options[map->role], map->axes);
        return st;
    }
    st = cli_worker_not_output(c->worker, map->operand);
    if (st == SCI_OK)
        st = is_hdf5(map->operand, &hdf5);
    if (st == SCI_OK && !hdf5)
        return array_lines_read(lines, map->operand, n,
                                map->role == ARRAY_MASK || map->role == ARRAY_WEIGHTS);
    if (st == SCI_OK)
        st = array_open(c, map->operand, &source);
    if (st == SCI_OK)
        st = lines_of_dataset(lines, data, map, source, input);
    sci_source_free(source);
    return st;
}

/* Indices without label get a level of their own, which is then taken away. It is a number among
 * numbers, so that they keep their order. */
static sci_status
make_labels(array_map_data *data, const array_lines *lines, uint64_t without)
{
    const char **texts = NULL, *none = "-1";
    int64_t value;
    sci_status st = sci_alloc(&texts, lines->n, 1, sizeof *texts);

    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < lines->n; i++)
        if (lines->items[i][0] != '\0' && !is_integer(lines->items[i], &value))
            none = "";
    for (uint64_t i = 0; i < lines->n; i++)
        texts[i] = lines->items[i][0] != '\0' ? lines->items[i] : none;
    st = sci_labels_from_text(&data->labels, lines->n, texts);
    if (st == SCI_OK && without > 0)
        st = sci_labels_ignore(data->labels, none);
    sci_free(texts);
    return st;
}

/* Ignored labels and -1 become no label. */
static sci_status
labels_of_lines(array_map_data *data, array_lines *lines, const array_recipe *recipe,
                const array_map *map)
{
    uint64_t without = 0;

    for (uint64_t i = 0; i < lines->n; i++) {
        bool left_out = strcmp(lines->items[i], "-1") == 0;

        if (map->role == ARRAY_LABEL)
            for (size_t k = 0; k < recipe->n_ignored; k++)
                if (strcmp(lines->items[i], recipe->ignored[k]) == 0) {
                    left_out = true;
                    note_met(recipe, k);
                }
        if (left_out)
            lines->items[i][0] = '\0';
        without += lines->items[i][0] == '\0';
    }
    if (lines->n > 0 && without == lines->n)
        return sci_fail(SCI_ERR_DEGENERATE, "'%s': no index of axis %s has a label", name_of(map),
                        map->axes);
    return make_labels(data, lines, without);
}

static sci_status
weights_of_lines(array_map_data *data, const array_lines *lines, const array_map *map)
{
    sci_array array = { .rank = 1, .shape = { lines->n }, .type = SCI_FLOAT64 };
    double *weights = NULL;
    sci_status st = sci_alloc(&weights, lines->n, 1, sizeof *weights);

    data->values = weights;
    for (uint64_t i = 0; st == SCI_OK && i < lines->n; i++) {
        if (!cli_parse_real(lines->items[i], &weights[i]))
            st = sci_fail(SCI_ERR_REFUSED, "'%s': the weight '%s' of %s=%" PRIu64 " is no number",
                          name_of(map), lines->items[i], map->axes, i);
        else if (weights[i] < 0.0)
            st = sci_fail(SCI_ERR_REFUSED, "'%s': the weight %s of %s=%" PRIu64 " is negative",
                          name_of(map), lines->items[i], map->axes, i);
    }
    if (st == SCI_OK)
        st = sci_source_memory(&data->source, &array, weights, name_of(map));
    return st;
}

static sci_status
mask_of_lines(array_map_data *data, const array_lines *lines, const array_map *map)
{
    sci_array array = { .rank = 1, .shape = { lines->n }, .type = SCI_UINT8 };
    unsigned char *mask = NULL;
    sci_status st = sci_alloc(&mask, lines->n, 1, 1);

    data->values = mask;
    for (uint64_t i = 0; st == SCI_OK && i < lines->n; i++) {
        int64_t value = 0;

        if (!cli_parse_integer(lines->items[i], &value))
            st = sci_fail(SCI_ERR_FORMAT, "'%s': the mask '%s' of %s=%" PRIu64 " is no integer",
                          name_of(map), lines->items[i], map->axes, i);
        mask[i] = value != 0;
    }
    if (st == SCI_OK)
        st = sci_source_memory(&data->source, &array, mask, name_of(map));
    return st;
}

static sci_status
load_lines(array_map_data *data, const array_context *c, const array_recipe *recipe, array_map *map,
           const sci_source *input)
{
    array_lines lines = { 0 };
    sci_status st = read_lines(&lines, c, data, map, input);

    if (st == SCI_OK && map->role == ARRAY_WEIGHTS)
        st = weights_of_lines(data, &lines, map);
    else if (st == SCI_OK && map->role == ARRAY_MASK)
        st = mask_of_lines(data, &lines, map);
    else if (st == SCI_OK)
        st = labels_of_lines(data, &lines, recipe, map);
    if (st == SCI_OK) {
        sci_free(map->lines);
        map->lines = NULL;
        st = array_lines_join(&lines, &map->lines);
    }
    array_lines_clear(&lines);
    return st;
}

/* The recipe names the file that was read, which may be another one than that of an earlier run. */
static sci_status
note_name(array_map *map)
{
    if (map->operand == NULL)
        return SCI_OK;
    sci_free(map->name);
    map->name = NULL;
    return sci_strdup(&map->name, cli_operand_name(map->operand));
}

sci_status
array_map_load(array_map_data *out, const array_context *c, const array_axes *axes,
               const array_recipe *recipe, array_map *map, const sci_source *input,
               array_trust trust)
{
    bool hdf5 = false;
    sci_status st;

    *out = (array_map_data){ 0 };
    st = array_axes_parse(axes, options[map->role], map->axes, &out->n_axes, out->axes);
    if (st != SCI_OK)
        return st;
    if (map->operand == NULL && map->lines == NULL)
        return sci_fail(
            SCI_ERR_ARGUMENT,
            "the statistics were made with %s %s=%s, which they do not keep; give it again",
            options[map->role], map->axes, map->name != NULL ? map->name : "FILE");
    if (map->operand != NULL
        && (out->n_axes > 1 || input->array.shape[out->axes[0]] > VECTOR_MOST)) {
        st = is_hdf5(map->operand, &hdf5);
        if (st != SCI_OK)
            return st;
        if (!hdf5 && out->n_axes > 1)
            return sci_fail(SCI_ERR_FORMAT,
                            "'%s' is not an HDF5 file, which several axes (%s) need", map->operand,
                            map->axes);
    }
    st = hdf5 ? load_stream(out, c, recipe, map, input, trust)
              : load_lines(out, c, recipe, map, input);
    return st == SCI_OK ? note_name(map) : st;
}
