/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "picture_priv.h"
#include "plot_priv.h"

/* Polynomials for the colour map "viridis" of matplotlib (CC0), largest error 0.02; same lightness
 * steps everywhere, also for eyes that do not tell red from green. */
static const double viridis[7][3] = {
    { 0.2777273272234177, 0.005407344544966578, 0.3340998053353061 },
    { 0.1050930431085774, 1.404613529898575, 1.384590162594685 },
    { -0.3308618287255563, 0.214847559468213, 0.09509516302823659 },
    { -4.634230498983486, -5.799100973351585, -19.33244095627987 },
    { 6.228269936347081, 14.17993336680509, 56.69055260068105 },
    { 4.776384997670288, -13.74514537774601, -65.35303263337234 },
    { -5.435455855934631, 4.645852612178535, 26.3124352495832 },
};

static double
clamp(double t)
{
    return t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
}

void
picture_colour(cli_colours colours, double t, double rgb[3])
{
    for (int c = 0; c < 3; c++) {
        double sum = 0.0;

        for (int k = 6; k >= 0; k--)
            sum = sum * t + viridis[k][c];
        rgb[c] = colours == CLI_COLOURS_GREY ? t : clamp(sum);
    }
}

static uint32_t
mixed(uint32_t colour, uint32_t other, double part)
{
    uint32_t out = 0;

    for (int shift = 16; shift >= 0; shift -= 8) {
        double a = (double)(colour >> shift & 0xff), b = (double)(other >> shift & 0xff);

        out |= (uint32_t)(a + part * (b - a) + 0.5) << shift;
    }
    return out;
}

uint32_t
cli_label_colour(int32_t label)
{
    uint32_t colour = (uint32_t)strtoul(plot_palette[label % PLOT_COLOURS].dark + 1, NULL, 16);
    int shade = label / PLOT_COLOURS % 3;

    return shade == 0 ? colour : mixed(colour, shade == 1 ? 0xffffff : 0, 0.45);
}
