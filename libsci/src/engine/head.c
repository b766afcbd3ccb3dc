/* SPDX-License-Identifier: BSD-3-Clause */
/* The head of a table whose rows were handed over one by one. */
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "../stats/layout.h"
#include "../stats/table.h"
#include "maps.h"

static sci_status
fill_origin(sci_stats *table, const char *name, const sci_report *report)
{
    sci_origin *origin;
    sci_status st = sci_alloc_zero(&table->origins, 1, 1, sizeof *table->origins);

    if (st != SCI_OK)
        return st;
    origin = &table->origins[0];
    table->n_origins = 1;
    memcpy(origin->digest.bytes, report->digest, SCI_DIGEST_BYTES);
    origin->elements = report->elements;
    origin->members = report->members;
    origin->nonfinite = report->nonfinite;
    return sci_strdup(&origin->name, name);
}

sci_status
sci_stats_head(sci_stats **out, const sci_source *in, const sci_grouping *g, const sci_options *opt,
               const sci_report *report, const char *name)
{
    sci_parameters parameters = { .ddof = opt->ddof, .nan = opt->nan };
    const sci_grouping *groupings[1];
    sci_effective effective;
    sci_layout layout;
    sci_stats *table = NULL;
    sci_status st = sci_effective_grouping(&effective, g, opt);

    if (st != SCI_OK)
        return st;
    parameters.weighted = effective.weighted;
    parameters.masked = effective.masked;
    parameters.equal_weight = effective.equal_weight;
    groupings[0] = &effective.grouping;
    sci_layout_create(&layout, 1, groupings);
    st = sci_table_create_rows(&table, SCI_STATS_MOMENTS, sci_grouping_space(g), &parameters, 0);
    if (st == SCI_OK)
        st = fill_origin(table, name != NULL ? name : in->name, report);
    if (st == SCI_OK)
        st = sci_layout_segments(&layout, sci_grouping_groups(g), &table->segmentation);
    if (st != SCI_OK) {
        sci_stats_free(table);
        return st;
    }
    table->digest_kind = opt->digest;
    *out = table;
    return SCI_OK;
}
