/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Panels of a picture in a page: the pixels are a PNG without anything else, what is around them
 * follows the page's theme and stays sharp at any size. */
#include <math.h>
#include <stdlib.h>

#include <sci/memory.h>

#include "page_priv.h"
#include "picture_cairo.h"
#include "picture_priv.h"
#include "plot_priv.h"

/* CSS pixels. */
enum {
    TOP = 24,   /* the title */
    LEFT = 56,  /* numbers and name of the y axis */
    RIGHT = 12, /* half a number */
    BELOW = 38, /* numbers and name of the x axis */
    BAR = 10,
    BAR_BELOW = 42, /* numbers and name of the values */
    GAP = 16,
    LEAST = 48,  /* width and height of the values */
    DENSITY = 2, /* pixels of an image for one of CSS, on screens that have them */
    POINT = 8    /* of a bar, where there are values beyond it */
};

typedef struct panel_box {
    const cli_panel *panel;
    double x, y, width, height; /* of the values */
} panel_box;

/* ---- bytes ---- */

static cairo_status_t
put_bytes(void *out, const unsigned char *bytes, unsigned n)
{
    return fwrite(bytes, 1, n, out) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* The PNG as text. */
static sci_status
put_png(FILE *out, const picture_image *image)
{
    char text[4097], *bytes = NULL;
    size_t n = 0;
    cairo_surface_t *surface;
    FILE *memory;
    cairo_status_t status = CAIRO_STATUS_NO_MEMORY;
    sci_status st = picture_cairo_load();

    if (st != SCI_OK)
        return st;
    surface =
        cairo.image_surface_create_for_data((unsigned char *)image->pixels, CAIRO_FORMAT_ARGB32,
                                            image->columns, image->rows, image->columns * 4);
    memory = open_memstream(&bytes, &n);
    if (memory) {
        status = cairo.surface_write_to_png_stream(surface, put_bytes, memory);
        if (fclose(memory) != 0)
            status = CAIRO_STATUS_NO_MEMORY;
    }
    cairo.surface_destroy(surface);
    for (size_t k = 0; status == CAIRO_STATUS_SUCCESS && k < n; k += 3072) {
        size_t length = n - k < 3072 ? n - k : 3072;

        fwrite(text, 1, page_base64(text, (const unsigned char *)bytes + k, length), out);
    }
    free(bytes);
    return status == CAIRO_STATUS_SUCCESS ? SCI_OK
                                          : sci_fail(SCI_ERR_NOMEM, "no memory for an image");
}

static void
put_box(FILE *out, double x, double y, double width, double height)
{
    static const char *const names[] = { "x", "y", "width", "height" };
    double values[] = { x, y, width, height };

    for (int k = 0; k < 4; k++) {
        fprintf(out, " %s=\"", names[k]);
        plot_coordinate(out, values[k]);
        fputc('"', out);
    }
}

static sci_status
put_image(FILE *out, const picture_image *image, const char *class, double x, double y,
          double width, double height)
{
    sci_status st;

    fprintf(out, "<image%s", class);
    put_box(out, x, y, width, height);
    fputs(" preserveAspectRatio=\"none\" href=\"data:image/png;base64,", out);
    st = put_png(out, image);
    fputs("\"/>", out);
    return st;
}

/* ---- text and ticks ---- */

static void
put_text(FILE *out, const char *class, double x, double y, const char *text, double most)
{
    if (!text)
        return;
    fprintf(out, "<text class=\"%s\" x=\"", class);
    plot_coordinate(out, x);
    fputs("\" y=\"", out);
    plot_coordinate(out, y);
    fputs("\">", out);
    plot_text_write_short(out, text, PLOT_LABEL_SIZE, most);
    fputs("</text>", out);
}

static void
put_move(FILE *out, double x, double y, char direction, double to)
{
    fputc('M', out);
    plot_coordinate(out, x);
    fputc(' ', out);
    plot_coordinate(out, y);
    fputc(direction, out);
    plot_coordinate(out, to);
}

/* Numbers below a horizontal axis from low to high. */
static void
put_numbers_below(FILE *out, const plot_scale *scale, double y)
{
    double length = fabs(scale->to - scale->from);
    plot_ticks ticks;

    plot_ticks_make(&ticks, scale, length < 120.0 ? 2 : (int)(length / 42.0));
    fputs("<path class=\"axis\" d=\"", out);
    for (int k = 0; k < ticks.n; k++)
        put_move(out, plot_scale_at(scale, ticks.at[k]), y, 'v', 4.0);
    fputs("\"/>", out);
    for (int k = 0; k < ticks.n; k++)
        put_text(out, "tick mid", plot_scale_at(scale, ticks.at[k]), y + 15.0, ticks.text[k],
                 INFINITY);
}

static void
put_numbers_beside(FILE *out, const plot_scale *scale, double x)
{
    plot_ticks ticks;
    double length = fabs(scale->to - scale->from);

    plot_ticks_make(&ticks, scale, length < 110.0 ? 2 : (int)(length / 45.0));
    fputs("<path class=\"axis\" d=\"", out);
    for (int k = 0; k < ticks.n; k++)
        put_move(out, x, plot_scale_at(scale, ticks.at[k]), 'h', -4.0);
    fputs("\"/>", out);
    for (int k = 0; k < ticks.n; k++)
        put_text(out, "tick end", x - 6.0, plot_scale_at(scale, ticks.at[k]) + 4.0, ticks.text[k],
                 INFINITY);
}

/* From `low` to `high`, whichever way the axis runs. */
static plot_scale
scale_of(const cli_axis *axis, size_t n, bool up, double begin, double length)
{
    double first, last;
    plot_scale scale;

    picture_axis_ends(axis, n, &first, &last);
    scale = (plot_scale){ .low = fmin(first, last), .high = fmax(first, last) };
    scale.from = begin + picture_axis_place(axis, n, up, length, scale.low);
    scale.to = begin + picture_axis_place(axis, n, up, length, scale.high);
    return scale;
}

static void
put_axes(FILE *out, const panel_box *b)
{
    const cli_panel *p = b->panel;
    plot_scale x = scale_of(&p->x, p->columns, false, b->x, b->width);
    plot_scale y = scale_of(&p->y, p->rows, p->y_up, b->y, b->height);
    double bottom = b->y + b->height;

    put_numbers_below(out, &x, bottom);
    put_text(out, "label mid", b->x + 0.5 * b->width, bottom + 31.0, p->x.label, b->width + LEFT);
    put_numbers_beside(out, &y, b->x);
    if (!p->y.label)
        return;
    fputs("<text class=\"label mid\" transform=\"translate(13 ", out);
    plot_coordinate(out, b->y + 0.5 * b->height);
    fputs(")rotate(-90)\">", out);
    plot_text_write_short(out, p->y.label, PLOT_LABEL_SIZE, b->height + TOP);
    fputs("</text>", out);
}

/* ---- values ---- */

typedef struct outline {
    FILE *out;
    const panel_box *box;
} outline;

static void
put_edge(void *context, const picture_edge *edge)
{
    const outline *o = context;
    double ends[2][2];

    picture_edge_ends(o->box->panel, edge, o->box->width, o->box->height, ends);
    put_move(o->out, o->box->x + ends[0][0], o->box->y + ends[0][1], edge->horizontal ? 'H' : 'V',
             edge->horizontal ? o->box->x + ends[1][0] : o->box->y + ends[1][1]);
}

static void
put_outline(FILE *out, const panel_box *b)
{
    outline o = { out, b };

    if (!b->panel->outline)
        return;
    fprintf(out, "<path class=\"outline\" stroke=\"#%06x\" d=\"", CLI_OUTLINE_COLOUR);
    picture_outline_walk(b->panel->outline, b->panel->rows, b->panel->columns, put_edge, &o);
    fputs("\"/>", out);
}

static sci_status
put_values(FILE *out, const panel_box *b, const picture_limits *limits, cli_colours colours)
{
    picture_image image = { 0 };
    sci_status st = picture_image_make(&image, b->panel, limits, colours, (int)(DENSITY * b->width),
                                       (int)(DENSITY * b->height));

    if (st != SCI_OK)
        return st;
    fputs("<rect class=\"nothing\"", out);
    put_box(out, b->x, b->y, b->width, b->height);
    fputs("/>", out);
    st = put_image(out, &image, " class=\"pixels\"", b->x, b->y, b->width, b->height);
    sci_free(image.pixels);
    put_outline(out, b);
    fputs("<rect class=\"frame\"", out);
    put_box(out, b->x, b->y, b->width, b->height);
    fputs("/>", out);
    return st;
}

/* ---- the colour bar ---- */

/* A point at an end says that there are values beyond it. */
static void
put_point(FILE *out, cli_colours colours, bool above, double x, double y)
{
    double rgb[3];

    picture_colour(colours, above ? 1.0 : 0.0, rgb);
    fprintf(out, "<path class=\"frame\" fill-opacity=\"1\" d=\"");
    put_move(out, x, y, 'v', BAR);
    fprintf(out, "l%d %dz\"/>", above ? POINT : -POINT, -BAR / 2);
}

static sci_status
put_bar(FILE *out, const panel_box *b, const picture_limits *limits, cli_colours colours)
{
    enum { STEPS = 128 };
    uint32_t pixels[STEPS];
    picture_image image = { .columns = STEPS, .rows = 1, .pixels = pixels };
    double y = b->y + b->height + BELOW + 4.0;
    double left = b->x + (limits->below ? POINT : 0.0);
    double right = b->x + b->width - (limits->above ? POINT : 0.0);
    plot_scale scale = { .low = limits->low, .high = limits->high, .from = left, .to = right };
    sci_status st;

    for (int k = 0; k < STEPS; k++) {
        double rgb[3];

        picture_colour(colours, k / (STEPS - 1.0), rgb);
        pixels[k] = 0xff;
        for (int c = 0; c < 3; c++)
            pixels[k] = pixels[k] << 8 | (uint32_t)(rgb[c] * 255.0 + 0.5);
    }
    st = put_image(out, &image, "", left, y, right - left, BAR);
    fputs("<rect class=\"frame\"", out);
    put_box(out, left, y, right - left, BAR);
    fputs("/>", out);
    if (limits->below)
        put_point(out, colours, false, left, y);
    if (limits->above)
        put_point(out, colours, true, right, y);
    put_numbers_below(out, &scale, y + BAR);
    put_text(out, "label mid", b->x + 0.5 * b->width, y + BAR + 31.0, b->panel->value_label,
             b->width + LEFT);
    return st;
}

/* ---- the whole ---- */

static double
extent_of(const cli_axis *axis, size_t n)
{
    double first, last;

    picture_axis_ends(axis, n, &first, &last);
    return fabs(last - first);
}

static double
width_of(const cli_panel *p, double pixels)
{
    return fmax(round(pixels * extent_of(&p->x, p->columns)), LEAST);
}

static double
height_of(const cli_panel *p, double pixels)
{
    return fmax(round(pixels * extent_of(&p->y, p->rows)), LEAST);
}

static sci_status
put_panel(FILE *out, const panel_box *b, cli_colours colours)
{
    picture_limits limits;
    sci_status st = picture_limits_of(&limits, b->panel);

    put_text(out, "head", b->x, b->y - 9.0, b->panel->title, b->width + RIGHT);
    if (st == SCI_OK)
        st = put_values(out, b, &limits, colours);
    if (st == SCI_OK) {
        put_axes(out, b);
        st = put_bar(out, b, &limits, colours);
    }
    return st;
}

static sci_status
put_panels(FILE *out, size_t n, const cli_panel *panels, cli_colours colours, double pixels,
           double least, const char *summary)
{
    double width = 0.0, height = 0.0;
    sci_status st = SCI_OK;

    for (size_t k = 0; k < n; k++) {
        width = fmax(width, width_of(&panels[k], pixels));
        height += TOP + fmax(height_of(&panels[k], pixels), least) + BELOW + BAR + BAR_BELOW
                  + (k ? GAP : 0);
    }
    width += LEFT + RIGHT;
    fprintf(out, "<svg class=\"plot\" role=\"img\" width=\"%.0f\" height=\"%.0f\" ", width, height);
    fprintf(out, "viewBox=\"0 0 %.0f %.0f\"><title>", width, height);
    plot_text_write(out, summary);
    fputs("</title>", out);
    height = 0.0;
    for (size_t k = 0; k < n && st == SCI_OK; k++) {
        panel_box b = { .panel = &panels[k],
                        .x = LEFT,
                        .y = height + TOP,
                        .width = width_of(&panels[k], pixels),
                        .height = height_of(&panels[k], pixels) };

        st = put_panel(out, &b, colours);
        height = b.y + fmax(b.height, least) + BELOW + BAR + BAR_BELOW + GAP;
    }
    fputs("</svg>\n", out);
    return st;
}

void
cli_page_panels(cli_page *page, size_t n, const cli_panel *panels, cli_colours colours,
                double pixels, double height, const char *summary, const char *caption)
{
    FILE *out = page->body.out;

    fputs("<figure>", out);
    page_note_status(page, put_panels(out, n, panels, colours, pixels, height, summary));
    if (caption)
        page_put_element(out, "<figcaption>", caption, "</figcaption>");
    fputs("</figure>\n", out);
}

void
cli_page_keys(cli_page *page, size_t n, const cli_key *keys)
{
    FILE *out = page->body.out;

    if (n == 0)
        return;
    fputs("<ul class=\"keys\">\n", out);
    for (size_t k = 0; k < n; k++) {
        fputs("<li><svg width=\"16\" height=\"12\" viewBox=\"0 0 16 12\" aria-hidden=\"true\">",
              out);
        fprintf(out,
                keys[k].line ? "<path stroke=\"#%06x\" stroke-width=\"2\" d=\"M0 6H16\"/>"
                             : "<rect fill=\"#%06x\" width=\"16\" height=\"12\"/>",
                (unsigned)keys[k].colour);
        page_put_element(out, "</svg>", keys[k].name, "</li>\n");
    }
    fputs("</ul>\n", out);
}
