/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include "recipe.h"

#define S audio_settings

/* clang-format off */
#define ROWS_SAMPLES                                                                              \
    { 0, "channel", "N", CLI_INTEGER, AUDIO_AT(channel), NULL,                                    \
      "only this channel, from 1 (default: all, each by itself)", "Samples", CLI_RESULT, NULL, 1, \
      1024 },                                                                                     \
    { 0, "mono", NULL, CLI_FLAG, AUDIO_AT(mono), NULL, "the mean of all channels", "Samples",     \
      CLI_RESULT, NULL, 0, 0 },                                                                   \
    ROW_RATE,                                                                                     \
    { 0, "nan", "POLICY", CLI_CHOICE, CLI_AT(S, nan), "refuse",                                   \
      "what happens to samples that are NaN or infinite: the recording is refused, or they count "\
      "as 0", "Samples", CLI_RESULT, "refuse|ignore", 0, 0 }

#define ROW_RATE                                                                                  \
    { 0, "rate", "HZ", CLI_INTEGER, AUDIO_AT(rate_hz), NULL,                                      \
      "resample to this rate first (default: the recording's own)", "Samples", CLI_RESULT, NULL,  \
      1, 100000000 }

#define ROWS_FEATURES                                                                             \
    { 0, "preset", "TOOL", CLI_CHOICE, AUDIO_AT(preset), "none",                                  \
      "features of another tool: librosa (melspectrogram, power_to_db), torchaudio "              \
      "(MelSpectrogram, AmplitudeToDB), kaldi (fbank, 80 bins), whisper; with --scope none they " \
      "are that tool's numbers; other options change it", "Features", CLI_RESULT,                 \
      "none|librosa|torchaudio|kaldi|whisper", 0, 0 },                                            \
    { 0, "params", "FILE", CLI_TEXT, AUDIO_AT(params), NULL,                                      \
      "the parameters of this file of features; other options change them", "Features",           \
      CLI_RESULT | CLI_PATH, NULL, 0, 0 },                                                        \
    { 0, "feature", "KIND", CLI_CHOICE, AUDIO_AT(feature), NULL,                                  \
      "stft: the power of every bin; mel: of mel filters; mfcc: their cepstrum (default: mel)",   \
      "Features", CLI_RESULT, AUDIO_FEATURES, 0, 0 },                                             \
    { 0, "n-fft", "N", CLI_INTEGER, AUDIO_AT(n_fft), NULL,                                        \
      "length of the Fourier transform in samples (default: 1024, or what --win fits into)",      \
      "Features", CLI_RESULT, NULL, 2, 16777216 },                                                \
    { 0, "win", "LENGTH", CLI_TEXT, AUDIO_AT(win), NULL,                                          \
      "length of the window in samples, or as a time: 25ms (default: --n-fft)", "Features",       \
      CLI_RESULT, NULL, 0, 0 },                                                                   \
    { 0, "hop", "LENGTH", CLI_TEXT, AUDIO_AT(hop), NULL,                                          \
      "from one frame to the next, in samples or as a time: 10ms (default: a quarter of --n-fft)",\
      "Features", CLI_RESULT, NULL, 0, 0 },                                                       \
    { 0, "window", "SHAPE", CLI_CHOICE, AUDIO_AT(window), NULL, "default: hann, periodic",        \
      "Features", CLI_RESULT, AUDIO_WINDOWS, 0, 0 },                                              \
    { 0, "pad", "HOW", CLI_CHOICE, AUDIO_AT(pad), NULL,                                           \
      "what the recording goes on with so that frames can be centred on their samples; none: "    \
      "only whole frames (default: reflect)", "Features", CLI_RESULT, AUDIO_PADS, 0, 0 },         \
    { 0, "n-mels", "N", CLI_INTEGER, AUDIO_AT(n_mels), NULL, "mel filters (default: 80)",         \
      "Features", CLI_RESULT, NULL, 1, 65536 },                                                   \
    { 0, "n-mfcc", "N", CLI_INTEGER, AUDIO_AT(n_mfcc), NULL, "coefficients (default: 20)",        \
      "Features", CLI_RESULT, NULL, 1, 65536 },                                                   \
    { 0, "mel", "SCALE", CLI_CHOICE, AUDIO_AT(mel_scale), NULL,                                   \
      "formula of filters and bands (default: slaney, as librosa)", "Features", CLI_RESULT,       \
      AUDIO_MEL_SCALES, 0, 0 },                                                                   \
    { 0, "mel-norm", "HOW", CLI_CHOICE, AUDIO_AT(mel_norm), NULL,                                 \
      "slaney: filters of one area; none: of one height (default: slaney)", "Features",           \
      CLI_RESULT, AUDIO_MEL_NORMS, 0, 0 },                                                        \
    { 0, "fmin", "HZ", CLI_REAL, AUDIO_AT(fmin_hz), NULL,                                         \
      "lowest frequency of filters and bands (default: 0)", "Features", CLI_RESULT, NULL, 0, 1e8 }, \
    { 0, "fmax", "HZ", CLI_REAL, AUDIO_AT(fmax_hz), NULL,                                         \
      "highest frequency of filters and bands (default: half of the rate)", "Features",           \
      CLI_RESULT, NULL, 0, 1e8 },                                                                 \
    { 0, "compression", "HOW", CLI_CHOICE, AUDIO_AT(compression), NULL,                           \
      "db: 10 log10 of the power; ln, log1p, root (power^0.5), none; pcen: per-channel energy "   \
      "normalization (default: db)", "Features", CLI_RESULT, AUDIO_COMPRESSIONS, 0, 0 },          \
    { 0, "floor", "FLOOR", CLI_TEXT, AUDIO_AT(floor), NULL,                                       \
      "lower powers are raised to it: rel:80 (dB below the peak of the channel), abs:1e-10, or "  \
      "both with a comma (default: rel:80, which no change of level moves)", "Features",          \
      CLI_RESULT, NULL, 0, 0 },                                                                   \
    { 0, "exponent", "P", CLI_REAL, AUDIO_AT(exponent), NULL,                                     \
      "of --compression root (default: 0.5, which makes magnitudes)", "Features",                 \
      CLI_RESULT | CLI_POSITIVE, NULL, 0, 1 },                                                    \
    { 0, "precision", "P", CLI_CHOICE, AUDIO_AT(precision), NULL,                                 \
      "of everything before the statistics, which are always double (default: single, which "     \
      "carries 80 dB)", "Features", CLI_RESULT, "single|double", 0, 0 }

#define ROWS_BANDS                                                                                \
    { 0, "bands", "N", CLI_TEXT, AUDIO_AT(bands), NULL,                                           \
      "groups of frequencies that share statistics: 16 equal in mel (of mel features: of "        \
      "neighbouring channels), 1: all together, per-bin: each by itself (default: 16; per-bin "   \
      "for mfcc)", "Statistics", CLI_RESULT, NULL, 0, 0 },                                        \
    { 0, "band-edges", "HZ,HZ,...", CLI_TEXT, AUDIO_AT(band_edges), NULL,                           \
      "bands of --feature stft between these frequencies: 0,300,3400,8000", "Statistics",         \
      CLI_RESULT, NULL, 0, 0 },                                                                   \
    { 0, "min-bins", "M", CLI_INTEGER, AUDIO_AT(min_bins), NULL,                                  \
      "a band with fewer bins is joined to the one above it (default: 1)", "Statistics",          \
      CLI_RESULT, NULL, 1, 65536 },                                                               \
    { 0, "ddof", "N", CLI_INTEGER, CLI_AT(S, ddof), NULL,                                         \
      "divide sums of squares by count - N, N being 0 or 1 (default: 0)", "Statistics",           \
      CLI_RESULT, NULL, 0, 1 }

#define ROWS_EPS                                                                                  \
    { 0, "eps", "X", CLI_REAL, CLI_AT(S, eps), NULL,                                              \
      "added to every variance (default: 1e-5 of logarithms, 0 of powers)", "Normalization",      \
      CLI_RESULT, NULL, 0, 1e300 },                                                               \
    { 0, "eps-rel", "X", CLI_REAL, AUDIO_AT(eps_rel), NULL,                                       \
      "instead: X times the mean of squares of the group is added", "Normalization", CLI_RESULT,  \
      NULL, 0, 1 },                                                                               \
    { 0, "relax", "L", CLI_REAL, AUDIO_AT(relax), NULL,                                           \
      "(1 - L) of the bands' normalization and L of that of all bands together (default: 0)",     \
      "Normalization", CLI_RESULT, NULL, 0, 1 }

#define ROW_SCOPE \
    { 0, "scope", "SCOPE", CLI_CHOICE, AUDIO_AT(scope), "file", \
      "whose statistics: of the recording (file), of its group (--group-by), of all inputs " \
      "(global), of the recording so far (running), of the frames around each (sliding), none: " \
      "features as they are", \
      "Statistics", CLI_RESULT, AUDIO_SCOPES, 0, 0 }

#define ROWS_RUNNING \
    { 0, "momentum", "M", CLI_REAL, AUDIO_AT(momentum), NULL, \
      "of --scope running: the weight of a new block (default: 0.1)", "Normalization", \
      CLI_RESULT | CLI_POSITIVE, NULL, 0, 1 }, \
    { 0, "block", "FRAMES", CLI_INTEGER, AUDIO_AT(block), NULL, \
      "of --scope running: frames of a block (default: 100)", "Normalization", CLI_RESULT, NULL, 1, \
      1000000000 }

#define ROWS_SLIDING \
    { 0, "sliding-window", "FRAMES", CLI_INTEGER, AUDIO_AT(sliding_window), NULL, \
      "of --scope sliding: frames of the window (default: 600)", "Normalization", CLI_RESULT, NULL, \
      1, 1000000000 }, \
    { 0, "sliding-least", "FRAMES", CLI_INTEGER, AUDIO_AT(sliding_least), NULL, \
      "of --left: frames that there are at least at the beginning (default: 100)", "Normalization", \
      CLI_RESULT, NULL, 1, 1000000000 }, \
    { 0, "left", NULL, CLI_FLAG, AUDIO_AT(left), NULL, \
      "of --scope sliding: the window ends at the frame instead of being centred on it", \
      "Normalization", CLI_RESULT, NULL, 0, 0 }

#define ROW_MASK                                                                                  \
    { 0, "mask", "MASK", CLI_TEXT, AUDIO_AT(mask), NULL,                                          \
      "frames that enter the statistics: energy:-60 (down to 60 dB below the loudest frame of the " \
      "channel), or those inside the intervals of FILE, a table with tabs and the columns start "   \
      "and end in seconds, and path and channel where wanted", "Statistics",                      \
      CLI_RESULT | CLI_PATH, NULL, 0, 0 }

#define ROW_GROUP_BY                                                                              \
    { 0, "group-by", "COLUMN", CLI_TEXT, AUDIO_AT(group_by), NULL,                                \
      "recordings with the same text in this column of the manifest share statistics", "Inputs",  \
      CLI_RESULT, NULL, 0, 0 }

#define ROW_SKIP                                                                                  \
    { 0, "skip-existing", NULL, CLI_FLAG, CLI_AT(S, resume), NULL,                                \
      "the same as --resume: what an output was made of counts, not its name", "Inputs", 0, NULL, \
      0, 0 }

#define ROW_DTYPE                                                                                 \
    { 0, "dtype", "TYPE", CLI_CHOICE, AUDIO_AT(dtype), NULL,                                      \
      "element type of /features (default: f32; f64 with --precision double)", "Output",          \
      CLI_RESULT, "f32=f4|f64=f8|f16=f2", 0, 0 }
/* clang-format on */

const cli_row audio_normalize_rows[] = {
    CLI_ROW_OUTPUT(S),
    CLI_ROWS_WRITING(S),
    ROW_DTYPE,
    { 0, "complex", NULL, CLI_FLAG, AUDIO_AT(phase), NULL,
      "keep the phases too (/phase), so that 'synth' gives the samples back; features are stft and "
      "the floor is abs:1e-30",
      "Output", CLI_RESULT, NULL, 0, 0 },
    { 0, "pack", NULL, CLI_FLAG, AUDIO_AT(pack), NULL,
      "one file for all inputs: /features (frames of all, number) and /index", "Output", CLI_RESULT,
      NULL, 0, 0 },
    { 0, "picture", "DIR", CLI_TEXT, AUDIO_AT(picture), NULL,
      "a picture of each input before and after, DIR/NAME.png", "Output", CLI_DIRECTORY, NULL, 0,
      0 },
    { 0, "lazy", NULL, CLI_FLAG, AUDIO_AT(lazy), NULL,
      "write features as they are, with the statistics; 'apply' or the reader normalizes them",
      "Output", CLI_RESULT, NULL, 0, 0 },
    ROWS_FEATURES,
    ROWS_SAMPLES,
    ROWS_BANDS,
    ROW_SCOPE,
    ROW_MASK,
    { 0, "masked-out", "HOW", CLI_CHOICE, AUDIO_AT(masked_out), NULL,
      "frames outside the mask are normalized too (keep) or become 0 (default: keep)",
      "Normalization", CLI_RESULT, "keep|zero", 0, 0 },
    ROWS_EPS,
    ROWS_RUNNING,
    { 0, "state", "FILE", CLI_TEXT, AUDIO_AT(state), NULL,
      "of --scope running: go on from this file, if it is there, and replace it", "Normalization",
      CLI_RESULT | CLI_PATH | CLI_WRITTEN, NULL, 0, 0 },
    ROWS_SLIDING,
    CLI_ROW_DIGEST(S),
    CLI_ROWS_FILES(S),
    ROW_GROUP_BY,
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    ROW_SKIP,
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row audio_fit_rows[] = {
    CLI_ROW_OUTPUT_FILE(S, "the statistics file"),
    CLI_ROWS_WRITING(S),
    ROWS_FEATURES,
    ROWS_SAMPLES,
    ROWS_BANDS,
    ROW_MASK,
    CLI_ROW_DIGEST(S),
    CLI_ROWS_FILES(S),
    ROW_GROUP_BY,
    CLI_ROW_JOBS(S),
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row audio_merge_rows[] = {
    CLI_ROW_OUTPUT_FILE(S, "the merged file"),
    CLI_ROWS_WRITING(S),
    CLI_END,
};

const cli_row audio_apply_rows[] = {
    CLI_ROW_OUTPUT(S),
    CLI_ROWS_WRITING(S),
    ROW_DTYPE,
    { 0, "stats", "FILE", CLI_TEXT, AUDIO_AT(stats), NULL,
      "the statistics: of 'fit' or 'merge', or another output's own; features with statistics of "
      "their own (--lazy) need none",
      "Statistics", CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    ROWS_EPS,
    ROW_RATE,
    { 0, "nan", "POLICY", CLI_CHOICE, CLI_AT(S, nan), "refuse",
      "what happens to samples that are NaN or infinite: the recording is refused, or they count "
      "as 0",
      "Samples", CLI_RESULT, "refuse|ignore", 0, 0 },
    CLI_ROW_DIGEST(S),
    CLI_ROWS_FILES(S),
    ROW_GROUP_BY,
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    ROW_SKIP,
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row audio_invert_rows[] = {
    CLI_ROW_OUTPUT(S), CLI_ROWS_WRITING(S),   ROW_DTYPE, CLI_ROWS_FILES(S), CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S), CLI_ROWS_RESOURCES(S), CLI_END,
};

const cli_row audio_synth_rows[] = {
    CLI_ROW_OUTPUT(S),
    CLI_ROWS_WRITING(S),
    { 0, "type", "TYPE", CLI_CHOICE, AUDIO_AT(sample_type), NULL,
      "of the samples (default: that of the recording, 16 bits where it was compressed with "
      "losses)",
      "Output", CLI_RESULT, "pcm16|pcm24|pcm32|f32|f64", 0, 0 },
    CLI_ROWS_FILES(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    ROW_SKIP,
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row audio_picture_rows[] = {
    CLI_ROW_OUTPUT(S),
    { 'f', "force", NULL, CLI_FLAG, CLI_AT(S, force), NULL, "replace an output that exists",
      "Output", 0, NULL, 0, 0 },
    { 0, "no-sync", NULL, CLI_FLAG, CLI_AT(S, no_sync), NULL,
      "do not wait until the output is safe on the disk", "Output", 0, NULL, 0, 0 },
    { 0, "channel-shown", "N", CLI_INTEGER, AUDIO_AT(channel_shown), "1",
      "which of the channels of the features is drawn", "Output", CLI_RESULT, NULL, 1, 1024 },
    { 0, "maximum", NULL, CLI_FLAG, AUDIO_AT(maximum), NULL,
      "a column of several frames shows their maximum instead of their mean", "Output", CLI_RESULT,
      NULL, 0, 0 },
    ROWS_FEATURES,
    ROWS_SAMPLES,
    ROWS_BANDS,
    ROW_SCOPE,
    ROW_MASK,
    ROWS_EPS,
    ROWS_RUNNING,
    ROWS_SLIDING,
    CLI_ROWS_FILES(S),
    CLI_ROW_JOBS(S),
    CLI_ROW_RESUME(S),
    ROW_SKIP,
    CLI_ROWS_RESOURCES(S),
    CLI_END,
};

const cli_row audio_check_rows[] = {
    CLI_ROW_JSON(S),
    { 0, "gain", "DB", CLI_LIST, AUDIO_AT(gains), NULL,
      "try this gain, rounding to float samples; may be given again (default: 2^-10, 2^10 and 1/2, "
      "which do not round, and -40)",
      "Check", 0, NULL, 0, 0 },
    { 0, "fail-over", "X", CLI_REAL, AUDIO_AT(fail_over), NULL,
      "end with exit code 5 if any feature changes by more than X standard deviations", "Check", 0,
      NULL, 0, 1e300 },
    { 0, "recording", "FILE", CLI_TEXT, AUDIO_AT(recording), NULL,
      "the recording that a file of features was made of: its digest is compared, and its features "
      "are made again",
      "Check", CLI_PATH, NULL, 0, 0 },
    ROWS_FEATURES,
    ROWS_SAMPLES,
    ROWS_BANDS,
    ROW_SCOPE,
    ROW_MASK,
    ROWS_EPS,
    ROWS_RUNNING,
    ROWS_SLIDING,
    CLI_ROWS_FILES(S),
    CLI_END,
};

const cli_row audio_show_rows[] = {
    CLI_ROW_JSON(S),
    { 0, "all", NULL, CLI_FLAG, AUDIO_AT(all), NULL, "all groups, not only the first 20", "Output",
      0, NULL, 0, 0 },
    CLI_END,
};

const cli_row audio_info_rows[] = {
    CLI_ROW_JSON(S),
    { 0, "nan", "POLICY", CLI_CHOICE, CLI_AT(S, nan), "refuse",
      "whether samples that are NaN or infinite are an error, or counted", "Samples", 0,
      "refuse|ignore", 0, 0 },
    CLI_ROWS_FILES(S),
    CLI_END,
};
