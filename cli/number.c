/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "number.h"

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool
cli_parse_integer(const char *text, int64_t *out)
{
    const char *digits = text + (*text == '-' || *text == '+');
    char *end;
    long long value;

    if (!is_digit(*digits))
        return false;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (*end || errno)
        return false;
    *out = value;
    return true;
}

/* Length of "12", "1.5", ".5", "1e-5" at the start of `text`: what strtod takes, without
 * hexadecimal, nan and inf. */
static size_t
decimal_length(const char *text, bool exponent)
{
    size_t n = 0, digits = 0;

    for (; is_digit(text[n]); n++)
        digits++;
    if (text[n] == '.')
        for (n++; is_digit(text[n]); n++)
            digits++;
    if (digits == 0)
        return 0;
    if (exponent && (text[n] == 'e' || text[n] == 'E')) {
        size_t after = n + 1 + (text[n + 1] == '-' || text[n + 1] == '+');

        if (is_digit(text[after]))
            for (n = after; is_digit(text[n]);)
                n++;
    }
    return n;
}

bool
cli_parse_real(const char *text, double *out)
{
    size_t sign = *text == '-' || *text == '+';
    size_t n = decimal_length(text + sign, true);
    double value;

    if (n == 0 || text[sign + n])
        return false;
    errno = 0;
    value = strtod(text, NULL);
    if (!isfinite(value) || (errno == ERANGE && fabs(value) < 0x1p-1074))
        return false;
    *out = value;
    return true;
}

static bool
find_unit(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *name;
        uint64_t bytes;
    } units[] = {
        { "", 1 },
        { "B", 1 },
        { "K", 1000 },
        { "KiB", UINT64_C(1) << 10 },
        { "M", 1000000 },
        { "MiB", 1 << 20 },
        { "G", 1000000000 },
        { "GiB", 1 << 30 },
        { "T", UINT64_C(1000000000000) },
        { "TiB", UINT64_C(1) << 40 },
    };

    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        if (strcasecmp(text, units[k].name) == 0) {
            *bytes = units[k].bytes;
            return true;
        }
    }
    return false;
}

bool
cli_parse_size(const char *text, uint64_t *out)
{
    size_t n = decimal_length(text, false);
    uint64_t unit, whole;
    double part = 0.0;

    if (n == 0 || !find_unit(text + n, &unit))
        return false;
    errno = 0;
    whole = is_digit(*text) ? strtoull(text, NULL, 10) : 0;
    if (errno || __builtin_mul_overflow(whole, unit, &whole))
        return false;
    if (memchr(text, '.', n))
        part = strtod(strchr(text, '.'), NULL) * (double)unit; /* stops at the unit */
    if (__builtin_add_overflow(whole, (uint64_t)part, &whole) || whole == 0)
        return false;
    *out = whole;
    return true;
}

bool
cli_parse_shard(const char *text, cli_shard *out)
{
    const char *slash = strchr(text, '/');
    char *end;
    long number, total;

    if (!is_digit(*text) || !slash || !is_digit(slash[1]))
        return false;
    errno = 0;
    number = strtol(text, &end, 10);
    if (end != slash)
        return false;
    total = strtol(slash + 1, &end, 10);
    if (*end || errno || number < 1 || number > total || total > INT_MAX)
        return false;
    *out = (cli_shard){ (int)number, (int)total };
    return true;
}

void
cli_size_text(uint64_t bytes, char *text, size_t size)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    double value = (double)bytes / 1024.0;
    size_t k = 0;

    if (bytes < 1024) {
        snprintf(text, size, "%d B", (int)bytes);
        return;
    }
    for (; value >= 1023.95 && k + 1 < sizeof units / sizeof *units; k++)
        value /= 1024.0;
    snprintf(text, size, "%.1f %s", value, units[k]);
}
