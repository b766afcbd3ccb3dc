/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "utf8.h"

size_t
cli_utf8_next(const char *text, uint32_t *code)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {
        { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
    };
    const unsigned char *bytes = (const unsigned char *)text;

    for (size_t n = 0; n < 4; n++) {
        uint32_t value = bytes[0] & (unsigned char)~forms[n].mask;

        if ((bytes[0] & forms[n].mask) != forms[n].lead)
            continue;
        for (size_t k = 1; k <= n; k++) {
            if ((bytes[k] & 0xc0) != 0x80) /* the end of the text too */
                return 0;
            value = value << 6 | (bytes[k] & 0x3f);
        }
        if (value < forms[n].least || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
            return 0;
        *code = value;
        return n + 1;
    }
    return 0;
}

size_t
cli_utf8_width(const char *text)
{
    size_t width = 0;

    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}
