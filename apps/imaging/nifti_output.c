/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A NIfTI image like its input. Everything before the elements is written last, when all of it is
 * known; in .nii.gz it takes stored (not compressed) deflate blocks, whose length is known from the
 * beginning. The gzip header has neither a time nor a name: equal runs give equal bytes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "nifti.h"
#include "nifti_gzip.h"
#include "output_formats.h"

#define STORED_MOST ((size_t)65535) /* bytes of one stored block */
#define STRETCH ((size_t)1 << 20)

enum { GZIP_HEAD = 10, GZIP_TAIL = 8, STORED_HEAD = 5 };

typedef struct nifti_output {
    nifti_written written;
    char *target, *temporary;
    bool compressed;
    sci_type type;
    size_t head_bytes; /* header and extensions */
    uint8_t *head;
    uint64_t element_bytes; /* of all elements */
    char descrip[80];
} nifti_output;

static void
output_free(imaging_output *self)
{
    nifti_output *o = self->private_data;

    if (o->written.fd >= 0)
        (void)sci_file_ops_get()->close(o->written.fd);
    sci_free(o->head);
    sci_free(o->target);
    sci_free(o->temporary);
    sci_free(o);
    self->private_data = NULL;
}

static sci_status
history(imaging_output *self, const char *line)
{
    nifti_output *o = self->private_data;
    size_t n = strlen(line) < sizeof o->descrip - 1 ? strlen(line) : sizeof o->descrip - 1;

    memset(o->descrip, 0, sizeof o->descrip);
    memcpy(o->descrip, line, n);
    return SCI_OK;
}

/* ---- what stands before the elements ---- */

static sci_status
make_head(nifti_output *o, const imaging_volume *volume)
{
    const nifti_file *n = volume->private_data;
    sci_status st;

    o->head_bytes = n->header.bytes + n->between;
    st = sci_alloc(&o->head, o->head_bytes, 1, 1);
    if (st != SCI_OK)
        return st;
    memcpy(o->head + n->header.bytes, n->extensions, n->between);
    if (n->header.swapped)
        nifti_extensions_turn(o->head + n->header.bytes, n->between);
    return SCI_OK;
}

/* Bytes in the file before the elements. */
static uint64_t
begin_of(const nifti_output *o)
{
    size_t blocks = (o->head_bytes + STORED_MOST - 1) / STORED_MOST;

    return o->compressed ? GZIP_HEAD + blocks * STORED_HEAD + o->head_bytes : o->head_bytes;
}

static sci_status
write_stored(const nifti_output *o)
{
    static const uint8_t gzip_head[GZIP_HEAD] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255 };
    const nifti_written *w = &o->written;
    uint64_t at = GZIP_HEAD;
    sci_status st = sci_write_at(w->fd, w->name, gzip_head, GZIP_HEAD, 0);

    for (size_t from = 0; st == SCI_OK && from < o->head_bytes; from += STORED_MOST) {
        size_t n = o->head_bytes - from < STORED_MOST ? o->head_bytes - from : STORED_MOST;
        const uint8_t mark[STORED_HEAD] = { 0, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n,
                                            (uint8_t)(~n >> 8) };

        st = sci_write_at(w->fd, w->name, mark, STORED_HEAD, at);
        if (st == SCI_OK)
            st = sci_write_at(w->fd, w->name, o->head + from, n, at + STORED_HEAD);
        at += STORED_HEAD + n;
    }
    return st;
}

static sci_status
write_tail(nifti_output *o)
{
    nifti_written *w = &o->written;
    uint32_t crc = (uint32_t)crc32_combine(crc32_z(0, o->head, o->head_bytes), w->crc,
                                           (z_off_t)o->element_bytes);
    uint32_t size = (uint32_t)(o->head_bytes + o->element_bytes);
    uint8_t tail[GZIP_TAIL];
    sci_status st;

    for (int i = 0; i < 4; i++) {
        tail[i] = (uint8_t)(crc >> 8 * i);
        tail[4 + i] = (uint8_t)(size >> 8 * i);
    }
    st = sci_write_at(w->fd, w->name, tail, GZIP_TAIL, w->end);
    w->end += GZIP_TAIL;
    return st;
}

static sci_status
write_rest(imaging_output *self)
{
    nifti_output *o = self->private_data;
    const nifti_file *n = self->volume->private_data;
    uint8_t raw[NIFTI_HEADER_MOST];
    sci_status st;

    if (o->written.elements * sci_type_size(o->type) != o->element_bytes)
        return sci_fail(SCI_ERR_IO, "'%s' was not written completely", o->target);
    nifti_header_rewrite(&n->header, o->type, o->descrip[0] != '\0' ? o->descrip : NULL, raw);
    memcpy(o->head, raw, n->header.bytes);
    if (!o->compressed)
        return sci_write_at(o->written.fd, o->target, o->head, o->head_bytes, 0);
    st = write_stored(o);
    return st == SCI_OK ? write_tail(o) : st;
}

/* ---- looking at what was written ---- */

static sci_status
fail_difference(const nifti_output *o, const char *what)
{
    return sci_fail(SCI_ERR_IO, "'%s' was not written completely: %s", o->target, what);
}

static sci_status
verify_plain(const nifti_output *o, int fd, uint8_t *buffer)
{
    uint32_t crc = 0;
    sci_status st = SCI_OK;

    for (uint64_t at = 0; st == SCI_OK && at < o->element_bytes; at += STRETCH) {
        uint64_t left = o->element_bytes - at;
        size_t n = left < STRETCH ? (size_t)left : STRETCH;

        st = sci_read_at(fd, o->target, buffer, n, o->written.begin + at);
        crc = (uint32_t)crc32_z(crc, buffer, n);
    }
    if (st == SCI_OK && crc != o->written.crc)
        st = fail_difference(o, "its data differ from what was written");
    return st;
}

/* Inflating it compares its checksum, which was taken before it was compressed. */
static sci_status
verify_compressed(const nifti_output *o, int fd, uint8_t *buffer)
{
    nifti_gzip *z = NULL;
    uint64_t total = 0;
    size_t got;
    sci_status st = nifti_gzip_open(&z, fd, o->target);

    if (st != SCI_OK)
        return st;
    do {
        st = nifti_gzip_read(z, buffer, STRETCH, &got);
        total += got;
    } while (st == SCI_OK && got == STRETCH);
    nifti_gzip_close(z);
    if (st == SCI_OK && total != o->head_bytes + o->element_bytes)
        st = fail_difference(o, "its length is another");
    return st;
}

static sci_status
check_head(const nifti_output *o, int fd, uint8_t *buffer)
{
    size_t n = o->head_bytes < STORED_MOST ? o->head_bytes : STORED_MOST;
    sci_status st =
        sci_read_at(fd, o->target, buffer, n, o->compressed ? GZIP_HEAD + STORED_HEAD : 0);

    if (st == SCI_OK && memcmp(buffer, o->head, n) != 0)
        st = fail_difference(o, "its header differs from what was written");
    return st;
}

static sci_status
look_again(const nifti_output *o, bool verify)
{
    struct stat status;
    uint8_t *buffer = NULL;
    int fd = sci_file_ops_get()->open(o->temporary, O_RDONLY | O_CLOEXEC, 0);
    sci_status st = SCI_OK;

    if (fd < 0 || fstat(fd, &status) != 0)
        st = sci_fail_errno("open", o->target);
    else if ((uint64_t)status.st_size != o->written.end)
        st = fail_difference(o, "its size is another");
    if (st == SCI_OK)
        st = sci_alloc(&buffer, STRETCH, 1, 1);
    if (st == SCI_OK)
        st = check_head(o, fd, buffer);
    if (st == SCI_OK && verify)
        st = o->compressed ? verify_compressed(o, fd, buffer) : verify_plain(o, fd, buffer);
    sci_free(buffer);
    if (fd >= 0)
        (void)sci_file_ops_get()->close(fd);
    return st;
}

static sci_status
close_file(imaging_output *self)
{
    const sci_file_ops *files = sci_file_ops_get();
    const cli_common *common = &self->c->settings->common;
    nifti_output *o = self->private_data;
    sci_status st = write_rest(self);

    /* EINVAL: a file system where there is nothing to be synchronized */
    if (st == SCI_OK && !common->no_sync && files->fsync(o->written.fd) != 0 && errno != EINVAL)
        st = sci_fail_errno("synchronize", o->target);
    if (st == SCI_OK) {
        if (files->close(o->written.fd) != 0)
            st = sci_fail_errno("close", o->target);
        o->written.fd = -1;
    }
    return st == SCI_OK ? look_again(o, common->verify) : st;
}

static const imaging_output_ops ops = { .history = history,
                                        .close = close_file,
                                        .free = output_free };

/* ---- beginning ---- */

static bool
ends_in_gz(const char *name)
{
    size_t n = strlen(name);

    return n > 3 && strcmp(name + n - 3, ".gz") == 0;
}

static sci_status
begin(imaging_output *out, nifti_output *o, const char *temporary, const char *target)
{
    sci_array array = out->volume->stored->array;
    uint64_t count;
    sci_status st = sci_strdup(&o->target, target);

    array.type = o->type;
    array.swapped = false;
    if (st == SCI_OK)
        st = sci_strdup(&o->temporary, temporary);
    if (st == SCI_OK)
        st = make_head(o, out->volume);
    if (st == SCI_OK)
        st = sci_array_count(&array, &count);
    if (st != SCI_OK)
        return st;
    o->element_bytes = count * sci_type_size(o->type);
    o->written.name = o->target;
    o->written.begin = o->written.end = begin_of(o);
    o->written.summed = o->compressed || out->c->settings->common.verify;
    o->written.fd = sci_file_ops_get()->open(temporary, O_RDWR | O_CLOEXEC, 0);
    if (o->written.fd < 0)
        return sci_fail_errno("open", target);
    return o->compressed ? nifti_sink_gzip_create(&out->sink, &array, &o->written)
                         : nifti_sink_create(&out->sink, &array, &o->written);
}

sci_status
imaging_nifti_output(imaging_output *out, const char *temporary, const char *target,
                     const char *dataset, sci_type type)
{
    nifti_output *o = NULL;
    sci_status st;

    if (dataset != NULL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "-o '%s': a NIfTI file has no datasets; give the file "
                        "alone",
                        dataset);
    st = sci_alloc_zero(&o, 1, 1, sizeof *o);
    if (st != SCI_OK)
        return st;
    out->ops = &ops;
    out->private_data = o;
    o->written.fd = -1;
    o->compressed = ends_in_gz(target);
    o->type = type;
    return begin(out, o, temporary, target);
}
