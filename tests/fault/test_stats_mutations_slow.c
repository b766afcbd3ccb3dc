/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 2000 damaged statistics files instead of 400. */
#define MUTATIONS 2000
#include "test_stats_mutations.c"
