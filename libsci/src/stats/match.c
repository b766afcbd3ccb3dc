/* SPDX-License-Identifier: BSD-3-Clause */
/* Refusals, with the input's name and the respect in which it differs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "match.h"

#define NAME_ROOM 200 /* of an axis, a factor or a level in a message */

sci_table_label
sci_table_label_of(const char *const *names, size_t i)
{
    sci_table_label label;

    if (names != NULL && names[i] != NULL)
        (void)snprintf(label.text, sizeof label.text, "'%s'", names[i]);
    else
        (void)snprintf(label.text, sizeof label.text, "table %zu", i + 1);
    return label;
}

static const char *
role_of(const sci_space *space, int axis)
{
    int factor = sci_space_factor_of(space, axis);

    return factor < 0 ? "pooled" : space->factors[factor].keep ? "kept" : "labelled";
}

static sci_status
match_axes(const sci_space *a, const char *a_label, const sci_space *b, const char *b_label)
{
    if (a->rank != b->rank)
        return sci_fail(SCI_ERR_REFUSED, "%s: made of arrays of %d axes, %s of %d", b_label,
                        b->rank, a_label, a->rank);
    for (int i = 0; i < a->rank; i++)
        if (strcmp(a->axis_names[i], b->axis_names[i]) != 0)
            return sci_fail(SCI_ERR_REFUSED, "%s: axis %d is '%.*s', in %s it is '%.*s'", b_label,
                            i, NAME_ROOM, b->axis_names[i], a_label, NAME_ROOM, a->axis_names[i]);
    for (int i = 0; i < a->rank; i++)
        if (strcmp(role_of(a, i), role_of(b, i)) != 0)
            return sci_fail(SCI_ERR_REFUSED, "%s: axis '%.*s' is %s, in %s it is %s", b_label,
                            NAME_ROOM, b->axis_names[i], role_of(b, i), a_label, role_of(a, i));
    return SCI_OK;
}

/* Which axes are labelled together may still differ. */
static sci_status
match_factors(const sci_space *a, const char *a_label, const sci_space *b, const char *b_label)
{
    char a_name[NAME_ROOM], b_name[NAME_ROOM];

    for (int i = 0; i < a->n_factors && i < b->n_factors; i++) {
        const sci_factor *f = &a->factors[i], *g = &b->factors[i];

        if (f->n_axes == g->n_axes
            && memcmp(f->axes, g->axes, (size_t)f->n_axes * sizeof f->axes[0]) == 0)
            continue;
        sci_space_factor_name(a, i, a_name, sizeof a_name);
        sci_space_factor_name(b, i, b_name, sizeof b_name);
        return sci_fail(SCI_ERR_REFUSED, "%s: the labels are on '%s', in %s on '%s'", b_label,
                        b_name, a_label, a_name);
    }
    return SCI_OK;
}

sci_status
sci_space_match(const sci_space *a, const char *a_label, const sci_space *b, const char *b_label)
{
    sci_status st = match_axes(a, a_label, b, b_label);

    if (st == SCI_OK)
        st = match_factors(a, a_label, b, b_label);
    for (int i = 0; st == SCI_OK && i < a->n_factors; i++) {
        int axis = a->factors[i].axes[0];

        if (a->factors[i].keep && axis > 0 && a->shape[axis] != b->shape[axis])
            st = sci_fail(SCI_ERR_REFUSED,
                          "%s: axis '%.*s' has %" PRIu64 " groups, %s has %" PRIu64, b_label,
                          NAME_ROOM, b->axis_names[axis], b->shape[axis], a_label, a->shape[axis]);
    }
    return st;
}

sci_status
sci_space_match_exactly(const sci_space *a, const char *a_label, const sci_space *b,
                        const char *b_label)
{
    uint8_t a_print[16], b_print[16];
    char name[NAME_ROOM];
    sci_status st = sci_space_match(a, a_label, b, b_label);

    for (int i = 0; st == SCI_OK && i < a->rank; i++)
        if (a->shape[i] != b->shape[i])
            st = sci_fail(SCI_ERR_REFUSED,
                          "%s: axis '%.*s' has size %" PRIu64 ", in %s it has %" PRIu64, b_label,
                          NAME_ROOM, b->axis_names[i], b->shape[i], a_label, a->shape[i]);
    for (int i = 0; st == SCI_OK && i < a->n_factors; i++)
        if (sci_space_levels(a, i) != sci_space_levels(b, i)) {
            sci_space_factor_name(b, i, name, sizeof name);
            st = sci_fail(SCI_ERR_REFUSED, "%s: '%s' has %" PRIu64 " levels, in %s it has %" PRIu64,
                          b_label, name, sci_space_levels(b, i), a_label, sci_space_levels(a, i));
        }
    if (st != SCI_OK)
        return st;
    sci_space_fingerprint(a, a_print);
    sci_space_fingerprint(b, b_print);
    if (memcmp(a_print, b_print, sizeof a_print) != 0)
        return sci_fail(SCI_ERR_REFUSED, "%s: the levels have other names than in %s", b_label,
                        a_label);
    return SCI_OK;
}

static const char *
nan_name(sci_nan_policy nan)
{
    return nan == SCI_NAN_IGNORE ? "ignore" : nan == SCI_NAN_PROPAGATE ? "propagate" : "refuse";
}

static bool
had_weights(const sci_parameters *p)
{
    return p->weighted || p->equal_weight > 0.0;
}

sci_status
sci_parameters_match(const sci_stats *a, const char *a_label, const sci_stats *b,
                     const char *b_label)
{
    const sci_parameters *p = &a->parameters, *q = &b->parameters;

    for (int i = 0; i < 2; i++)
        if ((i == 0 ? a : b)->kind == SCI_STATS_RUNNING)
            return sci_fail(SCI_ERR_REFUSED, "%s: running statistics cannot be merged",
                            i == 0 ? a_label : b_label);
    if (p->ddof != q->ddof)
        return sci_fail(SCI_ERR_REFUSED, "%s: ddof is %d, in %s it is %d", b_label, q->ddof,
                        a_label, p->ddof);
    if (p->nan != q->nan)
        return sci_fail(SCI_ERR_REFUSED, "%s: made with --nan %s, %s with --nan %s", b_label,
                        nan_name(q->nan), a_label, nan_name(p->nan));
    if (had_weights(p) != had_weights(q))
        return sci_fail(SCI_ERR_REFUSED, "%s: %s weights, %s %s", b_label,
                        had_weights(q) ? "with" : "without", a_label,
                        had_weights(p) ? "with" : "without");
    if (p->masked != q->masked)
        return sci_fail(SCI_ERR_REFUSED, "%s: %s a mask, %s %s", b_label,
                        q->masked ? "with" : "without", a_label, p->masked ? "with" : "without");
    if (a->digest_kind != b->digest_kind)
        return sci_fail(SCI_ERR_REFUSED, "%s: its sources have %s digests, those of %s %s", b_label,
                        b->digest_kind == SCI_DIGEST_SHA256 ? "SHA-256" : "XXH3", a_label,
                        a->digest_kind == SCI_DIGEST_SHA256 ? "SHA-256" : "XXH3");
    return SCI_OK;
}
