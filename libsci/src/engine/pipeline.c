/* SPDX-License-Identifier: BSD-3-Clause */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "pipeline.h"

#define MESSAGE_BYTES 1024

typedef struct state {
    const sci_pipeline *pipeline;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t read, worked, written; /* slabs that each stage is done with */
    sci_status status;
    uint64_t failed_slab;
    char message[MESSAGE_BYTES];
} state;

static void
record_failure(state *s, uint64_t slab, sci_status status)
{
    pthread_mutex_lock(&s->lock);
    if (s->status == SCI_OK || slab < s->failed_slab) {
        s->status = status;
        s->failed_slab = slab;
        snprintf(s->message, sizeof s->message, "%s", sci_message());
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

/* Wait until *counter > bound - 1, that is, until it has reached bound. False if something failed
 * meanwhile. */
static bool
wait_for(state *s, const uint64_t *counter, uint64_t bound)
{
    bool ok;

    pthread_mutex_lock(&s->lock);
    while (s->status == SCI_OK && *counter < bound)
        pthread_cond_wait(&s->changed, &s->lock);
    ok = s->status == SCI_OK;
    pthread_mutex_unlock(&s->lock);
    return ok;
}

static void
advance(state *s, uint64_t *counter)
{
    pthread_mutex_lock(&s->lock);
    (*counter)++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

/* One stage: for each slab wait for its turn, run, tell. `ready` counts what must be done before,
 * `lead` how far ahead of it this stage may be. */
static void
run_stage(state *s, sci_stage stage, const uint64_t *ready, uint64_t lead, uint64_t *done)
{
    const sci_pipeline *p = s->pipeline;

    for (uint64_t slab = 0; slab < p->slabs; slab++) {
        uint64_t bound = slab + 1 > lead ? slab + 1 - lead : 0;
        sci_status st;

        if (!wait_for(s, ready, bound))
            return;
        st = stage(p->context, slab, (int)(slab % (uint64_t)p->slots));
        if (st != SCI_OK) {
            record_failure(s, slab, st);
            return;
        }
        advance(s, done);
    }
}

static void *
read_thread(void *context)
{
    state *s = context;
    const uint64_t *freed = s->pipeline->write ? &s->written : &s->worked;

    run_stage(s, s->pipeline->read, freed, (uint64_t)s->pipeline->slots, &s->read);
    return NULL;
}

static void *
write_thread(void *context)
{
    state *s = context;

    run_stage(s, s->pipeline->write, &s->worked, 0, &s->written);
    return NULL;
}

static sci_status
run_alone(const sci_pipeline *p)
{
    for (uint64_t slab = 0; slab < p->slabs; slab++) {
        sci_status st = p->read(p->context, slab, 0);

        if (st == SCI_OK)
            st = p->work(p->context, slab, 0);
        if (st == SCI_OK && p->write)
            st = p->write(p->context, slab, 0);
        if (st != SCI_OK)
            return st;
    }
    return SCI_OK;
}

sci_status
sci_pipeline_run(const sci_pipeline *p)
{
    state s = { .pipeline = p,
                .lock = PTHREAD_MUTEX_INITIALIZER,
                .changed = PTHREAD_COND_INITIALIZER };
    pthread_t reader, writer;
    bool reading, writing = false;

    if (p->slots <= 1 || p->slabs <= 1)
        return run_alone(p);
    reading = pthread_create(&reader, NULL, read_thread, &s) == 0;
    if (reading && p->write)
        writing = pthread_create(&writer, NULL, write_thread, &s) == 0;
    if (!reading || (p->write && !writing)) {
        (void)sci_fail(SCI_ERR_NOMEM, "cannot start a thread");
        record_failure(&s, 0, SCI_ERR_NOMEM);
    } else {
        run_stage(&s, p->work, &s.read, 0, &s.worked);
    }
    if (reading)
        pthread_join(reader, NULL);
    if (writing)
        pthread_join(writer, NULL);
    pthread_mutex_destroy(&s.lock);
    pthread_cond_destroy(&s.changed);
    return s.status == SCI_OK ? SCI_OK : sci_fail(s.status, "%s", s.message);
}
