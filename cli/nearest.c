/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "nearest.h"

enum { WORD_MOST = 31 };

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t
cli_edit_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MOST + 1]; /* the row before last, the last, this one; they take turns */
    size_t n = strlen(a), m = strlen(b);

    if (n > WORD_MOST || m > WORD_MOST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3];
        const size_t *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

int
cli_is_near(const char *word, const char *candidate)
{
    size_t n = strlen(word);

    return (n > 0 && strncmp(word, candidate, n) == 0)
           || cli_edit_distance(word, candidate) <= (strlen(candidate) + 2) / 3;
}
