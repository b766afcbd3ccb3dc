/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "partition.h"

#include <string.h>

#include <sci/memory.h>

#define EDGES_MOST 4096

/* ---- bands ---- */

static sci_status
parse_edges(const char *text, double *edges, size_t *n)
{
    for (const char *at = text, *end; at != NULL; at = *end == ',' ? end + 1 : NULL) {
        char part[32];
        size_t length;

        end = at + strcspn(at, ",");
        length = (size_t)(end - at);
        if (*n == EDGES_MOST || length >= sizeof part)
            return sci_fail(SCI_ERR_ARGUMENT,
                            "--band-edges '%.60s…' has too many or too long parts", text);
        memcpy(part, at, length);
        part[length] = '\0';
        if (!cli_parse_real(part, &edges[*n]))
            return sci_fail(SCI_ERR_ARGUMENT, "--band-edges: '%s' is no frequency in Hz", part);
        (*n)++;
    }
    return SCI_OK;
}

static sci_status
given_edges(const audio_recipe *r, audio_bands **out)
{
    double *edges = NULL;
    size_t n = 0;
    sci_status st = sci_alloc(&edges, EDGES_MOST, 1, sizeof *edges);

    if (st == SCI_OK)
        st = parse_edges(r->bands, edges, &n);
    if (st == SCI_OK)
        st = audio_bands_edges(out, r->rate_hz, (size_t)r->n_fft, n, edges, (uint64_t)r->min_bins);
    sci_free(edges);
    return st;
}

static sci_status
spectrum_bands(const audio_recipe *r, audio_bands **out)
{
    int64_t n;

    if (strcmp(r->bands, "per-bin") == 0)
        return audio_bands_per_bin(out, r->rate_hz, (size_t)r->n_fft, r->fmin_hz, r->fmax_hz);
    if (!cli_parse_integer(r->bands, &n))
        return given_edges(r, out);
    return audio_bands_mel(out, r->rate_hz, (size_t)r->n_fft, (size_t)n, r->fmin_hz, r->fmax_hz,
                           (audio_mel_scale)r->mel_scale, (uint64_t)r->min_bins);
}

sci_status
audio_recipe_bands(const audio_recipe *r, audio_bands **out)
{
    audio_features_settings f;
    int64_t n = 0, most = r->feature == AUDIO_FEATURE_MEL ? r->n_mels : r->n_mfcc;
    bool each = strcmp(r->bands, "per-bin") == 0;
    sci_status st;

    if (r->feature == AUDIO_FEATURE_STFT)
        return spectrum_bands(r, out);
    if (!each && !cli_parse_integer(r->bands, &n))
        return sci_fail(SCI_ERR_ARGUMENT, "--band-edges goes with --feature stft");
    if (each)
        n = most;
    audio_recipe_features(r, &f);
    f.chain.mel.rate_hz = r->rate_hz;
    f.chain.mel.n_fft = (size_t)r->n_fft;
    if (r->feature == AUDIO_FEATURE_MFCC) /* a band has at least one number */
        st = audio_bands_coefficients(out, (size_t)most, (size_t)(n < most ? n : most));
    else
        st = audio_bands_channels(out, &f.chain.mel, (size_t)(n < most ? n : most));
    if (st == SCI_OK)
        (*out)->requested = (size_t)n;
    return st;
}

/* ---- groups ---- */

static sci_status
name_axes(audio_partition *p, int rank, const char *by)
{
    const char *names[4] = { by != NULL ? by : "recording", "channel", "frame", "band" };

    return sci_grouping_axis_names(p->g, names + (rank == 3));
}

static sci_status
label_axes(audio_partition *p, const sci_array *array, const char *group)
{
    int first = array->rank == 4, band = first + 2;
    const int sample = 0;
    sci_status st = SCI_OK;

    if (group != NULL)
        st = sci_labels_from_text(&p->group, 1, &group);
    if (st == SCI_OK && group != NULL)
        st = sci_grouping_label(p->g, 1, &sample, p->group);
    if (st == SCI_OK)
        st = sci_grouping_keep(p->g, first);
    if (st == SCI_OK)
        st = sci_labels_create(&p->labels, array->shape[band], p->bands->label);
    if (st == SCI_OK) {
        st = sci_labels_ignore(p->labels, "-1");
        if (st == SCI_ERR_NOTFOUND)
            st = SCI_OK;
    }
    return st == SCI_OK ? sci_grouping_label(p->g, 1, &band, p->labels) : st;
}

sci_status
audio_partition_make(audio_partition *out, const audio_recipe *recipe, const sci_array *array,
                     const char *by, const char *group)
{
    audio_partition p = { 0 };
    sci_status st = audio_recipe_bands(recipe, &p.bands);

    if (st == SCI_OK && p.bands->n_bins != array->shape[array->rank - 1])
        st = sci_fail(SCI_ERR_SHAPE, "%zu bins have bands, a frame has %llu numbers",
                      p.bands->n_bins, (unsigned long long)array->shape[array->rank - 1]);
    if (st == SCI_OK)
        st = sci_grouping_create(&p.g, array->rank, array->shape);
    if (st == SCI_OK)
        st = name_axes(&p, array->rank, by);
    if (st == SCI_OK)
        st = label_axes(&p, array, group);
    if (st != SCI_OK) {
        audio_partition_clear(&p);
        return st;
    }
    *out = p;
    return SCI_OK;
}

void
audio_partition_clear(audio_partition *p)
{
    sci_grouping_free(p->g);
    sci_labels_free(p->labels);
    sci_labels_free(p->group);
    audio_bands_free(p->bands);
    *p = (audio_partition){ 0 };
}
