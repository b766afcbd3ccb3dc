/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a panel: plan, pass, build; again with another plan where the first one turns out to be wrong. */
#include <string.h>

#include <sci/memory.h>

#include "build.h"
#include "panel.h"

typedef struct attempt {
    const econ_reader *reader;
    econ_text *text;
    econ_map map;
    econ_plan plan;
    econ_panel *panel;
} attempt;

static void
forget(econ_panel *panel)
{
    econ_notes_clear(&panel->notes);
    panel->fault = (econ_fault){ 0 };
}

static sci_status
make_plan(attempt *a)
{
    sci_status st = econ_text_start(a->text, a->plan.encoding);

    if (st != SCI_OK)
        return st;
    a->plan.encoding = econ_text_encoding(a->text);
    st = econ_plan_make(&a->plan, a->text, a->reader->options, a->panel);
    return st;
}

/* ---- numbers in doubt ---- */

static sci_status
fail_style(attempt *a, econ_style_verdict verdict)
{
    if (verdict == ECON_STYLE_AMBIGUOUS)
        return econ_fault_at(
            a->panel, SCI_ERR_REFUSED, "ambiguous_number", 0, 0,
            "numbers such as 1,234 may have a decimal comma or thousands; --dialect "
            "decimal=comma, or \"decimal=dot thousands=comma\", says which");
    return econ_fault_at(
        a->panel, SCI_ERR_FORMAT, "bad_number", 0, 0,
        "numbers are written in several ways, as 1.5 and as 1,5; --dialect says which is "
        "right");
}

/* Look at all cells, not only those of the first rows. *other: there is another style to be tried. */
static sci_status
restyle(attempt *a, bool *other)
{
    econ_number_style before = a->plan.style;
    unsigned evidence;
    sci_status st = econ_pass_evidence(&a->plan, a->text, &evidence);

    *other = false;
    if (st != SCI_OK)
        return st;
    a->plan.verdict = econ_style_choose(&a->plan.style, evidence, a->plan.delimiter);
    if (a->plan.verdict > ECON_STYLE_GUESSED)
        return SCI_OK;
    *other = a->plan.style.decimal != before.decimal || a->plan.style.thousands != before.thousands;
    return SCI_OK;
}

static sci_status
note_style(const attempt *a)
{
    if (a->plan.verdict != ECON_STYLE_GUESSED || a->plan.style_told)
        return SCI_OK;
    if (a->plan.style.thousands == ',')
        return econ_notes_add(&a->panel->notes, ECON_GUESS, "thousands", 0, 0,
                              "commas in numbers such as 1,234 part thousands");
    return econ_notes_add(&a->panel->notes, ECON_GUESS, "decimal", 0, 0,
                          "points in numbers such as 1.234 are decimal points");
}

/* ---- one way through ---- */

static sci_status
read_rows(attempt *a, econ_pass *pass)
{
    sci_status st = econ_text_start(a->text, a->plan.encoding);

    return st == SCI_OK ? econ_pass_run(pass, &a->plan, a->text, a->reader, a->panel) : st;
}

/* The pass, again as long as it shows that the plan has to be another one. */
static sci_status
read_somehow(attempt *a, econ_pass *pass)
{
    bool styled = false, other = a->plan.verdict > ECON_STYLE_GUESSED && !a->plan.style_told;
    econ_notes planned = a->panel->notes;
    sci_status st = SCI_OK;

    if (other) /* the first rows do not settle it */
        st = restyle(a, &styled);
    if (st == SCI_OK && a->plan.verdict > ECON_STYLE_GUESSED && !a->plan.style_told)
        return fail_style(a, a->plan.verdict);
    for (int tries = 0; st == SCI_OK && tries < 4; tries++) {
        size_t kept = planned.n;

        st = read_rows(a, pass);
        if (st == SCI_OK || econ_text_wrong(a->text))
            return st;
        other = false;
        if (pass->sectors_differ) {
            a->plan.sector_in_name = other = true;
        } else if (pass->restyle && !styled) {
            char message[1024];

            (void)strncpy(message, sci_message(), sizeof message - 1);
            message[sizeof message - 1] = '\0';
            st = restyle(a, &other);
            styled = true;
            if (!other || st != SCI_OK) {
                st = sci_fail(SCI_ERR_FORMAT, "%s", message);
                other = false;
            }
        }
        if (!other)
            return st;
        econ_pass_clear(pass);
        a->panel->fault = (econ_fault){ 0 };
        while (a->panel->notes.n > kept)
            sci_free(a->panel->notes.items[--a->panel->notes.n].text);
        st = SCI_OK;
    }
    return st;
}

static void
tell_dialect(const attempt *a)
{
    econ_panel *panel = a->panel;

    panel->layout = a->plan.layout;
    panel->dialect = (econ_dialect){ .delimiter = a->plan.delimiter,
                                     .decimal = a->plan.style.decimal,
                                     .thousands = a->plan.style.thousands,
                                     .quote = '"',
                                     .encoding = econ_encoding_name(a->plan.encoding) };
}

static sci_status
note_plan(const attempt *a, bool encoding_guessed)
{
    sci_status st = note_style(a);

    if (st == SCI_OK && encoding_guessed)
        st = econ_notes_add(&a->panel->notes, ECON_WARNING, "encoding_guessed", 0, 0,
                            "the file is no UTF-8 and was read as windows-1252");
    if (st == SCI_OK && a->plan.sector_in_name)
        st = econ_notes_add(
            &a->panel->notes, ECON_GUESS, "sector_in_name", a->plan.header_line, 0,
            "names of indicators come in several sectors, and have that of theirs in front");
    return st;
}

static sci_status
read_once(attempt *a, bool encoding_guessed)
{
    const econ_reading *options = a->reader->options;
    econ_pass pass = { 0 };
    econ_build build = { .pass = &pass,
                         .text = a->text,
                         .map = options != NULL && options->map != NULL ? &a->map : NULL,
                         .panel = a->panel };
    sci_status st = make_plan(a);

    if (st == SCI_OK)
        st = read_somehow(a, &pass);
    tell_dialect(a);
    if (st == SCI_OK)
        st = note_plan(a, encoding_guessed);
    if (st == SCI_OK)
        econ_text_digest(a->text, a->panel->digest);
    if (st == SCI_OK)
        st = econ_build_panel(&build,
                              options == NULL ? ECON_ALIGN_NONE : (econ_align)options->align);
    econ_build_clear(&build);
    econ_pass_clear(&pass);
    return st;
}

static sci_status
start_plan(attempt *a)
{
    const econ_reading *options = a->reader->options;

    econ_plan_clear(&a->plan);
    a->plan = (econ_plan){ .style = { '.', '\0' } };
    return options != NULL && options->dialect != NULL
               ? econ_plan_dialect(&a->plan, options->dialect)
               : SCI_OK;
}

static sci_status
read_text(attempt *a)
{
    bool told;
    sci_status st = start_plan(a);

    if (st != SCI_OK)
        return st;
    told = a->plan.encoding != ECON_ENCODING_AUTO;
    st = read_once(a, false);
    if (st != SCI_ERR_FORMAT || told || !econ_text_wrong(a->text)
        || econ_text_encoding(a->text) != ECON_UTF8)
        return st;
    forget(a->panel);
    st = start_plan(a);
    a->plan.encoding = ECON_WINDOWS_1252;
    return st == SCI_OK ? read_once(a, true) : st;
}

sci_status
econ_panel_read(econ_panel *panel, const char *path, const econ_reader *reader)
{
    attempt a = { .reader = reader, .panel = panel };
    sci_status st;

    *panel = (econ_panel){ 0 };
    st = sci_strdup(&panel->path, path);
    if (st == SCI_OK && reader->options != NULL && reader->options->map != NULL)
        st = econ_map_read(&a.map, reader->options->map);
    if (st == SCI_OK)
        st = econ_text_open(&a.text, path, reader->stop);
    if (st == SCI_OK)
        st = read_text(&a);
    if (st == SCI_ERR_FORMAT && a.text != NULL && econ_text_wrong(a.text)
        && panel->fault.code == NULL)
        panel->fault.code = "bad_encoding";
    econ_plan_clear(&a.plan);
    econ_text_close(a.text);
    econ_map_clear(&a.map);
    return st;
}
