/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sci-audio: the table of its verbs. */
#include <sci.h>

#include "prose.h"
#include "rows.h"
#include "verb_loudness.h"
#include "verbs.h"

#define S audio_settings

static const cli_verb verbs[] = {
    { "normalize", "make features whose bands have mean 0 and variance 1", "INPUT... -o OUTPUT",
      audio_normalize_prose,
      "normalize speech.wav -o speech.h5\n"
      "normalize -r recordings -o features --jobs 4\n"
      "normalize --manifest list.tsv --group-by speaker -o features\n"
      "normalize speech.wav -o speech.h5 --feature stft --n-fft 2048 --hop 512 --bands 32",
      audio_normalize_rows, sizeof(S), 0, -1, audio_normalize },
    { "fit", "make the statistics of recordings", "INPUT... -o STATS", audio_fit_prose,
      "fit *.wav -o all.h5\nfit --manifest list.tsv --group-by speaker -o speakers.h5",
      audio_fit_rows, sizeof(S), 0, -1, audio_fit },
    { "merge", "put statistics together", "STATS... -o STATS", audio_merge_prose,
      "merge monday.h5 tuesday.h5 -o both.h5", audio_merge_rows, sizeof(S), 1, -1, audio_merge },
    { "apply", "normalize by statistics that are there", "INPUT... [--stats STATS] -o OUTPUT",
      audio_apply_prose,
      "apply new.wav --stats all.h5 -o new.h5\n"
      "apply --manifest list.tsv --group-by speaker --stats speakers.h5 -o features\n"
      "apply lazy.h5 -o normalized.h5",
      audio_apply_rows, sizeof(S), 0, -1, audio_apply },
    { "invert", "undo normalize or apply", "FEATURES... -o OUTPUT", audio_invert_prose,
      "invert speech.h5 -o decibels.h5", audio_invert_rows, sizeof(S), 0, -1, audio_invert },
    { "synth", "make recordings of features and their phases", "FEATURES... -o OUTPUT",
      audio_synth_prose, "synth speech.h5 -o again.wav\nsynth -r features -o recordings --type f32",
      audio_synth_rows, sizeof(S), 0, -1, audio_synth },
    { "picture", "draw features before and after", "INPUT... -o OUTPUT", audio_picture_prose,
      "picture speech.wav -o speech.png\npicture speech.h5 -o speech.png\n"
      "picture -r recordings -o pictures --feature stft --maximum",
      audio_picture_rows, sizeof(S), 0, -1, audio_picture },
    { "check", "certify that levels do not matter; verify files of features", "INPUT...",
      audio_check_prose,
      "check speech.wav\ncheck speech.wav --gain -40 --gain 20 --fail-over 0.01\n"
      "check speech.h5 --recording speech.wav",
      audio_check_rows, sizeof(S), 0, -1, audio_check },
    { "show", "print statistics", "STATS", audio_show_prose, "show all.h5\nshow speech.h5 --json",
      audio_show_rows, sizeof(S), 1, 1, audio_show },
    { "info", "say what a recording or a file of features is", "INPUT...", audio_info_prose,
      "info speech.wav\ninfo -r recordings --json\ninfo speech.h5", audio_info_rows, sizeof(S), 0,
      -1, audio_info },
    { "loudness", "measure loudness, and write recordings at a target", "INPUT... [-o OUTPUT]",
      audio_loudness_prose, audio_loudness_examples, audio_loudness_rows,
      sizeof(audio_loudness_settings), 0, -1, audio_loudness_verb },
    { .name = NULL },
};

static const cli_program program = {
    .name = "sci-audio",
    .summary = "make features of recordings that neither level nor microphone moves",
    .version = SCI_VERSION,
    .prose = audio_program_prose,
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
    return cli_program_run(&program, argc, argv);
}
