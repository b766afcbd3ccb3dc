/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "file_digest.h"

#include <stdio.h>

#include <xxhash.h>

#include <sci/file.h>

#include "cli/provenance.h"

sci_status
econ_file_digest(char digest[80], const char *path)
{
    XXH3_state_t *state = XXH3_createState();
    FILE *in = state ? fopen(path, "re") : NULL;
    XXH128_canonical_t canonical;
    char bytes[16384];
    size_t n;
    sci_status st = SCI_OK;

    if (!state)
        st = sci_fail(SCI_ERR_NOMEM, "no memory for a digest");
    else if (!in)
        st = sci_fail_errno("open", path);
    else
        (void)XXH3_128bits_reset(state);
    while (st == SCI_OK && (n = fread(bytes, 1, sizeof bytes, in)) > 0)
        (void)XXH3_128bits_update(state, bytes, n);
    if (st == SCI_OK && ferror(in))
        st = sci_fail_errno("read", path);
    if (st == SCI_OK) {
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
        cli_digest_text(SCI_DIGEST_XXH3, canonical.digest, digest);
    }
    if (in)
        fclose(in);
    XXH3_freeState(state);
    return st;
}
