/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/capture.h>
#include <support/faults.h>
#include <support/place.h>
#include <support/report_example.h>
#include <support/testing.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

/* The report as text, by free. */
static char *
written(const genomics_report *r)
{
    char path[PLACE_ROOM], *text;
    unsigned char *bytes;
    size_t n;

    place_scratch(path, "report.html");
    assert_ok(genomics_report_write(path, r));
    bytes = place_read(path, &n);
    text = test_alloc(n + 1, 1);
    memcpy(text, bytes, n);
    text[n] = '\0';
    free(bytes);
    return text;
}

static char *
story(report_story which)
{
    report_example *e = report_example_make(which);
    char *text = written(report_example_report(e));

    report_example_free(e);
    return text;
}

/* ---- what it says ---- */

static void
a_correction_that_worked_is_said_to_have_worked(void **state)
{
    char *text = story(STORY_GOOD);

    (void)state;
    assert_text_has(text, "<p class=\"lead\">Batch explained 11.3\xc2\xa0% of the variance of the "
                          "genes before and 0.05\xc2\xa0% after; the groups of &#39;cell_type&#39; "
                          "are as separable as before.</p>");
    assert_text_lacks(text, "harder to tell apart");
    assert_text_lacks(text, "Harmony");
    assert_text_has(text, "The model and its priors");
    assert_text_has(text, "constant inside a batch: 112 genes");
    free(text);
}

static void
it_says_when_there_was_nothing_to_correct(void **state)
{
    char *text = story(STORY_LITTLE);

    (void)state;
    assert_text_has(text, "<p class=\"lead\">There was little to correct: batch explained only");
    assert_text_has(text, "consider the data as they were");
    free(text);
}

static void
it_says_when_biology_went_with_the_batches(void **state)
{
    char *text = story(STORY_ENTANGLED);

    (void)state;
    assert_text_has(text, "are harder to tell apart than before.</p>");
    assert_text_has(text, "biology went with the batches");
    assert_text_has(text, "Batches differ in their composition");
    assert_text_has(text, "keep &#39;cell_type&#39; as a covariate");
    free(text);
}

static void
it_says_when_a_linear_method_is_not_enough(void **state)
{
    char *text = story(STORY_UNMIXED);

    (void)state;
    assert_text_has(text, "still come mostly from its own batch");
    free(text);
}

static void
an_evaluation_alone_has_no_after(void **state)
{
    char *text = story(STORY_LOOK);

    (void)state;
    assert_text_has(text, "<p class=\"lead\">Batch explains 12.0\xc2\xa0% of the variance of the "
                          "genes.</p>");
    assert_text_has(text, "pbmc.h5ad, evaluated</title>");
    assert_text_lacks(text, ">after<");
    assert_text_lacks(text, "The model and its priors");
    assert_text_lacks(text, "silhouette of labels");
    free(text);
}

static void
a_remaining_effect_leads(void **state)
{
    report_example *e = report_example_make(STORY_GOOD);
    char *text;

    (void)state;
    report_example_edit(e)->after.metrics.r2_batch = 0.09;
    text = written(report_example_report(e));
    assert_text_has(text, "<p class=\"lead\">Batch still explains 9.0\xc2\xa0% of the variance");
    free(text);
    report_example_free(e);
}

/* Unlike cells in the batches differ rightly: what counts is the difference among equal cells. */
static void
entangled_batches_are_judged_among_equal_labels(void **state)
{
    report_example *e = report_example_make(STORY_ENTANGLED);
    genomics_report *r = report_example_edit(e);
    char *text;

    (void)state;
    r->after.metrics.r2_batch = 0.22;
    r->before.metrics.r2_beyond = 0.156;
    r->after.metrics.r2_beyond = 0.0049;
    text = written(r);
    assert_text_has(text,
                    "<p class=\"lead\">Beyond what &#39;cell_type&#39; explains, batch explained "
                    "15.6\xc2\xa0% of the variance of the genes before and 0.49\xc2\xa0% after;");
    assert_text_has(text, "<th scope=\"row\">batch beyond label</th>");
    free(text);
    report_example_free(e);
}

static void
a_path_is_not_part_of_the_title(void **state)
{
    report_example *e = report_example_make(STORY_LOOK);
    char *text;

    (void)state;
    report_example_edit(e)->input = "/some/where/cells.h5ad";
    text = written(report_example_report(e));
    assert_text_has(text, "<h1>cells.h5ad, evaluated</h1>");
    free(text);
    report_example_free(e);
}

static void
without_labels_it_says_that_biology_is_not_measured(void **state)
{
    report_example *e = report_example_make(STORY_GOOD);
    char *text;

    (void)state;
    report_example_edit(e)->label.key = NULL;
    text = written(report_example_report(e));
    assert_text_has(text, "no labels were given");
    assert_text_lacks(text, "by cell_type");
    free(text);
    report_example_free(e);
}

/* ---- many levels, hostile names ---- */

static void
many_levels_are_grouped(void **state)
{
    char *text = story(STORY_MANY);

    (void)state;
    assert_text_has(text, ">29 others<");
    assert_text_has(text, ">19 others<");
    assert_text_has(text, ">left out<");
    assert_text_has(text, "from 20\xe2\x80\xaf"
                          "000 of the 60\xe2\x80\xaf"
                          "000 cells, drawn at random");
    assert_text_lacks(text, "<b>");
    assert_text_lacks(text, "<atlas");
    assert_text_lacks(text, "\xff");
    free(text);
}

/* Association of batch and label: 1 if one tells the other, 0 if they have nothing to do with each
 * other, and a value computed by hand from Bergsma's formula. */
static void
entanglement_is_measured(void **state)
{
    static const struct {
        uint64_t counts[2][2];
        const char *v;
    } cases[] = {
        { { { 10, 0 }, { 0, 10 } }, "V = 1.00 " },
        { { { 10, 10 }, { 10, 10 } }, "V = 0.00 " },
        /* χ² = 20/3, φ² = 1/6 - 1/39, r = c = 2 - 1/39: V = √(0.14103/0.97436) */
        { { { 14, 6 }, { 6, 14 } }, "V = 0.37 " },
        { { { 20, 20 }, { 0, 0 } }, NULL }, /* one batch: not defined */
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        static const char *const names[] = { "a", "b" };
        int32_t batch[40], label[40];
        genomics_report r = { .input = "x",
                              .version = "1",
                              .genes = 0,
                              .batch = { "batch", 2, names, batch },
                              .label = { "label", 2, names, label } };
        char *text;

        for (int b = 0; b < 2; b++)
            for (int l = 0; l < 2; l++)
                for (uint64_t i = 0; i < cases[k].counts[b][l]; i++) {
                    batch[r.cells] = b;
                    label[r.cells++] = l;
                }
        text = written(&r);
        test_context("case %zu", k);
        if (cases[k].v)
            assert_text_has(text, cases[k].v);
        else
            assert_text_lacks(text, "Cramér");
        free(text);
    }
}

/* ---- form ---- */

static void
no_number_is_written_that_svg_does_not_know(void **state)
{
    (void)state;
    for (int k = 0; k < STORIES; k++) {
        char *text = story((report_story)k);

        test_context("%s", report_story_names[k]);
        assert_text_lacks(text, "nan");
        assert_text_lacks(text, "inf\"");
        assert_text_lacks(text, "inf ");
        free(text);
    }
}

static void
equal_reports_give_equal_bytes(void **state)
{
    char *a = story(STORY_UNMIXED), *b = story(STORY_UNMIXED);

    (void)state;
    assert_string_equal(a, b);
    free(a);
    free(b);
}

/* Whatever a method does not have is left out: nothing but two cells and one batch. */
static void
almost_nothing_is_enough(void **state)
{
    static const char *const names[] = { "only" };
    static const int32_t codes[] = { 0, 0 };
    static const double scores[] = { 1.0, 2.0, 3.0, 4.0 };
    genomics_report r = {
        .input = "x", .version = "1", .cells = 2, .batch = { "batch", 1, names, codes }
    };
    char *text;

    (void)state;
    text = written(&r);
    free(text);
    r.before = (report_stage){ .given = true, .components = 2, .scores = scores };
    r.before.metrics.r2_batch = (double)NAN;
    text = written(&r);
    assert_text_has(text, "Batch explains \xe2\x80\x93 of the variance");
    free(text);
}

static void
values_without_spread_are_drawn(void **state)
{
    report_example *e = report_example_make(STORY_GOOD);
    genomics_report *r = report_example_edit(e);
    combat_model m = *r->model;
    double *same = test_alloc(m.levels * m.columns, sizeof *same);
    char *text;

    (void)state;
    for (uint64_t i = 0; i < m.levels * m.columns; i++)
        same[i] = 0.0;
    m.gamma_hat = m.gamma_star = m.delta_hat = m.delta_star = same;
    for (uint64_t b = 0; b < m.levels; b++) {
        m.t2[b] = 0.0;
        m.a[b] = m.b[b] = (double)INFINITY;
    }
    r->model = &m;
    text = written(r);
    assert_text_lacks(text, "nan");
    free(text);
    free(same);
    report_example_free(e);
}

/* ---- failures ---- */

static void
a_full_disk_is_reported(void **state)
{
    report_example *e = report_example_make(STORY_LOOK);
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    if (!full)
        skip_test("there is no /dev/full");
    fclose(full);
    assert_fails(genomics_report_write("/dev/full", report_example_report(e)), SCI_ERR_NOSPACE);
    report_example_free(e);
}

static void
every_failed_allocation_is_reported(void **state)
{
    report_example *e = report_example_make(STORY_ENTANGLED);
    char path[PLACE_ROOM];
    sci_status st = SCI_ERR_NOMEM;

    (void)state;
    place_scratch(path, "report.html");
    for (long n = 0; st != SCI_OK; n++) {
        test_context("allocation %ld", n);
        faults_memory(n, false);
        st = genomics_report_write(path, report_example_report(e));
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st != SCI_OK)
            assert_int_equal(st, SCI_ERR_NOMEM);
        else
            assert_that(n > 30);
    }
    report_example_free(e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_correction_that_worked_is_said_to_have_worked),
        cmocka_unit_test(it_says_when_there_was_nothing_to_correct),
        cmocka_unit_test(it_says_when_biology_went_with_the_batches),
        cmocka_unit_test(it_says_when_a_linear_method_is_not_enough),
        cmocka_unit_test(an_evaluation_alone_has_no_after),
        cmocka_unit_test(a_remaining_effect_leads),
        cmocka_unit_test(entangled_batches_are_judged_among_equal_labels),
        cmocka_unit_test(a_path_is_not_part_of_the_title),
        cmocka_unit_test(without_labels_it_says_that_biology_is_not_measured),
        cmocka_unit_test(many_levels_are_grouped),
        cmocka_unit_test(entanglement_is_measured),
        cmocka_unit_test(no_number_is_written_that_svg_does_not_know),
        cmocka_unit_test(equal_reports_give_equal_bytes),
        cmocka_unit_test(almost_nothing_is_enough),
        cmocka_unit_test(values_without_spread_are_drawn),
        cmocka_unit_test(a_full_disk_is_reported),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };

    return run_all(tests);
}
