/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables made by hand, with random rows, and faults inside whatever is done with them. */
#ifndef TESTS_SUPPORT_TABLES_H
#define TESTS_SUPPORT_TABLES_H

#include <stats/table.h>

#include "random.h"

/* A space from words, one an axis: "N:keep:4", "C:pool:16", "F:ints:10,9,-3" or "F:texts:low,high"
 * (levels in any order; the axis has size 7), "D+H:ints:1,2" (two axes labelled together). */
void table_space(sci_space *out, const char *description);

/* A moments table of that space, of one source called `name` with that number as its digest. Rows
 * are random, one in four is empty, and every tenth has an exponent. */
sci_stats *table_make(const char *description, const char *name, unsigned digest, random_stream *r);

/* Random rows of that kind. */
void table_fill(sci_moments *rows, uint64_t n, random_stream *r);

/* Equal in every respect: the same digest, the same bytes of rows. */
void assert_same_table(const sci_stats *a, const sci_stats *b);

/* Does its work, releases all of it, and returns the first failure. */
typedef sci_status (*table_operation)(void *context);
/* Every allocation fails in turn, alone and with all that follow: SCI_ERR_NOMEM, no leak. */
void survives_allocations(table_operation run, void *context);
/* Every call of libsci on a file fails in turn with EIO, short counts included: an error, and no
 * file stays open. */
void survives_files(table_operation run, void *context);

#endif
