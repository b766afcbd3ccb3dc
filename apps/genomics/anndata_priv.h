/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of an annotated file. */
#ifndef GENOMICS_ANNDATA_PRIV_H
#define GENOMICS_ANNDATA_PRIV_H

#include "anndata.h"

/* A table of columns: a group of datasets, or (0.5) one dataset of records. */
typedef struct anndata_frame {
    char *path;
    bool records;
    char *index; /* name of the dataset or field */
    uint64_t n;
    anndata_texts columns;
} anndata_frame;

typedef enum anndata_version { ANNDATA_CURRENT, ANNDATA_07, ANNDATA_05 } anndata_version;

struct anndata {
    char *path;
    sci_h5_file *file;
    anndata_version version;
    anndata_frame frame[2];
};

/* ---- frames (anndata_frame.c) ---- */

sci_status anndata_frame_open(anndata_frame *out, sci_h5_file *file, const char *name,
                              const char *path) SCI_MUST_CHECK;
void anndata_frame_clear(anndata_frame *frame);
sci_status anndata_frame_names(sci_h5_file *file, const anndata_frame *frame, const char *name,
                               anndata_texts *out) SCI_MUST_CHECK;

/* ---- elements (anndata_element.c) ---- */

/* The column at `path` (a dataset or group), or the field of a dataset of records, whose categories
 * then stand in uns. */
sci_status anndata_element_read(sci_h5_file *file, const char *name, const char *path,
                                const char *field, anndata_column *out) SCI_MUST_CHECK;
/* encoding-type of an object, NULL without one; sci_free. */
sci_status anndata_encoding(sci_h5_file *file, const char *path, char **out) SCI_MUST_CHECK;

/* ---- levels (anndata_factor.c) ---- */

/* Distinct texts in order, and the code of each (NULL: -1). */
sci_status anndata_factor_of_texts(const anndata_texts *texts, anndata_texts *levels,
                                   int32_t **codes) SCI_MUST_CHECK;
/* Codes and levels of a boolean column that has its numbers. */
sci_status anndata_truth_levels(anndata_column *column) SCI_MUST_CHECK;
/* The shortest digits that read back as this number. */
enum { ANNDATA_NUMBER = 32 };
void anndata_number_text(double value, char text[ANNDATA_NUMBER]);
sci_status anndata_number_texts(uint64_t n, const double *values,
                                anndata_texts *out) SCI_MUST_CHECK;

/* ---- writing ---- */

/* The two attributes that say what an element is. */
sci_status anndata_mark(sci_h5_output *out, const char *path, const char *type,
                        const char *version) SCI_MUST_CHECK;
/* Missing groups above `path`, as dicts. */
sci_status anndata_make_parents(sci_h5_output *out, const char *path) SCI_MUST_CHECK;
/* Frames elsewhere than at /obs and /var, and with an index of another name than "_index". */
sci_status anndata_write_frame_at(sci_h5_output *out, const char *path, const char *index_name,
                                  const anndata_texts *index) SCI_MUST_CHECK;
sci_status anndata_write_column_at(sci_h5_output *out, const char *frame, const char *name,
                                   const anndata_column *column) SCI_MUST_CHECK;

/* Numbers in another type than double (not SCI_FLOAT16), as near as can be: integers that it cannot
 * hold, and NaN among integers, are 0. */
void anndata_narrow(void *out, sci_type type, const double *values, uint64_t n);
/* An array of numbers stored as its type. */
sci_status anndata_write_as(sci_h5_output *out, const char *path, const sci_array *array,
                            const double *values) SCI_MUST_CHECK;

/* A 0.5 file as a current one. */
sci_status anndata_upgrade(sci_h5_output *out, anndata *a, size_t n,
                           const char *const *left_out) SCI_MUST_CHECK;
/* "/a/b" is "/a/b/". */
bool anndata_same_path(const char *a, const char *b);

/* "a, b, c", cut after a while, for messages. */
void anndata_list_text(const anndata_texts *texts, char *text, size_t bytes);

#endif
