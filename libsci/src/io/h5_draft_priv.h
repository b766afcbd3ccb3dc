/* SPDX-License-Identifier: BSD-3-Clause */
/* A small output that is put together in memory and written at once.
 *
 * HDF5 spends 3 ms of CPU on the metadata of a file with 80 attributes and 20 small datasets, more than
 * it takes to read a short recording and to transform it. A draft keeps groups, attributes and datasets as
 * they come (h5_draft.c), lays them out as one image in the oldest version of the format, which every
 * HDF5 reads (h5_draft_image.c, h5_draft_message.c), writes that and reads it back (h5_draft_store.c). */
#ifndef SCI_H5_DRAFT_PRIV_H
#define SCI_H5_DRAFT_PRIV_H

#include <sci/h5.h>

/* A value of elements, or of one text with the zero byte that ends it. */
typedef struct h5_draft_type {
    sci_type element;
    size_t text_bytes; /* 0: elements */
} h5_draft_type;

typedef struct h5_draft_attribute {
    struct h5_draft_attribute *next;
    char *name;
    h5_draft_type type;
    int64_t n; /* values; negative: a scalar */
    size_t bytes;
    void *values;
} h5_draft_attribute;

/* A group, or a dataset of at least one element. */
typedef struct h5_draft_object {
    struct h5_draft_object *next; /* of the group that it is in; in bytewise order of names */
    char *name;
    h5_draft_attribute *attributes;
    bool dataset;
    struct h5_draft_object *members; /* of a group */
    size_t n_members;
    sci_array array; /* of a dataset, with what follows */
    sci_h5_layout layout;
    size_t bytes;
    unsigned char *elements; /* in C order */
} h5_draft_object;

typedef struct h5_draft {
    h5_draft_object root;
    const char *name; /* of the output, for messages */
} h5_draft;

void h5_draft_clear(h5_draft *draft);

/* The group `path`, made with all above it where missing. */
sci_status h5_draft_group(h5_draft *draft, const char *path) SCI_MUST_CHECK;
/* A sink into the memory of a new dataset. SCI_ERR_EXISTS if its name is taken. */
sci_status h5_draft_dataset(h5_draft *draft, const char *path, const sci_array *array,
                            const sci_h5_layout *layout, sci_sink **sink) SCI_MUST_CHECK;
sci_status h5_draft_array(h5_draft *draft, const char *path, const sci_array *array,
                          const void *elements) SCI_MUST_CHECK;
/* An attribute of an object that is there, in place of one of its name. */
sci_status h5_draft_text(h5_draft *draft, const char *object, const char *name,
                         const char *value) SCI_MUST_CHECK;
sci_status h5_draft_numbers(h5_draft *draft, const char *object, const char *name, sci_type type,
                            int64_t n, const void *values) SCI_MUST_CHECK;

/* ---- the image ---- */

/* Bytes that grow; after a failure nothing is appended any more. */
typedef struct h5_bytes {
    unsigned char *bytes;
    size_t n, capacity;
    sci_status status;
} h5_bytes;

void h5_bytes_put(h5_bytes *b, const void *bytes, size_t n);
void h5_bytes_zeros(h5_bytes *b, size_t n);
/* The lowest `width` bytes of a number, in little endian as all numbers of the format. */
void h5_bytes_number(h5_bytes *b, uint64_t value, int width);
/* Overwrite a number that is there already. */
void h5_bytes_set(h5_bytes *b, size_t at, uint64_t value, int width);
/* Zeros up to a multiple of 8. */
void h5_bytes_align(h5_bytes *b);

#define H5_DRAFT_NOWHERE UINT64_MAX /* the address of what is not there */

/* Where the data of a dataset are: its elements, or the tree of its chunks. */
void h5_draft_put_header(h5_bytes *b, const h5_draft_object *object, uint64_t data, uint64_t heap);

/* The whole file; b->bytes is released by sci_free. */
sci_status h5_draft_image(const h5_draft *draft, h5_bytes *b) SCI_MUST_CHECK;
/* Write the image into the empty file `fd`, and read it back. */
sci_status h5_draft_store(const h5_draft *draft, int fd) SCI_MUST_CHECK;
/* Does HDF5 find in the file all that the draft holds? SCI_ERR_IO if not. */
sci_status h5_draft_verify(const h5_draft *draft, const char *path) SCI_MUST_CHECK;

#endif
