/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot_priv.h"

/* The hues of Okabe and Ito (2008), moved until every colour has a contrast of at least 3:1 to the
 * background (WCAG 2.1, 1.4.11) and any two are at least 0.09 apart in OKLab (0.11 in the dark),
 * for normal vision and for the three kinds of dichromacy (Machado, Oliveira, Fernandes 2009). */
const plot_colour plot_palette[PLOT_COLOURS] = {
    { "#006b86", "#2275b0" }, { "#c64007", "#f56900" }, { "#009266", "#01ad70" },
    { "#da6da1", "#fc87bc" }, { "#a69608", "#ecc80d" }, { "#199ddd", "#60bfff" },
    { "#523e9e", "#a86ef7" }, { "#2f3c44", "#f0f1d9" },
};
const plot_colour plot_grey = { "#7b828a", "#8b929b" };
const plot_colour plot_background = { "#ffffff", "#14171c" };

const char *
plot_colour_class(int colour)
{
    static const char *const classes[PLOT_COLOURS] = { "c0", "c1", "c2", "c3",
                                                       "c4", "c5", "c6", "c7" };

    return colour < 0 ? "cn" : classes[colour % PLOT_COLOURS];
}
