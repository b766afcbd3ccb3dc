/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "provenance.h"
#include "value.h"

/* *text := *text + more */
static sci_status
append(char **text, const char *more)
{
    char *longer = NULL;
    sci_status st = sci_format(&longer, "%s%s", *text, more);

    if (st != SCI_OK)
        return st;
    sci_free(*text);
    *text = longer;
    return SCI_OK;
}

static sci_status
append_value(char **text, const cli_row *row, const void *settings, size_t item)
{
    char *value = NULL, *option = NULL;
    sci_status st = cli_value_text(&value, row, settings, item);

    if (st == SCI_OK && value)
        st = sci_format(&option, "%s--%s%s%s", **text ? " " : "", row->name,
                        row->kind == CLI_FLAG ? "" : "=", value);
    if (st == SCI_OK && option)
        st = append(text, option);
    sci_free(value);
    sci_free(option);
    return st;
}

sci_status
cli_provenance_options(char **text, const cli_call *call)
{
    const cli_row *rows = call->verb->rows;
    char *all = NULL;
    sci_status st = sci_strdup(&all, "");

    for (size_t k = 0; st == SCI_OK && rows[k].name; k++) {
        if (!(rows[k].traits & CLI_RESULT) || (!call->given[k] && !rows[k].standard))
            continue;
        for (size_t item = 0; item < cli_value_count(&rows[k], call->settings) && st == SCI_OK;
             item++)
            st = append_value(&all, &rows[k], call->settings, item);
    }
    if (st != SCI_OK)
        sci_free(all);
    else
        *text = all;
    return st;
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static sci_status
append_digests(char **text, size_t n, const char *const *digests)
{
    const char **sorted;
    sci_status st = sci_alloc(&sorted, n, 1, sizeof *sorted);

    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < n; k++)
        sorted[k] = digests[k];
    qsort(sorted, n, sizeof *sorted, compare_texts);
    for (size_t k = 0; k < n && st == SCI_OK; k++) {
        st = append(text, "input: ");
        if (st == SCI_OK)
            st = append(text, sorted[k]);
        if (st == SCI_OK)
            st = append(text, "\n");
    }
    sci_free(sorted);
    return st;
}

sci_status
cli_provenance_text(char **text, const cli_call *call, size_t n_digests, const char *const *digests,
                    const char *fingerprint)
{
    char *options = NULL, *all = NULL;
    sci_status st = cli_provenance_options(&options, call);

    if (st == SCI_OK)
        st = sci_format(&all, "program: %s %s\nverb: %s\noptions: %s\n", call->program->name,
                        call->program->version, call->verb->name, options);
    if (st == SCI_OK && n_digests > 0)
        st = append_digests(&all, n_digests, digests);
    if (st == SCI_OK && fingerprint) {
        st = append(&all, "grouping: ");
        if (st == SCI_OK)
            st = append(&all, fingerprint);
        if (st == SCI_OK)
            st = append(&all, "\n");
    }
    sci_free(options);
    if (st != SCI_OK)
        sci_free(all);
    else
        *text = all;
    return st;
}

sci_status
cli_source_digest(const sci_options *options, sci_source *source, sci_digest_kind kind,
                  uint8_t digest[SCI_DIGEST_BYTES])
{
    sci_options quiet = *options;
    sci_grouping *all = NULL;
    sci_stats *stats = NULL;
    sci_report report;
    sci_status st = sci_grouping_create(&all, source->array.rank, source->array.shape);

    quiet.nan = SCI_NAN_PROPAGATE;
    quiet.digest = kind;
    quiet.ddof = 0;
    quiet.progress = NULL;
    quiet.shard = quiet.shards = 0;
    if (st == SCI_OK)
        st = sci_fit(source, all, &quiet, &stats, &report);
    if (st == SCI_OK)
        memcpy(digest, report.digest, SCI_DIGEST_BYTES);
    sci_stats_free(stats);
    sci_grouping_free(all);
    return st;
}

void
cli_digest_text(sci_digest_kind kind, const uint8_t *digest, char text[80])
{
    size_t bytes = kind == SCI_DIGEST_SHA256 ? 32 : 16;
    int used = snprintf(text, 80, "%s", kind == SCI_DIGEST_SHA256 ? "sha256:" : "xxh3:");

    for (size_t i = 0; i < bytes; i++)
        (void)snprintf(text + (size_t)used + 2 * i, 3, "%02x", digest[i]);
}
