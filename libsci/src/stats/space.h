/* SPDX-License-Identifier: BSD-3-Clause */
/* What the group numbers of a table mean: the axes of the array and the factors with their levels.
 * Plain data, deep-copied from a grouping so that a table outlives it. */
#ifndef SCI_STATS_SPACE_H
#define SCI_STATS_SPACE_H

#include <sci/types.h>

/* Levels of a label factor, sorted and distinct: integers, or texts (then values is NULL). */
typedef struct sci_levels {
    uint64_t count;
    int64_t *values;
    char **texts;
} sci_levels;

/* One source's stretch of a kept axis 0, where tables of several files were concatenated. */
typedef struct sci_part {
    char *name;         /* of that source; its levels are called "name:index" */
    uint8_t digest[32]; /* of that source */
    uint64_t count;     /* indices of axis 0 */
} sci_part;

typedef struct sci_factor {
    bool keep;              /* else label */
    int n_axes;             /* 1 if keep */
    int axes[SCI_MAX_RANK]; /* increasing */
    sci_levels levels;      /* label only */
} sci_factor;

typedef struct sci_space {
    int rank;
    /* Axes that are not kept may differ between merged tables; then their size here is 0. */
    uint64_t shape[SCI_MAX_RANK];
    char *axis_names[SCI_MAX_RANK];
    int n_factors; /* ordered by first axis */
    sci_factor *factors;
    int n_parts; /* 0 for a table of one source; else axis 0 is kept, and the counts add up to its
                    size */
    sci_part *parts;
} sci_space;

sci_status sci_space_copy(sci_space *out,
                          const sci_space *from) SCI_MUST_CHECK; /* *out is overwritten */
void sci_space_clear(sci_space *space); /* frees what it owns, leaves it zeroed */
sci_status sci_levels_copy(sci_levels *out,
                           const sci_levels *from) SCI_MUST_CHECK; /* *out is overwritten */
void sci_levels_clear(sci_levels *levels);

/* Levels of one factor: its axis size or its label levels. */
uint64_t sci_space_levels(const sci_space *space, int factor);
/* Product of all levels; SCI_ERR_SHAPE on overflow. */
sci_status sci_space_groups(const sci_space *space, uint64_t *out) SCI_MUST_CHECK;
/* Axis 0 is kept: its indices are samples, which merging concatenates. */
bool sci_space_has_samples(const sci_space *space);
/* The factor that an axis belongs to, -1 if it is pooled. */
int sci_space_factor_of(const sci_space *space, int axis);

/* "C=3", "N=a.h5:0 F=low", "D,H,W=7", "all". SCI_ERR_ARGUMENT if group is out of range. Truncated
 * to fit, between characters. */
sci_status sci_space_group_name(const sci_space *space, uint64_t group, char *text,
                                size_t size) SCI_MUST_CHECK;
/* "3", "a.h5:0", "low"; "" if level is out of range. */
void sci_space_level_name(const sci_space *space, int factor, uint64_t level, char *text,
                          size_t size);
/* The axes of a factor: "C", "D,H,W". */
void sci_space_factor_name(const sci_space *space, int factor, char *text, size_t size);

/* XXH3-128 of a canonical description: equal for equal axis names, factors, levels, kept sizes and
 * parts. */
void sci_space_fingerprint(const sci_space *space, uint8_t out[16]);

#endif
