/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs that score can be told, and the rules that it makes. */
#ifndef ECON_SCORING_H
#define ECON_SCORING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

#include "period.h"
#include "rules.h"

typedef struct econ_scoring {
    /* statistics */
    const char *calibrate_to, *exclude_window; /* NULL */
    int64_t window;                            /* 0: expanding */
    int seasonal, scale, sector_stat, tail, fdr;
    bool rescale_missing;
    /* what is watched for */
    const char *stats; /* "relative,within,level" */
    double alpha, min_z, min_breadth;
    const char *min_effect; /* "0.5%", "0.005" */
    /* outputs */
    const char *events, *state;
    int64_t last; /* 0: all */
    bool alert, nagios, porcelain, strict_units;
    /* statistics that travel */
    const char *others; /* --stats of apply */
    bool keep_values;
    /* replay */
    const char *from;
    int64_t grace;
} econ_scoring;

/* SCI_ERR_ARGUMENT names the option that makes no sense. */
sci_status econ_rules_of(econ_rules *out, const econ_scoring *s,
                         econ_frequency frequency) SCI_MUST_CHECK;

/* The rules as a text, "window=expanding exclude=none seasonal=none …"; equal texts, equal scores. `watching`: also
 * what is watched for. */
void econ_rules_text(char *text, size_t size, const econ_rules *rules, econ_frequency frequency,
                     bool watching);
enum { ECON_RULES_TEXT = 512 };

/* And back, for files that hold it; SCI_ERR_FORMAT. */
sci_status econ_rules_from_text(econ_rules *out, const char *text,
                                econ_frequency frequency) SCI_MUST_CHECK;

#endif
