/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "h5volume.h"

#include <hdf5.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve.h"

#define LABELS 117

typedef struct volume {
    size_t channels, size[3], slice; /* elements of one slice */
    int rank;
    hsize_t shape[4];
} volume;

static bool
volume_of(volume *v, const char *text)
{
    sci_array array;

    if (!parse_shape(text, &array) || array.rank < 3 || array.rank > 4)
        return false;
    *v = (volume){ .rank = array.rank, .channels = array.rank == 4 ? array.shape[0] : 1 };
    for (int i = 0; i < array.rank; i++)
        v->shape[i] = array.shape[i];
    for (int i = 0; i < 3; i++)
        v->size[i] = array.shape[array.rank - 3 + i];
    v->slice = v->size[1] * v->size[2];
    return true;
}

/* The squared distance from the middle, 1 at the surface of the head. */
static double
depth(const volume *v, size_t z, size_t y, size_t x)
{
    const size_t at[3] = { z, y, x };
    double sum = 0.0;

    for (int i = 0; i < 3; i++) {
        double r = (2.0 * (double)at[i] + 1.0) / (double)v->size[i] - 1.0;
        sum += r * r / 0.72;
    }
    return sum;
}

/* One slice of a channel: intensity, and with it mask and label where they are wanted (else NULL). */
static void
fill_slice(const volume *v, size_t channel, size_t z, int16_t *image, uint8_t *mask,
           int32_t *labels)
{
    uint64_t seed = channel * 1000003 + z;
    size_t i = 0;

    for (size_t y = 0; y < v->size[1]; y++)
        for (size_t x = 0; x < v->size[2]; x++, i++) {
            double d = depth(v, z, y, x);
            double noise = (double)(next_random(&seed) & 63) - 32.0;
            double value = 900.0 + 400.0 * cos(6.0 * d) + noise;

            image[i] = (int16_t)(d < 1.0 ? value + 50.0 * (double)channel : 0.0);
            if (mask != NULL)
                mask[i] = d < 0.7;
            if (labels != NULL) /* a grid of regions, as large as those of an atlas */
                labels[i] =
                    d < 0.7 ? (int32_t)(1 + (z / 25 * 64 + y / 25 * 8 + x / 25) % LABELS) : 0;
        }
}

/* ---- HDF5 ---- */

static hid_t
create(hid_t file, const char *name, hid_t type, int rank, const hsize_t *shape, bool gzip)
{
    hsize_t chunk[4];
    hid_t space = H5Screate_simple(rank, shape, NULL);
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    hid_t dataset;

    memcpy(chunk, shape, (size_t)rank * sizeof *chunk);
    for (int i = 0; i < rank - 2; i++)
        chunk[i] = rank - 3 == i && shape[i] > 16 ? 16 : i == rank - 3 ? shape[i] : 1;
    if (gzip) {
        H5Pset_chunk(plist, rank, chunk);
        H5Pset_shuffle(plist);
        H5Pset_deflate(plist, 4);
    }
    dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    H5Pclose(plist);
    H5Sclose(space);
    return dataset;
}

static bool
describe(hid_t dataset)
{
    const double spacing[3] = { 1.0, 1.0, 1.0 };
    hsize_t three = 3;
    hid_t space = H5Screate_simple(1, &three, NULL), scalar = H5Screate(H5S_SCALAR);
    hid_t text = H5Tcopy(H5T_C_S1);
    hid_t a, b;
    bool good;

    H5Tset_size(text, 2);
    a = H5Acreate2(dataset, "spacing", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT);
    b = H5Acreate2(dataset, "units", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
    good = H5Awrite(a, H5T_NATIVE_DOUBLE, spacing) >= 0 && H5Awrite(b, text, "mm") >= 0;
    H5Aclose(a);
    H5Aclose(b);
    H5Tclose(text);
    H5Sclose(scalar);
    H5Sclose(space);
    return good;
}

/* Elements [first, first + slice) of a dataset in C order, which are a whole slice. */
static bool
write_slice(hid_t dataset, hid_t type, const volume *v, int rank, size_t channel, size_t z,
            const void *elements)
{
    hsize_t start[4] = { 0 }, count[4] = { 1, 1, 1, 1 }, n = v->slice;
    hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(1, &n, NULL);
    bool good;

    if (rank == 4)
        start[0] = channel;
    start[rank - 3] = z;
    count[rank - 2] = v->size[1];
    count[rank - 1] = v->size[2];
    good = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0
           && H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, elements) >= 0;
    H5Sclose(memory);
    H5Sclose(space);
    return good;
}

static bool
make_h5(const volume *v, const char *path, bool gzip, int16_t *image, uint8_t *mask,
        int32_t *labels)
{
    const hsize_t *space = v->shape + v->rank - 3;
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t x = create(file, "image", H5T_NATIVE_INT16, v->rank, v->shape, gzip);
    hid_t m = create(file, "mask", H5T_NATIVE_UINT8, 3, space, gzip);
    hid_t l = create(file, "labels", H5T_NATIVE_INT32, 3, space, gzip);
    bool good = x >= 0 && m >= 0 && l >= 0 && describe(x);

    for (size_t c = 0; good && c < v->channels; c++)
        for (size_t z = 0; good && z < v->size[0]; z++) {
            fill_slice(v, c, z, image, mask, labels);
            good = write_slice(x, H5T_NATIVE_INT16, v, v->rank, c, z, image);
            if (good && c == 0)
                good = write_slice(m, H5T_NATIVE_UINT8, v, 3, 0, z, mask)
                       && write_slice(l, H5T_NATIVE_INT32, v, 3, 0, z, labels);
        }
    H5Dclose(l);
    H5Dclose(m);
    H5Dclose(x);
    return H5Fclose(file) >= 0 && good;
}

/* ---- plain files ---- */

/* The header of a NIfTI-1 file of int16 with voxels of 1 mm. */
static bool
write_header(FILE *file, const volume *v)
{
    unsigned char header[352] = { 0 };
    const int32_t size = 348;
    const int16_t dim[8] = { (int16_t)v->rank,
                             (int16_t)v->size[2],
                             (int16_t)v->size[1],
                             (int16_t)v->size[0],
                             (int16_t)v->channels,
                             1,
                             1,
                             1 };
    const int16_t int16_code = 4, bits = 16;
    const float pixdim[8] = { 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f }, offset = 352.0f;

    memcpy(header, &size, sizeof size);
    memcpy(header + 40, dim, sizeof dim);
    memcpy(header + 70, &int16_code, sizeof int16_code);
    memcpy(header + 72, &bits, sizeof bits);
    memcpy(header + 76, pixdim, sizeof pixdim);
    memcpy(header + 108, &offset, sizeof offset);
    header[123] = 2; /* millimetres */
    memcpy(header + 344, "n+1", 4);
    return fwrite(header, sizeof header, 1, file) == 1;
}

static bool
make_plain(const volume *v, const char *path, const char *storage, int16_t *image, uint8_t *mask)
{
    bool of_mask = strcmp(storage, "rawmask") == 0;
    FILE *file = fopen(path, "wb");
    bool good = file != NULL && (strcmp(storage, "nifti") != 0 || write_header(file, v));

    for (size_t c = 0; good && c < v->channels; c++)
        for (size_t z = 0; good && z < v->size[0]; z++) {
            fill_slice(v, c, z, image, mask, NULL);
            good = of_mask ? fwrite(mask, 1, v->slice, file) == v->slice
                           : fwrite(image, sizeof *image, v->slice, file) == v->slice;
        }
    return (file == NULL || fclose(file) == 0) && good;
}

int
h5_make_volume(int argc, char **argv)
{
    volume v;

    if (argc != 3 || !volume_of(&v, argv[1]))
        return 2;
    int16_t *image = malloc(v.slice * sizeof *image);
    uint8_t *mask = malloc(v.slice);
    int32_t *labels = malloc(v.slice * sizeof *labels);
    bool good = image != NULL && mask != NULL && labels != NULL;
    bool gzip = strcmp(argv[2], "gzip") == 0;

    if (good && (gzip || strcmp(argv[2], "contiguous") == 0))
        good = make_h5(&v, argv[0], gzip, image, mask, labels);
    else if (good)
        good = make_plain(&v, argv[0], argv[2], image, mask);
    free(labels);
    free(mask);
    free(image);
    return good ? 0 : 1;
}
