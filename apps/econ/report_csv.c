/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scores.csv and anomalies.csv. */
#include <math.h>

#include <sci/file.h>

#include "csv_cell.h"
#include "report_priv.h"
#include "words.h"

enum { MOVERS = 3 };

/* ---- files ---- */

sci_status
report_open(FILE **out, const char *path)
{
    *out = fopen(path, "we");
    return *out ? SCI_OK : sci_fail_errno("open", path);
}

sci_status
report_close(FILE *out, const char *path, sci_status so_far)
{
    if (out && (fflush(out) != 0 || ferror(out)) && so_far == SCI_OK)
        so_far = sci_fail_errno("write", path);
    if (out && fclose(out) != 0 && so_far == SCI_OK)
        so_far = sci_fail_errno("write", path);
    return so_far;
}

static void
put(FILE *out, double value)
{
    fputc(',', out);
    econ_csv_put_number(out, value);
}

static void
put_text(FILE *out, const char *text)
{
    fputc(',', out);
    if (text)
        econ_csv_put_text(out, text);
}

/* ---- scores.csv ---- */

/* The whole economy: a row with an empty sector. */
static void
put_economy(FILE *out, const econ_report *r, size_t t, const char *period)
{
    const econ_scores *s = r->parts.scores;
    uint64_t available = 0;

    for (size_t k = 0; k < s->n_sectors; k++)
        available += s->n_available[k * s->n_periods + t];
    fprintf(out, "%s,,%llu", period, (unsigned long long)available);
    put(out, s->economy_raw[t]);
    put(out, s->economy[t]);
    fputs(",,,", out); /* relative, within_max, breadth */
    put(out, s->p_economy[t]);
    fprintf(out, ",,,,,,%d\n", s->in_sample[t] != 0);
}

static void
put_sector(FILE *out, const econ_report *r, size_t k, size_t t, const char *period)
{
    const econ_scores *s = r->parts.scores;
    size_t at = k * s->n_periods + t;
    const double *const arrays[] = { s->raw,        s->level,    s->relative,   s->within_max,
                                     s->breadth,    s->p_level,  s->p_relative, s->p_within,
                                     s->q_relative, s->q_within, s->overall_p };

    fputs(period, out);
    put_text(out, r->parts.panel->sectors[k]);
    fprintf(out, ",%u", (unsigned)s->n_available[at]);
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++)
        put(out, arrays[a][at]);
    fprintf(out, ",%d\n", s->in_sample[t] != 0);
}

sci_status
econ_report_write_scores(const econ_report *r, const char *path)
{
    size_t periods = r->parts.panel->n_periods, last = r->parts.last;
    FILE *out = NULL;
    sci_status st = report_open(&out, path);

    if (st != SCI_OK)
        return st;
    fputs("period,sector,n_indicators,raw,level,relative,within_max,breadth,p_level,p_relative,"
          "p_within,q_relative,q_within,overall_p,in_sample\n",
          out);
    for (size_t t = last > 0 && last < periods ? periods - last : 0; t < periods; t++) {
        char period[ECON_PERIOD_TEXT];

        econ_report_period(r, t, period, sizeof period);
        put_economy(out, r, t, period);
        for (size_t k = 0; k < r->parts.panel->n_sectors; k++)
            put_sector(out, r, k, t, period);
    }
    return report_close(out, path, SCI_OK);
}

/* ---- anomalies.csv ---- */

static void
put_movers(FILE *out, const econ_report *r, const econ_anomaly *a)
{
    econ_mover movers[MOVERS];
    size_t n = 0;

    if (a->sector != ECON_WHOLE_ECONOMY)
        n = econ_report_movers(r, a->sector, a->period,
                               a->statistic == ECON_STAT_WITHIN ? a->driver : ECON_NO_DRIVER,
                               MOVERS, movers);
    for (size_t k = 0; k < MOVERS; k++) {
        const econ_indicator *i = k < n ? &r->parts.panel->indicators[movers[k].indicator] : NULL;

        put_text(out, i ? i->name : NULL);
        put_text(out, i ? i->unit : NULL);
        put(out, i ? movers[k].before : (double)NAN);
        put(out, i ? movers[k].after : (double)NAN);
        put(out, i ? movers[k].z : (double)NAN);
        put(out, i ? movers[k].share : (double)NAN);
    }
}

static void
put_anomaly(FILE *out, const econ_report *r, const econ_anomaly *a, size_t rank)
{
    const econ_scores *s = r->parts.scores;
    const econ_event *event = econ_report_event(r, a->sector, a->period);
    bool economy = a->sector == ECON_WHOLE_ECONOMY;
    char period[ECON_PERIOD_TEXT], sentence[ECON_WORDS];

    econ_report_period(r, a->period, period, sizeof period);
    econ_words_anomaly(sentence, sizeof sentence, r, a);
    fprintf(out, "%zu,%s", rank, period);
    put_text(out, economy ? NULL : r->parts.panel->sectors[a->sector]);
    fprintf(out, ",%s", econ_statistic_name(a->statistic));
    put(out, a->score);
    put(out, a->p);
    put(out, a->q);
    put(out, a->breadth);
    fputc(',', out);
    if (!economy)
        fprintf(out, "%u", (unsigned)s->n_available[a->sector * s->n_periods + a->period]);
    put(out, a->effect);
    fprintf(out, ",%d,%d,%d", a->extrapolated, s->in_sample[a->period] != 0,
            s->excluded[a->period] != 0);
    put_text(out, event ? event->label : NULL);
    put_movers(out, r, a);
    put_text(out, sentence);
    fputc('\n', out);
}

sci_status
econ_report_write_anomalies(const econ_report *r, const char *path)
{
    FILE *out = NULL;
    sci_status st = report_open(&out, path);

    if (st != SCI_OK)
        return st;
    fputs("rank,period,sector,statistic,score,p,q,breadth,n_indicators,effect,extrapolated,"
          "in_sample,excluded,event",
          out);
    for (int k = 1; k <= MOVERS; k++)
        fprintf(out, ",moved_%d,unit_%d,before_%d,after_%d,z_%d,share_%d", k, k, k, k, k, k);
    fputs(",what_happened\n", out);
    for (size_t k = 0; k < r->n_shown; k++)
        put_anomaly(out, r, &r->parts.anomalies[r->shown[k]], k + 1);
    return report_close(out, path, SCI_OK);
}
