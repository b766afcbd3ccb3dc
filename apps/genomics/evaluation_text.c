/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/json.h"

double
genomics_pcr_comparison(const metrics *before, const metrics *after)
{
    double change = (before->pcr_batch - after->pcr_batch) / before->pcr_batch;

    return isnan(change) ? change : fmax(change, 0.0);
}

/* ---- the table ---- */

static void
print_head(const genomics_evaluated *e)
{
    const metrics *m = &e->before->metrics;
    const pca *p = e->before->pca;
    double share = 0.0;

    for (uint64_t i = 0; i < p->components; i++)
        share += p->variance_ratio[i];
    (void)printf("%s: %" PRIu64 " cells, %" PRIu64 " genes, %" PRIu64 " batches (%s)",
                 e->before_name, p->rows, p->columns, e->batch->levels.n, e->batch->key);
    if (e->label)
        (void)printf(", %" PRIu64 " labels (%s)", e->label->levels.n, e->label->key);
    (void)printf("\n%" PRIu64 " principal components with %.1f %% of the variance; %" PRIu64
                 " neighbours (of kBET %" PRIu64 ") of ",
                 p->components, 100.0 * share, m->neighbours, m->kbet_neighbours);
    if (m->sampled < m->cells)
        (void)printf("%" PRIu64 " of %" PRIu64 " cells\n\n", m->sampled, m->cells);
    else
        (void)printf("all cells\n\n");
}

static void
print_value(double value)
{
    if (isnan(value))
        (void)printf(" %8s", "-");
    else
        (void)printf(" %8.4f", value);
}

static const char *
better(int direction)
{
    return direction > 0 ? "higher" : direction < 0 ? "lower" : "";
}

sci_status
genomics_evaluated_text(const genomics_evaluated *e)
{
    print_head(e);
    (void)printf("%-34s %8s", "", e->after ? "before" : "value");
    if (e->after)
        (void)printf(" %8s", "after");
    (void)printf("  better\n");
    for (size_t i = 0; i < metrics_n_rows; i++) {
        const metrics_row *row = &metrics_rows[i];
        double before = row->get(&e->before->metrics);
        double after = e->after ? row->get(&e->after->metrics) : (double)NAN;

        if (isnan(before) && isnan(after))
            continue;
        (void)printf("%-34s", row->name);
        print_value(before);
        if (e->after)
            print_value(after);
        (void)printf("  %-6s  %s\n", better(row->better), row->meaning);
    }
    return cli_stdout_finish();
}

/* ---- JSON ---- */

static void
put_levels(cli_json *j, const char *name, const genomics_factor *f)
{
    cli_json_key(j, name);
    cli_json_object(j);
    cli_json_member_text(j, "column", f->key);
    cli_json_key(j, "levels");
    cli_json_array_line(j);
    for (uint64_t l = 0; l < f->levels.n; l++)
        cli_json_text(j, f->levels.items[l]);
    cli_json_array_end(j);
    cli_json_member_unsigned(j, "missing", f->missing);
    cli_json_object_end(j);
}

static void
put_stage(cli_json *j, const char *name, const char *file, const genomics_evaluation *e)
{
    cli_json_key(j, name);
    cli_json_object(j);
    cli_json_member_text(j, "file", file);
    cli_json_member_unsigned(j, "genes", e->pca->columns);
    cli_json_member_unsigned(j, "components", e->pca->components);
    cli_json_key(j, "exact_components");
    cli_json_boolean(j, e->pca->exact);
    cli_json_member_real(j, "total_variance", e->pca->total_variance);
    for (size_t i = 0; i < metrics_n_rows; i++)
        cli_json_member_real(j, metrics_rows[i].key, metrics_rows[i].get(&e->metrics));
    cli_json_object_end(j);
}

sci_status
genomics_evaluated_json(const genomics_evaluated *e)
{
    const metrics *m = &e->before->metrics;
    cli_json j;

    cli_json_start(&j, stdout);
    cli_json_object(&j);
    cli_json_member_unsigned(&j, "cells", e->before->pca->rows);
    cli_json_member_unsigned(&j, "cells_used", m->cells);
    cli_json_member_unsigned(&j, "sampled", m->sampled);
    cli_json_member_unsigned(&j, "neighbours", m->neighbours);
    cli_json_member_unsigned(&j, "kbet_neighbours", m->kbet_neighbours);
    put_levels(&j, "batch", e->batch);
    if (e->label)
        put_levels(&j, "label", e->label);
    put_stage(&j, "before", e->before_name, e->before);
    if (e->after) {
        put_stage(&j, "after", e->after_name, e->after);
        cli_json_member_real(&j, "pcr_comparison", genomics_pcr_comparison(m, &e->after->metrics));
    }
    cli_json_object_end(&j);
    return cli_json_finish(&j);
}
