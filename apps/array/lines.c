/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/csv.h>
#include <sci/memory.h>
#include <sci/select.h>

#define LABEL_BYTES_MOST 4096

void
array_lines_clear(array_lines *lines)
{
    for (uint64_t i = 0; lines->items != NULL && i < lines->n; i++)
        sci_free(lines->items[i]);
    sci_free(lines->items);
    *lines = (array_lines){ 0 };
}

static sci_status
make_room(array_lines *out, uint64_t n)
{
    *out = (array_lines){ 0 };
    return sci_alloc_zero(&out->items, n, 1, sizeof *out->items);
}

/* Finish a function that fills lines: all or nothing. */
static sci_status
settle(array_lines *out, sci_status st)
{
    if (st != SCI_OK)
        array_lines_clear(out);
    return st;
}

sci_status
array_lines_split(array_lines *out, const char *text)
{
    uint64_t n = 0;
    sci_status st;

    for (const char *at = text; *at != '\0'; at++)
        n += *at == '\n';
    st = make_room(out, n);
    while (st == SCI_OK && out->n < n) {
        size_t bytes = strcspn(text, "\n");

        st = sci_format(&out->items[out->n++], "%.*s", (int)bytes, text);
        text += bytes + 1;
    }
    return settle(out, st);
}

sci_status
array_lines_join(const array_lines *lines, char **text)
{
    size_t bytes = 1;
    char *all = NULL, *at;
    sci_status st;

    for (uint64_t i = 0; i < lines->n; i++)
        bytes += strlen(lines->items[i]) + 1;
    st = sci_alloc_zero(&all, bytes, 1, 1);
    if (st != SCI_OK)
        return st;
    at = all;
    for (uint64_t i = 0; i < lines->n; i++) {
        size_t n = strlen(lines->items[i]);

        memcpy(at, lines->items[i], n);
        at += n;
        *at++ = '\n';
    }
    *text = all;
    return SCI_OK;
}

sci_status
array_lines_of_integers(array_lines *out, uint64_t n, const int64_t *values)
{
    sci_status st = make_room(out, n);

    while (st == SCI_OK && out->n < n) {
        st = sci_format(&out->items[out->n], "%" PRId64, values[out->n]);
        out->n++;
    }
    return settle(out, st);
}

sci_status
array_lines_of_reals(array_lines *out, uint64_t n, const double *values)
{
    sci_status st = make_room(out, n);

    while (st == SCI_OK && out->n < n) {
        st = sci_format(&out->items[out->n], "%.17g", values[out->n]);
        out->n++;
    }
    return settle(out, st);
}

static sci_status
lines_of_labels(array_lines *out, uint64_t n, const sci_labels *labels)
{
    char text[LABEL_BYTES_MOST];
    sci_status st = make_room(out, n);

    while (st == SCI_OK && out->n < n) {
        int64_t level = sci_labels_at(labels, out->n);

        text[0] = '\0';
        if (level >= 0)
            (void)sci_labels_level_name(labels, (uint64_t)level, text, sizeof text);
        if (strlen(text) == sizeof text - 1)
            st = sci_fail(SCI_ERR_FORMAT, "label %" PRIu64 " has %zu bytes or more", out->n,
                          sizeof text - 1);
        else if (strpbrk(text, "\n\r") != NULL)
            st = sci_fail(SCI_ERR_FORMAT, "label %" PRIu64 " has a line break", out->n);
        else
            st = sci_strdup(&out->items[out->n++], text);
    }
    return settle(out, st);
}

sci_status
array_lines_read(array_lines *out, const char *path, uint64_t n, bool numbers)
{
    sci_labels *labels = NULL;
    double *values = NULL;
    char message[512];
    sci_status st;

    if (numbers) {
        st = sci_csv_numbers(&values, path, n);
        if (st == SCI_ERR_NONFINITE) {
            (void)snprintf(message, sizeof message, "%s", sci_message());
            st = sci_fail(SCI_ERR_REFUSED, "%s", message);
        }
        if (st == SCI_OK)
            st = array_lines_of_reals(out, n, values);
    } else {
        st = sci_csv_labels(&labels, path, n);
        if (st == SCI_OK)
            st = lines_of_labels(out, n, labels);
    }
    sci_labels_free(labels);
    sci_free(values);
    return st;
}
