/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A product with a small matrix: 20 × 80 is cheaper than a plan. It is stored by columns, so that the
 * outputs are lanes. */
#include "dct.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/parallel.h>

#include "numbers.h"

struct audio_dct {
    size_t n_in, n_out;
    bool single;
    void *matrix; /* n_in × n_out */
};

static double
entry(size_t k, size_t m, size_t n)
{
    /* k(2m + 1) turns of a quarter of the period: only the rest matters, and is exact. */
    double rest = (double)(k * (2 * m + 1) % (4 * n));

    return sqrt((k == 0 ? 1.0 : 2.0) / (double)n) * cos(AUDIO_PI * rest / (2.0 * (double)n));
}

sci_status
audio_dct_create(audio_dct **out, size_t n_in, size_t n_out, bool single)
{
    audio_dct *d = NULL;
    sci_status st;

    if (n_out < 1 || n_out > n_in || n_in > 65536)
        return sci_fail(SCI_ERR_ARGUMENT, "%zu cepstral coefficients of %zu mel channels", n_out,
                        n_in);
    st = sci_alloc_zero(&d, 1, 1, sizeof *d);
    if (st != SCI_OK)
        return st;
    d->n_in = n_in;
    d->n_out = n_out;
    d->single = single;
    st = sci_alloc(&d->matrix, n_in, n_out, single ? sizeof(float) : sizeof(double));
    if (st != SCI_OK) {
        sci_free(d);
        return st;
    }
    for (size_t m = 0; m < n_in; m++)
        for (size_t k = 0; k < n_out; k++)
            if (single)
                ((float *)d->matrix)[m * n_out + k] = (float)entry(k, m, n_in);
            else
                ((double *)d->matrix)[m * n_out + k] = entry(k, m, n_in);
    *out = d;
    return SCI_OK;
}

void
audio_dct_free(audio_dct *d)
{
    if (d == NULL)
        return;
    sci_free(d->matrix);
    sci_free(d);
}

SCI_CLONES static void
product_single(size_t n_in, size_t n_out, const float *restrict matrix, const float *restrict in,
               float *restrict out)
{
    memset(out, 0, n_out * sizeof *out);
    for (size_t m = 0; m < n_in; m++)
        for (size_t k = 0; k < n_out; k++)
            out[k] += in[m] * matrix[m * n_out + k];
}

SCI_CLONES static void
product(size_t n_in, size_t n_out, const double *restrict matrix, const double *restrict in,
        double *restrict out)
{
    memset(out, 0, n_out * sizeof *out);
    for (size_t m = 0; m < n_in; m++)
        for (size_t k = 0; k < n_out; k++)
            out[k] += in[m] * matrix[m * n_out + k];
}

void
audio_dct_apply(const audio_dct *d, const void *in, void *out)
{
    if (d->single)
        product_single(d->n_in, d->n_out, d->matrix, in, out);
    else
        product(d->n_in, d->n_out, d->matrix, in, out);
}
