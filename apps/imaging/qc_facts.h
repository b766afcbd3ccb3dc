/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an output says about how it was made (record.h), for the last section of its page. */
#ifndef IMAGING_QC_FACTS_H
#define IMAGING_QC_FACTS_H

#include "qc.h"

#define QC_FACTS_MOST 16

typedef struct qc_facts {
    size_t n;
    qc_fact items[QC_FACTS_MOST];
    char *owned[2 * QC_FACTS_MOST]; /* the texts of both columns */
    int method;                     /* imaging_method; -1: not known */
} qc_facts;

/* Of an HDF5 file its group for `dataset`; `dataset` NULL: the JSON file `sidecar`. A file that says
 * nothing gives no facts. */
sci_status qc_facts_read(qc_facts *out, const char *file, const char *dataset,
                         const char *sidecar) SCI_MUST_CHECK;
void qc_facts_clear(qc_facts *facts);

#endif
