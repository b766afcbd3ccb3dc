/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The servers inside this program: each repeats tasks on arrays in memory and times them. */
#ifndef BENCH_SERVE_H
#define BENCH_SERVE_H

#include <sci.h>

/* Does the task of this name once; on success *seconds is what it took. */
typedef sci_status (*serve_task)(void *context, const char *word, double *seconds);

/* Say "ready", then answer words from stdin until it ends. The exit code. */
int serve(serve_task task, void *context);

/* "1,32,64" -> axes; false if it is no shape of float32 or float64 that fits in memory. */
bool parse_shape(const char *text, sci_array *array);

/* Pseudo-random floats with mean 3 and standard deviation 2, about normal. */
void fill_floats(float *x, uint64_t n, uint64_t seed);
uint64_t next_random(uint64_t *state); /* splitmix64 */

int serve_norm(int argc, char **argv);    /* SHAPE NORM */
int serve_moments(int argc, char **argv); /* MEBI_ELEMENTS */
int serve_fft(int argc, char **argv);     /* SECONDS of 16 kHz */

#endif
