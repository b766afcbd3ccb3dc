/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qc_facts.h"

#include <string.h>
#include <unistd.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#include "cli/json_read.h"
#include "record.h"

void
qc_facts_clear(qc_facts *facts)
{
    for (size_t k = 0; k < 2 * QC_FACTS_MOST; k++)
        sci_free(facts->owned[k]);
    *facts = (qc_facts){ .method = -1 };
}

static sci_status
add(qc_facts *facts, const char *name, size_t name_bytes, const char *value, size_t value_bytes)
{
    char **texts = &facts->owned[2 * facts->n];
    sci_status st;

    if (facts->n == QC_FACTS_MOST)
        return SCI_OK;
    st = sci_format(&texts[0], "%.*s", (int)name_bytes, name);
    if (st == SCI_OK)
        st = sci_format(&texts[1], "%.*s", (int)value_bytes, value);
    if (st == SCI_OK)
        facts->items[facts->n++] = (qc_fact){ texts[0], texts[1] };
    return st;
}

static void
note_method(qc_facts *facts, const char *text)
{
    for (int method = IMAGING_ZSCORE; method <= IMAGING_CT; method++) {
        char name[24];

        imaging_method_text(method, name);
        if (strcmp(name, text) == 0)
            facts->method = method;
    }
}

static sci_status
add_text(qc_facts *facts, const char *name, const char *value)
{
    if (value == NULL)
        return SCI_OK;
    if (strcmp(name, "method") == 0)
        note_method(facts, value);
    return add(facts, name, strlen(name), value, strlen(value));
}

/* ---- HDF5 ---- */

/* "program: sci-imaging 0.1.0", a fact a line. */
static sci_status
add_lines(qc_facts *facts, const char *text)
{
    sci_status st = SCI_OK;

    while (st == SCI_OK && *text) {
        size_t bytes = strcspn(text, "\n");
        const char *colon = memchr(text, ':', bytes);

        if (colon != NULL && colon + 2 <= text + bytes)
            st = add(facts, text, (size_t)(colon - text), colon + 2,
                     (size_t)(text + bytes - colon - 2));
        text += bytes + (text[bytes] == '\n');
    }
    return st;
}

static sci_status
add_attribute(qc_facts *facts, sci_h5_file *file, const char *group, const char *name)
{
    sci_texts texts = { 0 };
    bool there = false;
    sci_status st = sci_h5_file_has_attribute(file, group, name, &there);

    if (st != SCI_OK || !there)
        return st;
    st = sci_h5_file_attribute_texts(file, group, name, &texts);
    if (st == SCI_OK && texts.n == 1)
        st = strcmp(name, "provenance") == 0 ? add_lines(facts, texts.items[0])
                                             : add_text(facts, name, texts.items[0]);
    sci_texts_clear(&texts);
    return st;
}

static sci_status
read_group(qc_facts *facts, const char *path, const char *dataset)
{
    static const char *const names[] = { "method", "mask", "labels", "provenance" };
    sci_h5_object object;
    sci_h5_file *file = NULL;
    char *group = NULL;
    sci_status st = sci_format(&group, "%s%s", IMAGING_RECORD, dataset);

    if (st == SCI_OK)
        st = sci_h5_file_open(&file, path);
    if (st == SCI_OK)
        st = sci_h5_file_object(file, group, &object);
    for (size_t k = 0; st == SCI_OK && k < sizeof names / sizeof *names; k++)
        st = add_attribute(facts, file, group, names[k]);
    sci_h5_file_close(file);
    sci_free(group);
    return st == SCI_ERR_NOTFOUND ? SCI_OK : st;
}

/* ---- JSON ---- */

static sci_status
read_sidecar(qc_facts *facts, const char *path)
{
    static const char *const names[] = { "method", "mask", "labels", "program", "input", "digest" };
    cli_json_value *value = NULL;
    sci_status st;

    if (path == NULL || access(path, R_OK) != 0)
        return SCI_OK;
    st = cli_json_read(&value, path);
    if (st == SCI_ERR_FORMAT) /* not ours */
        return SCI_OK;
    for (size_t k = 0; st == SCI_OK && k < sizeof names / sizeof *names; k++) {
        const cli_json_value *text = cli_json_member(value, names[k]);

        if (text != NULL && text->kind == CLI_JSON_TEXT)
            st = add_text(facts, names[k], text->text);
    }
    cli_json_value_free(value);
    return st;
}

sci_status
qc_facts_read(qc_facts *out, const char *file, const char *dataset, const char *sidecar)
{
    qc_facts facts = { .method = -1 };
    sci_status st =
        dataset != NULL ? read_group(&facts, file, dataset) : read_sidecar(&facts, sidecar);

    if (st == SCI_OK)
        *out = facts;
    else
        qc_facts_clear(&facts);
    return st;
}
