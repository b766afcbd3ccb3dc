/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of made-up images and their index: qc_pages DIR. Of twelve images the fourth is an outlier
 * and the last one failed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include <apps/imaging/qc_cohort.h>

enum { NX = 40, NY = 36, NZ = 14, N = NX * NY * NZ, IMAGES = 12, OUTLIER = 3 };

static uint64_t seed;

static double
uniform(void)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static void
check(sci_status st)
{
    if (st == SCI_OK)
        return;
    fprintf(stderr, "%s\n", sci_message());
    exit(1);
}

typedef struct example {
    double before[N], after[N];
    uint8_t mask[N];
    double centres[NZ], widths[NZ];
    imaging_geometry geometry;
} example;

/* Slices of 4 mm, then of 8 mm, one of which is missing. */
static void
place(example *e)
{
    imaging_geometry *g = &e->geometry;
    double at = -50.0;

    *g = (imaging_geometry){ .rank = 3, .millimetres = 1.0, .unit = "mm", .placed = true };
    for (int k = 0; k < NZ; k++) {
        e->widths[k] = k < 7 ? 4.0 : 8.0;
        e->centres[k] = at + 0.5 * e->widths[k];
        at += e->widths[k] + (k == 10 ? 8.0 : 0.0);
    }
    g->axes[0] = (imaging_axis){ .role = IMAGING_Z,
                                 .size = NZ,
                                 .step = (double)NAN,
                                 .start = e->centres[0],
                                 .irregular = true,
                                 .centres = e->centres,
                                 .widths = e->widths };
    g->axes[1] = (imaging_axis){ .role = IMAGING_Y, .size = NY, .start = -54.0, .step = 3.0 };
    g->axes[2] = (imaging_axis){ .role = IMAGING_X, .size = NX, .start = -58.5, .step = 3.0 };
    for (int i = 0; i < 3; i++)
        g->directions[i][i] = 1.0;
    g->origin[0] = -58.5;
    g->origin[1] = -54.0;
    g->origin[2] = e->centres[0];
}

/* A bright ball with a brighter core, noise, and a scale of its own. */
static void
fill(example *e, int image)
{
    double gain = 200.0 + 60.0 * uniform(), mean, sd;
    sci_moments m;
    double inside[N];
    uint64_t n = 0;

    if (image == OUTLIER)
        gain *= 6.0;
    for (int k = 0; k < N; k++) {
        double x = -58.5 + 3.0 * (k % NX), y = -54.0 + 3.0 * (k / NX % NY);
        double r = sqrt(x * x + 1.2 * y * y + 0.8 * pow(e->centres[k / NX / NY], 2.0));

        e->mask[k] = r < 45.0;
        e->before[k] = gain
                       * ((r < 22.0 + 2.0 * (image == OUTLIER) ? 3.0
                           : r < 45.0                          ? 2.0
                                                               : 0.05)
                          + 0.5 * (uniform() + uniform() - 1.0));
        if (e->mask[k])
            inside[n++] = e->before[k];
    }
    check(sci_moments_of(&m, SCI_FLOAT64, inside, n, SCI_NAN_REFUSE));
    mean = sci_moments_mean(&m);
    sd = sci_moments_sd(&m, 0);
    for (int k = 0; k < N; k++)
        e->after[k] = (e->before[k] - mean) / sd;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void
count(qc_histogram *h, const double *values, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        double t = (values[k] - h->low) / (h->high - h->low) * QC_BINS;

        if (t >= 0.0 && t < QC_BINS)
            h->counts[(int)t]++;
    }
    h->members = n;
}

static void
measure(qc_side *side, const imaging_view *view, const example *e, const double *values,
        const char *file)
{
    static double sorted[N];
    sci_array array = { .rank = 3, .shape = { NZ, NY, NX }, .type = SCI_FLOAT64 };
    sci_source *source = NULL;
    size_t n = 0;

    for (int k = 0; k < N; k++)
        if (e->mask[k])
            sorted[n++] = values[k];
    check(sci_moments_of(&side->inside, SCI_FLOAT64, sorted, n, SCI_NAN_REFUSE));
    qsort(sorted, n, sizeof *sorted, compare);
    for (int k = 0; k < QC_LANDMARKS; k++)
        side->landmarks[k] = sorted[(size_t)(qc_landmark_p[k] * (double)(n - 1))];
    side->file = file;
    side->value_label = "intensity";
    side->high = sorted[n - 1];
    side->low = sorted[0] - 0.7 * (sorted[n - 1] - sorted[0]);
    side->whole_image.low = side->members.low = side->low;
    side->whole_image.high = side->members.high = side->high;
    count(&side->whole_image, values, N);
    count(&side->members, sorted, n);
    check(sci_source_memory(&source, &array, values, file));
    check(imaging_cuts_read(&side->cuts, view, source));
    sci_source_free(source);
}

/* The mask on the slices, and left and right as labels. */
static void
draw_maps(imaging_qc *qc, const example *e)
{
    sci_array array = { .rank = 3, .shape = { NZ, NY, NX }, .type = SCI_UINT8 };
    imaging_cuts cuts;
    sci_source *source = NULL;

    check(sci_source_memory(&source, &array, e->mask, "mask"));
    check(imaging_cuts_read(&cuts, &qc->view, source));
    for (int k = 0; k < IMAGING_DIRECTIONS; k++) {
        size_t n = cuts.rows[k] * cuts.columns[k];

        check(sci_alloc(&qc->mask[k], n, 1, 1));
        check(sci_alloc(&qc->labels[k], n, 1, sizeof *qc->labels[k]));
        for (size_t i = 0; i < n; i++) {
            qc->mask[k][i] = cuts.values[k][i] > 0.0;
            qc->labels[k][i] = qc->mask[k][i] ? (int32_t)(i % cuts.columns[k] * 30 / NX) : -1;
        }
    }
    imaging_cuts_clear(&cuts);
    sci_source_free(source);
}

static void
make_groups(imaging_qc *qc)
{
    qc->n_groups = 30;
    check(sci_alloc_zero(&qc->groups, qc->n_groups, 1, sizeof *qc->groups));
    for (size_t k = 0; k < qc->n_groups; k++) {
        snprintf(qc->groups[k].name, sizeof qc->groups[k].name, "label %zu <&>", k + 1);
        qc->groups[k].before = qc->before.inside;
        qc->groups[k].after = qc->after.inside;
        qc->groups[k].mm3 = 12.5 * (double)k;
        qc->groups[k].colour = (int32_t)k;
    }
}

static void
write(example *e, int image, const char *folder)
{
    static const qc_fact facts[] = { { "method", "zscore" }, { "mask", "m.h5:/mask" } };
    char name[64], path[512];
    imaging_qc qc = { .version = "1.2.3",
                      .method = "zscore",
                      .masked = true,
                      .labelled = true,
                      .weighted = true,
                      .mm3 = 1.25e6,
                      .facts = facts,
                      .n_facts = 2 };

    seed = (uint64_t)image + 1;
    fill(e, image);
    snprintf(name, sizeof name, "sub-%02d_T1w.h5", image + 1);
    snprintf(qc.members, sizeof qc.members, "in the mask 'm.h5:/mask'");
    check(imaging_view_create(&qc.view, &e->geometry));
    measure(&qc.before, &qc.view, e, e->before, name);
    measure(&qc.after, &qc.view, e, e->after, name);
    if (image == 0) {
        draw_maps(&qc, e);
        make_groups(&qc);
    }
    check(sci_alloc(&qc.warnings, 2, 1, sizeof *qc.warnings));
    check(sci_strdup(&qc.warnings[qc.n_warnings++], "no unit is stated: mm is assumed"));
    check(sci_strdup(&qc.warnings[qc.n_warnings++], "slice 11 of 14 is <missing>"));
    snprintf(path, sizeof path, "%s/%s.html", folder, name);
    check(imaging_qc_page(&qc, path));
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    check(imaging_qc_json(&qc, "x.html", path));
    imaging_qc_clear(&qc);
}

int
main(int argc, char **argv)
{
    static char names[IMAGES][64], files[IMAGES][512], pages[IMAGES][64];
    static qc_image images[IMAGES];
    static example e;
    char path[512];

    if (argc != 2)
        return 2;
    place(&e);
    for (int k = 0; k < IMAGES; k++) {
        if (k < IMAGES - 1)
            write(&e, k, argv[1]);
        snprintf(names[k], sizeof names[k], "study/sub-%02d_T1w.h5", k + 1);
        snprintf(files[k], sizeof files[k], "%s/sub-%02d_T1w.h5.json", argv[1], k + 1);
        snprintf(pages[k], sizeof pages[k], "sub-%02d_T1w.h5.html", k + 1);
        images[k] = (qc_image){ names[k], files[k], pages[k] };
    }
    snprintf(path, sizeof path, "%s/index.html", argv[1]);
    check(imaging_qc_index(path, IMAGES, images, "1.2.3"));
    return 0;
}
