/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spectrogram.h"

#include <sci/memory.h>

#include "cli/picture.h"

#include "spectrogram_priv.h"

static cli_panel
panel_of(const audio_spectrogram *s, const spectrogram_side *t,
         const struct audio_spectrogram_side *side, const spectrogram_frequencies *frequencies)
{
    audio_frames_settings frames = { .length = s->chain->spectrum.length,
                                     .hop = s->hop,
                                     .pad = s->pad };
    double frame_s = (double)s->hop / s->rate_hz;
    double first_s = audio_frames_centre(&frames, 0) / s->rate_hz;

    return (cli_panel){
        .values = t->values,
        .rows = t->rows,
        .columns = t->columns,
        .title = side->title,
        .x = { .label = "time (s)",
               .start = first_s + 0.5 * (double)(t->per_column - 1) * frame_s,
               .step = (double)t->per_column * frame_s },
        .y = frequencies->axis,
        .y_up = true,
        .stretch = true,
        .value_label = side->values,
        .lines = frequencies->lines,
        .n_lines = frequencies->n_lines,
    };
}

sci_status
audio_spectrogram_write(const char *path, const audio_spectrogram *s)
{
    spectrogram_side sides[2] = { { NULL }, { NULL } };
    spectrogram_frequencies frequencies = { 0 };
    cli_panel panels[2];
    cli_picture picture = { .title = s->title,
                            .footnote = s->footnote,
                            .panels = panels,
                            .colours = CLI_COLOURS_PERCEPTUAL };
    sci_status st = spectrogram_frequencies_make(&frequencies, s);

    for (int k = 0; st == SCI_OK && k < 2; k++) {
        if (s->sides[k].source == NULL)
            continue;
        st = spectrogram_thin(&sides[k], s, s->sides[k].source);
        if (st == SCI_OK)
            panels[picture.n_panels++] = panel_of(s, &sides[k], &s->sides[k], &frequencies);
    }
    if (st == SCI_OK)
        st = cli_picture_write(path, &picture);
    spectrogram_frequencies_clear(&frequencies);
    sci_free(sides[0].values);
    sci_free(sides[1].values);
    return st;
}
