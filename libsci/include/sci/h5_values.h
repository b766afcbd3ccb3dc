/* SPDX-License-Identifier: BSD-3-Clause */
/* What formats built on HDF5 keep beside their arrays of numbers: texts, booleans, compound records,
 * lists in attributes, references. Read as safely as sci/h5.h reads datasets: nothing outside the
 * file is opened, every length is checked. */
#ifndef SCI_H5_VALUES_H
#define SCI_H5_VALUES_H

#include <sci/h5_look.h>
#include <sci/texts.h>

/* ---- what is there ---- */

typedef enum sci_h5_content {
    SCI_H5_NUMBERS,  /* integers and floating-point numbers */
    SCI_H5_BOOLEANS, /* h5py's enumeration FALSE = 0, TRUE = 1 */
    SCI_H5_TEXTS,    /* strings of fixed or variable length */
    SCI_H5_COMPOUND,
    SCI_H5_OTHER
} sci_h5_content;

typedef struct sci_h5_object {
    sci_h5_kind kind; /* SCI_H5_GROUP, SCI_H5_DATASET or SCI_H5_DATATYPE */
    /* a dataset, or a field of a compound one (rank and shape of its array) */
    sci_h5_content content;
    bool sourced;     /* sci_h5_file_source can read such elements; `element` is their type */
    sci_type element; /* SCI_UINT8 for booleans */
    char type[64];    /* in words: "float32", "string", "compound" */
    bool empty;       /* it has no data space at all */
    int rank;
    uint64_t shape[SCI_MAX_RANK];
    /* a dataset */
    bool chunked;
    uint64_t chunk[SCI_MAX_RANK];
    char filters[256]; /* "shuffle, gzip 4"; "" */
    uint64_t stored;   /* bytes */
} sci_h5_object;

/* What the object at `path` is. SCI_ERR_NOTFOUND; SCI_ERR_UNSAFE for a virtual dataset or one with
 * external storage. */
SCI_API sci_status sci_h5_file_object(sci_h5_file *file, const char *path,
                                      sci_h5_object *out) SCI_MUST_CHECK;

/* Names of the links of a group, in the order of creation if the group keeps it, else sorted. */
SCI_API sci_status sci_h5_file_members(sci_h5_file *file, const char *group,
                                       sci_texts *out) SCI_MUST_CHECK;

/* Fields of a compound dataset, and what one of them is. */
SCI_API sci_status sci_h5_file_fields(sci_h5_file *file, const char *dataset,
                                      sci_texts *out) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_file_field(sci_h5_file *file, const char *dataset, const char *field,
                                     sci_h5_object *out) SCI_MUST_CHECK;

/* ---- elements ----
 * All elements of a dataset in C order, or of one field of a compound one (NULL: there are none).
 * SCI_ERR_TYPE if they are of another kind, SCI_ERR_UNSAFE for filters that are not ours and for
 * shapes far larger than the file. */

/* Texts without their padding (zeros, or blanks where the type says so). */
SCI_API sci_status sci_h5_file_texts(sci_h5_file *file, const char *dataset, const char *field,
                                     sci_texts *out) SCI_MUST_CHECK;
/* Numbers and booleans; *out is released by sci_free. */
SCI_API sci_status sci_h5_file_numbers(sci_h5_file *file, const char *dataset, const char *field,
                                       uint64_t *n, double **out) SCI_MUST_CHECK;
/* Integers and booleans; those beyond int64_t become its largest. */
SCI_API sci_status sci_h5_file_integers(sci_h5_file *file, const char *dataset, const char *field,
                                        uint64_t *n, int64_t **out) SCI_MUST_CHECK;

/* ---- attributes ----
 * SCI_ERR_NOTFOUND without it. */

SCI_API sci_status sci_h5_file_has_attribute(sci_h5_file *file, const char *object,
                                             const char *name, bool *out) SCI_MUST_CHECK;
/* All texts of it, one if it is a scalar. Without elements, of whatever type, it is an empty list. */
SCI_API sci_status sci_h5_file_attribute_texts(sci_h5_file *file, const char *object,
                                               const char *name, sci_texts *out) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_file_attribute_integers(sci_h5_file *file, const char *object,
                                                  const char *name, uint64_t *n,
                                                  int64_t **out) SCI_MUST_CHECK;
/* Numbers of any type; SCI_ERR_TYPE for anything else. *out is released by sci_free. */
SCI_API sci_status sci_h5_file_attribute_numbers(sci_h5_file *file, const char *object,
                                                 const char *name, uint64_t *n,
                                                 double **out) SCI_MUST_CHECK;
/* A boolean, or an integer that is 0 or not. */
SCI_API sci_status sci_h5_file_attribute_truth(sci_h5_file *file, const char *object,
                                               const char *name, bool *out) SCI_MUST_CHECK;
/* A path to the object that a single object reference points at (sci_free). The object is looked
 * for among those of the file: a damaged reference is SCI_ERR_FORMAT and never followed. */
SCI_API sci_status sci_h5_file_attribute_target(sci_h5_file *file, const char *object,
                                                const char *name, char **path) SCI_MUST_CHECK;

/* A path to the first dimension scale of an axis of a dataset (sci_free), found as above.
 * SCI_ERR_NOTFOUND where it has none. */
SCI_API sci_status sci_h5_file_scale(sci_h5_file *file, const char *dataset, int axis,
                                     char **path) SCI_MUST_CHECK;

/* ---- writing ----
 * Existing attributes are replaced, existing datasets are SCI_ERR_EXISTS; missing groups are made.
 * Texts are UTF-8 of variable length. */

/* What the output holds so far, for looking; closed by sci_h5_file_close before the output is. */
SCI_API sci_status sci_h5_output_look(sci_h5_output *out, sci_h5_file **file) SCI_MUST_CHECK;

/* A dataset with one axis (NULL among the texts is written as an empty one), and one without. */
SCI_API sci_status sci_h5_output_array_texts(sci_h5_output *out, const char *path,
                                             const sci_texts *texts) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_output_scalar_text(sci_h5_output *out, const char *path,
                                             const char *value) SCI_MUST_CHECK;
/* The enumeration FALSE = 0, TRUE = 1; `values` are 0 or 1. n < 0: one value without an axis. */
SCI_API sci_status sci_h5_output_array_booleans(sci_h5_output *out, const char *path, int64_t n,
                                                const uint8_t *values) SCI_MUST_CHECK;

SCI_API sci_status sci_h5_output_attribute_text(sci_h5_output *out, const char *object,
                                                const char *name, const char *value) SCI_MUST_CHECK;
/* The same for n names and values; the object is looked up once. */
SCI_API sci_status sci_h5_output_attribute_pairs(sci_h5_output *out, const char *object, size_t n,
                                                 const char *const (*pairs)[2]) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_output_attribute_texts(sci_h5_output *out, const char *object,
                                                 const char *name,
                                                 const sci_texts *values) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_output_attribute_integers(sci_h5_output *out, const char *object,
                                                    const char *name, uint64_t n,
                                                    const int64_t *values) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_output_attribute_numbers(sci_h5_output *out, const char *object,
                                                   const char *name, uint64_t n,
                                                   const double *values) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_output_attribute_truth(sci_h5_output *out, const char *object,
                                                 const char *name, bool value) SCI_MUST_CHECK;
/* An object reference to `target`, an object of the output. */
SCI_API sci_status sci_h5_output_attribute_target(sci_h5_output *out, const char *object,
                                                  const char *name,
                                                  const char *target) SCI_MUST_CHECK;

/* Copy everything of `file` into the output except the n groups or datasets at `left_out` ("/a/b"),
 * so that others can be created there: groups, datasets raw, attributes, links as links, hard links
 * as hard links, references remapped (those to what is left out, to what is created in its place).
 * An object that has another name besides stays under that one. Nothing outside the file is opened;
 * external and virtual datasets are refused by name. */
SCI_API sci_status sci_h5_output_copy(sci_h5_output *out, sci_h5_file *file, size_t n,
                                      const char *const *left_out) SCI_MUST_CHECK;

#endif
