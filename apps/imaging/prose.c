/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prose.h"

const char imaging_program_prose[] =
    "Scanners give numbers without a scale: the same tissue is 300 in one scan and 900 in the "
    "next. sci-imaging computes exact statistics of a volume, of its channels or of its tissues, "
    "and rescales with them. A voxel counts by its physical volume, which matters where slices "
    "are not equally thick; the voxel sizes are taken from the file, and a file that contradicts "
    "itself is refused.\n\n"
    "Images are HDF5 files with attributes or dimension scales, MINC2, ITK's HDF5, fastMRI "
    "reconstructions, NIfTI-1 and NIfTI-2 (.nii, .nii.gz). A dataset of an HDF5 file is written "
    "FILE.h5:/dataset; it may be left out where the file has only one.";

const char imaging_normalize_prose[] =
    "Rescale an image by exact statistics of its voxels: of each channel, of groups of channels, "
    "or "
    "of each label of a label map (tissues, regions of an atlas). A mask says which voxels the "
    "statistics are taken of; --outside what becomes of the others. Where slices differ in "
    "thickness "
    "a voxel counts by its volume; where they do not, all voxels have one volume and the weights "
    "cancel.\n\n"
    "zscore, robust and range divide by the spread itself; group, instance, layer and labels add "
    "eps "
    "to the variance, as networks do. A group without spread fails unless --on-degenerate says "
    "otherwise. The output has the format of the input, with everything else that was in the file; "
    "values are float32 unless --dtype says otherwise. What was done is kept in it, or for NIfTI "
    "in a "
    "JSON file beside it, and can be undone with invert.\n\n"
    "Several inputs, a directory with -r or a manifest (columns image, mask, labels) run as a "
    "batch "
    "into an output directory. With -r a BIDS data set (a directory with dataset_description.json) "
    "becomes a derivative data set: its subjects' images but no masks and segmentations, named "
    "after the method as in sub-01_desc-zscore_T1w.nii.gz, with sidecars and a description; "
    "ROOT/derivatives/sci-imaging is the place for it.";

const char imaging_info_prose[] =
    "What is known about an image before anything is done with it: how it is stored, what each "
    "axis means, how far apart samples are and where the file says so, how thick slices are where "
    "they differ, in which direction axes run, and what is odd. Nothing but the header is read.";

const char imaging_stats_prose[] =
    "Moments, volumes and percentiles of an image, of each channel, or of each label of a label "
    "map. "
    "Where slices differ in thickness a voxel counts by its volume in means and standard "
    "deviations, "
    "and what they would be with every voxel counting the same is said beside them where it "
    "matters. "
    "Percentiles, median, median absolute deviation and Otsu's threshold are exact, and count "
    "voxels. "
    "Volumes in mm3 need a known unit; without one they are left out.";

const char imaging_fit_prose[] =
    "Learn from many images what one of them does not know. zscore pools the moments of all "
    "images, "
    "by channel or by label. ct takes mean, standard deviation and the percentiles 0.5, 50 and "
    "99.5 "
    "of the foreground of all CT scans, as nnU-Net does, from every voxel. nyul takes eleven "
    "percentiles of each image; apply maps each image's own to their common scale.\n\n"
    "Models of parts merge: of shards of one image to the same bytes, of different images to what "
    "one "
    "fit over all of them gives. Percentiles of 8- and 16-bit integers merge in one round. Wider "
    "types need two (32 bits) or four (64 bits): fit at every site, merge, then fit --refine with "
    "the "
    "merged model at every site, and merge again. Where all images are in one place, one fit does "
    "all "
    "rounds.";

const char imaging_merge_prose[] =
    "Put models of parts together: of other images, of other sites, or shards of one image, in any "
    "order. Models of other methods or channels are refused, and an image that is in both.";

const char imaging_apply_prose[] = "Put images on the scale of a model: with its centre and spread "
                                   "(zscore), within its limits too "
                                   "(ct), or by a curve from the image's own percentiles to the "
                                   "model's scale (nyul). For nyul a mask "
                                   "says which voxels the image's percentiles are taken of; "
                                   "otherwise it only says which voxels are "
                                   "outside.";

const char imaging_invert_prose[] = "Undo normalize or apply from the record that the output keeps "
                                    "(of NIfTI in the JSON file beside "
                                    "it). What was cut off by --clip or replaced outside of a mask "
                                    "does not come back, and is said.";

const char imaging_show_prose[] = "What a model says: its groups, its percentiles, its images.";

const char imaging_qc_prose[] =
    "A page that opens in any browser, without a network: three slices of the image before and "
    "after, as thick and as large as they are, with the outline of the mask and the labels in "
    "colour; histograms; a table of the groups; what was odd; and how the output was made.\n\n"
    "--mask and --labels say which voxels are compared; give those of normalize. A mask of the "
    "image itself (nonzero, '>T', pN, otsu) is one of the image before.";
