/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "groups.h"

#include <inttypes.h>
#include <string.h>

#include <sci/csv.h>
#include <sci/memory.h>

#include "cli/number.h"

typedef enum channel_use { CHANNEL_KEPT, CHANNEL_GROUPED, CHANNEL_POOLED } channel_use;

static channel_use
use_of_channels(const imaging_settings *s)
{
    switch ((imaging_method)s->method) {
    case IMAGING_GROUP:
        return CHANNEL_GROUPED;
    case IMAGING_LAYER:
        return CHANNEL_POOLED;
    default:
        return CHANNEL_KEPT;
    }
}

/* ---- --groups: a number of equal blocks, or a file with a label for each channel ---- */

static sci_status
make_channels(imaging_groups *groups, const imaging_settings *s, const imaging_volume *volume,
              int axis)
{
    uint64_t n = axis >= 0 ? volume->geometry.axes[axis].size : 1;
    int64_t blocks = 0;
    bool number = s->groups != NULL && cli_parse_integer(s->groups, &blocks);
    sci_status st;

    if (s->groups == NULL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--method group needs --groups: a number, or a file with a "
                        "group for each channel");
    if (number && blocks < 1)
        return sci_fail(SCI_ERR_ARGUMENT, "--groups %s: at least 1", s->groups);
    if (axis < 0 && blocks == 1)
        return SCI_OK;
    if (axis < 0)
        return sci_fail(SCI_ERR_REFUSED, "'%s' has no channels that --groups could put together",
                        volume->name);
    if (!number)
        return sci_csv_labels(&groups->channels, s->groups, n);
    st = sci_labels_blocks(&groups->channels, n, (uint64_t)blocks);
    if (st == SCI_ERR_SHAPE)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' has %" PRIu64 " channels, which %s groups do not divide", volume->name,
                      n, s->groups);
    return st;
}

/* ---- factors ---- */

static bool
over_time(const imaging_settings *s)
{
    return s->over != NULL;
}

static bool
labels_cover(const imaging_members *m, int axis)
{
    for (int k = 0; m->labels != NULL && k < m->n_label_axes; k++)
        if (m->label_axes[k] == axis)
            return true;
    return false;
}

static bool
is_kept(const imaging_context *c, imaging_role role)
{
    const imaging_settings *s = c->settings;

    if (role == IMAGING_SAMPLE)
        return !c->pooled;
    if (role == IMAGING_CHANNEL)
        return use_of_channels(s) == CHANNEL_KEPT;
    return role != IMAGING_TIME && over_time(s);
}

static sci_status
add_factors(sci_grouping *g, imaging_groups *groups, const imaging_context *c,
            const imaging_volume *volume)
{
    const imaging_geometry *geometry = &volume->geometry;
    const imaging_settings *s = c->settings;
    sci_status st = SCI_OK;

    for (int a = 0; a < geometry->rank && st == SCI_OK; a++) {
        imaging_role role = geometry->axes[a].role;

        if (is_kept(c, role))
            st = sci_grouping_keep(g, a);
        else if (role == IMAGING_CHANNEL && use_of_channels(s) == CHANNEL_GROUPED)
            st = sci_grouping_label(g, 1, &a, groups->channels);
    }
    return st;
}

static sci_status
create(sci_grouping **out, const imaging_volume *volume)
{
    const imaging_geometry *g = &volume->geometry;
    const char *names[IMAGING_AXES_MOST];
    sci_status st = sci_grouping_create(out, g->rank, volume->source->array.shape);

    for (int a = 0; a < g->rank; a++)
        names[a] = imaging_role_is_spatial(g->axes[a].role) ? imaging_role_name(g->axes[a].role)
                                                            : g->axes[a].name;
    return st == SCI_OK ? sci_grouping_axis_names(*out, names) : st;
}

static sci_status
check(const imaging_context *c, const imaging_volume *volume, const imaging_members *m)
{
    const imaging_settings *s = c->settings;
    const imaging_geometry *g = &volume->geometry;

    if (s->over != NULL && strcmp(s->over, "time") != 0)
        return sci_fail(SCI_ERR_ARGUMENT, "--over '%s': only time", s->over);
    if (over_time(s) && imaging_geometry_find(g, IMAGING_TIME) < 0)
        return sci_fail(SCI_ERR_REFUSED, "'%s' has no time axis for --over time", volume->name);
    if (over_time(s) && m->labels != NULL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--over time makes every voxel a group; leave out --labels");
    for (int a = 0; a < g->rank; a++)
        if (labels_cover(m, a)
            && (is_kept(c, g->axes[a].role) || g->axes[a].role == IMAGING_CHANNEL))
            return sci_fail(
                SCI_ERR_REFUSED,
                "the label map '%s' has an axis '%s'; labels are those of space and time",
                m->labels->name, g->axes[a].name);
    return SCI_OK;
}

/* Groups number factors by their first axis, the last fastest: of (before, label, after) the kept
 * group is (before, after). */
static sci_status
relate(imaging_groups *groups, const imaging_volume *volume, const imaging_context *c,
       const imaging_members *m)
{
    uint64_t levels = sci_labels_levels(m->regions), after = 1;
    sci_status st = sci_alloc(&groups->kept_of, groups->n, 1, sizeof *groups->kept_of);

    for (int a = m->label_axes[0] + 1; a < volume->geometry.rank; a++) {
        imaging_role role = volume->geometry.axes[a].role;

        if (is_kept(c, role))
            after *= volume->geometry.axes[a].size;
        else if (role == IMAGING_CHANNEL && groups->channels != NULL)
            after *= sci_labels_levels(groups->channels);
    }
    for (uint64_t i = 0; st == SCI_OK && i < groups->n; i++)
        groups->kept_of[i] = i / after / levels * after + i % after;
    return st;
}

sci_status
imaging_groups_make(imaging_groups *out, const imaging_context *c, const imaging_volume *volume,
                    const imaging_members *members)
{
    int channel = imaging_geometry_find(&volume->geometry, IMAGING_CHANNEL);
    sci_status st = check(c, volume, members);

    *out = (imaging_groups){ 0 };
    if (st == SCI_OK && use_of_channels(c->settings) == CHANNEL_GROUPED)
        st = make_channels(out, c->settings, volume, channel);
    if (st == SCI_OK)
        st = create(&out->kept, volume);
    if (st == SCI_OK)
        st = add_factors(out->kept, out, c, volume);
    if (st == SCI_OK)
        st = create(&out->g, volume);
    if (st == SCI_OK)
        st = add_factors(out->g, out, c, volume);
    if (st == SCI_OK && members->regions != NULL)
        st = sci_grouping_label(out->g, members->n_label_axes, members->label_axes,
                                members->regions);
    if (st == SCI_OK) {
        out->n = sci_grouping_groups(out->g);
        out->n_kept = sci_grouping_groups(out->kept);
        if (members->regions != NULL)
            st = relate(out, volume, c, members);
    }
    if (st != SCI_OK)
        imaging_groups_clear(out);
    return st;
}

sci_status
imaging_groups_attach(imaging_groups *groups, const imaging_volume *volume,
                      const imaging_members *members)
{
    sci_status st = imaging_members_attach(members, volume, groups->kept, NULL);

    return st == SCI_OK ? imaging_members_attach(members, volume, groups->g, groups->kept_of) : st;
}

void
imaging_groups_clear(imaging_groups *groups)
{
    sci_grouping_free(groups->g);
    sci_grouping_free(groups->kept);
    sci_labels_free(groups->channels);
    sci_free(groups->kept_of);
    *groups = (imaging_groups){ 0 };
}

sci_status
imaging_groups_blocks(const imaging_groups *groups, const imaging_context *c,
                      const imaging_volume *volume, uint64_t *blocks, uint64_t *last)
{
    const imaging_geometry *g = &volume->geometry;
    bool leading = true, file = groups->channels != NULL;
    uint64_t product = 1;
    int a = 0;

    *blocks = 1;
    *last = 0;
    if (groups->n_kept == 1)
        return SCI_OK;
    for (; a < g->rank && is_kept(c, g->axes[a].role); a++)
        product *= g->axes[a].size;
    for (int b = a; b < g->rank; b++)
        leading = leading && (!is_kept(c, g->axes[b].role) || g->axes[b].size == 1);
    if (leading && !file) {
        *blocks = product;
        return SCI_OK;
    }
    if (!file && groups->n_kept == g->axes[g->rank - 1].size
        && is_kept(c, g->axes[g->rank - 1].role)) {
        *last = groups->n_kept;
        return SCI_OK;
    }
    return sci_fail(
        SCI_ERR_REFUSED,
        "'%s': limits of values (--clip, and methods that need them) go with channels that "
        "come first or last in the file, not with groups of them",
        volume->name);
}
