/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intern.h"

#include <sci/memory.h>

void
econ_intern_clear(econ_intern *t)
{
    sci_free(t->items);
    sci_free(t->bytes);
    sci_free(t->slots);
    *t = (econ_intern){ 0 };
}

/* Eight bytes at a time, multiplied and folded; the table is ours alone, so that no one can choose keys against
 * a hash of a later run. */
static uint32_t
hash_of(const char *text, size_t n)
{
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ n;

    while (n > 0) {
        uint64_t word = 0;
        size_t take = n < 8 ? n : 8;

        memcpy(&word, text, take);
        h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
        text += take;
        n -= take;
    }
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    return (uint32_t)(h >> 32);
}

uint32_t
econ_intern_find(const econ_intern *t, const char *text, size_t n)
{
    uint32_t hash = hash_of(text, n);

    if (t->n_slots == 0)
        return UINT32_MAX;
    for (size_t at = hash & (t->n_slots - 1); t->slots[at] != 0; at = (at + 1) & (t->n_slots - 1)) {
        uint32_t id = t->slots[at] - 1;

        if (t->items[id].hash == hash && econ_intern_is(t, id, text, n))
            return id;
    }
    return UINT32_MAX;
}

static void
put(econ_intern *t, uint32_t id)
{
    size_t at = t->items[id].hash & (t->n_slots - 1);

    while (t->slots[at] != 0)
        at = (at + 1) & (t->n_slots - 1);
    t->slots[at] = id + 1;
}

static sci_status
more_slots(econ_intern *t)
{
    size_t n = t->n_slots == 0 ? 256 : 2 * t->n_slots;
    uint32_t *slots;
    sci_status st = sci_alloc_zero(&slots, n, 1, sizeof *slots);

    if (st != SCI_OK)
        return st;
    sci_free(t->slots);
    t->slots = slots;
    t->n_slots = n;
    for (uint32_t id = 0; id < t->n; id++)
        put(t, id);
    return SCI_OK;
}

static sci_status
more_items(econ_intern *t)
{
    uint32_t room = t->room == 0 ? 128 : 2 * t->room;
    econ_intern_item *items;
    sci_status st = sci_alloc(&items, room, 1, sizeof *items);

    if (st != SCI_OK)
        return st;
    if (t->n > 0)
        memcpy(items, t->items, t->n * sizeof *items);
    sci_free(t->items);
    t->items = items;
    t->room = room;
    return SCI_OK;
}

static sci_status
more_bytes(econ_intern *t, size_t n)
{
    size_t room = 2 * (t->bytes_n + n) + 1024;
    char *bytes;
    sci_status st = sci_alloc(&bytes, room, 1, 1);

    if (st != SCI_OK)
        return st;
    if (t->bytes_n > 0)
        memcpy(bytes, t->bytes, t->bytes_n);
    sci_free(t->bytes);
    t->bytes = bytes;
    t->bytes_room = room;
    return SCI_OK;
}

sci_status
econ_intern_new(econ_intern *t, const char *text, size_t n)
{
    sci_status st = SCI_OK;

    if (t->n >= UINT32_C(1) << 30)
        return sci_fail(SCI_ERR_FORMAT, "more than 2^30 different names");
    if (t->n == t->room)
        st = more_items(t);
    if (st == SCI_OK && t->bytes_n + n + 1 > t->bytes_room)
        st = more_bytes(t, n + 1);
    if (st == SCI_OK && 2 * ((size_t)t->n + 1) > t->n_slots)
        st = more_slots(t);
    if (st != SCI_OK)
        return st;
    t->items[t->n] = (econ_intern_item){ t->bytes_n, (uint32_t)n, hash_of(text, n) };
    if (n > 0)
        memcpy(t->bytes + t->bytes_n, text, n);
    t->bytes[t->bytes_n + n] = '\0';
    t->bytes_n += n + 1;
    put(t, t->n);
    t->last = t->n++;
    return SCI_OK;
}
