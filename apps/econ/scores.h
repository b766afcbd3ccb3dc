/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scores of a panel: what every sector and indicator did in every period, measured against
 * its own history, and how unusual that is. Missing scores are NaN throughout. */
#ifndef ECON_SCORES_H
#define ECON_SCORES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

#include "rules.h"

struct econ_panel;

#define ECON_NO_DRIVER UINT32_MAX
#define ECON_WHOLE_ECONOMY SIZE_MAX /* as a sector */

/* Arrays are owned. Those of an indicator are [indicator][period], of a sector [sector][period], both
 * with the period last. */
typedef struct econ_scores {
    size_t n_periods, n_indicators, n_sectors;
    double *z; /* [indicator][period]: robust z of the transformed value against its own history */
    /* [sector][period] */
    double *raw;          /* mean, weighted by the map, or median of the sector's available z */
    double *level;        /* raw against its own history */
    double *relative_raw; /* level less the median of the other sectors */
    double *relative;     /* that against its own history */
    double
        *within_max; /* the largest |z less the median of the sector's others|, against its history,
                           with its sign */
    double *breadth; /* share of the available indicators beyond 2 in the direction of raw */
    double *p_level, *p_relative; /* two-sided */
    double *p_within;             /* of the least p of the sector's indicators: 1 - (1 - min p)^k */
    double *q_relative, *q_within; /* within each period, over the sectors */
    double *
        overall_p; /* 1 - (1 - min(p_relative, p_within))^2; of one where the other is missing, it */
    uint32_t *n_available;   /* indicators with a z */
    uint32_t *within_driver; /* the indicator of within_max; ECON_NO_DRIVER */
    uint8_t *
        extrapolated; /* ECON_STAT_LEVEL | ECON_STAT_RELATIVE | ECON_STAT_WITHIN: p on the fitted tail */
    double *mahalanobis, *p_mahalanobis; /* d squared and its p; NULL unless asked for */
    /* [period] */
    double *economy_raw;   /* e: median of the sectors' raw, the part of z that all share */
    double *economy_level; /* median of the sectors' levels */
    double *economy;       /* economy_level against its own history */
    double *p_economy;
    uint8_t *in_sample;            /* the row belongs to its own history (--calibrate-to) */
    uint8_t *excluded;             /* --exclude-window */
    uint8_t *economy_extrapolated; /* p_economy lies on the fitted tail */
} econ_scores;

/* Score a panel. SCI_ERR_REFUSED where the rules make no sense for it (a calibration that ends before the
 * panel begins, seasons without a season length), SCI_ERR_NOMEM. threads 0: one a processor. */
sci_status econ_scores_make(econ_scores *out, const struct econ_panel *panel,
                            const econ_rules *rules, int threads) SCI_MUST_CHECK;
void econ_scores_clear(econ_scores *scores);

/* The value of an indicator after its transform and sign (and without its season), [period], for
 * explanations and sparklines: out, and centre and spread of the history that its z refers to (each may be
 * NULL). z = (out - centre) / spread. */
sci_status econ_scores_history(const struct econ_panel *panel, const econ_rules *rules,
                               size_t indicator, double *out, double *centre,
                               double *spread) SCI_MUST_CHECK;

/* Something that crossed every threshold of the rules. */
typedef struct econ_anomaly {
    size_t period;
    size_t sector;      /* ECON_WHOLE_ECONOMY */
    unsigned statistic; /* one of ECON_STAT_RELATIVE, … */
    double score, p, q;
    double breadth; /* NaN for the economy */
    double effect;  /* largest |value / value before - 1| among what moved; NaN if there is none */
    uint32_t
        driver; /* the indicator that moved most: of within its own, else the largest part of raw */
    bool extrapolated;
} econ_anomaly;

/* Of the periods from `from` on. The largest |score| first (of Mahalanobis the distance), then by p, period, sector, statistic. *out is released by
 * sci_free. */
sci_status econ_anomalies_find(econ_anomaly **out, size_t *n, const struct econ_panel *panel,
                               const econ_scores *scores, const econ_rules *rules,
                               size_t from) SCI_MUST_CHECK;

/* How many periods a year hold a false alarm of one of the watched statistics, at most, if nothing ever
 * happens: alpha for each family of tests in each period. NaN without a false discovery rate. */
double econ_false_alarms_a_year(const struct econ_panel *panel, const econ_rules *rules);

/* "relative", "within", … of one bit. */
const char *econ_statistic_name(unsigned statistic);

#endif
