/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parcels.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "worker.h"

#define PIECE ((size_t)1 << 20)

typedef struct place {
    uint64_t first, bytes;
    atomic_bool there; /* set last: a worker may die on the way */
} place;

struct cli_parcels_index {
    _Atomic uint64_t end; /* of the places given out */
    place places[];
};

static size_t
index_bytes(size_t n)
{
    return sizeof(struct cli_parcels_index) + n * sizeof(place);
}

sci_status
cli_parcels_create(cli_parcels *out, size_t n, const char *directory)
{
    cli_parcels p = { .fd = -1, .n = n };
    const char *from = getenv("TMPDIR");
    sci_status st;

    if (directory == NULL)
        directory = from != NULL && from[0] != '\0' ? from : "/tmp";
    st = sci_strdup(&p.directory, directory);
    if (st == SCI_OK)
        st = cli_shared_alloc(&p.index, index_bytes(n), 1);
    if (st == SCI_OK)
        st = sci_scratch_open(&p.fd, directory);
    if (st != SCI_OK) {
        cli_parcels_free(&p);
        return st;
    }
    *out = p;
    return SCI_OK;
}

void
cli_parcels_free(cli_parcels *p)
{
    if (p->directory == NULL)
        return;
    if (p->index != NULL)
        cli_shared_free(p->index, index_bytes(p->n), 1);
    if (p->fd >= 0)
        (void)close(p->fd);
    sci_free(p->directory);
    *p = (cli_parcels){ 0 };
}

uint64_t
cli_parcels_reserve(cli_parcels *p, size_t which, uint64_t bytes)
{
    place *mine = &p->index->places[which];

    mine->bytes = bytes;
    mine->first = atomic_fetch_add(&p->index->end, bytes);
    return mine->first;
}

void
cli_parcels_done(cli_parcels *p, size_t which)
{
    atomic_store(&p->index->places[which].there, true);
}

static sci_status
copy(int from, int to, uint64_t bytes, uint64_t first)
{
    unsigned char *piece = NULL;
    sci_status st = sci_alloc(&piece, PIECE, 1, 1);

    for (uint64_t at = 0; at < bytes && st == SCI_OK;) {
        size_t n = bytes - at < PIECE ? (size_t)(bytes - at) : PIECE;

        st = sci_read_at(from, "a scratch file", piece, n, at);
        if (st == SCI_OK)
            st = sci_write_at(to, "a scratch file", piece, n, first + at);
        at += n;
    }
    sci_free(piece);
    return st;
}

/* Written aside first, for its length is not known before. */
sci_status
cli_parcels_put(cli_parcels *p, size_t which, cli_parcels_write write, void *context)
{
    struct stat file;
    int fd = -1;
    sci_status st = sci_scratch_open(&fd, p->directory);

    if (st != SCI_OK)
        return st;
    st = write(context, fd);
    if (st == SCI_OK && fstat(fd, &file) != 0)
        st = sci_fail_errno("read", "a scratch file");
    if (st == SCI_OK)
        st = copy(fd, p->fd, (uint64_t)file.st_size,
                  cli_parcels_reserve(p, which, (uint64_t)file.st_size));
    if (st == SCI_OK)
        cli_parcels_done(p, which);
    (void)close(fd);
    return st;
}

bool
cli_parcels_place(const cli_parcels *p, size_t which, uint64_t *first, uint64_t *bytes)
{
    const place *it = &p->index->places[which];

    *first = it->first;
    *bytes = it->bytes;
    return atomic_load(&it->there);
}

/* Opened anew: workers that read at the same time have positions of their own. */
sci_status
cli_parcels_take(const cli_parcels *p, size_t which, int *fd, bool *there)
{
    uint64_t first, bytes;
    char path[32];

    *there = cli_parcels_place(p, which, &first, &bytes);
    if (!*there)
        return SCI_OK;
    (void)snprintf(path, sizeof path, "/dev/fd/%d", p->fd);
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return sci_fail_errno("open", "a scratch file");
    if (lseek(*fd, (off_t)first, SEEK_SET) >= 0)
        return SCI_OK;
    (void)close(*fd);
    return sci_fail_errno("read", "a scratch file");
}
