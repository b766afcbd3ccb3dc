/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "features.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "testing.h"

opened_features
features_open(const char *file, const audio_features_settings *s)
{
    audio_recording_settings how = { .single = s->chain.spectrum.single,
                                     .largest = audio_spectrum_largest(&s->chain.spectrum) };
    char path[PLACE_ROOM], within[128];
    opened_features o = { .recording = NULL };

    snprintf(within, sizeof within, "audio/wav/%s", file);
    place_reference(path, within);
    assert_ok(audio_recording_open(&o.recording, path, &how));
    assert_ok(audio_features_create(&o.features, audio_recording_signal(o.recording), s));
    o.source = audio_features_source(o.features);
    return o;
}

void
features_close(opened_features *o)
{
    audio_features_free(o->features);
    audio_recording_free(o->recording);
    *o = (opened_features){ .recording = NULL };
}

double *
features_read(sci_source *source, uint64_t *n)
{
    double *values;

    assert_ok(sci_array_count(&source->array, n));
    values = test_alloc(*n, sizeof *values);
    assert_ok(sci_source_read(source, 0, *n, values));
    for (uint64_t i = *n; source->array.type == SCI_FLOAT32 && i-- > 0;) {
        float value;

        memcpy(&value, (char *)values + i * sizeof value, sizeof value);
        values[i] = (double)value;
    }
    return values;
}

loaded
features_golden(const char *group, const char *name)
{
    char path[PLACE_ROOM], dataset[256];

    snprintf(dataset, sizeof dataset, "/%s/%s", group, name);
    place_reference(path, "audio/golden.h5");
    return load_dataset(path, dataset);
}

void
features_show_error(const char *what, const char *name, bool single, double error)
{
    if (getenv("SCI_TEST_ERRORS") != NULL)
        print_message("%-14s %-22s %s %.2e\n", what, name, single ? "single" : "double", error);
}
