/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Few numbers sorted without a branch that depends on them: a wrong guess of the processor costs as much as several
 * steps of such a sort. */
#ifndef ECON_NETWORK_H
#define ECON_NETWORK_H

#include <stddef.h>

enum { ECON_NETWORK_MOST = 16 };

/* Sort n <= ECON_NETWORK_MOST numbers without NaN into increasing order. */
void econ_network_sort(double *v, size_t n);

#endif
