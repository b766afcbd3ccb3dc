/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairo, loaded when the first picture is drawn: cairo.save(c) is cairo_save(c). */
#ifndef CLI_PICTURE_CAIRO_H
#define CLI_PICTURE_CAIRO_H

#include <cairo.h>

#include <sci/status.h>

#define PICTURE_CAIRO(X)                                                                    \
    X(close_path)                                                                           \
    X(create)                                                                               \
    X(destroy)                                                                              \
    X(fill)                                                                                 \
    X(fill_preserve) X(font_extents) X(get_source) X(image_surface_create)                  \
        X(image_surface_create_for_data) X(line_to) X(move_to) X(paint)                     \
            X(pattern_add_color_stop_rgb) X(pattern_create_linear) X(pattern_destroy)       \
                X(pattern_set_filter) X(rectangle) X(restore) X(rotate) X(save) X(scale)    \
                    X(select_font_face) X(set_antialias) X(set_dash) X(set_font_size)       \
                        X(set_line_cap) X(set_line_width) X(set_source) X(set_source_rgb)   \
                            X(set_source_rgba) X(set_source_surface) X(show_text) X(status) \
                                X(status_to_string) X(stroke) X(surface_destroy)            \
                                    X(surface_write_to_png_stream) X(text_extents) X(translate)

typedef struct picture_cairo {
#define PICTURE_MEMBER(name) __typeof__(cairo_##name) *name;
    PICTURE_CAIRO(PICTURE_MEMBER)
#undef PICTURE_MEMBER
} picture_cairo;

extern picture_cairo cairo;

/* Before the first call; by one thread at a time. */
sci_status picture_cairo_load(void) SCI_MUST_CHECK;

#endif
