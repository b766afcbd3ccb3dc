/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats are told apart by what a file holds, never by its name. */
#include "volume.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/memory.h>

#include "formats.h"
#include "nifti_gzip.h"
#include "nifti_header.h"
#include "overrides.h"

typedef struct head {
    uint8_t bytes[IMAGING_HEAD_BYTES];
    size_t n;
} head;

static bool
has_bytes(const head *h, size_t at, const void *bytes, size_t n)
{
    return at + n <= h->n && memcmp(h->bytes + at, bytes, n) == 0;
}

static sci_status
read_head(head *out, const char *path)
{
    FILE *file = fopen(path, "rb");
    bool failed;

    if (file == NULL)
        return sci_fail(SCI_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    out->n = fread(out->bytes, 1, sizeof out->bytes, file);
    failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed)
        return sci_fail(SCI_ERR_IO, "cannot read '%s'", path);
    return SCI_OK;
}

/* The signature of HDF5 stands at 0, 512, 1024, 2048, … */
static sci_status
is_hdf5(const char *path, bool *out)
{
    static const uint8_t signature[8] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };
    FILE *file = fopen(path, "rb");
    uint8_t bytes[8];

    *out = false;
    if (file == NULL)
        return sci_fail(SCI_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    for (off_t at = 0; !*out && fseeko(file, at, SEEK_SET) == 0
                       && fread(bytes, 1, sizeof bytes, file) == sizeof bytes;
         at = at == 0 ? 512 : 2 * at)
        *out = memcmp(bytes, signature, sizeof bytes) == 0;
    (void)fclose(file);
    return SCI_OK;
}

/* Formats that are known and not read. */
static sci_status
refuse_known(const head *h, const char *path)
{
    if (has_bytes(h, 0, "CDF", 3) && h->n > 3 && h->bytes[3] <= 5)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' is NetCDF, as MINC 1 was; make a MINC 2 file of it with 'mincconvert "
                        "-2 %s out.mnc'",
                        path, path);
    if (has_bytes(h, 128, "DICM", 4))
        return sci_fail(
            SCI_ERR_REFUSED,
            "'%s' is DICOM; convert the series with 'dcm2niix' first. It spaces slices evenly: "
            "where theirs vary, give the positions that it prints with --slice-positions",
            path);
    return SCI_OK;
}

static sci_status
open_any(imaging_volume *volume, const imaging_context *c, const char *file, const char *dataset)
{
    head h;
    bool hdf5 = false;
    sci_status st = read_head(&h, file);

    if (st == SCI_OK && h.n == 0)
        st =
            sci_fail(SCI_ERR_FORMAT,
                     "'%s' is empty (0 bytes), so it is no image that can be read; copy or make it "
                     "again",
                     file);
    if (st == SCI_OK)
        st = refuse_known(&h, file);
    if (st == SCI_OK)
        st = is_hdf5(file, &hdf5);
    if (st != SCI_OK)
        return st;
    if (hdf5)
        return imaging_hdf5_open(volume, c, file, dataset);
    if (nifti_header_likely(h.bytes, h.n) || nifti_gzip_likely(h.bytes, h.n)) {
        if (dataset != NULL)
            return sci_fail(SCI_ERR_ARGUMENT, "'%s' is no HDF5 file: it has no dataset '%s'", file,
                            dataset);
        return imaging_nifti_open(volume, c, file);
    }
    return sci_fail(SCI_ERR_FORMAT,
                    "'%s' is no image that can be read: neither HDF5 (MINC 2, ITK) nor NIfTI",
                    file);
}

/* A volume without the wishes of --spacing and the like. */
static sci_status
open_plain(imaging_volume **out, const imaging_context *c, const char *file, const char *dataset)
{
    imaging_volume *volume = NULL;
    sci_status st = cli_worker_not_output(c->worker, file);

    if (st == SCI_OK)
        st = sci_alloc_zero(&volume, 1, 1, sizeof *volume);
    if (st != SCI_OK)
        return st;
    st = dataset != NULL ? sci_format(&volume->name, "%s:%s", file, dataset)
                         : sci_strdup(&volume->name, file);
    if (st == SCI_OK)
        st = open_any(volume, c, file, dataset);
    if (st != SCI_OK) {
        imaging_volume_free(volume);
        return st;
    }
    *out = volume;
    return SCI_OK;
}

sci_status
imaging_volume_open(imaging_volume **out, const imaging_context *c, const char *file,
                    const char *dataset)
{
    imaging_volume *volume = NULL;
    sci_status st = open_plain(&volume, c, file, dataset);

    if (st == SCI_OK)
        st = imaging_override(&volume->geometry, c->settings, volume->name);
    if (st != SCI_OK) {
        imaging_volume_free(volume);
        return st;
    }
    *out = volume;
    return SCI_OK;
}

sci_status
imaging_volume_open_map(imaging_volume **out, const imaging_context *c, const char *operand)
{
    char *file = NULL, *dataset = NULL;
    sci_status st = sci_h5_split_operand(operand, &file, &dataset);

    if (st == SCI_OK)
        st = open_plain(out, c, file, dataset);
    sci_free(file);
    sci_free(dataset);
    return st;
}

void
imaging_volume_free(imaging_volume *volume)
{
    if (volume == NULL)
        return;
    if (volume->source != volume->stored)
        sci_source_free(volume->source);
    sci_source_free(volume->stored);
    if (volume->private_free != NULL)
        volume->private_free(volume->private_data);
    imaging_geometry_clear(&volume->geometry);
    sci_free(volume->name);
    sci_free(volume->dataset);
    sci_free(volume);
}

const char *
imaging_format_name(imaging_format format)
{
    static const char *const names[] = { "HDF5",    "MINC 2",  "ITK HDF5",
                                         "fastMRI", "NIfTI-1", "NIfTI-2" };

    return names[format];
}
