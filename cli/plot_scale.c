/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "plot_priv.h"

/* Differences of larger values may be infinite. */
static const double largest_drawn = 1e300;

/* ---- values to pixels ---- */

static bool
has_place(double value, bool logarithmic)
{
    return fabs(value) <= largest_drawn && (!logarithmic || value > 0.0);
}

double
plot_scale_at(const plot_scale *scale, double value)
{
    double part;

    if (!has_place(value, scale->logarithmic))
        return NAN;
    if (scale->logarithmic)
        part = log(value / scale->low) / log(scale->high / scale->low);
    else
        part = (value - scale->low) / (scale->high - scale->low);
    return scale->from + fmin(fmax(part, -4.0), 5.0) * (scale->to - scale->from);
}

bool
plot_scale_holds(const plot_scale *scale, double value)
{
    return value >= scale->low && value <= scale->high;
}

/* ---- the ends of an axis ---- */

typedef struct extent {
    double low, high;
    bool logarithmic;
} extent;

static void
include(extent *e, double value)
{
    if (!has_place(value, e->logarithmic))
        return;
    e->low = fmin(e->low, value);
    e->high = fmax(e->high, value);
}

static void
include_series(extent *e, const cli_series *s, bool vertical)
{
    bool bars = s->mark == CLI_MARK_BARS, filled = bars || s->mark == CLI_MARK_AREA;

    for (size_t k = 0; k < s->n; k++) {
        if (isnan(s->x[k]) || isnan(s->y[k]))
            continue;
        include(e, vertical ? s->y[k] : s->x[k]);
        if (bars && !vertical)
            include(e, s->x[k] + (s->width > 0.0 ? s->width : 1.0));
    }
    if (filled && vertical && !e->logarithmic && s->n > 0)
        include(e, 0.0);
}

/* Does something start at 0 there, which then stands on the axis? */
static bool
stands_on_zero(const cli_plot *plot, bool vertical)
{
    for (size_t k = 0; k < plot->n_series && vertical; k++)
        if (plot->series[k].mark == CLI_MARK_BARS || plot->series[k].mark == CLI_MARK_AREA)
            return true;
    return false;
}

/* Bars and areas fill the width of the plot. */
static bool
only_filled(const cli_plot *plot)
{
    for (size_t k = 0; k < plot->n_series; k++)
        if (plot->series[k].mark == CLI_MARK_POINTS)
            return false;
    return true;
}

/* Ticks between the two can be told apart. */
static bool
wide_enough(double low, double high)
{
    return high - low > 1e-11 * fmax(fabs(low), fabs(high)) && high - low > 1e-290;
}

static void
add_air(extent *e, double part, bool below, bool above)
{
    if (e->logarithmic) {
        double factor = e->low < e->high ? pow(e->high / e->low, part) : 2.0;

        e->low /= below ? factor : 1.0;
        e->high *= above ? factor : 1.0;
        return;
    }
    if (wide_enough(e->low, e->high)) {
        double air = part * (e->high - e->low);

        e->low -= below ? air : 0.0;
        e->high += above ? air : 0.0;
    } else { /* a single value, or some that are almost one */
        double air = fmax(0.1 * fmax(fabs(e->low), fabs(e->high)), 0.5);

        e->low -= air;
        e->high += air;
    }
}

void
plot_range(plot_scale *out, const cli_plot *plot, bool vertical)
{
    const cli_plot_axis *axis = vertical ? &plot->y : &plot->x;
    extent e = { INFINITY, -INFINITY, axis->logarithmic };
    bool zero = stands_on_zero(plot, vertical);

    *out = (plot_scale){ .low = axis->low, .high = axis->high, .logarithmic = axis->logarithmic };
    if (wide_enough(axis->low, axis->high) && has_place(axis->low, e.logarithmic)
        && has_place(axis->high, e.logarithmic))
        return;
    if (axis->n_names > 0) {
        out->low = -0.5;
        out->high = (double)axis->n_names - 0.5;
        out->logarithmic = false;
        return;
    }
    for (size_t k = 0; k < plot->n_series; k++)
        include_series(&e, &plot->series[k], vertical);
    if (!(e.low <= e.high)) { /* nothing to draw */
        e.low = e.logarithmic ? 1.0 : 0.0;
        e.high = e.logarithmic ? 10.0 : 1.0;
    }
    add_air(&e, !vertical && only_filled(plot) ? 0.0 : 0.05, !zero || e.low < 0.0,
            !zero || e.high > 0.0);
    out->low = e.low;
    out->high = e.high;
}

/* ---- ticks ---- */

/* The smallest of 1, 2, 5 × 10^k that is not below `least`. */
static double
round_step(double least)
{
    double power = pow(10.0, floor(log10(least)));
    double ratio = least / power;

    return power * (ratio <= 1.0 ? 1.0 : ratio <= 2.0 ? 2.0 : ratio <= 5.0 ? 5.0 : 10.0);
}

static void
append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);

    snprintf(text + used, size - used, "%s", more);
}

static void
append_power(char *text, size_t size, int power)
{
    static const char *const raised[10] = { "\xe2\x81\xb0", "\xc2\xb9",     "\xc2\xb2",
                                            "\xc2\xb3",     "\xe2\x81\xb4", "\xe2\x81\xb5",
                                            "\xe2\x81\xb6", "\xe2\x81\xb7", "\xe2\x81\xb8",
                                            "\xe2\x81\xb9" };
    char digits[16];

    append(text, size, "10");
    snprintf(digits, sizeof digits, "%d", power);
    for (const char *c = digits; *c; c++)
        append(text, size, *c == '-' ? "\xe2\x81\xbb" : raised[*c - '0']);
}

/* mantissa × 10^power */
static void
print_scientific(char *text, size_t size, double value, int power, int decimals)
{
    if (value == 0.0) {
        snprintf(text, size, "0");
        return;
    }
    cli_plot_number(text, size, value / pow(10.0, power), decimals);
    append(text, size, "\xc3\x97");
    append_power(text, size, power);
}

/* Digits beyond those of a double say nothing, and fill a line. */
#define NUMBER_LARGEST 1e15

static void
print_large(char *text, size_t size, double value)
{
    int power = (int)floor(log10(fabs(value)));

    if (fabs(value) / pow(10.0, power) >= 9.995) /* would be rounded to 10 */
        power++;
    print_scientific(text, size, value, power, 2);
}

void
cli_plot_number(char *text, size_t size, double value, int decimals)
{
    char digits[40], grouped[80];
    size_t used = 0, whole;

    if (!isfinite(value)) {
        snprintf(text, size, "%s",
                 isnan(value)  ? "\xe2\x80\x93"
                 : value < 0.0 ? "\xe2\x88\x92\xe2\x88\x9e"
                               : "\xe2\x88\x9e");
        return;
    }
    if (fabs(value) >= NUMBER_LARGEST) {
        print_large(text, size, value);
        return;
    }
    snprintf(digits, sizeof digits, "%.*f",
             decimals < 0    ? 0
             : decimals > 17 ? 17
                             : decimals,
             fabs(value));
    whole = strcspn(digits, ".");
    for (size_t k = 0; digits[k]; k++) {
        if (k > 0 && k < whole && whole > 4 && (whole - k) % 3 == 0) {
            memcpy(grouped + used, "\xe2\x80\xaf", 3); /* a narrow space that does not break */
            used += 3;
        }
        grouped[used++] = digits[k];
    }
    grouped[used] = '\0';
    /* A true minus, as wide as a digit, but not before zeros. */
    snprintf(text, size, "%s%s", value < 0.0 && strpbrk(digits, "123456789") ? "\xe2\x88\x92" : "",
             grouped);
}

static void
linear_ticks(plot_ticks *out, double low, double high, int wanted)
{
    double step = round_step((high - low) / wanted), largest = fmax(fabs(low), fabs(high));
    bool scientific = largest >= 1e6 || largest < 1e-3;
    int power = (int)floor(log10(largest)), decimals = (int)-floor(log10(step) + 1e-9);

    out->n = 0;
    for (double k = ceil(low / step - 1e-9);
         k * step <= high + 1e-9 * step && out->n < PLOT_TICKS_MOST; k++) {
        char *text = out->text[out->n];
        double value = k == 0.0 ? 0.0 : k * step;

        if (scientific)
            print_scientific(text, sizeof out->text[0], value, power, decimals + power);
        else
            cli_plot_number(text, sizeof out->text[0], value, decimals);
        out->at[out->n++] = value;
    }
}

static void
add_log_tick(plot_ticks *out, int power, int digit)
{
    double value = digit * pow(10.0, power);
    char *text = out->text[out->n];

    if (out->n >= PLOT_TICKS_MOST)
        return;
    text[0] = '\0';
    if (power >= -3 && power <= 4)
        cli_plot_number(text, sizeof out->text[0], value, power < 0 ? -power : 0);
    else if (digit == 1)
        append_power(text, sizeof out->text[0], power);
    else
        print_scientific(text, sizeof out->text[0], value, power, 0);
    out->at[out->n++] = value;
}

/* Powers of ten, each or every second, …; on a short axis 1, 2, 5 of each. */
static void
log_ticks(plot_ticks *out, double low, double high, int wanted)
{
    static const int digits[] = { 1, 2, 5 };
    int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
    double decades = log10(high / low);
    int every = (int)ceil(decades / wanted);
    bool fine = decades * 3.0 <= wanted + 1.0;

    out->n = 0;
    for (int power = first; power <= last; power++)
        for (size_t d = 0; d < (fine ? 3 : 1); d++) {
            double value = digits[d] * pow(10.0, power);

            if (value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9)
                && (fine || power % every == 0))
                add_log_tick(out, power, digits[d]);
        }
}

void
plot_ticks_make(plot_ticks *out, const plot_scale *scale, int wanted)
{
    if (wanted < 2)
        wanted = 2;
    if (scale->logarithmic)
        log_ticks(out, scale->low, scale->high, wanted);
    if (!scale->logarithmic || out->n < 2)
        linear_ticks(out, scale->low, scale->high, wanted);
}
