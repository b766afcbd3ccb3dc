/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gradient: of a loss with respect to x, gamma and beta, given that with respect to the
 * normalized output. */
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "output.h"
#include "post.h"
#include "single.h"
#include "table.h"
#include "verbs.h"

/* The one input on its way. */
typedef struct job {
    const cli_single *single;
    array_context c;
    sci_source *x, *dy;
    array_recipe recipe;
    array_groups groups;
    array_post post;
    sci_affine *affine;
    array_output out;
    double *dgamma, *dbeta;
} job;

static void
job_clear(job *j)
{
    sci_free(j->dgamma);
    sci_free(j->dbeta);
    array_output_clear(&j->out);
    sci_affine_free(j->affine);
    array_post_clear(&j->post);
    array_groups_clear(&j->groups);
    array_recipe_clear(&j->recipe);
    sci_source_free(j->dy);
    sci_source_free(j->x);
    array_context_end(&j->c);
}

static sci_status
check_shapes(const job *j)
{
    const sci_array *x = &j->x->array, *dy = &j->dy->array;

    if (x->rank != dy->rank
        || memcmp(x->shape, dy->shape, (size_t)x->rank * sizeof x->shape[0]) != 0)
        return sci_fail(SCI_ERR_SHAPE, "'%s' and '%s' have different shapes", j->x->name,
                        j->dy->name);
    return SCI_OK;
}

static sci_status
prepare(job *j)
{
    const array_settings *s = j->c.settings;
    sci_status st = array_input_open(&j->c, &j->single->inputs.items[0], &j->x);

    if (st == SCI_OK)
        st = array_open(&j->c, s->dy, &j->dy);
    if (st == SCI_OK)
        st = check_shapes(j);
    if (st == SCI_OK)
        st = array_recipe_from_settings(&j->recipe, s);
    if (st == SCI_OK)
        st = array_groups_make(&j->groups, &j->c, &j->recipe, j->x, ARRAY_NEW);
    if (st == SCI_OK)
        st = array_post_make(&j->post, &j->c, &j->groups, &j->recipe, j->x, s->scale, NULL, true);
    if (st == SCI_OK)
        st = array_post_affine(&j->affine, &j->groups, &j->post, s->common.eps, (int)s->common.ddof,
                               s->outside);
    if (st == SCI_OK)
        st = sci_alloc_zero(&j->dgamma, sci_grouping_groups(j->post.h), 1, sizeof *j->dgamma);
    if (st == SCI_OK)
        st = sci_alloc_zero(&j->dbeta, sci_grouping_groups(j->post.h), 1, sizeof *j->dbeta);
    return st;
}

static sci_status
describe(const job *j, const sci_report *report)
{
    sci_stats *head = NULL;
    char *provenance = NULL;
    sci_status st = sci_stats_head(&head, j->x, j->groups.g, &j->c.options, report,
                                   cli_operand_name(j->x->name));

    if (st == SCI_OK)
        st = array_provenance(j->c.call, head, &provenance);
    if (st == SCI_OK)
        st = sci_h5_output_text(j->out.file, j->out.dataset, "provenance", provenance);
    sci_free(provenance);
    sci_stats_free(head);
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    job j = { .single = context };
    sci_report report;
    sci_status st = array_context_start(&j.c, j.single->call, worker);

    if (st == SCI_OK)
        st = prepare(&j);
    if (st == SCI_OK)
        st = array_output_open(&j.out, &j.c, j.x, "/dx", array_output_type(&j.c, j.x), NULL);
    if (st == SCI_OK)
        st =
            sci_gradient(j.x, j.dy, j.affine, &j.c.options, j.out.sink, j.dgamma, j.dbeta, &report);
    array_output_flush(&j.out);
    if (st == SCI_OK)
        st = describe(&j, &report);
    if (st == SCI_OK)
        st = array_post_write(&j.post, j.dgamma, j.out.file, "/dgamma");
    if (st == SCI_OK)
        st = array_post_write(&j.post, j.dbeta, j.out.file, "/dbeta");
    if (st == SCI_OK)
        st = array_output_close(&j.out, &j.c);
    job_clear(&j);
    return st;
}

int
array_gradient(const cli_call *call)
{
    const array_settings *s = call->settings;
    const char *operands[2] = { call->operands[0], s->dy };
    array_recipe recipe = { 0 };
    sci_status st = array_recipe_from_settings(&recipe, s);

    array_recipe_clear(&recipe);
    if (st != SCI_OK)
        return cli_misuse(call, st);
    return array_single_run(call, 2, operands, "computing gradients", work);
}
