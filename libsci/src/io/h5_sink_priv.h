/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a sink of sci_h5_output_dataset. */
#ifndef SCI_H5_SINK_PRIV_H
#define SCI_H5_SINK_PRIV_H

#include "../core/digest.h"
#include "h5_output_priv.h"

typedef struct h5_sink {
    sci_sink base;
    sci_h5_output *out; /* outlives the sink */
    h5_written *record;
    hid_t id;
    char *name;
    uint64_t count; /* elements of the whole array */
    size_t size;
    uint64_t pass_first, pass_end, next; /* elements; `next` is to be stored next */

    /* contiguous, and chunked by way of a scratch file */
    sci_hasher *hasher;

    /* chunked */
    sci_h5_options limits;
    char *scratch; /* a copy of limits.scratch */
    h5_grid grid;
    h5_pipeline pipeline;
    int workers;
    h5_codec *codecs;
    uint64_t prepared;       /* elements before it went through `prepare` */
    unsigned char *spare[2]; /* storage of the carry, by turns */
    int turn;
    h5_window carry;       /* the beginning of a band whose end is to come */
    uint64_t stored_bytes; /* of this pass, and their digest */
    uint8_t digest[16];
    int flat; /* scratch file, or -1 */
} h5_sink;

extern const sci_sink_ops h5_contiguous_sink_ops;
extern const sci_sink_ops h5_chunked_sink_ops;

void h5_sink_free(sci_sink *self);
/* The pass is complete: put it into the dataset's record. */
sci_status h5_sink_record(h5_sink *s, const uint8_t digest[16]) SCI_MUST_CHECK;
sci_status h5_sink_order(const h5_sink *s, const sci_piece *piece,
                         uint64_t expected) SCI_MUST_CHECK;
/* Store one encoded chunk, inside the lock. */
sci_status h5_sink_chunk(h5_sink *s, const h5_cell *cell, uint64_t number, const void *bytes,
                         size_t n) SCI_MUST_CHECK;
/* Bands too large for memory: encode everything from the scratch file. */
sci_status h5_sink_unload(h5_sink *s) SCI_MUST_CHECK;
bool h5_sink_needs_scratch(const h5_sink *s);

/* Gather a chunk from two windows, padded with zeros, and encode it to `to`; 0 if that failed. */
size_t h5_sink_encode(const h5_sink *s, h5_codec *codec, const h5_cell *cell, const h5_window *from,
                      const h5_window *more, unsigned char *to);

void h5_sink_chunked_clear(h5_sink *s);

#endif
