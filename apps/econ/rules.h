/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How scores are made: everything that the command line can say about the statistics. */
#ifndef ECON_RULES_H
#define ECON_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Spellings of the options, in the order of the enumerations. */
#define ECON_SEASONALS "none|month-median|stl"
#define ECON_SCALES "mad|qn|sd"
#define ECON_SECTOR_STATS "mean|median"
#define ECON_TAILS "gpd|empirical|t|normal"
#define ECON_FDRS "bh|by|none"

typedef enum econ_seasonal {
    ECON_SEASONAL_NONE,
    ECON_SEASONAL_MEDIAN, /* minus the history's median of the same season */
    ECON_SEASONAL_STL
} econ_seasonal;
typedef enum econ_scale { ECON_SCALE_MAD, ECON_SCALE_QN, ECON_SCALE_SD } econ_scale;
typedef enum econ_sector_stat { ECON_SECTOR_MEAN, ECON_SECTOR_MEDIAN } econ_sector_stat;
typedef enum econ_tail {
    ECON_TAIL_GPD,
    ECON_TAIL_EMPIRICAL,
    ECON_TAIL_T,
    ECON_TAIL_NORMAL
} econ_tail;
typedef enum econ_fdr { ECON_FDR_BH, ECON_FDR_BY, ECON_FDR_NONE } econ_fdr;

/* The statistics that are watched, as bits; also which p lie on a fitted tail (scores.h). */
enum {
    ECON_STAT_RELATIVE = 1,
    ECON_STAT_WITHIN = 2,
    ECON_STAT_LEVEL = 4,
    ECON_STAT_ECONOMY = 8,
    ECON_STAT_MAHALANOBIS = 16
};

typedef enum econ_window_kind {
    ECON_EXPANDING, /* all values before the scored one */
    ECON_ROLLING,   /* the last `window` of them */
    ECON_CALIBRATED /* those up to a period, for all rows alike */
} econ_window_kind;

typedef struct econ_rules {
    econ_seasonal seasonal;
    econ_scale scale;
    econ_sector_stat sector_stat;
    econ_tail tail;
    econ_fdr fdr;
    econ_window_kind window_kind;
    size_t window;        /* ECON_ROLLING: values */
    int64_t calibrate_to; /* ECON_CALIBRATED: ordinal of the last period of the history */
    bool excluding;       /* periods that are scored but enter no history */
    int64_t exclude_first, exclude_last; /* ordinals, both included */
    bool rescale_missing; /* sector means over fewer indicators are brought to the spread of all */
    unsigned stats;       /* ECON_STAT_RELATIVE | … */
    double alpha;         /* of q */
    double min_z;
    double min_effect;  /* a share: 0.005 is half a per cent; 0: not asked for */
    double min_breadth; /* a share; 0: not asked for */
} econ_rules;

/* A score needs 2 values of history, a p 24; from 60 past scores on their own distribution is used
 * (research/econ: below that a tail fitted to a tenth of them would be six numbers). */
enum { ECON_HISTORY_LEAST = 2, ECON_P_LEAST = 24, ECON_TAIL_LEAST = 60 };

#endif
