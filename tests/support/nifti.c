/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nifti.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "elements.h"
#include "place.h"
#include "testing.h"

typedef enum kind { I16, I32, I64, F32, F64, U8 } kind;

static const struct {
    size_t at[2];
    kind kind[2];
} places[] = {
    [NIFTI_DIM] = { { 40, 16 }, { I16, I64 } },
    [NIFTI_DATATYPE] = { { 70, 12 }, { I16, I16 } },
    [NIFTI_BITPIX] = { { 72, 14 }, { I16, I16 } },
    [NIFTI_PIXDIM] = { { 76, 104 }, { F32, F64 } },
    [NIFTI_VOX_OFFSET] = { { 108, 168 }, { F32, I64 } },
    [NIFTI_SLOPE] = { { 112, 176 }, { F32, F64 } },
    [NIFTI_UNITS] = { { 123, 500 }, { U8, I32 } },
    [NIFTI_QFORM_CODE] = { { 252, 344 }, { I16, I32 } },
    [NIFTI_SFORM_CODE] = { { 254, 348 }, { I16, I32 } },
    [NIFTI_QUATERN] = { { 256, 352 }, { F32, F64 } },
    [NIFTI_QOFFSET] = { { 268, 376 }, { F32, F64 } },
    [NIFTI_SROW] = { { 280, 400 }, { F32, F64 } },
    [NIFTI_INTENT] = { { 68, 504 }, { I16, I32 } },
    [NIFTI_DESCRIP] = { { 148, 240 }, { U8, U8 } },
    [NIFTI_MAGIC] = { { 344, 4 }, { U8, U8 } },
};

static void
put_bytes(uint8_t *at, const void *value, size_t n, bool swapped)
{
    const uint8_t *from = value;

    for (size_t i = 0; i < n; i++)
        at[i] = from[swapped ? n - 1 - i : i];
}

static void
put_kind(uint8_t *at, kind k, size_t i, double value, bool swapped)
{
    static const size_t sizes[] = { 2, 4, 8, 4, 8, 1 };
    int16_t i16 = (int16_t)value;
    int32_t i32 = (int32_t)value;
    int64_t i64 = (int64_t)value;
    float f32 = (float)value;
    uint8_t u8 = (uint8_t)value;
    const void *const values[] = { &i16, &i32, &i64, &f32, &value, &u8 };

    put_bytes(at + i * sizes[k], values[k], sizes[k], swapped);
}

void
nifti_put(uint8_t *file, const nifti_sample *s, enum nifti_place place, size_t i, double value)
{
    int v = s->version - 1;

    put_kind(file + places[place].at[v], places[place].kind[v], i, value, s->swapped);
}

double
nifti_value(const nifti_sample *s, uint64_t i)
{
    bool negative = s->type != SCI_UINT8 && s->type != SCI_UINT16 && s->type != SCI_UINT32
                    && s->type != SCI_UINT64;

    return (double)(i % 97) - (negative ? 5.0 : 0.0);
}

size_t
nifti_begin(const nifti_sample *s)
{
    return (s->version == 1 ? 352 : 544) + s->extension;
}

static int
code_of(sci_type type)
{
    static const int codes[] = { 256, 4, 8, 1024, 2, 512, 768, 1280, 16384, 16, 64 };

    return codes[type];
}

static void
put_extension(uint8_t *at, const nifti_sample *s)
{
    at[0] = 1;
    put_kind(at + 4, I32, 0, (double)s->extension, s->swapped);
    put_kind(at + 4, I32, 1, 6, s->swapped); /* a comment */
    memset(at + 12, 'c', s->extension - 8);
}

uint8_t *
nifti_make(const nifti_sample *s, size_t *bytes)
{
    static const double pixdim[] = { 1, 2, 3, 4, 1.5, 1, 1, 1 };
    size_t begin = nifti_begin(s), size = sci_type_size(s->type);
    uint64_t n = 1;
    uint8_t *file;

    for (int i = 0; i < s->rank; i++)
        n *= s->dim[i];
    *bytes = begin + n * size;
    file = test_alloc(*bytes, 1);
    memset(file, 0, begin);
    put_kind(file, I32, 0, s->version == 1 ? 348 : 540, s->swapped);
    memcpy(file + places[NIFTI_MAGIC].at[s->version - 1],
           s->version == 1 ? "n+1\0" : "n+2\0\r\n\032\n", s->version == 1 ? 4 : 8);
    nifti_put(file, s, NIFTI_DIM, 0, s->rank);
    for (size_t i = 1; i < 8; i++)
        nifti_put(file, s, NIFTI_DIM, i, i <= (size_t)s->rank ? (double)s->dim[i - 1] : 1.0);
    for (size_t i = 0; i < 8; i++)
        nifti_put(file, s, NIFTI_PIXDIM, i, pixdim[i]);
    nifti_put(file, s, NIFTI_DATATYPE, 0, code_of(s->type));
    nifti_put(file, s, NIFTI_BITPIX, 0, 8.0 * (double)size);
    nifti_put(file, s, NIFTI_VOX_OFFSET, 0, (double)begin);
    nifti_put(file, s, NIFTI_SLOPE, 0, s->slope);
    nifti_put(file, s, NIFTI_SLOPE, 1, s->inter);
    nifti_put(file, s, NIFTI_UNITS, 0, 2 + 8);
    nifti_put(file, s, NIFTI_SFORM_CODE, 0, 1);
    for (size_t i = 0; i < 3; i++) {
        nifti_put(file, s, NIFTI_SROW, 5 * i, pixdim[i + 1]);
        nifti_put(file, s, NIFTI_SROW, 4 * i + 3, -10.0 * (double)(i + 1));
    }
    if (s->extension > 0)
        put_extension(file + begin - s->extension - 4, s);
    for (uint64_t i = 0; i < n; i++)
        element_set(file + begin, s->type, s->swapped, i, (long double)nifti_value(s, i));
    return file;
}

uint8_t *
nifti_pack(const uint8_t *bytes, size_t n, size_t *packed)
{
    z_stream z = { 0 };
    size_t room;
    uint8_t *out;

    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        test_failed(__FILE__, __LINE__, "no deflate");
    room = deflateBound(&z, n) + 32;
    out = test_alloc(room, 1);
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (unsigned)n;
    z.next_out = out;
    z.avail_out = (unsigned)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        test_failed(__FILE__, __LINE__, "deflate failed");
    *packed = room - z.avail_out;
    (void)deflateEnd(&z);
    return out;
}

static imaging_settings settings;

imaging_settings *
nifti_settings(void)
{
    return &settings;
}

imaging_context *
nifti_context(uint64_t memory)
{
    static cli_worker worker;
    static imaging_context context;
    static char scratch[PLACE_ROOM];

    place_scratch(scratch, ".");
    context = (imaging_context){ .settings = &settings, .worker = &worker };
    context.options.memory_bytes = memory;
    context.h5.scratch = scratch;
    return &context;
}

sci_status
nifti_open_bytes(imaging_volume **out, const char *name, const uint8_t *bytes, size_t n,
                 uint64_t memory)
{
    char path[PLACE_ROOM];

    place_scratch(path, name);
    place_write(path, bytes, n);
    return imaging_volume_open(out, nifti_context(memory), path, NULL);
}
