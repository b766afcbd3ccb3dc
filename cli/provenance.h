/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a result comes from, as text: program and version, verb, the options that can change a
 * result, the digests of the inputs (sorted), the fingerprint of the grouping. No clock, no object
 * times, no host: equal runs give equal bytes. */
#ifndef CLI_PROVENANCE_H
#define CLI_PROVENANCE_H

#include <sci/engine.h>

#include "program.h"

/* digests: "xxh3:…" each, in any order; fingerprint may be NULL. *text is released by sci_free. */
sci_status cli_provenance_text(char **text, const cli_call *call, size_t n_digests,
                               const char *const *digests, const char *fingerprint) SCI_MUST_CHECK;

/* Only the options, "--norm=group:8 --eps=1e-05": given or default, rows with CLI_RESULT, in the
 * order of the table. */
sci_status cli_provenance_options(char **text, const cli_call *call) SCI_MUST_CHECK;

/* A whole pass over a source for nothing but its digest. `options` say with what means. */
sci_status cli_source_digest(const sci_options *options, sci_source *source, sci_digest_kind kind,
                             uint8_t digest[SCI_DIGEST_BYTES]) SCI_MUST_CHECK;

/* "xxh3:…" or "sha256:…" */
void cli_digest_text(sci_digest_kind kind, const uint8_t *digest, char text[80]);

#endif
