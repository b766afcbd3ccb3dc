/* SPDX-License-Identifier: BSD-3-Clause */
/* Mean and spread of each tissue of an image: labels over several axes, one of them left out. */
#include <stdio.h>
#include <stdlib.h>

#include <sci.h>

enum { H = 64, W = 64, BACKGROUND = 0, GREY = 1, WHITE = 2 };

static int16_t image[H * W];
static int64_t tissue[H * W];

static void
paint(void)
{
    for (int i = 0; i < H * W; i++) {
        int dy = i / W - H / 2, dx = i % W - W / 2, r2 = dx * dx + dy * dy;

        tissue[i] = r2 < 200 ? WHITE : r2 < 600 ? GREY : BACKGROUND;
        image[i] = (int16_t)(300 * tissue[i] + i % 7);
    }
}

static sci_status
fit_tissues(sci_stats **out)
{
    const sci_array array = { .rank = 2, .shape = { H, W }, .type = SCI_INT16 };
    const sci_options options = { 0 };
    sci_labels *labels = NULL;
    sci_grouping *grouping = NULL;
    sci_source *source = NULL;
    sci_status st;

    st = sci_labels_create(&labels, H * W, tissue);
    if (st != SCI_OK)
        goto out;
    st = sci_labels_ignore(labels, "0");
    if (st != SCI_OK)
        goto out;
    st = sci_grouping_create(&grouping, array.rank, array.shape);
    if (st != SCI_OK)
        goto out;
    st = sci_grouping_axis_names(grouping, (const char *const[]){ "H", "W" });
    if (st != SCI_OK)
        goto out;
    st = sci_grouping_label(grouping, 2, (const int[]){ 0, 1 }, labels);
    if (st != SCI_OK)
        goto out;
    st = sci_source_memory(&source, &array, image, "image");
    if (st != SCI_OK)
        goto out;
    st = sci_fit(source, grouping, &options, out, NULL);
out:
    sci_source_free(source);
    sci_grouping_free(grouping);
    sci_labels_free(labels);
    return st;
}

int
main(void)
{
    sci_stats *stats = NULL;
    sci_status st;

    paint();
    st = fit_tissues(&stats);
    for (uint64_t g = 0; st == SCI_OK && g < sci_stats_groups(stats); g++) {
        const sci_moments *m = &sci_stats_moments(stats)[g];
        char name[64];

        st = sci_stats_group_name(stats, g, name, sizeof name);
        if (st == SCI_OK)
            printf("%-8s %5llu pixels, mean %8.3f, sd %.3f\n", name, (unsigned long long)m->count,
                   sci_moments_mean(m), sci_moments_sd(m, 0));
    }
    if (st != SCI_OK)
        fprintf(stderr, "labels: error: %s\n", sci_message());
    sci_stats_free(stats);
    return st == SCI_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
