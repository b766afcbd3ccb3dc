/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "provenance.h"

#include "cli/provenance.h"

sci_status
genomics_provenance(const cli_call *call, const sci_report *report, char **text)
{
    char hex[80];
    const char *digests[1] = { hex };

    if (report != NULL)
        cli_digest_text(SCI_DIGEST_XXH3, report->digest, hex);
    return cli_provenance_text(text, call, report != NULL ? 1 : 0, digests, NULL);
}
