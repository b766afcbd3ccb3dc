/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The value of one option: from text into its destination, and back into text. */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include "options.h"

/* Parse `text` (NULL for a flag) into the row's destination in `settings`. most: how often a list
 * may get an item. SCI_ERR_ARGUMENT says what was expected. */
sci_status cli_value_set(const cli_row *row, void *settings, const char *text,
                         size_t most) SCI_MUST_CHECK;

/* The negation of a flag. */
sci_status cli_value_unset(const cli_row *row, void *settings) SCI_MUST_CHECK;

void cli_value_clear(const cli_row *row, void *settings);

/* The value as it would be typed (the item `item` of a list); released by sci_free. NULL: nothing
 * is there. */
sci_status cli_value_text(char **out, const cli_row *row, const void *settings,
                          size_t item) SCI_MUST_CHECK;

/* The file that a value names: "seg.h5" of "D,H,W=seg.h5:/labels", "@b.txt" without its @. Released
 * by sci_free. */
sci_status cli_value_file(char **out, const char *value) SCI_MUST_CHECK;

/* Items of a list, otherwise 1. */
size_t cli_value_count(const cli_row *row, const void *settings);

#endif
