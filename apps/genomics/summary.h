/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fit writes and merge puts together: moments and cross-products of a matrix by batch, in the
 * full coding (terms.h), with the names that make it mergeable. The file is described in
 * docs/stats-file.md, kind "crossed". */
#ifndef GENOMICS_SUMMARY_H
#define GENOMICS_SUMMARY_H

#include "anndata.h"
#include "settings.h"
#include "terms.h"

typedef struct genomics_summary {
    genomics_terms terms;
    anndata_texts genes;
    sci_crossed *table;       /* NULL for a shard that is not whole */
    sci_crossed_shard *shard; /* NULL for a whole */
    char *batch_key, *matrix; /* "batch", "X" */
    char *transform;          /* "log1p", "counts" or "other" */
    char *plan;               /* its hash, "" without one */
    char *provenance;
    bool shared;
    uint64_t n_sources; /* contents of what was merged */
    uint8_t (*sources)[16];
} genomics_summary;

void genomics_summary_clear(genomics_summary *summary);

/* Of everything but provenance and sources. */
sci_status genomics_summary_digest(const genomics_summary *summary,
                                   uint8_t digest[16]) SCI_MUST_CHECK;

/* Fill the empty file `path`. */
sci_status genomics_summary_write(const genomics_summary *summary, const char *path, bool verify,
                                  bool sync) SCI_MUST_CHECK;

/* Every length, number and the digest are checked: SCI_ERR_FORMAT. */
sci_status genomics_summary_read(genomics_summary *out, const char *path) SCI_MUST_CHECK;

/* True if the file says that it is a summary. */
sci_status genomics_summary_is(sci_h5_file *file, bool *out) SCI_MUST_CHECK;

/* Cells of each batch, [batches]; NULL for a shard that holds nothing (more shards than segments). */
const uint64_t *genomics_summary_cells(const genomics_summary *summary);

/* Put n of them together (parts of them are taken away): shards of one matrix into a larger shard or
 * the whole, summaries of several matrices into one, whatever their order. SCI_ERR_REFUSED names what
 * does not fit. */
sci_status genomics_summary_merge(genomics_summary *out, size_t n, genomics_summary *parts,
                                  const char *const *names, genomics_join join) SCI_MUST_CHECK;

/* Only levels that some cell has, and the table in the model's coding. */
sci_status genomics_summary_model_table(const genomics_summary *summary, genomics_terms *terms,
                                        sci_crossed **table) SCI_MUST_CHECK;

#endif
