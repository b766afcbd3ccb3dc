/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of an output. */
#ifndef SCI_H5_OUTPUT_PRIV_H
#define SCI_H5_OUTPUT_PRIV_H

#include "h5_codec_priv.h"
#include "h5_draft_priv.h"
#include "h5_grid_priv.h"
#include "h5_priv.h"

/* Elements [first, end) as they were written in one pass. */
typedef struct h5_range {
    uint64_t first, end;
    uint64_t stored_bytes; /* chunked: of the chunks written */
    uint8_t digest[16];
} h5_range;

/* A dataset that was written, and what must be found in its place. */
typedef struct h5_written {
    struct h5_written *next;
    char *path;
    sci_array array;
    sci_h5_layout layout;
    uint64_t address; /* contiguous: byte in the file */
    size_t n_ranges, capacity;
    h5_range *ranges;
} h5_written;

typedef struct h5_copy h5_copy; /* what was copied and what is still to be connected (h5_copy.c) */

struct sci_h5_output {
    hid_t id;
    int fd;          /* our own, on the same file */
    char *temporary; /* where it is */
    char *name;      /* what it will be called, for messages */
    bool digests;
    h5_written *written;
    size_t n_checks, checks_capacity;
    h5_check *checks;
    h5_copy *copy; /* NULL without a source */
    h5_draft *draft; /* NULL: HDF5 writes */
};

/* Safe way to an object of the output: it may hold links that were copied. */
sci_status h5_output_object(const sci_h5_output *out, const char *path,
                            hid_t *object) SCI_MUST_CHECK;
/* Create every missing group above `path`; *name is the last component inside `path`. */
sci_status h5_output_parent(sci_h5_output *out, const char *path, hid_t *parent,
                            const char **name) SCI_MUST_CHECK;
sci_status h5_output_remember(sci_h5_output *out, const char *path, const sci_array *array,
                              const sci_h5_layout *layout, h5_written **record) SCI_MUST_CHECK;
/* Append a range, in place of older ones that it overlaps. */
sci_status h5_written_add(h5_written *w, const h5_range *range) SCI_MUST_CHECK;

/* UTF-8 of variable length, and h5py's booleans; to be closed. */
hid_t h5_text_type(void);
hid_t h5_boolean_type(void);
/* A whole small dataset whose elements are stored as `type` but look like those of `array`. */
sci_status h5_output_elements(sci_h5_output *out, const char *path, const sci_array *array,
                              hid_t type, const void *elements) SCI_MUST_CHECK;

/* ---- sinks ---- */

/* The dataset `id` (taken over, also on failure) as a sink. `limits` are those of the source it
 * comes from. */
sci_status h5_sink_create(sci_sink **sink, sci_h5_output *out, h5_written *record, hid_t id,
                          const sci_h5_options *limits) SCI_MUST_CHECK;

/* The filters of a layout for elements of `size` bytes. */
void h5_layout_pipeline(const sci_h5_layout *layout, size_t size, size_t chunk_bytes,
                        h5_pipeline *out);

/* Digest of stored chunks that does not depend on their order: a sum of hashes seeded by chunk
 * number. */
void h5_digest_chunk(uint8_t sum[16], uint64_t number, const void *bytes, size_t n);

/* ---- copies (h5_copy.c) ---- */

/* Attributes and dimension scales of `like`'s dataset for the new one at `path`. */
sci_status h5_copy_like(sci_h5_output *out, sci_source *like, const char *path,
                        hid_t dataset) SCI_MUST_CHECK;
/* Connect what refers to other objects, when all of them are there. */
sci_status h5_copy_finish(sci_h5_output *out) SCI_MUST_CHECK;
void h5_copy_free(h5_copy *copy);

/* ---- closing (h5_verify.c) ---- */

/* What is in a file, to be equal before and after it is closed. */
typedef struct h5_census {
    uint64_t links, attributes, stored_bytes, sum;
} h5_census;
sci_status h5_census_take(hid_t file, const char *where, h5_census *out) SCI_MUST_CHECK;
sci_status h5_verify_written(const sci_h5_output *out, h5_file *file, bool data) SCI_MUST_CHECK;

#endif
