/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, units and findings in words, for everything that people read. */
#ifndef ECON_WORDS_H
#define ECON_WORDS_H

#include "report.h"

#define ECON_WORDS 640 /* room for every text of this header but those of names */

/* "−3.2", "+12", "0.4": one decimal below 10, a true minus; `sign`: with a plus. "–" for NaN. */
void econ_words_score(char *text, size_t size, double score, bool sign);

/* "34 %", "1 in 21 000", "less than 1 in a million"; "–" for NaN. */
void econ_words_p(char *text, size_t size, double p);

/* The same as a number: "0.012", "0.00002", "<0.00001". */
void econ_words_p_number(char *text, size_t size, double p);

/* A value with as many digits as it has to have: "7 607", "4.25", "0.0031". */
void econ_words_value(char *text, size_t size, double value);

/* "thousand persons" of "1000 person", "%" of "percent", "" of a plain number or NULL; else as it
 * is. */
void econ_words_unit(char *text, size_t size, const char *unit);
bool econ_words_is_percent(const char *unit);

/* "−1.8 %", "+0.4 percentage points", "−12 hours": of a percentage in points, of values that are
 * positive in per cent, else in their unit. "" where one is missing. */
void econ_words_change(char *text, size_t size, double before, double after, const char *unit);

/* "7 607 → 7 472 thousand persons (−1.8 %)". */
void econ_words_move(char *text, size_t size, double before, double after, const char *unit);

/* "13.6 standard deviations below what it was used to". */
void econ_words_distance(char *text, size_t size, double score);

/* "against the other sectors", "one indicator against its sector", … */
const char *econ_words_statistic(unsigned statistic);

/* "2 of 4 indicators" (beyond 2 in the direction of the sector); "" where they are not known: the
 * score of a sector came without them. */
void econ_words_breadth(char *text, size_t size, const econ_report *report, size_t sector,
                        size_t period);

/* The movers of an anomaly, "durable goods: 7 994 → 7 850 thousand persons (−1.8 %)", a line each; of
 * the whole economy its sectors with their levels. Names may be long: cut at the end of `text`. */
void econ_words_movers(char *text, size_t size, const econ_report *report,
                       const econ_anomaly *anomaly);

/* One sentence about an anomaly, without the names of the movers. */
void econ_words_anomaly(char *text, size_t size, const econ_report *report,
                        const econ_anomaly *anomaly);

/* "on" a day, "in" all longer periods; `begins`: a sentence. */
const char *econ_words_in(econ_frequency frequency, bool begins);

/* Name of a sector; "the whole economy". */
const char *econ_words_sector(const econ_report *report, size_t sector);

#endif
