/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models and summaries in words and in JSON. */
#ifndef GENOMICS_DESCRIBE_H
#define GENOMICS_DESCRIBE_H

#include "cli/json.h"

#include "record.h"
#include "summary.h"

/* A few notes on stderr about `output`: cells, genes, batches, what was left as it was and why, the
 * share of the variance that batches explain beyond what was kept. */
void genomics_describe_notes(const genomics_model *model, const char *output);

/* One sentence: "ComBat; keeps cancer; 398 genes adjusted". */
void genomics_describe_done(const genomics_model *model, char *text, size_t size);

/* Members of an object: method, cells, genes, batches with their priors, covariates, genes left as
 * they were by reason. */
void genomics_describe_json(cli_json *json, const genomics_model *model);

/* A table on stdout; `all`: every gene that was left as it was. */
void genomics_describe_text(const genomics_model *model, bool all);

/* A summary: members of an object, or a table on stdout. */
void genomics_describe_summary_json(cli_json *json, const genomics_summary *summary);
void genomics_describe_summary_text(const genomics_summary *summary);

/* "1 (11), 2 (18) and 4 more", cut to fit; cells NULL: the names. */
void genomics_describe_batches(const genomics_terms *terms, const uint64_t *cells, char *text,
                               size_t size);

#endif
