/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "picture.h"
#include "picture_cairo.h"
#include "picture_priv.h"

/* Asked by the leak sanitizer, where the program is built with it: fontconfig keeps what it finds.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

const char *
__lsan_default_options(void)
{
    return "print_suppressions=0";
}

/* Lengths in pixels of a picture 1200 wide; it is drawn in these units and scaled. */
enum {
    WIDTH = 1200,
    MARGIN = 28,
    LEFT = 70,   /* of a panel: numbers and name of the y axis */
    RIGHT = 98,  /* colour bar with numbers and name */
    TOP = 36,    /* title of the panel */
    BOTTOM = 56, /* numbers and name of the x axis */
    GAP = 24,    /* between panels */
    TITLE = 44,
    FOOTNOTE = 30,
    BAR_GAP = 14,
    BAR = 16,
    TICK = 5,
    LEAST_HEIGHT = 160, /* of the values */
    MOST_HEIGHT = 820
};

static const double ink[3] = { 0.13, 0.14, 0.17 }, faint[3] = { 0.42, 0.44, 0.48 },
                    missing[3] = { 0.90, 0.91, 0.93 };

typedef struct box {
    double x, y, width, height;
} box;

typedef struct canvas {
    cairo_t *cairo;
    cli_colours colours;
} canvas;

/* ---- text ---- */

typedef struct style {
    double size;
    bool bold;
    const double *colour;
} style;

static const style title_style = { 21, true, ink }, panel_style = { 16.5, true, ink },
                   label_style = { 14, false, ink }, tick_style = { 12.5, false, faint },
                   footnote_style = { 12, false, faint };

/* Draw text so that the point (x, y) is at the fraction (across, down) of its box; `turned` reads
 * upwards. */
static void
put_text(const canvas *c, const style *s, const char *text, double x, double y, double across,
         double down, bool turned)
{
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
text_width(const canvas *c, const style *s, const char *text)
{
    cairo_text_extents_t size;

    cairo.select_font_face(c->cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo.set_font_size(c->cairo, s->size);
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

static void
frame(const canvas *c, const box *b)
{
    cairo.rectangle(c->cairo, b->x, b->y, b->width, b->height);
    cairo.set_source_rgb(c->cairo, faint[0], faint[1], faint[2]);
    cairo.set_line_width(c->cairo, 1.0);
    cairo.stroke(c->cairo);
}

/* ---- axes ---- */

static void
draw_x_axis(const canvas *c, const box *b, const cli_panel *panel)
{
    double first, last, bottom = b->y + b->height;
    picture_ticks ticks;

    picture_axis_ends(&panel->x, panel->columns, &first, &last);
    picture_ticks_make(&ticks, fmin(first, last), fmax(first, last), b->width < 300 ? 5 : 8);
    for (int k = 0; k < ticks.n; k++) {
        double x = b->x + b->width * (ticks.at[k] - first) / (last - first);

        stroke(c, x, bottom, x, bottom + TICK);
        put_text(c, &tick_style, ticks.text[k], x, bottom + TICK + 5, 0.5, 0.0, false);
    }
    put_text(c, &label_style, panel->x.label, b->x + 0.5 * b->width, bottom + 35, 0.5, 0.0, false);
}

static void
draw_y_axis(const canvas *c, const box *b, const cli_panel *panel)
{
    double first, last, widest = 0.0;
    picture_ticks ticks;

    picture_axis_ends(&panel->y, panel->rows, &first, &last);
    picture_ticks_make(&ticks, fmin(first, last), fmax(first, last), b->height < 300 ? 5 : 8);
    for (int k = 0; k < ticks.n; k++) {
        double part = (ticks.at[k] - first) / (last - first);
        double y = b->y + b->height * (panel->y_up ? 1.0 - part : part);

        stroke(c, b->x - TICK, y, b->x, y);
        put_text(c, &tick_style, ticks.text[k], b->x - TICK - 4, y, 1.0, 0.5, false);
        widest = fmax(widest, text_width(c, &tick_style, ticks.text[k]));
    }
    put_text(c, &label_style, panel->y.label, b->x - TICK - 4 - widest - 10, b->y + 0.5 * b->height,
             0.5, 1.0, true);
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

static void
draw_bar(const canvas *c, const box *b, const picture_limits *limits, const char *label)
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
    frame(c, b);
    picture_ticks_make(&ticks, limits->low, limits->high, b->height < 300 ? 5 : 8);
    for (int k = 0; k < ticks.n; k++) {
        double y = b->y + b->height * (limits->high - ticks.at[k]) / (limits->high - limits->low);

        stroke(c, b->x + b->width, y, b->x + b->width + TICK, y);
        put_text(c, &tick_style, ticks.text[k], b->x + b->width + TICK + 4, y, 0.0, 0.5, false);
        widest = fmax(widest, text_width(c, &tick_style, ticks.text[k]));
    }
    put_text(c, &label_style, label, b->x + b->width + TICK + 4 + widest + 10,
             b->y + 0.5 * b->height, 0.5, 0.0, true);
}

/* ---- panels ---- */

static double
extent_of(const cli_axis *axis, size_t n)
{
    double first, last;

    picture_axis_ends(axis, n, &first, &last);
    return fabs(last - first);
}

/* Where the values go in `room`: as large as fits. */
static box
fit_values(const cli_panel *panel, const box *room)
{
    double wide = extent_of(&panel->x, panel->columns), high = extent_of(&panel->y, panel->rows);
    double scale = fmin(room->width / wide, room->height / high);
    box b = *room;

    if (panel->stretch)
        return b;
    b.width = fmax(scale * wide, 24.0); /* a line of values stays visible */
    b.height = fmax(scale * high, 24.0);
    b.x += floor(0.5 * (room->width - b.width));
    return b;
}

/* The height that a panel wants for its values when it is `width` wide. */
static double
wanted_height(const cli_panel *panel, double width)
{
    double wide = extent_of(&panel->x, panel->columns), high = extent_of(&panel->y, panel->rows);
    double height = panel->stretch ? 0.62 * width : width * high / wide;

    return fmin(fmax(height, LEAST_HEIGHT), MOST_HEIGHT);
}

static sci_status
draw_values(const canvas *c, const box *b, const cli_panel *panel, const picture_limits *limits,
            double scale)
{
    picture_image image = { 0 };
    cairo_surface_t *surface;
    sci_status st = picture_image_make(&image, panel, limits, c->colours,
                                       (int)(b->width * scale) + 1, (int)(b->height * scale) + 1);

    if (st != SCI_OK)
        return st;
    surface =
        cairo.image_surface_create_for_data((unsigned char *)image.pixels, CAIRO_FORMAT_ARGB32,
                                            image.columns, image.rows, image.columns * 4);
    cairo.rectangle(c->cairo, b->x, b->y, b->width, b->height);
    cairo.set_source_rgb(c->cairo, missing[0], missing[1], missing[2]);
    cairo.fill(c->cairo);
    cairo.save(c->cairo);
    cairo.translate(c->cairo, b->x, b->y);
    cairo.scale(c->cairo, b->width / image.columns, b->height / image.rows);
    cairo.set_source_surface(c->cairo, surface, 0.0, 0.0);
    /* Every value keeps its own edges. */
    cairo.pattern_set_filter(cairo.get_source(c->cairo), CAIRO_FILTER_NEAREST);
    cairo.rectangle(c->cairo, 0.0, 0.0, image.columns, image.rows);
    cairo.fill(c->cairo);
    cairo.restore(c->cairo);
    cairo.surface_destroy(surface);
    sci_free(image.pixels);
    return SCI_OK;
}

typedef struct outlined {
    const canvas *canvas;
    const cli_panel *panel;
    const box *box;
} outlined;

static void
draw_edge(void *context, const picture_edge *edge)
{
    const outlined *o = context;
    double ends[2][2];

    picture_edge_ends(o->panel, edge, o->box->width, o->box->height, ends);
    cairo.move_to(o->canvas->cairo, o->box->x + ends[0][0], o->box->y + ends[0][1]);
    cairo.line_to(o->canvas->cairo, o->box->x + ends[1][0], o->box->y + ends[1][1]);
}

/* A line of one pixel of the picture, without grey edges. */
static void
draw_outline(const canvas *c, const box *b, const cli_panel *panel, double scale)
{
    outlined o = { c, panel, b };

    if (panel->outline == NULL)
        return;
    cairo.save(c->cairo);
    picture_outline_walk(panel->outline, panel->rows, panel->columns, draw_edge, &o);
    cairo.set_antialias(c->cairo, CAIRO_ANTIALIAS_NONE);
    cairo.set_line_cap(c->cairo, CAIRO_LINE_CAP_SQUARE);
    cairo.set_line_width(c->cairo, fmax(1.0, 1.0 / scale));
    cairo.set_source_rgb(c->cairo, (double)(CLI_OUTLINE_COLOUR >> 16) / 255.0,
                         (double)(CLI_OUTLINE_COLOUR >> 8 & 0xff) / 255.0,
                         (double)(CLI_OUTLINE_COLOUR & 0xff) / 255.0);
    cairo.stroke(c->cairo);
    cairo.restore(c->cairo);
}

static sci_status
draw_panel(const canvas *c, const cli_panel *panel, const box *room, double scale)
{
    box values = fit_values(panel, room);
    box bar = { values.x + values.width + BAR_GAP, values.y, BAR, values.height };
    picture_limits limits;
    sci_status st = picture_limits_of(&limits, panel);

    if (st == SCI_OK)
        st = draw_values(c, &values, panel, &limits, scale);
    if (st != SCI_OK)
        return st;
    draw_outline(c, &values, panel, scale);
    frame(c, &values);
    draw_x_axis(c, &values, panel);
    draw_y_axis(c, &values, panel);
    if (limits.above) { /* room for the points */
        bar.y += 11;
        bar.height -= 11;
    }
    bar.height -= limits.below ? 11 : 0;
    draw_bar(c, &bar, &limits, panel->value_label);
    put_text(c, &panel_style, panel->title, values.x + 0.5 * values.width, values.y - 14, 0.5, 1.0,
             false);
    return SCI_OK;
}

/* ---- the whole ---- */

static sci_status
draw(const canvas *c, const cli_picture *p, double height, double scale)
{
    double width = (WIDTH - 2.0 * MARGIN - GAP * (double)(p->n_panels - 1)) / (double)p->n_panels;
    double top = MARGIN + (p->title ? TITLE : 0);
    sci_status st = SCI_OK;

    cairo.set_source_rgb(c->cairo, 1.0, 1.0, 1.0);
    cairo.paint(c->cairo);
    put_text(c, &title_style, p->title, 0.5 * WIDTH, MARGIN, 0.5, 0.0, false);
    for (size_t k = 0; k < p->n_panels && st == SCI_OK; k++) {
        box room = { MARGIN + (double)k * (width + GAP) + LEFT, top + TOP, width - LEFT - RIGHT,
                     height };

        st = draw_panel(c, &p->panels[k], &room, scale);
    }
    put_text(c, &footnote_style, p->footnote, MARGIN, top + TOP + height + BOTTOM + FOOTNOTE - 4,
             0.0, 1.0, false);
    return st;
}

static sci_status
status_of(cairo_status_t status, const char *path)
{
    if (status == CAIRO_STATUS_SUCCESS)
        return SCI_OK;
    if (status == CAIRO_STATUS_NO_MEMORY)
        return sci_fail(SCI_ERR_NOMEM, "no memory to draw '%s'", path);
    return sci_fail(SCI_ERR_IO, "cannot draw '%s': %s", path, cairo.status_to_string(status));
}

static cairo_status_t
write_bytes(void *file, const unsigned char *bytes, unsigned n)
{
    return fwrite(bytes, 1, n, file) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static sci_status
write_png(const char *path, cairo_surface_t *surface)
{
    FILE *file = fopen(path, "we");
    cairo_status_t status;
    sci_status st = SCI_OK;

    if (!file)
        return sci_fail_errno("open", path);
    errno = 0;
    status = cairo.surface_write_to_png_stream(surface, write_bytes, file);
    if (status == CAIRO_STATUS_WRITE_ERROR || fflush(file) != 0)
        st = sci_fail_errno("write", path);
    else
        st = status_of(status, path);
    if (fclose(file) != 0 && st == SCI_OK)
        st = sci_fail_errno("write", path);
    return st;
}

sci_status
cli_picture_write(const char *path, const cli_picture *picture)
{
    double scale = (picture->width > 0 ? picture->width : WIDTH) / (double)WIDTH,
           height = LEAST_HEIGHT;
    double panel_width =
        (WIDTH - 2.0 * MARGIN - GAP * (double)(picture->n_panels - 1)) / (double)picture->n_panels;
    canvas c = { .colours = picture->colours };
    cairo_surface_t *surface;
    double whole;
    sci_status st = picture_cairo_load();

    if (st != SCI_OK)
        return st;

    for (size_t k = 0; k < picture->n_panels; k++) {
        if (picture->panels[k].rows == 0 || picture->panels[k].columns == 0)
            return sci_fail(SCI_ERR_SHAPE, "there is nothing to draw in '%s'", path);
        height = fmax(height, wanted_height(&picture->panels[k], panel_width - LEFT - RIGHT));
    }
    height = floor(height);
    whole = 2 * MARGIN + (picture->title ? TITLE : 0) + TOP + height + BOTTOM
            + (picture->footnote ? FOOTNOTE : 0);
    surface =
        cairo.image_surface_create(CAIRO_FORMAT_RGB24, (int)(WIDTH * scale), (int)(whole * scale));
    c.cairo = cairo.create(surface);
    cairo.scale(c.cairo, scale, scale);
    st = draw(&c, picture, height, scale);
    if (st == SCI_OK)
        st = status_of(cairo.status(c.cairo), path);
    if (st == SCI_OK)
        st = write_png(path, surface);
    cairo.destroy(c.cairo);
    cairo.surface_destroy(surface);
    return st;
}
