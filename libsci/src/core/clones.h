/* SPDX-License-Identifier: BSD-3-Clause */
/* SCI_CLONES is public: programs have kernels too. */
#ifndef SCI_CORE_CLONES_H
#define SCI_CORE_CLONES_H

#include <sci/parallel.h>

#endif
