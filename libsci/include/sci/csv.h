/* SPDX-License-Identifier: BSD-3-Clause */
/* Small text tables: one value for each index of an axis.
 *
 * A line holds a value, or an index and a value separated by a comma; then every index 0…n-1 stands
 * there once, in any order. Where the first line has a tab and no comma, tabs separate instead, and
 * commas are letters. Fields may be quoted ("a ""b"", c"); blanks around them do not count.
 * Lines may end in LF, CRLF or CR; a byte order mark (UTF-8), blank lines and lines that begin with
 * # are skipped. The first line may be a header: it is one if its index or its number is none, or,
 * for labels, if there is one value too many and the first is unlike all others. Every error names
 * the file and the line. */
#ifndef SCI_CSV_H
#define SCI_CSV_H

#include <sci/grouping.h>

/* A label for each of n positions. SCI_ERR_FORMAT if the text is no such table, SCI_ERR_SHAPE if it
 * has another number of values or an index that is not one of 0…n-1. */
SCI_API sci_status sci_csv_labels(sci_labels **out, const char *path, uint64_t n) SCI_MUST_CHECK;

/* A finite number for each of n positions; *out is released by sci_free. The same errors, and
 * SCI_ERR_NONFINITE. */
SCI_API sci_status sci_csv_numbers(double **out, const char *path, uint64_t n) SCI_MUST_CHECK;

#endif
