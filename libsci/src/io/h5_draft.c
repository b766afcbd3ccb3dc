/* SPDX-License-Identifier: BSD-3-Clause */
/* What a draft holds: a tree of groups and datasets, and their attributes. */
#include <string.h>

#include <sci/memory.h>

#include "h5_draft_priv.h"

#define BYTES_MOST ((uint64_t)1 << 20)
#define CHUNKS_MOST 64 /* as many as the first node of their tree has room for */

/* ---- the end ---- */

static void
clear_object(h5_draft_object *o)
{
    for (h5_draft_attribute *a = o->attributes, *next; a != NULL; a = next) {
        next = a->next;
        sci_free(a);
    }
    for (h5_draft_object *m = o->members, *next; m != NULL; m = next) {
        next = m->next;
        clear_object(m);
        sci_free(m);
    }
    sci_free(o->name);
    sci_free(o->elements);
    *o = (h5_draft_object){ 0 };
}

void
h5_draft_clear(h5_draft *draft)
{
    if (draft != NULL)
        clear_object(&draft->root);
}

/* ---- objects ---- */

/* Where the member `name` (of n bytes) is, or would stand. */
static h5_draft_object **
place_of(h5_draft_object *group, const char *name, size_t n)
{
    h5_draft_object **at = &group->members;

    while (*at != NULL && strncmp((*at)->name, name, n) < 0)
        at = &(*at)->next;
    return at;
}

static bool
is_named(const h5_draft_object *o, const char *name, size_t n)
{
    return o != NULL && strncmp(o->name, name, n) == 0 && o->name[n] == '\0';
}

static sci_status
add_member(h5_draft_object *group, h5_draft_object **at, const char *name, size_t n)
{
    h5_draft_object *o = NULL;
    sci_status st = sci_alloc_zero(&o, 1, 1, sizeof *o);

    if (st == SCI_OK)
        st = sci_format(&o->name, "%.*s", (int)n, name);
    if (st != SCI_OK) {
        sci_free(o);
        return st;
    }
    o->next = *at;
    *at = o;
    group->n_members++;
    return SCI_OK;
}

/* The object at `path`; where it is missing, groups are made if `make`, else *out is NULL. */
static sci_status
walk(h5_draft *draft, const char *path, bool make, h5_draft_object **out)
{
    h5_draft_object *o = &draft->root;
    sci_status st = SCI_OK;

    for (path += strspn(path, "/"); o != NULL && *path != '\0'; path += strspn(path, "/")) {
        size_t n = strcspn(path, "/");
        h5_draft_object **at = place_of(o, path, n);

        if (o->dataset)
            return sci_fail(SCI_ERR_ARGUMENT, "'%s': '%s' is no group", draft->name, o->name);
        if (make && !is_named(*at, path, n))
            st = add_member(o, at, path, n);
        if (st != SCI_OK)
            return st;
        o = is_named(*at, path, n) ? *at : NULL;
        path += n;
    }
    *out = o;
    return SCI_OK;
}

sci_status
h5_draft_group(h5_draft *draft, const char *path)
{
    h5_draft_object *o = NULL;
    sci_status st = walk(draft, path, true, &o);

    if (st == SCI_OK && o->dataset)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s': '%s' is no group", draft->name, path);
    return st;
}

/* ---- datasets ---- */

static uint64_t
count_chunks(const sci_array *array, const sci_h5_layout *layout)
{
    uint64_t n = 1;

    for (int i = 0; i < array->rank; i++)
        n *= (array->shape[i] - 1) / layout->chunk[i] + 1;
    return n;
}

bool
sci_h5_draft_holds(const sci_array *array, const sci_h5_layout *layout)
{
    uint64_t count = 0;

    if (array->swapped || sci_array_count(array, &count) != SCI_OK || count == 0
        || count > BYTES_MOST / sci_type_size(array->type))
        return false;
    if (!layout->chunked)
        return true;
    for (int i = 0; i < array->rank; i++)
        if (layout->chunk[i] == 0 || layout->chunk[i] > array->shape[i])
            return false;
    return array->rank > 0 && !layout->shuffle && layout->deflate == 0 && !layout->fletcher32
           && !layout->lzf && count_chunks(array, layout) <= CHUNKS_MOST;
}

static sci_status
add_dataset(h5_draft *draft, const char *path, const sci_array *array, const sci_h5_layout *layout,
            h5_draft_object **out)
{
    h5_draft_object *o = NULL;
    uint64_t count = 0;
    sci_status st;

    if (!sci_h5_draft_holds(array, layout))
        return sci_fail(SCI_ERR_ARGUMENT, "'%s:%s' does not fit into a draft", draft->name, path);
    st = walk(draft, path, false, &o);
    if (st == SCI_OK && o != NULL)
        st = sci_fail(SCI_ERR_EXISTS, "'%s' has a '%s' already", draft->name, path);
    if (st == SCI_OK)
        st = walk(draft, path, true, &o);
    if (st == SCI_OK)
        st = sci_array_count(array, &count);
    if (st == SCI_OK)
        st = sci_alloc(&o->elements, count, sci_type_size(array->type), 1);
    if (st != SCI_OK)
        return st;
    o->dataset = true;
    o->array = *array;
    o->layout = *layout;
    o->bytes = count * sci_type_size(array->type);
    *out = o;
    return SCI_OK;
}

sci_status
h5_draft_dataset(h5_draft *draft, const char *path, const sci_array *array,
                 const sci_h5_layout *layout, sci_sink **sink)
{
    h5_draft_object *o = NULL;
    sci_status st = add_dataset(draft, path, array, layout, &o);

    return st == SCI_OK ? sci_sink_memory(sink, array, o->elements, draft->name) : st;
}

sci_status
h5_draft_array(h5_draft *draft, const char *path, const sci_array *array, const void *elements)
{
    const sci_h5_layout contiguous = { 0 };
    h5_draft_object *o = NULL;
    sci_status st = add_dataset(draft, path, array, &contiguous, &o);

    if (st == SCI_OK)
        memcpy(o->elements, elements, o->bytes);
    return st;
}

/* ---- attributes ---- */

/* One piece of memory: the record, its values, its name. */
static sci_status
make_attribute(h5_draft_attribute **out, const char *name, const void *values, size_t bytes)
{
    size_t room = strlen(name) + 1;
    h5_draft_attribute *a = NULL;
    sci_status st = sci_alloc(&a, sizeof *a + bytes + room, 1, 1);

    if (st != SCI_OK)
        return st;
    *a = (h5_draft_attribute){ .bytes = bytes, .values = a + 1 };
    a->name = (char *)a->values + bytes;
    if (bytes > 0)
        memcpy(a->values, values, bytes);
    memcpy(a->name, name, room);
    *out = a;
    return SCI_OK;
}

/* In place of one of the same name, or at the end. */
static void
enter_attribute(h5_draft_object *o, h5_draft_attribute *a)
{
    h5_draft_attribute **at = &o->attributes, *old;

    while (*at != NULL && strcmp((*at)->name, a->name) != 0)
        at = &(*at)->next;
    old = *at;
    a->next = old != NULL ? old->next : NULL;
    *at = a;
    sci_free(old);
}

static sci_status
add_attribute(h5_draft *draft, const char *object, const char *name, h5_draft_type type, int64_t n,
              const void *values)
{
    size_t size = type.text_bytes > 0 ? type.text_bytes : sci_type_size(type.element);
    h5_draft_attribute *a = NULL;
    h5_draft_object *o = NULL;
    sci_status st = walk(draft, object, false, &o);

    if (st == SCI_OK && o == NULL)
        st = sci_fail(SCI_ERR_NOTFOUND, "'%s' has no '%s'", draft->name, object);
    if (st == SCI_OK)
        st = make_attribute(&a, name, values, n < 0 ? size : (size_t)n * size);
    if (st != SCI_OK)
        return st;
    a->type = type;
    a->n = n;
    enter_attribute(o, a);
    return SCI_OK;
}

sci_status
h5_draft_text(h5_draft *draft, const char *object, const char *name, const char *value)
{
    return add_attribute(draft, object, name, (h5_draft_type){ .text_bytes = strlen(value) + 1 },
                         -1, value);
}

sci_status
h5_draft_numbers(h5_draft *draft, const char *object, const char *name, sci_type type, int64_t n,
                 const void *values)
{
    return add_attribute(draft, object, name, (h5_draft_type){ .element = type }, n, values);
}
