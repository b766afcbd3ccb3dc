/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Images opened as the verbs of sci-imaging open them. */
#ifndef SUPPORT_IMAGING_H
#define SUPPORT_IMAGING_H

#include "apps/imaging/volume.h"

/* A command line's wishes and what a worker is given; fill `settings` before test_imaging_start. */
typedef struct test_imaging {
    imaging_settings settings;
    cli_general general;
    cli_call call;
    cli_worker worker;
    imaging_context context;
} test_imaging;

void test_imaging_start(test_imaging *t);
void test_imaging_end(test_imaging *t);

/* The test fails if it cannot be opened. */
imaging_volume *test_imaging_open(const test_imaging *t, const char *file, const char *dataset);

/* Moments of the real values, by two passes in long double, each voxel weighted by the thickness of
 * its spatial samples in mm (`by_volume`) or by 1. */
typedef struct test_moments {
    uint64_t n;
    double weight, mean, variance, least, most;
} test_moments;
test_moments test_imaging_moments(const imaging_volume *volume, bool by_volume, int slice_weight);

#endif
