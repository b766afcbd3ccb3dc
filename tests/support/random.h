/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random data from a seed that a failure prints and LIBSCI_TEST_SEED sets. No libm: the same
 * numbers on every machine. */
#ifndef TESTS_SUPPORT_RANDOM_H
#define TESTS_SUPPORT_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* xoshiro256** (Blackman and Vigna 2018) */
typedef struct random_stream {
    uint64_t state[4];
} random_stream;

/* LIBSCI_TEST_SEED, or a constant. */
uint64_t random_seed(void);
/* True once a stream was made in this process. */
bool random_in_use(void);

/* Streams of different numbers are independent. */
random_stream random_start(uint64_t number);
uint64_t random_bits(random_stream *r);
/* 0 … n-1; n > 0. */
uint64_t random_below(random_stream *r, uint64_t n);
/* low … high, both included. */
int64_t random_between(random_stream *r, int64_t low, int64_t high);
/* [0, 1), 53 bits */
double random_uniform(random_stream *r);
/* Close to a normal with mean 0 and sd 1: the sum of 12 uniforms less 6, so within ±6. */
double random_normal(random_stream *r);
/* A permutation of 0 … n-1. */
void random_permutation(random_stream *r, size_t n, size_t *order);

#endif
