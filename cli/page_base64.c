/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 4648, section 4. */
#include "page_priv.h"

size_t
page_base64(char *text, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t used = 0;

    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        unsigned three = (unsigned)bytes[i] << 16 | (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0)
                         | (left > 2 ? bytes[i + 2] : 0);

        text[used++] = digits[three >> 18];
        text[used++] = digits[three >> 12 & 63];
        text[used++] = digits[three >> 6 & 63];
        text[used++] = digits[three & 63];
    }
    for (size_t missing = (3 - n % 3) % 3; missing > 0; missing--)
        text[used - missing] = '=';
    text[used] = '\0';
    return used;
}
