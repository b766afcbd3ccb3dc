/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that come again and again, each kept once and known by a number from 0. */
#ifndef ECON_INTERN_H
#define ECON_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sci/status.h>

typedef struct econ_intern_item {
    size_t at; /* in bytes */
    uint32_t n, hash;
} econ_intern_item;

/* Zeroed it is empty. */
typedef struct econ_intern {
    uint32_t n, room;
    uint32_t last; /* the number that was found last */
    econ_intern_item *items;
    char *bytes; /* one text after the other, each with a zero byte */
    size_t bytes_n, bytes_room;
    uint32_t *slots; /* numbers + 1, 0: free; a power of two of them */
    size_t n_slots;
} econ_intern;

void econ_intern_clear(econ_intern *t);

static inline const char *
econ_intern_text(const econ_intern *t, uint32_t id)
{
    return t->bytes + t->items[id].at;
}

/* Short texts are compared here: most are, and a call costs more than it does. */
static inline bool
econ_same_bytes(const char *a, const char *b, size_t n)
{
    uint64_t a8, b8, a8_end, b8_end;
    uint32_t a4, b4, a4_end, b4_end;

    if (n > 16 || n < 4)
        return memcmp(a, b, n) == 0;
    if (n < 8) {
        memcpy(&a4, a, 4);
        memcpy(&b4, b, 4);
        memcpy(&a4_end, a + n - 4, 4);
        memcpy(&b4_end, b + n - 4, 4);
        return a4 == b4 && a4_end == b4_end;
    }
    memcpy(&a8, a, 8);
    memcpy(&b8, b, 8);
    memcpy(&a8_end, a + n - 8, 8);
    memcpy(&b8_end, b + n - 8, 8);
    return a8 == b8 && a8_end == b8_end;
}

static inline bool
econ_intern_is(const econ_intern *t, uint32_t id, const char *text, size_t n)
{
    return id < t->n && t->items[id].n == n && econ_same_bytes(econ_intern_text(t, id), text, n);
}

/* The number of a text, UINT32_MAX if it is new. */
uint32_t econ_intern_find(const econ_intern *t, const char *text, size_t n);

/* Give a new text the next number. SCI_ERR_NOMEM; SCI_ERR_FORMAT for too many texts. */
sci_status econ_intern_new(econ_intern *t, const char *text, size_t n) SCI_MUST_CHECK;

/* Where rows are in order a text is the one before, or the one after that: find it without hashing. */
static inline uint32_t
econ_intern_next(econ_intern *t, const char *text, size_t n)
{
    uint32_t id = t->last;

    if (!econ_intern_is(t, id, text, n) && !econ_intern_is(t, ++id, text, n)) {
        id = econ_intern_find(t, text, n);
        if (id == UINT32_MAX)
            return id;
    }
    t->last = id;
    return id;
}

#endif
