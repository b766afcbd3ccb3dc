/* SPDX-License-Identifier: BSD-3-Clause */
/* One column of a matrix that is stored by columns, through the segments and the tree. */
#ifndef SCI_ENGINE_CROSSED_COLUMN_H
#define SCI_ENGINE_CROSSED_COLUMN_H

#include <pthread.h>

#include "crossed_fit.h"

/* Stored values of a column. */
typedef struct sci_column {
    uint64_t number;
    const int32_t *rows;
    const unsigned char *values;
    size_t n, at; /* members in all; the first one that has not been used */
} sci_column;

/* What one segment, or a node of the tree, is for the column at hand: levels side by side. */
typedef struct sci_column_leaf {
    uint64_t level, index;
    sci_moments *moments; /* [levels] */
    double *cross;        /* [levels][q] */
    double *missing;      /* [levels][q + q·(q+1)/2]; meaningful if has_missing */
    bool has_missing;
} sci_column_leaf;

#define SCI_COLUMN_DEPTH 66

/* A worker's own. Zeroed at first. */
typedef struct sci_column_work {
    sci_column_leaf stack[SCI_COLUMN_DEPTH];
    int depth, made; /* leaves in use, and with storage */
    uint32_t *next;  /* [levels + 1] */
    void *members;   /* [segment rows] by label */
    uint32_t *rows;  /* [segment rows] */
    sci_sorter sorter;
    int32_t *sorted_rows;
    void *sorted_values;
    uint64_t sorted_room;
    uint64_t nonfinite, first_nonfinite; /* of all columns so far */
} sci_column_work;

/* What all columns share. */
typedef struct sci_column_fit {
    sci_crossed_fit_job *job;
    sci_type type;                /* as computed with */
    const uint32_t *segment_rows; /* [segments of the shard][levels] rows, stored or zero */
    pthread_mutex_t *lock;        /* of the tables' missing_* */
} sci_column_fit;

/* Into the tables of the job's nodes. */
sci_status sci_column_fit_one(const sci_column_fit *f, sci_column_work *w,
                              sci_column *c) SCI_MUST_CHECK;
void sci_column_work_clear(sci_column_work *w);
uint64_t sci_column_work_bytes(const sci_column_fit *f);

#endif
