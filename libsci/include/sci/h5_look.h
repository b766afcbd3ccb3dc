/* SPDX-License-Identifier: BSD-3-Clause */
/* Looking into HDF5 files, as safely as sci/h5.h reads them: single attributes, and everything that
 * is there. */
#ifndef SCI_H5_LOOK_H
#define SCI_H5_LOOK_H

#include <sci/h5.h>

/* A file open for reading. */
typedef struct sci_h5_file sci_h5_file;

SCI_API sci_status sci_h5_file_open(sci_h5_file **out, const char *path) SCI_MUST_CHECK;
SCI_API void sci_h5_file_close(sci_h5_file *file); /* accepts NULL; sources stay open */
SCI_API uint64_t sci_h5_file_bytes(const sci_h5_file *file);

/* True if `path` leads to an object without leaving the file. */
SCI_API sci_status sci_h5_file_has(sci_h5_file *file, const char *path, bool *out) SCI_MUST_CHECK;

/* An attribute of an object. SCI_ERR_NOTFOUND without it. *value of _text is released by sci_free.
 */
SCI_API sci_status sci_h5_file_text(sci_h5_file *file, const char *object, const char *name,
                                    char **value) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_file_number(sci_h5_file *file, const char *object, const char *name,
                                      double *value) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_file_integer(sci_h5_file *file, const char *object, const char *name,
                                       int64_t *value) SCI_MUST_CHECK;

/* A dataset of the file, as sci_h5_source_open. */
SCI_API sci_status sci_h5_file_source(sci_source **out, sci_h5_file *file, const char *dataset,
                                      const sci_h5_options *opt) SCI_MUST_CHECK;

/* A text attribute of the dataset behind a source of sci/h5.h. SCI_ERR_NOTFOUND without it. */
SCI_API sci_status sci_h5_source_text(sci_source *source, const char *name,
                                      char **value) SCI_MUST_CHECK;

/* Make a group of an output, and those above it; nothing if it is there. */
SCI_API sci_status sci_h5_output_group(sci_h5_output *out, const char *path) SCI_MUST_CHECK;

/* Take a group or dataset out of an output in the making (nothing if it is not there), so that
 * another can take its place. */
SCI_API sci_status sci_h5_output_remove(sci_h5_output *out, const char *path) SCI_MUST_CHECK;
/* Take out the group at `path`, and those above it, as far as they hold nothing. */
SCI_API sci_status sci_h5_output_prune(sci_h5_output *out, const char *path) SCI_MUST_CHECK;
/* Give a group or dataset that was copied another path; groups above it are made. SCI_ERR_NOTFOUND,
 * SCI_ERR_EXISTS. */
SCI_API sci_status sci_h5_output_move(sci_h5_output *out, const char *from,
                                      const char *to) SCI_MUST_CHECK;
/* Take an attribute out of an output in the making. */
SCI_API sci_status sci_h5_output_forget(sci_h5_output *out, const char *object,
                                        const char *name) SCI_MUST_CHECK;

/* ---- everything that is there (h5_list.c) ---- */

#define SCI_H5_VALUES_MOST ((uint64_t)1 << 24) /* bytes of all attributes of an object */

/* Exactly one of reals, integers, unsigneds and texts is not NULL; none if the type has no such
 * value, the attribute is damaged or too large for what is left of SCI_H5_VALUES_MOST. */
typedef struct sci_h5_attribute {
    const char *name;
    const char *type; /* "float64", "string", "compound", … */
    uint64_t elements;
    bool scalar;
    uint64_t n; /* values: all elements, or 0 */
    const double *reals;
    const int64_t *integers;
    const uint64_t *unsigneds;
    const char *const *texts;
} sci_h5_attribute;

typedef enum sci_h5_kind {
    SCI_H5_GROUP,
    SCI_H5_DATASET,
    SCI_H5_DATATYPE,
    SCI_H5_SOFT_LINK,
    SCI_H5_FOREIGN_LINK /* external or user-defined; never followed */
} sci_h5_kind;

typedef struct sci_h5_item {
    sci_h5_kind kind;
    const char *path;
    const char *target; /* of a soft link */
    bool dangling;      /* it leads to no object of this file */
    /* a dataset */
    bool shaped; /* false: a null dataspace, or a virtual dataset, whose shape is not looked at */
    int rank;
    uint64_t shape[SCI_MAX_RANK];
    uint64_t shape_most[SCI_MAX_RANK]; /* UINT64_MAX: unlimited */
    const char *type;                  /* "float32", "int16, big-endian", "string", … */
    const char *layout; /* "contiguous", "chunked", "compact", "external", "virtual" */
    bool chunked;
    uint64_t chunk[SCI_MAX_RANK];
    const char *filters;              /* "shuffle, deflate 4"; "" */
    uint64_t stored;                  /* bytes */
    const char *labels[SCI_MAX_RANK]; /* of the axes; NULL where there is none */
    /* any object */
    size_t n_attributes;
    const sci_h5_attribute *attributes; /* those of dimension scales left out */
} sci_h5_item;

/* The object or link at `path` and every link below it in the order of names; of "/" the root group
 * and the whole file. Items have their paths without soft links. SCI_ERR_NOTFOUND names what exists
 * instead. What is damaged ends the walk with SCI_ERR_FORMAT. A failure of `visit` ends it too. */
SCI_API sci_status sci_h5_file_list(sci_h5_file *file, const char *path,
                                    sci_status (*visit)(void *context, const sci_h5_item *item),
                                    void *context) SCI_MUST_CHECK;

/* ---- chunks as they are stored (h5_chunks.c) ---- */

/* XXH3-128 of chunks first…first+count-1, in the order of the grid, of the output's dataset `path`:
 * their bytes as stored. The sink must have been freed. SCI_ERR_FORMAT if one of them was not
 * written. */
SCI_API sci_status sci_h5_output_chunks_digest(sci_h5_output *out, const char *path, uint64_t first,
                                               uint64_t count, uint8_t digest[16]) SCI_MUST_CHECK;

/* The same for a dataset of a file that is open for reading. */
SCI_API sci_status sci_h5_file_chunks_digest(sci_h5_file *file, const char *dataset, uint64_t first,
                                             uint64_t count, uint8_t digest[16]) SCI_MUST_CHECK;

/* Copy these chunks (whole bands of them) of a dataset of `file` into the output's dataset `path`
 * of the same shape, type, chunks and filters (SCI_ERR_SHAPE otherwise), as they are stored. The
 * sink of `path` must have been freed. */
SCI_API sci_status sci_h5_output_chunks_copy(sci_h5_output *out, const char *path,
                                             sci_h5_file *file, const char *dataset, uint64_t first,
                                             uint64_t count, uint8_t digest[16]) SCI_MUST_CHECK;

#endif
