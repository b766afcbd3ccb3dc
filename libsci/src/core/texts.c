/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <sci/memory.h>
#include <sci/texts.h>

#define ROOM_LEAST 256

void
sci_texts_clear(sci_texts *texts)
{
    sci_free(texts->items);
    sci_free(texts->bytes);
    *texts = (sci_texts){ 0 };
}

void
sci_texts_maker_clear(sci_texts_maker *maker)
{
    sci_free(maker->offset);
    sci_free(maker->bytes);
    *maker = (sci_texts_maker){ 0 };
}

sci_status
sci_texts_copy(sci_texts *out, uint64_t n, const char *const *items)
{
    sci_texts_maker maker = { 0 };
    sci_status st = SCI_OK;

    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        st = sci_texts_add(&maker, items[i], items[i] != NULL ? strlen(items[i]) : 0);
    if (st != SCI_OK) {
        sci_texts_maker_clear(&maker);
        return st;
    }
    return sci_texts_finish(&maker, out);
}

/* ---- making ---- */

static sci_status
grow(void *array, size_t used, size_t capacity, size_t size)
{
    void *old, *more = NULL;
    sci_status st = sci_alloc(&more, capacity, size, 1);

    if (st != SCI_OK)
        return st;
    memcpy(&old, array, sizeof old);
    if (used > 0)
        memcpy(more, old, used * size);
    sci_free(old);
    memcpy(array, &more, sizeof more);
    return SCI_OK;
}

sci_status
sci_texts_add(sci_texts_maker *maker, const char *text, size_t bytes)
{
    size_t length = text != NULL ? strnlen(text, bytes) : 0, needed;
    sci_status st = SCI_OK;

    if (__builtin_add_overflow(maker->used, length + 1, &needed))
        return sci_fail(SCI_ERR_NOMEM, "texts need more memory than there is");
    if (maker->n == maker->capacity) {
        size_t capacity = maker->capacity < ROOM_LEAST / 2 ? ROOM_LEAST : 2 * maker->capacity;

        st = grow(&maker->offset, maker->n, capacity, sizeof *maker->offset);
        if (st == SCI_OK)
            maker->capacity = capacity;
    }
    if (st == SCI_OK && text != NULL && needed > maker->room) {
        size_t room = needed < ROOM_LEAST ? ROOM_LEAST : needed + needed / 2;

        st = grow(&maker->bytes, maker->used, room, 1);
        if (st == SCI_OK)
            maker->room = room;
    }
    if (st != SCI_OK)
        return st;
    maker->offset[maker->n++] = text != NULL ? maker->used : SIZE_MAX;
    if (text != NULL) {
        memcpy(maker->bytes + maker->used, text, length);
        maker->bytes[maker->used + length] = '\0';
        maker->used = needed;
    }
    return SCI_OK;
}

sci_status
sci_texts_finish(sci_texts_maker *maker, sci_texts *out)
{
    char **items = NULL;
    sci_status st = sci_alloc(&items, maker->n, 1, sizeof *items);

    if (st != SCI_OK) {
        sci_texts_maker_clear(maker);
        return st;
    }
    for (uint64_t i = 0; i < maker->n; i++)
        items[i] = maker->offset[i] != SIZE_MAX ? maker->bytes + maker->offset[i] : NULL;
    *out = (sci_texts){ .n = maker->n, .items = items, .bytes = maker->bytes };
    maker->bytes = NULL;
    sci_texts_maker_clear(maker);
    return SCI_OK;
}
