/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_PLAIN_SUM_H
#define BENCH_PLAIN_SUM_H

#include <stddef.h>

double plain_sum_f32(const float *x, size_t n);
double plain_sum_f64(const double *x, size_t n);

#endif
