/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the workers of many jobs hand to a later worker: one unlinked file for all of them, in which each
 * parcel has a place of its own. */
#ifndef CLI_PARCELS_H
#define CLI_PARCELS_H

#include <sci/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cli_parcels {
    int fd;
    char *directory;
    size_t n;
    struct cli_parcels_index *index; /* shared with the workers */
} cli_parcels;

/* Before workers start: room for n parcels in `directory` (NULL: $TMPDIR or /tmp). */
sci_status cli_parcels_create(cli_parcels *out, size_t n, const char *directory) SCI_MUST_CHECK;
void cli_parcels_free(cli_parcels *parcels); /* a zeroed one is left alone */

/* In a worker: parcel `which` is what `write` appends to the file that it gets (sci/handover.h). */
typedef sci_status (*cli_parcels_write)(void *context, int fd);
sci_status cli_parcels_put(cli_parcels *parcels, size_t which, cli_parcels_write write,
                           void *context) SCI_MUST_CHECK;

/* The same where the length is known: bytes [first, first + bytes) of the file are the parcel's, to be
 * written with sci_write_at; then it is there. */
uint64_t cli_parcels_reserve(cli_parcels *parcels, size_t which, uint64_t bytes);
void cli_parcels_done(cli_parcels *parcels, size_t which);

/* In a later worker: open the parcel, to be read from the position of *fd (sci/handover.h), which the caller
 * closes. *there is false, and nothing is open, if its worker failed. */
sci_status cli_parcels_take(const cli_parcels *parcels, size_t which, int *fd,
                            bool *there) SCI_MUST_CHECK;

/* Whether the parcel is there; its first byte in the file, and how many there are. */
bool cli_parcels_place(const cli_parcels *parcels, size_t which, uint64_t *first, uint64_t *bytes);

#endif
