/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "econ_panels.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* splitmix64 of the place: no state, so that parts of a panel can be made by themselves. */
static double
noise(uint64_t place)
{
    uint64_t x = place * 0x9e3779b97f4a7c15u + 0x7f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    return (double)(x >> 11) / 9007199254740992.0;
}

static double
value_of(uint64_t indicator, uint64_t month)
{
    double sum = 0.0;

    for (uint64_t k = 0; k < 4; k++)
        sum += noise((indicator << 20 | month) * 4 + k) - 0.5;
    return 100.0 + 20.0 * sin(0.01 * (double)month + (double)indicator) + sum;
}

int
make_panel(int argc, char **argv)
{
    uint64_t n, first, periods, each;
    FILE *file;

    if (argc != 5)
        return 2;
    n = strtoull(argv[1], NULL, 10);
    first = strtoull(argv[2], NULL, 10);
    periods = strtoull(argv[3], NULL, 10);
    each = strtoull(argv[4], NULL, 10);
    file = fopen(argv[0], "w");
    if (file == NULL)
        return 4;
    fputs("period,indicator,sector,value\n", file);
    for (uint64_t i = 0; i < n; i++)
        for (uint64_t t = first; t < first + periods; t++)
            fprintf(file, "%llu-%02llu,i%06llu,sector%05llu,%.10f\n",
                    (unsigned long long)(1990 + t / 12), (unsigned long long)(t % 12 + 1),
                    (unsigned long long)i, (unsigned long long)(i / each), value_of(i, t));
    return fclose(file) == 0 ? 0 : 4;
}
