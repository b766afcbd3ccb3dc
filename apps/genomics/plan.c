/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/file.h>
#include <sci/hash.h>
#include <sci/memory.h>

#include "cli/json.h"
#include "cli/json_read.h"
#include "cli/provenance.h"

#define FORMAT "sci-genomics plan"
#define VERSION 1

void
genomics_plan_clear(genomics_plan *plan)
{
    anndata_texts_clear(&plan->genes);
    genomics_terms_clear(&plan->terms);
    sci_free(plan->matrix);
    sci_free(plan->transform);
    *plan = (genomics_plan){ 0 };
}

/* ---- writing: the canonical text is also what the hash is taken of ---- */

static void
put_texts(cli_json *j, const char *key, const anndata_texts *texts)
{
    cli_json_key(j, key);
    cli_json_array_line(j);
    for (uint64_t i = 0; i < texts->n; i++)
        cli_json_text(j, texts->items[i]);
    cli_json_array_end(j);
}

static sci_status
put(const genomics_plan *plan, FILE *out)
{
    cli_json j;

    cli_json_start(&j, out);
    cli_json_object(&j);
    cli_json_member_text(&j, "format", FORMAT);
    cli_json_member_unsigned(&j, "version", VERSION);
    cli_json_member_text(&j, "matrix", plan->matrix);
    cli_json_member_text(&j, "transform", plan->transform);
    if (plan->terms.batches.n > 0) {
        put_texts(&j, "batches", &plan->terms.batches);
    } else {
        cli_json_key(&j, "batches");
        cli_json_null(&j);
    }
    cli_json_key(&j, "covariates");
    cli_json_array(&j);
    for (size_t t = 0; t < plan->terms.n; t++) {
        const genomics_term *term = &plan->terms.items[t];

        cli_json_object_line(&j);
        cli_json_member_text(&j, "name", term->name);
        cli_json_member_text(&j, "role", genomics_role_name(term->role));
        if (!term->numeric)
            put_texts(&j, "levels", &term->levels);
        cli_json_object_end(&j);
    }
    cli_json_array_end(&j);
    put_texts(&j, "genes", &plan->genes);
    cli_json_object_end(&j);
    return cli_json_finish(&j);
}

static sci_status
take_hash(genomics_plan *plan)
{
    char *text = NULL;
    size_t n = 0;
    uint8_t digest[16];
    FILE *memory = open_memstream(&text, &n);
    sci_status st;

    if (memory == NULL)
        return sci_fail(SCI_ERR_NOMEM, "no memory for a plan");
    st = put(plan, memory);
    if (fclose(memory) != 0 && st == SCI_OK)
        st = sci_fail(SCI_ERR_NOMEM, "no memory for a plan");
    if (st == SCI_OK) {
        sci_hash(text, n, digest);
        cli_digest_text(SCI_DIGEST_XXH3, digest, plan->hash);
    }
    free(text);
    return st;
}

sci_status
genomics_plan_write(genomics_plan *plan, const char *path)
{
    FILE *file = fopen(path, "wb");
    sci_status st;

    if (file == NULL)
        return sci_fail_errno("write", path);
    st = put(plan, file);
    if (fclose(file) != 0 && st == SCI_OK)
        st = sci_fail_errno("write", path);
    return st == SCI_OK ? take_hash(plan) : st;
}

/* ---- reading ---- */

static sci_status
missing(const char *path, const char *what)
{
    return sci_fail(SCI_ERR_FORMAT, "'%s' is no plan: %s", path, what);
}

static sci_status
get_text(const char *path, const cli_json_value *object, const char *key, char **out)
{
    const cli_json_value *value = cli_json_member(object, key);

    if (value == NULL || value->kind != CLI_JSON_TEXT)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is no plan: '%s' is no text", path, key);
    return sci_strdup(out, value->text);
}

static sci_status
get_texts(const char *path, const cli_json_value *value, const char *key, anndata_texts *out)
{
    const char **items = NULL;
    texts_index index = { 0 };
    sci_status st;

    if (value == NULL || value->kind != CLI_JSON_ARRAY || value->n == 0)
        return sci_fail(SCI_ERR_FORMAT, "'%s' is no plan: '%s' is no list of texts", path, key);
    st = sci_alloc(&items, value->n, 1, sizeof *items);
    for (size_t i = 0; st == SCI_OK && i < value->n; i++) {
        if (value->items[i].kind != CLI_JSON_TEXT)
            st = sci_fail(SCI_ERR_FORMAT, "'%s' is no plan: '%s' is no list of texts", path, key);
        items[i] = value->items[i].text;
    }
    if (st == SCI_OK)
        st = texts_copy(out, value->n, items);
    if (st == SCI_OK)
        st = texts_index_make(&index, out);
    if (st == SCI_OK && texts_duplicate(&index) != NULL)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has '%s' twice in '%s'", path, texts_duplicate(&index),
                      key);
    texts_index_clear(&index);
    sci_free(items);
    return st;
}

static sci_status
get_term(const char *path, const cli_json_value *value, genomics_term *term)
{
    const cli_json_value *levels = cli_json_member(value, "levels");
    char *role = NULL;
    sci_status st = get_text(path, value, "name", &term->name);

    if (st == SCI_OK)
        st = get_text(path, value, "role", &role);
    term->role = GENOMICS_KEPT;
    while (st == SCI_OK && strcmp(genomics_role_name(term->role), role) != 0) {
        if (term->role == GENOMICS_BATCH2)
            st = missing(path, "a role is keep, remove or batch2");
        else
            term->role++;
    }
    sci_free(role);
    term->numeric = levels == NULL || levels->kind == CLI_JSON_NULL;
    if (st == SCI_OK && !term->numeric)
        st = get_texts(path, levels, "levels", &term->levels);
    return st == SCI_OK && !term->numeric ? texts_sort(&term->levels, NULL) : st;
}

static sci_status
get_terms(const char *path, const cli_json_value *root, genomics_terms *terms)
{
    const cli_json_value *batches = cli_json_member(root, "batches");
    const cli_json_value *list = cli_json_member(root, "covariates");
    sci_status st = SCI_OK;

    if (batches != NULL && batches->kind != CLI_JSON_NULL) {
        st = get_texts(path, batches, "batches", &terms->batches);
        if (st == SCI_OK)
            st = texts_sort(&terms->batches, NULL);
    }
    if (st == SCI_OK && (list == NULL || list->kind != CLI_JSON_ARRAY))
        st = missing(path, "'covariates' is no list");
    if (st == SCI_OK)
        st = sci_alloc_zero(&terms->items, list->n, 1, sizeof *terms->items);
    terms->n = st == SCI_OK ? list->n : 0;
    for (size_t t = 0; st == SCI_OK && t < terms->n; t++)
        st = get_term(path, &list->items[t], &terms->items[t]);
    /* By role, as the options have them; otherwise in the order of the plan. */
    for (size_t t = 1; st == SCI_OK && t < terms->n; t++)
        for (size_t k = t; k > 0 && terms->items[k - 1].role > terms->items[k].role; k--) {
            genomics_term term = terms->items[k];

            terms->items[k] = terms->items[k - 1];
            terms->items[k - 1] = term;
        }
    return st;
}

sci_status
genomics_plan_read(genomics_plan *out, const char *path)
{
    genomics_plan plan = { 0 };
    cli_json_value *root = NULL;
    char *format = NULL;
    const cli_json_value *version;
    sci_status st = cli_json_read(&root, path);

    if (st == SCI_OK)
        st = get_text(path, root, "format", &format);
    if (st == SCI_OK && strcmp(format, FORMAT) != 0)
        st = missing(path, "its format is another one");
    version = st == SCI_OK ? cli_json_member(root, "version") : NULL;
    if (st == SCI_OK
        && (version == NULL || version->kind != CLI_JSON_NUMBER || version->number != VERSION))
        st = missing(path, "its version is another one");
    if (st == SCI_OK)
        st = get_text(path, root, "matrix", &plan.matrix);
    if (st == SCI_OK)
        st = get_text(path, root, "transform", &plan.transform);
    if (st == SCI_OK)
        st = get_texts(path, cli_json_member(root, "genes"), "genes", &plan.genes);
    if (st == SCI_OK)
        st = get_terms(path, root, &plan.terms);
    if (st == SCI_OK)
        st = take_hash(&plan);
    sci_free(format);
    cli_json_value_free(root);
    if (st == SCI_OK)
        *out = plan;
    else
        genomics_plan_clear(&plan);
    return st;
}
