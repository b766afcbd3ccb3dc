/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prose.h"

const char genomics_program_prose[] =
    "A batch effect is what a gene's values owe to the day, the site or the chemistry of a "
    "measurement instead of to biology. sci-genomics estimates it from the moments of each gene in "
    "each batch and takes it out, reading the matrix twice and never holding it in memory.";
