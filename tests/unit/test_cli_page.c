/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/capture.h>
#include <support/faults.h>
#include <support/place.h>
#include <support/testing.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cli/page.h>
#include <cli/page_priv.h>

/* ---- a page with everything ---- */

static const char *const hostile[] = { "<script>alert('x')</script>", "\xff\xfe & \"q\"",
                                       "</style></title>-->" };

static void
fill(cli_page *page)
{
    static const double x[] = { 1, 2, 3 };
    cli_series series = { .name = hostile[0], .n = 3, .x = x, .y = x };
    cli_plot plot = { .title = hostile[2],
                      .n_series = 1,
                      .series = &series,
                      .x.label = hostile[1],
                      .y.label = hostile[0],
                      .summary = hostile[2] };

    cli_page_lead(page, "%s", hostile[0]);
    cli_page_tiles(page);
    cli_page_tile(page, hostile[0], hostile[1], hostile[2]);
    cli_page_tile(page, "n", "3", NULL);
    cli_page_tiles_end(page);
    cli_page_section(page, hostile[0]);
    cli_page_paragraph(page, "%s and %d %%", hostile[1], 7);
    cli_page_note(page, "%s", hostile[2]);
    cli_page_subsection(page, hostile[1]);
    cli_page_figures(page);
    cli_page_plot(page, &plot, hostile[0]);
    cli_page_figures_end(page);
    cli_page_section(page, "Tables");
    cli_page_table(page, 3, hostile, "lrl", hostile[0]);
    cli_page_row(page, hostile);
    cli_page_table_end(page);
    cli_page_details(page, hostile[0]);
    cli_page_names(page, 3, hostile);
    cli_page_details_end(page);
}

/* What images and tables of many inputs need; with text of base64. */
static void
fill_more(cli_page *page)
{
    static const float values[6] = { 1, 2, 3, 4, 5, 6 };
    static const uint8_t inside[6] = { 0, 1, 1, 0, 0, 1 };
    static const int32_t labels[6] = { 0, 1, -1, 2, 3, 30 };
    cli_panel panels[2] = { { .values = values,
                              .rows = 2,
                              .columns = 3,
                              .title = hostile[0],
                              .x.label = hostile[1],
                              .y.label = hostile[2],
                              .value_label = hostile[0],
                              .outline = inside,
                              .labels = labels } };
    cli_key keys[2] = { { hostile[0], 0x00ff00, false }, { "mask", CLI_OUTLINE_COLOUR, true } };
    cli_page_cell cells[3] = { { .text = hostile[0], .link = "a b/\"<é>.html" },
                               { .text = "2", .remark = hostile[2] },
                               { .text = NULL } };

    panels[1] = panels[0];
    panels[1].y_up = true;
    cli_page_section(page, "Images");
    cli_page_badges(page, 0, NULL);
    cli_page_badges(page, 3, hostile);
    cli_page_figures(page);
    cli_page_panels(page, 2, panels, CLI_COLOURS_GREY, 20.0, 0.0, hostile[2], hostile[0]);
    cli_page_figures_end(page);
    cli_page_keys(page, 2, keys);
    cli_page_sorts(page);
    cli_page_table(page, 3, hostile, "lrl", hostile[0]);
    cli_page_cells(page, cells);
    cli_page_table_end(page);
}

/* Rows over time, and series. */
static void
fill_time(cli_page *page)
{
    static const char *const columns[] = { "2020", "<2021>", "2022", "2023" };
    static const double values[12] = { -40, NAN, 0.5, 1, 2.5, 2.5, 2.5, -1, NAN, NAN, NAN, NAN };
    static const double scores[4] = { -4, NAN, 0, INFINITY };
    static const cli_heat_mark mark = { 1, "<1>" };
    cli_heat heat = { hostile[0], 3,          4, hostile, columns, values, hostile[2],
                      hostile[0], hostile[1], 1, &mark,   1,       &mark,  hostile[2] };
    cli_spark spark = { 4, values, scores, 3.5, hostile[0] };
    cli_page_cell cells[3] = { { .text = "x" }, { .spark = &spark } };

    cli_page_section(page, "Time");
    cli_page_filter(page, hostile[2]);
    cli_page_heat(page, &heat, hostile[0]);
    cli_page_table(page, 3, hostile, "lll", hostile[0]);
    cli_page_cells(page, cells);
    cli_page_table_end(page);
}

static void
fill_all(cli_page *page)
{
    fill(page);
    fill_more(page);
    fill_time(page);
}

static sci_status
write_to(const char *path, void (*filled)(cli_page *))
{
    cli_page *page = NULL;
    sci_status st = cli_page_create(&page, path, "A <page>", "sci-test", "1.0");

    if (st != SCI_OK)
        return st;
    filled(page);
    return cli_page_finish(page);
}

/* The page as text, by free. */
static char *
written(const char *name, void (*filled)(cli_page *))
{
    char path[PLACE_ROOM], *text;
    unsigned char *bytes;
    size_t n;

    place_scratch(path, name);
    assert_ok(write_to(path, filled));
    bytes = place_read(path, &n);
    text = test_alloc(n + 1, 1);
    memcpy(text, bytes, n);
    text[n] = '\0';
    assert_count(strlen(text), n);
    free(bytes);
    return text;
}

/* ---- facts ---- */

static void
the_policy_has_the_hash_of_the_style(void **state)
{
    char *text = written("page.html", fill), *begin, *end, hash[PAGE_HASH], policy[PAGE_HASH + 16];

    (void)state;
    begin = strstr(text, "<style>") + strlen("<style>");
    end = strstr(begin, "</style>");
    assert_null(strstr(end + 1, "<style")); /* one only */
    assert_text_has(text, "default-src 'none';");
    *end = '\0';
    page_hash(hash, begin);
    snprintf(policy, sizeof policy, "style-src '%s'", hash);
    assert_text_has(text, policy);
    free(text);
}

static void
the_policy_has_the_hash_of_the_script(void **state)
{
    char *text = written("page.html", fill_more), *begin, *end, hash[PAGE_HASH],
         policy[PAGE_HASH + 17];

    (void)state;
    begin = strstr(text, "<script>") + strlen("<script>");
    end = strstr(begin, "</script>");
    assert_null(strstr(end + 1, "<script")); /* one only */
    *end = '\0';
    page_hash(hash, begin);
    snprintf(policy, sizeof policy, "script-src '%s'", hash);
    assert_text_has(text, policy);
    free(text);
}

static void
a_page_that_does_not_ask_for_it_has_no_script(void **state)
{
    char *text = written("page.html", fill);

    (void)state;
    assert_text_lacks(text, "script-src");
    assert_text_lacks(text, "class=\"sorts\"");
    assert_text_has(text, "runs no scripts");
    free(text);
}

static void
a_hash_is_as_the_standard_says(void **state)
{
    char hash[PAGE_HASH];

    (void)state;
    page_hash(hash, "abc"); /* FIPS 180-2, B.1 */
    assert_string_equal(hash, "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

/* Nothing that a browser would run, load or style beside the one sheet. */
static void
assert_inert(void (*filled)(cli_page *))
{
    static const char *const unwanted[] = { "<script", "http:",   "https:",          "//",
                                            "url(",    "@import", " style=",         " on",
                                            "src=",    "\xff",    "</style></title>" };
    char *text = written("page.html", filled), *script = strstr(text, "<script>");
    const char *rest;

    if (script) /* ours, which the policy names */
        memset(script, ' ', (size_t)(strstr(script, "</script>") - script));
    for (size_t k = 0; k < ARRAY_LEN(unwanted); k++) {
        test_context("'%s'", unwanted[k]);
        rest = text;
        if (strcmp(unwanted[k], " on") == 0) { /* as an attribute */
            for (; (rest = strstr(rest, " on")) != NULL; rest++)
                assert_that(rest[3 + strspn(rest + 3, "abcdefghijklmnopqrstuvwxyz")] != '=');
            continue;
        }
        assert_text_lacks(text, unwanted[k]);
    }
    free(text);
}

static void
nothing_is_loaded_or_run(void **state)
{
    (void)state;
    assert_inert(fill);
    assert_inert(fill_time);
}

/* Cells of one step are one path; a row without values is one run; the script gets names and values. */
static void
a_map_has_a_path_for_every_step(void **state)
{
    char *text = written("page.html", fill_time);

    (void)state;
    assert_text_has(text, "<path class=\"b6\" d=\"M0 0.5h1\"/>");
    assert_text_has(text, "<path class=\"a2\" d=\"M0 1.5h3\"/>");
    assert_text_has(text, "<path class=\"b1\" d=\"M3 1.5h1\"/>");
    assert_text_has(text, "<path class=\"v7\" d=\"M1 0.5h1M0 2.5h4\"/>");
    assert_text_has(text, "data-values=\"-40,,0.5,1.0;2.5,2.5,2.5,-1.0;,,,\"");
    assert_text_has(text, "data-columns=\"2020|&lt;2021&gt;|2022|2023\"");
    assert_text_has(text, "data-row=\"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\"");
    free(text);
}

static void
steps_of_a_map_double(void **state)
{
    (void)state;
    assert_that(page_heat_step(0.0) == 0 && page_heat_step(-0.99) == 0);
    assert_that(page_heat_step(1.0) == 1 && page_heat_step(-1.99) == -1);
    assert_that(page_heat_step(2.0) == 2 && page_heat_step(-31.9) == -5);
    assert_that(page_heat_step(32.0) == 6 && page_heat_step(-INFINITY) == -6);
}

/* Two dots outside the band of 3.5, one below and one above, whatever their size. */
static void
a_series_has_dots_outside_its_band(void **state)
{
    char *text = written("page.html", fill_time);

    (void)state;
    assert_text_has(text, "<path class=\"dot b4\" d=\"M30 ");
    assert_text_has(text, "<path class=\"dot a4\" d=\"M210 27h0\"/>");
    assert_text_lacks(text, "nan");
    assert_text_lacks(text, "inf");
    free(text);
}

/* Every tag that is opened is closed in order. */
static void
assert_balanced(void (*filled)(cli_page *))
{
    static const char *const empty[] = { "meta", "link", "img", "!DOCTYPE" };
    char *text = written("page.html", filled), open[64][16];
    char *script = strstr(text, "<script>");
    size_t depth = 0;

    if (script) /* is no markup */
        memset(script + 8, ' ', (size_t)(strstr(script, "</script>") - script) - 8);
    for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
        char name[16];
        size_t n = strcspn(at + 1 + (at[1] == '/'), " >/\n");
        const char *end = strchr(at, '>');
        bool alone = end[-1] == '/';

        assert_that(n > 0 && n < sizeof name);
        memcpy(name, at + 1 + (at[1] == '/'), n);
        name[n] = '\0';
        for (size_t k = 0; k < ARRAY_LEN(empty); k++)
            alone = alone || strcmp(name, empty[k]) == 0;
        if (alone)
            continue;
        test_context("%.40s", at);
        if (at[1] == '/') {
            assert_that(depth > 0);
            assert_string_equal(open[--depth], name);
        } else {
            assert_that(depth < ARRAY_LEN(open));
            memcpy(open[depth++], name, sizeof name);
        }
    }
    assert_count(depth, 0);
    free(text);
}

static void
elements_are_balanced(void **state)
{
    (void)state;
    assert_balanced(fill);
    assert_balanced(fill_more);
    assert_balanced(fill_time);
}

static void
links_are_relative_and_escaped(void **state)
{
    char *text = written("page.html", fill_more);

    (void)state;
    assert_text_has(text, "<a href=\"./a%20b/%22%3C%C3%A9%3E.html\">&lt;script&gt;");
    assert_text_has(text, "<td class=\"r flag\" title=\"&lt;/style&gt;");
    free(text);
}

static void
panels_are_pixels_with_lines_and_text(void **state)
{
    char *text = written("page.html", fill_more);

    (void)state;
    assert_text_has(text, "<image class=\"pixels\" x=\"56\" y=\"24\" width=\"60\" "
                          "height=\"48\" preserveAspectRatio=\"none\" "
                          "href=\"data:image/png;base64,iVBORw0KGgo");
    assert_text_has(text, "<path class=\"outline\" stroke=\"#ff9500\" d=\"M76 24H116");
    assert_text_has(text, "<ul class=\"keys\">");
    assert_text_has(text, "<ul class=\"badges\"");
    assert_text_lacks(text, "<script>alert");
    free(text);
}

static void
a_page_can_be_used_without_seeing_it(void **state)
{
    char *text = written("page.html", fill);

    (void)state;
    assert_text_has(text, "<html lang=\"en\">");
    assert_text_has(text, "<title>A &lt;page&gt;</title>");
    assert_text_has(text, "<svg class=\"plot\" role=\"img\"");
    assert_text_has(text, "<desc>");
    assert_text_has(text, "<caption>");
    assert_text_has(text, "<th scope=\"col\"");
    assert_text_has(text, "<th scope=\"row\"");
    assert_text_has(text, "<nav aria-label=\"Contents\">");
    assert_text_has(text, "<a href=\"#s2\">Tables</a>");
    assert_text_has(text, "<h2 id=\"s2\">Tables</h2>");
    free(text);
}

static void
equal_calls_give_equal_bytes(void **state)
{
    char *a = written("a.html", fill), *b = written("b.html", fill);

    (void)state;
    assert_string_equal(a, b);
    free(a);
    free(b);
}

static void
fill_nothing(cli_page *page)
{
    (void)page;
}

static void
an_empty_page_is_a_page(void **state)
{
    char *text = written("page.html", fill_nothing);

    (void)state;
    assert_text_has(text, "<main>\n</main>");
    assert_text_lacks(text, "<nav");
    free(text);
}

/* ---- images ---- */

static void
fill_picture(cli_page *page)
{
    char path[PLACE_ROOM];

    place_source(path, "docs/pictures/t1.png");
    cli_page_image(page, path, "\"T1\" image", NULL);
}

static void
images_are_embedded(void **state)
{
    char *text;

    (void)state;
    text = written("page.html", fill_picture);
    assert_text_has(text, "alt=\"&quot;T1&quot; image\" src=\"data:image/png;base64,iVBORw0KGgo");
    free(text);
}

static void
fill_broken(cli_page *page)
{
    char path[PLACE_ROOM];

    place_scratch(path, "broken.png");
    place_write(path, "not an image, certainly not", 27);
    cli_page_image(page, path, "", NULL);
    cli_page_image(page, "/nowhere/at/all.png", "", NULL); /* the first failure counts */
}

static void
a_file_that_is_no_image_is_refused(void **state)
{
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "page.html");
    assert_fails(write_to(path, fill_broken), SCI_ERR_FORMAT);
    assert_message_has("broken.png' is not a PNG image");
}

/* ---- failures ---- */

static void
a_full_disk_is_reported(void **state)
{
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    if (!full)
        skip_test("there is no /dev/full");
    fclose(full);
    assert_fails(write_to("/dev/full", fill), SCI_ERR_NOSPACE);
    assert_message_has("cannot write '/dev/full'");
}

static void
a_missing_folder_is_reported(void **state)
{
    (void)state;
    assert_fails(write_to("/nowhere/at/all.html", fill), SCI_ERR_IO);
    assert_message_has("/nowhere/at/all.html");
}

static void
every_failed_allocation_is_reported(void **state)
{
    char path[PLACE_ROOM];
    sci_status st = SCI_ERR_NOMEM;

    (void)state;
    place_scratch(path, "page.html");
    for (long n = 0; st != SCI_OK; n++) {
        faults_memory(n, false);
        st = write_to(path, fill_all);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st != SCI_OK)
            assert_int_equal(st, SCI_ERR_NOMEM);
        else
            assert_that(n > 10);
    }
}

static void
a_page_can_be_given_up(void **state)
{
    char path[PLACE_ROOM];
    cli_page *page = NULL;

    (void)state;
    place_scratch(path, "page.html");
    assert_ok(cli_page_create(&page, path, "t", "p", "v"));
    fill(page);
    cli_page_free(page);
    cli_page_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_policy_has_the_hash_of_the_style),
        cmocka_unit_test(the_policy_has_the_hash_of_the_script),
        cmocka_unit_test(a_page_that_does_not_ask_for_it_has_no_script),
        cmocka_unit_test(a_hash_is_as_the_standard_says),
        cmocka_unit_test(nothing_is_loaded_or_run),
        cmocka_unit_test(a_map_has_a_path_for_every_step),
        cmocka_unit_test(steps_of_a_map_double),
        cmocka_unit_test(a_series_has_dots_outside_its_band),
        cmocka_unit_test(elements_are_balanced),
        cmocka_unit_test(links_are_relative_and_escaped),
        cmocka_unit_test(panels_are_pixels_with_lines_and_text),
        cmocka_unit_test(a_page_can_be_used_without_seeing_it),
        cmocka_unit_test(equal_calls_give_equal_bytes),
        cmocka_unit_test(an_empty_page_is_a_page),
        cmocka_unit_test(images_are_embedded),
        cmocka_unit_test(a_file_that_is_no_image_is_refused),
        cmocka_unit_test(a_full_disk_is_reported),
        cmocka_unit_test(a_missing_folder_is_reported),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(a_page_can_be_given_up),
    };

    return run_all(tests);
}
