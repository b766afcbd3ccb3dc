/* SPDX-License-Identifier: BSD-3-Clause */
/* h5py's lzf filter (the format of Marc Lehmann's liblzf): runs of literal bytes, and copies from
 * at most 8 KiB back. */
#include <stdlib.h>
#include <string.h>

#include "h5_codec_priv.h"

enum {
    LITERALS = 32,   /* control bytes below it start a literal run of control + 1 bytes */
    LONG_COPY = 7,   /* this length is continued in the next byte */
    COPY_LENGTH = 2, /* added to every copy's length */
    BACK_MOST = 1 << 13,
    COPY_LEAST = 3,
    COPY_MOST = LONG_COPY + 255 + COPY_LENGTH,
    HASH_BITS = 13
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

/* ---- encoding ---- */

size_t
h5_lzf_bound(size_t bytes)
{
    return bytes + bytes / LITERALS + 1;
}

/* Where three bytes were seen last. */
static size_t
hash(const unsigned char *at)
{
    uint32_t three = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];

    return three * UINT32_C(0x9e3779b1) >> (32 - HASH_BITS);
}

static unsigned char *
put_literals(unsigned char *to, const unsigned char *from, size_t n)
{
    while (n > 0) {
        size_t run = n < LITERALS ? n : LITERALS;

        *to++ = (unsigned char)(run - 1);
        memcpy(to, from, run);
        to += run;
        from += run;
        n -= run;
    }
    return to;
}

static unsigned char *
put_copy(unsigned char *to, size_t back, size_t length)
{
    size_t rest = length - COPY_LENGTH;

    back--;
    if (rest < LONG_COPY) {
        *to++ = (unsigned char)(rest << 5 | back >> 8);
    } else {
        *to++ = (unsigned char)((size_t)LONG_COPY << 5 | back >> 8);
        *to++ = (unsigned char)(rest - LONG_COPY);
    }
    *to++ = (unsigned char)(back & 0xff);
    return to;
}

static size_t
match_length(const unsigned char *a, const unsigned char *b, size_t most)
{
    size_t n = 0;

    while (n + sizeof(uint64_t) <= most) {
        uint64_t x, y;

        memcpy(&x, a + n, sizeof x);
        memcpy(&y, b + n, sizeof y);
        if (x != y)
            break;
        n += sizeof x;
    }
    while (n < most && a[n] == b[n])
        n++;
    return n;
}

size_t
h5_lzf_encode(const unsigned char *from, size_t bytes, unsigned char *to)
{
    uint32_t seen[1 << HASH_BITS] = { 0 }; /* place + 1, modulo 2^32 */
    unsigned char *start = to;
    size_t at = 0, literals = 0;

    while (bytes - at >= COPY_LEAST) {
        uint32_t *slot = &seen[hash(from + at)];
        size_t back = (uint32_t)(at + 1) - *slot, length = 0;
        bool known = *slot != 0 && back >= 1 && back <= BACK_MOST && back <= at;

        *slot = (uint32_t)(at + 1);
        if (known)
            length = match_length(from + at, from + at - back,
                                  bytes - at < COPY_MOST ? bytes - at : COPY_MOST);
        if (length < COPY_LEAST) {
            at++;
            literals++;
            continue;
        }
        to = put_literals(to, from + at - literals, literals);
        to = put_copy(to, back, length);
        literals = 0;
        at += length;
        /* What follows often begins with the last two bytes of the copy. */
        for (size_t k = at - 2; k < at && bytes - k >= COPY_LEAST; k++)
            seen[hash(from + k)] = (uint32_t)(k + 1);
    }
    literals += bytes - at;
    return (size_t)(put_literals(to, from + bytes - literals, literals) - start);
}

/* ---- HDF5's side ---- */

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

/* Replace HDF5's buffer, which is from malloc. */
static size_t
replace(void **buffer, size_t *capacity, unsigned char *by, size_t bytes)
{
    free(*buffer);
    *buffer = by;
    *capacity = bytes;
    return bytes;
}

/* Where a chunk does not become smaller encoding fails, and HDF5 stores it without this filter,
 * which h5py always makes an optional one. */
static size_t
filter(unsigned flags, size_t n_values, const unsigned values[], size_t bytes, size_t *capacity,
       void **buffer)
{
    bool decode = (flags & H5Z_FLAG_REVERSE) != 0;
    size_t room = decode ? decoded_bytes(*buffer, bytes) : h5_lzf_bound(bytes), used = room;
    unsigned char *to;

    (void)n_values;
    (void)values;
    if (room == 0)
        return 0;
    to = malloc(room);
    if (to != NULL && !decode)
        used = h5_lzf_encode(*buffer, bytes, to);
    if (to == NULL || (decode ? !h5_lzf_decode(*buffer, bytes, to, room) : used >= bytes)) {
        free(to);
        return 0;
    }
    return replace(buffer, capacity, to, used);
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
