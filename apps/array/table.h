/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of groups: where files keep them, statistics files, and what is said about degenerate
 * groups. */
#ifndef ARRAY_TABLE_H
#define ARRAY_TABLE_H

#include <sci/h5_look.h>
#include <sci/select.h>

#include "recipe.h"

/* ---- where a table is ---- */

typedef struct array_place {
    char *file;
    char *table;  /* operand for sci_stats_load */
    char *record; /* group of the recipe; NULL if there is none */
} array_place;

/* "s.h5" (a statistics file, or an output with one record), "s.h5:/group" or "y.h5:/y". */
sci_status array_place_find(array_place *out, const char *operand) SCI_MUST_CHECK;
void array_place_clear(array_place *place);

/* The recipe at a place. Where nothing is kept it is made from the table: kept axes, and labels
 * without files. */
sci_status array_place_recipe(const array_place *place, const sci_stats *stats,
                              array_recipe *out) SCI_MUST_CHECK;

/* ---- statistics files ---- */

/* Fill the empty file `path` with a table and, if it is not NULL, the recipe and a text of
 * provenance. */
sci_status array_stats_write(const char *path, const sci_stats *stats, const array_recipe *recipe,
                             const char *provenance, bool verify, bool sync) SCI_MUST_CHECK;

/* The recipe's and the provenance's place in a statistics file in the making. */
sci_status array_stats_describe(sci_h5_output *out, const array_recipe *recipe,
                                const char *provenance) SCI_MUST_CHECK;

/* Provenance of a table: the options, the digests of its sources, its fingerprint. Released by
 * sci_free. */
sci_status array_provenance(const cli_call *call, const sci_stats *stats,
                            char **text) SCI_MUST_CHECK;
/* The same for what was made of one input with a table; `digest` is that of the input, NULL if
 * it was not read whole. */
sci_status array_provenance_of(const cli_call *call, const sci_stats *stats, sci_digest_kind kind,
                               const uint8_t *digest, char **text) SCI_MUST_CHECK;

/* ---- rows that pass by ---- */

#define ARRAY_NAMED 5 /* groups named in a note */

/* Passes rows on and remembers the degenerate groups among them. */
typedef struct array_tee {
    sci_rows_sink next; /* append NULL: none */
    uint64_t n_constant, n_empty;
    uint64_t constant[ARRAY_NAMED], empty[ARRAY_NAMED];
} array_tee;

sci_rows_sink array_tee_sink(array_tee *tee);
/* Everything of a table that is in memory. */
void array_tee_table(array_tee *tee, const sci_stats *stats);
/* Notes on stderr; `stats` (a head is enough) names the groups. */
void array_tee_note(const array_tee *tee, const sci_stats *stats, const char *input);
/* The same where the groups of an input are degenerate in a table of other data. */
void array_tee_note_stored(const array_tee *tee, const sci_stats *stats, const char *input,
                           const char *table);

#endif
