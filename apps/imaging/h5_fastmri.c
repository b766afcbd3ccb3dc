/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the fastMRI data set: k-space, and reconstructions of (slices, height, width). */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/number.h"

#include "h5_formats.h"
#include "units.h"

/* ---- the header (ISMRMRD, XML) ---- */

/* A stretch of text between two tags. */
typedef struct span {
    const char *at;
    size_t n;
} span;

static const char *
find_in(span within, const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i + n <= within.n; i++)
        if (memcmp(within.at + i, text, n) == 0)
            return within.at + i;
    return NULL;
}

/* What stands between <name …> and </name>, the first time. */
static bool
find_element(span within, const char *name, span *out)
{
    char tag[48];
    span rest = within;

    for (;;) {
        const char *open, *end;

        (void)snprintf(tag, sizeof tag, "<%s", name);
        open = find_in(rest, tag);
        if (open == NULL)
            return false;
        open += strlen(tag);
        rest = (span){ open, within.n - (size_t)(open - within.at) };
        if (rest.n == 0 || (*open != '>' && !isspace((unsigned char)*open)))
            continue; /* a longer name */
        end = find_in(rest, ">");
        if (end == NULL)
            return false;
        out->at = end + 1;
        rest = (span){ out->at, within.n - (size_t)(out->at - within.at) };
        (void)snprintf(tag, sizeof tag, "</%s>", name);
        end = find_in(rest, tag);
        out->n = end != NULL ? (size_t)(end - out->at) : 0;
        return end != NULL;
    }
}

static bool
read_number(span within, const char *name, double *out)
{
    span inner;
    char text[64];

    if (!find_element(within, name, &inner))
        return false;
    while (inner.n > 0 && isspace((unsigned char)*inner.at)) {
        inner.at++;
        inner.n--;
    }
    while (inner.n > 0 && isspace((unsigned char)inner.at[inner.n - 1]))
        inner.n--;
    if (inner.n == 0 || inner.n >= sizeof text)
        return false;
    memcpy(text, inner.at, inner.n);
    text[inner.n] = '\0';
    return cli_parse_real(text, out);
}

/* Field of view over matrix of the reconstruction, x, y, z. */
static bool
read_steps(const char *header, double steps[3])
{
    static const char *const axes[] = { "x", "y", "z" };
    span all = { header, strlen(header) }, space, view, matrix;

    if (!find_element(all, "reconSpace", &space) || !find_element(space, "fieldOfView_mm", &view)
        || !find_element(space, "matrixSize", &matrix))
        return false;
    for (int i = 0; i < 3; i++) {
        double size, n;

        if (!read_number(view, axes[i], &size) || !read_number(matrix, axes[i], &n) || !(size > 0)
            || !(n > 0) || !isfinite(size / n))
            return false;
        steps[i] = size / n;
    }
    return true;
}

static sci_status
set_steps(const h5_reading *r)
{
    imaging_geometry *g = &r->volume->geometry;
    sci_texts header = { 0 };
    double steps[3];
    bool there = false;
    sci_status st = sci_h5_file_has(r->file, "/ismrmrd_header", &there);

    if (st == SCI_OK && there)
        st = sci_h5_file_texts(r->file, "/ismrmrd_header", NULL, &header);
    if (st == SCI_OK && header.n == 1 && header.items[0] != NULL
        && read_steps(header.items[0], steps)) {
        /* Rows run along the read-out, which is the header's x. */
        g->axes[0].step = steps[2];
        g->axes[1].step = steps[0];
        g->axes[2].step = steps[1];
        imaging_geometry_set_unit(g, "mm");
        (void)snprintf(g->spacing_from, sizeof g->spacing_from,
                       "ismrmrd_header: field of view over matrix of reconSpace");
    } else if (st == SCI_OK) {
        st = imaging_geometry_warn(g, "ismrmrd_header does not say how large voxels are");
    }
    sci_texts_clear(&header);
    return st;
}

/* ---- the file ---- */

static const char *const reconstructions[] = { "/reconstruction_rss", "/reconstruction_esc" };

static sci_status
find_reconstruction(const h5_reading *r, const char **out)
{
    bool there = false;
    sci_status st = SCI_OK;

    *out = NULL;
    for (size_t i = 0; st == SCI_OK && *out == NULL && i < 2; i++) {
        st = sci_h5_file_has(r->file, reconstructions[i], &there);
        if (there)
            *out = reconstructions[i];
    }
    return st;
}

bool
h5_fastmri_is_dataset(const char *dataset)
{
    while (*dataset == '/')
        dataset++;
    return strcmp(dataset, "kspace") == 0 || strcmp(dataset, reconstructions[0] + 1) == 0
           || strcmp(dataset, reconstructions[1] + 1) == 0;
}

sci_status
h5_fastmri_open(const h5_reading *r, const char *dataset)
{
    static const char *const names[] = { "z", "y", "x" };
    const char *found;
    sci_status st = find_reconstruction(r, &found);

    if (st != SCI_OK)
        return st;
    if (found == NULL)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' holds k-space without a reconstruction; reconstruct it first",
                        r->file_name);
    if (dataset != NULL && strstr(dataset, "kspace") != NULL)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s:%s' is k-space, not an image; the reconstruction is '%s'",
                        r->file_name, dataset, found);
    r->volume->format = IMAGING_FASTMRI;
    st = h5_take_dataset(r, dataset != NULL ? dataset : found);
    if (st == SCI_OK && !h5_roles_from_names(&r->volume->geometry, 3, names))
        st = sci_fail(SCI_ERR_REFUSED, "'%s' has %d axes instead of slices, height and width",
                      r->volume->name, r->volume->geometry.rank);
    return st == SCI_OK ? set_steps(r) : st;
}
