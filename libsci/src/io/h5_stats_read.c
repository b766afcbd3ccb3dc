/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading what a table is. Nothing that stands in the file is believed: every size is compared with what is
 * there, and the head as a whole is checked in the end. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/check.h"
#include "h5_stats_names_priv.h"
#include "h5_stats_priv.h"

/* Lists that a table may have; more would not have come from us. */
#define LIST_MOST (UINT64_C(1) << 32)

/* Shapes beyond this must be in the file, at no more than 1000 times its size. */
static const sci_h5_options limits = {.claim_bytes_most = UINT64_C(16) << 20};

/* A table's group while its head is read. */
typedef struct reader {
    h5_file *file;
    const char *path;
    char *where;
    hid_t group;
} reader;

static sci_status
get_number(const reader *r, const char *name, uint64_t most, uint64_t *out)
{
    uint64_t value = 0;
    sci_status st = h5_attribute_read(r->group, r->where, name, H5T_NATIVE_UINT64, 1, &value);

    if (st == SCI_OK && value > most)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is %" PRIu64 ", above %" PRIu64, r->where,
                      name, value, most);
    if (st == SCI_OK)
        *out = value;
    return st;
}

static sci_status
get_numbers(const reader *r, const char *name, uint64_t n, uint64_t *out)
{
    return n == 0 ? SCI_OK : h5_attribute_read(r->group, r->where, name, H5T_NATIVE_UINT64, n, out);
}

/* One of a list of words. */
static sci_status
get_word(const reader *r, const char *name, int (*find)(const char *), int *out)
{
    char *word = NULL;
    sci_status st = h5_attribute_read_text(r->group, r->where, name, &word);

    if (st != SCI_OK)
        return st;
    *out = find(word);
    if (*out < 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is '%.100s', which means nothing here", r->where,
                      name, word);
    sci_free(word);
    return st;
}

/* ---- arrays ---- */

/* n rows of `width` elements of this type, in this machine's byte order; *out is released by sci_free. */
static sci_status
get_array(const reader *r, const char *name, sci_type type, uint64_t n, uint64_t width, void *out)
{
    sci_source *source = NULL;
    char *path = NULL;
    void *elements = NULL;
    sci_status st = h5_stats_join(&path, r->path, name);

    if (st == SCI_OK)
        st = n == 0 ? sci_alloc(&elements, 0, 1, 1) : h5_source_in(&source, r->file, path, &limits);
    if (st == SCI_OK && n > 0)
        st = h5_stats_expect(source, type, n, width);
    if (st == SCI_OK && n > 0)
        st = sci_alloc(&elements, n, width, sci_type_size(type));
    if (st == SCI_OK && n > 0)
        st = h5_stats_elements(source, 0, n * width, elements);
    if (st == SCI_OK) {
        memcpy(out, &elements, sizeof elements);
        elements = NULL;
    }
    sci_free(elements);
    sci_source_free(source);
    sci_free(path);
    return st;
}

/* The bytes of a list of texts, whose number is not known before. */
static sci_status
get_bytes(const reader *r, const char *name, char **out, uint64_t *n)
{
    sci_source *source = NULL;
    char *path = NULL, *bytes = NULL;
    sci_status st = h5_stats_join(&path, r->path, name);

    if (st == SCI_OK)
        st = h5_source_in(&source, r->file, path, &limits);
    if (st == SCI_OK && source->array.rank != 1)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is no list of texts", source->name);
    if (st == SCI_OK)
        st = h5_stats_expect(source, SCI_UINT8, source->array.shape[0], 1);
    if (st == SCI_OK)
        st = sci_alloc(&bytes, source->array.shape[0], 1, 1);
    if (st == SCI_OK)
        st = h5_stats_elements(source, 0, source->array.shape[0], bytes);
    if (st == SCI_OK) {
        *n = source->array.shape[0];
        *out = bytes;
        bytes = NULL;
    }
    sci_free(bytes);
    sci_source_free(source);
    sci_free(path);
    return st;
}

/* Exactly n texts, each ended by a zero byte: set(list, i, text) takes a copy that it owns. */
static sci_status
split_texts(const reader *r, const char *name, const char *bytes, uint64_t size, uint64_t n,
            void (*set)(void *list, uint64_t i, char *text), void *list)
{
    uint64_t at = 0, found = 0;
    sci_status st = SCI_OK;

    while (st == SCI_OK && at < size && found < n) {
        const char *end = memchr(bytes + at, '\0', size - at);
        char *text = NULL;

        if (end == NULL)
            break;
        st = sci_strdup(&text, bytes + at);
        if (st == SCI_OK)
            set(list, found++, text);
        at = (uint64_t)(end - bytes) + 1;
    }
    if (st == SCI_OK && (found < n || at < size))
        st = sci_fail(SCI_ERR_FORMAT, "'%s': '%s' does not hold %" PRIu64 " texts", r->where, name, n);
    return st;
}

static sci_status
get_texts(const reader *r, const char *name, uint64_t n, void (*set)(void *list, uint64_t i, char *text),
          void *list)
{
    char *bytes = NULL;
    uint64_t size = 0;
    sci_status st = get_bytes(r, name, &bytes, &size);

    if (st == SCI_OK)
        st = split_texts(r, name, bytes, size, n, set, list);
    sci_free(bytes);
    return st;
}

/* ---- identity ---- */

static sci_status
get_format(const reader *r)
{
    char *format = NULL;
    uint64_t version = 0;
    sci_status st = h5_attribute_read_text(r->group, r->where, "format", &format);

    if (st == SCI_ERR_NOTFOUND || (st == SCI_OK && strcmp(format, H5_STATS_FORMAT) != 0))
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds no statistics table", r->where);
    sci_free(format);
    if (st == SCI_OK)
        st = get_number(r, "version", UINT64_MAX, &version);
    if (st == SCI_OK && version > H5_STATS_VERSION)
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s' has version %" PRIu64 " of the statistics format; this program reads up to %d:"
                      " use a newer one",
                      r->where, version, H5_STATS_VERSION);
    if (st == SCI_OK && version == 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has version 0 of the statistics format", r->where);
    return st;
}

static sci_status
get_kind(const reader *r, sci_stats *head)
{
    char *word = NULL;
    int kind;
    sci_status st = h5_attribute_read_text(r->group, r->where, "kind", &word);

    if (st != SCI_OK)
        return st;
    kind = h5_stats_find_kind(word);
    if (kind < 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds a table of kind '%.100s', which this program cannot read",
                      r->where, word);
    else
        head->kind = (sci_stats_kind)kind;
    sci_free(word);
    return st;
}

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static sci_status
get_content(const reader *r, sci_stats *head)
{
    static const char prefix[] = "xxh3:";
    const size_t skipped = sizeof prefix - 1;
    char *text = NULL;
    sci_status st = h5_attribute_read_text(r->group, r->where, "content", &text);
    bool right = st == SCI_OK && strncmp(text, prefix, skipped) == 0
                 && strlen(text) == skipped + 2 * (size_t)SCI_CONTENT_BYTES;

    for (size_t i = 0; right && i < SCI_CONTENT_BYTES; i++) {
        int high = hex_digit(text[skipped + 2 * i]), low = hex_digit(text[skipped + 2 * i + 1]);

        right = high >= 0 && low >= 0;
        if (right)
            head->content[i] = (uint8_t)(high * 16 + low);
    }
    if (st == SCI_OK && !right)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute 'content' is no digest", r->where);
    head->has_content = true;
    sci_free(text);
    return st;
}

static sci_status
get_parameters(const reader *r, sci_stats *head, uint64_t *n_rows)
{
    uint64_t ddof = 0, weighted = 0, masked = 0;
    int nan = 0, digest = 0, rule = 0;
    sci_status st = get_number(r, "rows", INT64_MAX, n_rows);

    if (st == SCI_OK)
        st = get_number(r, "ddof", 1, &ddof);
    if (st == SCI_OK)
        st = get_word(r, "nan", h5_stats_find_nan, &nan);
    if (st == SCI_OK)
        st = get_number(r, "weighted", 1, &weighted);
    if (st == SCI_OK)
        st = get_number(r, "masked", 1, &masked);
    if (st == SCI_OK)
        st = get_word(r, "digests", h5_stats_find_digest, &digest);
    if (st == SCI_OK && head->kind == SCI_STATS_RUNNING)
        st = get_word(r, "rule", h5_stats_find_rule, &rule);
    if (st == SCI_OK && head->kind == SCI_STATS_RUNNING)
        st = get_number(r, "steps", UINT64_MAX, &head->steps);
    head->parameters = (sci_parameters){
        .ddof = (int)ddof, .nan = (sci_nan_policy)nan, .weighted = weighted != 0, .masked = masked != 0};
    head->digest_kind = (sci_digest_kind)digest;
    head->rule = (sci_running_rule)rule;
    return st;
}

/* ---- space ---- */

/* Axes of each factor from the factor of each axis. */
static sci_status
spread_axes(const reader *r, sci_space *space, const uint64_t *factor_of)
{
    for (int axis = 0; axis < space->rank; axis++) {
        sci_factor *f;

        if (factor_of[axis] == 0)
            continue;
        if (factor_of[axis] > (uint64_t)space->n_factors)
            return sci_fail(SCI_ERR_FORMAT, "'%s': axis %d has a factor that does not exist", r->where, axis);
        f = &space->factors[factor_of[axis] - 1];
        f->axes[f->n_axes++] = axis;
    }
    return SCI_OK;
}

static sci_status
get_axes(const reader *r, sci_space *space, uint64_t *levels)
{
    uint64_t rank = 0, factors = 0, factor_of[SCI_MAX_RANK];
    char name[H5_STATS_NAME_ROOM];
    sci_status st = get_number(r, "rank", SCI_MAX_RANK, &rank);

    for (uint64_t i = 0; st == SCI_OK && i < rank; i++) {
        (void)snprintf(name, sizeof name, "axis_%d", (int)i);
        st = h5_attribute_read_text(r->group, r->where, name, &space->axis_names[i]);
    }
    if (st == SCI_OK)
        st = get_numbers(r, "shape", rank, space->shape);
    if (st == SCI_OK)
        st = get_numbers(r, "axis_factors", rank, factor_of);
    if (st == SCI_OK)
        st = get_number(r, "factors", rank, &factors);
    if (st == SCI_OK)
        st = get_numbers(r, "levels", factors, levels);
    if (st == SCI_OK && factors > 0)
        st = sci_alloc_zero(&space->factors, factors, 1, sizeof *space->factors);
    if (st != SCI_OK)
        return st;
    space->rank = (int)rank;
    space->n_factors = (int)factors;
    return spread_axes(r, space, factor_of);
}

static void
set_level(void *list, uint64_t i, char *text)
{
    ((sci_levels *)list)->texts[i] = text;
}

/* The number of texts is believed only when their bytes are there. */
static sci_status
get_level_texts(const reader *r, const char *name, sci_levels *levels, uint64_t n)
{
    char *bytes = NULL;
    uint64_t size = 0;
    sci_status st = n == 0 ? SCI_OK : get_bytes(r, name, &bytes, &size);

    if (st == SCI_OK && n > size)
        st = sci_fail(SCI_ERR_FORMAT, "'%s': '%s' does not hold %" PRIu64 " texts", r->where, name, n);
    if (st == SCI_OK)
        st = sci_alloc_zero(&levels->texts, n, 1, sizeof *levels->texts);
    if (st == SCI_OK) {
        levels->count = n;
        st = split_texts(r, name, bytes, size, n, set_level, levels);
    }
    sci_free(bytes);
    return st;
}

static sci_status
get_levels(const reader *r, sci_levels *levels, int factor, uint64_t n, bool texts)
{
    char name[H5_STATS_NAME_ROOM];
    sci_status st;

    if (n > LIST_MOST)
        return sci_fail(SCI_ERR_FORMAT, "'%s': factor %d has too many levels", r->where, factor);
    (void)snprintf(name, sizeof name, "levels_%d", factor);
    if (texts)
        return get_level_texts(r, name, levels, n);
    st = get_array(r, name, SCI_INT64, n, 1, &levels->values);
    if (st == SCI_OK)
        levels->count = n;
    return st;
}

static sci_status
get_factor(const reader *r, sci_space *space, int i, uint64_t levels)
{
    sci_factor *f = &space->factors[i];
    char name[H5_STATS_NAME_ROOM], *kind = NULL;
    sci_status st;

    (void)snprintf(name, sizeof name, "factor_%d", i);
    st = h5_attribute_read_text(r->group, r->where, name, &kind);
    if (st != SCI_OK)
        return st;
    if (strcmp(kind, "keep") == 0)
        f->keep = true;
    else if (strcmp(kind, "texts") == 0 || strcmp(kind, "integers") == 0)
        st = get_levels(r, &f->levels, i, levels, kind[0] == 't');
    else
        st = sci_fail(SCI_ERR_FORMAT, "'%s': factor %d is '%.100s', which means nothing here", r->where, i, kind);
    sci_free(kind);
    return st;
}

static void
set_part(void *list, uint64_t i, char *text)
{
    ((sci_part *)list)[i].name = text;
}

static void
set_origin(void *list, uint64_t i, char *text)
{
    ((sci_origin *)list)[i].name = text;
}

/* A list without names would have NULL among them. */
static sci_status
get_parts(const reader *r, sci_space *space, uint64_t n)
{
    uint64_t *counts = NULL;
    uint8_t *digests = NULL;
    sci_status st = get_array(r, "part_digests", SCI_UINT8, n, SCI_DIGEST_BYTES, &digests);

    if (st == SCI_OK)
        st = get_array(r, "part_counts", SCI_UINT64, n, 1, &counts);
    if (st == SCI_OK)
        st = sci_alloc_zero(&space->parts, n, 1, sizeof *space->parts);
    if (st == SCI_OK)
        space->n_parts = (int)n;
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        space->parts[i].count = counts[i];
        memcpy(space->parts[i].digest, digests + i * SCI_DIGEST_BYTES, SCI_DIGEST_BYTES);
    }
    if (st == SCI_OK)
        st = get_texts(r, "part_names", n, set_part, space->parts);
    sci_free(counts);
    sci_free(digests);
    return st;
}

static sci_status
get_space(const reader *r, sci_space *space)
{
    uint64_t levels[SCI_MAX_RANK], parts = 0;
    sci_status st = get_axes(r, space, levels);

    for (int i = 0; st == SCI_OK && i < space->n_factors; i++)
        st = get_factor(r, space, i, levels[i]);
    if (st == SCI_OK)
        st = get_number(r, "parts", INT32_MAX, &parts);
    if (st == SCI_OK && parts > 0)
        st = get_parts(r, space, parts);
    return st;
}

/* ---- sources and shards ---- */

static sci_status
get_origins(const reader *r, sci_stats *head)
{
    uint64_t *counts = NULL, n = 0;
    uint8_t *digests = NULL;
    sci_status st = get_number(r, "sources", LIST_MOST, &n);

    if (st != SCI_OK || n == 0)
        return st;
    st = get_array(r, "source_digests", SCI_UINT8, n, SCI_DIGEST_BYTES, &digests);
    if (st == SCI_OK)
        st = get_array(r, "source_counts", SCI_UINT64, n, 3, &counts);
    if (st == SCI_OK)
        st = sci_alloc_zero(&head->origins, n, 1, sizeof *head->origins);
    if (st == SCI_OK)
        head->n_origins = n;
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        sci_origin *origin = &head->origins[i];

        origin->elements = counts[3 * i];
        origin->members = counts[3 * i + 1];
        origin->nonfinite = counts[3 * i + 2];
        memcpy(origin->digest.bytes, digests + i * SCI_DIGEST_BYTES, SCI_DIGEST_BYTES);
    }
    if (st == SCI_OK)
        st = get_texts(r, "source_names", n, set_origin, head->origins);
    sci_free(counts);
    sci_free(digests);
    return st;
}

static sci_status
get_segmentation(const reader *r, sci_segmentation *s)
{
    uint64_t numbers[H5_STATS_SEGMENTATION] = {0};
    sci_status st = get_numbers(r, "segmentation", H5_STATS_SEGMENTATION, numbers);

    *s = (sci_segmentation){.periods = numbers[0],
                            .period_length = numbers[1],
                            .period_groups = numbers[2],
                            .segment_length = numbers[3],
                            .periods_per_segment = numbers[4],
                            .segments_per_period = numbers[5],
                            .segments = numbers[6]};
    return st;
}

static sci_status
get_nodes(const reader *r, sci_stats *head)
{
    uint64_t *numbers = NULL, n = 0;
    sci_status st = get_number(r, "nodes", LIST_MOST, &n);

    if (st == SCI_OK)
        st = get_array(r, "nodes", SCI_UINT64, n, 5, &numbers);
    if (st == SCI_OK)
        st = sci_alloc_zero(&head->nodes, n, 1, sizeof *head->nodes);
    if (st == SCI_OK)
        head->n_nodes = n;
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        head->nodes[i] = (sci_stats_node){.period = numbers[5 * i],
                                          .period_count = numbers[5 * i + 1],
                                          .level = numbers[5 * i + 2],
                                          .index = numbers[5 * i + 3],
                                          .first_row = numbers[5 * i + 4]};
    sci_free(numbers);
    return st;
}

static sci_status
get_digest_nodes(const reader *r, sci_stats *head)
{
    uint64_t *places = NULL, n = 0;
    uint8_t *digests = NULL;
    sci_status st = get_number(r, "digest_nodes", LIST_MOST, &n);

    if (st == SCI_OK)
        st = get_array(r, "digest_nodes", SCI_UINT64, n, 2, &places);
    if (st == SCI_OK)
        st = get_array(r, "digest_node_digests", SCI_UINT8, n, SCI_DIGEST_BYTES, &digests);
    if (st == SCI_OK)
        st = sci_alloc_zero(&head->digest_nodes, n, 1, sizeof *head->digest_nodes);
    if (st == SCI_OK)
        head->n_digest_nodes = n;
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        head->digest_nodes[i].level = places[2 * i];
        head->digest_nodes[i].index = places[2 * i + 1];
        memcpy(head->digest_nodes[i].digest.bytes, digests + i * SCI_DIGEST_BYTES, SCI_DIGEST_BYTES);
    }
    sci_free(places);
    sci_free(digests);
    return st;
}

static sci_status
get_shard(const reader *r, sci_stats *head)
{
    uint64_t shard = 0;
    sci_status st = get_number(r, "shard", 1, &shard);

    head->shard = shard != 0;
    if (st == SCI_OK && head->shard)
        st = get_nodes(r, head);
    if (st == SCI_OK && head->shard)
        st = get_digest_nodes(r, head);
    return st;
}

/* ---- all of it ---- */

static sci_status
get_head(const reader *r, sci_stats *head, uint64_t *n_rows)
{
    sci_status st = get_format(r);

    if (st == SCI_OK)
        st = get_kind(r, head);
    if (st == SCI_OK)
        st = get_content(r, head);
    if (st == SCI_OK)
        st = get_parameters(r, head, n_rows);
    if (st == SCI_OK)
        st = get_space(r, &head->space);
    if (st == SCI_OK)
        st = get_origins(r, head);
    if (st == SCI_OK)
        st = get_segmentation(r, &head->segmentation);
    if (st == SCI_OK)
        st = get_shard(r, head);
    return st;
}

/* A table that lacks something is damaged; only a missing group is "not found". */
sci_status
h5_stats_read_head(sci_stats **out, h5_file *file, const char *path, uint64_t *n_rows)
{
    reader r = {.file = file, .path = path, .group = H5I_INVALID_HID};
    sci_stats *head = NULL;
    sci_status st = h5_stats_where(&r.where, file->name, path);

    if (st == SCI_OK)
        st = sci_alloc_zero(&head, 1, 1, sizeof *head);
    if (st == SCI_OK)
        st = h5_open_group(file, path, &r.group);
    if (st != SCI_OK)
        goto out;
    st = get_head(&r, head, n_rows);
    if (st == SCI_ERR_NOTFOUND || st == SCI_ERR_SHAPE || st == SCI_ERR_TYPE)
        st = h5_stats_damaged(NULL);
    if (st == SCI_OK) {
        st = sci_head_check(head, *n_rows);
        if (st == SCI_ERR_FORMAT)
            st = h5_stats_damaged(r.where);
    }
    if (st != SCI_OK)
        goto out;
    *out = head;
    head = NULL;
out:
    if (r.group >= 0 && h5_enter() == SCI_OK) {
        h5_close(r.group);
        h5_leave();
    }
    sci_stats_free(head);
    sci_free(r.where);
    return st;
}
