/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the command line to a recipe. */
#include "recipe.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/inputs.h"

#define NOMINAL_HZ 16000.0 /* of a command line without a recording */

void
audio_recipe_clear(audio_recipe *recipe)
{
    sci_free(recipe->bands);
    sci_free(recipe->mask);
    *recipe = (audio_recipe){ 0 };
}

bool
audio_recipe_is_logarithmic(const audio_recipe *r)
{
    return r->compression != AUDIO_COMPRESS_NONE && r->compression != AUDIO_COMPRESS_ROOT;
}

/* ---- texts ---- */

sci_status
audio_length_parse(const char *text, const char *option, double rate_hz, int64_t *samples)
{
    size_t n = strlen(text);
    bool ms = n > 2 && strcmp(text + n - 2, "ms") == 0;
    char number[32];
    double value;

    if (n < sizeof number) {
        memcpy(number, text, n + 1);
        if (ms)
            number[n - 2] = '\0';
    }
    if (n >= sizeof number || !cli_parse_real(number, &value) || (!ms && value != floor(value)))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "%s '%s' is neither a number of samples nor of milliseconds (25ms)", option,
                        text);
    if (ms)
        value = nearbyint(value * rate_hz / 1000.0);
    if (!(value >= 1.0 && value <= 1e9))
        return sci_fail(SCI_ERR_ARGUMENT, "%s '%s' is %.9g samples at %.9g Hz", option, text, value,
                        rate_hz);
    *samples = (int64_t)value;
    return SCI_OK;
}

/* "rel:80", "abs:1e-10", or both with a comma. */
static sci_status
parse_floor(const char *text, audio_recipe *r)
{
    char part[64];
    bool relative = false, absolute = false;

    r->floor_db = 0.0;
    r->floor_power = AUDIO_FLOOR_LEAST;
    for (const char *at = text, *end; at != NULL; at = *end == ',' ? end + 1 : NULL) {
        double value;
        size_t n;

        end = at + strcspn(at, ",");
        n = (size_t)(end - at);
        if (n >= sizeof part || n < 5)
            goto bad;
        memcpy(part, at, n);
        part[n] = '\0';
        if (!cli_parse_real(part + 4, &value) || !(value > 0.0))
            goto bad;
        if (strncmp(part, "rel:", 4) == 0 && !relative) {
            relative = true;
            r->floor_db = value;
        } else if (strncmp(part, "abs:", 4) == 0 && !absolute) {
            absolute = true;
            r->floor_power = value;
        } else {
            goto bad;
        }
    }
    return SCI_OK;
bad:
    return sci_fail(SCI_ERR_ARGUMENT,
                    "--floor '%s': 'rel:80' is 80 dB below the peak of the channel, 'abs:1e-10' a "
                    "power; 'rel:80,abs:1e-10' both",
                    text);
}

/* A number of bands, per-bin, or edges. */
static sci_status
check_bands(const char *text)
{
    int64_t n;

    if (strcmp(text, "per-bin") == 0 || (cli_parse_integer(text, &n) && n >= 1 && n <= 1000000))
        return SCI_OK;
    return sci_fail(SCI_ERR_ARGUMENT,
                    "--bands '%s' is neither a number of bands nor per-bin; --band-edges takes "
                    "edges in Hz",
                    text);
}

static sci_status
replace(char **text, const char *by)
{
    char *copy = NULL;
    sci_status st = sci_strdup(&copy, by);

    if (st != SCI_OK)
        return st;
    sci_free(*text);
    *text = copy;
    return SCI_OK;
}

/* ---- what was given ---- */

typedef struct asked {
    const cli_call *call;
    const audio_settings *s;
    audio_recipe *r;
} asked;

static bool
given(const asked *a, const char *option)
{
    return cli_given(a->call, option);
}

int
audio_scope_of(const cli_call *call)
{
    const audio_settings *s = call->settings;

    if (cli_given(call, "scope"))
        return s->scope;
    return s->group_by != NULL ? AUDIO_SCOPE_GROUP : AUDIO_SCOPE_FILE;
}

static void
take_choices(const asked *a)
{
    const audio_settings *s = a->s;
    audio_recipe *r = a->r;

    if (given(a, "feature"))
        r->feature = s->feature;
    if (given(a, "window"))
        r->window = s->window;
    if (given(a, "mel"))
        r->mel_scale = s->mel_scale;
    if (given(a, "mel-norm"))
        r->mel_norm = s->mel_norm;
    if (given(a, "precision"))
        r->precision = s->precision;
    r->scope = audio_scope_of(a->call);
    if (given(a, "masked-out"))
        r->masked_out = s->masked_out;
    if (given(a, "channel"))
        r->channel = s->channel;
    if (given(a, "mono"))
        r->mono = s->mono;
    if (given(a, "left"))
        r->left = s->left;
}

static void
take_numbers(const asked *a)
{
    const audio_settings *s = a->s;
    audio_recipe *r = a->r;

    if (given(a, "n-mels"))
        r->n_mels = s->n_mels;
    if (given(a, "n-mfcc"))
        r->n_mfcc = s->n_mfcc;
    if (given(a, "fmin"))
        r->fmin_hz = s->fmin_hz;
    if (given(a, "fmax"))
        r->fmax_hz = s->fmax_hz;
    if (given(a, "exponent"))
        r->exponent = s->exponent;
    if (given(a, "min-bins"))
        r->min_bins = s->min_bins;
    if (given(a, "relax"))
        r->relax = s->relax;
    if (given(a, "momentum"))
        r->momentum = s->momentum;
    if (given(a, "block"))
        r->block = s->block;
    if (given(a, "sliding-window"))
        r->sliding_window = s->sliding_window;
    if (given(a, "sliding-least"))
        r->sliding_least = s->sliding_least;
    if (given(a, "ddof"))
        r->ddof = s->common.ddof;
}

/* --win and --hop may be times; an FFT that is not named is the next power of two; a hop that is not
 * named a quarter of it. */
static sci_status
take_lengths(const asked *a)
{
    const audio_settings *s = a->s;
    audio_recipe *r = a->r;
    bool whole_frame = r->frame_length == r->n_fft;
    sci_status st = SCI_OK;

    if (given(a, "win"))
        st = audio_length_parse(s->win, "--win", r->rate_hz, &r->win_length);
    if (st == SCI_OK && given(a, "n-fft")) {
        r->n_fft = s->n_fft;
        if (!given(a, "win"))
            r->win_length = whole_frame || r->win_length > s->n_fft ? s->n_fft : r->win_length;
    } else if (st == SCI_OK && given(a, "win")) {
        for (r->n_fft = 2; r->n_fft < r->win_length;)
            r->n_fft *= 2;
    }
    if (st == SCI_OK && given(a, "hop"))
        st = audio_length_parse(s->hop, "--hop", r->rate_hz, &r->hop_length);
    else if (st == SCI_OK && (given(a, "n-fft") || given(a, "win")))
        r->hop_length = r->n_fft < 4 ? 1 : r->n_fft / 4;
    if (st == SCI_OK && r->win_length > r->n_fft)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "a window of %lld samples does not fit into an FFT of %lld (--n-fft)",
                      (long long)r->win_length, (long long)r->n_fft);
    if (given(a, "pad"))
        r->pad = s->pad;
    r->frame_length = whole_frame ? r->n_fft : r->win_length;
    return st;
}

static sci_status
take_compression(const asked *a)
{
    const audio_settings *s = a->s;
    audio_recipe *r = a->r;
    bool other = given(a, "compression") && s->compression != r->compression;
    sci_status st = SCI_OK;

    if (given(a, "compression"))
        r->compression = s->compression;
    if (other && (r->output_scale != 1.0 || r->output_offset != 0.0))
        st = sci_fail(SCI_ERR_ARGUMENT, "preset whisper is of --compression db");
    if (st == SCI_OK && r->phase && !given(a, "floor")) {
        r->floor_db = 0.0;
        r->floor_power = AUDIO_FLOOR_LEAST;
    }
    if (st == SCI_OK && s->floor != NULL) {
        if (r->compression != AUDIO_COMPRESS_DB && r->compression != AUDIO_COMPRESS_LN)
            st = sci_fail(SCI_ERR_ARGUMENT, "--floor goes with --compression db and ln");
        else
            st = parse_floor(s->floor, r);
    }
    if (st == SCI_OK && given(a, "exponent") && r->compression != AUDIO_COMPRESS_ROOT)
        st = sci_fail(SCI_ERR_ARGUMENT, "--exponent goes with --compression root");
    if (st == SCI_OK && r->compression == AUDIO_COMPRESS_PCEN && r->feature != AUDIO_FEATURE_MEL)
        st = sci_fail(SCI_ERR_ARGUMENT, "--compression pcen goes with --feature mel");
    return st;
}

static sci_status
take_eps(const asked *a)
{
    const audio_settings *s = a->s;
    audio_recipe *r = a->r;

    if (given(a, "eps") && given(a, "eps-rel"))
        return sci_fail(SCI_ERR_ARGUMENT, "--eps or --eps-rel, not both");
    if (given(a, "eps-rel")) {
        r->eps = 0.0;
        r->eps_rel = s->eps_rel;
    } else if (given(a, "eps")) {
        r->eps = s->common.eps;
        r->eps_rel = 0.0;
    } else if (given(a, "compression") && s->params == NULL) {
        r->eps = audio_recipe_is_logarithmic(r) ? 1e-5 : 0.0;
    }
    return SCI_OK;
}

static sci_status
take_bands(const asked *a)
{
    const audio_settings *s = a->s;
    audio_recipe *r = a->r;
    sci_status st = SCI_OK;

    if (s->bands != NULL && s->band_edges != NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "--bands or --band-edges, not both");
    if (s->band_edges != NULL && r->feature != AUDIO_FEATURE_STFT)
        return sci_fail(SCI_ERR_ARGUMENT, "--band-edges goes with --feature stft");
    if (s->bands != NULL)
        st = check_bands(s->bands);
    if (st == SCI_OK && (s->bands != NULL || s->band_edges != NULL))
        st = replace(&r->bands, s->bands != NULL ? s->bands : s->band_edges);
    else if (st == SCI_OK && r->feature == AUDIO_FEATURE_MFCC && s->params == NULL)
        st = replace(&r->bands,
                     "per-bin"); /* coefficients next to each other have nothing in common */
    if (st == SCI_OK && given(a, "min-bins") && r->feature != AUDIO_FEATURE_STFT)
        st = sci_fail(SCI_ERR_ARGUMENT, "--min-bins goes with --feature stft");
    return st;
}

static sci_status
take_mask(const asked *a)
{
    const audio_settings *s = a->s;
    double db;

    if (s->mask == NULL)
        return SCI_OK;
    if (strncmp(s->mask, "energy:", 7) == 0) {
        if (!cli_parse_real(s->mask + 7, &db) || !(db < 0.0))
            return sci_fail(
                SCI_ERR_ARGUMENT,
                "--mask '%s': 'energy:-60' takes frames down to 60 dB below the loudest", s->mask);
        return replace(&a->r->mask, s->mask);
    }
    return replace(&a->r->mask, cli_operand_name(s->mask));
}

static sci_status
check_together(const asked *a)
{
    const audio_recipe *r = a->r;

    if (given(a, "n-mfcc") && r->feature != AUDIO_FEATURE_MFCC)
        return sci_fail(SCI_ERR_ARGUMENT, "--n-mfcc goes with --feature mfcc");
    if ((given(a, "n-mels") || given(a, "mel-norm")) && r->feature == AUDIO_FEATURE_STFT)
        return sci_fail(SCI_ERR_ARGUMENT, "--n-mels and --mel-norm go with --feature mel and mfcc");
    if (r->mono && r->channel > 0)
        return sci_fail(SCI_ERR_ARGUMENT, "--mono or --channel, not both");
    if (r->phase && r->feature != AUDIO_FEATURE_STFT)
        return sci_fail(SCI_ERR_ARGUMENT, "--complex goes with --feature stft");
    if (r->drop_last && r->pad == AUDIO_PAD_NONE)
        return sci_fail(SCI_ERR_ARGUMENT, "preset whisper pads its frames");
    if (given(a, "masked-out") && r->mask[0] == '\0')
        return sci_fail(SCI_ERR_ARGUMENT, "--masked-out goes with --mask");
    if (r->scope != AUDIO_SCOPE_RUNNING
        && (given(a, "momentum") || given(a, "block") || given(a, "state")))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--momentum, --block and --state go with --scope running");
    if (r->scope != AUDIO_SCOPE_SLIDING
        && (given(a, "sliding-window") || given(a, "sliding-least") || given(a, "left")))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--sliding-window, --sliding-least and --left go with --scope sliding");
    if (r->scope == AUDIO_SCOPE_NONE
        && (given(a, "eps") || given(a, "eps-rel") || given(a, "relax") || given(a, "ddof")))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--eps, --eps-rel, --relax and --ddof are of a normalization, and --scope none "
                        "is without");
    if (r->relax != 0.0 && (r->scope == AUDIO_SCOPE_RUNNING || r->scope == AUDIO_SCOPE_SLIDING))
        return sci_fail(SCI_ERR_ARGUMENT, "--relax goes with --scope file, group and global");
    if (given(a, "sliding-least") && !r->left)
        return sci_fail(SCI_ERR_ARGUMENT, "--sliding-least goes with --left");
    if (r->scope == AUDIO_SCOPE_SLIDING && r->left && r->sliding_least > r->sliding_window)
        return sci_fail(SCI_ERR_ARGUMENT, "--sliding-least %lld is more than --sliding-window %lld",
                        (long long)r->sliding_least, (long long)r->sliding_window);
    if (r->eps_rel != 0.0 && (r->scope == AUDIO_SCOPE_RUNNING || r->scope == AUDIO_SCOPE_SLIDING))
        return sci_fail(SCI_ERR_ARGUMENT, "--eps-rel goes with --scope file, group and global");
    return SCI_OK;
}

/* ---- all of it ---- */

static sci_status
take_all(const asked *a)
{
    sci_status st;

    take_choices(a);
    take_numbers(a);
    a->r->phase = a->r->phase || a->s->phase;
    if (a->s->phase && !given(a, "feature"))
        a->r->feature = AUDIO_FEATURE_STFT;
    st = take_lengths(a);
    if (st == SCI_OK)
        st = take_compression(a);
    if (st == SCI_OK)
        st = take_eps(a);
    if (st == SCI_OK)
        st = take_bands(a);
    if (st == SCI_OK)
        st = take_mask(a);
    return st == SCI_OK ? check_together(a) : st;
}

/* The recipe of another output; its sampling rate has to be that of the samples here. */
static sci_status
read_params(audio_recipe *out, const char *path, double rate_hz)
{
    sci_h5_file *file = NULL;
    sci_status st = sci_h5_file_open(&file, path);

    if (st == SCI_OK)
        st = audio_recipe_read(out, file, path, "/");
    sci_h5_file_close(file);
    if (st == SCI_OK && out->rate_hz != rate_hz)
        st = sci_fail(
            SCI_ERR_REFUSED,
            "the parameters of '%s' are for samples at %.9g Hz, these have %.9g Hz; --rate "
            "%.9g resamples them",
            path, out->rate_hz, rate_hz, out->rate_hz);
    return st;
}

static sci_status
make(audio_recipe *out, const cli_call *call, double rate_hz, bool with_params)
{
    const audio_settings *s = call->settings;
    audio_recipe r = { 0 };
    asked a = { call, s, &r };
    sci_status st;

    if (s->params != NULL && with_params)
        st = read_params(&r, s->params, rate_hz);
    else
        st = audio_recipe_preset(&r, s->preset, rate_hz);
    if (st == SCI_OK)
        st = take_all(&a);
    if (st != SCI_OK) {
        audio_recipe_clear(&r);
        return st;
    }
    *out = r;
    return SCI_OK;
}

sci_status
audio_recipe_make(audio_recipe *out, const cli_call *call, double rate_hz)
{
    return make(out, call, rate_hz, true);
}

sci_status
audio_recipe_check(const cli_call *call)
{
    const audio_settings *s = call->settings;
    audio_recipe r = { 0 };
    sci_status st = SCI_OK;

    if (s->params != NULL && s->preset != AUDIO_PRESET_NONE)
        return sci_fail(SCI_ERR_ARGUMENT, "--params or --preset, not both");
    if (s->params == NULL)
        st = make(&r, call, s->rate_hz > 0 ? (double)s->rate_hz : NOMINAL_HZ, false);
    if (st == SCI_ERR_REFUSED) /* a matter of the rate, which the recording has */
        st = s->rate_hz > 0 ? st : SCI_OK;
    audio_recipe_clear(&r);
    return st;
}

/* ---- to the parts ---- */

static audio_compression
compression_of(const audio_recipe *r)
{
    return (audio_compression){
        .kind = (audio_compression_kind)r->compression,
        .relative = r->floor_db > 0.0,
        .floor_db = r->floor_db,
        .floor = r->floor_power,
        .exponent = r->exponent,
        .least = r->floor_power,
        .scale = r->output_scale,
        .offset = r->output_offset,
    };
}

void
audio_recipe_features(const audio_recipe *r, audio_features_settings *out)
{
    *out = (audio_features_settings){
        .chain = {
            .feature = (audio_feature)r->feature,
            .spectrum = {
                .n_fft = (size_t)r->n_fft,
                .length = (size_t)r->frame_length,
                .win_length = (size_t)r->win_length,
                .window = (audio_window_kind)r->window,
                .single = r->precision == 0,
                .gain = r->gain,
                .remove_mean = r->remove_mean,
                .preemphasis = r->preemphasis,
            },
            .mel = {
                .n_mels = (size_t)r->n_mels,
                .fmin_hz = r->fmin_hz,
                .fmax_hz = r->fmax_hz,
                .scale = (audio_mel_scale)r->mel_scale,
                .area_norm = r->mel_norm == AUDIO_MEL_AREA,
                .mel_slopes = r->mel_slopes,
            },
            .n_mfcc = (size_t)r->n_mfcc,
            .compression = compression_of(r),
            .pcen = {
                .gain = r->pcen_gain,
                .bias = r->pcen_bias,
                .power = r->pcen_power,
                .eps = r->pcen_eps,
                .time_constant_s = r->pcen_time_s,
                .scale = r->pcen_scale,
            },
        },
        .hop = (size_t)r->hop_length,
        .pad = (audio_pad)r->pad,
        .drop_last = r->drop_last,
    };
}
