/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .nii is read in place. .nii.gz is inflated once: into memory where that is little, else into an
 * unlinked scratch file. Nothing is allocated because a header says so before the file is known to
 * be able to hold it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "formats.h"
#include "mapped.h"
#include "nifti.h"
#include "nifti_gzip.h"

#define EXTENSIONS_MOST ((uint64_t)64 << 20)
#define INFLATED_MOST ((uint64_t)64 << 20) /* in memory, where --memory says nothing */
#define STRETCH ((size_t)1 << 20)

typedef struct opening {
    imaging_volume *volume;
    const imaging_context *c;
    const char *name;
    int fd; /* -1 once a source has it */
    uint64_t file_bytes;
    nifti_file *nifti;
    uint64_t image_bytes;
    sci_array array;
} opening;

static void
nifti_free(void *private_data)
{
    nifti_file *n = private_data;

    sci_free(n->extensions);
    sci_free(n);
}

/* ---- header ---- */

static sci_status
read_start(const opening *o, uint8_t *head, size_t *n)
{
    nifti_gzip *z = NULL;
    uint8_t magic[3];
    sci_status st;

    *n = o->file_bytes < NIFTI_HEADER_MOST ? (size_t)o->file_bytes : NIFTI_HEADER_MOST;
    st = sci_read_at(o->fd, o->name, head, *n, 0);
    memcpy(magic, head, sizeof magic);
    if (st != SCI_OK || *n < sizeof magic || !nifti_gzip_likely(magic, sizeof magic))
        return st;
    st = nifti_gzip_open(&z, o->fd, o->name);
    if (st == SCI_OK)
        st = nifti_gzip_read(z, head, NIFTI_HEADER_MOST, n);
    if (st == SCI_OK && !nifti_header_likely(head, *n))
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is compressed, but no NIfTI image is in it", o->name);
    nifti_gzip_close(z);
    return st;
}

static sci_status
take_header(opening *o, const uint8_t *head, size_t n)
{
    nifti_header *h = &o->nifti->header;
    imaging_geometry *g = &o->volume->geometry;
    uint64_t elements;
    sci_status st = nifti_header_parse(h, head, n, o->name);

    if (st == SCI_OK)
        st = nifti_header_count(h, o->name, &elements, &o->image_bytes);
    if (st == SCI_OK)
        st = nifti_geometry_read(g, h, o->name, o->c->settings->spacing != NULL);
    if (st != SCI_OK)
        return st;
    o->volume->format = h->version == 1 ? IMAGING_NIFTI1 : IMAGING_NIFTI2;
    o->volume->looks_like_labels = h->intent_code == NIFTI_INTENT_LABEL;
    o->array = (sci_array){ .rank = g->rank, .type = h->type, .swapped = h->swapped };
    for (int a = 0; a < g->rank; a++)
        o->array.shape[a] = g->axes[a].size;
    if (h->vox_offset - h->bytes > EXTENSIONS_MOST)
        return sci_fail(SCI_ERR_UNSAFE, "'%s': its header claims %llu bytes of extensions", o->name,
                        (unsigned long long)(h->vox_offset - h->bytes));
    o->nifti->between = (size_t)(h->vox_offset - h->bytes);
    return SCI_OK;
}

/* `most`: bytes that the file can hold. */
static sci_status
check_claim(const opening *o, uint64_t most)
{
    uint64_t end = o->nifti->header.vox_offset + o->image_bytes;

    if (end > most)
        return sci_fail(
            SCI_ERR_FORMAT,
            "'%s' is cut off or damaged: by its header it has %llu bytes, but there are "
            "%s%llu",
            o->name, (unsigned long long)end, most == o->file_bytes ? "" : "at most ",
            (unsigned long long)most);
    return SCI_OK;
}

static sci_status
warn_rest(opening *o, uint64_t rest)
{
    if (rest == 0)
        return SCI_OK;
    return imaging_geometry_warn(&o->volume->geometry,
                                 "%llu bytes follow the image; they were not used",
                                 (unsigned long long)rest);
}

/* ---- elements ---- */

static sci_status
open_plain(opening *o)
{
    const nifti_header *h = &o->nifti->header;
    sci_status st = check_claim(o, o->file_bytes);

    if (st == SCI_OK)
        st = warn_rest(o, o->file_bytes - h->vox_offset - o->image_bytes);
    if (st == SCI_OK)
        st = sci_alloc(&o->nifti->extensions, o->nifti->between, 1, 1);
    if (st == SCI_OK)
        st = sci_read_at(o->fd, o->name, o->nifti->extensions, o->nifti->between, h->bytes);
    if (st == SCI_OK)
        st =
            nifti_source_create(&o->volume->stored, &o->array, o->name, o->fd, NULL, h->vox_offset);
    if (st == SCI_OK)
        o->fd = -1;
    return st;
}

/* *done is false where it has to be inflated as a stream. */
static sci_status
inflate_in_memory(opening *o, bool *done)
{
    const nifti_header *h = &o->nifti->header;
    size_t room = (size_t)(h->vox_offset + o->image_bytes);
    uint64_t offset = h->vox_offset;
    uint8_t *packed = NULL, *bytes = NULL;
    sci_status st = sci_alloc(&packed, (size_t)o->file_bytes, 1, 1);

    *done = false;
    if (st == SCI_OK)
        st = sci_alloc(&bytes, room, 1, 1);
    if (st == SCI_OK)
        st = sci_read_at(o->fd, o->name, packed, (size_t)o->file_bytes, 0);
    if (st == SCI_OK)
        st = nifti_gzip_whole(packed, (size_t)o->file_bytes, bytes, room, done);
    if (st != SCI_OK || !*done || memcmp(bytes, h->raw, h->bytes) != 0) {
        *done = false;
        goto out;
    }
    st = sci_alloc(&o->nifti->extensions, o->nifti->between, 1, 1);
    if (st != SCI_OK)
        goto out;
    memcpy(o->nifti->extensions, bytes + h->bytes, o->nifti->between);
    if (offset % sci_type_size(h->type) != 0) { /* elements are read where they lie */
        memmove(bytes, bytes + offset, (size_t)o->image_bytes);
        offset = 0;
    }
    st = nifti_source_create(&o->volume->stored, &o->array, o->name, -1, bytes, offset);
    if (st == SCI_OK)
        bytes = NULL;
out:
    sci_free(packed);
    sci_free(bytes);
    return st;
}

static sci_status
read_exactly(const opening *o, nifti_gzip *z, void *to, size_t n)
{
    size_t got;
    sci_status st = nifti_gzip_read(z, to, n, &got);

    if (st == SCI_OK && got < n)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s': its header claims %llu bytes, but less is compressed in it", o->name,
                        (unsigned long long)(o->nifti->header.vox_offset + o->image_bytes));
    return st;
}

/* The rest is inflated too: only the end of the stream says that all of it was right. */
static sci_status
skip_rest(opening *o, nifti_gzip *z, uint8_t *buffer)
{
    uint64_t rest = 0;
    size_t got;
    sci_status st;

    do {
        st = nifti_gzip_read(z, buffer, STRETCH, &got);
        rest += got;
        if (st == SCI_OK && o->c->options.stop != NULL && *o->c->options.stop != 0)
            st = sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    } while (st == SCI_OK && got == STRETCH);
    return st == SCI_OK ? warn_rest(o, rest) : st;
}

static sci_status
inflate_to(opening *o, nifti_gzip *z, int fd, const char *scratch)
{
    uint8_t *buffer = NULL;
    sci_status st = sci_alloc(&buffer, STRETCH, 1, 1);

    if (st == SCI_OK)
        st = read_exactly(o, z, buffer, o->nifti->header.bytes);
    if (st == SCI_OK)
        st = sci_alloc(&o->nifti->extensions, o->nifti->between, 1, 1);
    if (st == SCI_OK)
        st = read_exactly(o, z, o->nifti->extensions, o->nifti->between);
    for (uint64_t at = 0; st == SCI_OK && at < o->image_bytes; at += STRETCH) {
        uint64_t left = o->image_bytes - at;
        size_t n = left < STRETCH ? (size_t)left : STRETCH;

        st = read_exactly(o, z, buffer, n);
        if (st == SCI_OK)
            st = sci_write_at(fd, scratch, buffer, n, at);
        if (st == SCI_OK && o->c->options.stop != NULL && *o->c->options.stop != 0)
            st = sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    }
    if (st == SCI_OK)
        st = skip_rest(o, z, buffer);
    sci_free(buffer);
    return st;
}

static sci_status
inflate_to_scratch(opening *o)
{
    const char *directory = o->c->h5.scratch;
    nifti_gzip *z = NULL;
    int fd = -1;
    sci_status st;

    if (directory == NULL)
        directory = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
    st = nifti_gzip_open(&z, o->fd, o->name);
    if (st == SCI_OK)
        st = sci_scratch_open(&fd, directory);
    if (st == SCI_OK)
        st = inflate_to(o, z, fd, directory);
    if (st == SCI_OK)
        st = nifti_source_create(&o->volume->stored, &o->array, o->name, fd, NULL, 0);
    if (st == SCI_OK)
        fd = -1;
    if (fd >= 0)
        (void)sci_file_ops_get()->close(fd);
    nifti_gzip_close(z);
    return st;
}

static sci_status
open_compressed(opening *o)
{
    uint64_t most = o->c->options.memory_bytes > 0 ? o->c->options.memory_bytes / 4 : INFLATED_MOST;
    bool done = false;
    sci_status st = check_claim(o, nifti_gzip_most(o->file_bytes));

    if (st == SCI_OK && o->nifti->header.vox_offset + o->image_bytes + o->file_bytes <= most)
        st = inflate_in_memory(o, &done);
    if (st == SCI_OK && !done)
        st = inflate_to_scratch(o);
    return st;
}

/* ---- all of it ---- */

static sci_status
apply_scale(opening *o)
{
    const nifti_header *h = &o->nifti->header;
    imaging_volume *v = o->volume;
    imaging_step step = { .kind = STEP_SCALE, .blocks = 1, .a = &h->slope, .b = &h->inter };

    v->source = v->stored;
    v->scaled = h->slope != 1 || h->inter != 0;
    return v->scaled ? imaging_mapped_create(&v->source, v->stored, 1, &step) : SCI_OK;
}

static sci_status
open_file(opening *o, const char *file)
{
    struct stat status;

    o->fd = sci_file_ops_get()->open(file, O_RDONLY | O_CLOEXEC, 0);
    if (o->fd < 0 || fstat(o->fd, &status) != 0)
        return sci_fail_errno("open", file);
    if (!S_ISREG(status.st_mode))
        return sci_fail(SCI_ERR_IO, "'%s' is no regular file", file);
    o->file_bytes = (uint64_t)status.st_size;
    return SCI_OK;
}

sci_status
imaging_nifti_open(imaging_volume *volume, const imaging_context *c, const char *file)
{
    opening o = { .volume = volume, .c = c, .name = volume->name, .fd = -1 };
    uint8_t head[NIFTI_HEADER_MOST] = { 0 }, magic[3] = { 0 };
    size_t n = 0;
    sci_status st = sci_alloc_zero(&o.nifti, 1, 1, sizeof *o.nifti);

    if (st != SCI_OK)
        return st;
    volume->private_data = o.nifti;
    volume->private_free = nifti_free;
    st = open_file(&o, file);
    if (st == SCI_OK)
        st = read_start(&o, head, &n);
    if (st == SCI_OK)
        st = take_header(&o, head, n);
    if (st == SCI_OK)
        st = sci_read_at(o.fd, file, magic, sizeof magic, 0);
    if (st == SCI_OK)
        st = nifti_gzip_likely(magic, sizeof magic) ? open_compressed(&o) : open_plain(&o);
    if (st == SCI_OK)
        st = apply_scale(&o);
    if (o.fd >= 0)
        (void)sci_file_ops_get()->close(o.fd);
    return st;
}
