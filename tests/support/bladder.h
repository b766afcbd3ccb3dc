/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data/bladder400.h5ad with the changes that the golden results of ComBat and limma were made with. */
#ifndef TESTS_SUPPORT_BLADDER_H
#define TESTS_SUPPORT_BLADDER_H

#include "expression.h"

/* The first `genes` genes (at most 400), batches "1" … "5" as 0 … 4, no covariates. */
expression bladder_load(uint64_t genes);
/* Append the columns of cancer (two, by treatment contrasts), or age + offset. */
void bladder_add_cancer(expression *e);
void bladder_add_age(expression *e, double offset);
/* Make that share of the values missing, by the formula of make_golden.R. */
void bladder_miss(expression *e, double share);
/* The value of a gene in every cell of a batch (-1: all). */
void bladder_set(expression *e, uint64_t gene, int32_t batch, double value);
/* The `nth` cell of a batch. */
uint64_t bladder_cell(const expression *e, int32_t batch, uint64_t nth);

#endif
