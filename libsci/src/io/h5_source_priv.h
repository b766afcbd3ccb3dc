/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a source of sci_h5_source_open. */
#ifndef SCI_H5_SOURCE_PRIV_H
#define SCI_H5_SOURCE_PRIV_H

#include "h5_codec_priv.h"
#include "h5_grid_priv.h"

typedef struct h5_source {
    sci_source base;
    h5_file *file;
    h5_dataset data;
    sci_h5_options limits;
    char *scratch; /* a copy of limits.scratch */
    char *name, *path;
    char *axis[SCI_MAX_RANK];
    unsigned char *compact; /* elements of a compact dataset */

    /* chunked */
    h5_grid grid;
    h5_pipeline pipeline;
    int workers;
    h5_codec *codecs;
    int flat; /* the array in C order in an unlinked file, or -1 */
    uint64_t pass_first, pass_end;
    uint64_t next_band;   /* not fetched yet */
    unsigned char *spare; /* storage of the carry: one band */
    h5_window carry;      /* what decoded bands have beyond the pieces that are done */
} h5_source;

/* The operations of each layout. */
extern const sci_source_ops h5_contiguous_ops;
extern const sci_source_ops h5_compact_ops;
extern const sci_source_ops h5_chunked_ops;

/* NULL for a source that is not ours. */
h5_source *h5_source_of(sci_source *source);
void h5_source_free(sci_source *self);

/* Grid, pipeline and carry of a chunked dataset. */
sci_status h5_chunked_prepare(h5_source *s) SCI_MUST_CHECK;
void h5_chunked_clear(h5_source *s);

/* Labels of the axes from DIMENSION_LABELS, or else the names of the dimension scales. */
sci_status h5_axes_read(h5_source *s) SCI_MUST_CHECK;

/* ---- stored chunks (h5_chunk.c), inside the lock ---- */

/* Bytes of a stored chunk, 0 if it was never written. A chunk that HDF5 has to decode always has
 * chunk_bytes. */
sci_status h5_chunk_size(const h5_source *s, const h5_cell *cell, size_t *out) SCI_MUST_CHECK;
sci_status h5_chunk_read(const h5_source *s, const h5_cell *cell, size_t bytes, unsigned char *to,
                         uint32_t *mask) SCI_MUST_CHECK;
/* What a stored chunk takes at most. */
size_t h5_chunk_bytes_most(const h5_source *s);
/* "'x.h5:/x': chunk at (0, 3): <what>". `fail` adds HDF5's reason, `wrong` is for what runs
 * outside the lock. */
sci_status h5_chunk_fail(const h5_source *s, const h5_cell *cell, const char *what);
sci_status h5_chunk_wrong(const h5_source *s, const h5_cell *cell, const char *what);

/* ---- rechunking (h5_rechunk.c) ---- */

bool h5_rechunk_needed(const h5_source *s);
/* Write the array in C order to an unlinked file in the scratch directory: s->flat. */
sci_status h5_rechunk(h5_source *s) SCI_MUST_CHECK;

#endif
