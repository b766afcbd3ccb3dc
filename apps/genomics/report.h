/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of `harmonize --report` and `evaluate --report`: what was done, whether it was needed,
 * whether it worked, and at what price. Pure memory; pointers are borrowed. */
#ifndef GENOMICS_REPORT_H
#define GENOMICS_REPORT_H

#include "combat.h"
#include "metrics.h"

/* One column of obs. */
typedef struct report_factor {
    const char *key; /* "batch"; NULL: there is none (only of labels) */
    uint64_t levels;
    const char *const *names; /* [levels] */
    const int32_t *codes;     /* [cells]; -1: left out */
} report_factor;

/* The data before or after. Whatever is NULL is left out of the page. */
typedef struct report_stage {
    bool given;
    uint64_t components;               /* columns of scores, at least 2; the first two are drawn */
    const double *scores;              /* [cells][components] */
    const double *variance_ratio;      /* [components] share of the total variance; may be NULL */
    const double *r2_batch, *r2_label; /* [genes] metrics_r2's per_gene; NaN where undefined */
    metrics metrics;                   /* NaN: not known */
} report_stage;

/* A gene that was not adjusted, and why, in words: "constant inside a batch". */
typedef struct report_gene {
    const char *name, *reason;
} report_gene;

/* "method": "ComBat, parametric" */
typedef struct report_fact {
    const char *name, *value;
} report_fact;

typedef struct genomics_report {
    const char *input, *version;
    /* One sentence: "ComBat (parametric empirical Bayes) adjusted 1998 genes, keeping cell_type.";
     * NULL: nothing, the data were only looked at */
    const char *done;
    uint64_t cells, genes;
    const char *const *gene_names; /* [genes]; may be NULL */
    report_factor batch, label;
    bool label_kept; /* the model had the labels as a covariate */
    report_stage before, after;
    const combat_model *model; /* for the priors; NULL: another method, or none */
    size_t n_warnings;
    const char *const *warnings;
    size_t n_unadjusted;
    const report_gene *unadjusted;
    size_t n_facts;
    const report_fact *facts; /* parameters, versions, digests */
} genomics_report;

/* Write the page into `path` (replaced: a worker's temporary). Equal reports give equal bytes.
 * SCI_ERR_NOSPACE, SCI_ERR_IO, SCI_ERR_NOMEM. */
sci_status genomics_report_write(const char *path, const genomics_report *report) SCI_MUST_CHECK;

#endif
