/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the report: groups of cells (report_groups.c), the verdict in words
 * (report_verdict.c), cells (report_cells.c), genes (report_genes.c), the model (report_model.c),
 * measures (report_measures.c), composition (report_composition.c), their order (report.c). */
#ifndef GENOMICS_REPORT_PRIV_H
#define GENOMICS_REPORT_PRIV_H

#include "cli/page.h"

#include "report.h"

/* ---- numbers as text ---- */

#define REPORT_NUMBER CLI_PLOT_NUMBER
/* "11.3 %", "0.05 %", "< 0.01 %", "–" */
const char *report_percent(char text[REPORT_NUMBER], double share);
const char *report_real(char text[REPORT_NUMBER], double value, int decimals);
const char *report_count(char text[REPORT_NUMBER], uint64_t value);

/* ---- groups of cells ---- */

enum { REPORT_GROUPS_MOST = 12 };

/* The levels of a factor that are shown: all of them up to twelve, else the eleven largest and the
 * others together; then the cells without a level, if there are any. */
typedef struct report_groups {
    size_t n;
    char *name[REPORT_GROUPS_MOST + 1];
    uint64_t cells[REPORT_GROUPS_MOST + 1];
    int colour[REPORT_GROUPS_MOST + 1];     /* in the palette; the others are grey */
    uint64_t level[REPORT_GROUPS_MOST + 1]; /* UINT64_MAX: of several or none */
    size_t *of_level;                       /* [levels]; of level -1 the last one */
} report_groups;

sci_status report_groups_make(report_groups *out, const report_factor *factor,
                              uint64_t cells) SCI_MUST_CHECK;
void report_groups_clear(report_groups *groups); /* a zeroed one too */
size_t report_group_of(const report_groups *groups, int32_t code);

/* ---- the verdict ---- */

/* A share of variance below which batches hardly matter; changes of a score that mean something. */
#define REPORT_LITTLE 0.02
#define REPORT_CHANGE 0.01
#define REPORT_FALL 0.02

/* Share of the variance that batches explain where they mean nothing: (B - 1)/(N - 1). */
double report_chance(const genomics_report *r);
/* There was nothing that a correction had to do. */
bool report_little_to_correct(const genomics_report *r);

typedef struct report_composition {
    uint64_t *counts;      /* [batches][labels], by sci_free; NULL without labels */
    double association;    /* Cramér's V with Bergsma's correction (2013); NaN: not defined */
    uint64_t in_one_batch; /* labels that occur in one batch only */
    uint64_t labelled;     /* cells with batch and label */
} report_composition;

sci_status report_composition_make(report_composition *out,
                                   const genomics_report *r) SCI_MUST_CHECK;

void report_write_lead(cli_page *page, const genomics_report *r,
                       const report_composition *composition);
void report_write_tiles(cli_page *page, const genomics_report *r,
                        const report_composition *composition);
/* What a reader has to know before believing the page. */
void report_write_notes(cli_page *page, const genomics_report *r,
                        const report_composition *composition);

/* ---- sections ---- */

sci_status report_write_cells(cli_page *page, const genomics_report *r,
                              const report_groups *batches,
                              const report_groups *labels) SCI_MUST_CHECK;
sci_status report_write_genes(cli_page *page, const genomics_report *r) SCI_MUST_CHECK;
sci_status report_write_unadjusted(cli_page *page, const genomics_report *r) SCI_MUST_CHECK;
sci_status report_write_model(cli_page *page, const genomics_report *r,
                              const report_groups *batches) SCI_MUST_CHECK;
void report_write_measures(cli_page *page, const genomics_report *r);
void report_write_composition(cli_page *page, const genomics_report *r,
                              const report_groups *batches, const report_groups *labels,
                              const report_composition *composition);

#endif
