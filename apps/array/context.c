/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "context.h"

#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

/* The directory of a file name, "." if it has none. */
static sci_status
directory_of(const char *path, char **out)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return sci_strdup(out, ".");
    return sci_format(out, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

sci_status
array_context_start(array_context *c, const cli_call *call, const cli_worker *worker)
{
    const array_settings *settings = call->settings;
    const cli_common *common = &settings->common;

    *c = (array_context){.call = call, .settings = settings, .worker = worker};
    cli_worker_options(worker, &c->options);
    c->options.nan = (sci_nan_policy)common->nan;
    c->options.digest = (sci_digest_kind)common->digest;
    c->options.ddof = (int)common->ddof;
    c->h5.chunk_bytes_most = worker->chunk_most;
    c->h5.band_bytes_most = worker->memory / 2;
    c->h5.scratch = common->scratch;
    if (common->scratch == NULL && worker->target[0] != NULL) {
        sci_status st = directory_of(worker->target[0], &c->scratch);

        if (st != SCI_OK)
            return st;
        c->h5.scratch = c->scratch;
    }
    return SCI_OK;
}

void
array_context_end(array_context *c)
{
    sci_free(c->scratch);
    c->scratch = NULL;
}

sci_status
array_open(const array_context *c, const char *operand, sci_source **out)
{
    return sci_h5_source_open_operand(out, operand, &c->h5);
}

sci_status
array_open_dataset(const array_context *c, const char *file, const char *dataset, sci_source **out)
{
    return sci_h5_source_open(out, file, dataset, &c->h5);
}

void
array_digest_text(sci_digest_kind kind, const uint8_t *digest, char text[80])
{
    size_t bytes = kind == SCI_DIGEST_SHA256 ? 32 : 16;
    int used = snprintf(text, 80, "%s", kind == SCI_DIGEST_SHA256 ? "sha256:" : "xxh3:");

    for (size_t i = 0; i < bytes; i++)
        (void)snprintf(text + (size_t)used + 2 * i, 3, "%02x", digest[i]);
}

sci_status
array_digest(const array_context *c, sci_source *source, char text[80])
{
    sci_options options = c->options;
    sci_grouping *all = NULL;
    sci_stats *stats = NULL;
    sci_report report;
    sci_status st = sci_grouping_create(&all, source->array.rank, source->array.shape);

    options.nan = SCI_NAN_PROPAGATE;
    options.progress = NULL;
    options.shard = options.shards = 0;
    if (st == SCI_OK)
        st = sci_fit(source, all, &options, &stats, &report);
    if (st == SCI_OK)
        array_digest_text(options.digest, report.digest, text);
    sci_stats_free(stats);
    sci_grouping_free(all);
    return st;
}
