/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays of several segments, at least one for each kernel and way of grouping: what must come
 * out the same for any threads, budget, shards and compiler. */
#ifndef TESTS_SUPPORT_LARGE_H
#define TESTS_SUPPORT_LARGE_H

#include "passes.h"

typedef struct large_case {
    const char *words;
    partition groups;
    partition second;
    pass pass;
    uint64_t n;
    void *owned[16];
    int n_owned;
} large_case;

enum { LARGE_CASES = 14 };

/* From one case to the next: sanitizers, which look for other things, make a case take ten times as
 * long. */
#if defined(__SANITIZE_ADDRESS__)
#define LARGE_STEP 2
#else
#define LARGE_STEP 1
#endif

/* Case number 0 … LARGE_CASES-1; integers mixed in floats are made without libm, the same
 * everywhere. */
void large_make(large_case *c, int number);
void large_clear(large_case *c);

/* FNV-1a of bytes. */
uint64_t digest_bytes(uint64_t digest, const void *bytes, uint64_t n);
#define DIGEST_START UINT64_C(0xcbf29ce484222325)

#endif
