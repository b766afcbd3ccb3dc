/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements of a row under coefficients that are plain: one number for all, or one for each element. */
#ifndef SCI_PLAIN_H
#define SCI_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/types.h>

/* y = ((x - hi) - lo)·(scale·gamma) + beta, each either one number or one for each element. */
typedef struct sci_plain {
    const double *hi, *lo, *scale; /* step g */
    const double *gamma, *beta;    /* step h */
    bool vary_g, vary_h;
    bool inverse; /* from y to x */
} sci_plain;

/* n elements; at most SCI_TILE (store.h) unless both types are float or double. */
void sci_plain_tile(sci_type type, const void *x, sci_type out_type, void *y, size_t n,
                    const sci_plain *p);

/* Forward with one set of coefficients, straight into memory, past the caches; a fence is the caller's.
 * False where the machine cannot. */
bool sci_plain_stream(const float *x, float *y, size_t n, const sci_plain *p);

#define SCI_PLAIN_ROWS 64 /* short rows that are transformed by one call */

/* Rows too short to be worth a call each: coefficients by row. */
typedef struct sci_plain_by_row {
    double hi[SCI_PLAIN_ROWS], lo[SCI_PLAIN_ROWS], scale[SCI_PLAIN_ROWS], beta[SCI_PLAIN_ROWS];
} sci_plain_by_row;

/* Forward, of at most SCI_PLAIN_ROWS rows of n elements. */
void sci_plain_rows(const float *x, float *y, size_t rows, size_t n, const sci_plain_by_row *c);

/* y[i] = z[i] where flags[i] is 0; `size` bytes an element. */
void sci_select_elements(size_t size, void *y, const void *z, const uint8_t *flags, size_t n);

/* Copy past the caches; a fence is the caller's. */
void sci_stream_out(unsigned char *out, const unsigned char *from, size_t bytes);

#endif
