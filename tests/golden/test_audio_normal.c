/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics and normalized features of the reference recordings against float64 results of numpy and torch
 * (golden.h5), with the tolerances of its README. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apps/audio/bands.h>
#include <apps/audio/frame_mask.h>
#include <apps/audio/sliding.h>

#include <support/features.h>
#include <support/place.h>
#include <support/testing.h>

#define STORED 6e-8 /* relative, of an array stored as float32 */

typedef struct golden_case {
    const char *name, *file;
    double rate;
    size_t n_fft, hop;
} golden_case;

static const golden_case cases[] = {
    { "speech", "speech_16k_pcm16.wav", 16000, 1024, 256 },
    { "chirp_stereo", "chirp_noise_44k1_st_pcm24.wav", 44100, 1024, 256 },
    { "tones_8k", "tones_8k_ulaw.wav", 8000, 512, 128 },
    { "am_48k", "am_48k_pcm32.wav", 48000, 2048, 512 },
};

static audio_features_settings
settings_of(const golden_case *c, bool single, audio_compression compression)
{
    return (audio_features_settings){
        .chain = { .spectrum = { .n_fft = c->n_fft,
                                 .length = c->n_fft,
                                 .win_length = c->n_fft,
                                 .single = single },
                   .compression = compression },
        .hop = c->hop,
    };
}

/* ---- a recording, its bands and its groups ---- */

typedef struct rig {
    opened_features in;
    audio_bands *bands;
    sci_labels *labels, *group;
    sci_grouping *grouping;
    sci_options options;
} rig;

/* 16 bands of each channel; `group` labels the recording itself, or is NULL. */
static rig
rig_open(const golden_case *c, const audio_features_settings *s, bool htk, const char *group)
{
    rig r = { .in = features_open(c->file, s),
              .options = { .threads = 2, .memory_bytes = (uint64_t)8 << 20 } };
    const sci_array *a = &r.in.source->array;
    const int recording = 0, numbers = a->rank - 1;

    assert_ok(audio_bands_mel(&r.bands, c->rate, c->n_fft, 16, 0.0, c->rate / 2.0,
                              htk ? AUDIO_MEL_HTK : AUDIO_MEL_SLANEY, 1));
    assert_ok(sci_labels_create(&r.labels, r.bands->n_bins, r.bands->label));
    assert_ok(sci_grouping_create(&r.grouping, a->rank, a->shape));
    if (group != NULL) {
        assert_ok(sci_labels_from_text(&r.group, 1, &group));
        assert_ok(sci_grouping_label(r.grouping, 1, &recording, r.group));
    }
    assert_ok(sci_grouping_keep(r.grouping, a->rank - 3));
    assert_ok(sci_grouping_label(r.grouping, 1, &numbers, r.labels));
    return r;
}

static void
rig_close(rig *r)
{
    sci_grouping_free(r->grouping);
    sci_labels_free(r->labels);
    sci_labels_free(r->group);
    audio_bands_free(r->bands);
    features_close(&r->in);
}

/* All elements normalized, those outside a mask too; and the table. */
static double *
rig_normalize(rig *r, double eps, sci_stats **stats)
{
    sci_array array = r->in.source->array;
    sci_affine *affine = NULL;
    sci_sink *sink = NULL;
    sci_rows_source rows;
    uint64_t n;
    double *y;

    array.type = SCI_FLOAT64;
    assert_ok(sci_array_count(&array, &n));
    y = test_alloc(n, sizeof *y);
    assert_ok(sci_fit(r->in.source, r->grouping, &r->options, stats, NULL));
    assert_ok(sci_affine_create(&affine, r->grouping, eps, 0));
    sci_affine_outside(affine, SCI_OUTSIDE_APPLY);
    assert_ok(sci_sink_memory(&sink, &array, y, "y"));
    rows = sci_stats_rows(*stats);
    assert_ok(sci_apply(r->in.source, affine, &rows, NULL, &r->options, sink, NULL));
    sci_sink_free(sink);
    sci_affine_free(affine);
    return y;
}

/* ---- comparing ---- */

static void
check_values(const char *group, const char *name, bool single, const double *y, double tolerance)
{
    loaded want = features_golden(group, name);
    double stored = want.array.type == SCI_FLOAT32 ? STORED : 0.0, worst = 0.0;

    for (uint64_t i = 0; i < want.n; i++) {
        double off = fabs(y[i] - want.values[i]) - stored * fabs(want.values[i]);

        worst = off > worst || isnan(off) ? off : worst;
    }
    features_show_error(group, name, single, worst);
    test_context("%s/%s, %s: off by %.3g", group, name, single ? "single" : "double", worst);
    assert_that(worst <= tolerance);
    loaded_free(&want);
}

typedef struct tolerance {
    double mean_relative, mean_absolute, variance_relative;
} tolerance;

static const tolerance exact = { 1e-10, 0.0, 1e-10 }, levels_single = { 0.0, 1e-4, 1e-4 },
                       powers_single = { 1e-4, 0.0, 1e-4 },
                       few_single = { 0.0, 1e-3, 1e-3 }; /* groups of a few numbers */

/* Rows of a table; `prefix` is "" or "mgn_db_slaney_". */
static void
check_rows(const char *group, const char *prefix, const sci_moments *m, const tolerance *t)
{
    char name[64];
    loaded mean, variance;

    snprintf(name, sizeof name, "%smean", prefix);
    mean = features_golden(group, name);
    snprintf(name, sizeof name, "%svar", prefix);
    variance = features_golden(group, name);
    test_context("%s/%s", group, prefix);
    for (uint64_t i = 0; i < mean.n; i++) {
        assert_close(sci_moments_mean(&m[i]), mean.values[i], t->mean_relative, t->mean_absolute);
        assert_close(sci_moments_variance(&m[i], 0), variance.values[i], t->variance_relative,
                     1e-24);
    }
    loaded_free(&mean);
    loaded_free(&variance);
}

static void
check_counts(const char *group, const char *name, const sci_moments *m)
{
    loaded count = features_golden(group, name);

    for (uint64_t i = 0; i < count.n; i++)
        assert_count(m[i].count, (uint64_t)count.values[i]);
    loaded_free(&count);
}

/* ---- each recording by itself ---- */

static void
check_levels(const golden_case *c, bool htk, bool single, bool kept)
{
    const char *scale = htk ? "htk" : "slaney";
    audio_features_settings s = settings_of(
        c, single,
        (audio_compression){ .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0 });
    sci_stats *stats = NULL;
    char name[64];
    double *y;
    rig r;

    s.memory_bytes = kept ? UINT64_MAX : 0;
    r = rig_open(c, &s, htk, NULL);
    y = rig_normalize(&r, 1e-5, &stats);
    snprintf(name, sizeof name, "mgn_db_%s", scale);
    check_values(c->name, name, single, y, single ? 2e-3 : 1e-9);
    snprintf(name, sizeof name, "mgn_db_%s_", scale);
    check_rows(c->name, name, sci_stats_moments(stats), single ? &levels_single : &exact);
    snprintf(name, sizeof name, "mgn_db_%s_count", scale);
    check_counts(c->name, name, sci_stats_moments(stats));
    free(y);
    sci_stats_free(stats);
    rig_close(&r);
}

static void
levels_normalized_by_bands_are_those_of_the_reference(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++)
        for (int v = 0; v < 8; v++)
            check_levels(&cases[k], v & 1, v & 2, v & 4);
}

static void
a_floor_of_120_db_is_that_of_the_reference(void **state)
{
    (void)state;
    for (int v = 0; v < 4; v++) {
        bool htk = v & 1, single = v & 2;
        audio_features_settings s = settings_of(
            &cases[0], single,
            (audio_compression){ .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 120.0 });
        rig r = rig_open(&cases[0], &s, htk, NULL);
        sci_stats *stats = NULL;
        double *y = rig_normalize(&r, 1e-5, &stats);

        check_values("speech", htk ? "mgn_db_rel120_htk" : "mgn_db_rel120_slaney", single, y,
                     single ? 3e-2 : 1e-7);
        free(y);
        sci_stats_free(stats);
        rig_close(&r);
    }
}

static void
check_power(const golden_case *c, bool htk, bool single)
{
    audio_features_settings s =
        settings_of(c, single, (audio_compression){ .kind = AUDIO_COMPRESS_NONE });
    rig r = rig_open(c, &s, htk, NULL);
    sci_stats *stats = NULL;
    double *y = rig_normalize(&r, 0.0, &stats);

    check_rows(c->name, htk ? "mgn_power_htk_" : "mgn_power_slaney_", sci_stats_moments(stats),
               single ? &powers_single : &exact);
    if (c == &cases[0])
        check_values(c->name, htk ? "mgn_power_htk" : "mgn_power_slaney", single, y,
                     single ? 1e-4 : 1e-9);
    free(y);
    sci_stats_free(stats);
    rig_close(&r);
}

static void
powers_normalized_by_bands_are_those_of_the_reference(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++)
        for (int v = 0; v < 4; v++)
            check_power(&cases[k], v & 1, v & 2);
}

/* Without an absolute number anywhere a gain of a power of two leaves no trace. */
static void
normalized_power_does_not_know_the_level(void **state)
{
    static const golden_case loud = { "", "speech_16k_f32.wav", 16000, 1024, 256 },
                             quiet = { "", "speech_16k_f32_gain2m10.wav", 16000, 1024, 256 };
    audio_features_settings s =
        settings_of(&loud, true, (audio_compression){ .kind = AUDIO_COMPRESS_NONE });
    rig a = rig_open(&loud, &s, false, NULL), b = rig_open(&quiet, &s, false, NULL);
    sci_stats *stats = NULL;
    double *x = rig_normalize(&a, 0.0, &stats), *y;
    uint64_t n;

    (void)state;
    sci_stats_free(stats);
    y = rig_normalize(&b, 0.0, &stats);
    assert_ok(sci_array_count(&a.in.source->array, &n));
    assert_same_bytes(x, y, n, sizeof *x);
    sci_stats_free(stats);
    rig_close(&a);
    rig_close(&b);
    free(x);
    free(y);
}

static void
recordings_at_the_edge_are_those_of_the_reference(void **state)
{
    static const char *const names[] = { "len1",    "len100", "len511",  "len512", "len513",
                                         "len1024", "dc",     "impulse", "silence" };

    (void)state;
    for (size_t k = 0; k < 2 * ARRAY_LEN(names); k++) {
        bool single = k % 2 == 1;
        char file[64], group[64];
        golden_case c = { group, file, 16000, 1024, 256 };
        audio_features_settings s = settings_of(
            &c, single,
            (audio_compression){ .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0 });
        sci_stats *stats = NULL;
        double *y;
        rig r;

        snprintf(group, sizeof group, "edge/%s", names[k / 2]);
        snprintf(file, sizeof file, "%s_16k_%s.wav", names[k / 2],
                 strcmp(names[k / 2], "silence") == 0 ? "pcm16" : "f32");
        r = rig_open(&c, &s, false, NULL);
        y = rig_normalize(&r, 1e-5, &stats);
        check_values(group, "mgn_db_slaney", single, y, single ? 2e-3 : 1e-9);
        check_rows(group, "", sci_stats_moments(stats), single ? &few_single : &exact);
        free(y);
        sci_stats_free(stats);
        rig_close(&r);
    }
}

/* ---- masks ---- */

static void
check_masked(bool single)
{
    static const golden_case padded = { "masked", "speech_padded_16k_pcm16.wav", 16000, 1024, 256 };
    audio_features_settings s = settings_of(
        &padded, single,
        (audio_compression){ .kind = AUDIO_COMPRESS_DB, .relative = true, .floor_db = 80.0 });
    loaded want = features_golden("masked", "mask");
    audio_frame_mask *mask = NULL;
    sci_stats *stats = NULL;
    double *y;
    rig r;

    s.energies = true;
    r = rig_open(&padded, &s, false, NULL);
    assert_ok(audio_frame_mask_energy(&mask, r.in.features, -60.0));
    for (uint64_t t = 0; t < want.n; t++)
        assert_count(audio_frame_mask_members(mask)[t], (uint64_t)want.values[t]);
    assert_ok(audio_frame_mask_enter(mask, r.grouping));
    y = rig_normalize(&r, 1e-5, &stats);
    check_values("masked", "mgn_db_slaney", single, y, single ? 2e-3 : 1e-9);
    check_rows("masked", "", sci_stats_moments(stats), single ? &levels_single : &exact);
    check_counts("masked", "count", sci_stats_moments(stats));
    free(y);
    sci_stats_free(stats);
    loaded_free(&want);
    rig_close(&r);
    audio_frame_mask_free(mask);
}

static void
silence_stays_out_of_the_statistics(void **state)
{
    (void)state;
    check_masked(false);
    check_masked(true);
}

/* ---- several recordings ---- */

static const struct {
    const char *file, *speaker;
} spoken[] = { { "spkB_2_16k_pcm16.wav", "B" },
               { "spkA_1_16k_pcm16.wav", "A" },
               { "spkB_1_16k_pcm16.wav", "B" },
               { "spkA_2_16k_pcm16.wav", "A" } };

static void
check_pooled(bool single, bool by_speaker)
{
    sci_stats *tables[ARRAY_LEN(spoken)] = { NULL }, *all = NULL;

    for (size_t k = 0; k < ARRAY_LEN(spoken); k++) {
        golden_case c = { "", spoken[k].file, 16000, 1024, 256 };
        audio_features_settings s = settings_of(
            &c, single, (audio_compression){ .kind = AUDIO_COMPRESS_DB, .floor = 1e-10 });
        char group[64];
        rig r;

        s.sample_axis = true;
        r = rig_open(&c, &s, false, by_speaker ? spoken[k].speaker : NULL);
        assert_ok(sci_fit(r.in.source, r.grouping, &r.options, &tables[k], NULL));
        snprintf(group, sizeof group, "pooled/file/%s", c.file);
        check_rows(group, "", sci_stats_moments(tables[k]), single ? &levels_single : &exact);
        check_counts(group, "count", sci_stats_moments(tables[k]));
        rig_close(&r);
    }
    assert_ok(sci_stats_merge_all(&all, ARRAY_LEN(spoken), (const sci_stats *const *)tables, NULL));
    assert_count(sci_stats_groups(all), by_speaker ? 32 : 16);
    for (int k = 0; k < (by_speaker ? 2 : 1); k++) {
        const char *group = !by_speaker ? "pooled/global"
                            : k == 0    ? "pooled/speaker/A"
                                        : "pooled/speaker/B";

        check_rows(group, "", sci_stats_moments(all) + 16 * k, single ? &levels_single : &exact);
        check_counts(group, "count", sci_stats_moments(all) + 16 * k);
    }
    sci_stats_free(all);
    for (size_t k = 0; k < ARRAY_LEN(spoken); k++)
        sci_stats_free(tables[k]);
}

static void
tables_of_recordings_merge_into_those_of_speakers_and_of_all(void **state)
{
    (void)state;
    for (int v = 0; v < 4; v++)
        check_pooled(v & 1, v & 2);
}

/* ---- windows ---- */

static void
sliding_statistics_are_those_of_kaldis_rule(void **state)
{
    (void)state;
    for (int v = 0; v < 8; v++) {
        bool centred = v & 1, single = v & 2;
        audio_features_settings s = settings_of(
            &cases[0], single, (audio_compression){ .kind = AUDIO_COMPRESS_DB, .floor = 1e-10 });
        audio_sliding_settings w = { .centred = centred, .window = 30, .min_window = 10 };
        sci_source *sliding = NULL;
        opened_features in;
        uint64_t n;
        double *y;

        s.chain.feature = AUDIO_FEATURE_MEL;
        s.chain.mel = (audio_mel_settings){ .n_mels = 80, .area_norm = true };
        s.memory_bytes = v & 4 ? UINT64_MAX : 0;
        in = features_open(cases[0].file, &s);
        assert_ok(audio_sliding_create(&sliding, in.source, &w));
        y = features_read(sliding, &n);
        check_values("speech", centred ? "sliding_cmvn_center" : "sliding_cmvn_left", single, y,
                     single ? 2e-3 : 1e-9);
        free(y);
        sci_source_free(sliding);
        features_close(&in);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_normalized_by_bands_are_those_of_the_reference),
        cmocka_unit_test(a_floor_of_120_db_is_that_of_the_reference),
        cmocka_unit_test(powers_normalized_by_bands_are_those_of_the_reference),
        cmocka_unit_test(normalized_power_does_not_know_the_level),
        cmocka_unit_test(recordings_at_the_edge_are_those_of_the_reference),
        cmocka_unit_test(silence_stays_out_of_the_statistics),
        cmocka_unit_test(tables_of_recordings_merge_into_those_of_speakers_and_of_all),
        cmocka_unit_test(sliding_statistics_are_those_of_kaldis_rule),
    };

    return run_all(tests);
}
