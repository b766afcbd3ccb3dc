/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of names: of genes, cells, batches and levels. */
#ifndef GENOMICS_TEXTS_H
#define GENOMICS_TEXTS_H

#include "anndata.h"

/* A copy of n strings (NULL ones stay NULL). */
sci_status texts_copy(anndata_texts *out, uint64_t n, const char *const *items) SCI_MUST_CHECK;

/* In the order of levels: numerically if all are integers, else bytewise. *order (may be NULL;
 * sci_free) has the old place of each. */
sci_status texts_sort(anndata_texts *texts, uint64_t **order) SCI_MUST_CHECK;

/* Every text of `a` or `b` once, in the order of levels. */
sci_status texts_unite(anndata_texts *out, const anndata_texts *a,
                       const anndata_texts *b) SCI_MUST_CHECK;

bool texts_equal(const anndata_texts *a, const anndata_texts *b);

/* "A, B, C and 4 more": at most `most` of them, cut to fit. */
void texts_list(const anndata_texts *texts, size_t most, char *out, size_t size);

/* Where a name is. */
typedef struct texts_index {
    uint64_t n;
    struct texts_place *sorted;
} texts_index;
sci_status texts_index_make(texts_index *out, const anndata_texts *texts) SCI_MUST_CHECK;
void texts_index_clear(texts_index *index);
/* Its number, or -1. The first one if there are several. */
int64_t texts_find(const texts_index *index, const char *name);
/* A name that is there twice, NULL if none is. */
const char *texts_duplicate(const texts_index *index);

/* The items of lists of options, each of which may hold several separated by commas. */
sci_status texts_of_options(anndata_texts *out, size_t n,
                            const char *const *options) SCI_MUST_CHECK;

/* *text := *text + more, as printf. */
sci_status text_append(char **text, const char *format, ...) SCI_MUST_CHECK SCI_PRINTF(2, 3);

#endif
