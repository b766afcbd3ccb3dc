/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decode.h"

#include <string.h>

static size_t
ascii_run(const char *text, size_t n)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    size_t k = 0;

    for (; k + 64 <= n; k += 64) {
        uint64_t words[8], all = 0;

        memcpy(words, text + k, sizeof words);
        for (int w = 0; w < 8; w++)
            all |= words[w];
        if ((all & high) != 0)
            break;
    }
    while (k < n && (unsigned char)text[k] < 0x80)
        k++;
    return k;
}

static bool
begin_sequence(econ_utf8_state *s, unsigned char c)
{
    s->least = 0x80;
    s->most = 0xbf;
    if (c >= 0xc2 && c <= 0xdf) {
        s->left = 1;
    } else if (c >= 0xe0 && c <= 0xef) {
        s->left = 2;
        if (c == 0xe0)
            s->least = 0xa0; /* no overlong forms */
        if (c == 0xed)
            s->most = 0x9f; /* no surrogates */
    } else if (c >= 0xf0 && c <= 0xf4) {
        s->left = 3;
        if (c == 0xf0)
            s->least = 0x90;
        if (c == 0xf4)
            s->most = 0x8f;
    } else {
        return false;
    }
    return true;
}

bool
econ_utf8_check(econ_utf8_state *s, const char *text, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        unsigned char c;

        if (s->left == 0) {
            k += ascii_run(text + k, n - k);
            if (k == n)
                break;
            if (!begin_sequence(s, (unsigned char)text[k]))
                return false;
            continue;
        }
        c = (unsigned char)text[k];
        if (c < s->least || c > s->most)
            return false;
        s->left--;
        s->least = 0x80;
        s->most = 0xbf;
    }
    return true;
}

static size_t
encode(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

static uint32_t
unit_at(const unsigned char *in, bool big)
{
    return big ? (uint32_t)in[0] << 8 | in[1] : (uint32_t)in[1] << 8 | in[0];
}

size_t
econ_decode_utf16(char *out, const unsigned char *in, size_t n, bool big, bool last, size_t *used)
{
    size_t at = 0, made = 0;

    while (n - at >= 2) {
        uint32_t code = unit_at(in + at, big);
        size_t bytes = 2;

        if (code >= 0xd800 && code <= 0xdbff) {
            uint32_t low;

            if (n - at < 4)
                break;
            low = unit_at(in + at + 2, big);
            if (low < 0xdc00 || low > 0xdfff) {
                *used = SIZE_MAX;
                return 0;
            }
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            bytes = 4;
        } else if (code >= 0xdc00 && code <= 0xdfff) {
            *used = SIZE_MAX;
            return 0;
        }
        made += encode(out + made, code);
        at += bytes;
    }
    *used = last && at < n ? SIZE_MAX : at;
    return made;
}

size_t
econ_decode_1252(char *out, const unsigned char *in, size_t n, size_t *used)
{
    static const uint16_t high[32] = {
        0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
    };
    size_t made = 0;

    for (size_t k = 0; k < n; k++)
        made += encode(out + made, in[k] >= 0x80 && in[k] < 0xa0 ? high[in[k] - 0x80] : in[k]);
    *used = n;
    return made;
}
