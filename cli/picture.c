/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "picture.h"
#include "picture_draw.h"

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
    LEAST_HEIGHT = 160, /* of the values */
    MOST_HEIGHT = 820
};

static const double missing[3] = { 0.90, 0.91, 0.93 };

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

/* Seen over light and over dark: white with dashes of black, and the values through both. */
static void
draw_lines(const canvas *c, const box *b, const cli_panel *panel, double scale)
{
    static const double dashes[2] = { 3.0, 3.0 };

    cairo.save(c->cairo);
    cairo.set_antialias(c->cairo, CAIRO_ANTIALIAS_NONE);
    cairo.set_line_width(c->cairo, fmax(1.0, 1.0 / scale));
    for (int dark = 0; dark < 2; dark++) {
        for (size_t k = 0; k < panel->n_lines; k++) {
            double y =
                picture_axis_place(&panel->y, panel->rows, panel->y_up, b->height, panel->lines[k]);

            if (!(y >= 0.0 && y <= b->height))
                continue;
            cairo.move_to(c->cairo, b->x, b->y + y);
            cairo.line_to(c->cairo, b->x + b->width, b->y + y);
        }
        cairo.set_dash(c->cairo, dashes, dark ? 2 : 0, 0.0);
        cairo.set_source_rgba(c->cairo, 1.0 - dark, 1.0 - dark, 1.0 - dark, dark ? 0.6 : 0.45);
        cairo.stroke(c->cairo);
    }
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
    draw_lines(c, &values, panel, scale);
    draw_outline(c, &values, panel, scale);
    picture_frame(c, &values);
    picture_x_axis(c, &values, panel);
    picture_y_axis(c, &values, panel);
    if (limits.above) { /* room for the points */
        bar.y += 11;
        bar.height -= 11;
    }
    bar.height -= limits.below ? 11 : 0;
    picture_bar(c, &bar, &limits, panel->value_label);
    picture_text(c, PICTURE_PANEL, panel->title, values.x + 0.5 * values.width, values.y - 14, 0.5,
                 1.0, false);
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
    picture_text(c, PICTURE_TITLE, p->title, 0.5 * WIDTH, MARGIN, 0.5, 0.0, false);
    for (size_t k = 0; k < p->n_panels && st == SCI_OK; k++) {
        box room = { MARGIN + (double)k * (width + GAP) + LEFT, top + TOP, width - LEFT - RIGHT,
                     height };

        st = draw_panel(c, &p->panels[k], &room, scale);
    }
    picture_text(c, PICTURE_FOOTNOTE, p->footnote, MARGIN,
                 top + TOP + height + BOTTOM + FOOTNOTE - 4, 0.0, 1.0, false);
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
