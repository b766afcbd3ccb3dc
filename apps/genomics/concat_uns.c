/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mark of logarithms, which all inputs have to share, and what cannot be put together. */
#include <math.h>
#include <string.h>

#include <sci.h>

#include "cli/message.h"

#include "concat_priv.h"
#include "texts.h"

/* ---- logarithms ---- */

/* The base that scanpy notes; NaN: the natural one. */
static sci_status
read_base(const concat_input *in, double *base)
{
    sci_h5_file *file = anndata_file(in->file);
    sci_h5_object o = { .kind = SCI_H5_GROUP };
    uint64_t n = 0;
    double *value = NULL;
    sci_status st = sci_h5_file_object(file, "/uns/log1p/base", &o);

    *base = (double)NAN;
    if (st == SCI_ERR_NOTFOUND)
        return SCI_OK;
    if (st != SCI_OK || o.kind != SCI_H5_DATASET || o.content != SCI_H5_NUMBERS || o.empty)
        return st;
    st = sci_h5_file_numbers(file, "/uns/log1p/base", NULL, &n, &value);
    if (st == SCI_OK && n == 1)
        *base = value[0];
    sci_free(value);
    return st;
}

/* True if all are marked; a warning if only some are. */
static sci_status
all_logged(const concat *c, bool *out)
{
    size_t with = 0, first[2] = { 0 }; /* without, with */
    sci_status st = SCI_OK;

    for (size_t i = c->n; st == SCI_OK && i-- > 0;) {
        bool there = false;

        st = sci_h5_file_has(anndata_file(c->inputs[i].file), "/uns/log1p", &there);
        with += there;
        first[there] = i;
    }
    if (st == SCI_OK && with > 0 && with < c->n)
        cli_warn("'%s' is said to be logarithms (uns/log1p) and '%s' is not: are their values of "
                 "one kind? The output is not marked",
                 c->inputs[first[1]].name, c->inputs[first[0]].name);
    *out = with == c->n;
    return st;
}

sci_status
concat_write_log(concat *c, sci_h5_output *out)
{
    double base = (double)NAN, other;
    sci_status st = all_logged(c, &c->logged);

    if (st != SCI_OK || !c->logged)
        return st;
    st = read_base(&c->inputs[0], &base);
    for (size_t i = 1; st == SCI_OK && i < c->n; i++) {
        st = read_base(&c->inputs[i], &other);
        if (st == SCI_OK && !(other == base) && !(isnan(other) && isnan(base)))
            st = sci_fail(SCI_ERR_REFUSED,
                          "'%s' and '%s' are logarithms to different bases (uns/log1p/base): bring "
                          "them to one first",
                          c->inputs[0].name, c->inputs[i].name);
    }
    if (st == SCI_OK)
        st = anndata_write_dict(out, "/uns/log1p");
    if (st == SCI_OK && !isnan(base))
        st = anndata_write_number(out, "/uns/log1p/base", base);
    return st;
}

/* ---- what is left out ---- */

/* Members of a group of an input; none if it has no such group. */
static sci_status
members_of(const concat_input *in, const char *group, anndata_texts *out)
{
    sci_h5_file *file = anndata_file(in->file);
    sci_h5_object o = { .kind = SCI_H5_DATASET };
    sci_status st = sci_h5_file_object(file, group, &o);

    if (st == SCI_ERR_NOTFOUND)
        return SCI_OK;
    return st == SCI_OK && o.kind == SCI_H5_GROUP ? sci_h5_file_members(file, group, out) : st;
}

static sci_status
add_dropped(char **text, const char *what)
{
    return text_append(text, "%s%s", **text != '\0' ? ", " : "", what);
}

/* Groups that no output has. Of uns the mark of logarithms may have been kept. */
static sci_status
whole_groups(const concat *c, char **text)
{
    static const char *const groups[] = { "/raw", "/raw.X", "/uns", "/varm", "/obsp", "/varp" };
    sci_status st = SCI_OK;

    for (size_t g = 0; st == SCI_OK && g < sizeof groups / sizeof *groups; g++) {
        uint64_t kept = c->logged && strcmp(groups[g], "/uns") == 0 ? 1 : 0;
        bool found = false;

        for (size_t i = 0; st == SCI_OK && !found && i < c->n; i++) {
            anndata_texts names = { 0 };

            st = members_of(&c->inputs[i], groups[g], &names);
            found = names.n > kept;
            anndata_texts_clear(&names);
        }
        if (st == SCI_OK && found)
            st = add_dropped(text, groups[g] + 1);
    }
    return st;
}

/* True if the output has what the first inputs up to i, of which i is the last, call `path`; or if an
 * earlier one has it and it was named then. */
static sci_status
is_settled(const concat *c, size_t i, const char *path, bool array, bool *out)
{
    size_t with = 0;
    uint64_t columns = 0;
    sci_type type;
    bool earlier = false;
    sci_status st = SCI_OK;

    for (size_t k = 0; st == SCI_OK && k < c->n; k++) {
        bool there = false;

        st = sci_h5_file_has(anndata_file(c->inputs[k].file), path, &there);
        with += there;
        earlier = earlier || (there && k < i);
    }
    *out = earlier || with == c->n;
    if (st == SCI_OK && array && !earlier && with == c->n)
        st = concat_can_join(c, path, &columns, &type, out);
    return st;
}

/* Layers and arrays that not all inputs have, or not alike. */
static sci_status
single_members(const concat *c, const char *group, char **text)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        anndata_texts names = { 0 };

        st = members_of(&c->inputs[i], group, &names);
        for (uint64_t k = 0; st == SCI_OK && k < names.n; k++) {
            char *path = NULL;
            bool settled = true;

            st = sci_format(&path, "%s/%s", group, names.items[k]);
            if (st == SCI_OK)
                st = is_settled(c, i, path, strcmp(group, "/obsm") == 0, &settled);
            if (st == SCI_OK && !settled)
                st = add_dropped(text, path + 1);
            sci_free(path);
        }
        anndata_texts_clear(&names);
    }
    return st;
}

sci_status
concat_say_dropped(const concat *c)
{
    char *text = NULL;
    sci_status st = sci_strdup(&text, "");

    if (st == SCI_OK)
        st = whole_groups(c, &text);
    if (st == SCI_OK)
        st = single_members(c, "/layers", &text);
    if (st == SCI_OK)
        st = single_members(c, "/obsm", &text);
    if (st == SCI_OK && text[0] != '\0')
        cli_note("not in the output, as they belong to single inputs: %s", text);
    sci_free(text);
    return st;
}
