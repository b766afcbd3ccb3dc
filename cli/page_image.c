/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include <sci/file.h>

#include "page_priv.h"
#include "plot_priv.h"

enum { PNG_HEAD = 24, MOST_BYTES = 64 << 20 };

static uint32_t
big_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Signature and the start of the first chunk, which has the size. */
static sci_status
check_png(FILE *file, const char *path, uint32_t *width, uint32_t *height)
{
    static const unsigned char start[16] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                             0,    0,   0,   13,  'I',  'H',  'D',  'R' };
    unsigned char head[PNG_HEAD];

    if (fread(head, 1, sizeof head, file) != sizeof head)
        return ferror(file)
                   ? sci_fail_errno("read", path)
                   : sci_fail(SCI_ERR_FORMAT, "'%s' is not a PNG image: it ends early", path);
    *width = big_endian(head + 16);
    *height = big_endian(head + 20);
    if (memcmp(head, start, sizeof start) != 0 || *width == 0 || *height == 0)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is not a PNG image", path);
    return fseek(file, 0, SEEK_SET) == 0 ? SCI_OK : sci_fail_errno("read", path);
}

static sci_status
encode(FILE *out, FILE *file, const char *path)
{
    unsigned char bytes[3072];
    char text[4097];
    size_t n, all = 0;

    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0) {
        all += n;
        if (all > MOST_BYTES)
            return sci_fail(SCI_ERR_FORMAT, "'%s' is larger than 64 MiB", path);
        fwrite(text, 1, page_base64(text, bytes, n), out);
    }
    return ferror(file) ? sci_fail_errno("read", path) : SCI_OK;
}

sci_status
page_image_write(FILE *out, const char *path, const char *alternative)
{
    uint32_t width = 0, height = 0;
    FILE *file = fopen(path, "re");
    sci_status st;

    if (!file)
        return sci_fail_errno("open", path);
    errno = 0;
    st = check_png(file, path, &width, &height);
    if (st == SCI_OK) {
        fprintf(out, "<img width=\"%" PRIu32 "\" height=\"%" PRIu32 "\" alt=\"", width, height);
        plot_text_write(out, alternative ? alternative : "");
        fputs("\" src=\"data:image/png;base64,", out);
        st = encode(out, file, path);
        fputs("\">", out);
    }
    fclose(file);
    return st;
}
