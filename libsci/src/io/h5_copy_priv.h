/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies of objects from a source's file into an output.
 *
 * Objects are copied without their times, so that equal inputs give equal bytes. What refers to
 * other objects (references, hard links to the dataset that is replaced) is noted and connected
 * at the end, when every object has its place. All functions are called inside the lock. */
#ifndef SCI_H5_COPY_PRIV_H
#define SCI_H5_COPY_PRIV_H

#include "h5_output_priv.h"

/* Where an object of a source's file went. */
typedef struct h5_place {
    unsigned long file; /* HDF5's number of the open file */
    haddr_t address;
    char *path;
    haddr_t target; /* its address in the output; 0: not asked yet, HADDR_UNDEF: it is not there */
} h5_place;

typedef enum h5_pending_kind {
    H5_PENDING_LINK,
    H5_PENDING_ATTRIBUTE,
    H5_PENDING_DATA
} h5_pending_kind;

typedef struct h5_pending {
    struct h5_pending *next;
    h5_pending_kind kind;
    h5_file *file;
    char *from, *to; /* paths of the object in the source and in the output */
    char *name;      /* of an attribute */
} h5_pending;

struct h5_copy {
    size_t n, capacity; /* of the table; a power of two, open addressing */
    h5_place *places;
    h5_pending *first, *last;
};

/* ---- the map (h5_copy_map.c) ---- */

/* The place of an object, or NULL. */
h5_place *h5_copy_find(const h5_copy *c, unsigned long file, haddr_t address);
/* Note that an open object goes to `path`; an older note is replaced. */
sci_status h5_copy_note(sci_h5_output *out, hid_t object, const char *path) SCI_MUST_CHECK;
sci_status h5_copy_defer(sci_h5_output *out, h5_pending_kind kind, h5_file *file, const char *from,
                         const char *to, const char *name) SCI_MUST_CHECK;
/* Address in the output, or 0. */
sci_status h5_copy_target(const sci_h5_output *out, unsigned long file, haddr_t address,
                          haddr_t *target) SCI_MUST_CHECK;
/* The table itself, made at its first use. */
sci_status h5_copy_get(sci_h5_output *out, h5_copy **copy) SCI_MUST_CHECK;

/* ---- parts of objects ---- */

/* Attributes of `from` to `to`; those with references are deferred. */
sci_status h5_copy_attributes(sci_h5_output *out, h5_file *file, hid_t from, const char *from_path,
                              hid_t to, const char *to_path) SCI_MUST_CHECK;
/* A whole dataset, without attributes, as `name` of a group of the output. */
sci_status h5_copy_dataset(sci_h5_output *out, h5_file *file, hid_t from, const char *from_path,
                           hid_t group, const char *name, const char *to_path) SCI_MUST_CHECK;

/* Copy elements through memory, cell by cell, with their references remapped. */
sci_status h5_copy_elements(const sci_h5_output *out, hid_t from, hid_t to,
                            const char *where) SCI_MUST_CHECK;
/* Write the values of the attribute `name`, with their references remapped. */
sci_status h5_copy_attribute(const sci_h5_output *out, hid_t from, hid_t to, const char *name,
                             const char *where) SCI_MUST_CHECK;

/* Point every reference among `n` values of a memory type to its object in the output; those
 * whose objects are not there become null. */
sci_status h5_remap(const sci_h5_output *out, hid_t source, hid_t type, size_t n,
                    void *values) SCI_MUST_CHECK;
bool h5_has_references(hid_t type);

#endif
