/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qc_read.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/json_read.h"

/* A number, or null for what is not finite. */
static bool
take_real(const cli_json_value *value, double *out)
{
    *out = value && value->kind == CLI_JSON_NUMBER ? value->number : (double)NAN;
    return value && (value->kind == CLI_JSON_NUMBER || value->kind == CLI_JSON_NULL);
}

static bool
take_reals(const cli_json_value *array, size_t n, double *out)
{
    bool good = array && array->kind == CLI_JSON_ARRAY && array->n == n;

    for (size_t k = 0; good && k < n; k++)
        good = take_real(&array->items[k], &out[k]);
    return good;
}

static bool
take_side(const cli_json_value *value, qc_numbers_side *out)
{
    const cli_json_value *histogram = value ? cli_json_member(value, "histogram") : NULL;
    bool good = histogram && take_real(cli_json_member(value, "mean"), &out->mean)
                && take_real(cli_json_member(value, "sd"), &out->sd)
                && take_reals(cli_json_member(value, "landmarks"), QC_LANDMARKS, out->landmarks)
                && take_real(cli_json_member(histogram, "low"), &out->low)
                && take_real(cli_json_member(histogram, "high"), &out->high)
                && take_reals(cli_json_member(histogram, "counts"), QC_BINS, out->counts);

    out->total = 0.0;
    for (int k = 0; good && k < QC_BINS; k++)
        out->total += out->counts[k];
    return good;
}

sci_status
qc_numbers_read(qc_numbers *out, const char *path)
{
    const cli_json_value *warnings, *method;
    cli_json_value *value = NULL;
    sci_status st;

    *out = (qc_numbers){ .given = access(path, F_OK) == 0 };
    if (!out->given)
        return SCI_OK;
    st = cli_json_read(&value, path);
    if (st != SCI_OK)
        return st;
    warnings = cli_json_member(value, "warnings");
    method = cli_json_member(value, "method");
    if (method && method->kind == CLI_JSON_TEXT)
        (void)snprintf(out->method, sizeof out->method, "%s", method->text);
    if (take_real(cli_json_member(value, "voxels"), &out->voxels)
        && take_real(cli_json_member(value, "volume_mm3"), &out->mm3)
        && take_side(cli_json_member(value, "before"), &out->sides[0])
        && take_side(cli_json_member(value, "after"), &out->sides[1]) && warnings
        && warnings->kind == CLI_JSON_ARRAY)
        out->n_warnings = warnings->n;
    else
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s' does not have the numbers of a page; remove it and make the page again",
                      path);
    cli_json_value_free(value);
    return st;
}
