/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terms.h"

#include <string.h>

#include <sci/memory.h>

void
genomics_terms_clear(genomics_terms *terms)
{
    for (size_t t = 0; terms->items != NULL && t < terms->n; t++) {
        sci_free(terms->items[t].name);
        anndata_texts_clear(&terms->items[t].levels);
    }
    sci_free(terms->items);
    anndata_texts_clear(&terms->batches);
    *terms = (genomics_terms){ 0 };
}

static sci_status
copy_texts(anndata_texts *out, const anndata_texts *from)
{
    return texts_copy(out, from->n, (const char *const *)from->items);
}

sci_status
genomics_terms_copy(genomics_terms *out, const genomics_terms *from)
{
    genomics_terms terms = { .n = from->n };
    sci_status st = sci_alloc_zero(&terms.items, from->n, 1, sizeof *terms.items);

    if (st == SCI_OK)
        st = copy_texts(&terms.batches, &from->batches);
    for (size_t t = 0; st == SCI_OK && t < from->n; t++) {
        terms.items[t].role = from->items[t].role;
        terms.items[t].numeric = from->items[t].numeric;
        st = sci_strdup(&terms.items[t].name, from->items[t].name);
        if (st == SCI_OK)
            st = copy_texts(&terms.items[t].levels, &from->items[t].levels);
    }
    if (st == SCI_OK)
        *out = terms;
    else
        genomics_terms_clear(&terms);
    return st;
}

static bool
same_term(const genomics_term *a, const genomics_term *b)
{
    return strcmp(a->name, b->name) == 0 && a->role == b->role && a->numeric == b->numeric;
}

bool
genomics_terms_equal(const genomics_terms *a, const genomics_terms *b)
{
    bool equal = a->n == b->n && texts_equal(&a->batches, &b->batches);

    for (size_t t = 0; equal && t < a->n; t++)
        equal = same_term(&a->items[t], &b->items[t])
                && texts_equal(&a->items[t].levels, &b->items[t].levels);
    return equal;
}

static sci_status
unite_into(anndata_texts *into, const anndata_texts *from)
{
    anndata_texts all = { 0 };
    sci_status st = texts_unite(&all, into, from);

    if (st != SCI_OK)
        return st;
    anndata_texts_clear(into);
    *into = all;
    return SCI_OK;
}

static const char *
kind_of(const genomics_term *term)
{
    return term->numeric ? "numeric" : "a factor";
}

sci_status
genomics_terms_unite(genomics_terms *into, const genomics_terms *from, const char *name)
{
    sci_status st = unite_into(&into->batches, &from->batches);

    if (st == SCI_OK && into->n != from->n)
        return sci_fail(SCI_ERR_REFUSED, "'%s' has %zu covariates, the others have %zu", name,
                        from->n, into->n);
    for (size_t t = 0; st == SCI_OK && t < from->n; t++) {
        genomics_term *ours = &into->items[t];
        const genomics_term *theirs = &from->items[t];

        if (strcmp(ours->name, theirs->name) != 0)
            return sci_fail(SCI_ERR_REFUSED, "the covariate %zu of '%s' is '%s', not '%s'", t + 1,
                            name, theirs->name, ours->name);
        if (!same_term(ours, theirs))
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s' in '%s' is %s to %s, in the others %s to %s; --as-factor makes "
                            "a numeric one a factor",
                            theirs->name, name, kind_of(theirs), genomics_role_name(theirs->role),
                            kind_of(ours), genomics_role_name(ours->role));
        st = unite_into(&ours->levels, &theirs->levels);
    }
    return st;
}

/* ---- columns ---- */

uint64_t
genomics_term_columns(const genomics_term *term, bool full)
{
    if (term->numeric)
        return 1;
    return full || term->levels.n == 0 ? term->levels.n : term->levels.n - 1;
}

uint64_t
genomics_terms_columns(const genomics_terms *terms, bool full)
{
    uint64_t n = 0;

    for (size_t t = 0; t < terms->n; t++)
        n += genomics_term_columns(&terms->items[t], full);
    return n;
}

const genomics_term *
genomics_terms_of(const genomics_terms *terms, bool full, uint64_t column, uint64_t *within)
{
    for (size_t t = 0; t < terms->n; t++) {
        uint64_t n = genomics_term_columns(&terms->items[t], full);

        if (column < n) {
            *within = column;
            return &terms->items[t];
        }
        column -= n;
    }
    return NULL;
}

sci_status
genomics_terms_name(const genomics_terms *terms, bool full, uint64_t column, char **out)
{
    uint64_t within = 0;
    const genomics_term *term = genomics_terms_of(terms, full, column, &within);

    if (term == NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "there is no covariate %llu", (unsigned long long)column);
    if (term->numeric)
        return sci_strdup(out, term->name);
    if (!full && term->role != GENOMICS_BATCH2)
        within++; /* the first level is the reference */
    return sci_format(out, "%s=%s", term->name, term->levels.items[within]);
}

sci_status
genomics_terms_names(const genomics_terms *terms, anndata_texts *out)
{
    uint64_t n = genomics_terms_columns(terms, false);
    char **names = NULL;
    sci_status st = sci_alloc_zero(&names, n, 1, sizeof *names);

    for (uint64_t k = 0; st == SCI_OK && k < n; k++)
        st = genomics_terms_name(terms, false, k, &names[k]);
    if (st == SCI_OK)
        st = texts_copy(out, n, (const char *const *)names);
    for (uint64_t k = 0; names != NULL && k < n; k++)
        sci_free(names[k]);
    sci_free(names);
    return st;
}

static void
term_contrasts(const genomics_term *term, uint64_t full, double *rows)
{
    uint64_t n = genomics_term_columns(term, false);

    for (uint64_t k = 0; k < n; k++) {
        double *row = rows + k * full;

        if (term->numeric) {
            row[0] = 1.0;
        } else if (term->role == GENOMICS_BATCH2) {
            row[k] = 1.0;
            row[term->levels.n - 1] = -1.0;
        } else {
            row[k + 1] = 1.0;
        }
    }
}

sci_status
genomics_terms_contrasts(const genomics_terms *terms, double **out)
{
    uint64_t full = genomics_terms_columns(terms, true);
    uint64_t n = genomics_terms_columns(terms, false);
    uint64_t row = 0, column = 0;
    sci_status st = sci_alloc_zero(out, n, full, sizeof **out);

    for (size_t t = 0; st == SCI_OK && t < terms->n; t++) {
        const genomics_term *term = &terms->items[t];

        term_contrasts(term, full, *out + row * full + column);
        row += genomics_term_columns(term, false);
        column += genomics_term_columns(term, true);
    }
    return st;
}

/* ---- places in a larger dictionary ---- */

static sci_status
find_all(const anndata_texts *texts, const anndata_texts *all, uint64_t base, uint64_t *out)
{
    texts_index index = { 0 };
    sci_status st = texts_index_make(&index, all);

    for (uint64_t i = 0; st == SCI_OK && i < texts->n; i++) {
        int64_t place = texts_find(&index, texts->items[i]);

        if (place < 0)
            st = sci_fail(SCI_ERR_REFUSED, "the level '%s' is unknown", texts->items[i]);
        else
            out[i] = base + (uint64_t)place;
    }
    texts_index_clear(&index);
    return st;
}

sci_status
genomics_terms_places(const genomics_terms *terms, const genomics_terms *all, uint64_t **batches,
                      uint64_t **columns)
{
    uint64_t ours = 0, theirs = 0;
    sci_status st = sci_alloc(batches, terms->batches.n, 1, sizeof **batches);

    if (st == SCI_OK)
        st = sci_alloc(columns, genomics_terms_columns(terms, true), 1, sizeof **columns);
    if (st == SCI_OK)
        st = find_all(&terms->batches, &all->batches, 0, *batches);
    for (size_t t = 0; st == SCI_OK && t < terms->n; t++) {
        if (terms->items[t].numeric)
            (*columns)[ours] = theirs;
        else
            st = find_all(&terms->items[t].levels, &all->items[t].levels, theirs, *columns + ours);
        ours += genomics_term_columns(&terms->items[t], true);
        theirs += genomics_term_columns(&all->items[t], true);
    }
    return st;
}

const char *
genomics_role_name(genomics_role role)
{
    static const char *const names[] = { "keep", "remove", "batch2" };

    return names[role];
}
