/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "testing.h"

/* A stream moved to a file, and what it was before. */
typedef struct detour {
    int fd, before;
    char path[PLACE_ROOM];
} detour;

static void
detour_begin(detour *d, int fd, const char *name)
{
    int file;

    d->fd = fd;
    place_scratch(d->path, name);
    file = open(d->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    d->before = dup(fd);
    if (file < 0 || d->before < 0 || dup2(file, fd) < 0)
        test_failed(__FILE__, __LINE__, "cannot redirect output to '%s'", d->path);
    close(file);
}

static char *
detour_end(detour *d)
{
    size_t size;
    char *text;

    dup2(d->before, d->fd);
    close(d->before);
    text = (char *)place_read(d->path, &size); /* ends with a 0 */
    unlink(d->path);
    return text;
}

captured
capture(int (*function)(void *context), void *context)
{
    captured c;
    detour out, err;

    fflush(NULL);
    detour_begin(&out, STDOUT_FILENO, "captured-out");
    detour_begin(&err, STDERR_FILENO, "captured-err");
    c.code = function(context);
    fflush(NULL);
    c.err = detour_end(&err);
    c.out = detour_end(&out);
    return c;
}

void
capture_clear(captured *c)
{
    free(c->out);
    free(c->err);
}

void
check_text_has(const char *text, const char *expected, const char *what, const char *file, int line)
{
    if (strstr(text, expected) != NULL)
        return;
    print_error("%s is\n%s\n", what, text);
    test_failed(file, line, "%s does not contain\n%s", what, expected);
}

void
check_text_lacks(const char *text, const char *unwanted, const char *what, const char *file,
                 int line)
{
    if (strstr(text, unwanted) == NULL)
        return;
    print_error("%s is\n%s\n", what, text);
    test_failed(file, line, "%s contains\n%s", what, unwanted);
}
