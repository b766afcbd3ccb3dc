/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nifti_header.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BYTES_1 348
#define BYTES_2 540
#define DIMENSION_MOST (INT64_C(1) << 48) /* far beyond any file; keeps products checkable */

/* ---- fields ---- */

/* Where each field lies in the two versions, and how it is stored. */
typedef struct field {
    uint16_t at[2];
    uint8_t size[2]; /* bytes of one number */
    bool real[2];
} field;

static const field field_dim = { { 40, 16 }, { 2, 8 }, { false, false } },
                   field_intent_code = { { 68, 504 }, { 2, 4 }, { false, false } },
                   field_datatype = { { 70, 12 }, { 2, 2 }, { false, false } },
                   field_bitpix = { { 72, 14 }, { 2, 2 }, { false, false } },
                   field_pixdim = { { 76, 104 }, { 4, 8 }, { true, true } },
                   field_vox_offset = { { 108, 168 }, { 4, 8 }, { true, false } },
                   field_slope = { { 112, 176 }, { 4, 8 }, { true, true } },
                   field_inter = { { 116, 184 }, { 4, 8 }, { true, true } },
                   field_units = { { 123, 500 }, { 1, 4 }, { false, false } },
                   field_cal_max = { { 124, 192 }, { 4, 8 }, { true, true } },
                   field_cal_min = { { 128, 200 }, { 4, 8 }, { true, true } },
                   field_glmax = { { 140, 0 }, { 4, 0 }, { false, false } },
                   field_glmin = { { 144, 0 }, { 4, 0 }, { false, false } },
                   field_qform = { { 252, 344 }, { 2, 4 }, { false, false } },
                   field_sform = { { 254, 348 }, { 2, 4 }, { false, false } },
                   field_quatern = { { 256, 352 }, { 4, 8 }, { true, true } },
                   field_qoffset = { { 268, 376 }, { 4, 8 }, { true, true } },
                   field_srow = { { 280, 400 }, { 4, 8 }, { true, true } };

static const uint16_t descrip_at[2] = { 148, 240 }, magic_at[2] = { 344, 4 };

static void
copy_swapped(uint8_t *out, const uint8_t *in, size_t n, bool swapped)
{
    for (size_t i = 0; i < n; i++)
        out[i] = in[swapped ? n - 1 - i : i];
}

static int64_t
read_integer(const nifti_header *h, const field *f, size_t i)
{
    int v = h->version - 1;
    size_t n = f->size[v];
    uint8_t bytes[8];
    int16_t two;
    int32_t four;
    int64_t eight;

    copy_swapped(bytes, h->raw + f->at[v] + i * n, n, h->swapped);
    if (n == 1)
        return bytes[0];
    if (n == 2) {
        memcpy(&two, bytes, n);
        return two;
    }
    if (n == 4) {
        memcpy(&four, bytes, n);
        return four;
    }
    memcpy(&eight, bytes, n);
    return eight;
}

static double
read_real(const nifti_header *h, const field *f, size_t i)
{
    int v = h->version - 1;
    size_t n = f->size[v];
    uint8_t bytes[8];
    float four;
    double eight;

    copy_swapped(bytes, h->raw + f->at[v] + i * n, n, h->swapped);
    if (n == 4) {
        memcpy(&four, bytes, n);
        return (double)four;
    }
    memcpy(&eight, bytes, n);
    return eight;
}

/* In this machine's order. */
static void
write_number(uint8_t *raw, int version, const field *f, double value)
{
    int v = version - 1;
    uint8_t *at = raw + f->at[v];
    int16_t two = (int16_t)value;
    int32_t four = (int32_t)value;
    float real = (float)value;

    if (f->real[v] && f->size[v] == 8)
        memcpy(at, &value, sizeof value);
    else if (f->real[v])
        memcpy(at, &real, sizeof real);
    else if (f->size[v] == 2)
        memcpy(at, &two, sizeof two);
    else if (f->size[v] == 4)
        memcpy(at, &four, sizeof four);
}

/* ---- which version, which byte order ---- */

static int32_t
first_number(const uint8_t *bytes, bool swapped)
{
    uint8_t ordered[4];
    int32_t n;

    copy_swapped(ordered, bytes, sizeof ordered, swapped);
    memcpy(&n, ordered, sizeof n);
    return n;
}

static bool
find_version(const uint8_t *bytes, size_t n, int *version, bool *swapped)
{
    for (int s = 0; s < 2 && n >= BYTES_1; s++) {
        int32_t size = first_number(bytes, s == 1);

        if (size == BYTES_1 || (size == BYTES_2 && n >= BYTES_2)) {
            *version = size == BYTES_1 ? 1 : 2;
            *swapped = s == 1;
            return true;
        }
    }
    return false;
}

bool
nifti_header_likely(const uint8_t *bytes, size_t n)
{
    bool swapped;
    int version;

    return find_version(bytes, n, &version, &swapped);
}

static sci_status
check_magic(const nifti_header *h, const char *name)
{
    static const char line[] = { '\r', '\n', '\032', '\n' }; /* broken by what changes line ends */
    const char *magic = (const char *)h->raw + magic_at[h->version - 1];
    char digit = (char)('0' + h->version);

    if (memcmp(magic, "ni", 2) == 0 && magic[2] == digit)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' is the header of a pair of files (.hdr and .img); join them to one "
                        ".nii file first, with nibabel's nib-convert or fslchfiletype",
                        name);
    if (memcmp(magic, "n+", 2) != 0 || magic[2] != digit || magic[3] != '\0')
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' looks like an Analyze 7.5 header, which says nothing about "
                        "orientation; convert it to NIfTI",
                        name);
    if (h->version == 2 && memcmp(magic + 4, line, sizeof line) != 0)
        return sci_fail(SCI_ERR_FORMAT, "'%s': line ends in it were changed; transfer it as binary",
                        name);
    return SCI_OK;
}

/* ---- what the elements are ---- */

static const struct {
    int code;
    sci_type type;
} types[] = { { 2, SCI_UINT8 },    { 4, SCI_INT16 },    { 8, SCI_INT32 },    { 16, SCI_FLOAT32 },
              { 64, SCI_FLOAT64 }, { 256, SCI_INT8 },   { 512, SCI_UINT16 }, { 768, SCI_UINT32 },
              { 1024, SCI_INT64 }, { 1280, SCI_UINT64 } };

static const struct {
    int code;
    const char *name, *advice;
} other_types[] = {
    { 1, "single bits", "convert it to 8-bit integers" },
    { 32, "complex numbers", "write magnitudes first" },
    { 128, "RGB colours", "write one channel as numbers" },
    { 1536, "128-bit numbers", "convert it to 64-bit ones" },
    { 1792, "complex numbers", "write magnitudes first" },
    { 2048, "complex numbers", "write magnitudes first" },
    { 2304, "RGBA colours", "write one channel as numbers" },
};

static sci_status
read_type(nifti_header *h, const char *name)
{
    int code = (int)read_integer(h, &field_datatype, 0);
    int64_t bits = read_integer(h, &field_bitpix, 0);

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].code != code)
            continue;
        h->type = types[i].type;
        if (bits != 0 && bits != 8 * (int64_t)sci_type_size(h->type))
            return sci_fail(SCI_ERR_FORMAT, "'%s': elements of type %s cannot have %lld bits", name,
                            sci_type_name(h->type), (long long)bits);
        return SCI_OK;
    }
    for (size_t i = 0; i < sizeof other_types / sizeof *other_types; i++)
        if (other_types[i].code == code)
            return sci_fail(SCI_ERR_TYPE, "'%s' holds %s, which cannot be normalized; %s", name,
                            other_types[i].name, other_types[i].advice);
    return sci_fail(SCI_ERR_FORMAT, "'%s': its header gives an unknown element type (%d)", name,
                    code);
}

static sci_status
read_dim(nifti_header *h, const char *name)
{
    int64_t rank = read_integer(h, &field_dim, 0);

    if (rank < 1 || rank > 7)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s': its header gives %lld dimensions, 1 to 7 are possible", name,
                        (long long)rank);
    h->rank = (int)rank;
    for (int i = 1; i < 8; i++) {
        int64_t n = i <= h->rank ? read_integer(h, &field_dim, (size_t)i) : 1;

        if (n < 1 || n > DIMENSION_MOST)
            return sci_fail(SCI_ERR_FORMAT, "'%s': its header gives dimension %d a size of %lld",
                            name, i, (long long)n);
        h->dim[i] = (uint64_t)n;
    }
    return SCI_OK;
}

static sci_status
read_offset(nifti_header *h, const char *name)
{
    double least = (double)h->bytes + 4; /* header and the mark of extensions */
    double at = h->version == 1 ? read_real(h, &field_vox_offset, 0)
                                : (double)read_integer(h, &field_vox_offset, 0);

    if (at == 0) /* as some programs leave it: the least there can be */
        at = least;
    if (!(at >= least) || at != floor(at) || at > (double)DIMENSION_MOST)
        return sci_fail(SCI_ERR_FORMAT, "'%s': its header says that the image begins at byte %g",
                        name, at);
    h->vox_offset = (uint64_t)at;
    return SCI_OK;
}

/* "scl_slope" of 0 means that there is none, NaN is written with the same meaning. */
static sci_status
read_scale(nifti_header *h, const char *name)
{
    double slope = read_real(h, &field_slope, 0), inter = read_real(h, &field_inter, 0);

    h->slope = 1.0;
    h->inter = 0.0;
    if (slope == 0 || !isfinite(slope))
        return SCI_OK;
    if (!isfinite(inter))
        return sci_fail(SCI_ERR_FORMAT, "'%s': its header has a slope of %g and no intercept (%g)",
                        name, slope, inter);
    h->slope = slope;
    h->inter = inter;
    return SCI_OK;
}

static void
read_space(nifti_header *h)
{
    for (size_t i = 0; i < 8; i++)
        h->pixdim[i] = read_real(h, &field_pixdim, i);
    for (size_t i = 0; i < 3; i++) {
        h->quatern[i] = read_real(h, &field_quatern, i);
        h->qoffset[i] = read_real(h, &field_qoffset, i);
        for (size_t j = 0; j < 4; j++)
            h->srow[i][j] = read_real(h, &field_srow, 4 * i + j);
    }
    h->xyzt_units = (int)read_integer(h, &field_units, 0);
    h->intent_code = (int)read_integer(h, &field_intent_code, 0);
    h->qform_code = (int)read_integer(h, &field_qform, 0);
    h->sform_code = (int)read_integer(h, &field_sform, 0);
}

sci_status
nifti_header_parse(nifti_header *out, const uint8_t *bytes, size_t n, const char *name)
{
    nifti_header h = { 0 };
    uint64_t elements, image;
    sci_status st;

    if (!find_version(bytes, n, &h.version, &h.swapped))
        return sci_fail(SCI_ERR_FORMAT, "'%s' is no NIfTI file", name);
    h.bytes = h.version == 1 ? BYTES_1 : BYTES_2;
    memcpy(h.raw, bytes, h.bytes);
    st = check_magic(&h, name);
    if (st == SCI_OK)
        st = read_dim(&h, name);
    if (st == SCI_OK)
        st = read_type(&h, name);
    if (st == SCI_OK)
        st = read_offset(&h, name);
    if (st == SCI_OK)
        st = read_scale(&h, name);
    if (st == SCI_OK)
        st = nifti_header_count(&h, name, &elements, &image);
    if (st != SCI_OK)
        return st;
    read_space(&h);
    *out = h;
    return SCI_OK;
}

sci_status
nifti_header_count(const nifti_header *h, const char *name, uint64_t *elements, uint64_t *bytes)
{
    uint64_t n = 1, end = 0;
    bool fits = true;

    for (int i = 1; i < 8; i++)
        fits = fits && !__builtin_mul_overflow(n, h->dim[i], &n);
    fits = fits && !__builtin_mul_overflow(n, sci_type_size(h->type), &end) && end < INT64_MAX / 16
           && n < INT64_MAX / 16;
    if (!fits)
        return sci_fail(SCI_ERR_FORMAT, "'%s': its header claims more elements than can be", name);
    *elements = n;
    *bytes = end;
    return SCI_OK;
}

/* ---- of an output ---- */

/* Turn the fields of the header that are numbers into this machine's order. */
static void
turn_fields(uint8_t *raw, int version)
{
    /* Runs of numbers of one size: where, bytes of each, how many. */
    static const uint16_t runs_1[][3] = { { 0, 4, 1 },   { 32, 4, 1 },  { 36, 2, 1 },
                                          { 40, 2, 8 },  { 56, 4, 3 },  { 68, 2, 4 },
                                          { 76, 4, 11 }, { 120, 2, 1 }, { 124, 4, 6 },
                                          { 252, 2, 2 }, { 256, 4, 18 } };
    static const uint16_t runs_2[][3] = { { 0, 4, 1 },   { 12, 2, 2 },  { 16, 8, 26 },
                                          { 224, 8, 2 }, { 344, 4, 2 }, { 352, 8, 18 },
                                          { 496, 4, 3 } };
    const uint16_t(*runs)[3] = version == 1 ? runs_1 : runs_2;
    size_t n = version == 1 ? sizeof runs_1 / sizeof *runs_1 : sizeof runs_2 / sizeof *runs_2;

    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < runs[r][2]; i++) {
            uint8_t *at = raw + runs[r][0] + i * runs[r][1], copy[8];

            memcpy(copy, at, runs[r][1]);
            copy_swapped(at, copy, runs[r][1], true);
        }
    }
}

void
nifti_header_rewrite(const nifti_header *h, sci_type type, const char *descrip,
                     uint8_t raw[NIFTI_HEADER_MOST])
{
    int version = h->version;
    uint8_t *text = raw + descrip_at[version - 1];

    memcpy(raw, h->raw, h->bytes);
    if (h->swapped)
        turn_fields(raw, version);
    write_number(raw, version, &field_datatype, type == SCI_FLOAT64 ? 64 : 16);
    write_number(raw, version, &field_bitpix, type == SCI_FLOAT64 ? 64 : 32);
    write_number(raw, version, &field_slope, 1.0);
    write_number(raw, version, &field_inter, 0.0);
    write_number(raw, version, &field_cal_max, 0.0);
    write_number(raw, version, &field_cal_min, 0.0);
    if (version == 1) {
        write_number(raw, version, &field_vox_offset, (double)h->vox_offset);
        write_number(raw, version, &field_glmax, 0.0);
        write_number(raw, version, &field_glmin, 0.0);
    } else {
        int64_t at = (int64_t)h->vox_offset;

        memcpy(raw + field_vox_offset.at[1], &at, sizeof at);
    }
    if (descrip != NULL) {
        memset(text, 0, 80);
        (void)snprintf((char *)text, 80, "%s", descrip);
    }
}

void
nifti_extensions_turn(uint8_t *bytes, size_t n)
{
    uint8_t copy[8];
    int32_t size;

    if (n < 4 || bytes[0] == 0)
        return;
    for (size_t at = 4; n - at >= 8; at += (size_t)size) {
        memcpy(copy, bytes + at, sizeof copy);
        copy_swapped(bytes + at, copy, 4, true);
        copy_swapped(bytes + at + 4, copy + 4, 4, true);
        memcpy(&size, bytes + at, sizeof size);
        if (size < 8 || (size_t)size > n - at)
            return;
    }
}
