/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include <sci/file.h>

#include "cli/json.h"
#include "qc_cohort.h"

static void
put_histogram(cli_json *j, const char *key, const qc_histogram *h)
{
    cli_json_key(j, key);
    cli_json_object(j);
    cli_json_member_real(j, "low", h->low);
    cli_json_member_real(j, "high", h->high);
    cli_json_key(j, "counts");
    cli_json_array_line(j);
    for (int k = 0; k < QC_BINS; k++)
        cli_json_unsigned(j, h->counts[k]);
    cli_json_array_end(j);
    cli_json_object_end(j);
}

static void
put_side(cli_json *j, const char *key, const qc_side *side, int ddof)
{
    cli_json_key(j, key);
    cli_json_object(j);
    cli_json_member_text(j, "file", side->file);
    cli_json_member_real(j, "mean", sci_moments_mean(&side->inside));
    cli_json_member_real(j, "sd", sci_moments_sd(&side->inside, ddof));
    cli_json_member_real(j, "min", side->inside.min);
    cli_json_member_real(j, "max", side->inside.max);
    cli_json_key(j, "landmarks");
    cli_json_array_line(j);
    for (int k = 0; k < QC_LANDMARKS; k++)
        cli_json_real(j, side->landmarks[k]);
    cli_json_array_end(j);
    put_histogram(j, "histogram", &side->members);
    cli_json_object_end(j);
}

sci_status
imaging_qc_json(const imaging_qc *qc, const char *page, const char *path)
{
    FILE *file = fopen(path, "we");
    sci_status st;
    cli_json j;

    if (file == NULL)
        return sci_fail_errno("open", path);
    cli_json_start(&j, file);
    cli_json_object(&j);
    cli_json_member_text(&j, "page", page);
    cli_json_member_text(&j, "method", qc->method);
    cli_json_member_unsigned(&j, "voxels", qc->before.inside.count);
    cli_json_member_real(&j, "volume_mm3", qc->plane ? (double)NAN : qc->mm3);
    cli_json_key(&j, "percentiles");
    cli_json_array_line(&j);
    for (int k = 0; k < QC_LANDMARKS; k++)
        cli_json_real(&j, 100.0 * qc_landmark_p[k]);
    cli_json_array_end(&j);
    put_side(&j, "before", &qc->before, qc->ddof);
    put_side(&j, "after", &qc->after, qc->ddof);
    cli_json_key(&j, "warnings");
    cli_json_array(&j);
    for (size_t k = 0; k < qc->n_warnings; k++)
        cli_json_text(&j, qc->warnings[k]);
    cli_json_array_end(&j);
    cli_json_object_end(&j);
    st = cli_json_finish(&j);
    if (fclose(file) != 0 && st == SCI_OK)
        st = sci_fail_errno("write", path);
    return st;
}
