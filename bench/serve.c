/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
serve(serve_task task, void *context)
{
    char word[64];

    puts("ready");
    fflush(stdout);
    while (fgets(word, sizeof word, stdin) != NULL) {
        double seconds = 0.0;
        word[strcspn(word, "\n")] = '\0';
        sci_status st = task(context, word, &seconds);
        if (st == SCI_OK)
            printf("%.9f\n", seconds);
        else
            printf("failed: %s: %s\n", sci_status_name(st), sci_message());
        fflush(stdout);
    }
    return 0;
}

bool
parse_shape(const char *text, sci_array *array)
{
    uint64_t count = 0;

    *array = (sci_array){ .type = SCI_FLOAT32 };
    while (array->rank < SCI_MAX_RANK) {
        char *end = NULL;
        unsigned long long size = strtoull(text, &end, 10);
        if (end == text || (*end != ',' && *end != '\0'))
            return false;
        array->shape[array->rank++] = size;
        if (*end == '\0')
            return sci_array_count(array, &count) == SCI_OK && count > 0;
        text = end + 1;
    }
    return false;
}

uint64_t
next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void
fill_floats(float *x, uint64_t n, uint64_t seed)
{
    const double unit = 1.0 / 65536.0;

    for (uint64_t i = 0; i < n; i++) {
        uint64_t r = next_random(&seed);
        /* Four uniform 16-bit numbers: their sum has mean 2 and variance 1/3. */
        double sum = (double)((r & 0xffff) + (r >> 16 & 0xffff) + (r >> 32 & 0xffff) + (r >> 48));
        x[i] = (float)(3.0 + 2.0 * 1.7320508075688772 * (sum * unit - 2.0));
    }
}
