/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One channel of features on few enough columns, in one pass. */
#include <inttypes.h>
#include <math.h>

#include <sci/matrix.h>
#include <sci/memory.h>

#include "spectrogram_priv.h"

#define COLUMNS_MOST 1200

static void
add(spectrogram_side *t, uint64_t element, double value)
{
    size_t column = (size_t)(element / t->rows / t->per_column), row = (size_t)(element % t->rows);
    size_t at = row * t->columns + column;

    if (!isfinite(value))
        return;
    if (!t->maximum)
        t->sums[at] += value;
    else if (t->counts[at] == 0 || value > t->sums[at])
        t->sums[at] = value;
    t->counts[at]++;
}

static sci_status
visit(void *context, uint64_t first, uint64_t count, const void *elements)
{
    enum { BLOCK = 1024 };
    spectrogram_side *t = context;
    size_t size = sci_type_size(t->array->type);
    double x[BLOCK];

    for (uint64_t done = 0; done < count; done += BLOCK) {
        size_t n = count - done < BLOCK ? (size_t)(count - done) : BLOCK;

        sci_widen_stored(x, t->array, (const unsigned char *)elements + done * size, n);
        for (size_t i = 0; i < n; i++)
            add(t, first + done + i - t->begin, x[i]);
    }
    return SCI_OK;
}

static void
settle(spectrogram_side *t)
{
    for (size_t k = 0; k < t->rows * t->columns; k++) {
        double value = t->sums[k] / (t->maximum ? 1.0 : (double)t->counts[k]);

        t->values[k] = t->counts[k] == 0 ? NAN : (float)value;
    }
}

static sci_status
find_extent(spectrogram_side *t, const audio_spectrogram *s, const sci_source *source)
{
    const sci_array *a = &source->array;
    const uint64_t *shape = a->shape + a->rank - 3;
    uint64_t most = s->columns_most > 0 ? s->columns_most : COLUMNS_MOST, before = 1;

    for (int k = 0; k + 3 < a->rank; k++)
        before *= a->shape[k];
    if (a->rank < 3 || before != 1)
        return sci_fail(SCI_ERR_SHAPE, "'%s' is not an array of channels, frames and numbers",
                        source->name);
    if (s->channel < 0 || (uint64_t)s->channel >= shape[0])
        return sci_fail(SCI_ERR_SHAPE, "'%s' has %" PRIu64 " channels, and no channel %d",
                        source->name, shape[0], s->channel + 1);
    if (shape[2] != spectrogram_rows(s) || shape[1] == 0)
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s' has %" PRIu64 " frames of %" PRIu64 " numbers instead "
                        "of %zu",
                        source->name, shape[1], shape[2], spectrogram_rows(s));
    t->array = a;
    t->frames = shape[1];
    t->rows = (size_t)shape[2];
    t->begin = (uint64_t)s->channel * shape[1] * shape[2];
    t->per_column = (t->frames - 1) / most + 1;
    t->columns = (size_t)((t->frames - 1) / t->per_column + 1);
    t->maximum = s->maximum;
    return SCI_OK;
}

sci_status
spectrogram_thin(spectrogram_side *t, const audio_spectrogram *s, sci_source *source)
{
    sci_status st = find_extent(t, s, source);

    if (st == SCI_OK)
        st = sci_alloc_zero(&t->sums, t->rows, t->columns, sizeof *t->sums);
    if (st == SCI_OK)
        st = sci_alloc_zero(&t->counts, t->rows, t->columns, sizeof *t->counts);
    if (st == SCI_OK)
        st = sci_alloc(&t->values, t->rows, t->columns, sizeof *t->values);
    if (st == SCI_OK)
        st = sci_source_visit(source, t->begin, t->frames * t->rows, visit, t);
    if (st == SCI_OK)
        settle(t);
    sci_free(t->sums);
    sci_free(t->counts);
    return st;
}
