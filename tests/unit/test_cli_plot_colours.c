/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/testing.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cli/picture.h>
#include <cli/plot_priv.h>

typedef struct rgb {
    double v[3];
} rgb;

static rgb
linear_of(const char *hex)
{
    rgb c;

    assert_count(strlen(hex), 7);
    for (int k = 0; k < 3; k++) {
        char digits[3] = { hex[1 + 2 * k], hex[2 + 2 * k], '\0' };
        double value = (double)strtol(digits, NULL, 16) / 255.0;

        c.v[k] = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
    }
    return c;
}

static rgb
times(const double m[3][3], rgb c)
{
    rgb out;

    for (int k = 0; k < 3; k++)
        out.v[k] = m[k][0] * c.v[0] + m[k][1] * c.v[1] + m[k][2] * c.v[2];
    return out;
}

/* WCAG 2.1 */
static double
contrast(const char *a, const char *b)
{
    double light[2];

    for (int k = 0; k < 2; k++) {
        rgb c = linear_of(k ? b : a);

        light[k] = 0.2126 * c.v[0] + 0.7152 * c.v[1] + 0.0722 * c.v[2] + 0.05;
    }
    return fmax(light[0], light[1]) / fmin(light[0], light[1]);
}

/* Distance in OKLab (Ottosson 2020) for somebody with vision `kind`. */
static double
distance(const char *a, const char *b, int kind)
{
    /* Normal; protanopia, deuteranopia, tritanopia of severity 1 (Machado, Oliveira, Fernandes
     * 2009). */
    static const double vision[4][3][3] = {
        { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
        { { 0.152286, 1.052583, -0.204868 },
          { 0.114503, 0.786281, 0.099216 },
          { -0.003882, -0.048116, 1.051998 } },
        { { 0.367322, 0.860646, -0.227968 },
          { 0.280085, 0.672501, 0.047413 },
          { -0.011820, 0.042940, 0.968881 } },
        { { 1.255528, -0.076749, -0.178779 },
          { -0.078411, 0.930809, 0.147602 },
          { 0.004733, 0.691367, 0.303900 } },
    };
    static const double cones[3][3] = { { 0.4122214708, 0.5363325363, 0.0514459929 },
                                        { 0.2119034982, 0.6806995451, 0.1073969566 },
                                        { 0.0883024619, 0.2817188376, 0.6299787005 } };
    static const double lab[3][3] = { { 0.2104542553, 0.7936177850, -0.0040720468 },
                                      { 1.9779984951, -2.4285922050, 0.4505937099 },
                                      { 0.0259040371, 0.7827717662, -0.8086757660 } };
    double sum = 0.0;
    rgb c[2];

    for (int k = 0; k < 2; k++) {
        c[k] = times(vision[kind], linear_of(k ? b : a));
        for (int i = 0; i < 3; i++)
            c[k].v[i] = fmin(fmax(c[k].v[i], 0.0), 1.0);
        c[k] = times(cones, c[k]);
        for (int i = 0; i < 3; i++)
            c[k].v[i] = cbrt(c[k].v[i]);
        c[k] = times(lab, c[k]);
    }
    for (int i = 0; i < 3; i++)
        sum += (c[0].v[i] - c[1].v[i]) * (c[0].v[i] - c[1].v[i]);
    return sqrt(sum);
}

static void
colours_stand_out_from_the_background(void **state)
{
    (void)state;
    for (int k = -1; k < PLOT_COLOURS; k++) {
        const plot_colour *c = k < 0 ? &plot_grey : &plot_palette[k];

        test_context("colour %d", k);
        assert_that(contrast(c->light, plot_background.light) >= 2.995);
        assert_that(contrast(c->dark, plot_background.dark) >= 3.5);
    }
}

static void
any_two_colours_differ_for_everybody(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++)
        for (int a = 0; a < PLOT_COLOURS; a++)
            for (int b = 0; b < a; b++) {
                test_context("colours %d and %d, vision %d", a, b, kind);
                assert_that(distance(plot_palette[a].light, plot_palette[b].light, kind) >= 0.09);
                assert_that(distance(plot_palette[a].dark, plot_palette[b].dark, kind) >= 0.11);
            }
}

static void
outlines_stand_out_on_every_grey(void **state)
{
    char line[8], grey[8];

    (void)state;
    snprintf(line, sizeof line, "#%06x", CLI_OUTLINE_COLOUR);
    for (int kind = 0; kind < 4; kind++)
        for (unsigned k = 0; k < 256; k++) {
            test_context("grey %u, vision %d", k, kind);
            snprintf(grey, sizeof grey, "#%02x%02x%02x", k, k, k);
            assert_that(distance(line, grey, kind) >= 0.14);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_stand_out_from_the_background),
        cmocka_unit_test(any_two_colours_differ_for_everybody),
        cmocka_unit_test(outlines_stand_out_on_every_grey),
    };

    return run_all(tests);
}
