/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pack_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/h5_values.h>
#include <sci/handover.h>
#include <sci/memory.h>

#include "cli/provenance.h"

/* What is known of an input; frames 0 where it failed. */
typedef struct facts {
    bool there;
    audio_recipe recipe;
    uint64_t channels, frames, width, samples;
    sci_type type;
    char *digest;
    sci_stats *rows; /* channels × bands; NULL without */
} facts;

typedef struct packer {
    packing *p;
    facts *facts;     /* one an input */
    size_t first;     /* the first input that is there */
    uint64_t n_index; /* rows of the index */
    uint64_t frames;  /* of all */
    audio_bands *bands;
    sci_h5_output *file;
} packer;

/* ---- handing over ---- */

sci_status
pack_facts_put(const audio_normal *job, const sci_stats *rows, int fd)
{
    const sci_array *a = &job->source->array;
    char numbers[160];
    sci_status st;

    (void)snprintf(numbers, sizeof numbers, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %d %d",
                   a->shape[0], a->shape[1], a->shape[2],
                   audio_recording_signal(job->recording)->samples,
                   (int)audio_output_type(&job->c, a), rows != NULL);
    st = sci_text_put(numbers, fd);
    if (st == SCI_OK)
        st = sci_text_put(job->digest, fd);
    if (st == SCI_OK)
        st = audio_recipe_put(&job->recipe, fd);
    return st == SCI_OK && rows != NULL ? sci_stats_put(rows, fd) : st;
}

static sci_status
read_facts(facts *f, int fd)
{
    char *numbers = NULL;
    int type = 0, has_rows = 0;
    sci_status st = sci_text_take(&numbers, fd);

    if (st == SCI_OK
        && sscanf(numbers, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %d %d", &f->channels,
                  &f->frames, &f->width, &f->samples, &type, &has_rows)
               != 6)
        st = sci_fail(SCI_ERR_FORMAT, "a scratch file is damaged");
    f->type = (sci_type)type;
    sci_free(numbers);
    if (st == SCI_OK)
        st = sci_text_take(&f->digest, fd);
    if (st == SCI_OK)
        st = audio_recipe_take(&f->recipe, fd);
    return st == SCI_OK && has_rows ? sci_stats_take(&f->rows, fd) : st;
}

static sci_status
take_facts(packer *k, size_t input)
{
    facts *f = &k->facts[input];
    bool there = false;
    int fd = -1;
    sci_status st = cli_parcels_take(&k->p->facts, input, &fd, &there);

    if (st != SCI_OK || !there)
        return st;
    st = read_facts(f, fd);
    (void)close(fd);
    f->there = st == SCI_OK;
    return st;
}

static sci_status
take_all(packer *k)
{
    const cli_inputs *inputs = &k->p->inputs;
    sci_status st = sci_alloc_zero(&k->facts, inputs->n, 1, sizeof *k->facts);

    k->first = inputs->n;
    for (size_t i = 0; i < inputs->n && st == SCI_OK; i++) {
        facts *f = &k->facts[i];

        st = take_facts(k, i);
        if (st == SCI_OK && f->there && k->first == inputs->n)
            k->first = i;
        if (st == SCI_OK && f->there)
            st = audio_recipe_same(&k->facts[k->first].recipe, inputs->items[k->first].operand,
                                   &f->recipe, inputs->items[i].operand);
        k->n_index += f->there ? f->channels : 1;
        k->frames += f->channels * f->frames;
    }
    return st;
}

/* ---- features ---- */

/* The parcels one after the other, as an array of all frames. */
typedef struct joined {
    sci_source base;
    const packer *packer;
} joined;

static sci_status
fetch(sci_source *self, sci_piece *piece)
{
    const packer *k = ((const joined *)self)->packer;
    size_t size = sci_type_size(self->array.type);
    uint64_t at = piece->first, end = piece->first + piece->count, begin = 0;
    unsigned char *to = piece->bytes;
    sci_status st = SCI_OK;

    piece->n_tasks = 0;
    for (size_t i = 0; i < k->p->inputs.n && at < end && st == SCI_OK; i++) {
        const facts *f = &k->facts[i];
        uint64_t count = f->channels * f->frames * f->width, first, bytes, n;

        if (at < begin + count && cli_parcels_place(&k->p->features, i, &first, &bytes)) {
            n = begin + count < end ? begin + count - at : end - at;
            st = sci_read_at(k->p->features.fd, "a scratch file", to, (size_t)n * size,
                             first + (at - begin) * size);
            to += n * size;
            at += n;
        }
        begin += count;
    }
    return st;
}

static void
joined_free(sci_source *self)
{
    (void)self;
}

static const sci_source_ops joined_ops = { .fetch = fetch, .free = joined_free };

/* Through the file's own sink, piece by piece: halves are no numbers that a pass could make. */
typedef struct copying {
    sci_sink *sink;
    sci_piece piece;
} copying;

static sci_status
copy_piece(void *context, uint64_t first, uint64_t count, const void *elements)
{
    copying *c = context;
    const sci_sink_ops *ops = c->sink->ops;
    sci_status st = SCI_OK;

    c->piece.first = first;
    c->piece.count = count;
    c->piece.n_tasks = 0;
    memcpy(c->piece.bytes, elements, (size_t)count * sci_type_size(c->sink->array.type));
    if (ops->prepare != NULL)
        st = ops->prepare(c->sink, &c->piece);
    for (size_t task = 0; st == SCI_OK && ops->encode != NULL && task < c->piece.n_tasks; task++)
        st = ops->encode(c->sink, &c->piece, task, 0);
    return st == SCI_OK ? ops->store(c->sink, &c->piece) : st;
}

static sci_status
write_features(packer *k)
{
    const facts *f = &k->facts[k->first];
    sci_array array = { .rank = 2, .shape = { k->frames, f->width }, .type = f->type };
    sci_h5_layout layout = { .chunked = true, .chunk = { AUDIO_CHUNK_FRAMES, f->width } };
    joined all = { .base = { .ops = &joined_ops, .array = array, .name = "a scratch file" },
                   .packer = k };
    uint64_t count = k->frames * f->width;
    copying c = { 0 };
    sci_status st;

    if (layout.chunk[0] > k->frames)
        layout.chunk[0] = k->frames;
    st = sci_h5_output_dataset(k->file, AUDIO_FEATURES_PATH, &array, &layout, NULL, &c.sink);
    if (st == SCI_OK)
        st = sci_alloc(&c.piece.bytes, (size_t)4 << 20, 1, 1);
    if (st == SCI_OK && c.sink->ops->start != NULL)
        st = c.sink->ops->start(c.sink, 0, count, 1);
    if (st == SCI_OK)
        st = sci_source_visit(&all.base, 0, count, copy_piece, &c);
    if (st == SCI_OK && c.sink->ops->finish != NULL)
        st = c.sink->ops->finish(c.sink);
    if (c.sink != NULL && c.sink->ops->release != NULL)
        c.sink->ops->release(c.sink, &c.piece);
    sci_free(c.piece.bytes);
    sci_sink_free(c.sink);
    return st;
}

/* ---- the index ---- */

typedef enum index_number { CHANNEL, FIRST, FRAMES, RATE, SAMPLES, STATUS, COLUMNS } index_number;
static const char *const column_names[] = { "channel", "first",   "frames",
                                            "rate_hz", "samples", "status" };

typedef enum index_text { PATH, GROUP, DIGEST, MESSAGE, WORDS } index_text;
static const char *const word_names[] = { "path", "group", "source_digest", "message" };

typedef struct index_rows {
    int64_t *numbers[COLUMNS];
    const char **texts[WORDS];
    double *mean, *sd;
    uint64_t *count;
} index_rows;

static sci_status
index_create(index_rows *x, const packer *k)
{
    size_t n = (size_t)k->n_index, bands = k->bands->kept;
    sci_status st = SCI_OK;

    for (int c = 0; c < COLUMNS && st == SCI_OK; c++)
        st = sci_alloc_zero(&x->numbers[c], n, 1, sizeof *x->numbers[c]);
    for (int w = 0; w < WORDS && st == SCI_OK; w++)
        st = sci_alloc_zero(&x->texts[w], n, 1, sizeof(const char *));
    if (st == SCI_OK)
        st = sci_alloc_zero(&x->mean, n, bands, sizeof *x->mean);
    if (st == SCI_OK)
        st = sci_alloc_zero(&x->sd, n, bands, sizeof *x->sd);
    if (st == SCI_OK)
        st = sci_alloc_zero(&x->count, n, bands, sizeof *x->count);
    return st;
}

static void
index_clear(index_rows *x)
{
    for (int c = 0; c < COLUMNS; c++)
        sci_free(x->numbers[c]);
    for (int w = 0; w < WORDS; w++)
        sci_free(x->texts[w]);
    sci_free(x->mean);
    sci_free(x->sd);
    sci_free(x->count);
}

static void
fill_bands(index_rows *x, const packer *k, const facts *f, uint64_t row, uint64_t channel)
{
    uint64_t bands = k->bands->kept;

    for (uint64_t b = 0; b < bands && f->rows != NULL; b++) {
        const sci_moments *m = &sci_stats_moments(f->rows)[channel * bands + b];

        x->count[row * bands + b] = m->count;
        x->mean[row * bands + b] = sci_moments_mean(m);
        x->sd[row * bands + b] = sci_moments_sd(m, (int)f->recipe.ddof);
    }
}

static sci_status
fill_index(index_rows *x, const packer *k)
{
    const packing *p = k->p;
    uint64_t row = 0, first = 0;
    sci_status st = SCI_OK;

    for (size_t i = 0; i < p->inputs.n && st == SCI_OK; i++) {
        const facts *f = &k->facts[i];
        const char *group = NULL;
        uint64_t channels = f->there ? f->channels : 1;

        st = audio_group_of(p->call->settings, &p->inputs, i, &group);
        for (uint64_t c = 0; c < channels; c++, row++) {
            x->texts[PATH][row] = p->inputs.items[i].relative;
            x->texts[GROUP][row] = group;
            x->texts[DIGEST][row] = f->digest;
            x->texts[MESSAGE][row] = p->jobs[i].result.message;
            x->numbers[STATUS][row] = p->jobs[i].result.code;
            x->numbers[CHANNEL][row] = (int64_t)c;
            x->numbers[FIRST][row] = (int64_t)first;
            if (!f->there)
                continue;
            x->numbers[FRAMES][row] = (int64_t)f->frames;
            x->numbers[RATE][row] = (int64_t)f->recipe.rate_hz;
            x->numbers[SAMPLES][row] = (int64_t)f->samples;
            first += f->frames;
            fill_bands(x, k, f, row, c);
        }
    }
    return st;
}

static sci_status
write_index(const packer *k, const index_rows *x)
{
    sci_array column = { .rank = 1, .shape = { k->n_index }, .type = SCI_INT64 };
    sci_array table = { .rank = 2, .shape = { k->n_index, k->bands->kept }, .type = SCI_FLOAT64 };
    char path[64];
    sci_status st = SCI_OK;

    for (int c = 0; c < COLUMNS && st == SCI_OK; c++) {
        (void)snprintf(path, sizeof path, "/index/%s", column_names[c]);
        st = sci_h5_output_array(k->file, path, &column, x->numbers[c]);
    }
    for (int w = 0; w < WORDS && st == SCI_OK; w++) {
        sci_texts texts = { 0 };

        (void)snprintf(path, sizeof path, "/index/%s", word_names[w]);
        st = sci_texts_copy(&texts, k->n_index, x->texts[w]);
        if (st == SCI_OK)
            st = sci_h5_output_array_texts(k->file, path, &texts);
        sci_texts_clear(&texts);
    }
    if (st != SCI_OK || k->facts[k->first].rows == NULL)
        return st;
    st = sci_h5_output_array(k->file, "/band_mean", &table, x->mean);
    if (st == SCI_OK)
        st = sci_h5_output_array(k->file, "/band_sd", &table, x->sd);
    table.type = SCI_UINT64;
    return st == SCI_OK ? sci_h5_output_array(k->file, "/band_count", &table, x->count) : st;
}

/* ---- the file ---- */

static sci_status
describe(packer *k)
{
    const audio_recipe *r = &k->facts[k->first].recipe;
    index_rows x = { 0 };
    char *provenance = NULL;
    sci_status st = index_create(&x, k);

    if (st == SCI_OK)
        st = fill_index(&x, k);
    if (st == SCI_OK)
        st = write_index(k, &x);
    index_clear(&x);
    if (st == SCI_OK)
        st = audio_output_bands(k->file, r, k->bands);
    if (st == SCI_OK)
        st = cli_provenance_text(&provenance, k->p->call, 0, NULL, NULL);
    if (st == SCI_OK)
        st = audio_output_head(k->file, "pack", r, provenance);
    sci_free(provenance);
    if (st == SCI_OK)
        st = sci_h5_output_text(k->file, AUDIO_FEATURES_PATH, "axes", "frame,band");
    return st;
}

sci_status
pack_file_write(packing *p, const cli_worker *worker)
{
    const audio_settings *s = p->call->settings;
    packer k = { .p = p };
    sci_status st = take_all(&k);

    if (st == SCI_OK)
        st = audio_recipe_bands(&k.facts[k.first].recipe, &k.bands);
    if (st == SCI_OK)
        st = sci_h5_output_create(&k.file, worker->temporary[0]);
    if (st == SCI_OK) {
        sci_h5_output_digests(k.file, s->common.verify);
        st = write_features(&k);
    }
    if (st == SCI_OK)
        st = describe(&k);
    if (st == SCI_OK) {
        st = sci_h5_output_close(k.file, s->common.verify, !s->common.no_sync);
        k.file = NULL;
    }
    sci_h5_output_free(k.file);
    audio_bands_free(k.bands);
    for (size_t i = 0; k.facts != NULL && i < p->inputs.n; i++) {
        audio_recipe_clear(&k.facts[i].recipe);
        sci_stats_free(k.facts[i].rows);
        sci_free(k.facts[i].digest);
    }
    sci_free(k.facts);
    return st;
}
