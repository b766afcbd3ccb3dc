/* SPDX-License-Identifier: BSD-3-Clause */
/* A draft on its way into its file. */
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "h5_draft_priv.h"

#define BLOCK ((size_t)64 << 10)

/* What is in the file is compared byte by byte: a disk may take what it does not keep. */
static sci_status
read_back(const h5_draft *draft, int fd, const h5_bytes *b)
{
    unsigned char *block = NULL;
    sci_status st = sci_alloc(&block, BLOCK, 1, 1);

    for (size_t at = 0; st == SCI_OK && at < b->n; at += BLOCK) {
        size_t n = b->n - at < BLOCK ? b->n - at : BLOCK;

        st = sci_read_at(fd, draft->name, block, n, at);
        if (st == SCI_ERR_FORMAT || (st == SCI_OK && memcmp(block, b->bytes + at, n) != 0))
            st = sci_fail(SCI_ERR_IO, "'%s' was not written completely", draft->name);
    }
    sci_free(block);
    return st;
}

sci_status
h5_draft_store(const h5_draft *draft, int fd)
{
    h5_bytes image = { 0 };
    sci_status st = h5_draft_image(draft, &image);

    if (st == SCI_OK)
        st = sci_write_at(fd, draft->name, image.bytes, image.n, 0);
    if (st == SCI_OK)
        st = read_back(draft, fd, &image);
    sci_free(image.bytes);
    return st;
}
