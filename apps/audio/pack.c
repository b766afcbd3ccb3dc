/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every recording is normalized by a worker into a parcel of a scratch file; a last one puts them
 * together. */
#include "pack.h"

#include <string.h>

#include <sci/file.h>
#include <sci/handover.h>
#include <sci/memory.h>

#include "cli/failures.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/reads.h"
#include "cli/single.h"

#include "half.h"
#include "inputs.h"
#include "pack_file.h"
#include "scoped.h"
#include "together.h"

/* ---- one recording ---- */

/* Features as they come, into their place of the scratch file. */
typedef struct place_sink {
    sci_sink base;
    int fd;
    uint64_t first;
} place_sink;

static sci_status
store(sci_sink *self, sci_piece *piece)
{
    place_sink *s = (place_sink *)self;
    size_t size = sci_type_size(self->array.type);

    return sci_write_at(s->fd, "a scratch file", piece->bytes, (size_t)piece->count * size,
                        s->first + piece->first * size);
}

static void
place_free(sci_sink *self)
{
    sci_free(self);
}

static const sci_sink_ops place_ops = { .store = store, .free = place_free };

static sci_status
open_place(sci_sink **out, packing *p, size_t input, const audio_normal *job)
{
    place_sink *s = NULL;
    uint64_t count = 0;
    sci_status st = sci_array_count(&job->source->array, &count);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s, 1, 1, sizeof *s);
    if (st != SCI_OK)
        return st;
    s->base =
        (sci_sink){ .ops = &place_ops, .array = job->source->array, .name = "a scratch file" };
    s->base.array.type = audio_output_type(&job->c, &job->source->array);
    s->fd = p->features.fd;
    s->first = cli_parcels_reserve(&p->features, input, count * sci_type_size(s->base.array.type));
    if (s->base.array.type == SCI_FLOAT16)
        return audio_half_sink(out, &s->base);
    *out = &s->base;
    return SCI_OK;
}

typedef struct facts_parcel {
    const audio_normal *job;
    const sci_stats *rows;
} facts_parcel;

static sci_status
write_facts(void *context, int fd)
{
    const facts_parcel *f = context;

    return pack_facts_put(f->job, f->rows, fd);
}

static sci_status
pack_one(void *context, const cli_worker *worker)
{
    packing *p = context;
    size_t input = worker->job;
    audio_normal job = { 0 };
    audio_scoped scoped = { 0 };
    audio_recipe shared = { 0 };
    sci_stats *model = NULL;
    sci_sink *sink = NULL;
    bool together = audio_together_wanted(p->scope);
    sci_status st = together ? audio_collection_take(&p->collection, &model, &shared) : SCI_OK;

    if (st == SCI_OK)
        st =
            audio_normal_begin(&job, p->call, &p->inputs, input, worker, together ? &shared : NULL);
    if (st == SCI_OK)
        st = audio_scoped_make(&scoped, &job, model);
    if (st == SCI_OK)
        st = open_place(&sink, p, input, &job);
    if (st == SCI_OK)
        st = audio_scoped_apply(&scoped, &job, sink);
    if (st == SCI_OK) {
        facts_parcel f = { &job, scoped.rows };

        audio_normal_note(&job, scoped.rows);
        st = cli_parcels_put(&p->facts, input, write_facts, &f);
    }
    if (st == SCI_OK)
        cli_parcels_done(&p->features, input);
    sci_sink_free(sink);
    audio_scoped_clear(&scoped);
    sci_stats_free(model);
    audio_recipe_clear(&shared);
    audio_normal_end(&job);
    return st;
}

/* ---- all of them ---- */

static sci_status
write_file(void *context, const cli_worker *worker)
{
    return pack_file_write(context, worker);
}

static sci_status
prepare(packing *p)
{
    const audio_settings *s = p->call->settings;
    sci_status st = audio_inputs_expand(&p->inputs, p->call, audio_extensions);

    if (st == SCI_OK)
        st = audio_inputs_grouped(p->call, &p->inputs);
    if (st == SCI_OK)
        st = cli_target_check(s->common.output, s->common.force, &p->inputs);
    if (st == SCI_OK)
        st = cli_target_unread(p->call, s->common.output);
    if (st == SCI_OK)
        st = cli_target_directory_check(s->common.output);
    if (st == SCI_OK && audio_together_wanted(p->scope))
        st = audio_together_fit(&p->collection, p->call, &p->inputs);
    if (st == SCI_OK)
        st = cli_parcels_create(&p->features, p->inputs.n, s->common.scratch);
    if (st == SCI_OK)
        st = cli_parcels_create(&p->facts, p->inputs.n, s->common.scratch);
    return st == SCI_OK ? sci_alloc_zero(&p->jobs, p->inputs.n, 1, sizeof *p->jobs) : st;
}

static bool
any_done(const packing *p)
{
    for (size_t k = 0; k < p->inputs.n; k++)
        if (p->jobs[k].result.code == CLI_EXIT_OK)
            return true;
    return false;
}

/* A recording that fails is a row of the index; the file is there unless all did. */
static int
carry_out(packing *p)
{
    const audio_settings *s = p->call->settings;
    cli_job last = { .name = s->common.output, .targets = { s->common.output } };
    cli_run run = { .doing = "normalizing",
                    .work = pack_one,
                    .context = p,
                    .jobs = p->jobs,
                    .n_jobs = p->inputs.n };
    int code, packed = CLI_EXIT_OK, stopped;

    for (size_t k = 0; k < p->inputs.n; k++)
        p->jobs[k].name = p->inputs.items[k].operand;
    cli_run_settings(&run, p->call->general, &s->common);
    stopped = cli_workers_run(&run);
    if (stopped != 0)
        return CLI_EXIT_SIGNAL + stopped;
    if (any_done(p)) {
        run.doing = "packing";
        run.work = write_file;
        run.jobs = &last;
        run.n_jobs = 1;
        packed = cli_worker_run_one(&run);
    }
    code = cli_failures_report(p->jobs, p->inputs.n);
    return packed != CLI_EXIT_OK ? packed : code;
}

int
audio_pack_run(const cli_call *call, int scope)
{
    packing p = { .call = call, .scope = scope };
    sci_status st = prepare(&p);
    int code = st == SCI_OK ? carry_out(&p) : cli_misuse(call, st);

    if (p.jobs != NULL)
        cli_jobs_clear(p.jobs, p.inputs.n);
    sci_free(p.jobs);
    cli_parcels_free(&p.features);
    cli_parcels_free(&p.facts);
    audio_together_free(&p.collection);
    cli_inputs_clear(&p.inputs);
    return code;
}
