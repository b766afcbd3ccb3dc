/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prose.h"

const char array_program_prose[] = "A normalization is a way to put the elements of an array into "
                                   "groups: batch norm groups them by channel, layer norm "
                                   "by sample, group norm by sample and block of channels. "
                                   "sci-array computes the count, mean and variance of every "
                                   "group and rescales the group to mean 0 and variance 1. Groups "
                                   "may be anything that axes, label files, masks and "
                                   "weights can say.\n\n"
                                   "An array is written FILE.h5:/dataset; the dataset may be left "
                                   "out where the file has only one.";

const char array_normalize_prose[] = "y = (x - mean) / sqrt(variance + eps) * gamma + beta, with "
                                     "the mean and variance of the group of x. The groups are "
                                     "those of --norm, or are made from --keep (a group for every "
                                     "index of these axes) and --label (a group for every "
                                     "label); axes that are not mentioned are pooled.\n\n"
                                     "The output keeps the table of groups, gamma, beta and eps in "
                                     "the group /libsci, so that 'invert' can undo it. -o OUT "
                                     "keeps everything else that is in the input's file and "
                                     "replaces the dataset; -o OUT:/path holds the one dataset. "
                                     "Several inputs, or a directory with -r, are normalized each "
                                     "by itself into an output directory.";

const char array_gradient_prose[] =
    "The output has /dx, /dgamma and /dbeta: the gradient of a loss with respect to the input, the "
    "scale and the shift of "
    "a normalization, given --dy, its gradient with respect to the normalized output.";

const char array_fit_prose[] =
    "Several inputs make one table: groups of the same name are merged, and samples (a kept first "
    "axis) are put side by "
    "side. Neither the order of the inputs nor the number of threads changes a bit.\n\n"
    "--shard I/N computes the part I of the table of one large input; 'merge' puts the parts "
    "together, and the result is "
    "the table that a single run would have made, byte for byte.\n\n"
    "--running FILE takes a step of the running mean and variance of batch normalization, for "
    "'apply'.";

const char array_apply_prose[] = "The groups of the input are made as they were when the table was "
                                 "made; labels are found by name, so their files may "
                                 "be others. The samples of a table over several files are found "
                                 "by the content of the input. A running table gives "
                                 "what batch normalization computes after training.\n\n"
                                 "--shard I/N writes the part I of the output's chunks; the "
                                 "attributes shard, first and total of the dataset say which "
                                 "they are, and 'join' puts the parts together.";

const char array_join_prose[] = "The shards are given in any order. Gaps, overlaps, shards of "
                                "another output and damaged chunks are refused. Chunks "
                                "are copied as they are stored.";

const char array_invert_prose[] = "x = (y - beta) / gamma * sqrt(variance + eps) + mean, with what "
                                  "the output of normalize or apply keeps. Integers are "
                                  "rounded to the nearest and clamped to the range of their type. "
                                  "Label maps and masks over several axes are not kept: "
                                  "give them again with the same options; they are compared with "
                                  "the digests that were noted. A scale that has a 0 "
                                  "cannot be undone.";

const char array_merge_prose[] = "Tables are put together by the names of their groups, in any "
                                 "order of the arguments. Shards of one input become the "
                                 "whole table once they are all there, and a larger shard before "
                                 "that. Tables that are not alike are refused with the "
                                 "reason.";

const char array_show_prose[] = "TABLE is a file of fit or merge, or an output of normalize or "
                                "apply, which keeps its own. The sd is the root of the "
                                "variance, which divides by count - ddof.";

const char array_info_prose[] =
    "Shapes, types, chunks, filters, stored sizes, attributes and dimension labels of everything "
    "in the file, or of what "
    "lies below one path. Links are shown and not followed, and no data are read.";
