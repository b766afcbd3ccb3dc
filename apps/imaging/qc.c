/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/plot.h"

const double qc_landmark_p[QC_LANDMARKS] = { 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99 };

void
imaging_qc_clear(imaging_qc *qc)
{
    imaging_view_clear(&qc->view);
    imaging_cuts_clear(&qc->before.cuts);
    imaging_cuts_clear(&qc->after.cuts);
    for (int k = 0; k < IMAGING_DIRECTIONS; k++) {
        sci_free(qc->mask[k]);
        sci_free(qc->labels[k]);
    }
    sci_free(qc->groups);
    for (size_t k = 0; k < qc->n_warnings; k++)
        sci_free(qc->warnings[k]);
    sci_free(qc->warnings);
    *qc = (imaging_qc){ .version = NULL };
}

/* ---- numbers as text ---- */

const char *
qc_number(char text[QC_NUMBER], double value, double scale)
{
    int decimals = 3;

    if (isfinite(scale) && scale > 0.0)
        decimals = (int)fmin(fmax(3.0 - floor(log10(scale) + 0.01), 0.0), 9.0);
    if (isfinite(value) && fabs(value) < 0.5 * pow(10.0, -decimals))
        value = 0.0; /* no "−0.000" */
    cli_plot_number(text, QC_NUMBER, value, decimals);
    return text;
}

const char *
qc_count(char text[QC_NUMBER], double count)
{
    cli_plot_number(text, QC_NUMBER, count, 0);
    return text;
}

const char *
qc_volume(char text[QC_NUMBER], double mm3, bool plane)
{
    /* What fits on a thumbnail is said in mm³. */
    bool large = mm3 >= 1e4;
    const char *unit = plane ? large ? "cm\xc2\xb2" : "mm\xc2\xb2" : large ? "ml" : "mm\xc2\xb3";
    size_t used;

    cli_plot_number(text, QC_NUMBER, large ? mm3 / (plane ? 100.0 : 1000.0) : mm3,
                    mm3 < 100.0 ? 3 : 1);
    used = strlen(text);
    if (isfinite(mm3))
        snprintf(text + used, QC_NUMBER - used, "\xc2\xa0%s", unit);
    return text;
}

const char *
qc_base_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *colon = strstr(path, ":/");

    /* The last '/' of "a/b.h5:/t1" is not one of the file's. */
    if (colon)
        for (slash = colon; slash > path && *slash != '/';)
            slash--;
    return slash && *slash == '/' ? slash + 1 : path;
}

bool
qc_is_standard(const sci_moments *m, int ddof)
{
    return fabs(sci_moments_mean(m)) < 1e-3 && fabs(sci_moments_sd(m, ddof) - 1.0) < 1e-3;
}
