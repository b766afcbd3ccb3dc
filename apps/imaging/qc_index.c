/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index of a batch: a row an image, histograms of all, and who stands out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/page.h"
#include "qc_cohort.h"
#include "qc_read.h"

/* What is compared between images: mean, sd and the landmarks, before and after. */
enum { MEAN, SD, LANDMARKS, MEASURES = LANDMARKS + QC_LANDMARKS };
#define MEDIAN (LANDMARKS + QC_MEDIAN)

typedef struct cohort {
    size_t n;
    const qc_image *images;
    qc_numbers *numbers;
    double *far[2][MEASURES]; /* of each image: robust standard deviations, 0: like the others */
    size_t failed, standing_out;
} cohort;

static double
measure_of(const qc_numbers *numbers, int side, int measure)
{
    const qc_numbers_side *s = &numbers->sides[side];

    if (!numbers->given)
        return (double)NAN;
    return measure == MEAN ? s->mean : measure == SD ? s->sd : s->landmarks[measure - LANDMARKS];
}

static void
name_measure(char *text, size_t size, int measure)
{
    if (measure == MEAN || measure == SD || measure == MEDIAN)
        snprintf(text, size, "%s", measure == MEAN ? "mean" : measure == SD ? "sd" : "median");
    else
        snprintf(text, size, "p%g", 100.0 * qc_landmark_p[measure - LANDMARKS]);
}

/* ---- the cohort ---- */

static void
cohort_clear(cohort *c)
{
    for (int side = 0; side < 2; side++)
        for (int m = 0; m < MEASURES; m++)
            sci_free(c->far[side][m]);
    sci_free(c->numbers);
}

/* The usual spread of an image, which says what a difference is worth. */
static double
usual_sd(const cohort *c, int side)
{
    double sum = 0.0;
    size_t n = 0;

    for (size_t k = 0; k < c->n; k++) {
        double sd = measure_of(&c->numbers[k], side, SD);

        if (isfinite(sd)) {
            sum += sd;
            n++;
        }
    }
    return n > 0 ? sum / (double)n : (double)NAN;
}

static bool
stands_out(const cohort *c, size_t image)
{
    for (int side = 0; side < 2; side++)
        for (int m = 0; m < MEASURES; m++)
            if (c->far[side][m][image] != 0.0)
                return true;
    return false;
}

static sci_status
find_outliers(cohort *c)
{
    double *values = NULL;
    sci_status st = sci_alloc(&values, c->n, 1, sizeof *values);

    for (int side = 0; st == SCI_OK && side < 2; side++) {
        double noise = 0.02 * usual_sd(c, side);

        for (int m = 0; st == SCI_OK && m < MEASURES; m++) {
            for (size_t k = 0; k < c->n; k++)
                values[k] = measure_of(&c->numbers[k], side, m);
            st = sci_alloc(&c->far[side][m], c->n, 1, sizeof **c->far[side]);
            if (st == SCI_OK)
                st = qc_outliers(c->far[side][m], c->n, values, isfinite(noise) ? noise : 0.0);
        }
    }
    sci_free(values);
    for (size_t k = 0; st == SCI_OK && k < c->n; k++)
        c->standing_out += stands_out(c, k);
    return st;
}

static sci_status
cohort_read(cohort *c, size_t n, const qc_image *images)
{
    sci_status st;

    *c = (cohort){ .n = n, .images = images };
    st = sci_alloc(&c->numbers, n, 1, sizeof *c->numbers);
    for (size_t k = 0; st == SCI_OK && k < n; k++) {
        st = qc_numbers_read(&c->numbers[k], images[k].file);
        c->failed += st == SCI_OK && !c->numbers[k].given;
    }
    return st == SCI_OK ? find_outliers(c) : st;
}

/* ---- words ---- */

typedef struct reason {
    double far;
    int side, measure;
} reason;

static int
compare_reasons(const void *a, const void *b)
{
    const reason *p = a, *q = b;

    return (fabs(p->far) < fabs(q->far)) - (fabs(p->far) > fabs(q->far));
}

/* "median before +41.7, p90 after −5.3 and 7 more", the farthest first */
static void
say_why(char *text, size_t size, const cohort *c, size_t image)
{
    enum { MOST = 3 };
    reason reasons[2 * MEASURES];
    size_t n = 0, used = 0;

    for (int side = 0; side < 2; side++)
        for (int m = 0; m < MEASURES; m++)
            if (c->far[side][m][image] != 0.0)
                reasons[n++] = (reason){ c->far[side][m][image], side, m };
    qsort(reasons, n, sizeof *reasons, compare_reasons);
    text[0] = '\0';
    for (size_t k = 0; k < n && k < MOST && used < size; k++) {
        char name[32], number[QC_NUMBER];

        name_measure(name, sizeof name, reasons[k].measure);
        cli_plot_number(number, sizeof number, fmax(fmin(reasons[k].far, 999.0), -999.0), 1);
        used += (size_t)snprintf(text + used, size - used, "%s%s %s %s%s", k ? ", " : "", name,
                                 reasons[k].side ? "after" : "before",
                                 reasons[k].far > 0.0 ? "+" : "", number);
    }
    if (n > MOST && used < size)
        (void)snprintf(text + used, size - used, " and %zu more", n - MOST);
}

/* What was done with all of them; NULL where that is not the same. */
static const char *
method_of(const cohort *c)
{
    const char *method = NULL;

    for (size_t k = 0; k < c->n; k++) {
        if (!c->numbers[k].given)
            continue;
        if (method && strcmp(method, c->numbers[k].method) != 0)
            return NULL;
        method = c->numbers[k].method;
    }
    return method && method[0] ? method : NULL;
}

static void
write_lead(cli_page *page, const cohort *c)
{
    char images[QC_NUMBER], out[QC_NUMBER];
    size_t good = c->n - c->failed;
    const char *done = method_of(c);

    qc_count(images, (double)good);
    qc_count(out, (double)c->standing_out);
    cli_page_lead(page, "%s %s %s%s%s%s. %s%s", images, good == 1 ? "image" : "images",
                  good == 1 ? "was" : "were", done ? " normalized (" : " compared",
                  done ? done : "", done ? ")" : "",
                  good < QC_COHORT_LEAST ? "They are too few to say which of them stands out."
                  : c->standing_out == 0 ? "None stands out from the others."
                                         : out,
                  good < QC_COHORT_LEAST || c->standing_out == 0 ? ""
                  : c->standing_out == 1                         ? " stands out from the others."
                                                                 : " stand out from the others.");
    if (c->failed > 0)
        cli_page_note(
            page, "%zu of %zu images have no page: they failed, or were done before without one.",
            c->failed, c->n);
}

/* ---- histograms ---- */

enum { LINES_MOST = 160, NAMED_MOST = 8 };

typedef struct line {
    double x[QC_BINS], y[QC_BINS];
} line;

static void
line_make(line *l, const qc_numbers_side *s)
{
    double width = (s->high - s->low) / QC_BINS;

    for (int k = 0; k < QC_BINS; k++) {
        l->x[k] = s->low + (k + 0.5) * width;
        l->y[k] = s->total > 0.0 ? s->counts[k] / (s->total * width) : (double)NAN;
    }
}

/* Few images have colours; of many only those that stand out. */
static cli_series
series_of(const cohort *c, size_t image, const line *l, size_t *named)
{
    bool few = c->n <= NAMED_MOST, out = stands_out(c, image);
    cli_series s = { .mark = CLI_MARK_LINE, .n = QC_BINS, .x = l->x, .y = l->y };

    s.colour = few ? (int)image : out ? (int)(*named % NAMED_MOST) : -1;
    s.opacity = few || out ? 0.9 : 0.35;
    if (few || (out && *named < NAMED_MOST)) {
        s.name = qc_base_name(c->images[image].name);
        ++*named;
    }
    return s;
}

/* Grey ones first, so that the others lie above them. */
static size_t
choose(const cohort *c, size_t images[LINES_MOST])
{
    size_t n = 0, ordinary = c->n - c->failed - c->standing_out;
    size_t stride = ordinary / (LINES_MOST / 2) + 1, seen = 0;

    for (int out = 0; out < 2; out++)
        for (size_t k = 0; k < c->n && n < LINES_MOST; k++)
            if (c->numbers[k].given && stands_out(c, k) == (out == 1)
                && (out || seen++ % stride == 0))
                images[n++] = k;
    return n;
}

static sci_status
write_overlay(cli_page *page, const cohort *c, int side)
{
    size_t images[LINES_MOST], n = choose(c, images), named = 0;
    cli_series series[LINES_MOST];
    char caption[160] = "";
    line *lines = NULL;
    cli_plot plot = { .title = side ? "After" : "Before",
                      .x = { .label = side ? "normalized intensity" : "intensity" },
                      .y = { .label = "density" },
                      .n_series = n,
                      .series = series,
                      .summary = "histograms of all images, one line each" };
    sci_status st = sci_alloc(&lines, n, 1, sizeof *lines);

    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < n; k++) {
        line_make(&lines[k], &c->numbers[images[k]].sides[side]);
        series[k] = series_of(c, images[k], &lines[k], &named);
    }
    if (n < c->n - c->failed)
        snprintf(caption, sizeof caption, "%zu of %zu images, evenly chosen%s.", n,
                 c->n - c->failed, c->standing_out ? ", and those that stand out" : "");
    cli_page_plot(page, &plot, caption[0] ? caption : NULL);
    sci_free(lines);
    return SCI_OK;
}

static sci_status
write_histograms(cli_page *page, const cohort *c)
{
    sci_status st;

    if (c->failed == c->n)
        return SCI_OK;
    cli_page_section(page, "Histograms of all images");
    cli_page_paragraph(page, "Each line is one image. Where the normalization made the images "
                             "alike, the lines after it lie on each other.");
    cli_page_figures(page);
    st = write_overlay(page, c, 0);
    if (st == SCI_OK)
        st = write_overlay(page, c, 1);
    cli_page_figures_end(page);
    return st;
}

/* ---- tables ---- */

typedef struct cell_text {
    char number[QC_NUMBER], remark[64];
} cell_text;

static cli_page_cell
measure_cell(cell_text *room, const cohort *c, size_t image, int side, int measure)
{
    double far = c->far[side][measure][image];
    double value = measure_of(&c->numbers[image], side, measure);
    cli_page_cell cell = { .text = qc_number(room->number, value, usual_sd(c, side)) };

    if (far == 0.0)
        return cell;
    snprintf(room->remark, sizeof room->remark, "%.1f robust sd %s the median",
             fmin(fabs(far), 999.0), far > 0.0 ? "above" : "below");
    cell.remark = room->remark;
    return cell;
}

static cli_page_cell
name_cell(const cohort *c, size_t image)
{
    return (cli_page_cell){ .text = c->images[image].name,
                            .link = c->numbers[image].given ? c->images[image].page : NULL };
}

static void
write_image(cli_page *page, const cohort *c, size_t image)
{
    static const int shown[] = { MEAN, SD, MEDIAN };
    const qc_numbers *numbers = &c->numbers[image];
    char volume[QC_NUMBER], warnings[QC_NUMBER], why[400];
    cell_text room[6];
    cli_page_cell cells[10] = { name_cell(c, image) };

    cli_plot_number(volume, sizeof volume, numbers->given ? numbers->mm3 / 1000.0 : (double)NAN, 1);
    cells[1].text = volume;
    for (int k = 0; k < 6; k++)
        cells[2 + k] = measure_cell(&room[k], c, image, k / 3, shown[k % 3]);
    cells[8].text = qc_count(warnings, numbers->given ? (double)numbers->n_warnings : (double)NAN);
    say_why(why, sizeof why, c, image);
    cells[9].text = numbers->given ? why : "no page";
    cli_page_cells(page, cells);
}

static void
write_images(cli_page *page, const cohort *c)
{
    static const char *const heads[] = { "image",        "volume (ml)",   "mean before",
                                         "sd before",    "median before", "mean after",
                                         "sd after",     "median after",  "warnings",
                                         "stands out in" };

    cli_page_section(page, "Images");
    cli_page_paragraph(
        page,
        "Click a head to sort. A value is marked where it is more than %g robust standard "
        "deviations from the median of all images; p90 is the 90th percentile, +5 "
        "is five such deviations above.",
        QC_FAR);
    cli_page_table(page, 10, heads, "lrrrrrrrrl", NULL);
    for (size_t k = 0; k < c->n; k++)
        write_image(page, c, k);
    cli_page_table_end(page);
}

static void
write_landmarks(cli_page *page, const cohort *c, int side)
{
    const char *heads[QC_LANDMARKS + 1] = { "image" };
    char names[QC_LANDMARKS][16];

    for (int k = 0; k < QC_LANDMARKS; k++) {
        snprintf(names[k], sizeof names[k], "%g %%", 100.0 * qc_landmark_p[k]);
        heads[k + 1] = names[k];
    }
    cli_page_table(page, QC_LANDMARKS + 1, heads, "lrrrrrrr",
                   side ? "Percentiles after" : "Percentiles before");
    for (size_t k = 0; k < c->n; k++) {
        cell_text room[QC_LANDMARKS];
        cli_page_cell cells[QC_LANDMARKS + 1] = { name_cell(c, k) };

        for (int m = 0; m < QC_LANDMARKS; m++)
            cells[m + 1] = measure_cell(&room[m], c, k, side, LANDMARKS + m);
        cli_page_cells(page, cells);
    }
    cli_page_table_end(page);
}

/* ---- the whole ---- */

static sci_status
write_sections(cli_page *page, const cohort *c)
{
    sci_status st;

    cli_page_sorts(page);
    write_lead(page, c);
    st = write_histograms(page, c);
    if (st != SCI_OK)
        return st;
    write_images(page, c);
    cli_page_section(page, "Landmarks");
    write_landmarks(page, c, 0);
    write_landmarks(page, c, 1);
    return SCI_OK;
}

sci_status
imaging_qc_index(const char *path, size_t n, const qc_image *images, const char *version)
{
    cli_page *page = NULL;
    cohort c;
    sci_status st = cohort_read(&c, n, images);

    if (st == SCI_OK)
        st = cli_page_create(&page, path, "All images, before and after", "sci-imaging", version);
    if (st == SCI_OK)
        st = write_sections(page, &c);
    if (st == SCI_OK) {
        st = cli_page_finish(page);
        page = NULL;
    }
    cli_page_free(page);
    cohort_clear(&c);
    return st;
}
