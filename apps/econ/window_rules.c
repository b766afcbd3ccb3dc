/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of the command line as windows over the periods of a panel. */
#include "scores_priv.h"

#include <sci/memory.h>

#include "season.h"
#include "transform.h"

void
econ_rules_mark(const econ_rules *rules, const econ_panel *panel, uint8_t *excluded,
                uint8_t *in_sample)
{
    for (size_t t = 0; t < panel->n_periods; t++) {
        int64_t ordinal = panel->first + (int64_t)t;

        excluded[t] =
            rules->excluding && ordinal >= rules->exclude_first && ordinal <= rules->exclude_last;
        if (in_sample != NULL)
            in_sample[t] = rules->window_kind == ECON_CALIBRATED && !excluded[t]
                           && ordinal <= rules->calibrate_to;
    }
}

static sci_status
check_calibration(const econ_rules *rules, const econ_panel *panel)
{
    int64_t last = panel->first + (int64_t)panel->n_periods - 1;
    char asked[ECON_PERIOD_TEXT], has[ECON_PERIOD_TEXT];

    econ_period_text(asked, sizeof asked, panel->frequency, rules->calibrate_to);
    if (rules->calibrate_to < panel->first + ECON_HISTORY_LEAST - 1) {
        econ_period_text(has, sizeof has, panel->frequency, panel->first);
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': --calibrate-to %s leaves no history, as the panel begins with %s",
                        panel->path, asked, has);
    }
    if (rules->calibrate_to > last) {
        econ_period_text(has, sizeof has, panel->frequency, last);
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': --calibrate-to %s is beyond the last period of the panel, %s",
                        panel->path, asked, has);
    }
    return SCI_OK;
}

sci_status
econ_rules_window(econ_window *out, const econ_rules *rules, const econ_panel *panel,
                  const uint8_t *excluded)
{
    sci_status st = SCI_OK;

    *out = (econ_window){ .kind = rules->window_kind,
                          .n = panel->n_periods,
                          .values = rules->window,
                          .excluded = excluded,
                          .scale = rules->scale,
                          .tail = rules->tail };
    if (rules->seasonal != ECON_SEASONAL_NONE && econ_frequency_season(panel->frequency) < 2)
        return sci_fail(SCI_ERR_REFUSED, "'%s': %s data have no seasons; leave --seasonal out",
                        panel->path, econ_frequency_name(panel->frequency));
    if (rules->window_kind == ECON_CALIBRATED) {
        st = check_calibration(rules, panel);
        if (st == SCI_OK)
            out->calibration = (size_t)(rules->calibrate_to - panel->first) + 1;
    }
    return st;
}

sci_status
econ_indicator_series(const econ_panel *panel, const econ_rules *rules, const econ_window *w,
                      size_t indicator, double *x, econ_scratch *scratch)
{
    const econ_indicator *i = &panel->indicators[indicator];

    econ_transform_apply(i->transform, i->sign, panel->values + indicator * panel->n_periods,
                         panel->n_periods, x);
    return econ_season_remove(rules->seasonal, w, panel->frequency, panel->first, x, scratch);
}

sci_status
econ_scores_history(const econ_panel *panel, const econ_rules *rules, size_t indicator, double *out,
                    double *centre, double *spread)
{
    econ_scratch scratch = { 0 };
    uint8_t *excluded = NULL;
    double *x = NULL;
    econ_window w;
    sci_status st = econ_scratch_make(&scratch, panel->n_periods);

    if (st == SCI_OK)
        st = sci_alloc(&excluded, panel->n_periods, 1, sizeof *excluded);
    if (st == SCI_OK)
        st = sci_alloc(&x, panel->n_periods, 1, sizeof *x);
    if (st == SCI_OK) {
        econ_rules_mark(rules, panel, excluded, NULL);
        st = econ_rules_window(&w, rules, panel, excluded);
    }
    if (st == SCI_OK)
        st = econ_indicator_series(panel, rules, &w, indicator, x, &scratch);
    if (st == SCI_OK) {
        econ_window_score(&w, x, 0, scratch.series[0], centre, spread, NULL, &scratch);
        for (size_t t = 0; out != NULL && t < panel->n_periods; t++)
            out[t] = x[t];
    }
    econ_scratch_clear(&scratch);
    sci_free(excluded);
    sci_free(x);
    return st;
}
