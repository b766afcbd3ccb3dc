/* SPDX-License-Identifier: GPL-3.0-or-later */
/* units: what a unit means, and how it converts to another. */
#include <stdio.h>

#include <sci/memory.h>

#include "cli/json.h"
#include "cli/message.h"

#include "units.h"
#include "verb_report.h"

const cli_row econ_units_rows[] = {
    { 0, "to", "UNIT", CLI_TEXT, offsetof(econ_units_settings, to), NULL,
      "convert to this unit; numbers in both follow y = x * scale + offset", "Units", 0, NULL, 0,
      0 },
    CLI_ROW_JSON(econ_units_settings),
    CLI_END,
};

static const char *
kind_of(const econ_unit *unit)
{
    return econ_unit_has_offset(unit) ? "a scale whose zero means nothing: no logarithms, no ratios"
           : econ_unit_is_percent(unit) ? "a percentage: its differences are percentage points"
           : econ_unit_is_number(unit)  ? "a number without dimension"
                                        : NULL;
}

static sci_status
print_json(const char *name, const econ_unit *unit, const char *to, const econ_conversion *c)
{
    char *text = NULL;
    cli_json json;
    sci_status st = econ_unit_text(&text, unit);

    if (st != SCI_OK)
        return st;
    cli_json_start(&json, stdout);
    cli_json_object(&json);
    cli_json_member_text(&json, "unit", name);
    cli_json_member_text(&json, "means", text);
    cli_json_key(&json, "dimensionless");
    cli_json_boolean(&json, econ_unit_is_number(unit));
    cli_json_key(&json, "offset_scale");
    cli_json_boolean(&json, econ_unit_has_offset(unit));
    if (to) {
        cli_json_member_text(&json, "to", to);
        cli_json_member_real(&json, "scale", c->scale);
        cli_json_member_real(&json, "offset", c->offset);
    }
    cli_json_object_end(&json);
    sci_free(text);
    return cli_json_finish(&json);
}

static sci_status
print_text(const char *name, const econ_unit *unit, const char *to, const econ_conversion *c)
{
    char *text = NULL;
    sci_status st;

    if (to) {
        if (c->offset != 0.0)
            (void)printf("x %s = x * %.15g + %.15g %s\n", name, c->scale, c->offset, to);
        else
            (void)printf("1 %s = %.15g %s\n", name, c->scale, to);
        return SCI_OK;
    }
    st = econ_unit_text(&text, unit);
    if (st == SCI_OK)
        (void)printf("%s = %s\n", name, text);
    if (st == SCI_OK && kind_of(unit))
        (void)printf("It is %s\n", kind_of(unit));
    sci_free(text);
    return st;
}

int
econ_units_verb(const cli_call *call)
{
    const econ_units_settings *s = call->settings;
    const char *name = call->operands[0];
    econ_units *units = NULL;
    econ_unit *from = NULL, *to = NULL;
    econ_conversion conversion = { 1.0, 0.0 };
    char shown[CLI_MESSAGE_MOST];
    sci_status st = econ_units_open(&units);

    cli_escape(shown, sizeof shown, name);
    if (st == SCI_OK)
        st = econ_unit_parse(&from, units, name);
    if (st == SCI_OK && s->to)
        st = econ_unit_parse(&to, units, s->to);
    if (st == SCI_OK && s->to)
        st = econ_unit_convert(&conversion, from, to);
    if (st == SCI_OK)
        st = s->common.json ? print_json(name, from, s->to, &conversion)
                            : print_text(shown, from, s->to, &conversion);
    if (st == SCI_OK)
        st = cli_stdout_finish();
    econ_unit_free(to);
    econ_unit_free(from);
    econ_units_close(units);
    if (st != SCI_OK)
        cli_error_status(st);
    return cli_exit_of(st);
}
