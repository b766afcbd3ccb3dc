/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces of the inner source and of divisors are fetched beside each other. Tasks of a piece
 * are those of the inner sources, then those of the arithmetic, which wait for the former. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include <sci/matrix.h>
#include <sci/memory.h>

#include "mapped_priv.h"

#define TASK_ELEMENTS ((uint64_t)32 * MAPPED_STRETCH)

typedef struct mapped_source {
    sci_source base;
    size_t n_steps;
    mapped_step *steps;
    int n_inputs;        /* the inner source, then the divisors */
    sci_source **inputs; /* not owned */
    bool whole;          /* int64 come out */
} mapped_source;

/* What a piece has of one input. */
typedef struct feed {
    sci_piece piece;
    unsigned char *buffer; /* NULL where the elements are in memory */
    uint64_t room;         /* elements */
    const unsigned char *elements;
} feed;

typedef struct staging {
    pthread_mutex_t lock;
    pthread_cond_t decoded;
    size_t input_tasks, waiting; /* in all; not done yet */
    bool failed;
    feed feeds[];
} staging;

/* ---- fetch ---- */

static sci_status
staging_of(const mapped_source *m, sci_piece *piece, staging **out)
{
    staging *t = piece->staging;
    sci_status st;

    if (t == NULL) {
        st = sci_alloc_zero(&t, 1, 1, sizeof *t + (size_t)m->n_inputs * sizeof *t->feeds);
        if (st != SCI_OK)
            return st;
        pthread_mutex_init(&t->lock, NULL);
        pthread_cond_init(&t->decoded, NULL);
        piece->staging = t;
    }
    *out = t;
    return SCI_OK;
}

static sci_status
make_room(feed *f, uint64_t count, size_t size)
{
    sci_status st;

    if (count <= f->room)
        return SCI_OK;
    sci_free(f->buffer);
    f->room = 0;
    st = sci_alloc(&f->buffer, (size_t)count, size, 1);
    if (st == SCI_OK)
        f->room = count;
    return st;
}

static sci_status
fetch_input(sci_source *input, feed *f, uint64_t first, uint64_t count)
{
    const void *address = NULL;
    sci_status st;

    if (input->ops->address != NULL)
        address = input->ops->address(input, first, count);
    f->piece.first = first;
    f->piece.count = count;
    f->piece.n_tasks = 0;
    f->elements = address;
    if (address != NULL)
        return SCI_OK;
    st = make_room(f, count, sci_type_size(input->array.type));
    if (st != SCI_OK)
        return st;
    f->piece.bytes = f->buffer;
    f->elements = f->buffer;
    return input->ops->fetch(input, &f->piece);
}

static sci_status
fetch(sci_source *self, sci_piece *piece)
{
    const mapped_source *m = (mapped_source *)self;
    sci_status st;
    staging *t;

    piece->n_tasks = 0;
    if (piece->count == 0)
        return SCI_OK;
    st = staging_of(m, piece, &t);
    if (st != SCI_OK)
        return st;
    t->input_tasks = 0;
    for (int i = 0; st == SCI_OK && i < m->n_inputs; i++) {
        st = fetch_input(m->inputs[i], &t->feeds[i], piece->first, piece->count);
        t->input_tasks += t->feeds[i].piece.n_tasks;
    }
    t->waiting = t->input_tasks;
    t->failed = false;
    piece->n_tasks = t->input_tasks + (size_t)((piece->count + TASK_ELEMENTS - 1) / TASK_ELEMENTS);
    return st;
}

static sci_status
prepare(sci_source *self, sci_piece *piece)
{
    const mapped_source *m = (mapped_source *)self;
    staging *t = piece->staging;
    sci_status st = SCI_OK;

    for (int i = 0; st == SCI_OK && piece->count > 0 && i < m->n_inputs; i++)
        if (t->feeds[i].elements == t->feeds[i].buffer && m->inputs[i]->ops->prepare != NULL)
            st = m->inputs[i]->ops->prepare(m->inputs[i], &t->feeds[i].piece);
    return st;
}

/* ---- decode ---- */

static sci_status
decode_input(const mapped_source *m, staging *t, size_t task, int worker)
{
    sci_status st;
    int i = 0;

    while (task >= t->feeds[i].piece.n_tasks)
        task -= t->feeds[i++].piece.n_tasks;
    st = m->inputs[i]->ops->decode(m->inputs[i], &t->feeds[i].piece, task, worker);
    pthread_mutex_lock(&t->lock);
    t->waiting--;
    if (st != SCI_OK)
        t->failed = true;
    if (t->waiting == 0 || t->failed)
        pthread_cond_broadcast(&t->decoded);
    pthread_mutex_unlock(&t->lock);
    return st;
}

/* Tasks of lower numbers have all begun, so each of them ends without help. False if one failed:
 * then those that were still to come do not. */
static bool
wait_for_inputs(staging *t)
{
    bool failed;

    if (t->input_tasks == 0)
        return true;
    pthread_mutex_lock(&t->lock);
    while (t->waiting > 0 && !t->failed)
        pthread_cond_wait(&t->decoded, &t->lock);
    failed = t->failed;
    pthread_mutex_unlock(&t->lock);
    return !failed;
}

static void
widen(const mapped_source *m, const staging *t, int input, uint64_t at, size_t n, double *out)
{
    const sci_array *array = &m->inputs[input]->array;

    sci_widen_stored(out, array, t->feeds[input].elements + at * sci_type_size(array->type), n);
}

/* In place: both take 8 bytes. */
static void
to_whole(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool is_whole = fabs(values[i]) <= MAPPED_WHOLE_MOST && values[i] == rint(values[i]);
        int64_t number = is_whole ? (int64_t)values[i] : INT64_MIN;

        memcpy(&values[i], &number, sizeof number);
    }
}

/* Elements [at, at + n) of the piece. */
static void
map_stretch(const mapped_source *m, const staging *t, const sci_piece *piece, uint64_t at, size_t n)
{
    double divisor[MAPPED_STRETCH], *out = (double *)piece->bytes + at;

    widen(m, t, 0, at, n, out);
    for (size_t k = 0; k < m->n_steps; k++) {
        if (m->steps[k].kind == STEP_DIVIDE)
            widen(m, t, m->steps[k].divisor, at, n, divisor);
        mapped_step_apply(&m->steps[k], piece->first + at, n, out, divisor);
    }
    if (m->whole)
        to_whole(out, n);
}

static sci_status
decode(sci_source *self, sci_piece *piece, size_t task, int worker)
{
    const mapped_source *m = (mapped_source *)self;
    staging *t = piece->staging;
    uint64_t at, end;

    if (task < t->input_tasks)
        return decode_input(m, t, task, worker);
    if (!wait_for_inputs(t))
        return SCI_OK; /* the task that failed says so */
    at = (task - t->input_tasks) * TASK_ELEMENTS;
    end = piece->count - at < TASK_ELEMENTS ? piece->count : at + TASK_ELEMENTS;
    for (; at < end; at += MAPPED_STRETCH)
        map_stretch(m, t, piece, at,
                    end - at < MAPPED_STRETCH ? (size_t)(end - at) : MAPPED_STRETCH);
    return SCI_OK;
}

static void
release(sci_source *self, sci_piece *piece)
{
    const mapped_source *m = (mapped_source *)self;
    staging *t = piece->staging;

    piece->staging = NULL;
    if (t == NULL)
        return;
    for (int i = 0; i < m->n_inputs; i++) {
        if (t->feeds[i].piece.staging != NULL && m->inputs[i]->ops->release != NULL)
            m->inputs[i]->ops->release(m->inputs[i], &t->feeds[i].piece);
        sci_free(t->feeds[i].buffer);
    }
    pthread_cond_destroy(&t->decoded);
    pthread_mutex_destroy(&t->lock);
    sci_free(t);
}

/* ---- a pass ---- */

static sci_status
start(sci_source *self, uint64_t first, uint64_t end, int workers)
{
    const mapped_source *m = (mapped_source *)self;
    sci_status st = SCI_OK;

    for (int i = 0; st == SCI_OK && i < m->n_inputs; i++)
        if (m->inputs[i]->ops->start != NULL)
            st = m->inputs[i]->ops->start(m->inputs[i], first, end, workers);
    return st;
}

static uint64_t
overhead(const sci_source *self, uint64_t count, int pieces, int workers)
{
    const mapped_source *m = (const mapped_source *)self;
    uint64_t bytes = 0;

    for (int i = 0; i < m->n_inputs; i++) {
        sci_source *input = m->inputs[i];

        if (input->ops->overhead != NULL)
            bytes += input->ops->overhead(input, count, pieces, workers);
        if (input->ops->address == NULL || input->ops->address(input, 0, 1) == NULL)
            bytes += (uint64_t)pieces * count * sci_type_size(input->array.type);
    }
    return bytes;
}

static uint64_t
grain(const sci_source *self)
{
    const mapped_source *m = (const mapped_source *)self;
    uint64_t most = 0;

    for (int i = 0; i < m->n_inputs; i++) {
        const sci_source *input = m->inputs[i];
        uint64_t own = input->ops->grain != NULL ? input->ops->grain(input) : 0;

        most = own > most ? own : most;
    }
    return most;
}

static void
mapped_free(sci_source *self)
{
    mapped_source *m = (mapped_source *)self;

    for (size_t k = 0; m->steps != NULL && k < m->n_steps; k++)
        mapped_step_clear(&m->steps[k]);
    sci_free(m->steps);
    sci_free(m->inputs);
    sci_free(m);
}

static const sci_source_ops mapped_ops = {
    .start = start,
    .fetch = fetch,
    .prepare = prepare,
    .decode = decode,
    .release = release,
    .overhead = overhead,
    .grain = grain,
    .free = mapped_free,
};

static sci_status
add_steps(mapped_source *m, const imaging_step *steps)
{
    uint64_t count;
    sci_status st = sci_array_count(&m->base.array, &count);

    for (size_t k = 0; st == SCI_OK && k < m->n_steps; k++) {
        st = mapped_step_create(&m->steps[k], &steps[k], &m->base.array, count);
        if (st == SCI_OK && steps[k].kind == STEP_DIVIDE) {
            m->steps[k].divisor = m->n_inputs;
            m->inputs[m->n_inputs++] = steps[k].divisor;
        }
    }
    return st;
}

sci_status
imaging_mapped_create(sci_source **out, sci_source *inner, size_t n_steps,
                      const imaging_step *steps)
{
    mapped_source *m = NULL;
    sci_status st = sci_alloc_zero(&m, 1, 1, sizeof *m);

    if (st != SCI_OK)
        return st;
    m->base.ops = &mapped_ops;
    m->base.array = inner->array;
    m->base.array.type = SCI_FLOAT64;
    m->base.array.swapped = false;
    m->base.name = inner->name;
    m->base.nonfinite = inner->nonfinite;
    m->n_steps = n_steps;
    m->n_inputs = 1;
    st = sci_alloc_zero(&m->steps, n_steps, 1, sizeof *m->steps);
    if (st == SCI_OK)
        st = sci_alloc_zero(&m->inputs, n_steps + 1, 1, sizeof *m->inputs);
    if (st == SCI_OK) {
        m->inputs[0] = inner;
        st = add_steps(m, steps);
    }
    if (st != SCI_OK) {
        mapped_free(&m->base);
        return st;
    }
    *out = &m->base;
    return SCI_OK;
}

sci_status
imaging_mapped_whole(sci_source **out, sci_source *inner)
{
    sci_source *source = NULL;
    sci_status st = imaging_mapped_create(&source, inner, 0, NULL);

    if (st != SCI_OK)
        return st;
    source->array.type = SCI_INT64;
    ((mapped_source *)source)->whole = true;
    *out = source;
    return SCI_OK;
}
