/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports of sci-genomics from made-up cells. */
#ifndef TESTS_SUPPORT_REPORT_EXAMPLE_H
#define TESTS_SUPPORT_REPORT_EXAMPLE_H

#include <apps/genomics/report.h>

typedef enum report_story {
    STORY_GOOD,      /* a batch effect, removed; labels kept */
    STORY_LITTLE,    /* there was nothing to correct */
    STORY_ENTANGLED, /* batches of unlike composition: biology was removed with the batches */
    STORY_UNMIXED,   /* means agree, neighbourhoods do not mix */
    STORY_MANY,      /* 40 batches, 30 labels, 60 000 cells, names that try to break out */
    STORY_LOOK,      /* evaluated only, without labels */
    STORIES
} report_story;

extern const char *const report_story_names[STORIES];

typedef struct report_example report_example;
report_example *report_example_make(report_story story);
const genomics_report *report_example_report(const report_example *e);
genomics_report *report_example_edit(report_example *e);
void report_example_free(report_example *e);

#endif
