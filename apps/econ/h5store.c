/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "h5store_priv.h"

#include <stdio.h>
#include <string.h>

#include <sci/h5_values.h>
#include <sci/hash.h>
#include <sci/memory.h>

/* ---- the arrays of a file ---- */

#define AT(member) offsetof(econ_scores, member)
#define SECTOR(member, path)                             \
    {                                                    \
        path, AT(member), OF_SECTORS, SCI_FLOAT64, false \
    }
#define ECONOMY(member)                                                \
    {                                                                  \
        "/period/" #member, AT(member), OF_ECONOMY, SCI_FLOAT64, false \
    }

const kept_array store_arrays[STORE_ARRAYS] = {
    { "/sector/raw", AT(raw), OF_SECTORS, SCI_FLOAT64, true },
    { "/sector/n_available", AT(n_available), OF_SECTORS, SCI_UINT32, true },
    { "/indicator/z", AT(z), OF_INDICATORS, SCI_FLOAT64, false },
    SECTOR(level, "/sector/level"),
    SECTOR(relative_raw, "/sector/relative_raw"),
    SECTOR(relative, "/sector/relative"),
    SECTOR(within_max, "/sector/within_max"),
    SECTOR(breadth, "/sector/breadth"),
    SECTOR(p_level, "/sector/p_level"),
    SECTOR(p_relative, "/sector/p_relative"),
    SECTOR(p_within, "/sector/p_within"),
    SECTOR(q_relative, "/sector/q_relative"),
    SECTOR(q_within, "/sector/q_within"),
    SECTOR(overall_p, "/sector/overall_p"),
    SECTOR(mahalanobis, "/sector/mahalanobis"),
    SECTOR(p_mahalanobis, "/sector/p_mahalanobis"),
    { "/sector/within_driver", AT(within_driver), OF_SECTORS, SCI_UINT32, false },
    { "/sector/extrapolated", AT(extrapolated), OF_SECTORS, SCI_UINT8, false },
    ECONOMY(economy_raw),
    ECONOMY(economy_level),
    ECONOMY(economy),
    ECONOMY(p_economy),
    { "/period/economy_extrapolated", AT(economy_extrapolated), OF_ECONOMY, SCI_UINT8, false },
};

void *
store_array_of(const econ_scores *scores, const kept_array *a)
{
    void *p;

    memcpy(&p, (const char *)scores + a->offset, sizeof p);
    return p;
}

sci_array
store_shape_of(const econ_panel *panel, axis rows, sci_type type)
{
    sci_array a = { .rank = 2, .type = type };

    a.shape[0] = rows == OF_INDICATORS ? panel->n_indicators
                 : rows == OF_SECTORS  ? panel->n_sectors
                                       : 1;
    a.shape[1] = panel->n_periods;
    return a;
}

/* ---- digests ---- */

void
store_digest_more(digests *d, const void *bytes, size_t n)
{
    sci_hash(bytes, n, d->so_far[1]);
    sci_hash(d->so_far, sizeof d->so_far, d->so_far[0]);
}

void
store_digest_rows(digests *d, const void *bytes, size_t rows, size_t row)
{
    for (size_t r = 0; r < rows; r++)
        store_digest_more(d, (const char *)bytes + r * row, row);
}

void
store_digest_text(digests *d, const char *text)
{
    store_digest_more(d, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

void
store_digest_end(const digests *d, char text[80])
{
    size_t used = (size_t)snprintf(text, 80, "xxh3:");

    for (int i = 0; i < 16; i++)
        used += (size_t)snprintf(text + used, 80 - used, "%02x", d->so_far[0][i]);
}

void
store_digest_panel(digests *d, const econ_panel *panel, bool values)
{
    int64_t numbers[] = { (int64_t)panel->frequency, panel->first, (int64_t)panel->n_periods };

    store_digest_more(d, numbers, sizeof numbers);
    for (size_t s = 0; s < panel->n_sectors; s++)
        store_digest_text(d, panel->sectors[s]);
    for (size_t i = 0; values && i < panel->n_indicators; i++) {
        const econ_indicator *in = &panel->indicators[i];
        int64_t facts[] = { (int64_t)in->transform, in->sign, (int64_t)in->sector_index };

        store_digest_text(d, in->name);
        store_digest_text(d, in->unit);
        store_digest_text(d, in->title);
        store_digest_more(d, facts, sizeof facts);
        store_digest_more(d, &in->weight, sizeof in->weight);
    }
    if (values)
        store_digest_more(d, panel->values,
                          panel->n_indicators * panel->n_periods * sizeof *panel->values);
}

void
econ_store_digest(const econ_panel *panel, char text[80])
{
    digests d = { { { 0 } } };

    store_digest_panel(&d, panel, true);
    store_digest_end(&d, text);
}

/* ---- writing ---- */

static sci_status
write_texts(sci_h5_output *out, const char *path, const econ_panel *panel,
            const char *(*text)(const econ_panel *panel, size_t k), size_t n)
{
    sci_texts_maker maker = { 0 };
    sci_texts texts = { 0 };
    sci_status st = SCI_OK;

    for (size_t k = 0; st == SCI_OK && k < n; k++) {
        const char *item = text(panel, k);

        st = sci_texts_add(&maker, item != NULL ? item : "", item != NULL ? strlen(item) : 0);
    }
    if (st == SCI_OK)
        st = sci_texts_finish(&maker, &texts);
    if (st == SCI_OK)
        st = sci_h5_output_array_texts(out, path, &texts);
    sci_texts_maker_clear(&maker);
    sci_texts_clear(&texts);
    return st;
}

static const char *
sector_name(const econ_panel *panel, size_t k)
{
    return panel->sectors[k];
}

static const char *
indicator_name(const econ_panel *panel, size_t k)
{
    return panel->indicators[k].name;
}

static const char *
indicator_unit(const econ_panel *panel, size_t k)
{
    return panel->indicators[k].unit;
}

static const char *
indicator_title(const econ_panel *panel, size_t k)
{
    return panel->indicators[k].title;
}

/* What is a number for each indicator. */
static sci_status
write_facts(sci_h5_output *out, const econ_panel *panel)
{
    sci_array a = { .rank = 1, .shape = { panel->n_indicators }, .type = SCI_INT64 };
    int64_t *numbers = NULL;
    double *weights = NULL;
    size_t n = panel->n_indicators;
    sci_status st = sci_alloc(&numbers, 3, n, sizeof *numbers);

    if (st == SCI_OK)
        st = sci_alloc(&weights, n, 1, sizeof *weights);
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        numbers[i] = (int64_t)panel->indicators[i].transform;
        numbers[n + i] = panel->indicators[i].sign;
        numbers[2 * n + i] = (int64_t)panel->indicators[i].sector_index;
        weights[i] = panel->indicators[i].weight;
    }
    if (st == SCI_OK)
        st = sci_h5_output_array(out, "/indicator/transform", &a, numbers);
    if (st == SCI_OK)
        st = sci_h5_output_array(out, "/indicator/sign", &a, numbers + n);
    if (st == SCI_OK)
        st = sci_h5_output_array(out, "/indicator/sector", &a, numbers + 2 * n);
    a.type = SCI_FLOAT64;
    if (st == SCI_OK)
        st = sci_h5_output_array(out, "/indicator/weight", &a, weights);
    sci_free(numbers);
    sci_free(weights);
    return st;
}

static sci_status
write_indicators(sci_h5_output *out, const econ_panel *panel)
{
    sci_array a = store_shape_of(panel, OF_INDICATORS, SCI_FLOAT64);
    size_t n = panel->n_indicators;
    sci_status st = write_texts(out, "/indicator/name", panel, indicator_name, n);

    if (st == SCI_OK)
        st = write_texts(out, "/indicator/unit", panel, indicator_unit, n);
    if (st == SCI_OK)
        st = write_texts(out, "/indicator/title", panel, indicator_title, n);
    if (st == SCI_OK)
        st = write_facts(out, panel);
    if (st == SCI_OK)
        st = sci_h5_output_array(out, "/indicator/value", &a, panel->values);
    return st;
}

static sci_status
write_array(sci_h5_output *out, const char *path, const sci_array *a, const void *elements,
            digests *d)
{
    if (elements == NULL || a->shape[0] == 0)
        return SCI_OK;
    store_digest_rows(d, elements, (size_t)a->shape[0],
                      (size_t)a->shape[1] * sci_type_size(a->type));
    return sci_h5_output_array(out, path, a, elements);
}

static sci_status
write_all(sci_h5_output *out, const econ_stored *what, const econ_panel *panel,
          const econ_scores *scores, const double *within)
{
    sci_array all = store_shape_of(panel, OF_INDICATORS, SCI_FLOAT64);
    digests d = { { { 0 } } };
    char digest[80];
    sci_status st = write_texts(out, "/sector/name", panel, sector_name, panel->n_sectors);

    store_digest_panel(&d, panel, what->values);
    store_digest_text(&d, what->rules);
    if (st == SCI_OK && what->values)
        st = write_indicators(out, panel);
    for (int k = 0; st == SCI_OK && k < STORE_ARRAYS; k++) {
        sci_array a = store_shape_of(panel, store_arrays[k].rows, store_arrays[k].type);

        if (what->state || store_arrays[k].shared)
            st = write_array(out, store_arrays[k].path, &a,
                             store_array_of(scores, &store_arrays[k]), &d);
    }
    if (st == SCI_OK && what->state)
        st = write_array(out, "/indicator/within", &all, within, &d);
    store_digest_end(&d, digest);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/", "format", what->state ? STATE_FORMAT : SECTORS_FORMAT);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/", "rules", what->rules);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/", "digest", digest);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out, "/", "frequency", (int64_t)panel->frequency);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out, "/", "first", panel->first);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out, "/", "periods", (int64_t)panel->n_periods);
    return st;
}

sci_status
econ_store_save(const char *temporary, const econ_stored *what, const econ_panel *panel,
                const econ_scores *scores, const double *within, bool sync)
{
    sci_h5_output *out = NULL;
    sci_status st = sci_h5_output_create(&out, temporary);

    if (st == SCI_OK) {
        sci_h5_output_digests(out, false); /* the file has its own */
        st = write_all(out, what, panel, scores, within);
    }
    if (st == SCI_OK) {
        st = sci_h5_output_close(out, false, sync);
        out = NULL;
    }
    sci_h5_output_free(out);
    return st;
}
