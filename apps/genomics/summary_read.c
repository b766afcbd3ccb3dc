/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/provenance.h"

#include "summary_priv.h"

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

/* Texts that end with a zero byte each. */
static void
get_texts(reading *r, const char *path, anndata_texts *out)
{
    int64_t *codes = NULL;
    uint64_t bytes = 0, first = 0;
    sci_texts_maker maker = { 0 };
    char *packed = NULL;

    if (r->st == SCI_OK)
        r->st = sci_h5_file_integers(r->file, path, NULL, &bytes, &codes);
    if (r->st == SCI_OK && (bytes == 0 || codes[bytes - 1] != 0))
        damaged(r, path);
    if (r->st == SCI_OK)
        r->st = sci_alloc(&packed, bytes, 1, 1);
    for (uint64_t i = 0; r->st == SCI_OK && i < bytes; i++) {
        if (codes[i] < 0 || codes[i] > 255)
            damaged(r, path);
        packed[i] = (char)(unsigned char)codes[i];
        if (r->st == SCI_OK && codes[i] == 0) {
            r->st = sci_texts_add(&maker, packed + first, i - first);
            first = i + 1;
        }
    }
    if (r->st == SCI_OK)
        r->st = sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    sci_free(packed);
    sci_free(codes);
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
        get_numbers(r, base, summary_column_names[c], n, c >= 4, column);
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
    *out = st == SCI_OK && strcmp(format, SUMMARY_FORMAT) == 0 && strcmp(kind, SUMMARY_KIND) == 0;
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
    if (get_integer(&r, "version", INT32_MAX) > SUMMARY_VERSION)
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
