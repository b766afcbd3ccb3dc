/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chosen.h"

#include "mapped.h"

sci_status
imaging_chosen_map(sci_source **out, sci_source *source, const imaging_members *members,
                   const imaging_groups *groups, const imaging_context *c,
                   const imaging_volume *volume)
{
    static const double zero = 0.0;
    imaging_step step = { .kind = STEP_DIFFERS, .blocks = 1, .a = &zero };
    sci_status st = SCI_OK;

    *out = NULL;
    if (members->rule.kind != MASK_NONZERO) {
        if (members->low == NULL)
            return SCI_OK;
        step.kind = STEP_ABOVE;
        step.a = members->low;
    }
    if (step.kind == STEP_ABOVE && members->n_low > 1)
        st = imaging_groups_blocks(groups, c, volume, &step.blocks, &step.last);
    return st == SCI_OK ? imaging_mapped_create(out, source, 1, &step) : st;
}

static sci_status
exchange(sci_grouping *g, int rank, sci_source *chosen)
{
    int axes[IMAGING_AXES_MOST];
    sci_status st = sci_grouping_values(g, false, 1, NULL, NULL);

    for (int a = 0; a < rank; a++)
        axes[a] = a;
    return st == SCI_OK ? sci_grouping_weights(g, rank, axes, chosen) : st;
}

sci_status
imaging_chosen_hold(imaging_members *members, imaging_groups *groups, const imaging_context *c,
                    const imaging_volume *volume, sci_source *source)
{
    int rank = volume->geometry.rank;
    sci_status st = imaging_chosen_map(&members->chosen, source, members, groups, c, volume);

    if (st == SCI_OK && members->chosen != NULL)
        st = exchange(groups->kept, rank, members->chosen);
    if (st == SCI_OK && members->chosen != NULL)
        st = exchange(groups->g, rank, members->chosen);
    return st;
}
