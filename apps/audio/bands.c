/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bands.h"

#include <sci/memory.h>

void
audio_bands_free(audio_bands *b)
{
    if (b == NULL)
        return;
    sci_free(b->label);
    sci_free(b->edges_hz);
    sci_free(b->counts);
    sci_free(b);
}

/* Room for `most` bands on n_bins bins. */
static sci_status
create(audio_bands **out, size_t n_bins, size_t most)
{
    audio_bands *b = NULL;
    sci_status st = sci_alloc_zero(&b, 1, 1, sizeof *b);

    if (st != SCI_OK)
        return st;
    b->n_bins = n_bins;
    b->requested = most;
    st = sci_alloc(&b->label, n_bins, 1, sizeof *b->label);
    if (st == SCI_OK)
        st = sci_alloc(&b->counts, most, 1, sizeof *b->counts);
    if (st == SCI_OK)
        st = sci_alloc(&b->edges_hz, most + 1, 1, sizeof *b->edges_hz);
    if (st != SCI_OK) {
        audio_bands_free(b);
        return st;
    }
    *out = b;
    return SCI_OK;
}

/* ---- bands of bins ---- */

/* The band of frequency f before any are joined, -1 outside. */
static int64_t
band_at(double f, size_t n, const double *edges)
{
    size_t low = 0, high = n;

    if (!(f >= edges[0] && f <= edges[n]))
        return -1;
    while (high - low > 1) { /* edges[low] <= f, and f < edges[high] or high is the last */
        size_t middle = low + (high - low) / 2;

        if (f >= edges[middle])
            low = middle;
        else
            high = middle;
    }
    return (int64_t)low;
}

/* Join what has too few bins: `joined[b]` is the new number of band b. */
static void
join(audio_bands *b, size_t n, const double *edges, const uint64_t *counts, int64_t *joined,
     uint64_t least)
{
    uint64_t gathered = 0;

    b->kept = 0;
    b->edges_hz[0] = edges[0];
    for (size_t i = 0; i < n; i++) {
        joined[i] = (int64_t)b->kept;
        gathered += counts[i];
        if (gathered < least)
            continue;
        b->counts[b->kept++] = gathered;
        b->edges_hz[b->kept] = edges[i + 1];
        gathered = 0;
    }
    if (b->kept == 0 && gathered > 0)
        b->counts[b->kept++] = 0; /* all of them together are fewer than asked for */
    if (b->kept == 0)
        return;
    b->counts[b->kept - 1] += gathered;
    b->edges_hz[b->kept] = edges[n];
    for (size_t i = n; i-- > 0 && joined[i] == (int64_t)b->kept;)
        joined[i] = (int64_t)b->kept - 1;
}

static sci_status
partition(audio_bands *b, double hz_per_bin, size_t n, const double *edges, uint64_t least)
{
    uint64_t *counts = NULL;
    int64_t *joined = NULL;
    sci_status st = sci_alloc_zero(&counts, n, 1, sizeof *counts);

    if (st == SCI_OK)
        st = sci_alloc(&joined, n, 1, sizeof *joined);
    if (st != SCI_OK)
        goto out;
    for (size_t k = 0; k < b->n_bins; k++) {
        b->label[k] = band_at((double)k * hz_per_bin, n, edges);
        if (b->label[k] >= 0)
            counts[b->label[k]]++;
    }
    join(b, n, edges, counts, joined, least > 1 ? least : 1);
    if (b->kept == 0)
        st = sci_fail(SCI_ERR_DEGENERATE, "no bin of the spectrum lies between %g and %g Hz",
                      edges[0], edges[n]);
    for (size_t k = 0; k < b->n_bins; k++)
        if (b->label[k] >= 0)
            b->label[k] = joined[b->label[k]];
out:
    sci_free(counts);
    sci_free(joined);
    return st;
}

static sci_status
check_edges(double rate_hz, size_t n_edges, const double *edges)
{
    if (n_edges < 2)
        return sci_fail(SCI_ERR_ARGUMENT, "bands need two edges or more");
    for (size_t i = 1; i < n_edges; i++)
        if (!(edges[i] > edges[i - 1]))
            return sci_fail(SCI_ERR_ARGUMENT, "edges of bands increase, but %g Hz follows %g Hz",
                            edges[i], edges[i - 1]);
    if (!(edges[0] >= 0.0 && edges[n_edges - 1] <= rate_hz / 2.0))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "bands from %g to %g Hz: at a rate of %g Hz they lie between 0 and %g",
                        edges[0], edges[n_edges - 1], rate_hz, rate_hz / 2.0);
    return SCI_OK;
}

sci_status
audio_bands_edges(audio_bands **out, double rate_hz, size_t n_fft, size_t n_edges,
                  const double *edges_hz, uint64_t min_bins)
{
    audio_bands *b = NULL;
    sci_status st = check_edges(rate_hz, n_edges, edges_hz);

    if (st == SCI_OK)
        st = create(&b, n_fft / 2 + 1, n_edges - 1);
    if (st == SCI_OK)
        st = partition(b, rate_hz / (double)n_fft, n_edges - 1, edges_hz, min_bins);
    if (st != SCI_OK) {
        audio_bands_free(b);
        return st;
    }
    *out = b;
    return SCI_OK;
}

sci_status
audio_bands_mel(audio_bands **out, double rate_hz, size_t n_fft, size_t n, double fmin_hz,
                double fmax_hz, audio_mel_scale scale, uint64_t min_bins)
{
    const double ends[] = { fmin_hz, fmax_hz };
    double *edges = NULL;
    sci_status st = check_edges(rate_hz, 2, ends);

    if (st == SCI_OK && (n < 1 || n > SIZE_MAX / sizeof *edges - 1))
        st = sci_fail(SCI_ERR_ARGUMENT, "%zu bands; there is at least one", n);
    if (st == SCI_OK)
        st = sci_alloc(&edges, n + 1, 1, sizeof *edges);
    if (st != SCI_OK)
        return st;
    audio_mel_points(edges, n + 1, fmin_hz, fmax_hz, scale);
    edges[0] = fmin_hz;
    edges[n] = fmax_hz;
    st = audio_bands_edges(out, rate_hz, n_fft, n + 1, edges, min_bins);
    sci_free(edges);
    return st;
}

sci_status
audio_bands_per_bin(audio_bands **out, double rate_hz, size_t n_fft, double fmin_hz, double fmax_hz)
{
    const double ends[] = { fmin_hz, fmax_hz };
    double step = rate_hz / (double)n_fft;
    audio_bands *b = NULL;
    sci_status st = check_edges(rate_hz, 2, ends);

    if (st == SCI_OK)
        st = create(&b, n_fft / 2 + 1, n_fft / 2 + 1);
    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < b->n_bins; k++) {
        double f = (double)k * step;

        b->label[k] = f < fmin_hz || f > fmax_hz ? -1 : (int64_t)b->kept;
        if (b->label[k] < 0)
            continue;
        b->edges_hz[b->kept] = b->kept == 0 ? fmin_hz : f - step / 2.0;
        b->counts[b->kept++] = 1;
    }
    if (b->kept == 0) {
        audio_bands_free(b);
        return sci_fail(SCI_ERR_DEGENERATE, "no bin of the spectrum lies between %g and %g Hz",
                        fmin_hz, fmax_hz);
    }
    b->edges_hz[b->kept] = fmax_hz;
    b->requested = b->kept;
    *out = b;
    return SCI_OK;
}

/* ---- groups of channels ---- */

sci_status
audio_bands_coefficients(audio_bands **out, size_t n_coefficients, size_t n)
{
    audio_bands *b = NULL;
    sci_status st;

    if (n < 1 || n > n_coefficients)
        return sci_fail(SCI_ERR_ARGUMENT, "%zu groups of %zu channels", n, n_coefficients);
    st = create(&b, n_coefficients, n);
    if (st != SCI_OK)
        return st;
    b->kept = n;
    for (size_t g = 0, m = 0; g < n; g++) {
        /* The first channel of group g + 1 is the first whose m·n/n_coefficients reaches it. */
        size_t end = (size_t)(((g + 1) * n_coefficients + n - 1) / n);

        b->counts[g] = end - m;
        for (; m < end; m++)
            b->label[m] = (int64_t)g;
    }
    sci_free(b->edges_hz);
    b->edges_hz = NULL;
    *out = b;
    return SCI_OK;
}

sci_status
audio_bands_channels(audio_bands **out, const audio_mel_settings *mel, size_t n)
{
    double low = audio_hz_to_mel(mel->fmin_hz, mel->scale);
    double step = (audio_hz_to_mel(mel->fmax_hz, mel->scale) - low) / (double)(mel->n_mels + 1);
    audio_bands *b = NULL;
    sci_status st = audio_bands_coefficients(&b, mel->n_mels, n);

    if (st == SCI_OK)
        st = sci_alloc(&b->edges_hz, n + 1, 1, sizeof *b->edges_hz);
    if (st != SCI_OK) {
        audio_bands_free(b);
        return st;
    }
    b->edges_hz[0] = mel->fmin_hz;
    for (size_t g = 1, m = 0; g < n; g++) {
        m += b->counts[g - 1];
        b->edges_hz[g] = audio_mel_to_hz(low + ((double)m + 0.5) * step, mel->scale);
    }
    b->edges_hz[n] = mel->fmax_hz;
    *out = b;
    return SCI_OK;
}
