/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels and codes: of texts, and of numbers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

#define LEVELS_MOST ((uint64_t)INT32_MAX)

void
anndata_number_text(double value, char text[ANNDATA_NUMBER])
{
    char digits[ANNDATA_NUMBER] = "";

    for (int n = 15; n <= 17; n++) {
        (void)snprintf(digits, sizeof digits, "%.*g", n, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    memcpy(text, digits, sizeof digits);
}

sci_status
anndata_number_texts(uint64_t n, const double *values, anndata_texts *out)
{
    sci_texts_maker maker = { 0 };
    sci_status st = SCI_OK;

    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        char text[ANNDATA_NUMBER];

        anndata_number_text(values[i], text);
        st = sci_texts_add(&maker, text, strlen(text));
    }
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

/* ---- texts ---- */

/* Distinct texts in the order of their first appearance; open addressing. */
typedef struct text_set {
    size_t capacity; /* a power of two */
    int32_t *slot;   /* number of the level, -1: free */
    size_t n, room;
    const char **level;
} text_set;

static size_t
hash_text(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (size_t)(h ^ h >> 29);
}

static sci_status
enlarge(text_set *s)
{
    size_t capacity = s->capacity == 0 ? 64 : 2 * s->capacity;
    int32_t *slot = NULL;
    const char **level = NULL;
    sci_status st = sci_alloc(&slot, capacity, 1, sizeof *slot);

    if (st == SCI_OK)
        st = sci_alloc(&level, capacity / 2, 1, sizeof *level);
    if (st != SCI_OK) {
        sci_free(slot);
        return st;
    }
    memset(slot, 0xff, capacity * sizeof *slot);
    for (size_t i = 0; i < s->n; i++) {
        size_t at = hash_text(s->level[i]) & (capacity - 1);

        while (slot[at] >= 0)
            at = (at + 1) & (capacity - 1);
        slot[at] = (int32_t)i;
        level[i] = s->level[i];
    }
    sci_free(s->slot);
    sci_free(s->level);
    s->slot = slot;
    s->level = level;
    s->capacity = capacity;
    return SCI_OK;
}

static sci_status
number_of(text_set *s, const char *text, int32_t *number)
{
    size_t at;

    if (2 * s->n >= s->capacity) {
        sci_status st = s->n < LEVELS_MOST ? enlarge(s)
                                           : sci_fail(SCI_ERR_SHAPE, "more levels than any factor");

        if (st != SCI_OK)
            return st;
    }
    for (at = hash_text(text) & (s->capacity - 1); s->slot[at] >= 0;
         at = (at + 1) & (s->capacity - 1))
        if (strcmp(s->level[s->slot[at]], text) == 0) {
            *number = s->slot[at];
            return SCI_OK;
        }
    s->level[s->n] = text;
    s->slot[at] = *number = (int32_t)s->n++;
    return SCI_OK;
}

/* A level and the number that it was found under. */
typedef struct numbered {
    const char *text;
    int32_t number;
} numbered;

static int
by_text(const void *a, const void *b)
{
    return strcmp(((const numbered *)a)->text, ((const numbered *)b)->text);
}

/* Sort the levels by their bytes (UTF-8: by code points) and renumber the codes. */
static sci_status
sort_levels(const text_set *s, uint64_t n, int32_t *codes, anndata_texts *levels)
{
    numbered *sorted = NULL;
    const char **texts = NULL;
    int32_t *place = NULL;
    sci_status st = sci_alloc(&sorted, s->n, 1, sizeof *sorted);

    if (st == SCI_OK)
        st = sci_alloc(&texts, s->n, 1, sizeof *texts);
    if (st == SCI_OK)
        st = sci_alloc(&place, s->n, 1, sizeof *place);
    if (st != SCI_OK)
        goto out;
    for (size_t i = 0; i < s->n; i++)
        sorted[i] = (numbered){ s->level[i], (int32_t)i };
    qsort(sorted, s->n, sizeof *sorted, by_text);
    for (size_t i = 0; i < s->n; i++) {
        place[sorted[i].number] = (int32_t)i;
        texts[i] = sorted[i].text;
    }
    st = sci_texts_copy(levels, s->n, texts);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        if (codes[i] >= 0)
            codes[i] = place[codes[i]];
out:
    sci_free(place);
    sci_free(texts);
    sci_free(sorted);
    return st;
}

sci_status
anndata_factor_of_texts(const anndata_texts *texts, anndata_texts *levels, int32_t **codes)
{
    text_set set = { 0 };
    int32_t *code = NULL;
    sci_status st = sci_alloc(&code, texts->n, 1, sizeof *code);

    for (uint64_t i = 0; st == SCI_OK && i < texts->n; i++) {
        code[i] = -1;
        if (texts->items[i] != NULL)
            st = number_of(&set, texts->items[i], &code[i]);
    }
    if (st == SCI_OK)
        st = sort_levels(&set, texts->n, code, levels);
    if (st == SCI_OK) {
        *codes = code;
        code = NULL;
    }
    sci_free(set.slot);
    sci_free(set.level);
    sci_free(code);
    return st;
}

/* ---- numbers ---- */

static int
by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int32_t
find_number(const double *sorted, size_t n, double value)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return (int32_t)low;
}

sci_status
anndata_column_as_factor(anndata_column *column)
{
    double *sorted = NULL;
    int32_t *codes = NULL;
    size_t n = 0, distinct = 0;
    sci_status st;

    if (column->codes != NULL)
        return SCI_OK;
    st = sci_alloc(&sorted, column->n, 1, sizeof *sorted);
    if (st == SCI_OK)
        st = sci_alloc(&codes, column->n, 1, sizeof *codes);
    if (st != SCI_OK)
        goto out;
    for (uint64_t i = 0; i < column->n; i++)
        if (!isnan(column->numbers[i]))
            sorted[n++] = column->numbers[i];
    qsort(sorted, n, sizeof *sorted, by_number);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || sorted[i] != sorted[distinct - 1])
            sorted[distinct++] = sorted[i];
    if (distinct > LEVELS_MOST) {
        st = sci_fail(SCI_ERR_SHAPE, "more levels than any factor");
        goto out;
    }
    for (uint64_t i = 0; i < column->n; i++)
        codes[i] =
            isnan(column->numbers[i]) ? -1 : find_number(sorted, distinct, column->numbers[i]);
    st = anndata_number_texts(distinct, sorted, &column->levels);
    if (st == SCI_OK) {
        column->codes = codes;
        codes = NULL;
    }
out:
    sci_free(codes);
    sci_free(sorted);
    return st;
}
