#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# sva::ComBat on a dense matrix: a server that answers each line with the CPU seconds of one repetition.
# peer_sva.R FILE GENES CELLS; FILE: cells x genes float64 (so genes x cells by columns), then int32 batches.
if (!suppressWarnings(suppressMessages(require(sva, quietly = TRUE)))) {
    cat("sva (r-bioc-sva) is not installed\n")
    quit(status = 1)
}
arguments <- commandArgs(trailingOnly = TRUE)
genes <- as.integer(arguments[2])
cells <- as.integer(arguments[3])
file <- file(arguments[1], "rb")
y <- matrix(readBin(file, "double", genes * cells), genes, cells)
batch <- factor(readBin(file, "integer", cells))
close(file)
cat("ready\n")
flush(stdout())
input <- file("stdin", "r")
while (length(readLines(input, n = 1)) > 0) {
    used <- system.time(invisible(suppressMessages(ComBat(y, batch))))
    cat(sprintf("%.6f\n", used[["user.self"]] + used[["sys.self"]]))
    flush(stdout())
}
