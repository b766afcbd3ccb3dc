/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables as plain bytes, field after field, for a process that reads them right away. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/handover.h>
#include <sci/memory.h>

#include "quantiles_flat.h"
#include "table.h"

#define MARK UINT64_C(0x7363692d7461626c) /* begins a table */
#define COUNT_MOST (UINT64_C(1) << 48)    /* of anything: more is a damaged file */

/* The place in the file, and the first failure: the functions below do nothing after it. */
typedef struct stream {
    int fd;
    sci_status status;
} stream;

/* ---- bytes ---- */

static void
put_bytes(stream *s, const void *bytes, uint64_t n)
{
    const unsigned char *at = bytes;

    while (s->status == SCI_OK && n > 0) {
        ssize_t done = write(s->fd, at, n < ((uint64_t)1 << 30) ? (size_t)n : (size_t)1 << 30);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            s->status = sci_fail_errno("write", "a scratch file");
            return;
        }
        at += done;
        n -= (uint64_t)done;
    }
}

static void
take_bytes(stream *s, void *bytes, uint64_t n)
{
    unsigned char *at = bytes;

    while (s->status == SCI_OK && n > 0) {
        ssize_t done = read(s->fd, at, n < ((uint64_t)1 << 30) ? (size_t)n : (size_t)1 << 30);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            s->status = sci_fail_errno("read", "a scratch file");
        else if (done == 0)
            s->status = sci_fail(SCI_ERR_FORMAT, "a scratch file ends too early");
        if (s->status != SCI_OK)
            return;
        at += done;
        n -= (uint64_t)done;
    }
}

static void
put_number(stream *s, uint64_t number)
{
    put_bytes(s, &number, sizeof number);
}

static uint64_t
take_number(stream *s)
{
    uint64_t number = 0;

    take_bytes(s, &number, sizeof number);
    if (s->status == SCI_OK && number > COUNT_MOST && number != MARK)
        s->status = sci_fail(SCI_ERR_FORMAT, "a scratch file is damaged");
    return s->status == SCI_OK ? number : 0;
}

static void
put_text(stream *s, const char *text)
{
    put_number(s, text != NULL ? strlen(text) + 1 : 0);
    if (text != NULL)
        put_bytes(s, text, strlen(text) + 1);
}

static void
take_text(stream *s, char **text)
{
    uint64_t bytes = take_number(s);

    *text = NULL;
    if (s->status != SCI_OK || bytes == 0)
        return;
    s->status = sci_alloc(text, bytes, 1, 1);
    take_bytes(s, *text, bytes);
    if (s->status == SCI_OK)
        (*text)[bytes - 1] = '\0';
}

/* n items of `size` bytes; *items is allocated. */
static void
take_items(stream *s, void *items, uint64_t n, size_t size)
{
    void *bytes = NULL;

    if (s->status == SCI_OK)
        s->status = sci_alloc(&bytes, n, size, 1);
    if (s->status != SCI_OK)
        return;
    memcpy(items, &bytes, sizeof bytes);
    take_bytes(s, bytes, n * size);
}

/* The same, zeroed, for items whose fields come one by one. */
static void
make_items(stream *s, void *items, uint64_t n, size_t size)
{
    if (s->status == SCI_OK)
        s->status = sci_alloc_zero(items, n, size, 1);
}

/* ---- spaces ---- */

static void
put_levels(stream *s, const sci_levels *levels)
{
    put_number(s, levels->count);
    put_number(s, levels->texts != NULL);
    for (uint64_t i = 0; levels->texts != NULL && i < levels->count; i++)
        put_text(s, levels->texts[i]);
    if (levels->texts == NULL && levels->values != NULL)
        put_bytes(s, levels->values, levels->count * sizeof *levels->values);
}

static void
take_levels(stream *s, sci_levels *levels)
{
    uint64_t count = take_number(s);
    bool texts = take_number(s) != 0;

    if (!texts) {
        take_items(s, &levels->values, count, sizeof *levels->values);
        levels->count = s->status == SCI_OK ? count : 0;
        return;
    }
    make_items(s, &levels->texts, count, sizeof *levels->texts);
    while (s->status == SCI_OK && levels->count < count)
        take_text(s, &levels->texts[levels->count++]);
}

static void
put_space(stream *s, const sci_space *space)
{
    put_number(s, (uint64_t)space->rank);
    put_bytes(s, space->shape, sizeof space->shape);
    for (int a = 0; a < space->rank; a++)
        put_text(s, space->axis_names[a]);
    put_number(s, (uint64_t)space->n_factors);
    for (int f = 0; f < space->n_factors; f++) {
        const sci_factor *factor = &space->factors[f];

        put_number(s, factor->keep);
        put_number(s, (uint64_t)factor->n_axes);
        put_bytes(s, factor->axes, sizeof factor->axes);
        if (!factor->keep)
            put_levels(s, &factor->levels);
    }
    put_number(s, (uint64_t)space->n_parts);
    for (int p = 0; p < space->n_parts; p++) {
        put_text(s, space->parts[p].name);
        put_bytes(s, space->parts[p].digest, sizeof space->parts[p].digest);
        put_number(s, space->parts[p].count);
    }
}

static void
take_factors(stream *s, sci_space *space)
{
    uint64_t n = take_number(s);

    make_items(s, &space->factors, n, sizeof *space->factors);
    while (s->status == SCI_OK && (uint64_t)space->n_factors < n) {
        sci_factor *factor = &space->factors[space->n_factors++];

        factor->keep = take_number(s) != 0;
        factor->n_axes = (int)take_number(s);
        take_bytes(s, factor->axes, sizeof factor->axes);
        if (!factor->keep)
            take_levels(s, &factor->levels);
    }
}

static void
take_parts(stream *s, sci_space *space)
{
    uint64_t n = take_number(s);

    if (n > 0)
        make_items(s, &space->parts, n, sizeof *space->parts);
    while (s->status == SCI_OK && (uint64_t)space->n_parts < n) {
        sci_part *part = &space->parts[space->n_parts++];

        take_text(s, &part->name);
        take_bytes(s, part->digest, sizeof part->digest);
        part->count = take_number(s);
    }
}

static void
take_space(stream *s, sci_space *space)
{
    uint64_t rank = take_number(s);

    if (s->status == SCI_OK && rank > SCI_MAX_RANK)
        s->status = sci_fail(SCI_ERR_FORMAT, "a scratch file is damaged");
    if (s->status != SCI_OK)
        return;
    space->rank = (int)rank;
    take_bytes(s, space->shape, sizeof space->shape);
    for (int a = 0; a < space->rank; a++)
        take_text(s, &space->axis_names[a]);
    take_factors(s, space);
    take_parts(s, space);
}

/* ---- tables ---- */

static void
put_origins(stream *s, const sci_stats *stats)
{
    put_number(s, stats->n_origins);
    for (size_t i = 0; i < stats->n_origins; i++) {
        const sci_origin *o = &stats->origins[i];

        put_text(s, o->name);
        put_bytes(s, &o->digest, sizeof o->digest);
        put_number(s, o->elements);
        put_number(s, o->members);
        put_number(s, o->nonfinite);
    }
}

static void
take_origins(stream *s, sci_stats *stats)
{
    uint64_t n = take_number(s);

    make_items(s, &stats->origins, n, sizeof *stats->origins);
    while (s->status == SCI_OK && stats->n_origins < n) {
        sci_origin *o = &stats->origins[stats->n_origins++];

        take_text(s, &o->name);
        take_bytes(s, &o->digest, sizeof o->digest);
        o->elements = take_number(s);
        o->members = take_number(s);
        o->nonfinite = take_number(s);
    }
}

static void
put_rows(stream *s, const sci_stats *stats)
{
    put_number(s, stats->n_rows);
    if (stats->kind == SCI_STATS_RUNNING)
        put_bytes(s, stats->running, stats->n_rows * sizeof *stats->running);
    else
        put_bytes(s, stats->moments, stats->n_rows * sizeof *stats->moments);
}

static void
take_rows(stream *s, sci_stats *stats)
{
    stats->n_rows = take_number(s);
    if (stats->kind == SCI_STATS_RUNNING)
        take_items(s, &stats->running, stats->n_rows, sizeof *stats->running);
    else
        take_items(s, &stats->moments, stats->n_rows, sizeof *stats->moments);
}

sci_status
sci_stats_put(const sci_stats *stats, int fd)
{
    stream s = { .fd = fd };

    put_number(&s, MARK);
    put_bytes(&s, &stats->kind, sizeof stats->kind);
    put_number(&s, (uint64_t)stats->parameters.ddof);
    put_bytes(&s, &stats->parameters.nan, sizeof stats->parameters.nan);
    put_number(&s, stats->parameters.weighted);
    put_number(&s, stats->parameters.masked);
    put_bytes(&s, &stats->parameters.equal_weight, sizeof stats->parameters.equal_weight);
    put_bytes(&s, &stats->digest_kind, sizeof stats->digest_kind);
    put_bytes(&s, &stats->rule, sizeof stats->rule);
    put_number(&s, stats->steps);
    put_bytes(&s, &stats->segmentation, sizeof stats->segmentation);
    put_number(&s, stats->shard);
    put_space(&s, &stats->space);
    put_rows(&s, stats);
    put_origins(&s, stats);
    put_number(&s, stats->n_nodes);
    put_bytes(&s, stats->nodes, stats->n_nodes * sizeof *stats->nodes);
    put_number(&s, stats->n_digest_nodes);
    put_bytes(&s, stats->digest_nodes, stats->n_digest_nodes * sizeof *stats->digest_nodes);
    return s.status;
}

sci_status
sci_stats_take(sci_stats **out, int fd)
{
    stream s = { .fd = fd };
    sci_stats *stats = NULL;

    if (take_number(&s) != MARK && s.status == SCI_OK)
        s.status = sci_fail(SCI_ERR_FORMAT, "a scratch file holds no table");
    make_items(&s, &stats, 1, sizeof *stats);
    if (s.status != SCI_OK)
        return s.status;
    take_bytes(&s, &stats->kind, sizeof stats->kind);
    stats->parameters.ddof = (int)take_number(&s);
    take_bytes(&s, &stats->parameters.nan, sizeof stats->parameters.nan);
    stats->parameters.weighted = take_number(&s) != 0;
    stats->parameters.masked = take_number(&s) != 0;
    take_bytes(&s, &stats->parameters.equal_weight, sizeof stats->parameters.equal_weight);
    take_bytes(&s, &stats->digest_kind, sizeof stats->digest_kind);
    take_bytes(&s, &stats->rule, sizeof stats->rule);
    stats->steps = take_number(&s);
    take_bytes(&s, &stats->segmentation, sizeof stats->segmentation);
    stats->shard = take_number(&s) != 0;
    take_space(&s, &stats->space);
    take_rows(&s, stats);
    take_origins(&s, stats);
    stats->n_nodes = (size_t)take_number(&s);
    take_items(&s, &stats->nodes, stats->n_nodes, sizeof *stats->nodes);
    stats->n_digest_nodes = (size_t)take_number(&s);
    take_items(&s, &stats->digest_nodes, stats->n_digest_nodes, sizeof *stats->digest_nodes);
    if (s.status != SCI_OK) {
        sci_stats_free(stats);
        return s.status;
    }
    *out = stats;
    return SCI_OK;
}

sci_status
sci_text_put(const char *text, int fd)
{
    stream s = { .fd = fd };

    put_text(&s, text);
    return s.status;
}

sci_status
sci_text_take(char **out, int fd)
{
    stream s = { .fd = fd };
    char *text = NULL;

    take_text(&s, &text);
    if (s.status != SCI_OK) {
        sci_free(text);
        return s.status;
    }
    *out = text;
    return SCI_OK;
}

/* ---- quantiles ---- */

static void
put_counts(stream *s, const sci_flat_counts *counts)
{
    put_number(s, counts->cells);
    put_number(s, counts->entries);
    put_bytes(s, counts->filled, counts->cells * sizeof *counts->filled);
    put_bytes(s, counts->bins, counts->entries * sizeof *counts->bins);
    put_bytes(s, counts->counts, counts->entries * sizeof *counts->counts);
}

static void
take_counts(stream *s, sci_flat_counts *counts)
{
    counts->cells = take_number(s);
    counts->entries = take_number(s);
    take_items(s, &counts->filled, counts->cells, sizeof *counts->filled);
    take_items(s, &counts->bins, counts->entries, sizeof *counts->bins);
    take_items(s, &counts->counts, counts->entries, sizeof *counts->counts);
}

sci_status
sci_quantiles_put(const sci_quantiles *q, int fd)
{
    stream s = { .fd = fd };
    sci_quantiles_flat flat;
    sci_status st = sci_quantiles_flatten(&flat, q);
    const uint64_t numbers[6] = { flat.type,  flat.groups, flat.n,
                                  flat.round, flat.nan,    flat.deviation };

    if (st != SCI_OK)
        return st;
    put_number(&s, MARK);
    for (int i = 0; i < 6; i++)
        put_number(&s, numbers[i]);
    put_bytes(&s, flat.p, flat.n * sizeof *flat.p);
    if (flat.deviation)
        put_bytes(&s, flat.centre, flat.groups * sizeof *flat.centre);
    put_bytes(&s, flat.members, 2 * flat.groups * sizeof *flat.members);
    put_counts(&s, &flat.first);
    if (flat.round > 0)
        put_bytes(&s, flat.targets, 4 * flat.groups * flat.n * sizeof *flat.targets);
    if (sci_quantiles_flat_is_open(&flat)) {
        put_bytes(&s, flat.seen, 2 * flat.groups * sizeof *flat.seen);
        put_counts(&s, &flat.open);
    }
    sci_quantiles_flat_clear(&flat);
    return s.status;
}

static void
take_flat(stream *s, sci_quantiles_flat *flat)
{
    uint64_t numbers[6];

    if (take_number(s) != MARK && s->status == SCI_OK)
        s->status = sci_fail(SCI_ERR_FORMAT, "a scratch file holds no quantiles");
    for (int i = 0; i < 6; i++)
        numbers[i] = take_number(s);
    flat->type = numbers[0];
    flat->groups = numbers[1];
    flat->n = numbers[2];
    flat->round = numbers[3];
    flat->nan = numbers[4];
    flat->deviation = numbers[5];
    if (s->status == SCI_OK)
        s->status = sci_quantiles_flat_numbers(flat);
    take_items(s, &flat->p, flat->n, sizeof *flat->p);
    if (flat->deviation)
        take_items(s, &flat->centre, flat->groups, sizeof *flat->centre);
    take_items(s, &flat->members, 2 * flat->groups, sizeof *flat->members);
    take_counts(s, &flat->first);
    if (flat->round > 0)
        take_items(s, &flat->targets, 4 * flat->groups * flat->n, sizeof *flat->targets);
    if (s->status == SCI_OK && sci_quantiles_flat_is_open(flat)) {
        take_items(s, &flat->seen, 2 * flat->groups, sizeof *flat->seen);
        take_counts(s, &flat->open);
    }
}

sci_status
sci_quantiles_take(sci_quantiles **out, int fd)
{
    stream s = { .fd = fd };
    sci_quantiles_flat flat = { 0 };

    take_flat(&s, &flat);
    if (s.status == SCI_OK)
        s.status = sci_quantiles_restore(out, &flat);
    sci_quantiles_flat_clear(&flat);
    return s.status;
}
