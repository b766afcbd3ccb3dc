/* SPDX-License-Identifier: GPL-3.0-or-later */
/* join: the shards of an apply into the one output that an unsharded apply would have made. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "record.h"
#include "shard.h"
#include "single.h"
#include "values.h"
#include "verbs.h"

#define COPY_ELEMENTS ((uint64_t)1 << 18)

/* One shard file. */
typedef struct part {
    const char *name; /* the operand */
    sci_h5_file *file;
    char *dataset;
    char *provenance;
    array_shard_claim claim;
    sci_source *source;
    sci_h5_layout layout;
    array_record record;
} part;

static void
part_clear(part *p)
{
    sci_source_free(p->source);
    array_record_clear(&p->record);
    array_shard_claim_clear(&p->claim);
    sci_free(p->provenance);
    sci_free(p->dataset);
    sci_h5_file_close(p->file);
}

/* ---- what the shards are ---- */

/* The dataset of a shard file: the only one that says it is a shard. */
typedef struct finder {
    char *dataset;
    int n;
} finder;

static sci_status
find_shard(void *context, const sci_h5_item *item)
{
    finder *f = context;
    bool shard = false, kept = false;

    for (size_t i = 0; item->kind == SCI_H5_DATASET && i < item->n_attributes; i++) {
        shard = shard || strcmp(item->attributes[i].name, "shard") == 0;
        kept = kept || strcmp(item->attributes[i].name, "libsci") == 0;
    }
    if (!shard || !kept || f->n++ > 0)
        return SCI_OK;
    return sci_strdup(&f->dataset, item->path);
}

static sci_status
find_dataset(part *p, const cli_input *input)
{
    finder f = { 0 };
    sci_status st;

    if (input->dataset != NULL)
        return sci_strdup(&p->dataset, input->dataset);
    st = sci_h5_file_list(p->file, "/", find_shard, &f);
    if (st == SCI_OK && f.n != 1)
        st = sci_fail(f.n == 0 ? SCI_ERR_REFUSED : SCI_ERR_NOTFOUND, "'%s' %s", p->name,
                      f.n == 0 ? "holds no shard of an apply"
                               : "holds several shards; name one: FILE:/DATASET");
    if (st != SCI_OK) {
        sci_free(f.dataset);
        return st;
    }
    p->dataset = f.dataset;
    return SCI_OK;
}

static sci_status
open_part(part *p, const array_context *c, const cli_input *input)
{
    char *record = NULL;
    sci_status st = cli_worker_not_output(c->worker, input->path);

    p->name = input->operand;
    if (st == SCI_OK)
        st = sci_h5_file_open(&p->file, input->path);
    if (st == SCI_OK)
        st = find_dataset(p, input);
    if (st == SCI_OK)
        st = array_shard_read(&p->claim, p->file, p->dataset);
    if (st == SCI_ERR_NOTFOUND)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' is no shard of an apply", p->name);
    if (st == SCI_OK)
        st = array_open_dataset(c, input->path, p->dataset, &p->source);
    if (st == SCI_OK)
        st = sci_h5_file_text(p->file, p->dataset, "libsci", &record);
    if (st == SCI_OK)
        st = array_record_read(&p->record, input->path, record);
    if (st == SCI_OK)
        st = sci_h5_file_text(p->file, record, "provenance", &p->provenance);
    if (st == SCI_OK)
        sci_h5_source_layout(p->source, &p->layout);
    sci_free(record);
    return st;
}

static int
by_place(const void *left, const void *right)
{
    const part *a = left, *b = right;

    if (a->claim.first != b->claim.first)
        return a->claim.first < b->claim.first ? -1 : 1;
    /* An empty shard lies before the one that begins where it does. */
    return (a->claim.count > b->claim.count) - (a->claim.count < b->claim.count);
}

/* ---- whether they fit ---- */

static sci_status
fail_unlike(const part *a, const part *b, const char *what)
{
    return sci_fail(SCI_ERR_REFUSED, "'%s' and '%s' are no parts of one output: their %s differ",
                    a->name, b->name, what);
}

/* gamma or beta of two records. */
static sci_status
check_values(const array_context *c, const part *a, const char *x, const part *b, const char *y,
             const char *what)
{
    sci_source *sources[2] = { NULL };
    double *values[2] = { NULL };
    uint64_t n[2] = { 0 };
    const char *operands[2] = { x, y };
    bool same = (x != NULL) == (y != NULL);
    sci_status st = SCI_OK;

    for (int i = 0; st == SCI_OK && same && x != NULL && i < 2; i++) {
        st = array_open(c, operands[i], &sources[i]);
        if (st == SCI_OK)
            st = array_values_real(sources[i], &n[i], &values[i]);
    }
    if (st == SCI_OK && same && x != NULL)
        same = n[0] == n[1] && memcmp(values[0], values[1], n[0] * sizeof *values[0]) == 0;
    for (int i = 0; i < 2; i++) {
        sci_free(values[i]);
        sci_source_free(sources[i]);
    }
    return st == SCI_OK && !same ? fail_unlike(a, b, what) : st;
}

static sci_status
check_alike(const array_context *c, const part *a, const part *b)
{
    const sci_array *x = &a->source->array, *y = &b->source->array;
    const char *what = NULL;
    sci_status st;

    if (x->rank != y->rank || memcmp(x->shape, y->shape, (size_t)x->rank * sizeof x->shape[0]) != 0)
        what = "shapes";
    else if (x->type != y->type)
        what = "element types";
    else if (strcmp(a->claim.table, b->claim.table) != 0)
        what = "statistics";
    else if (strcmp(a->claim.sample, b->claim.sample) != 0)
        what = "inputs";
    else if (!(a->record.eps == b->record.eps))
        what = "eps";
    else if (strcmp(a->dataset, b->dataset) != 0)
        what = "names of datasets";
    else if (a->claim.siblings != b->claim.siblings)
        what = "outputs (-o FILE and -o FILE:/DATASET)";
    else if (a->claim.total != b->claim.total
             || memcmp(a->layout.chunk, b->layout.chunk, (size_t)x->rank * sizeof x->shape[0]) != 0
             || a->claim.joins_to_contiguous != b->claim.joins_to_contiguous)
        what = "chunks";
    else if (strcmp(a->provenance, b->provenance) != 0)
        what = "options";
    else if (!array_recipe_equal(&a->record.recipe, &b->record.recipe))
        what = "labels, masks or weights";
    if (what != NULL)
        return fail_unlike(a, b, what);
    st = check_values(c, a, a->record.gamma, b, b->record.gamma, "scales");
    return st == SCI_OK ? check_values(c, a, a->record.beta, b, b->record.beta, "shifts") : st;
}

/* Sorted shards follow each other from the first chunk to the last. */
static sci_status
check_cover(const part *parts, size_t n)
{
    int64_t next = 0, total = parts[0].claim.total;

    for (size_t i = 0; i < n; i++) {
        const array_shard_claim *c = &parts[i].claim;

        if (c->count > 0 && c->first < next)
            return sci_fail(SCI_ERR_REFUSED, "'%s' and '%s' overlap: both have chunk %" PRId64,
                            parts[i - 1].name, parts[i].name, c->first);
        if (c->count > 0 && c->first > next)
            return sci_fail(SCI_ERR_REFUSED,
                            "chunks %" PRId64 " to %" PRId64 " of %" PRId64
                            " are missing; the next shard is '%s'",
                            next, c->first - 1, total, parts[i].name);
        next += c->count;
    }
    if (next < total)
        return sci_fail(SCI_ERR_REFUSED,
                        "chunks %" PRId64 " to %" PRId64 " of %" PRId64 " are missing", next,
                        total - 1, total);
    return SCI_OK;
}

static sci_status
open_parts(const cli_single *j, const array_context *c, part *parts)
{
    size_t n = j->inputs.n;
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < n; i++)
        st = open_part(&parts[i], c, &j->inputs.items[i]);
    if (st != SCI_OK)
        return st;
    qsort(parts, n, sizeof *parts, by_place);
    for (size_t i = 1; st == SCI_OK && i < n; i++)
        st = check_alike(c, &parts[0], &parts[i]);
    return st == SCI_OK ? check_cover(parts, n) : st;
}

/* ---- putting them together ---- */

/* Elements [first, end) through memory, for an output that is not chunked. */
static sci_status
copy_elements(sci_source *from, sci_sink *to, const sci_range *range)
{
    size_t size = sci_type_size(to->array.type);
    unsigned char *bytes = NULL;
    sci_status st;

    if (range->first >= range->end)
        return SCI_OK;
    st = sci_alloc(&bytes, COPY_ELEMENTS, size, 1);
    if (st == SCI_OK)
        st = to->ops->start(to, range->first, range->end, 1);
    for (uint64_t at = range->first; st == SCI_OK && at < range->end; at += COPY_ELEMENTS) {
        uint64_t n = range->end - at < COPY_ELEMENTS ? range->end - at : COPY_ELEMENTS;
        sci_piece piece = { .first = at, .count = n, .bytes = bytes };

        st = sci_source_read(from, at, n, bytes);
        if (st == SCI_OK)
            st = to->ops->store(to, &piece);
    }
    if (st == SCI_OK)
        st = to->ops->finish(to);
    sci_free(bytes);
    return st;
}

static sci_status
copy_part(const part *p, const array_output *out)
{
    uint64_t first = (uint64_t)p->claim.first, count = (uint64_t)p->claim.count;
    uint8_t digest[16];
    char text[40];
    sci_status st;

    if (p->claim.joins_to_contiguous || count == 0)
        st = sci_h5_file_chunks_digest(p->file, p->dataset, first, count, digest);
    else
        st = sci_h5_output_chunks_copy(out->file, out->dataset, p->file, p->dataset, first, count,
                                       digest);
    if (st != SCI_OK)
        return st;
    array_chunk_digest_text(digest, text);
    if (strcmp(text, p->claim.digest) != 0)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s' is damaged: its chunks are not those that were written", p->name);
    if (p->claim.joins_to_contiguous && count > 0) {
        sci_range range = array_shard_range(&p->source->array, &p->layout, first, count);

        st = copy_elements(p->source, out->sink, &range);
    }
    return st;
}

/* Siblings and the record come from the first shard. */
static sci_status
open_output(array_output *out, const array_context *c, const part *first)
{
    sci_h5_layout layout = { 0 };
    sci_array array = first->source->array;
    sci_status st = sci_strdup(&out->dataset, first->dataset);

    if (!first->claim.joins_to_contiguous)
        layout = first->layout;
    array.swapped = false;
    if (st == SCI_OK)
        st = sci_h5_output_create(&out->file, c->worker->temporary[0]);
    if (st == SCI_OK)
        sci_h5_output_digests(out->file, c->settings->common.verify);
    if (st == SCI_OK)
        st = sci_h5_output_copy_siblings(out->file, first->source);
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out->file, out->dataset, &array, &layout, first->source,
                                   &out->sink);
    if (!first->claim.joins_to_contiguous)
        array_output_flush(out);
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *j = context;
    array_context c = { 0 };
    array_output out = { 0 };
    part *parts = NULL;
    sci_status st = array_context_start(&c, j->call, worker);

    if (st == SCI_OK)
        st = sci_alloc_zero(&parts, j->inputs.n, 1, sizeof *parts);
    if (st == SCI_OK)
        st = open_parts(j, &c, parts);
    if (st == SCI_OK)
        st = open_output(&out, &c, &parts[0]);
    for (size_t i = 0; st == SCI_OK && i < j->inputs.n; i++)
        st = copy_part(&parts[i], &out);
    array_output_flush(&out);
    if (st == SCI_OK)
        st = array_shard_forget(&out);
    if (st == SCI_OK)
        st = array_output_close(&out, &c);
    array_output_clear(&out);
    for (size_t i = 0; parts != NULL && i < j->inputs.n; i++)
        part_clear(&parts[i]);
    sci_free(parts);
    array_context_end(&c);
    return st;
}

int
array_join(const cli_call *call)
{
    return array_single_run(call, (size_t)call->n_operands, call->operands, "joining", work);
}
