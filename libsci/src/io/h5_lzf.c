/* SPDX-License-Identifier: BSD-3-Clause */
/* Decoder of h5py's lzf filter (the format of Marc Lehmann's liblzf): runs of literal bytes, and copies
 * from at most 8 KiB back. */
#include <string.h>

#include "h5_codec_priv.h"

enum {
    LITERALS = 32,    /* control bytes below it start a literal run of control + 1 bytes */
    LONG_COPY = 7,    /* this length is continued in the next byte */
    COPY_LENGTH = 2,  /* added to every copy's length */
};

bool
h5_lzf_decode(const unsigned char *from, size_t stored_bytes, unsigned char *to, size_t bytes)
{
    const unsigned char *end = from + stored_bytes;
    size_t done = 0;

    while (from < end) {
        size_t control = *from++, length, back;

        if (control < LITERALS) {
            length = control + 1;
            if (length > (size_t)(end - from) || length > bytes - done)
                return false;
            memcpy(to + done, from, length);
            from += length;
            done += length;
            continue;
        }
        length = control >> 5;
        if (length == LONG_COPY) {
            if (from == end)
                return false;
            length += *from++;
        }
        length += COPY_LENGTH;
        if (from == end)
            return false;
        back = ((control & 0x1f) << 8) + *from++ + 1;
        if (back > done || length > bytes - done)
            return false;
        /* The copy may overlap what it makes: one byte at a time. */
        for (size_t i = 0; i < length; i++, done++)
            to[done] = to[done - back];
    }
    return done == bytes;
}
