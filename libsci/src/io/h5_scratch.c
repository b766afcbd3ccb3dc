/* SPDX-License-Identifier: BSD-3-Clause */
#include "h5_scratch_priv.h"

#include <sci/file.h>

sci_status
h5_scratch_write(const h5_blocks *b, int fd, const char *name, const unsigned char *bytes)
{
    uint64_t length, rows = h5_blocks_rows(b, &length);
    size_t size = b->grid->size, row_bytes = (size_t)length * size;
    sci_status st = SCI_OK;

    for (uint64_t row = 0; st == SCI_OK && row < rows; row++)
        st = sci_write_at(fd, name, bytes + row * row_bytes, row_bytes,
                          h5_blocks_row(b, row) * size);
    return st;
}

sci_status
h5_scratch_read(const h5_blocks *b, int fd, const char *name, unsigned char *bytes)
{
    uint64_t length, rows = h5_blocks_rows(b, &length);
    size_t size = b->grid->size, row_bytes = (size_t)length * size;
    sci_status st = SCI_OK;

    for (uint64_t row = 0; st == SCI_OK && row < rows; row++)
        st =
            sci_read_at(fd, name, bytes + row * row_bytes, row_bytes, h5_blocks_row(b, row) * size);
    return st;
}
