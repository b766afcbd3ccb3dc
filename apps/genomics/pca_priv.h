/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GENOMICS_PCA_PRIV_H
#define GENOMICS_PCA_PRIV_H

#include "centred.h"

/* Each fills scores, loadings, variance and total_variance of `p`, whose sizes are set and whose
 * arrays are there; signs are settled later. */
sci_status pca_by_columns(pca *p, centred *c) SCI_MUST_CHECK;
sci_status pca_by_rows(pca *p, centred *c) SCI_MUST_CHECK;
sci_status pca_by_krylov(pca *p, centred *c, uint64_t seed) SCI_MUST_CHECK;

/* p->loadings = v[columns that take part][width]. */
void pca_keep_loadings(pca *p, const centred *c, const double *v, size_t width);
/* p->scores = x·v and p->loadings = v for v[padded][width]; one pass. */
sci_status pca_project(pca *p, centred *c, const double *v, size_t width) SCI_MUST_CHECK;

#endif
