/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports of sci-genomics about made-up cells, STORY.html each: reports FOLDER */
#include <stdio.h>

#include <support/report_example.h>

int
main(int argc, char **argv)
{
    sci_status st = SCI_OK;

    if (argc != 2)
        return 2;
    for (int story = 0; story < STORIES && st == SCI_OK; story++) {
        report_example *e = report_example_make((report_story)story);
        char path[4096];

        snprintf(path, sizeof path, "%s/%s.html", argv[1], report_story_names[story]);
        st = genomics_report_write(path, report_example_report(e));
        if (st != SCI_OK)
            fprintf(stderr, "%s\n", sci_message());
        report_example_free(e);
    }
    return st != SCI_OK;
}
