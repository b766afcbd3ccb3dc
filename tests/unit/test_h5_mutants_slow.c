/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 2000 mutants instead of 500. */
#define MUTANTS 2000
#include "test_h5_mutants.c"
