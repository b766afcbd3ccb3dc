/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 from other encodings, and whether text is UTF-8. */
#ifndef ECON_DECODE_H
#define ECON_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a check stopped: bytes that the last sequence still needs, and the range of the next of them. */
typedef struct econ_utf8_state {
    unsigned left;
    unsigned char least, most;
} econ_utf8_state;

/* Is the next stretch of a text well-formed (RFC 3629)? A sequence may go on in the next one. */
bool econ_utf8_check(econ_utf8_state *s, const char *text, size_t n);

/* Decode n bytes; the result has at most 3 n bytes. Returns its length; *used bytes were decoded, SIZE_MAX:
 * they are not of the encoding (a lone surrogate, half a unit at the end). `last`: nothing follows. */
size_t econ_decode_utf16(char *out, const unsigned char *in, size_t n, bool big, bool last,
                         size_t *used);
/* Bytes without a character become U+FFFD. */
size_t econ_decode_1252(char *out, const unsigned char *in, size_t n, size_t *used);

#endif
