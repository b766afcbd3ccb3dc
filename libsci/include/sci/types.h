/* SPDX-License-Identifier: BSD-3-Clause */
/* Element types and the shape of an array. */
#ifndef SCI_TYPES_H
#define SCI_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

#define SCI_MAX_RANK 32

typedef enum sci_type {
    SCI_INT8,
    SCI_INT16,
    SCI_INT32,
    SCI_INT64,
    SCI_UINT8,
    SCI_UINT16,
    SCI_UINT32,
    SCI_UINT64,
    SCI_FLOAT16, /* IEEE binary16; decoded to float before any arithmetic */
    SCI_FLOAT32,
    SCI_FLOAT64
} sci_type;

/* Bytes of one element. */
SCI_API size_t sci_type_size(sci_type type);

/* numpy's short name: "i1" … "u8", "f2", "f4", "f8". */
SCI_API const char *sci_type_name(sci_type type);

SCI_API bool sci_type_is_integer(sci_type type);

/* An array in C order (last axis fastest). */
typedef struct sci_array {
    int rank;
    uint64_t shape[SCI_MAX_RANK];
    sci_type type;
    bool swapped; /* the bytes are in the order that is not this machine's */
} sci_array;

/* Number of elements, 1 for rank 0. SCI_ERR_SHAPE if rank is not 0…SCI_MAX_RANK or the elements or
 * their bytes do not fit in int64_t. */
SCI_API sci_status sci_array_count(const sci_array *array, uint64_t *out) SCI_MUST_CHECK;

#endif
