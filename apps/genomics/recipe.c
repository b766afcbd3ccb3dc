/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From options to a recipe, with what makes no sense refused; and the test of the design. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "model.h"

/* ---- options ---- */

static sci_status
refuse_foreign(const cli_call *call, genomics_method method)
{
    static const struct {
        const char *option;
        genomics_method method;
    } rows[] = { { "nonparametric", GENOMICS_COMBAT },  { "mean-only", GENOMICS_COMBAT },
                 { "no-eb", GENOMICS_COMBAT },          { "ref-batch", GENOMICS_COMBAT },
                 { "eb-stop", GENOMICS_COMBAT },        { "zero-variance", GENOMICS_COMBAT },
                 { "drop-confounded", GENOMICS_LIMMA }, { "remove", GENOMICS_LIMMA },
                 { "batch-key2", GENOMICS_LIMMA } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (cli_given(call, rows[i].option) && rows[i].method != method)
            return sci_fail(SCI_ERR_ARGUMENT, "--%s is a matter of --method %s, not of %s",
                            rows[i].option, genomics_method_name(rows[i].method),
                            genomics_method_name(method));
    if ((method == GENOMICS_ZSCORE || method == GENOMICS_CENTER)
        && (cli_given(call, "keep") || cli_given(call, "covariates")))
        return sci_fail(
            SCI_ERR_ARGUMENT,
            "--method %s looks at each batch by itself and can keep nothing; combat and "
            "limma can",
            genomics_method_name(method));
    return SCI_OK;
}

static sci_status
refuse_contradictions(const cli_call *call, const genomics_settings *s)
{
    if (s->no_eb && s->nonparametric)
        return sci_fail(SCI_ERR_ARGUMENT, "--nonparametric is a kind of empirical Bayes, which "
                                          "--no-eb switches off");
    if (cli_given(call, "eb-stop") && (s->no_eb || s->nonparametric))
        return sci_fail(SCI_ERR_ARGUMENT, "--eb-stop ends an iteration, and there is none with %s",
                        s->no_eb ? "--no-eb" : "--nonparametric");
    if (s->genes != NULL && s->var_mask != NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "--genes and --var-mask both choose genes; give one");
    return SCI_OK;
}

sci_status
genomics_recipe_make(genomics_recipe *out, const cli_call *call)
{
    const genomics_settings *s = call->settings;
    sci_status st = refuse_foreign(call, (genomics_method)s->method);

    if (st == SCI_OK)
        st = refuse_contradictions(call, s);
    if (st != SCI_OK)
        return st;
    *out = (genomics_recipe){ .method = (genomics_method)s->method,
                              .combat = { .nonparametric = s->nonparametric,
                                          .mean_only = s->mean_only,
                                          .no_eb = s->no_eb,
                                          .reference = -1,
                                          .stop = (combat_stop)s->stop,
                                          .zero_variance = (combat_zero)s->zero_variance },
                              .drop_confounded = s->drop_confounded };
    return SCI_OK;
}

sci_status
genomics_recipe_reference(genomics_recipe *recipe, const cli_call *call,
                          const genomics_terms *terms)
{
    const genomics_settings *s = call->settings;
    char list[600];

    if (s->reference == NULL)
        return SCI_OK;
    for (uint64_t b = 0; b < terms->batches.n; b++)
        if (strcmp(terms->batches.items[b], s->reference) == 0)
            recipe->combat.reference = (int64_t)b;
    if (recipe->combat.reference >= 0)
        return SCI_OK;
    texts_list(&terms->batches, 24, list, sizeof list);
    return sci_fail(SCI_ERR_ARGUMENT, "--ref-batch '%s' is none of the batches, which are %s",
                    s->reference, list);
}

/* ---- can the design be told from the batches? ---- */

typedef struct columns {
    design d;
    design_variable *variables;
    anndata_texts names;
} columns;

static void
columns_clear(columns *c)
{
    sci_free(c->d.variable);
    sci_free(c->d.level);
    sci_free(c->variables);
    anndata_texts_clear(&c->names);
}

/* The terms as design.h describes them. */
static sci_status
describe(columns *c, const genomics_terms *terms)
{
    uint64_t q = genomics_terms_columns(terms, false);
    sci_status st = genomics_terms_names(terms, &c->names);

    c->d = (design){ .columns = q, .names = c->names.items };
    if (st == SCI_OK)
        st = sci_alloc(&c->d.variable, q, 1, sizeof *c->d.variable);
    if (st == SCI_OK)
        st = sci_alloc(&c->d.level, q, 1, sizeof *c->d.level);
    if (st == SCI_OK)
        st = sci_alloc_zero(&c->variables, terms->n, 1, sizeof *c->variables);
    for (size_t t = 0; st == SCI_OK && t < terms->n; t++) {
        const genomics_term *term = &terms->items[t];

        c->variables[t] =
            (design_variable){ .name = term->name,
                               .levels = term->numeric ? 0 : term->levels.n,
                               .labels = (const char *const *)term->levels.items,
                               .contrasts =
                                   term->role == GENOMICS_BATCH2 ? DESIGN_SUM : DESIGN_TREATMENT };
    }
    for (uint64_t k = 0; st == SCI_OK && k < q; k++) {
        uint64_t within;
        const genomics_term *term = genomics_terms_of(terms, false, k, &within);

        c->d.variable[k] = (size_t)(term - terms->items);
        c->d.level[k] = term->numeric                   ? -1
                        : term->role == GENOMICS_BATCH2 ? (int64_t)within
                                                        : (int64_t)within + 1;
    }
    return st;
}

/* All lines but the first as hints; the first is the failure: it is sva's own sentence, which speaks
 * of ComBat. */
static sci_status
fail_with_table(const char *text, bool of_combat)
{
    size_t first = strcspn(text, "\n");

    for (const char *at = text + first; *at != '\0';) {
        size_t length;

        at += *at == '\n';
        length = strcspn(at, "\n");
        if (length > 0)
            cli_hint("%.*s", (int)length, at);
        at += length;
    }
    if (!of_combat)
        return sci_fail(SCI_ERR_REFUSED, "covariates cannot be told from the batches");
    return sci_fail(SCI_ERR_REFUSED, "%.*s", (int)(first < 900 ? first : 900), text);
}

sci_status
genomics_rank_check(const sci_crossed *table, const genomics_terms *terms,
                    const genomics_recipe *recipe)
{
    columns c = { 0 };
    bool *aliased = NULL;
    char *text = NULL;
    size_t n = 0;
    sci_status st;

    if (terms->batches.n < 2)
        return sci_fail(SCI_ERR_REFUSED, "there is only one batch, '%s': nothing to remove",
                        terms->batches.n > 0 ? terms->batches.items[0] : "");
    if (table->covariates == 0)
        return SCI_OK;
    st = sci_alloc_zero(&aliased, table->covariates, 1, sizeof *aliased);
    if (st == SCI_OK)
        st = design_aliased(table, aliased, &n);
    if (recipe->method == GENOMICS_LIMMA && recipe->drop_confounded)
        n = 0; /* the fit says what it leaves out */
    if (st == SCI_OK && n > 0)
        st = describe(&c, terms);
    if (st == SCI_OK && n > 0) {
        st = design_confounded_text(table, (const char *const *)terms->batches.items, &c.d,
                                    terms->n, c.variables, aliased, &text);
        if (st == SCI_OK)
            st = fail_with_table(text, recipe->method == GENOMICS_COMBAT);
        if (st == SCI_ERR_REFUSED && recipe->method == GENOMICS_LIMMA)
            cli_hint("--drop-confounded leaves out what they determine instead");
    }
    columns_clear(&c);
    sci_free(aliased);
    sci_free(text);
    return st;
}
