/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Summaries in files. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/hash.h>
#include <sci/memory.h>

#include "cli/provenance.h"

#include "summary.h"

#define FORMAT "libsci-stats"
#define KIND "crossed"
#define VERSION 1

/* ---- columns of a table ---- */

enum { COLUMNS = 7 };
static const char *const column_names[COLUMNS] = { "count", "mean_hi", "mean_lo", "m2",
                                                   "min",   "max",     "exponent" };

static sci_type
column_type(int column)
{
    return column == 0 ? SCI_UINT64 : column == 6 ? SCI_INT32 : SCI_FLOAT64;
}

/* One column of the moments, packed; `out` has n elements of its type. */
static void
pack_column(const sci_moments *m, uint64_t n, int column, void *out)
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
    for (int c = 0; b->st == SCI_OK && c < COLUMNS; c++) {
        pack_column(t->moments, B * G, c, column);
        add_array(b, column, B * G, sci_type_size(column_type(c)));
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

/* ---- writing ---- */

static sci_status
put_array(sci_h5_output *out, const char *base, const char *name, sci_type type, int rank,
          const uint64_t *shape, const void *elements)
{
    sci_array array = { .rank = rank, .type = type };
    uint64_t n = 1;
    char *path = NULL;
    sci_status st;

    for (int i = 0; i < rank; i++)
        n *= array.shape[i] = shape[i];
    if (n == 0 || elements == NULL)
        return SCI_OK;
    st = sci_format(&path, "%s/%s", base, name);
    if (st == SCI_OK)
        st = sci_h5_output_array(out, path, &array, elements);
    sci_free(path);
    return st;
}

static sci_status
put_table(sci_h5_output *out, const char *base, const sci_crossed *t)
{
    uint64_t B = t->levels, G = t->columns, q = t->covariates;
    void *column = NULL;
    sci_status st = sci_alloc(&column, B, G, 8);

    for (int c = 0; st == SCI_OK && c < COLUMNS; c++) {
        pack_column(t->moments, B * G, c, column);
        st = put_array(out, base, column_names[c], column_type(c), 2, (uint64_t[]){ B, G }, column);
    }
    sci_free(column);
    if (st == SCI_OK)
        st = put_array(out, base, "rows", SCI_UINT64, 1, (uint64_t[]){ B }, t->rows);
    if (st == SCI_OK)
        st = put_array(out, base, "covariate_mean", SCI_FLOAT64, 2, (uint64_t[]){ B, q }, t->mean);
    if (st == SCI_OK)
        st = put_array(out, base, "covariate_gram", SCI_FLOAT64, 3, (uint64_t[]){ B, q, q },
                       t->gram);
    if (st == SCI_OK)
        st = put_array(out, base, "cross", SCI_FLOAT64, 3, (uint64_t[]){ B, q, G }, t->cross);
    if (st == SCI_OK)
        st = put_array(out, base, "missing_sum", SCI_FLOAT64, 3, (uint64_t[]){ B, q, G },
                       t->missing_sum);
    return st == SCI_OK ? put_array(out, base, "missing_gram", SCI_FLOAT64, 3,
                                    (uint64_t[]){ B, q * (q + 1) / 2, G }, t->missing_gram)
                        : st;
}

static sci_status
put_names(sci_h5_output *out, const char *path, uint64_t n, const char *const *items)
{
    anndata_texts texts = { 0 };
    sci_status st = n > 0 ? texts_copy(&texts, n, items) : SCI_OK;

    if (st == SCI_OK && n > 0)
        st = sci_h5_output_array_texts(out, path, &texts);
    anndata_texts_clear(&texts);
    return st;
}

static sci_status
put_terms(sci_h5_output *out, const genomics_terms *terms)
{
    const char **names = NULL;
    int64_t *kinds = NULL; /* role, numeric, levels */
    sci_status st = sci_alloc(&names, terms->n, 1, sizeof *names);

    if (st == SCI_OK)
        st = sci_alloc(&kinds, terms->n, 3, sizeof *kinds);
    for (size_t t = 0; st == SCI_OK && t < terms->n; t++) {
        char *path = NULL;

        names[t] = terms->items[t].name;
        kinds[3 * t] = (int64_t)terms->items[t].role;
        kinds[3 * t + 1] = terms->items[t].numeric;
        kinds[3 * t + 2] = (int64_t)terms->items[t].levels.n;
        st = sci_format(&path, "/term_levels_%zu", t);
        if (st == SCI_OK)
            st = put_names(out, path, terms->items[t].levels.n,
                           (const char *const *)terms->items[t].levels.items);
        sci_free(path);
    }
    if (st == SCI_OK)
        st = put_names(out, "/terms", terms->n, names);
    if (st == SCI_OK)
        st = put_array(out, "", "term_kinds", SCI_INT64, 2, (uint64_t[]){ terms->n, 3 }, kinds);
    sci_free(names);
    sci_free(kinds);
    return st;
}

static sci_status
put_head(sci_h5_output *out, const genomics_summary *s)
{
    const struct {
        const char *name, *value;
    } texts[] = { { "format", FORMAT },           { "kind", KIND },
                  { "batch_key", s->batch_key },  { "matrix", s->matrix },
                  { "transform", s->transform },  { "plan", s->plan },
                  { "provenance", s->provenance } };
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = { { "version", VERSION },
                    { "shared", s->shared },
                    { "segments", s->shard != NULL ? s->shard->segments : 0 },
                    { "nodes", s->shard != NULL ? s->shard->n : 0 } };
    uint8_t digest[16];
    char hex[80];
    sci_status st = genomics_summary_digest(s, digest);

    for (size_t i = 0; st == SCI_OK && i < sizeof texts / sizeof *texts; i++)
        st = sci_h5_output_text(out, "/", texts[i].name, texts[i].value);
    for (size_t i = 0; st == SCI_OK && i < sizeof numbers / sizeof *numbers; i++)
        st = sci_h5_output_integer(out, "/", numbers[i].name, (int64_t)numbers[i].value);
    if (st != SCI_OK)
        return st;
    cli_digest_text(SCI_DIGEST_XXH3, digest, hex);
    st = sci_h5_output_text(out, "/", "content", hex);
    if (st == SCI_OK && s->n_sources > 0)
        st = put_array(out, "", "sources", SCI_UINT8, 2, (uint64_t[]){ s->n_sources, 16 },
                       s->sources);
    return st;
}

static sci_status
put_nodes(sci_h5_output *out, const sci_crossed_shard *shard)
{
    int64_t *places = NULL;
    sci_status st = sci_alloc(&places, shard->n, 2, sizeof *places);

    for (size_t k = 0; st == SCI_OK && k < shard->n; k++) {
        char *base = NULL;

        places[2 * k] = (int64_t)shard->nodes[k].level;
        places[2 * k + 1] = (int64_t)shard->nodes[k].index;
        st = sci_format(&base, "/node_%zu", k);
        if (st == SCI_OK)
            st = put_table(out, base, shard->nodes[k].table);
        sci_free(base);
    }
    if (st == SCI_OK)
        st = put_array(out, "", "nodes", SCI_INT64, 2, (uint64_t[]){ shard->n, 2 }, places);
    sci_free(places);
    return st;
}

sci_status
genomics_summary_write(const genomics_summary *s, const char *path, bool verify, bool sync)
{
    sci_h5_output *out = NULL;
    sci_status st = sci_h5_output_create(&out, path);

    if (st == SCI_OK)
        st = put_head(out, s);
    if (st == SCI_OK)
        st = sci_h5_output_array_texts(out, "/batches", &s->terms.batches);
    if (st == SCI_OK)
        st = sci_h5_output_array_texts(out, "/genes", &s->genes);
    if (st == SCI_OK)
        st = put_terms(out, &s->terms);
    if (st == SCI_OK)
        st = s->table != NULL ? put_table(out, "", s->table) : put_nodes(out, s->shard);
    if (st != SCI_OK) {
        sci_h5_output_free(out);
        return st;
    }
    return sci_h5_output_close(out, verify, sync);
}

/* ---- reading ---- */

typedef struct reading {
    sci_h5_file *file;
    const char *path;
    sci_status st;
} reading;

static void
damaged(reading *r, const char *what)
{
    if (r->st == SCI_OK)
        r->st = sci_fail(SCI_ERR_FORMAT, "'%s' is a damaged summary: %s", r->path, what);
}

static void
get_text(reading *r, const char *name, char **out)
{
    if (r->st == SCI_OK)
        r->st = sci_h5_file_text(r->file, "/", name, out);
}

static int64_t
get_integer(reading *r, const char *name, int64_t most)
{
    int64_t value = 0;

    if (r->st == SCI_OK)
        r->st = sci_h5_file_integer(r->file, "/", name, &value);
    if (r->st == SCI_OK && (value < 0 || value > most))
        damaged(r, name);
    return r->st == SCI_OK ? value : 0;
}

static bool
has(reading *r, const char *path)
{
    bool there = false;

    if (r->st == SCI_OK)
        r->st = sci_h5_file_has(r->file, path, &there);
    return r->st == SCI_OK && there;
}

static void
get_texts(reading *r, const char *path, anndata_texts *out)
{
    if (r->st == SCI_OK)
        r->st = sci_h5_file_texts(r->file, path, NULL, out);
    for (uint64_t i = 0; r->st == SCI_OK && i < out->n; i++)
        if (out->items[i] == NULL)
            damaged(r, path);
}

/* n numbers, all finite unless `infinite`. n 0: nothing is there. */
static void
get_numbers(reading *r, const char *base, const char *name, uint64_t n, bool infinite, double *out)
{
    char *path = NULL;
    double *values = NULL;
    uint64_t found = 0;

    if (n == 0 || r->st != SCI_OK)
        return;
    r->st = sci_format(&path, "%s/%s", base, name);
    if (r->st == SCI_OK)
        r->st = sci_h5_file_numbers(r->file, path, NULL, &found, &values);
    if (r->st == SCI_OK && found != n)
        damaged(r, name);
    for (uint64_t i = 0; r->st == SCI_OK && i < n; i++) {
        if (isnan(values[i]) || (isinf(values[i]) && !infinite))
            damaged(r, name);
        out[i] = values[i];
    }
    sci_free(values);
    sci_free(path);
}

static void
get_integers(reading *r, const char *base, const char *name, uint64_t n, int64_t least,
             int64_t most, int64_t **out)
{
    char *path = NULL;
    uint64_t found = 0;

    if (r->st == SCI_OK)
        r->st = sci_format(&path, "%s/%s", base, name);
    if (r->st == SCI_OK)
        r->st = sci_h5_file_integers(r->file, path, NULL, &found, out);
    if (r->st == SCI_OK && found != n)
        damaged(r, name);
    for (uint64_t i = 0; r->st == SCI_OK && i < n; i++)
        if ((*out)[i] < least || (*out)[i] > most)
            damaged(r, name);
    sci_free(path);
}

static void
get_terms(reading *r, genomics_terms *terms)
{
    anndata_texts names = { 0 };
    int64_t *kinds = NULL;

    get_texts(r, "/batches", &terms->batches);
    if (r->st == SCI_OK && terms->batches.n == 0)
        damaged(r, "no batches");
    if (!has(r, "/terms"))
        return;
    get_texts(r, "/terms", &names);
    get_integers(r, "", "term_kinds", 3 * names.n, 0, INT32_MAX, &kinds);
    if (r->st == SCI_OK)
        r->st = sci_alloc_zero(&terms->items, names.n, 1, sizeof *terms->items);
    terms->n = r->st == SCI_OK ? names.n : 0;
    for (size_t t = 0; r->st == SCI_OK && t < terms->n; t++) {
        genomics_term *term = &terms->items[t];
        char path[64];

        if (kinds[3 * t] > GENOMICS_BATCH2 || kinds[3 * t + 1] > 1
            || (kinds[3 * t + 1] == 1) != (kinds[3 * t + 2] == 0))
            damaged(r, "term_kinds");
        term->role = (genomics_role)kinds[3 * t];
        term->numeric = kinds[3 * t + 1] == 1;
        if (r->st == SCI_OK)
            r->st = sci_strdup(&term->name, names.items[t]);
        (void)snprintf(path, sizeof path, "/term_levels_%zu", t);
        if (r->st == SCI_OK && !term->numeric)
            get_texts(r, path, &term->levels);
        if (r->st == SCI_OK && term->levels.n != (uint64_t)kinds[3 * t + 2])
            damaged(r, "levels");
    }
    anndata_texts_clear(&names);
    sci_free(kinds);
}

static void
check_moments(reading *r, const sci_crossed *t)
{
    for (uint64_t i = 0; r->st == SCI_OK && i < t->levels * t->columns; i++) {
        const sci_moments *m = &t->moments[i];

        if (m->count > t->rows[i / t->columns] || m->m2 < 0.0 || m->exponent < -1000
            || m->exponent > 1000 || (m->count > 0 && m->min > m->max)
            || (m->count == 0 && (m->m2 != 0.0 || m->mean_hi != 0.0)))
            damaged(r, "moments that are not possible");
    }
}

static void
get_moments(reading *r, const char *base, sci_crossed *t)
{
    uint64_t n = t->levels * t->columns;
    double *column = NULL;
    int64_t *count = NULL, *exponent = NULL;

    if (r->st == SCI_OK)
        r->st = sci_alloc(&column, n, 1, sizeof *column);
    get_integers(r, base, "count", n, 0, INT64_MAX, &count);
    get_integers(r, base, "exponent", n, -1000, 1000, &exponent);
    for (int c = 1; r->st == SCI_OK && c < 6; c++) {
        get_numbers(r, base, column_names[c], n, c >= 4, column);
        for (uint64_t i = 0; r->st == SCI_OK && i < n; i++)
            *(c == 1   ? &t->moments[i].mean_hi
              : c == 2 ? &t->moments[i].mean_lo
              : c == 3 ? &t->moments[i].m2
              : c == 4 ? &t->moments[i].min
                       : &t->moments[i].max) = column[i];
    }
    for (uint64_t i = 0; r->st == SCI_OK && i < n; i++) {
        t->moments[i].count = (uint64_t)count[i];
        t->moments[i].weight = (double)count[i];
        t->moments[i].exponent = (int32_t)exponent[i];
    }
    sci_free(column);
    sci_free(count);
    sci_free(exponent);
}

static void
get_table(reading *r, const char *base, const genomics_summary *s, sci_crossed **out)
{
    uint64_t B = s->terms.batches.n, G = s->genes.n, q = genomics_terms_columns(&s->terms, true);
    uint64_t pairs = q * (q + 1) / 2;
    sci_crossed *t = NULL;
    int64_t *rows = NULL;
    char *path = NULL;

    if (r->st != SCI_OK)
        return;
    /* What the file has is read before memory for the table is asked for. */
    get_integers(r, base, "rows", B, 0, INT64_MAX / 2, &rows);
    if (r->st == SCI_OK)
        r->st = sci_format(&path, "%s/missing_sum", base);
    if (r->st == SCI_OK)
        r->st = sci_crossed_create(&t, B, G, q);
    for (uint64_t b = 0; r->st == SCI_OK && b < B; b++)
        t->rows[b] = (uint64_t)rows[b];
    get_moments(r, base, t);
    get_numbers(r, base, "covariate_mean", B * q, false, r->st == SCI_OK ? t->mean : NULL);
    get_numbers(r, base, "covariate_gram", B * q * q, false, r->st == SCI_OK ? t->gram : NULL);
    get_numbers(r, base, "cross", B * q * G, false, r->st == SCI_OK ? t->cross : NULL);
    if (q > 0 && has(r, path)) {
        r->st = sci_alloc(&t->missing_sum, B * q, G, sizeof(double));
        if (r->st == SCI_OK)
            r->st = sci_alloc(&t->missing_gram, B * pairs, G, sizeof(double));
        get_numbers(r, base, "missing_sum", B * q * G, false, t->missing_sum);
        get_numbers(r, base, "missing_gram", B * pairs * G, false, t->missing_gram);
    }
    if (r->st == SCI_OK)
        check_moments(r, t);
    if (r->st == SCI_OK)
        *out = t;
    else
        sci_crossed_free(t);
    sci_free(rows);
    sci_free(path);
}

static void
get_nodes(reading *r, genomics_summary *s, uint64_t segments, uint64_t n)
{
    int64_t *places = NULL;

    if (n > 0)
        get_integers(r, "", "nodes", 2 * n, 0, INT64_MAX, &places);
    if (r->st == SCI_OK)
        r->st = sci_crossed_shard_create(&s->shard, segments);
    for (uint64_t k = 0; r->st == SCI_OK && k < n; k++) {
        sci_crossed_node node = { .level = (uint64_t)places[2 * k],
                                  .index = (uint64_t)places[2 * k + 1] };
        char base[64];

        if (node.level > 62 || node.index > segments >> node.level)
            damaged(r, "nodes");
        (void)snprintf(base, sizeof base, "/node_%llu", (unsigned long long)k);
        get_table(r, base, s, &node.table);
        if (r->st == SCI_OK)
            r->st = sci_crossed_shard_insert(s->shard, &node);
    }
    sci_free(places);
}

static void
get_sources(reading *r, genomics_summary *s)
{
    int64_t *raw = NULL;
    sci_h5_object object;

    if (!has(r, "/sources"))
        return;
    r->st = sci_h5_file_object(r->file, "/sources", &object);
    if (r->st == SCI_OK && (object.rank != 2 || object.shape[1] != 16))
        damaged(r, "sources");
    get_integers(r, "", "sources", r->st == SCI_OK ? 16 * object.shape[0] : 0, 0, 255, &raw);
    if (r->st == SCI_OK)
        r->st = sci_alloc(&s->sources, object.shape[0], 1, sizeof *s->sources);
    if (r->st == SCI_OK)
        s->n_sources = object.shape[0];
    for (uint64_t i = 0; r->st == SCI_OK && i < 16 * s->n_sources; i++)
        s->sources[i / 16][i % 16] = (uint8_t)raw[i];
    sci_free(raw);
}

static void
check_digest(reading *r, const genomics_summary *s)
{
    uint8_t digest[16];
    char hex[80], *content = NULL;

    get_text(r, "content", &content);
    if (r->st == SCI_OK)
        r->st = genomics_summary_digest(s, digest);
    if (r->st == SCI_OK) {
        cli_digest_text(SCI_DIGEST_XXH3, digest, hex);
        if (strcmp(hex, content) != 0)
            damaged(r, "its digest is another one");
    }
    sci_free(content);
}

sci_status
genomics_summary_is(sci_h5_file *file, bool *out)
{
    char *format = NULL, *kind = NULL;
    sci_status st = sci_h5_file_text(file, "/", "format", &format);

    if (st == SCI_OK)
        st = sci_h5_file_text(file, "/", "kind", &kind);
    *out = st == SCI_OK && strcmp(format, FORMAT) == 0 && strcmp(kind, KIND) == 0;
    sci_free(format);
    sci_free(kind);
    return st == SCI_ERR_NOTFOUND || st == SCI_ERR_TYPE ? SCI_OK : st;
}

sci_status
genomics_summary_read(genomics_summary *out, const char *path)
{
    genomics_summary s = { 0 };
    reading r = { .path = path };
    bool is = false;
    int64_t segments, nodes;

    r.st = sci_h5_file_open(&r.file, path);
    if (r.st == SCI_OK)
        r.st = genomics_summary_is(r.file, &is);
    if (r.st == SCI_OK && !is)
        r.st = sci_fail(SCI_ERR_FORMAT, "'%s' is no summary that 'sci-genomics fit' has written",
                        path);
    if (get_integer(&r, "version", INT32_MAX) > VERSION)
        r.st = sci_fail(SCI_ERR_FORMAT, "'%s' was written by a later version", path);
    get_text(&r, "batch_key", &s.batch_key);
    get_text(&r, "matrix", &s.matrix);
    get_text(&r, "transform", &s.transform);
    get_text(&r, "plan", &s.plan);
    get_text(&r, "provenance", &s.provenance);
    s.shared = get_integer(&r, "shared", 1) == 1;
    segments = get_integer(&r, "segments", INT64_MAX);
    nodes = get_integer(&r, "nodes", 200);
    get_terms(&r, &s.terms);
    get_texts(&r, "/genes", &s.genes);
    get_sources(&r, &s);
    if (segments > 0)
        get_nodes(&r, &s, (uint64_t)segments, (uint64_t)nodes);
    else
        get_table(&r, "", &s, &s.table);
    if (r.st == SCI_OK)
        check_digest(&r, &s);
    sci_h5_file_close(r.file);
    if (r.st == SCI_OK)
        *out = s;
    else
        genomics_summary_clear(&s);
    return r.st;
}
