/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line around what is not 0, along the sides of cells. */
#include "picture_priv.h"

typedef struct field {
    const uint8_t *inside;
    size_t rows, columns;
} field;

/* Cell k along line `at`: of a row if horizontal, else of a column; nothing beyond the border. */
static bool
is_inside(const field *f, bool horizontal, size_t at, size_t k)
{
    size_t row = horizontal ? at : k, column = horizontal ? k : at;

    return row < f->rows && column < f->columns && f->inside[row * f->columns + column] != 0;
}

/* Index -1 is as far out as any: SIZE_MAX. */
static bool
is_side(const field *f, bool horizontal, bool far, size_t at, size_t k)
{
    return is_inside(f, horizontal, at, k) && !is_inside(f, horizontal, far ? at + 1 : at - 1, k);
}

static void
walk_line(const field *f, picture_edge edge, void (*visit)(void *context, const picture_edge *edge),
          void *context)
{
    size_t n = edge.horizontal ? f->columns : f->rows;

    for (size_t k = 0; k < n; k = edge.to + 1) {
        edge.from = edge.to = k;
        while (edge.to < n && is_side(f, edge.horizontal, edge.far, edge.at, edge.to))
            edge.to++;
        if (edge.from < edge.to)
            visit(context, &edge);
    }
}

void
picture_outline_walk(const uint8_t *inside, size_t rows, size_t columns,
                     void (*visit)(void *context, const picture_edge *edge), void *context)
{
    field f = { inside, rows, columns };

    for (int horizontal = 1; horizontal >= 0; horizontal--) {
        size_t lines = horizontal ? rows : columns;

        for (size_t at = 0; at < lines; at++)
            for (int far = 0; far < 2; far++)
                walk_line(&f, (picture_edge){ .horizontal = horizontal, .far = far, .at = at },
                          visit, context);
    }
}

void
picture_edge_ends(const cli_panel *p, const picture_edge *edge, double width, double height,
                  double ends[2][2])
{
    const cli_axis *along = edge->horizontal ? &p->x : &p->y;
    const cli_axis *across = edge->horizontal ? &p->y : &p->x;
    size_t n_along = edge->horizontal ? p->columns : p->rows;
    size_t n_across = edge->horizontal ? p->rows : p->columns;
    double span[2], sides[2], rest;

    picture_axis_cell(across, n_across, edge->at, &sides[0], &sides[1]);
    picture_axis_cell(along, n_along, edge->from, &span[0], &rest);
    picture_axis_cell(along, n_along, edge->to - 1, &rest, &span[1]);
    for (int k = 0; k < 2; k++) {
        double x = edge->horizontal ? span[k] : sides[edge->far];
        double y = edge->horizontal ? sides[edge->far] : span[k];

        ends[k][0] = picture_axis_place(&p->x, p->columns, false, width, x);
        ends[k][1] = picture_axis_place(&p->y, p->rows, p->y_up, height, y);
    }
}
