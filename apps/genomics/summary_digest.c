/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a summary is told by, and its columns. */
#include <string.h>

#include <sci/hash.h>
#include <sci/memory.h>

#include "summary_priv.h"

/* ---- columns of a table ---- */

const char *const summary_column_names[SUMMARY_COLUMNS] = { "count", "mean_hi", "mean_lo", "m2",
                                                            "min",   "max",     "exponent" };

sci_type
summary_column_type(int column)
{
    return column == 0 ? SCI_UINT64 : column == 6 ? SCI_INT32 : SCI_FLOAT64;
}

/* One column of the moments, packed; `out` has n elements of its type. */
void
summary_column_pack(const sci_moments *m, uint64_t n, int column, void *out)
{
    for (uint64_t i = 0; i < n; i++)
        switch (column) {
        case 0:
            ((uint64_t *)out)[i] = m[i].count;
            break;
        case 6:
            ((int32_t *)out)[i] = m[i].exponent;
            break;
        default:
            ((double *)out)[i] = column == 1   ? m[i].mean_hi
                                 : column == 2 ? m[i].mean_lo
                                 : column == 3 ? m[i].m2
                                 : column == 4 ? m[i].min
                                               : m[i].max;
        }
}

/* ---- the digest ---- */

typedef struct bytes {
    unsigned char *at;
    size_t used, room;
    sci_status st;
} bytes;

static void
add(bytes *b, const void *from, size_t n)
{
    if (b->st == SCI_OK && b->used + n > b->room) {
        unsigned char *longer = NULL;
        size_t room = 2 * (b->used + n) + 256;

        b->st = sci_alloc(&longer, room, 1, 1);
        if (b->st != SCI_OK)
            return;
        if (b->used > 0)
            memcpy(longer, b->at, b->used);
        sci_free(b->at);
        b->at = longer;
        b->room = room;
    }
    if (b->st == SCI_OK && n > 0)
        memcpy(b->at + b->used, from, n);
    b->used += n;
}

static void
add_number(bytes *b, uint64_t number)
{
    unsigned char little[8];

    for (int i = 0; i < 8; i++)
        little[i] = (unsigned char)(number >> (8 * i));
    add(b, little, sizeof little);
}

static void
add_text(bytes *b, const char *text)
{
    add_number(b, strlen(text));
    add(b, text, strlen(text));
}

static void
add_texts(bytes *b, const anndata_texts *texts)
{
    add_number(b, texts->n);
    for (uint64_t i = 0; i < texts->n; i++)
        add_text(b, texts->items[i]);
}

static void
add_array(bytes *b, const void *elements, uint64_t n, size_t size)
{
    uint8_t digest[16];

    add_number(b, elements != NULL ? n : 0);
    if (elements == NULL)
        return;
    sci_hash(elements, n * size, digest);
    add(b, digest, sizeof digest);
}

static void
add_table(bytes *b, const sci_crossed *t)
{
    uint64_t B = t->levels, G = t->columns, q = t->covariates, pairs = q * (q + 1) / 2;
    void *column = NULL;

    if (b->st == SCI_OK)
        b->st = sci_alloc(&column, B, G, 8);
    for (int c = 0; b->st == SCI_OK && c < SUMMARY_COLUMNS; c++) {
        summary_column_pack(t->moments, B * G, c, column);
        add_array(b, column, B * G, sci_type_size(summary_column_type(c)));
    }
    sci_free(column);
    add_array(b, t->rows, B, 8);
    add_array(b, t->mean, B * q, 8);
    add_array(b, t->gram, B * q * q, 8);
    add_array(b, t->cross, B * q * G, 8);
    add_array(b, t->missing_sum, B * q * G, 8);
    add_array(b, t->missing_gram, B * pairs * G, 8);
}

sci_status
genomics_summary_digest(const genomics_summary *s, uint8_t digest[16])
{
    bytes b = { .st = SCI_OK };

    add_text(&b, "libsci crossed 1");
    add_texts(&b, &s->terms.batches);
    add_texts(&b, &s->genes);
    add_number(&b, s->terms.n);
    for (size_t t = 0; t < s->terms.n; t++) {
        add_text(&b, s->terms.items[t].name);
        add_number(&b, (uint64_t)s->terms.items[t].role);
        add_number(&b, s->terms.items[t].numeric);
        add_texts(&b, &s->terms.items[t].levels);
    }
    add_text(&b, s->batch_key);
    add_text(&b, s->matrix);
    add_text(&b, s->transform);
    add_text(&b, s->plan);
    add_number(&b, s->shared);
    add_number(&b, s->shard != NULL ? s->shard->segments : 0);
    if (s->table != NULL)
        add_table(&b, s->table);
    for (size_t k = 0; s->shard != NULL && k < s->shard->n; k++) {
        add_number(&b, s->shard->nodes[k].level);
        add_number(&b, s->shard->nodes[k].index);
        add_table(&b, s->shard->nodes[k].table);
    }
    if (b.st == SCI_OK)
        sci_hash(b.at, b.used, digest);
    sci_free(b.at);
    return b.st;
}
