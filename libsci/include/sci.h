/* SPDX-License-Identifier: BSD-3-Clause */
/* libsci: exact, mergeable moments over any grouping of an N-d array, and the transforms that
 * follow from them. Source -> grouping -> moments -> table algebra -> affine -> sink. */
#ifndef SCI_H
#define SCI_H

#define SCI_VERSION_MAJOR 0
#define SCI_VERSION_MINOR 1
#define SCI_VERSION_PATCH 0
#define SCI_VERSION "0.1.0"

#include <sci/affine.h>
#include <sci/csv.h>
#include <sci/engine.h>
#include <sci/file.h>
#include <sci/grouping.h>
#include <sci/hash.h>
#include <sci/io.h>
#include <sci/memory.h>
#include <sci/moments.h>
#include <sci/quantile.h>
#include <sci/stats.h>
#include <sci/status.h>
#include <sci/types.h>

/* SCI_VERSION of the library that is running, which need not be the one of this header. */
SCI_API const char *sci_version(void);

#endif
