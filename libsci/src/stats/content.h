/* SPDX-License-Identifier: BSD-3-Clause */
/* The digest of a table: XXH3-128 of its canonical content (docs/stats-file.md spells it out). */
#ifndef SCI_STATS_CONTENT_H
#define SCI_STATS_CONTENT_H

#include "canon.h"
#include "table.h"

enum { SCI_MOMENTS_COLUMNS = 8, SCI_RUNNING_COLUMNS = 3, SCI_COLUMNS_MOST = 8 };

/* The digests of a table's columns in the making, for rows that pass by. */
typedef struct sci_rows_canon {
    uint64_t rows;
    sci_canon columns[SCI_COLUMNS_MOST];
} sci_rows_canon;

void sci_rows_canon_begin(sci_rows_canon *r);
void sci_rows_canon_moments(sci_rows_canon *r, const sci_moments *rows, uint64_t n);
void sci_rows_canon_running(sci_rows_canon *r, const sci_running *rows, uint64_t n);
/* The digest of the table that has the head of `head` and the rows that passed. */
void sci_rows_canon_end(const sci_rows_canon *r, const sci_stats *head,
                        uint8_t out[SCI_CONTENT_BYTES]);

/* The same for a table in memory (or a head, whose digest is known). */
void sci_table_content(const sci_stats *stats, uint8_t out[SCI_CONTENT_BYTES]);

#endif
