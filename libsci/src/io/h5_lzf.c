/* SPDX-License-Identifier: BSD-3-Clause */
/* Decoder of h5py's lzf filter (the format of Marc Lehmann's liblzf): runs of literal bytes, and
 * copies from at most 8 KiB back. */
#include <stdlib.h>
#include <string.h>

#include "h5_codec_priv.h"

enum {
    LITERALS = 32,   /* control bytes below it start a literal run of control + 1 bytes */
    LONG_COPY = 7,   /* this length is continued in the next byte */
    COPY_LENGTH = 2, /* added to every copy's length */
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

/* Bytes that will come out: at most 88 times what goes in. */
static size_t
decoded_bytes(const unsigned char *from, size_t stored_bytes)
{
    const unsigned char *end = from + stored_bytes;
    size_t total = 0;

    while (from < end) {
        size_t control = *from++, length = control + 1, skip = length;

        if (control >= LITERALS) {
            bool longer = control >> 5 == LONG_COPY;

            length = (control >> 5) + COPY_LENGTH + (longer && from < end ? *from : 0);
            skip = longer ? 2 : 1;
        }
        total += length;
        from += skip < (size_t)(end - from) ? skip : (size_t)(end - from);
    }
    return total;
}

/* HDF5's side of it. Data are only decoded: to encode fails, and HDF5 stores the chunk without
 * this filter, which h5py always makes an optional one. The buffers are HDF5's, from malloc. */
static size_t
filter(unsigned flags, size_t n_values, const unsigned values[], size_t bytes, size_t *capacity,
       void **buffer)
{
    size_t decoded = decoded_bytes(*buffer, bytes);
    unsigned char *to;

    (void)n_values;
    (void)values;
    if ((flags & H5Z_FLAG_REVERSE) == 0 || decoded == 0)
        return 0;
    to = malloc(decoded);
    if (to == NULL || !h5_lzf_decode(*buffer, bytes, to, decoded)) {
        free(to);
        return 0;
    }
    free(*buffer);
    *buffer = to;
    *capacity = decoded;
    return decoded;
}

bool
h5_lzf_register(void)
{
    static const H5Z_class2_t class = {
        .version = H5Z_CLASS_T_VERS,
        .id = H5_LZF,
        .encoder_present = 1,
        .decoder_present = 1,
        .name = "lzf",
        .filter = filter,
    };

    return H5Zfilter_avail(H5_LZF) > 0 || H5Zregister(&class) >= 0;
}
