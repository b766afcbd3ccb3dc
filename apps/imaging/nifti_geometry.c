/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the header to axes and the world frame. NIfTI's world is the patient's right, anterior,
 * superior. */
#include <math.h>
#include <stdio.h>

#include "nifti_header.h"
#include "sampling.h"
#include "units.h"

/* ---- axes ---- */

/* Dimensions 6 and 7 have no meaning of their own. */
static void
set_axes(imaging_geometry *g, const nifti_header *h)
{
    static const imaging_role roles[] = { IMAGING_X, IMAGING_Y, IMAGING_Z, IMAGING_TIME,
                                          IMAGING_CHANNEL };
    static const char *const names[] = { "x", "y", "z", "t", "v" };
    uint64_t samples = h->dim[6] * h->dim[7];
    int n = h->rank < 2 ? 2 : h->rank < 5 ? h->rank : 5, at = 0;

    g->rank = n + (samples > 1);
    if (samples > 1) {
        g->axes[at] = (imaging_axis){ .role = IMAGING_SAMPLE, .size = samples };
        (void)snprintf(g->axes[at].name, sizeof g->axes[at].name, "n");
        at++;
    }
    for (int i = n - 1; i >= 0; i--, at++) {
        g->axes[at] = (imaging_axis){ .role = roles[i], .size = h->dim[i + 1] };
        (void)snprintf(g->axes[at].name, sizeof g->axes[at].name, "%s", names[i]);
    }
    for (int a = 0; a < g->rank; a++)
        g->axes[a].step = g->axes[a].start = NAN;
}

/* ---- world frames ---- */

typedef double matrix[3][4]; /* voxel (x, y, z, 1) to world */

/* Quaternion, offsets and pixdim to a matrix (nifti1.h, method 2). False if they are not finite or
 * no rotation. */
static bool
from_qform(const nifti_header *h, matrix m)
{
    double b = h->quatern[0], c = h->quatern[1], d = h->quatern[2];
    double rest = 1.0 - (b * b + c * c + d * d), a, flip = h->pixdim[0] < 0 ? -1.0 : 1.0;

    if (!(rest > -1e-5)) /* NaN too */
        return false;
    a = rest > 0 ? sqrt(rest) : 0.0;
    if (rest < 0) { /* rounded a little beyond half a turn */
        double norm = 1.0 / sqrt(b * b + c * c + d * d);

        b *= norm;
        c *= norm;
        d *= norm;
    }
    {
        const double r[3][3] = {
            { a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c) },
            { 2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b) },
            { 2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b },
        };

        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++)
                m[i][j] = r[i][j] * fabs(h->pixdim[j + 1]) * (j == 2 ? flip : 1.0);
            m[i][3] = h->qoffset[i];
            if (!isfinite(m[i][3]))
                return false;
        }
    }
    return true;
}

static bool
from_sform(const nifti_header *h, matrix m)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++) {
            m[i][j] = h->srow[i][j];
            if (!isfinite(m[i][j]))
                return false;
        }
    return true;
}

static double
column_length(matrix m, int j)
{
    return sqrt(m[0][j] * m[0][j] + m[1][j] * m[1][j] + m[2][j] * m[2][j]);
}

/* sform if there is one, else qform. length: of the steps that the sform states, else NaN. */
static sci_status
place(imaging_geometry *g, const nifti_header *h, double length[3])
{
    const char *which = h->sform_code > 0 ? "sform" : "qform";
    matrix m = { 0 };
    bool valid;

    for (int j = 0; j < 3; j++)
        length[j] = NAN;
    if (h->sform_code <= 0 && h->qform_code <= 0)
        return SCI_OK;
    valid = h->sform_code > 0 ? from_sform(h, m) : from_qform(h, m);
    for (int j = 0; j < 3; j++)
        valid = valid && column_length(m, j) > 0 && isfinite(column_length(m, j));
    if (!valid)
        return imaging_geometry_warn(g, "its %s is no frame of space; it was not used", which);
    g->placed = true;
    for (int j = 0; j < 3; j++) {
        double norm = column_length(m, j);

        if (h->sform_code > 0)
            length[j] = norm;
        g->origin[j] = m[j][3];
        for (int i = 0; i < 3; i++)
            g->directions[j][i] = m[i][j] / norm;
    }
    return SCI_OK;
}

/* ---- spacing ---- */

static sci_status
set_step(imaging_geometry *g, int j, double pixdim, double sform, const char *name, bool lenient)
{
    static const imaging_role roles[] = { IMAGING_X, IMAGING_Y, IMAGING_Z };
    int at = imaging_geometry_find(g, roles[j]);

    if (at < 0)
        return SCI_OK;
    if (pixdim < 0 || pixdim == 0 || !isfinite(pixdim)) {
        if (isnan(sform) && !(pixdim < 0) && g->axes[at].size == 1)
            return SCI_OK; /* one slice: nothing is said of its thickness */
        if (lenient)
            return SCI_OK;
        if (isnan(sform))
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s': its header gives the voxels a size of %g along '%s'; give "
                            "--spacing",
                            name, pixdim, g->axes[at].name);
        g->axes[at].step = sform;
        return imaging_geometry_warn(
            g, "pixdim gives the voxels a size of %g along '%s'; the sform's %g was taken", pixdim,
            g->axes[at].name, sform);
    }
    if (!isnan(sform) && !imaging_agree(pixdim, sform) && !lenient)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': pixdim says that voxels are %g apart along '%s', the sform %g; give "
                        "--spacing",
                        name, pixdim, g->axes[at].name, sform);
    g->axes[at].step = pixdim;
    return SCI_OK;
}

static sci_status
set_unit(imaging_geometry *g, const nifti_header *h)
{
    static const char *const names[] = { "", "m", "mm", "um" };
    int code = h->xyzt_units & 7;

    imaging_geometry_set_unit(g, code <= 3 ? names[code] : "");
    if (code > 3)
        return imaging_geometry_warn(g, "xyzt_units has an unknown unit of length (%d)", code);
    return SCI_OK;
}

sci_status
nifti_geometry_read(imaging_geometry *g, const nifti_header *h, const char *name, bool lenient)
{
    double length[3];
    sci_status st;
    int time;

    set_axes(g, h);
    st = place(g, h, length);
    for (int j = 0; st == SCI_OK && j < 3; j++)
        st = set_step(g, j, h->pixdim[j + 1], length[j], name, lenient);
    time = imaging_geometry_find(g, IMAGING_TIME);
    if (time >= 0 && h->pixdim[4] > 0 && isfinite(h->pixdim[4]))
        g->axes[time].step = h->pixdim[4];
    (void)snprintf(g->spacing_from, sizeof g->spacing_from, "pixdim");
    return st == SCI_OK ? set_unit(g, h) : st;
}
