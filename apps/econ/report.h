/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report: what was found in a panel, in all that its writers need. It is made of a panel and its
 * scores, or read back from report.json, and both give the same bytes. */
#ifndef ECON_REPORT_H
#define ECON_REPORT_H

#include "events.h"
#include "panel.h"
#include "rules.h"
#include "scores.h"

/* A file that went in. */
typedef struct econ_report_input {
    const char *role;   /* "panel", "map", "events" */
    const char *name;   /* without its folder */
    const char *digest; /* "xxh3:…"; NULL: not known */
} econ_report_input;

#define ECON_REPORT_INPUTS 4

/* All pointers are borrowed, also by what econ_report_make makes of them. */
typedef struct econ_report_parts {
    const econ_panel *panel;
    const econ_scores *scores;
    const econ_rules *rules;
    const econ_anomaly *anomalies; /* largest score first */
    size_t n_anomalies;
    const econ_events *events; /* NULL: none */
    econ_report_input inputs[ECON_REPORT_INPUTS];
    size_t n_inputs;
    const char *options; /* as typed, with defaults; NULL */
    double false_alarms; /* a year; NaN: not known */
    size_t last;         /* periods in tables, counted from the end; 0: all */
} econ_report_parts;

typedef struct econ_report {
    econ_report_parts parts;
    size_t *shown; /* anomalies that are in the tables, numbers in parts.anomalies */
    size_t n_shown;
    /* Values and z of indicators are there for these periods: place in a row of them, SIZE_MAX where
     * they are not. A row is `stride` long. */
    size_t *column;
    size_t stride;
    bool thinned;  /* some are not there */
    size_t n_kept; /* periods that are */
    void *store;   /* of a report that was read: what parts point to */
} econ_report;

/* Panels of more cells than this keep indicators only for the periods of anomalies (and those before
 * them) and the last ECON_REPORT_RECENT. */
#define ECON_REPORT_CELLS ((size_t)1 << 20)
enum { ECON_REPORT_RECENT = 24 };

/* SCI_ERR_NOMEM. Released by econ_report_clear. */
sci_status econ_report_make(econ_report *out, const econ_report_parts *parts) SCI_MUST_CHECK;
/* Read report.json: SCI_ERR_FORMAT if it is none, or one of a later schema. */
sci_status econ_report_read(econ_report *out, const char *path) SCI_MUST_CHECK;
void econ_report_clear(econ_report *report);

/* ---- looking into it ---- */

/* Of an indicator in a period; NaN where missing, infinite or not kept. */
double econ_report_value(const econ_report *report, size_t indicator, size_t period);
double econ_report_z(const econ_report *report, size_t indicator, size_t period);
/* Of an array [sector][period] of the scores; NaN also for infinities. */
double econ_report_score(const econ_report *report, const double *array, size_t sector,
                         size_t period);

/* Title of an indicator, its name where it has none. */
const char *econ_report_label(const econ_report *report, size_t indicator);
void econ_report_period(const econ_report *report, size_t period, char *text, size_t size);
size_t econ_report_sector_size(const econ_report *report, size_t sector); /* indicators in it */

/* What moved a sector: its indicators with the largest parts in the direction of its score. */
typedef struct econ_mover {
    size_t indicator;
    double z, share;      /* of Σ|z| of the sector */
    double before, after; /* value of the last period that has one, and of this one */
} econ_mover;

/* At most n; returns their number. `first` is the indicator that comes first in any case
 * (ECON_NO_DRIVER: none does). */
size_t econ_report_movers(const econ_report *report, size_t sector, size_t period, uint32_t first,
                          size_t n, econ_mover *out);

/* Indicators beyond 2 in the direction of the sector's raw score. */
size_t econ_report_moved(const econ_report *report, size_t sector, size_t period);

/* The event of a period (and of the sector or of all), NULL if there is none. */
const econ_event *econ_report_event(const econ_report *report, size_t sector, size_t period);

/* ---- writing it ---- */

/* Each replaces the file `path`. SCI_ERR_IO, SCI_ERR_NOSPACE, SCI_ERR_NOMEM. */
sci_status econ_report_write_scores(const econ_report *report, const char *path) SCI_MUST_CHECK;
sci_status econ_report_write_anomalies(const econ_report *report, const char *path) SCI_MUST_CHECK;
sci_status econ_report_write_json(const econ_report *report, const char *path) SCI_MUST_CHECK;
sci_status econ_report_write_markdown(const econ_report *report, const char *path) SCI_MUST_CHECK;
sci_status econ_report_write_page(const econ_report *report, const char *path) SCI_MUST_CHECK;

#endif
