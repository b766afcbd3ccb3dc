/* SPDX-License-Identifier: BSD-3-Clause */
/* Which object of a source went where in the output, and what has to wait for that. */
#include <string.h>

#include <sci/memory.h>

#include "h5_copy_priv.h"

#define TABLE_LEAST 64

sci_status
h5_copy_get(sci_h5_output *out, h5_copy **copy)
{
    h5_copy *c = NULL;
    sci_status st;

    if (out->copy == NULL) {
        st = sci_alloc_zero(&c, 1, 1, sizeof *c);
        if (st == SCI_OK)
            st = sci_alloc_zero(&c->places, TABLE_LEAST, 1, sizeof *c->places);
        if (st != SCI_OK) {
            sci_free(c);
            return st;
        }
        c->capacity = TABLE_LEAST;
        out->copy = c;
    }
    *copy = out->copy;
    return SCI_OK;
}

void
h5_copy_free(h5_copy *c)
{
    if (c == NULL)
        return;
    while (c->first != NULL) {
        h5_pending *p = c->first;

        c->first = p->next;
        h5_file_close(p->file);
        sci_free(p->from);
        sci_free(p->to);
        sci_free(p->name);
        sci_free(p);
    }
    for (size_t i = 0; i < c->capacity; i++)
        sci_free(c->places[i].path);
    sci_free(c->places);
    sci_free(c);
}

/* ---- places ---- */

/* The slot of an object, or the free one where it belongs. */
static h5_place *
slot_of(const h5_copy *c, unsigned long file, haddr_t address)
{
    size_t at = (size_t)((address ^ (uint64_t)file << 48) * UINT64_C(0x9e3779b97f4a7c15) >> 20);

    for (;; at++) {
        h5_place *p = &c->places[at & (c->capacity - 1)];

        if (p->path == NULL || (p->file == file && p->address == address))
            return p;
    }
}

h5_place *
h5_copy_find(const h5_copy *c, unsigned long file, haddr_t address)
{
    h5_place *p = slot_of(c, file, address);

    return p->path != NULL ? p : NULL;
}

static sci_status
enlarge(h5_copy *c)
{
    h5_copy old = *c;
    h5_place *more = NULL;
    sci_status st;

    st = sci_alloc_zero(&more, 2 * old.capacity, 1, sizeof *more);
    if (st != SCI_OK)
        return st;
    c->places = more;
    c->capacity = 2 * old.capacity;
    for (size_t i = 0; i < old.capacity; i++)
        if (old.places[i].path != NULL)
            *slot_of(c, old.places[i].file, old.places[i].address) = old.places[i];
    sci_free(old.places);
    return SCI_OK;
}

sci_status
h5_copy_note(sci_h5_output *out, hid_t object, const char *path)
{
    H5O_info_t info;
    h5_copy *c;
    h5_place *p;
    char *copy = NULL;
    sci_status st;

    if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s': '%s' is damaged", out->name, path);
    st = h5_copy_get(out, &c);
    if (st == SCI_OK && 2 * c->n >= c->capacity)
        st = enlarge(c);
    if (st == SCI_OK)
        st = sci_strdup(&copy, path);
    if (st != SCI_OK)
        return st;
    p = slot_of(c, info.fileno, info.addr);
    if (p->path == NULL)
        c->n++;
    sci_free(p->path);
    *p = (h5_place){ .file = info.fileno, .address = info.addr, .path = copy };
    return SCI_OK;
}

sci_status
h5_copy_target(const sci_h5_output *out, unsigned long file, haddr_t address, haddr_t *target)
{
    h5_file view = { .id = out->id, .fd = out->fd, .name = out->name, .uses = 1 };
    h5_place *p = h5_copy_find(out->copy, file, address);
    hid_t object = H5I_INVALID_HID;
    H5O_info_t info;
    sci_status st;

    *target = 0;
    if (p == NULL)
        return SCI_OK;
    if (p->target == 0) {
        st = h5_open_object(&view, p->path, &object, NULL);
        if (st != SCI_OK && st != SCI_ERR_NOTFOUND)
            return st;
        p->target = st == SCI_OK && H5Oget_info2(object, &info, H5O_INFO_BASIC) >= 0 ? info.addr
                                                                                     : HADDR_UNDEF;
        h5_close(object);
    }
    if (p->target != HADDR_UNDEF)
        *target = p->target;
    return SCI_OK;
}

/* ---- what waits ---- */

sci_status
h5_copy_defer(sci_h5_output *out, h5_pending_kind kind, h5_file *file, const char *from,
              const char *to, const char *name)
{
    h5_copy *c;
    h5_pending *p = NULL;
    sci_status st;

    st = h5_copy_get(out, &c);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p, 1, 1, sizeof *p);
    if (st != SCI_OK)
        return st;
    p->kind = kind;
    p->file = h5_file_share(file);
    if (c->last != NULL)
        c->last->next = p;
    else
        c->first = p;
    c->last = p;
    st = sci_strdup(&p->from, from);
    if (st == SCI_OK)
        st = sci_strdup(&p->to, to);
    if (st == SCI_OK)
        st = sci_strdup(&p->name, name);
    return st;
}
