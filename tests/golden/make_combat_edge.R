# SPDX-License-Identifier: GPL-3.0-or-later
# sva and limma on cases beyond golden_bladder.h5: the first 60 genes of data/bladder400.h5ad, changed by
# formulas that test_combat_edge.c repeats. Usage: make_combat.py, which calls this with a folder that has
# x.f64 (genes fastest), batch.i32 and cancer.i32 (1, 2, …) and age.f64.
suppressMessages({library(sva); library(limma)})
folder <- commandArgs(TRUE)[1]
read <- function(name, what, size) readBin(file.path(folder, name), what, 1e6, size = size)
x <- matrix(read("x.f64", "double", 8), 60)
batch <- read("batch.i32", "integer", 4); cancer <- read("cancer.i32", "integer", 4); age <- read("age.f64", "double", 8)
n <- ncol(x); mod <- model.matrix(~factor(cancer))
write <- function(name, value) writeBin(as.double(value), file.path(folder, paste0(name, ".f64")), size = 8)
quiet <- function(expr) suppressWarnings(suppressMessages({capture.output(v <- expr); v}))
combat <- function(name, ...) write(name, quiet(ComBat(...)))
limma <- function(name, ...) write(name, quiet(removeBatchEffect(...)))
missing <- function(x, share) { x[((seq_along(x) * 2654435761) %% 4294967296) / 4294967296 < share] <- NA; x }

combat("ref2_nonpar_cov", x, batch, mod = mod, par.prior = FALSE, ref.batch = 2)
combat("ref3_meanonly_nonpar", x, batch, mean.only = TRUE, par.prior = FALSE, ref.batch = 3)
two <- batch; two[1] <- 6; two[12] <- 7
combat("two_singletons_cov", x, two, mod = mod)
combat("two_singletons_ref2_nonpar", x, two, par.prior = FALSE, ref.batch = 2)
na <- missing(x, 0.03)
combat("na_ref2_cov", na, batch, mod = mod, ref.batch = 2)
combat("na_ref2_nonpar_cov", na, batch, mod = mod, par.prior = FALSE, ref.batch = 2)
combat("na_meanonly_ref2", na, batch, mean.only = TRUE, ref.batch = 2)
few <- x; few[3, batch == 3] <- 0; few[3, which(batch == 3)[1]] <- NA     # constant, but a value is missing
combat("constant_but_missing", few, batch)
combat("constant_but_missing_nonpar", few, batch, par.prior = FALSE)
zero <- x; zero[1, ] <- 5; zero[1, 2] <- NA; zero[2, batch == 3] <- 0     # the only NA is in a gene left alone
combat("missing_in_constant_gene", zero, batch)
one <- x; one[3, which(batch == 3)[-1]] <- NA                             # one value in a batch
combat("one_value_meanonly", one, batch, mean.only = TRUE)
combat("age_1000", x, batch, mod = cbind(1, age + 1000))
combat("two_genes", x[1:2, ], batch)
pair <- batch; pair[which(batch == 4)[3:sum(batch == 4)]] <- 1           # a batch of two
combat("batch_of_two", x, pair); combat("batch_of_two_nonpar", x, pair, par.prior = FALSE)
normal <- as.numeric(batch == 3); nested <- ifelse(batch < 3, 1, -1)
limma("limma_confounded", x, batch = batch, design = cbind(1, normal))
limma("limma_nested", x, batch = batch, covariates = cbind(nested, age), design = mod)
na <- missing(x, 0.3); na[1, ] <- NA; na[2, -1] <- NA; na[3, batch != 2] <- NA; na[4, batch == 5] <- NA; na[5, batch == 1] <- NA
limma("limma_na", na, batch = batch, covariates = age, design = mod)
limma("limma_singleton", x, batch = two)
