/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "context.h"

#include <stdio.h>
#include <string.h>

#include <sci/h5_look.h>
#include <sci/memory.h>

#include "cli/provenance.h"

const char *const array_extensions[] = { ".h5", ".hdf5", ".hdf", ".he5",
                                         ".nc", ".h5ad", ".mnc", NULL };

sci_status
array_context_start(array_context *c, const cli_call *call, const cli_worker *worker)
{
    const array_settings *settings = call->settings;
    const cli_common *common = &settings->common;

    *c = (array_context){ .call = call, .settings = settings, .worker = worker };
    cli_worker_options(worker, &c->options);
    c->options.nan = (sci_nan_policy)common->nan;
    c->options.digest = (sci_digest_kind)common->digest;
    c->options.ddof = (int)common->ddof;
    return cli_worker_h5(worker, common, &c->h5, &c->scratch);
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
    char *file = NULL, *dataset = NULL;
    sci_status st = sci_h5_split_operand(operand, &file, &dataset);

    if (st == SCI_OK)
        st = array_open_dataset(c, file, dataset, out);
    sci_free(file);
    sci_free(dataset);
    return st;
}

sci_status
array_open_dataset(const array_context *c, const char *file, const char *dataset, sci_source **out)
{
    char message[768];
    sci_status st = cli_worker_not_output(c->worker, file);

    if (st == SCI_OK)
        st = sci_h5_source_open(out, file, dataset, &c->h5);
    if (st == SCI_ERR_IO && dataset == NULL && strchr(file, ':') != NULL) {
        (void)snprintf(message, sizeof message, "%s", sci_message());
        st = sci_fail(st, "%s; a dataset is written FILE:/PATH", message);
    }
    return st;
}

sci_status
array_input_open(const array_context *c, const cli_input *input, sci_source **out)
{
    sci_source *source = NULL;
    char *shard = NULL, *record = NULL;
    sci_status st = array_open_dataset(c, input->path, input->dataset, &source);

    if (st != SCI_OK)
        return st;
    if (sci_h5_source_text(source, "libsci", &record) == SCI_OK
        && sci_h5_source_text(source, "shard", &shard) == SCI_OK)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' is only part %s of an array; put the parts together with 'join' first",
                      source->name, shard);
    sci_free(record);
    sci_free(shard);
    if (st != SCI_OK) {
        sci_source_free(source);
        return st;
    }
    *out = source;
    return SCI_OK;
}

sci_status
array_digest_bytes(const array_context *c, sci_source *source, sci_digest_kind kind,
                   uint8_t digest[SCI_DIGEST_BYTES])
{
    return cli_source_digest(&c->options, source, kind, digest);
}

sci_status
array_digest(const array_context *c, sci_source *source, sci_digest_kind kind, char text[80])
{
    uint8_t digest[SCI_DIGEST_BYTES];
    sci_status st = array_digest_bytes(c, source, kind, digest);

    if (st == SCI_OK)
        cli_digest_text(kind, digest, text);
    return st;
}
