/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting summaries together, and making a model's table of one. */
#include "summary.h"

#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"

#include "recode.h"

void
genomics_summary_clear(genomics_summary *s)
{
    genomics_terms_clear(&s->terms);
    anndata_texts_clear(&s->genes);
    sci_crossed_free(s->table);
    sci_crossed_shard_free(s->shard);
    sci_free(s->batch_key);
    sci_free(s->matrix);
    sci_free(s->transform);
    sci_free(s->plan);
    sci_free(s->provenance);
    sci_free(s->sources);
    *s = (genomics_summary){ 0 };
}

const uint64_t *
genomics_summary_cells(const genomics_summary *s)
{
    if (s->table != NULL)
        return s->table->rows;
    return s->shard->n > 0 ? s->shard->nodes[0].table->rows : NULL;
}

/* ---- what must agree ---- */

static sci_status
refuse_unlike(const genomics_summary *a, const genomics_summary *b, const char *a_name,
              const char *b_name)
{
    if (strcmp(a->plan, b->plan) != 0)
        return sci_fail(SCI_ERR_REFUSED, "'%s' and '%s' follow different plans (%s, %s)", a_name,
                        b_name, *a->plan ? a->plan : "none", *b->plan ? b->plan : "none");
    if (strcmp(a->transform, b->transform) != 0)
        return sci_fail(
            SCI_ERR_REFUSED,
            "the values of '%s' are %s, those of '%s' %s; bring them to one scale first", a_name,
            a->transform, b_name, b->transform);
    return SCI_OK;
}

static int
by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

static sci_status
gather_sources(genomics_summary *out, size_t n, const genomics_summary *parts,
               const char *const *names)
{
    uint64_t total = 0, used = 0;
    sci_status st;

    for (size_t i = 0; i < n; i++)
        total += parts[i].n_sources > 0 ? parts[i].n_sources : 1;
    st = sci_alloc(&out->sources, total, 1, sizeof *out->sources);
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        uint64_t first = used;

        if (parts[i].n_sources == 0)
            st = genomics_summary_digest(&parts[i], out->sources[used++]);
        for (uint64_t k = 0; k < parts[i].n_sources; k++)
            memcpy(out->sources[used++], parts[i].sources[k], 16);
        for (uint64_t k = first; st == SCI_OK && k < used; k++)
            for (uint64_t j = 0; st == SCI_OK && j < first; j++)
                if (memcmp(out->sources[j], out->sources[k], 16) == 0)
                    st = sci_fail(SCI_ERR_REFUSED,
                                  "'%s' holds cells that another summary holds already", names[i]);
    }
    out->n_sources = st == SCI_OK ? used : 0;
    if (st == SCI_OK)
        qsort(out->sources, used, sizeof *out->sources, by_bytes);
    return st;
}

/* ---- shards of one matrix ---- */

static bool
same_doubles(const double *a, const double *b, uint64_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

static bool
same_rows(const sci_crossed *a, const sci_crossed *b)
{
    uint64_t q = a->covariates;

    return memcmp(a->rows, b->rows, a->levels * sizeof *a->rows) == 0
           && same_doubles(a->mean, b->mean, a->levels * q)
           && same_doubles(a->gram, b->gram, a->levels * q * q);
}

static sci_status
check_sibling(const genomics_summary *a, const genomics_summary *b, const char *a_name,
              const char *b_name)
{
    if (!genomics_terms_equal(&a->terms, &b->terms) || !texts_equal(&a->genes, &b->genes)
        || strcmp(a->batch_key, b->batch_key) != 0 || strcmp(a->matrix, b->matrix) != 0
        || strcmp(a->plan, b->plan) != 0 || a->shared != b->shared
        || a->shard->segments != b->shard->segments
        || (a->shard->n > 0 && b->shard->n > 0
            && !same_rows(a->shard->nodes[0].table, b->shard->nodes[0].table)))
        return sci_fail(SCI_ERR_REFUSED, "'%s' and '%s' are shards of different matrices", a_name,
                        b_name);
    if (strcmp(a->provenance, b->provenance) != 0)
        return sci_fail(SCI_ERR_REFUSED, "'%s' and '%s' were made with different options", a_name,
                        b_name);
    return SCI_OK;
}

static sci_status
take_nodes(genomics_summary *into, genomics_summary *from)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; st == SCI_OK && k < from->shard->n; k++) {
        sci_crossed_node node = from->shard->nodes[k];

        from->shard->nodes[k].table = NULL; /* it goes over, also on failure */
        st = sci_crossed_shard_insert(into->shard, &node);
    }
    from->shard->n = 0;
    return st;
}

static sci_status
merge_shards(genomics_summary *out, size_t n, genomics_summary *parts, const char *const *names)
{
    sci_status st = SCI_OK;

    for (size_t i = 1; st == SCI_OK && i < n; i++) {
        st = check_sibling(&parts[0], &parts[i], names[0], names[i]);
        if (st == SCI_OK)
            st = take_nodes(&parts[0], &parts[i]);
    }
    if (st != SCI_OK)
        return st;
    *out = parts[0];
    parts[0] = (genomics_summary){ 0 };
    if (sci_crossed_shard_whole(out->shard) == NULL)
        return SCI_OK;
    st = sci_crossed_copy(&out->table, sci_crossed_shard_whole(out->shard));
    sci_crossed_shard_free(out->shard);
    out->shard = NULL;
    return st;
}

/* ---- summaries of several matrices ---- */

/* Genes of both (inner) or of any (outer), in the order of `into`; new ones of `from` come last. */
static sci_status
join_genes(anndata_texts *into, const anndata_texts *from, genomics_join join)
{
    const char **items = NULL;
    texts_index ours = { 0 }, theirs = { 0 };
    anndata_texts joined = { 0 };
    uint64_t n = 0;
    sci_status st = sci_alloc(&items, into->n + from->n, 1, sizeof *items);

    if (st == SCI_OK)
        st = texts_index_make(&ours, into);
    if (st == SCI_OK)
        st = texts_index_make(&theirs, from);
    for (uint64_t g = 0; st == SCI_OK && g < into->n; g++)
        if (join == GENOMICS_OUTER || texts_find(&theirs, into->items[g]) >= 0)
            items[n++] = into->items[g];
    for (uint64_t g = 0; st == SCI_OK && join == GENOMICS_OUTER && g < from->n; g++)
        if (texts_find(&ours, from->items[g]) < 0)
            items[n++] = from->items[g];
    if (st == SCI_OK)
        st = texts_copy(&joined, n, items);
    if (st == SCI_OK) {
        anndata_texts_clear(into);
        *into = joined;
    }
    texts_index_clear(&ours);
    texts_index_clear(&theirs);
    sci_free(items);
    return st;
}

static sci_status
refuse_duplicates(const anndata_texts *genes, const char *name)
{
    texts_index index = { 0 };
    sci_status st = texts_index_make(&index, genes);

    if (st == SCI_OK && texts_duplicate(&index) != NULL)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' has two genes called '%s'; names must be unique where "
                      "files are put together",
                      name, texts_duplicate(&index));
    texts_index_clear(&index);
    return st;
}

/* The table of a part with the union's full columns and genes. */
static sci_status
align(const genomics_summary *part, const genomics_summary *all, const uint64_t *columns,
      sci_crossed **out)
{
    uint64_t q = genomics_terms_columns(&all->terms, true);
    uint64_t Q = genomics_terms_columns(&part->terms, true);
    double *T = NULL;
    uint64_t *genes = NULL;
    texts_index index = { 0 };
    sci_status st = sci_alloc_zero(&T, q, Q, sizeof *T);

    for (uint64_t k = 0; st == SCI_OK && k < Q; k++)
        T[columns[k] * Q + k] = 1.0;
    if (st == SCI_OK)
        st = sci_alloc(&genes, all->genes.n, 1, sizeof *genes);
    if (st == SCI_OK)
        st = texts_index_make(&index, &part->genes);
    for (uint64_t g = 0; st == SCI_OK && g < all->genes.n; g++) {
        int64_t place = texts_find(&index, all->genes.items[g]);

        genes[g] = place < 0 ? GENOMICS_NO_COLUMN : (uint64_t)place;
    }
    if (st == SCI_OK)
        st = genomics_recode(out, part->table, T, q, all->genes.n, genes);
    texts_index_clear(&index);
    sci_free(T);
    sci_free(genes);
    return st;
}

static sci_status
add_part(genomics_summary *into, const genomics_summary *part)
{
    uint64_t *batches = NULL, *columns = NULL;
    sci_crossed *aligned = NULL;
    sci_status st = genomics_terms_places(&part->terms, &into->terms, &batches, &columns);

    if (st == SCI_OK)
        st = align(part, into, columns, &aligned);
    if (st == SCI_OK)
        st = sci_crossed_merge(into->table, aligned, batches, NULL);
    sci_crossed_free(aligned);
    sci_free(batches);
    sci_free(columns);
    return st;
}

typedef struct ranked {
    uint8_t digest[16];
    size_t part;
} ranked;

static int
by_digest(const void *a, const void *b)
{
    return memcmp(((const ranked *)a)->digest, ((const ranked *)b)->digest, 16);
}

/* Names, terms and genes of all, in an order that the arguments do not decide. */
static sci_status
unite(genomics_summary *out, size_t n, genomics_summary *parts, const char *const *names,
      genomics_join join, ranked *order)
{
    const genomics_summary *first;
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        order[i].part = i;
        st = genomics_summary_digest(&parts[i], order[i].digest);
        if (st == SCI_OK)
            st = refuse_duplicates(&parts[i].genes, names[i]);
    }
    if (st != SCI_OK)
        return st;
    qsort(order, n, sizeof *order, by_digest);
    first = &parts[order[0].part];
    st = genomics_terms_copy(&out->terms, &first->terms);
    if (st == SCI_OK)
        st = texts_copy(&out->genes, first->genes.n, (const char *const *)first->genes.items);
    out->shared = true;
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        const genomics_summary *part = &parts[order[i].part];
        const char *name = names[order[i].part];

        out->shared = out->shared && part->shared;
        if (i == 0)
            continue;
        st = refuse_unlike(first, part, names[order[0].part], name);
        if (st == SCI_OK)
            st = genomics_terms_unite(&out->terms, &part->terms, name);
        if (st == SCI_OK)
            st = join_genes(&out->genes, &part->genes, join);
    }
    if (st == SCI_OK && out->genes.n == 0)
        st = sci_fail(SCI_ERR_REFUSED, "there is no gene that all of them have");
    for (size_t i = 0; st == SCI_OK && i < n; i++)
        if (parts[i].genes.n > out->genes.n)
            cli_warn("%llu genes of '%s' are left out: not all have them",
                     (unsigned long long)(parts[i].genes.n - out->genes.n), names[i]);
    if (st == SCI_OK)
        st = sci_strdup(&out->batch_key, first->batch_key);
    if (st == SCI_OK)
        st = sci_strdup(&out->matrix, first->matrix);
    if (st == SCI_OK)
        st = sci_strdup(&out->transform, first->transform);
    if (st == SCI_OK)
        st = sci_strdup(&out->plan, first->plan);
    return st;
}

static sci_status
merge_wholes(genomics_summary *out, size_t n, genomics_summary *parts, const char *const *names,
             genomics_join join)
{
    ranked *order = NULL;
    sci_status st = sci_alloc_zero(&order, n, 1, sizeof *order);

    if (st == SCI_OK)
        st = gather_sources(out, n, parts, names);
    if (st == SCI_OK)
        st = unite(out, n, parts, names, join, order);
    if (st == SCI_OK)
        st = sci_crossed_create(&out->table, out->terms.batches.n, out->genes.n,
                                genomics_terms_columns(&out->terms, true));
    for (size_t i = 0; st == SCI_OK && i < n; i++)
        st = add_part(out, &parts[order[i].part]);
    sci_free(order);
    return st;
}

sci_status
genomics_summary_merge(genomics_summary *out, size_t n, genomics_summary *parts,
                       const char *const *names, genomics_join join)
{
    genomics_summary merged = { 0 };
    sci_status st = SCI_OK;

    for (size_t i = 1; st == SCI_OK && i < n; i++)
        if ((parts[i].shard != NULL) != (parts[0].shard != NULL))
            st = sci_fail(SCI_ERR_REFUSED,
                          "'%s' is a shard of a matrix and '%s' is not; put the shards together "
                          "first",
                          names[parts[0].shard != NULL ? 0 : i],
                          names[parts[0].shard != NULL ? i : 0]);
    if (st == SCI_OK)
        st = parts[0].shard != NULL ? merge_shards(&merged, n, parts, names)
                                    : merge_wholes(&merged, n, parts, names, join);
    if (st == SCI_OK)
        *out = merged;
    else
        genomics_summary_clear(&merged);
    return st;
}

/* ---- for a model ---- */

/* Cells that have a level: its column is 1 there. */
static bool
has_cells(const sci_crossed *table, uint64_t column)
{
    double cells = 0.0;

    for (uint64_t b = 0; b < table->levels; b++)
        cells += (double)table->rows[b] * table->mean[b * table->covariates + column];
    return cells > 0.5;
}

/* terms without unused levels; places[k] is the full column that k of the new ones was. */
static sci_status
drop_unused(const genomics_summary *s, genomics_terms *out, uint64_t *places)
{
    uint64_t column = 0, used = 0;
    sci_status st = genomics_terms_copy(out, &s->terms);

    for (size_t t = 0; st == SCI_OK && t < out->n; t++) {
        const genomics_term *term = &s->terms.items[t];
        const char **names = NULL;
        uint64_t n = 0;

        if (term->numeric) {
            places[used++] = column++;
            continue;
        }
        st = sci_alloc(&names, term->levels.n, 1, sizeof *names);
        for (uint64_t l = 0; st == SCI_OK && l < term->levels.n; l++, column++)
            if (has_cells(s->table, column)) {
                places[used++] = column;
                names[n++] = term->levels.items[l];
            }
        anndata_texts_clear(&out->items[t].levels);
        if (st == SCI_OK)
            st = texts_copy(&out->items[t].levels, n, names);
        sci_free(names);
    }
    return st;
}

sci_status
genomics_summary_model_table(const genomics_summary *s, genomics_terms *terms, sci_crossed **table)
{
    uint64_t full = genomics_terms_columns(&s->terms, true), n, kept;
    uint64_t *places = NULL;
    double *contrasts = NULL, *T = NULL;
    genomics_terms used = { 0 };
    sci_status st = s->table == NULL
                        ? sci_fail(SCI_ERR_REFUSED, "a shard is no whole summary; merge the others "
                                                    "of its matrix to it first")
                        : sci_alloc(&places, full, 1, sizeof *places);

    if (st == SCI_OK)
        st = drop_unused(s, &used, places);
    if (st == SCI_OK)
        st = genomics_terms_contrasts(&used, &contrasts);
    n = st == SCI_OK ? genomics_terms_columns(&used, false) : 0;
    kept = st == SCI_OK ? genomics_terms_columns(&used, true) : 0;
    if (st == SCI_OK)
        st = sci_alloc_zero(&T, n, full, sizeof *T);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        for (uint64_t k = 0; k < kept; k++)
            T[i * full + places[k]] = contrasts[i * kept + k];
    if (st == SCI_OK)
        st = genomics_recode(table, s->table, T, n, 0, NULL);
    sci_free(places);
    sci_free(contrasts);
    sci_free(T);
    if (st == SCI_OK)
        *terms = used;
    else
        genomics_terms_clear(&used);
    return st;
}
