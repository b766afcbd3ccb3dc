/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <udunits2.h>

#include <sci/memory.h>

#include "units_priv.h"

#define SHOWN 256 /* bytes of a unit as text */

struct econ_units {
    ut_system *system;
};

struct econ_unit {
    ut_unit *unit;
    char *text; /* as it was written */
    bool points;
};

/* ---- the system ---- */

sci_status
econ_units_open(econ_units **out)
{
    econ_units *units = NULL;
    sci_status st = sci_alloc_zero(&units, 1, 1, sizeof *units);

    if (st != SCI_OK)
        return st;
    ut_set_error_message_handler(ut_ignore);
    units->system = ut_read_xml(NULL);
    if (!units->system) {
        sci_free(units);
        return sci_fail(SCI_ERR_NOTFOUND,
                        "the units of UDUNITS-2 cannot be read; install 'libudunits2-data'");
    }
    *out = units;
    return SCI_OK;
}

void
econ_units_close(econ_units *units)
{
    if (!units)
        return;
    ut_free_system(units->system);
    sci_free(units);
}

/* A name that UDUNITS-2 takes for no unit of its own: no digit at its end, a case of its own for
 * every letter (names are compared without it). */
static void
name_inside(char *name, size_t size, const char *shown)
{
    size_t used = (size_t)snprintf(name, size, "own_");

    for (; *shown && used + 3 < size; shown++) {
        if (isalnum((unsigned char)*shown))
            name[used++] = *shown;
        else
            used += (size_t)snprintf(name + used, size - used, "_%x_", (unsigned char)*shown);
    }
    snprintf(name + used, size - used, "_");
}

sci_status
units_put_own(econ_units *units, FILE *out, const char *shown)
{
    char name[SHOWN];
    ut_unit *unit;
    ut_status status = UT_SUCCESS;

    name_inside(name, sizeof name, shown);
    fprintf(out, "%s ", name);
    unit = ut_get_unit_by_name(units->system, name);
    if (!unit) {
        unit = ut_new_base_unit(units->system);
        if (!unit)
            return sci_fail(SCI_ERR_NOMEM, "no memory for the unit '%s'", shown);
        status = ut_map_name_to_unit(name, UT_ASCII, unit);
        if (status == UT_SUCCESS)
            status = ut_map_unit_to_symbol(unit, shown, UT_ASCII);
    }
    ut_free(unit);
    return status == UT_SUCCESS ? SCI_OK : sci_fail(SCI_ERR_NOMEM, "no memory for a unit");
}

/* ---- units ---- */

/* What no unit has in it is not given to UDUNITS-2, whose lexer keeps memory of what it stumbles over. */
static bool
may_be_unit(const char *translated)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                " _.*/^+-()@";
    size_t n = 0;

    while (translated[n] && (strchr(plain, translated[n]) || (unsigned char)translated[n] >= 0x80))
        n++;
    return n > 0 && translated[n] == '\0';
}

sci_status
econ_unit_parse(econ_unit **out, econ_units *units, const char *text)
{
    econ_unit *unit = NULL;
    char *translated = NULL;
    bool points = false;
    sci_status st = units_translate(&translated, units, text, &points);

    if (st == SCI_OK)
        st = sci_alloc_zero(&unit, 1, 1, sizeof *unit);
    if (st == SCI_OK)
        st = sci_strdup(&unit->text, text);
    if (st == SCI_OK) {
        unit->points = points;
        if (may_be_unit(translated))
            unit->unit = ut_parse(units->system, translated, UT_UTF8);
        if (!unit->unit)
            st = sci_fail(SCI_ERR_ARGUMENT, "'%s' is not a unit that is understood; %s", text,
                          units_hint(text));
    }
    free(translated);
    if (st == SCI_OK) {
        *out = unit;
        unit = NULL;
    }
    econ_unit_free(unit);
    return st;
}

void
econ_unit_free(econ_unit *unit)
{
    if (!unit)
        return;
    ut_free(unit->unit);
    sci_free(unit->text);
    sci_free(unit);
}

sci_status
econ_unit_text(char **out, const econ_unit *unit)
{
    char text[SHOWN];
    int n = ut_format(unit->unit, text, sizeof text, UT_ASCII);

    if (n > 2 && n < (int)sizeof text && strcmp(text + n - 2, " 1") == 0)
        text[n - 2] = '\0'; /* of a plain number */
    return n < 0 || n >= (int)sizeof text ? sci_strdup(out, unit->text) : sci_strdup(out, text);
}

/* ---- between units ---- */

/* y(0) and y(1), and whether the map is a straight line: reciprocals and logarithms are none. */
static bool
convert(econ_conversion *out, const econ_unit *from, const econ_unit *to)
{
    cv_converter *converter;
    double at0, at1, at2;

    if (!ut_are_convertible(from->unit, to->unit))
        return false;
    converter = ut_get_converter(from->unit, to->unit);
    if (!converter)
        return false;
    at0 = cv_convert_double(converter, 0.0);
    at1 = cv_convert_double(converter, 1.0);
    at2 = cv_convert_double(converter, 2.0);
    cv_free(converter);
    *out = (econ_conversion){ .scale = at0 == 0.0 ? at1 : at1 - at0, .offset = at0 };
    return isfinite(at0) && isfinite(at1)
           && fabs(at2 - at1 - (at1 - at0)) <= 1e-9 * (fabs(at0) + fabs(at1) + fabs(at2));
}

static bool
names_both(const econ_unit *a, const econ_unit *b, const char *part)
{
    return units_contains(a->text, part) && units_contains(b->text, part);
}

sci_status
econ_unit_convert(econ_conversion *out, const econ_unit *from, const econ_unit *to)
{
    econ_conversion made;
    const char *why =
        "they measure different things, as do two currencies, prices of two years, and "
        "an amount and an amount per something";

    if (convert(&made, from, to)) {
        *out = made;
        return SCI_OK;
    }
    if (names_both(from, to, "index"))
        why = "an index converts only to the same base";
    return sci_fail(SCI_ERR_REFUSED, "'%s' does not convert to '%s': %s", from->text, to->text,
                    why);
}

bool
econ_unit_is_like(const econ_unit *a, const econ_unit *b)
{
    econ_conversion unused;

    return convert(&unused, a, b);
}

/* Zero of a unit without offset is zero of what it is made of. */
bool
econ_unit_has_offset(const econ_unit *unit)
{
    ut_unit *kelvin = ut_get_unit_by_name(ut_get_system(unit->unit), "kelvin");
    bool found = false;

    if (kelvin && ut_are_convertible(unit->unit, kelvin)) {
        cv_converter *converter = ut_get_converter(unit->unit, kelvin);

        found = converter && cv_convert_double(converter, 0.0) != 0.0;
        cv_free(converter);
    }
    ut_free(kelvin);
    return found;
}

bool
econ_unit_is_number(const econ_unit *unit)
{
    ut_unit *one = ut_get_dimensionless_unit_one(ut_get_system(unit->unit));
    bool is = one && ut_are_convertible(unit->unit, one);

    ut_free(one);
    return is;
}

bool
econ_unit_is_percent(const econ_unit *unit)
{
    ut_unit *one = ut_get_dimensionless_unit_one(ut_get_system(unit->unit));
    bool is = false;

    if (one && !unit->points && ut_are_convertible(unit->unit, one)) {
        cv_converter *converter = ut_get_converter(unit->unit, one);

        is = converter && fabs(cv_convert_double(converter, 1.0) - 0.01) < 1e-12;
        cv_free(converter);
    }
    ut_free(one);
    return is;
}
