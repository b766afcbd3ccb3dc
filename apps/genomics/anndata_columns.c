/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames and their columns in an output. */
#include <math.h>
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

static const char *
frame_path(anndata_axis axis)
{
    return axis == ANNDATA_OBS ? "/obs" : "/var";
}

sci_status
anndata_write_frame_at(sci_h5_output *out, const char *path, const char *index_name,
                       const anndata_texts *index)
{
    const anndata_texts none = { 0 };
    char *names = NULL;
    sci_status st = sci_h5_output_group(out, path);

    if (st == SCI_OK)
        st = anndata_mark(out, path, "dataframe", "0.2.0");
    if (st == SCI_OK)
        st = sci_h5_output_attribute_text(out, path, "_index", index_name);
    if (st == SCI_OK)
        st = sci_h5_output_attribute_texts(out, path, "column-order", &none);
    if (st == SCI_OK)
        st = sci_format(&names, "%s/%s", path, index_name);
    if (st == SCI_OK)
        st = anndata_write_texts(out, names, index);
    sci_free(names);
    return st;
}

sci_status
anndata_write_frame(sci_h5_output *out, anndata_axis axis, const anndata_texts *index)
{
    return anndata_write_frame_at(out, frame_path(axis), "_index", index);
}

/* ---- elements ---- */

static sci_status
child(const char *path, const char *name, char **out)
{
    return sci_format(out, "%s/%s", path, name);
}

/* The narrowest type that holds every code. */
static sci_status
write_codes(sci_h5_output *out, const char *path, const anndata_column *c, bool marked)
{
    sci_array array = { .rank = 1, .shape = { c->n }, .type = SCI_INT32 };
    int8_t *bytes = NULL;
    int16_t *words = NULL;
    const void *elements = c->codes;
    sci_status st = SCI_OK;

    if (c->levels.n <= INT8_MAX) {
        array.type = SCI_INT8;
        st = sci_alloc(&bytes, c->n, 1, sizeof *bytes);
        for (uint64_t i = 0; st == SCI_OK && i < c->n; i++)
            bytes[i] = (int8_t)c->codes[i];
        elements = bytes;
    } else if (c->levels.n <= INT16_MAX) {
        array.type = SCI_INT16;
        st = sci_alloc(&words, c->n, 1, sizeof *words);
        for (uint64_t i = 0; st == SCI_OK && i < c->n; i++)
            words[i] = (int16_t)c->codes[i];
        elements = words;
    }
    if (st == SCI_OK)
        st = marked ? anndata_write_array(out, path, &array, elements)
                    : sci_h5_output_array(out, path, &array, elements);
    sci_free(bytes);
    sci_free(words);
    return st;
}

static sci_status
write_categorical(sci_h5_output *out, const char *path, const anndata_column *c)
{
    char *levels = NULL, *codes = NULL;
    sci_status st = child(path, "categories", &levels);

    if (st == SCI_OK)
        st = child(path, "codes", &codes);
    if (st == SCI_OK)
        st = sci_h5_output_group(out, path);
    if (st == SCI_OK)
        st = anndata_mark(out, path, "categorical", "0.2.0");
    if (st == SCI_OK)
        st = sci_h5_output_attribute_truth(out, path, "ordered", c->ordered);
    if (st == SCI_OK)
        st = anndata_write_texts(out, levels, &c->levels);
    if (st == SCI_OK)
        st = write_codes(out, codes, c, true);
    sci_free(codes);
    sci_free(levels);
    return st;
}

/* The layout of 0.7: codes that refer to their categories. */
static sci_status
write_referring(sci_h5_output *out, const char *frame, const char *name, const char *path,
                const anndata_column *c)
{
    char *levels = NULL;
    sci_status st = sci_format(&levels, "%s/__categories/%s", frame, name);

    if (st == SCI_OK)
        st = sci_h5_output_remove(out, levels);
    if (st == SCI_OK)
        st = sci_h5_output_array_texts(out, levels, &c->levels);
    if (st == SCI_OK)
        st = sci_h5_output_attribute_truth(out, levels, "ordered", c->ordered);
    if (st == SCI_OK)
        st = write_codes(out, path, c, false);
    if (st == SCI_OK)
        st = sci_h5_output_attribute_target(out, path, "categories", levels);
    sci_free(levels);
    return st;
}

static sci_status
write_plain_texts(sci_h5_output *out, const char *path, const anndata_column *c)
{
    anndata_texts texts = { .n = c->n };
    sci_status st = sci_alloc(&texts.items, c->n, 1, sizeof *texts.items);

    for (uint64_t i = 0; st == SCI_OK && i < c->n; i++)
        texts.items[i] = c->levels.items[c->codes[i]];
    if (st == SCI_OK)
        st = anndata_write_texts(out, path, &texts);
    sci_free(texts.items);
    return st;
}

/* ---- numbers ---- */

static sci_status
write_booleans(sci_h5_output *out, const char *path, uint64_t n, const uint8_t *values)
{
    sci_status st = sci_h5_output_array_booleans(out, path, (int64_t)n, values);

    return st == SCI_OK ? anndata_mark(out, path, "array", "0.2.0") : st;
}

/* Values as they are stored, 0 where a boolean or an integer is missing. */
static sci_status
write_numbers(sci_h5_output *out, const char *path, const anndata_column *c)
{
    sci_array array = { .rank = 1, .shape = { c->n }, .type = SCI_FLOAT64 };
    uint8_t *truths = NULL;
    sci_status st;

    if (c->kind != ANNDATA_BOOLEAN) {
        array.type = c->typed ? c->type : c->kind == ANNDATA_INTEGER ? SCI_INT64 : SCI_FLOAT64;
        return anndata_write_as(out, path, &array, c->numbers);
    }
    st = sci_alloc(&truths, c->n, 1, 1);
    for (uint64_t i = 0; st == SCI_OK && i < c->n; i++)
        truths[i] = !isnan(c->numbers[i]) && c->numbers[i] != 0;
    if (st == SCI_OK)
        st = write_booleans(out, path, c->n, truths);
    sci_free(truths);
    return st;
}

static sci_status
write_nullable(sci_h5_output *out, const char *path, const anndata_column *c)
{
    char *values = NULL, *mask = NULL;
    uint8_t *missing = NULL;
    sci_status st = child(path, "values", &values);

    if (st == SCI_OK)
        st = child(path, "mask", &mask);
    if (st == SCI_OK)
        st = sci_alloc(&missing, c->n, 1, 1);
    for (uint64_t i = 0; st == SCI_OK && i < c->n; i++)
        missing[i] = (uint8_t)(isnan(c->numbers[i]) != 0);
    if (st == SCI_OK)
        st = sci_h5_output_group(out, path);
    if (st == SCI_OK)
        st = anndata_mark(out, path,
                          c->kind == ANNDATA_BOOLEAN ? "nullable-boolean" : "nullable-integer",
                          "0.1.0");
    if (st == SCI_OK)
        st = write_numbers(out, values, c);
    if (st == SCI_OK)
        st = write_booleans(out, mask, c->n, missing);
    sci_free(missing);
    sci_free(mask);
    sci_free(values);
    return st;
}

static bool
any_missing(const anndata_column *c)
{
    for (uint64_t i = 0; i < c->n; i++)
        if (c->kind == ANNDATA_CATEGORICAL ? c->codes[i] < 0 : isnan(c->numbers[i]))
            return true;
    return false;
}

static sci_status
write_element(sci_h5_output *out, const char *frame, const char *name, const char *path,
              const anndata_column *c, bool old)
{
    if (c->kind == ANNDATA_CATEGORICAL && c->text && !any_missing(c))
        return write_plain_texts(out, path, c);
    if (c->kind == ANNDATA_CATEGORICAL)
        return old ? write_referring(out, frame, name, path, c) : write_categorical(out, path, c);
    if (c->kind != ANNDATA_REAL && any_missing(c))
        return write_nullable(out, path, c);
    return write_numbers(out, path, c);
}

/* ---- columns ---- */

/* What the frame in the output says of itself. */
typedef struct frame_state {
    char *index, *version;
    anndata_texts columns;
    uint64_t n;
} frame_state;

static sci_status
read_state(sci_h5_output *out, const char *path, frame_state *s)
{
    anndata_frame frame = { 0 };
    sci_h5_file *file = NULL;
    sci_status st = sci_h5_output_look(out, &file);

    if (st == SCI_OK)
        st = anndata_frame_open(&frame, file, "output", path);
    if (st == SCI_OK) {
        st = sci_h5_file_text(file, path, "encoding-version", &s->version);
        st = st == SCI_ERR_NOTFOUND ? sci_strdup(&s->version, "0.2.0") : st;
    }
    if (st == SCI_OK) {
        s->index = frame.index;
        s->columns = frame.columns;
        s->n = frame.n;
        frame.index = NULL;
        frame.columns = (anndata_texts){ 0 };
    }
    anndata_frame_clear(&frame);
    sci_h5_file_close(file);
    return st;
}

static sci_status
append_name(sci_h5_output *out, const char *path, const frame_state *s, const char *name)
{
    anndata_texts more = { .n = s->columns.n + 1 };
    char *copy = NULL;
    sci_status st;

    for (uint64_t i = 0; i < s->columns.n; i++)
        if (strcmp(s->columns.items[i], name) == 0)
            return SCI_OK;
    st = sci_alloc(&more.items, more.n, 1, sizeof *more.items);
    if (st == SCI_OK)
        st = sci_strdup(&copy, name);
    if (st == SCI_OK) {
        if (s->columns.n > 0)
            memcpy(more.items, s->columns.items, s->columns.n * sizeof *more.items);
        more.items[s->columns.n] = copy;
        st = sci_h5_output_attribute_texts(out, path, "column-order", &more);
    }
    sci_free(copy);
    sci_free(more.items);
    return st;
}

sci_status
anndata_write_column_at(sci_h5_output *out, const char *frame, const char *name,
                        const anndata_column *column)
{
    frame_state s = { 0 };
    char *path = NULL;
    sci_status st = read_state(out, frame, &s);

    if (st == SCI_OK && (name[0] == '\0' || strcmp(name, s.index) == 0))
        st = sci_fail(SCI_ERR_ARGUMENT, "a column of %s cannot be called '%s'", frame + 1, name);
    if (st == SCI_OK && column->n != s.n)
        st = sci_fail(SCI_ERR_SHAPE, "column '%s' has %llu values for %llu rows", name,
                      (unsigned long long)column->n, (unsigned long long)s.n);
    if (st == SCI_OK)
        st = child(frame, name, &path);
    if (st == SCI_OK)
        st = sci_h5_output_remove(out, path);
    if (st == SCI_OK)
        st = write_element(out, frame, name, path, column, strcmp(s.version, "0.1.0") == 0);
    if (st == SCI_OK)
        st = append_name(out, frame, &s, name);
    sci_free(path);
    sci_free(s.index);
    sci_free(s.version);
    sci_texts_clear(&s.columns);
    return st;
}

sci_status
anndata_write_column(sci_h5_output *out, anndata_axis axis, const char *name,
                     const anndata_column *column)
{
    return anndata_write_column_at(out, frame_path(axis), name, column);
}
