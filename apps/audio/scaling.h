/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the moments of bands to what each number of a frame becomes. */
#ifndef AUDIO_SCALING_H
#define AUDIO_SCALING_H

#include <sci/engine.h>

#include "partition.h"

typedef struct audio_scaling {
    sci_moments *rows; /* channels × bands */
    uint64_t n;
    double eps;           /* of the affine: 0 where the rows hold a relative one */
    double *gamma, *beta; /* of --relax; NULL without */
    sci_affine *affine;
} audio_scaling;

/* `moments` are n = channels × bands rows. With eps_rel every variance gets eps_rel·mean(x²), so that
 * no unit is left in it. With relax L the result is (1 - L)·bands + L·layer, the layer being all bands
 * of a channel together, which is affine again: RFN of Kim et al. 2022 (arXiv 2206.12513) where every
 * bin is a band. The affine is over `g`. SCI_ERR_REFUSED for an inverse that does not exist. */
sci_status audio_scaling_make(audio_scaling *out, const audio_recipe *recipe,
                              const sci_moments *moments, uint64_t n, uint64_t bands,
                              const sci_grouping *g, bool inverse) SCI_MUST_CHECK;
/* Nothing but a conversion of the type; with `zero` what is outside of `g` becomes 0. */
sci_status audio_scaling_identity(audio_scaling *out, uint64_t n, const sci_grouping *g,
                                  bool zero) SCI_MUST_CHECK;
void audio_scaling_clear(audio_scaling *scaling);

sci_rows_source audio_scaling_rows(audio_scaling *scaling);

#endif
