/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shards of an apply: ranges of the output's chunks. */
#ifndef ARRAY_SHARD_H
#define ARRAY_SHARD_H

#include <sci/h5_look.h>

#include "output.h"

/* Which part of an output a shard holds. */
typedef struct array_shard {
    cli_shard part;
    uint64_t first, count, total; /* chunks, in the order of their grid */
    sci_range range;              /* the same as elements */
    sci_h5_layout layout;         /* always chunked */
    bool joins_to_contiguous;     /* the layout of an unsharded output */
} array_shard;

/* The part of an output of this array whose unsharded layout is `natural`. Parts are cut between
 * runs of chunks that lie together in C order. */
sci_status array_shard_plan(array_shard *out, const sci_array *array, const sci_h5_layout *natural,
                            cli_shard part) SCI_MUST_CHECK;

/* The elements of these chunks, which are whole runs. */
sci_range array_shard_range(const sci_array *array, const sci_h5_layout *layout, uint64_t first,
                            uint64_t count);

/* What a shard says about itself: attributes of the dataset, after its sink is freed. `table` is
 * the digest of the statistics; of the input a few pieces are read. */
sci_status array_shard_write(const array_shard *shard, const array_output *out, const char *table,
                             sci_source *input) SCI_MUST_CHECK;

/* What a shard file says. */
typedef struct array_shard_claim {
    int64_t first, count, total;
    bool joins_to_contiguous, siblings;
    char *part, *table, *sample,
        *digest; /* "2/3"; of the statistics; of pieces of the input; of its
                                             chunks as stored */
} array_shard_claim;

sci_status array_shard_read(array_shard_claim *out, sci_h5_file *file,
                            const char *dataset) SCI_MUST_CHECK;
void array_shard_claim_clear(array_shard_claim *claim);

/* Take the attributes of a shard away from a whole output. */
sci_status array_shard_forget(const array_output *out) SCI_MUST_CHECK;

void array_chunk_digest_text(const uint8_t digest[16], char text[40]);

#endif
