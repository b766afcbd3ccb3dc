/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/testing.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cli/json_read.h>

/* A file with this text; the name is the caller's to unlink. */
static void
write_text(char path[64], const char *text)
{
    int fd;
    size_t n = strlen(text);

    snprintf(path, 64, "/tmp/sci-json-XXXXXX");
    fd = mkstemp(path);
    assert_that(fd >= 0 && write(fd, text, n) == (ssize_t)n);
    close(fd);
}

static sci_status
read_text(cli_json_value **out, const char *text)
{
    char path[64];
    sci_status st;

    write_text(path, text);
    st = cli_json_read(out, path);
    unlink(path);
    return st;
}

static void
values_of_every_kind_are_read(void **state)
{
    cli_json_value *v = NULL;
    const cli_json_value *list, *deep;

    (void)state;
    assert_ok(read_text(&v, " {\"a\": [1, -2.5e3, true, false, null, \"x\"], \"b\": {\"c\": {}},"
                            " \"d\": []}\n"));
    list = cli_json_member(v, "a");
    assert_that(list != NULL && list->kind == CLI_JSON_ARRAY);
    assert_count(list->n, 6);
    assert_close(list->items[0].number, 1.0, 0.0, 0.0);
    assert_close(list->items[1].number, -2500.0, 0.0, 0.0);
    assert_that(list->items[2].truth && !list->items[3].truth);
    assert_that(list->items[4].kind == CLI_JSON_NULL);
    assert_string_equal(list->items[5].text, "x");
    deep = cli_json_member(cli_json_member(v, "b"), "c");
    assert_that(deep != NULL && deep->kind == CLI_JSON_OBJECT && deep->n == 0);
    assert_that(cli_json_member(v, "none") == NULL && cli_json_member(list, "a") == NULL);
    cli_json_value_free(v);
}

static void
escapes_become_utf8(void **state)
{
    cli_json_value *v = NULL;

    (void)state;
    assert_ok(read_text(&v, "\"\\u00e9\\n\\ud83d\\ude00\\\"\\/\xc3\xa9\""));
    assert_string_equal(v->text, "\xc3\xa9\n\xf0\x9f\x98\x80\"/\xc3\xa9");
    cli_json_value_free(v);
}

static void
what_is_no_json_is_refused_with_its_line(void **state)
{
    static const char *const texts[] = {
        "",         "{",      "[1,]",    "{\"a\":1,}",  "{\"a\" 1}",   "{a: 1}",
        "[1 2]",    "\"open", "\"\\q\"", "\"\\ud800\"", "\"\\u0000\"", "\"\x01\"",
        "\"\xff\"", "1 2",    "nul",     "1e999",       "--1",         "{\"a\": 1, \"a\": 2}"
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        cli_json_value *v = NULL;

        test_context("%s", texts[i]);
        assert_fails(read_text(&v, texts[i]), SCI_ERR_FORMAT);
        assert_that(v == NULL);
    }
    {
        cli_json_value *v = NULL;

        assert_fails(read_text(&v, "[\n1,\n?]"), SCI_ERR_FORMAT);
        assert_message_has("line 3: a value is expected");
    }
}

static void
nesting_has_an_end(void **state)
{
    char text[400];
    cli_json_value *v = NULL;

    (void)state;
    memset(text, '[', 199);
    text[199] = '\0';
    assert_fails(read_text(&v, text), SCI_ERR_FORMAT);
    assert_message_has("nested too deeply");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_kind_are_read),
        cmocka_unit_test(escapes_become_utf8),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_line),
        cmocka_unit_test(nesting_has_an_end),
    };

    return run_all(tests);
}
