/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series in a cell of a table: its values above, how unusual each was below. Whole pixels and
 * relative moves keep it at about four bytes a value. */
#include <math.h>

#include "page_priv.h"
#include "plot_priv.h"

/* CSS pixels. */
enum {
    WIDTH = 240,
    VALUES = 24, /* height of the values */
    SCORES = 38, /* from above to where a score of 0 is */
    REACH = 11,  /* from there to the largest score */
    HEIGHT = SCORES + REACH + 2,
    PERIODS_MOST = 300, /* that are drawn; of more, one for several */
    FINE = 2            /* units of the drawing in one pixel, up and down */
};

typedef struct spark_box {
    const cli_spark *spark;
    size_t n, each;
    double step;  /* pixels from one to the next */
    double scale; /* pixels of one asinh of a score */
} spark_box;

/* The last value of those that one place stands for. */
static double
value_at(const spark_box *b, size_t k)
{
    size_t end = (k + 1) * b->each;

    return b->spark->values[(end < b->spark->n ? end : b->spark->n) - 1];
}

/* The largest score. */
static double
score_at(const spark_box *b, size_t k)
{
    double found = NAN;

    for (size_t i = k * b->each; i < (k + 1) * b->each && i < b->spark->n; i++) {
        double z = b->spark->scores[i];

        if (!isnan(z) && !(fabs(z) <= fabs(found)))
            found = z;
    }
    return found;
}

static int
height_of_score(const spark_box *b, double z)
{
    double reach = b->scale * asinh(z);

    return isnan(z) ? 0 : (int)lround(FINE * (SCORES - fmin(fmax(reach, -REACH), REACH)));
}

/* A line through heights; `holds` says where there is one. Level stretches are one move. */
static void
put_line(FILE *out, const char *class, const spark_box *b, const int *heights, const bool *holds)
{
    bool open = false;
    char last = ' ';

    fprintf(out, "<path class=\"%s\" d=\"", class);
    for (size_t k = 0; k < b->n; k++) {
        if (!holds[k]) {
            open = false;
            continue;
        }
        if (!open) {
            fprintf(out, "M%zu %dh.2", k, heights[k]); /* alone it is a dot */
            fprintf(out, "M%zu %d", k, heights[k]);
            open = true;
            last = 'M';
            continue;
        }
        if (heights[k] == heights[k - 1]) {
            size_t run = 1;

            while (k + run < b->n && holds[k + run] && heights[k + run] == heights[k])
                run++;
            fprintf(out, "h%zu", run);
            k += run - 1;
            last = 'h';
        } else {
            int change = heights[k] - heights[k - 1];

            fprintf(out, "%s1%s%d", last == 'l' ? " " : "l", change < 0 ? "" : " ", change);
            last = 'l';
        }
    }
    fputs("\"/>", out);
}

static void
put_values(FILE *out, const spark_box *b)
{
    int heights[PERIODS_MOST];
    bool holds[PERIODS_MOST];
    double low = INFINITY, high = -INFINITY;

    for (size_t k = 0; k < b->n; k++) {
        double v = value_at(b, k);

        if (isfinite(v)) {
            low = fmin(low, v);
            high = fmax(high, v);
        }
    }
    for (size_t k = 0; k < b->n; k++) {
        double v = value_at(b, k);
        double part = high > low ? v / (high - low) - low / (high - low) : 0.5;

        holds[k] = isfinite(v) && isfinite(part);
        heights[k] = holds[k] ? (int)lround(FINE * (VALUES - 1 - (VALUES - 3) * part)) : 0;
    }
    put_line(out, "series", b, heights, holds);
}

static void
put_scores(FILE *out, const spark_box *b)
{
    int heights[PERIODS_MOST];
    bool holds[PERIODS_MOST];

    for (size_t k = 0; k < b->n; k++) {
        double z = score_at(b, k);

        holds[k] = !isnan(z);
        heights[k] = height_of_score(b, z);
    }
    put_line(out, "scores", b, heights, holds);
}

/* Dots at scores outside the band, below and above it. */
static void
put_marks(FILE *out, const spark_box *b, bool above)
{
    bool begun = false;

    for (size_t k = 0; k < b->n; k++) {
        double z = score_at(b, k);

        if (!(above ? z >= b->spark->band : z <= -b->spark->band))
            continue;
        fputs(begun   ? ""
              : above ? "<path class=\"dot a4\" d=\""
                      : "<path class=\"dot b4\" d=\"",
              out);
        begun = true;
        fputc('M', out);
        plot_coordinate(out, ((double)k + 0.5) * b->step);
        fputc(' ', out);
        plot_coordinate(out, height_of_score(b, z) / (double)FINE);
        fputs("h0", out);
    }
    if (begun)
        fputs("\"/>", out);
}

void
page_spark_write(FILE *out, const cli_spark *spark)
{
    spark_box b = { .spark = spark, .each = (spark->n + PERIODS_MOST - 1) / PERIODS_MOST };
    double largest = 2.0 * spark->band;

    b.each = b.each > 0 ? b.each : 1;
    b.n = (spark->n + b.each - 1) / b.each;
    b.step = b.n > 0 ? WIDTH / (double)b.n : WIDTH;
    for (size_t k = 0; k < b.n; k++) {
        double z = fabs(score_at(&b, k));

        largest = isfinite(z) && z > largest ? z : largest;
    }
    b.scale = largest > 0.0 ? REACH / asinh(largest) : 1.0;
    fprintf(out, "<svg class=\"spark\" role=\"img\" width=\"%d\" height=\"%d\" ", WIDTH, HEIGHT);
    fprintf(out, "viewBox=\"0 0 %d %d\"><title>", WIDTH, HEIGHT);
    plot_text_write(out, spark->summary);
    fputs("</title>", out);
    fprintf(out, "<path class=\"band\" d=\"M0 %.1fH%dV%.1fH0z\"/>",
            SCORES - b.scale * asinh(spark->band), WIDTH, SCORES + b.scale * asinh(spark->band));
    fprintf(out, "<g transform=\"translate(%.3g 0)scale(%.6g .5)\">", 0.5 * b.step, b.step);
    put_values(out, &b);
    put_scores(out, &b);
    fputs("</g>", out);
    put_marks(out, &b, false);
    put_marks(out, &b, true);
    fputs("</svg>", out);
}
