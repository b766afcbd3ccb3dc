/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features normalized on the way, or as they were before: a source around a source, without a file. */
#ifndef AUDIO_AFFINE_SOURCE_H
#define AUDIO_AFFINE_SOURCE_H

#include <sci/io.h>

#include "scaling.h"

/* A (C, T, D) array of float64: the numbers of `from` by the formula of sci/affine.h in double, with the rows,
 * eps, gamma and beta of `scaling`, made as for sci_apply but never inverted; with `inverse` undone. Numbers
 * outside of all bands become 0; undone they are what `from` says. `from` is not owned and has to outlive the
 * source; scaling and bands are copied. SCI_ERR_ARGUMENT for an array of another kind. */
sci_status audio_affine_source(sci_source **out, sci_source *from, const audio_bands *bands,
                               const audio_scaling *scaling, int ddof, bool inverse) SCI_MUST_CHECK;

#endif
