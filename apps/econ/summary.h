/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What page and text say first, and what they say about how the scores were made. */
#ifndef ECON_SUMMARY_H
#define ECON_SUMMARY_H

#include "words.h"

/* "In 2015-12, the latest month, nothing crossed the thresholds." */
void econ_summary_latest(char *text, size_t size, const econ_report *report);
/* "37 findings in 120 months; the largest: in 2010-05 …." */
void econ_summary_all(char *text, size_t size, const econ_report *report);

/* How the scores were made, a fact a line: name and sentence. The number of them; `facts` has room
 * for ECON_FACTS. */
#define ECON_FACTS 12
typedef struct econ_fact {
    const char *name;
    char text[ECON_WORDS];
} econ_fact;
size_t econ_summary_facts(econ_fact facts[ECON_FACTS], const econ_report *report);

/* What each statistic asks, and what no statistic can say: paragraphs. */
extern const char *const econ_summary_questions[][2]; /* name and text, ended by NULL */
extern const char *const econ_summary_limits[];       /* ended by NULL */

#endif
