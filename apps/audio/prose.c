/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prose.h"

const char audio_program_prose[] =
    "The same words are louder in one recording and duller in another. sci-audio computes the "
    "spectrogram of a recording, cuts it into mel bands, and gives every band mean 0 and variance "
    "1, so that neither the level nor the colour of a microphone is left in the features. "
    "Statistics are exact, may be shared by the recordings of a speaker or by all, and merge "
    "across "
    "machines. Recordings of any length are streamed.\n\n"
    "Recordings are what libsndfile reads: WAV, FLAC, OGG, AIFF, W64, RF64, CAF and others. "
    "Features "
    "are HDF5: /features is (channel, frame, number), every parameter is an attribute.";

const char audio_normalize_prose[] =
    "Make features of recordings and normalize them: the power of 80 mel filters in dB, at most 80 "
    "dB below the peak of the channel, in 16 bands of neighbouring filters whose mean and variance "
    "over all frames become 0 and 1. --bands goes from layer norm (1) over sub-bands to the mean "
    "and "
    "variance normalization of every coefficient (per-bin).\n\n"
    "A floor below the channel's own peak is what makes features independent of the level: an "
    "absolute one (librosa, torchaudio) moves them by several standard deviations at -40 dB. "
    "Powers "
    "and roots are compared with eps 0 or a relative one for the same reason.\n\n"
    "Several inputs, a directory with -r, a pattern, a list or a manifest run as a batch into an "
    "output directory; a recording that cannot be read is named in failures.tsv and the others go "
    "on.";

const char audio_fit_prose[] =
    "The statistics of features of recordings, of all together or with --group-by of each group. "
    "Features are those of 'normalize' with the same options. Statistics of parts merge to those "
    "of "
    "the whole; the order of inputs makes no difference.";

const char audio_merge_prose[] =
    "Put statistics together that were made on different machines or days. Files whose features "
    "were made otherwise are refused, with the parameter that differs.";

const char audio_apply_prose[] =
    "Normalize recordings by statistics that are there: their features are made by the parameters "
    "of "
    "the statistics file. Or normalize files of features that are not normalized (--lazy, --scope "
    "none), by these statistics or by their own.";

const char audio_invert_prose[] =
    "Features as they were before they were normalized, from the statistics that the file keeps. "
    "The statistics stay, so that 'apply' can do it again.";

const char audio_synth_prose[] =
    "The samples of recordings again, as WAV, from features that were made with 'normalize "
    "--complex': normalization and compression are undone, powers and phases joined, and frames "
    "added where they came from, divided by the sum of their squared windows. Features that were "
    "changed in between give the recording whose spectra are nearest to them. Integers come back "
    "to the bit; --verify reads all of them back.";

const char audio_picture_prose[] =
    "Features over time as PNG, before and after normalization side by side, with the edges of "
    "bands, axes in seconds and Hz, and a bar of colours. Of a recording the features are made as "
    "'normalize' would with the same options, and nothing else is written; --scope none draws one "
    "panel. Of a file of features its own parameters count, and its statistics give the other "
    "side: one panel where there are none.";

const char audio_check_prose[] =
    "Of a recording: its features, normalized as 'normalize' would with the same options, and the "
    "same of its samples at other levels and from a later beginning. Printed are the largest and "
    "the root of the mean square of the changes in standard deviations, and whether they are "
    "within 1e-5 (gains that are powers of two, frames of a later beginning by the statistics and "
    "the peak of the whole) or 2e-3 (gains that round samples to other floats).\n\n"
    "Of a file of features: the digest of its statistics, that all numbers are finite, and that "
    "means and variances are what the statistics promise. With --recording also that the "
    "recording is the one it was made of, and makes the same numbers to the bit. What is wrong is "
    "said, with exit code 1.";

const char audio_show_prose[] = "The parameters of features, and count, mean, spread, least and "
                                "largest value of every group of a statistics file or an output.";

const char audio_info_prose[] =
    "What the header of a recording says and what the file holds, which are not always the same: "
    "truncated files, streamed headers, sizes that lie. All samples are read: how loud they are, "
    "and "
    "whether all are finite. Of a file of features: what it is and how it was made.";
