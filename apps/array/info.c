/* SPDX-License-Identifier: GPL-3.0-or-later */
/* info: what is in an HDF5 file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/h5_look.h>
#include <sci/memory.h>

#include "cli/json.h"
#include "cli/message.h"
#include "cli/number.h"
#include "cli/utf8.h"

#include "single.h"
#include "values.h"
#include "verbs.h"

enum { VALUES_SHOWN = 16, TEXT_SHOWN = 256 }; /* of an attribute, in text */

/* ---- text ---- */

/* At most so many bytes, cut between characters. */
static void
print_first(const char *text, size_t most)
{
    char character[5], safe[24];
    uint32_t code;

    for (size_t used = 0, n; text[used] != '\0'; used += n) {
        n = cli_utf8_next(text + used, &code);
        n = n > 0 ? n : 1;
        if (n > most - used) {
            (void)fputs("…", stdout);
            return;
        }
        memcpy(character, text + used, n);
        character[n] = '\0';
        (void)cli_escape(safe, sizeof safe, character);
        (void)fputs(safe, stdout);
    }
}

static void
print_escaped(const char *text)
{
    print_first(text, SIZE_MAX);
}

static void
print_value(const sci_h5_attribute *a, size_t i)
{
    if (a->reals != NULL)
        (void)printf("%.9g", a->reals[i]);
    else if (a->integers != NULL)
        (void)printf("%" PRId64, a->integers[i]);
    else if (a->unsigneds != NULL)
        (void)printf("%" PRIu64, a->unsigneds[i]);
    else
        print_first(a->texts[i], TEXT_SHOWN);
}

static void
print_attributes(const sci_h5_item *item)
{
    for (size_t k = 0; k < item->n_attributes; k++) {
        const sci_h5_attribute *a = &item->attributes[k];

        (void)printf("    @");
        print_escaped(a->name);
        (void)printf(" = ");
        for (size_t i = 0; i < a->n && i < VALUES_SHOWN; i++) {
            (void)fputs(i > 0 ? ", " : "", stdout);
            print_value(a, i);
        }
        if (a->n == 0)
            (void)printf("(%" PRIu64 " of %s)", a->elements, a->type);
        else if (a->n > VALUES_SHOWN)
            (void)printf(", … (%" PRIu64 ")", a->elements);
        (void)putchar('\n');
    }
}

static void
print_shape(const sci_h5_item *item)
{
    if (!item->shaped)
        (void)fputs(strcmp(item->layout, "virtual") == 0 ? "(shape not looked at)" : "null",
                    stdout);
    else if (item->rank == 0)
        (void)printf("scalar");
    for (int a = 0; a < item->rank; a++) {
        (void)fputs(a > 0 ? " x " : "", stdout);
        if (item->labels[a] != NULL) {
            print_escaped(item->labels[a]);
            (void)putchar('=');
        }
        (void)printf("%" PRIu64, item->shape[a]);
        if (item->shape_most[a] == UINT64_MAX)
            (void)putchar('+');
    }
}

static void
print_dataset(const sci_h5_item *item)
{
    char size[32], chunk[256];

    cli_size_text(item->stored, size, sizeof size);
    (void)fputs("  ", stdout);
    print_shape(item);
    (void)printf("  %s  %s", item->type, item->layout);
    if (item->chunked) {
        array_shape_text(item->rank, item->chunk, chunk, sizeof chunk);
        (void)printf(" %s", chunk);
    }
    if (item->filters[0] != '\0')
        (void)printf("  %s", item->filters);
    (void)printf("  %s", size);
}

static void
print_item(const sci_h5_item *item)
{
    print_escaped(item->path);
    switch (item->kind) {
    case SCI_H5_GROUP:
        (void)fputs(strcmp(item->path, "/") == 0 ? "" : "/", stdout);
        break;
    case SCI_H5_DATASET:
        print_dataset(item);
        break;
    case SCI_H5_DATATYPE:
        (void)fputs("  (a named type)", stdout);
        break;
    case SCI_H5_SOFT_LINK:
        (void)fputs("  -> ", stdout);
        print_escaped(item->target);
        (void)fputs(item->dangling ? " (leads to nothing)" : "", stdout);
        break;
    case SCI_H5_FOREIGN_LINK:
        (void)fputs("  (a link out of the file, not followed)", stdout);
        break;
    }
    (void)putchar('\n');
    print_attributes(item);
}

/* ---- JSON ---- */

static void
json_no_values(cli_json *json, const sci_h5_attribute *a)
{
    if (a->elements == 0) {
        cli_json_null(json);
        return;
    }
    cli_json_object_line(json);
    cli_json_member_text(json, "type", a->type);
    cli_json_member_unsigned(json, "elements", a->elements);
    cli_json_object_end(json);
}

static void
json_attributes(cli_json *json, const sci_h5_item *item)
{
    cli_json_key(json, "attributes");
    cli_json_object(json);
    for (size_t k = 0; k < item->n_attributes; k++) {
        const sci_h5_attribute *a = &item->attributes[k];

        cli_json_key(json, a->name);
        if (a->n == 0) {
            json_no_values(json, a);
            continue;
        }
        if (!a->scalar)
            cli_json_array_line(json);
        for (size_t i = 0; i < a->n; i++) {
            if (a->reals != NULL)
                cli_json_real(json, a->reals[i]);
            else if (a->integers != NULL)
                cli_json_integer(json, a->integers[i]);
            else if (a->unsigneds != NULL)
                cli_json_unsigned(json, a->unsigneds[i]);
            else
                cli_json_text(json, a->texts[i]);
        }
        if (!a->scalar)
            cli_json_array_end(json);
    }
    cli_json_object_end(json);
}

static void
json_sizes(cli_json *json, const char *key, int rank, const uint64_t *sizes)
{
    cli_json_key(json, key);
    cli_json_array_line(json);
    for (int a = 0; a < rank; a++)
        cli_json_unsigned(json, sizes[a]);
    cli_json_array_end(json);
}

static void
json_dataset(cli_json *json, const sci_h5_item *item)
{
    if (item->shaped) {
        json_sizes(json, "shape", item->rank, item->shape);
    } else {
        cli_json_key(json, "shape");
        cli_json_null(json);
    }
    cli_json_key(json, "axes");
    cli_json_array_line(json);
    for (int a = 0; a < item->rank; a++)
        cli_json_text(json, item->labels[a]);
    cli_json_array_end(json);
    cli_json_member_text(json, "type", item->type);
    cli_json_member_text(json, "layout", item->layout);
    if (item->chunked)
        json_sizes(json, "chunk", item->rank, item->chunk);
    cli_json_member_text(json, "filters", item->filters);
    cli_json_member_unsigned(json, "stored", item->stored);
}

static void
json_item(cli_json *json, const sci_h5_item *item)
{
    static const char *const kinds[] = { "group", "dataset", "type", "link", "foreign link" };

    cli_json_object(json);
    cli_json_member_text(json, "path", item->path);
    cli_json_member_text(json, "kind", kinds[item->kind]);
    if (item->kind == SCI_H5_DATASET)
        json_dataset(json, item);
    if (item->kind == SCI_H5_SOFT_LINK)
        cli_json_member_text(json, "target", item->target);
    if (item->dangling) {
        cli_json_key(json, "dangling");
        cli_json_boolean(json, true);
    }
    json_attributes(json, item);
    cli_json_object_end(json);
}

/* ---- the verb ---- */

/* Nothing is printed before the file has shown that it has what is asked for. */
typedef struct viewer {
    sci_h5_file *file;
    const char *name;
    bool json, begun;
    cli_json out;
} viewer;

static void
begin(viewer *v)
{
    char size[32];

    v->begun = true;
    if (v->json) {
        cli_json_start(&v->out, stdout);
        cli_json_object(&v->out);
        cli_json_member_text(&v->out, "file", v->name);
        cli_json_member_unsigned(&v->out, "bytes", sci_h5_file_bytes(v->file));
        cli_json_key(&v->out, "objects");
        cli_json_array(&v->out);
    } else {
        cli_size_text(sci_h5_file_bytes(v->file), size, sizeof size);
        print_escaped(v->name);
        (void)printf(": HDF5, %s\n", size);
    }
}

static sci_status
visit(void *context, const sci_h5_item *item)
{
    viewer *v = context;

    if (!v->begun)
        begin(v);
    if (v->json)
        json_item(&v->out, item);
    else if (strcmp(item->path, "/") != 0 || item->n_attributes > 0)
        print_item(item);
    return SCI_OK;
}

static sci_status
finish(viewer *v)
{
    if (!v->json)
        return cli_stdout_finish();
    cli_json_array_end(&v->out);
    cli_json_object_end(&v->out);
    return cli_json_finish(&v->out);
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const array_settings *s = single->call->settings;
    const cli_input *input = &single->inputs.items[0];
    viewer v = { .name = input->path, .json = s->common.json };
    sci_status st = sci_h5_file_open(&v.file, input->path);

    (void)worker;
    if (st == SCI_OK)
        st = sci_h5_file_list(v.file, input->dataset != NULL ? input->dataset : "/", visit, &v);
    if (st == SCI_OK)
        st = finish(&v);
    sci_h5_file_close(v.file);
    return st;
}

int
array_info(const cli_call *call)
{
    return array_single_run(call, (size_t)call->n_operands, call->operands, NULL, work);
}
