/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "picture_priv.h"

/* The smallest of 1, 2, 5 × 10^k that is not below `least`. */
static double
round_step(double least)
{
    double power = pow(10.0, floor(log10(least)));
    double ratio = least / power;

    return power * (ratio <= 1.0 ? 1.0 : ratio <= 2.0 ? 2.0 : ratio <= 5.0 ? 5.0 : 10.0);
}

/* A true minus sign, as wide as a digit. */
static void
print_value(double value, int decimals, bool exponent, char *text, size_t size)
{
    const char *minus = value < 0.0 ? "\xe2\x88\x92" : "";

    if (exponent)
        snprintf(text, size, "%s%.*e", minus, decimals, fabs(value));
    else
        snprintf(text, size, "%s%.*f", minus, decimals, fabs(value));
}

void
picture_ticks_make(picture_ticks *out, double low, double high, int wanted)
{
    double step = round_step((high - low) / wanted);
    double first = ceil(low / step - 1e-9);
    double largest = fmax(fabs(low), fabs(high));
    bool exponent = largest >= 1e6 || largest < 1e-3;
    int decimals = (int)-floor(log10(step) + 1e-9);

    if (exponent) /* digits between the largest value's first and the step's last */
        decimals += (int)floor(log10(largest));
    if (decimals < 0)
        decimals = 0;
    out->n = 0;
    for (double k = first; k * step <= high + 1e-9 * step && out->n < PICTURE_TICKS_MOST; k++) {
        out->at[out->n] = k == 0.0 ? 0.0 : k * step;
        print_value(out->at[out->n], decimals, exponent, out->text[out->n], sizeof out->text[0]);
        out->n++;
    }
}
