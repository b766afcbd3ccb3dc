/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody may have meant. */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

/* Letters to insert, delete, change or swap with a neighbour to get from one word to the other
 * (optimal string alignment); words of more than 31 bytes are as far as can be. */
size_t cli_edit_distance(const char *a, const char *b);

/* True if `candidate` is near enough to `word` to be suggested: a third of its letters may differ,
 * or `word` is how it begins. */
int cli_is_near(const char *word, const char *candidate);

#endif
