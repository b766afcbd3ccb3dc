/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of `harmonize --report`: principal components, measures and variance explained, before and
 * after, without the corrected matrix. */
#ifndef GENOMICS_PAGE_H
#define GENOMICS_PAGE_H

#include "job.h"
#include "record.h"

typedef struct genomics_page {
    genomics_job *job; /* its matrix and rows are those before */
    const genomics_record *record;
    const sci_crossed *table; /* of the batches */
    size_t n_warnings;
    const char *const *warnings;
} genomics_page;

/* Several more passes over the matrix. What cannot be computed (missing values) is left out of the
 * page. */
sci_status genomics_page_write(const genomics_page *page, const char *path) SCI_MUST_CHECK;

#endif
