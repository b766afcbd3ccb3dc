/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot_priv.h"
#include "utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define ELLIPSIS "\xe2\x80\xa6"

/* Control characters other than blank ones, and those that change the direction of writing. */
static bool
is_harmful(uint32_t code)
{
    return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7f && code < 0xa0)
           || code == 0x61c || code == 0x200e || code == 0x200f
           || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
           || (code & 0xfffe) == 0xfffe;
}

/* The next character as it is written; returns the bytes of `text` that it stands for. */
static size_t
next_piece(const char *text, const char **piece, size_t *bytes)
{
    static const struct {
        char character;
        const char *entity;
    } entities[] = {
        { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" }
    };
    uint32_t code;
    size_t length = cli_utf8_next(text, &code);

    if (length == 0 || is_harmful(code)) {
        *piece = REPLACEMENT;
        *bytes = strlen(REPLACEMENT);
        return length > 0 ? length : 1;
    }
    *piece = text;
    *bytes = length;
    for (size_t k = 0; k < sizeof entities / sizeof *entities; k++)
        if (*text == entities[k].character) {
            *piece = entities[k].entity;
            *bytes = strlen(*piece);
        }
    return length;
}

void
plot_text_write(FILE *out, const char *text)
{
    while (*text) {
        const char *piece;
        size_t bytes, length = next_piece(text, &piece, &bytes);

        fwrite(piece, 1, bytes, out);
        text += length;
    }
}

/* In parts of the size of the font. */
static double
character_width(uint32_t code)
{
    if (code >= 0x1100 && (code < 0x2000 || code >= 0x2e80)) /* East Asian and the like */
        return 1.0;
    if (code >= 0x80)
        return 0.62;
    if (strchr("fijlrtI.,:;'|!()[]{} /", (int)code))
        return 0.37;
    if (strchr("mwMW@%&", (int)code))
        return 0.93;
    return code >= 'A' && code <= 'Z' ? 0.7 : 0.58;
}

/* Width of the character at `text`; its bytes go to *length. */
static double
width_at(const char *text, size_t *length)
{
    uint32_t code;

    *length = cli_utf8_next(text, &code);
    if (*length == 0) {
        *length = 1;
        return 1.0;
    }
    return code == 0 ? 0.0 : character_width(code);
}

double
plot_text_width(const char *text, double size)
{
    double width = 0.0;
    size_t length;

    for (; *text; text += length)
        width += width_at(text, &length);
    return width * size;
}

void
plot_text_write_short(FILE *out, const char *text, double size, double most)
{
    double room = most / size - character_width(0x2026), used = 0.0;

    if (plot_text_width(text, size) <= most) {
        plot_text_write(out, text);
        return;
    }
    while (*text) {
        const char *piece;
        size_t bytes, length;

        used += width_at(text, &length);
        if (used > room)
            break;
        length = next_piece(text, &piece, &bytes);
        fwrite(piece, 1, bytes, out);
        text += length;
    }
    fputs(ELLIPSIS, out);
}

void
plot_coordinate(FILE *out, double value)
{
    long tenths = lround(value * 10.0);

    if (tenths % 10 == 0)
        fprintf(out, "%ld", tenths / 10);
    else
        fprintf(out, "%s%ld.%ld", tenths < 0 ? "-" : "", labs(tenths) / 10, labs(tenths) % 10);
}
