/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intervals.h"

#include <limits.h>
#include <string.h>

#include <cli/number.h>
#include <cli/tsv.h>

#include <sci/memory.h>

typedef struct columns {
    size_t start, end, path, channel; /* beyond the last: not there */
} columns;

static sci_status
parse_seconds(const cli_tsv *t, const char *what, const char *text, double *out)
{
    if (cli_parse_real(text, out))
        return SCI_OK;
    return sci_fail(SCI_ERR_ARGUMENT, "'%s' line %lu: %s '%s' is no number of seconds", t->name,
                    t->number, what, text);
}

static sci_status
parse_channel(const cli_tsv *t, const char *text, int *out)
{
    int64_t value;

    if (*text == '\0')
        return SCI_OK;
    if (!cli_parse_integer(text, &value) || value < 1 || value > INT_MAX)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s' line %lu: channel '%s' is no number of a channel, from 1", t->name,
                        t->number, text);
    *out = (int)value;
    return SCI_OK;
}

static sci_status
parse_row(const cli_tsv *t, const columns *c, char **fields, audio_interval *out)
{
    sci_status st = parse_seconds(t, "start", fields[c->start], &out->start_s);

    out->line = t->number;
    if (st == SCI_OK)
        st = parse_seconds(t, "end", fields[c->end], &out->end_s);
    if (st == SCI_OK && !(out->start_s < out->end_s))
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "'%s' line %lu: it ends at %s s, not after its start at %s s", t->name,
                      t->number, fields[c->end], fields[c->start]);
    if (st == SCI_OK && c->channel < t->n_columns)
        st = parse_channel(t, fields[c->channel], &out->channel);
    if (st == SCI_OK && c->path < t->n_columns && fields[c->path][0] != '\0')
        st = sci_strdup(&out->path, fields[c->path]);
    return st;
}

static sci_status
make_room(audio_intervals *v)
{
    size_t room = v->room == 0 ? 64 : 2 * v->room;
    audio_interval *larger = NULL;
    sci_status st = sci_alloc(&larger, room, 1, sizeof *larger);

    if (st != SCI_OK)
        return st;
    if (v->n > 0)
        memcpy(larger, v->items, v->n * sizeof *larger);
    sci_free(v->items);
    v->items = larger;
    v->room = room;
    return SCI_OK;
}

static sci_status
add_row(audio_intervals *v, const cli_tsv *t, const columns *c, char **fields)
{
    audio_interval one = { .path = NULL };
    sci_status st = v->n < v->room ? SCI_OK : make_room(v);

    if (st == SCI_OK)
        st = parse_row(t, c, fields, &one);
    if (st == SCI_OK)
        v->items[v->n++] = one;
    return st;
}

static sci_status
read_rows(audio_intervals *v, cli_tsv *t)
{
    columns c = { cli_tsv_column(t, "start"), cli_tsv_column(t, "end"), cli_tsv_column(t, "path"),
                  cli_tsv_column(t, "channel") };
    char **fields = NULL;
    sci_status st = SCI_OK;

    if (c.start == t->n_columns || c.end == t->n_columns)
        return sci_fail(
            SCI_ERR_ARGUMENT,
            "'%s' has no column '%s'; its first line names 'start' and 'end', in seconds", t->name,
            c.start == t->n_columns ? "start" : "end");
    while (st == SCI_OK) {
        st = cli_tsv_next(t, &fields);
        if (st != SCI_OK || fields == NULL)
            break;
        st = add_row(v, t, &c, fields);
        cli_tsv_release(fields, t->n_columns);
    }
    if (st == SCI_OK && v->n == 0)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s' has no intervals", t->name);
    return st;
}

sci_status
audio_intervals_load(audio_intervals **out, const char *path)
{
    audio_intervals *v = NULL;
    sci_status st = sci_alloc_zero(&v, 1, 1, sizeof *v);
    cli_tsv t;

    if (st != SCI_OK)
        return st;
    st = sci_strdup(&v->name, path);
    if (st == SCI_OK) {
        st = cli_tsv_open(&t, path);
        if (st == SCI_OK)
            st = read_rows(v, &t);
        cli_tsv_close(&t);
    }
    if (st != SCI_OK) {
        audio_intervals_free(v);
        return st;
    }
    *out = v;
    return SCI_OK;
}

void
audio_intervals_free(audio_intervals *v)
{
    if (v == NULL)
        return;
    for (size_t i = 0; i < v->n; i++)
        sci_free(v->items[i].path);
    sci_free(v->items);
    sci_free(v->name);
    sci_free(v);
}

bool
audio_interval_is_of(const audio_interval *interval, const char *recording)
{
    const char *path = interval->path;
    size_t n, m;

    if (path == NULL)
        return true;
    n = strlen(recording);
    m = strlen(path);
    return m <= n && strcmp(recording + n - m, path) == 0
           && (m == n || recording[n - m - 1] == '/');
}
