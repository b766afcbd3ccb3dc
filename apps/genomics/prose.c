/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prose.h"

const char genomics_program_prose[] =
    "A batch effect is what a gene's values owe to the day, the site or the chemistry of a "
    "measurement instead of to biology. sci-genomics estimates it from the moments of each gene in "
    "each batch and takes it out, reading the matrix twice and never holding it in memory.";

const char genomics_harmonize_prose[] =
    "ComBat, limma's removeBatchEffect, z-scores or centring by batch, on logarithms of normalized "
    "expression. What --keep names survives: its effects are estimated beside those of the batches "
    "and left in. Covariates that cannot be told from the batches are refused before the matrix is "
    "read (exit code 3), with the table of batches and levels.\n\n"
    "The output is the input with a new matrix; everything else is copied as it is. "
    "uns/sci_genomics keeps the model, so that 'invert' can undo it, 'apply' can use it for other "
    "cells, and 'show' can print it. Several inputs are put together first, as 'concat' does. "
    "--emit affine leaves the matrix as it is and adds only the model: kilobytes instead of "
    "gigabytes.";

const char genomics_normalize_prose[] =
    "Counts of every cell are scaled to one sum, as scanpy's normalize_total, and with --log1p "
    "logarithmized, as its log1p. A sparse matrix keeps its indices.";

const char genomics_fit_prose[] =
    "A summary holds, for every batch, the number of cells and the means, variances and "
    "cross-products with the covariates of every gene: all that the models need. Each site makes "
    "one of its own cells; 'merge' puts them together; 'apply --stats' makes the model and adjusts "
    "the cells of a site, with the numbers that all cells in one place would have given. Several "
    "inputs make one summary.\n\n"
    "Covariates are named here; the method and its options are given to 'apply'. Which batches and "
    "levels there are need not be agreed on; --plan fixes gene order, covariates and levels where "
    "it shall be. --shard I/N makes the part I of the summary of one large matrix; merged, the "
    "parts are the whole, byte for byte.";

const char genomics_merge_prose[] =
    "Summaries of different cells in any order: batches, levels and genes are matched by name. "
    "Shards of one matrix become the whole once all are there. Summaries that follow other plans, "
    "have other covariates or another scale, or hold the same cells twice are refused.";

const char genomics_apply_prose[] =
    "--stats with a summary makes a model from it, by the options of the method, and adjusts the "
    "cells of the input; with a model (an output of harmonize, or of --emit params) it uses that. "
    "Without --stats the input is in affine form and is expanded. Genes, batches and levels are "
    "matched by name; genes that the model does not know stay as they are, a batch that it does "
    "not know is refused unless --frozen estimates it against the model.";

const char genomics_invert_prose[] =
    "Takes the last record in uns/sci_genomics, or the model of --stats, and computes the values "
    "before. They differ from the original by the rounding of the output's type. Values that were "
    "raised by --clip-min are lost, and such outputs are refused.";

const char genomics_show_prose[] =
    "FILE is a summary, an output of harmonize or apply, or a model. Batches with their cells and "
    "the priors of ComBat, and the genes that were left as they were with the reason.";

const char genomics_evaluate_prose[] =
    "Measures of one matrix, or of two beside each other: how much of the variance batches and "
    "labels "
    "explain, in the genes and in 50 principal components; whether a cell's neighbours come from "
    "all "
    "batches (silhouette of batches, iLISI, kBET) and still have its label (silhouette of labels, "
    "cLISI); and the score that weighs both, 0.4 and 0.6. AFTER has the cells of BEFORE in the "
    "same "
    "order; batches and labels are those of BEFORE. A file in affine form is both at once. Beyond "
    "20000 cells neighbours are searched for a sample of the cells, each among all of them; how "
    "many "
    "is said.";

const char genomics_pca_prose[] =
    "obsm/X_pca, varm/PCs and uns/pca as scanpy writes them, everything else copied. Components "
    "are "
    "exact where cells or genes are 4000 at most, otherwise from a block Krylov iteration with a "
    "fixed seed. Sparse matrices, and those in affine form, are never made dense. The largest "
    "loading "
    "of every component is positive.";
