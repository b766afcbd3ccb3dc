/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables from one process to another of the same program, through a file that both have open. The
 * format is that of this build and machine: for keeping, sci_stats_save. */
#ifndef SCI_HANDOVER_H
#define SCI_HANDOVER_H

#include <sci/stats.h>

/* Append a table, or a text (NULL stays NULL), to what was written into the open file before. */
SCI_API sci_status sci_stats_put(const sci_stats *stats, int fd) SCI_MUST_CHECK;
SCI_API sci_status sci_text_put(const char *text, int fd) SCI_MUST_CHECK;

/* Take the next one; both processes use the position of the open file, which the reader has set
 * back. SCI_ERR_FORMAT if it is not there. The text is released by sci_free. */
SCI_API sci_status sci_stats_take(sci_stats **out, int fd) SCI_MUST_CHECK;
SCI_API sci_status sci_text_take(char **out, int fd) SCI_MUST_CHECK;

#endif
