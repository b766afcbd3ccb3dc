/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real values of a MINC image. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "h5_minc.h"
#include "mapped.h"

typedef struct range {
    double least, most;
} range;

/* What a type can hold. */
static range
type_range(sci_type type)
{
    switch (type) {
    case SCI_INT8:
        return (range){ INT8_MIN, INT8_MAX };
    case SCI_INT16:
        return (range){ INT16_MIN, INT16_MAX };
    case SCI_INT32:
        return (range){ INT32_MIN, INT32_MAX };
    case SCI_INT64:
        return (range){ (double)INT64_MIN, (double)INT64_MAX };
    case SCI_UINT8:
        return (range){ 0, UINT8_MAX };
    case SCI_UINT16:
        return (range){ 0, UINT16_MAX };
    case SCI_UINT32:
        return (range){ 0, UINT32_MAX };
    default:
        return (range){ 0, (double)UINT64_MAX };
    }
}

/* Two numbers in either order. */
static sci_status
read_valid_range(const h5_reading *r, range *out)
{
    double *values = NULL;
    uint64_t n = 0;
    sci_status st = h5_read_numbers(r, MINC_IMAGE, "valid_range", &n, &values);

    *out = type_range(r->volume->stored->array.type);
    if (st == SCI_OK && n > 0) {
        if (n == 2)
            *out = (range){ fmin(values[0], values[1]), fmax(values[0], values[1]) };
        if (n != 2 || !isfinite(values[0]) || !isfinite(values[1]) || values[0] == values[1])
            st = sci_fail(SCI_ERR_REFUSED,
                          "'%s': its attribute 'valid_range' is no range, so real values cannot be "
                          "told",
                          r->volume->name);
    }
    sci_free(values);
    return st;
}

/* image-max or image-min: NULL if it is not there. */
static sci_status
read_limits(const h5_reading *r, const char *path, uint64_t *n, double **out)
{
    const sci_array *image = &r->volume->stored->array;
    sci_h5_object object;
    bool there = false;
    sci_status st = sci_h5_file_has(r->file, path, &there);

    *n = 0;
    if (st != SCI_OK || !there)
        return st;
    st = sci_h5_file_object(r->file, path, &object);
    if (st != SCI_OK)
        return st;
    for (int a = 0; a < object.rank; a++)
        if (a >= image->rank || object.shape[a] != image->shape[a])
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s:%s' does not fit the image: it has no value for each index of its "
                            "leading axes",
                            r->file_name, path);
    return sci_h5_file_numbers(r->file, path, NULL, n, out);
}

/* As MINC's own tools: 0 and 1. */
static sci_status
default_limits(imaging_volume *v, uint64_t *n, double **most, double **least)
{
    sci_status st = sci_alloc(most, 1, 1, sizeof **most);

    if (st == SCI_OK)
        st = sci_alloc(least, 1, 1, sizeof **least);
    if (st != SCI_OK)
        return st;
    **most = 1.0;
    **least = 0.0;
    *n = 1;
    return imaging_geometry_warn(&v->geometry,
                                 "no image-min and image-max: its valid range is taken for 0 to 1, "
                                 "as MINC does");
}

/* Slope and intercept of every stretch, in place of most and least. */
static sci_status
to_lines(const h5_reading *r, uint64_t n, range valid, double *most, double *least, bool *identity)
{
    *identity = true;
    for (uint64_t k = 0; k < n; k++) {
        double slope = (most[k] - least[k]) / (valid.most - valid.least);
        double intercept = least[k] - valid.least * slope;

        if (!isfinite(slope) || !isfinite(intercept))
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s': its image-min and image-max (%.9g and %.9g in stretch %llu) "
                            "are no range, so real values cannot be told",
                            r->volume->name, least[k], most[k], (unsigned long long)k);
        *identity = *identity && slope == 1.0 && intercept == 0.0;
        most[k] = slope;
        least[k] = intercept;
    }
    return SCI_OK;
}

/* Whether a type holds numbers that are not valid. */
static bool
is_narrow(sci_type type, range valid)
{
    range all = type_range(type);

    return valid.least > all.least || valid.most < all.most;
}

/* What is not valid is no value, as in MINC's own tools, which leave it out: NaN. */
static sci_status
wrap(const h5_reading *r, range valid, uint64_t n, const double *slope, const double *intercept)
{
    const imaging_step steps[2] = {
        { .kind = STEP_WITHIN, .blocks = 1, .a = &valid.least, .b = &valid.most },
        { .kind = STEP_SCALE, .blocks = n, .a = slope, .b = intercept },
    };
    size_t skip = is_narrow(r->volume->stored->array.type, valid) ? 0 : 1;
    sci_source *mapped = NULL;
    sci_status st = imaging_mapped_create(&mapped, r->volume->stored, 2 - skip, steps + skip);

    if (st != SCI_OK)
        return st;
    if (skip == 0) {
        (void)snprintf(r->volume->invalid, sizeof r->volume->invalid,
                       "outside the valid range of the file (%.9g to %.9g) and have no value",
                       valid.least, valid.most);
        mapped->nonfinite = r->volume->invalid;
    }
    r->volume->source = mapped;
    r->volume->scaled = true;
    return SCI_OK;
}

sci_status
h5_minc_values(const h5_reading *r)
{
    imaging_volume *v = r->volume;
    double *most = NULL, *least = NULL;
    uint64_t n_most = 0, n_least = 0, elements = 0;
    range valid;
    bool identity = true;
    sci_status st;

    if (!sci_type_is_integer(v->stored->array.type))
        return SCI_OK;
    st = read_valid_range(r, &valid);
    if (st == SCI_OK)
        st = read_limits(r, "/minc-2.0/image/0/image-max", &n_most, &most);
    if (st == SCI_OK)
        st = read_limits(r, "/minc-2.0/image/0/image-min", &n_least, &least);
    if (st == SCI_OK)
        st = sci_array_count(&v->stored->array, &elements);
    if (st == SCI_OK && (most == NULL) != (least == NULL || n_most != n_least))
        st = sci_fail(SCI_ERR_REFUSED, "'%s': its image-min and image-max do not go together",
                      v->name);
    if (st == SCI_OK && most == NULL)
        st = default_limits(v, &n_most, &most, &least);
    if (st == SCI_OK)
        st = to_lines(r, n_most, valid, most, least, &identity);
    if (st == SCI_OK && elements > 0 && (!identity || is_narrow(v->stored->array.type, valid)))
        st = wrap(r, valid, n_most, most, least);
    sci_free(most);
    sci_free(least);
    return st;
}
