/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/capture.h>
#include <support/testing.h>

#include <math.h>
#include <string.h>

#include <apps/econ/unit_rules.h>

enum { PERIODS = 3 };

/* One indicator, "x", of 2020-01 to 2020-03: 1, `second`, 2. */
typedef struct one {
    econ_panel panel;
    econ_indicator indicator;
    double values[PERIODS];
    char name[2], unit[40];
} one;

static void
make(one *o, const char *unit, econ_transform transform, double second)
{
    *o = (one){ .values = { 1.0, second, 2.0 }, .name = "x" };
    if (unit)
        strcpy(o->unit, unit);
    o->indicator = (econ_indicator){
        .name = o->name, .unit = unit ? o->unit : NULL, .transform = transform, .sign = 1
    };
    o->panel = (econ_panel){ .frequency = ECON_MONTHLY,
                             .first = 2020 * 12,
                             .n_periods = PERIODS,
                             .n_indicators = 1,
                             .values = o->values,
                             .indicators = &o->indicator };
}

static sci_status
check(one *o, bool strict)
{
    econ_units *units = NULL;
    sci_status st = econ_unit_rules_check(&o->panel, strict, &units);

    econ_units_close(units);
    return st;
}

static void
what_makes_no_sense_is_refused_by_name(void **state)
{
    static const struct {
        const char *unit;
        econ_transform transform;
        double second;
        bool strict;
        const char *message;
    } cases[] = {
        { "degC", ECON_DLOG, 1.0, false, "'x' is in 'degC', whose zero means nothing" },
        { "degF", ECON_DPCT, 1.0, false, "'dpct' makes no sense" },
        { "1e9 USD", ECON_DLOG, -3.0, false, "'x' is -3 in 2020-02, and negative numbers" },
        { NULL, ECON_LOG, -3.0, false, "use the transform 'diff' instead of 'log'" },
        { NULL, ECON_LEVEL, 1.0, true, "'x' has no unit, which --strict-units asks for" },
        { "widgets", ECON_LEVEL, 1.0, true, "'x': 'widgets' is not a unit that is understood" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        one o;

        make(&o, cases[k].unit, cases[k].transform, cases[k].second);
        assert_fails(check(&o, cases[k].strict), SCI_ERR_REFUSED);
        assert_message_has(cases[k].message);
        econ_notes_clear(&o.panel.notes);
    }
}

static void
what_is_in_doubt_is_warned_of(void **state)
{
    static const struct {
        const char *unit;
        econ_transform transform;
        double second;
        const char *code; /* NULL: nothing */
    } cases[] = {
        { NULL, ECON_LEVEL, 1.0, "no_unit" },
        { "widgets", ECON_LEVEL, 1.0, "unknown_unit" },
        { "index", ECON_DLOG, 1.0, "index_without_base" },
        { "percent", ECON_DLOG, 1.0, "log_of_percent" },
        { "1000 person", ECON_DLOG, 0.0, "log_of_zero" },
        { "percent", ECON_DIFF, -1.0, NULL },
        { "degC", ECON_DIFF, -1.0, NULL },
        { "index 2015=100", ECON_DLOG, 1.0, NULL },
        { "percentage points", ECON_DLOG, 1.0, NULL },
        { "1e9 USD", ECON_DLOG, NAN, NULL },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        one o;

        make(&o, cases[k].unit, cases[k].transform, cases[k].second);
        test_context("%zu", k);
        assert_ok(check(&o, false));
        assert_count(o.panel.notes.n, cases[k].code ? 1 : 0);
        if (cases[k].code) {
            assert_string_equal(o.panel.notes.items[0].code, cases[k].code);
            assert_non_null(strstr(o.panel.notes.items[0].text, "1 indicator "));
        }
        econ_notes_clear(&o.panel.notes);
    }
}

static void
rows_of_one_kind_convert(void **state)
{
    econ_units *units = NULL;
    double factor = 0.0, offset = 1.0;

    (void)state;
    assert_ok(econ_unit_rules_convert(&units, "widgets", "widgets", &factor, &offset));
    assert_that(factor == 1.0 && offset == 0.0 && units == NULL); /* no table of units is read */
    assert_ok(econ_unit_rules_convert(&units, "million persons", "1000 person", &factor, &offset));
    assert_close(factor, 1000.0, 1e-15, 0.0);
    assert_fails(econ_unit_rules_convert(&units, "USD", "percent", &factor, &offset),
                 SCI_ERR_REFUSED);
    assert_fails(econ_unit_rules_convert(&units, "widgets", "percent", &factor, &offset),
                 SCI_ERR_REFUSED);
    econ_units_close(units);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_makes_no_sense_is_refused_by_name),
        cmocka_unit_test(what_is_in_doubt_is_warned_of),
        cmocka_unit_test(rows_of_one_kind_convert),
    };

    return run_all(tests);
}
