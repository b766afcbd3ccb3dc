/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text, axes and colour bars of a picture. */
#include <math.h>
#include <stdio.h>

#include "picture_draw.h"

enum { TICK = 5 }; /* length of its line */

static const double ink[3] = { 0.13, 0.14, 0.17 }, faint[3] = { 0.42, 0.44, 0.48 };

/* ---- text ---- */

typedef struct text_style {
    double size;
    bool bold;
    const double *colour;
} text_style;

static const text_style styles[] = {
    [PICTURE_TITLE] = { 21, true, ink },       [PICTURE_PANEL] = { 16.5, true, ink },
    [PICTURE_LABEL] = { 14, false, ink },      [PICTURE_TICK] = { 12.5, false, faint },
    [PICTURE_FOOTNOTE] = { 12, false, faint },
};

void
picture_text(const canvas *c, picture_style style, const char *text, double x, double y,
             double across, double down, bool turned)
{
    const text_style *s = &styles[style];
    cairo_text_extents_t size;
    cairo_font_extents_t font;

    if (!text)
        return;
    cairo.select_font_face(c->cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           s->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo.set_font_size(c->cairo, s->size);
    cairo.set_source_rgb(c->cairo, s->colour[0], s->colour[1], s->colour[2]);
    cairo.text_extents(c->cairo, text, &size);
    cairo.font_extents(c->cairo, &font);
    cairo.save(c->cairo);
    cairo.translate(c->cairo, x, y);
    if (turned)
        cairo.rotate(c->cairo, -acos(0.0)); /* a quarter */
    /* From the height of capitals, about 0.72 of the size, so that lines of one kind share a
     * baseline. */
    cairo.move_to(c->cairo, -across * size.x_advance, (1.0 - down) * 0.72 * s->size);
    cairo.show_text(c->cairo, text);
    cairo.restore(c->cairo);
}

static double
text_width(const canvas *c, picture_style style, const char *text)
{
    cairo_text_extents_t size;

    cairo.select_font_face(c->cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo.set_font_size(c->cairo, styles[style].size);
    cairo.text_extents(c->cairo, text, &size);
    return size.x_advance;
}

static void
stroke(const canvas *c, double x0, double y0, double x1, double y1)
{
    cairo.move_to(c->cairo, x0, y0);
    cairo.line_to(c->cairo, x1, y1);
    cairo.set_source_rgb(c->cairo, faint[0], faint[1], faint[2]);
    cairo.set_line_width(c->cairo, 1.0);
    cairo.stroke(c->cairo);
}

void
picture_frame(const canvas *c, const box *b)
{
    cairo.rectangle(c->cairo, b->x, b->y, b->width, b->height);
    cairo.set_source_rgb(c->cairo, faint[0], faint[1], faint[2]);
    cairo.set_line_width(c->cairo, 1.0);
    cairo.stroke(c->cairo);
}

/* ---- axes ---- */

/* Those that the axis asks for, or about so many round ones; and the ends of the axis. */
static void
make_ticks(picture_ticks *out, const cli_axis *axis, size_t n, int wanted, double ends[2])
{
    double low, high;

    picture_axis_ends(axis, n, &ends[0], &ends[1]);
    low = fmin(ends[0], ends[1]);
    high = fmax(ends[0], ends[1]);
    if (axis->ticks == NULL) {
        picture_ticks_make(out, low, high, wanted);
        return;
    }
    out->n = 0;
    for (size_t k = 0; k < axis->n_ticks && out->n < PICTURE_TICKS_MOST; k++) {
        if (axis->ticks[k].at < low || axis->ticks[k].at > high)
            continue;
        out->at[out->n] = axis->ticks[k].at;
        (void)snprintf(out->text[out->n++], sizeof out->text[0], "%s", axis->ticks[k].text);
    }
}

void
picture_x_axis(const canvas *c, const box *b, const cli_panel *panel)
{
    double ends[2], bottom = b->y + b->height;
    picture_ticks ticks;

    make_ticks(&ticks, &panel->x, panel->columns, b->width < 300 ? 5 : 8, ends);
    for (int k = 0; k < ticks.n; k++) {
        double x = b->x + b->width * (ticks.at[k] - ends[0]) / (ends[1] - ends[0]);

        stroke(c, x, bottom, x, bottom + TICK);
        picture_text(c, PICTURE_TICK, ticks.text[k], x, bottom + TICK + 5, 0.5, 0.0, false);
    }
    picture_text(c, PICTURE_LABEL, panel->x.label, b->x + 0.5 * b->width, bottom + 35, 0.5, 0.0,
                 false);
}

void
picture_y_axis(const canvas *c, const box *b, const cli_panel *panel)
{
    double ends[2], widest = 0.0;
    picture_ticks ticks;

    make_ticks(&ticks, &panel->y, panel->rows, b->height < 300 ? 5 : 8, ends);
    for (int k = 0; k < ticks.n; k++) {
        double part = (ticks.at[k] - ends[0]) / (ends[1] - ends[0]);
        double y = b->y + b->height * (panel->y_up ? 1.0 - part : part);

        stroke(c, b->x - TICK, y, b->x, y);
        picture_text(c, PICTURE_TICK, ticks.text[k], b->x - TICK - 4, y, 1.0, 0.5, false);
        widest = fmax(widest, text_width(c, PICTURE_TICK, ticks.text[k]));
    }
    picture_text(c, PICTURE_LABEL, panel->y.label, b->x - TICK - 4 - widest - 10,
                 b->y + 0.5 * b->height, 0.5, 1.0, true);
}

/* ---- the colour bar ---- */

/* A point at an end says that there are values beyond it. */
static void
draw_point(const canvas *c, const box *b, bool up)
{
    double base = up ? b->y : b->y + b->height, tip = up ? base - 11 : base + 11, rgb[3];

    picture_colour(c->colours, up ? 1.0 : 0.0, rgb);
    cairo.move_to(c->cairo, b->x, base);
    cairo.line_to(c->cairo, b->x + b->width, base);
    cairo.line_to(c->cairo, b->x + 0.5 * b->width, tip);
    cairo.close_path(c->cairo);
    cairo.set_source_rgb(c->cairo, rgb[0], rgb[1], rgb[2]);
    cairo.fill_preserve(c->cairo);
    cairo.set_source_rgb(c->cairo, faint[0], faint[1], faint[2]);
    cairo.set_line_width(c->cairo, 1.0);
    cairo.stroke(c->cairo);
}

void
picture_bar(const canvas *c, const box *b, const picture_limits *limits, const char *label)
{
    enum { STOPS = 32 };
    cairo_pattern_t *shades = cairo.pattern_create_linear(0.0, b->y + b->height, 0.0, b->y);
    double widest = 0.0;
    picture_ticks ticks;

    for (int k = 0; k <= STOPS; k++) {
        double rgb[3], t = (double)k / STOPS;

        picture_colour(c->colours, t, rgb);
        cairo.pattern_add_color_stop_rgb(shades, t, rgb[0], rgb[1], rgb[2]);
    }
    cairo.rectangle(c->cairo, b->x, b->y, b->width, b->height);
    cairo.set_source(c->cairo, shades);
    cairo.fill(c->cairo);
    cairo.pattern_destroy(shades);
    if (limits->above)
        draw_point(c, b, true);
    if (limits->below)
        draw_point(c, b, false);
    picture_frame(c, b);
    picture_ticks_make(&ticks, limits->low, limits->high, b->height < 300 ? 5 : 8);
    for (int k = 0; k < ticks.n; k++) {
        double y = b->y + b->height * (limits->high - ticks.at[k]) / (limits->high - limits->low);

        stroke(c, b->x + b->width, y, b->x + b->width + TICK, y);
        picture_text(c, PICTURE_TICK, ticks.text[k], b->x + b->width + TICK + 4, y, 0.0, 0.5,
                     false);
        widest = fmax(widest, text_width(c, PICTURE_TICK, ticks.text[k]));
    }
    picture_text(c, PICTURE_LABEL, label, b->x + b->width + TICK + 4 + widest + 10,
                 b->y + 0.5 * b->height, 0.5, 0.0, true);
}
