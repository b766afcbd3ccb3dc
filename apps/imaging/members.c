/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "members.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/number.h"

#include "maps.h"
#include "scaling.h"

/* ---- --mask ---- */

sci_status
imaging_mask_parse(imaging_mask_rule *out, const char *text)
{
    double number;

    *out = (imaging_mask_rule){ .kind = MASK_NONE };
    if (text == NULL)
        return SCI_OK;
    if (strcmp(text, "nonzero") == 0)
        out->kind = MASK_NONZERO;
    else if (strcmp(text, "otsu") == 0)
        out->kind = MASK_OTSU;
    else if (text[0] == '>' && cli_parse_real(text + 1, &number))
        *out = (imaging_mask_rule){ .kind = MASK_ABOVE, .threshold = number };
    else if (text[0] == '>')
        return sci_fail(SCI_ERR_ARGUMENT, "--mask '%s': what follows '>' is no number", text);
    else if (text[0] == 'p' && cli_parse_real(text + 1, &number)) {
        if (!(number >= 0.0 && number < 100.0))
            return sci_fail(SCI_ERR_ARGUMENT,
                            "--mask '%s': a percentile is at least 0 and less than 100", text);
        *out = (imaging_mask_rule){ .kind = MASK_PERCENTILE, .threshold = number };
    } else
        *out = (imaging_mask_rule){ .kind = MASK_FILE, .operand = text };
    return SCI_OK;
}

sci_status
imaging_members_check(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    bool threshold = cli_given(call, "mask-threshold"), listed = s->common.manifest != NULL;
    imaging_mask_rule rule;
    sci_status st = imaging_mask_parse(&rule, s->mask);
    bool file = rule.kind == MASK_FILE || s->mask_pattern != NULL || listed;

    if (st == SCI_OK && s->mask_weights && threshold)
        st = sci_fail(SCI_ERR_ARGUMENT, "--mask-weights and --mask-threshold exclude each other");
    if (st == SCI_OK && (s->mask_weights || threshold) && !file)
        st = sci_fail(SCI_ERR_ARGUMENT, "%s goes with a mask in a file",
                      threshold ? "--mask-threshold" : "--mask-weights");
    if (st == SCI_OK && s->labels == NULL && !listed
        && (s->ignored.n > 0 || cli_given(call, "min-voxels")))
        st = sci_fail(SCI_ERR_ARGUMENT, "%s goes with --labels",
                      s->ignored.n > 0 ? "--ignore-label" : "--min-voxels");
    if (st == SCI_OK && s->outside != NULL && rule.kind == MASK_NONE && s->labels == NULL && !file
        && s->like != LIKE_MONAI)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "--outside: without --mask and --labels there are no voxels outside");
    if (st == SCI_OK && cli_given(call, "slice-weight") && s->weights == IMAGING_NONE)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "--slice-weight says how voxels count by their volume, which --weights none "
                      "rules out");
    return st;
}

sci_status
imaging_unweighted_check(const cli_call *call)
{
    const imaging_settings *s = call->settings;

    if (s->weights == IMAGING_VOLUME || cli_given(call, "slice-weight"))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "percentiles count voxels; %s goes with methods that take means",
                        s->weights == IMAGING_VOLUME ? "--weights volume" : "--slice-weight");
    return SCI_OK;
}

const char *
imaging_mask_word(imaging_mask_kind kind)
{
    static const char *const words[] = { "none", "file", "nonzero", "above", "percentile", "otsu" };

    return words[kind];
}

bool
imaging_members_are_masked(const imaging_members *members)
{
    return members->rule.kind != MASK_NONE;
}

/* ---- weights ---- */

/* NaN, where nobody knows how thick the samples are, are alike too. */
static bool
all_alike(const double *thickness, uint64_t n)
{
    for (uint64_t i = 1; i < n; i++)
        if (thickness[i] != thickness[0] && !isnan(thickness[i]))
            return false;
    return true;
}

/* Samples that are all as thick as each other are a constant like those of a regular axis. */
static sci_status
weigh_axis(imaging_members *m, const imaging_context *c, const imaging_volume *volume, int a)
{
    const imaging_axis *axis = &volume->geometry.axes[a];
    sci_array array = { .rank = 1, .shape = { axis->size }, .type = SCI_FLOAT64 };
    sci_status st = sci_alloc(&m->thickness[a], axis->size, 1, sizeof *m->thickness[a]);

    if (st == SCI_OK)
        st = imaging_axis_thickness(axis, c->settings->slice_weight, volume->name, m->thickness[a]);
    if (st == SCI_OK && all_alike(m->thickness[a], axis->size)) {
        m->weight_mm3 *= m->thickness[a][0];
        return SCI_OK;
    }
    m->weighted = true;
    if (st == SCI_OK)
        st = sci_source_memory(&m->weights[a], &array, m->thickness[a], "slice thickness");
    return st;
}

/* Volume weights from every axis whose samples differ in thickness; what others add is a constant. */
static sci_status
weigh(imaging_members *m, const imaging_context *c, const imaging_volume *volume)
{
    const imaging_geometry *g = &volume->geometry;
    double mm = g->millimetres > 0.0 ? g->millimetres : (double)NAN;
    sci_status st = SCI_OK;
    bool wanted =
        c->settings->weights != IMAGING_NONE && imaging_method_is_moments(c->settings->method);

    m->weight_mm3 = 1.0;
    for (int a = 0; a < g->rank && st == SCI_OK; a++) {
        if (!imaging_role_is_spatial(g->axes[a].role))
            continue;
        m->weight_mm3 *= mm;
        if (!g->axes[a].irregular)
            m->weight_mm3 *= fabs(g->axes[a].step);
        else if (wanted)
            st = weigh_axis(m, c, volume, a);
        else
            m->weight_mm3 = (double)NAN;
    }
    return st;
}

/* Of images that are put together a voxel counts by its volume in mm3: weights that cancel in one
 * image do not cancel among images of unlike voxels. */
static sci_status
weigh_in_mm3(imaging_members *m, const imaging_volume *volume)
{
    const imaging_geometry *g = &volume->geometry;
    bool first = true;

    if (!(m->weight_mm3 > 0.0))
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': the volume of its voxels in mm3 is not known, which --weights volume "
                        "needs to put images together; give --spacing and --units",
                        volume->name);
    m->equal_mm3 = m->weight_mm3;
    for (int a = 0; a < g->rank; a++) {
        if (m->weights[a] == NULL) /* a constant, which weight_mm3 has */
            continue;
        for (uint64_t i = 0; first && i < g->axes[a].size; i++)
            m->thickness[a][i] *= m->weight_mm3;
        m->equal_mm3 = first ? m->thickness[a][0] : m->equal_mm3 * m->thickness[a][0];
        first = false;
    }
    m->weight_mm3 = first ? m->weight_mm3 : 1.0;
    m->weighted = true;
    return SCI_OK;
}

/* ---- all of it ---- */

sci_status
imaging_members_open(imaging_members *out, const imaging_context *c, const imaging_volume *volume,
                     const char *mask, const char *labels)
{
    sci_status st;

    *out = (imaging_members){ 0 };
    st = imaging_mask_parse(&out->rule, mask);
    if (st == SCI_OK && out->rule.kind == MASK_FILE)
        st = imaging_mask_open(out, c, volume);
    if (st == SCI_OK && labels != NULL)
        st = imaging_labels_open(out, c, volume, labels);
    if (st == SCI_OK)
        st = weigh(out, c, volume);
    if (st == SCI_OK && c->pooled && c->settings->weights == IMAGING_VOLUME)
        st = weigh_in_mm3(out, volume);
    if (st == SCI_OK && out->rule.kind == MASK_ABOVE) {
        out->n_low = 1;
        st = sci_alloc(&out->low, 1, 1, sizeof *out->low);
        if (st == SCI_OK)
            out->low[0] = out->rule.threshold;
    }
    if (st != SCI_OK)
        imaging_members_clear(out);
    return st;
}

void
imaging_members_clear(imaging_members *members)
{
    for (int a = 0; a < IMAGING_AXES_MOST; a++) {
        sci_source_free(members->weights[a]);
        sci_free(members->thickness[a]);
    }
    for (size_t i = sizeof members->steps / sizeof *members->steps; i-- > 0;)
        sci_source_free(members->steps[i]);
    sci_source_free(members->chosen);
    sci_labels_free(members->regions);
    imaging_volume_free(members->mask);
    imaging_volume_free(members->labels);
    sci_free(members->low);
    *members = (imaging_members){ 0 };
}

/* ---- on a grouping ---- */

static sci_status
attach_mask(const imaging_members *m, sci_grouping *g)
{
    if (m->mask == NULL)
        return SCI_OK;
    if (m->mask_source != NULL)
        return sci_grouping_weights(g, m->n_mask_axes, m->mask_axes, m->mask_source);
    return sci_grouping_mask(g, m->n_mask_axes, m->mask_axes, m->mask->source);
}

static sci_status
attach_values(const imaging_members *m, sci_grouping *g, const uint64_t *groups_of_kept)
{
    uint64_t n = sci_grouping_groups(g);
    double *low = NULL;
    sci_status st;

    if (m->rule.kind == MASK_NONZERO)
        return sci_grouping_values(g, true, 1, NULL, NULL);
    if (m->low == NULL)
        return SCI_OK;
    if (m->n_low == 1 || groups_of_kept == NULL)
        return sci_grouping_values(g, false, m->n_low, m->low, NULL);
    st = sci_alloc(&low, n, 1, sizeof *low);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        low[i] = m->low[groups_of_kept[i]];
    if (st == SCI_OK)
        st = sci_grouping_values(g, false, n, low, NULL);
    sci_free(low);
    return st;
}

sci_status
imaging_members_attach(const imaging_members *members, const imaging_volume *volume,
                       sci_grouping *g, const uint64_t *groups_of_kept)
{
    sci_status st = attach_mask(members, g);

    for (int a = 0; a < volume->geometry.rank && st == SCI_OK; a++)
        if (members->weights[a] != NULL)
            st = sci_grouping_weights(g, 1, &a, members->weights[a]);
    if (st == SCI_OK)
        st = attach_values(members, g, groups_of_kept);
    return st;
}
