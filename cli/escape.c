/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "utf8.h"

/* Code points that move the cursor, change the direction of writing or start a terminal's own
 * commands. */
static bool
is_harmful(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e
           || code == 0x200f || (code >= 0x2028 && code <= 0x202e)
           || (code >= 0x2066 && code <= 0x2069);
}

/* One byte in visible form. */
static size_t
spell_byte(char out[5], unsigned char byte)
{
    static const char letters[][2] = { { '\n', 'n' }, { '\t', 't' }, { '\r', 'r' } };

    for (size_t k = 0; k < sizeof letters / sizeof *letters; k++)
        if (byte == (unsigned char)letters[k][0])
            return (size_t)snprintf(out, 5, "\\%c", letters[k][1]);
    return (size_t)snprintf(out, 5, "\\x%02x", byte);
}

size_t
cli_escape(char *out, size_t size, const char *text)
{
    size_t used = 0;

    if (size == 0)
        return 0;
    while (*text) {
        uint32_t code;
        size_t length = cli_utf8_next(text, &code);
        char piece[5];
        size_t piece_bytes;

        if (length > 0 && !is_harmful(code)) {
            if (used + length >= size)
                break;
            memcpy(out + used, text, length);
            used += length;
            text += length;
            continue;
        }
        piece_bytes = spell_byte(piece, (unsigned char)*text);
        if (used + piece_bytes >= size)
            break;
        memcpy(out + used, piece, piece_bytes);
        used += piece_bytes;
        text++;
    }
    out[used] = '\0';
    return used;
}
