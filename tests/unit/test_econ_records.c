/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of delimited text: whatever was written comes back, wherever the buffer ends. */
#include <stdlib.h>
#include <string.h>

#include <support/place.h>
#include <support/random.h>
#include <support/testing.h>

#include "apps/econ/decode.h"
#include "apps/econ/records.h"

enum { FIELDS_MOST = 6 };

/* A text with its fields. */
typedef struct written {
    char *text;
    size_t n, room;
    size_t rows;
    size_t *first; /* of each row among the fields */
    uint64_t *line;
    char **fields;
    size_t n_fields;
} written;

static void
put(written *w, char c)
{
    if (w->n == w->room) {
        w->room = 2 * w->room + 1024;
        w->text = realloc(w->text, w->room);
        assert_non_null(w->text);
    }
    w->text[w->n++] = c;
}

static char *
random_field(random_stream *r)
{
    static const char letters[] = "ab;,\"\n\r c\xc3\xa4";
    size_t n =
        random_below(r, 40) == 0 ? (size_t)random_below(r, 5000) : (size_t)random_below(r, 9);
    char *field = test_alloc(n + 2, 1);

    for (size_t k = 0; k < n; k++) {
        /* Lone CR and CRLF inside quotes count as one line each, so one is enough here. */
        field[k] = letters[random_below(r, 9)];
        if (field[k] == '\r')
            field[k] = 'd';
    }
    field[n] = '\0';
    return field;
}

static uint64_t
put_field(written *w, const char *field, bool quoted)
{
    uint64_t lines = 0;

    if (quoted)
        put(w, '"');
    for (const char *c = field; *c != '\0'; c++) {
        if (*c == '"')
            put(w, '"');
        lines += *c == '\n';
        put(w, *c);
    }
    if (quoted)
        put(w, '"');
    return lines;
}

static written
write_random(random_stream *r, size_t rows)
{
    static const char *const ends[] = { "\n", "\r\n", "\r" };
    written w = { .rows = rows };
    uint64_t line = 1;

    w.first = test_alloc(rows + 1, sizeof *w.first);
    w.line = test_alloc(rows, sizeof *w.line);
    w.fields = test_alloc(rows * FIELDS_MOST, sizeof *w.fields);
    for (size_t i = 0; i < rows; i++) {
        size_t n = 1 + (size_t)random_below(r, FIELDS_MOST);
        const char *end = ends[random_below(r, 3)];

        w.first[i] = w.n_fields;
        w.line[i] = line++;
        for (size_t k = 0; k < n; k++) {
            char *field = random_field(r);
            bool quoted = strpbrk(field, ",\"\n") != NULL || random_below(r, 4) == 0;

            quoted = quoted || n == 1; /* an empty row behind a CR would be its LF */

            line += put_field(&w, field, quoted);
            put(&w, k + 1 < n ? ',' : end[0]);
            w.fields[w.n_fields++] = field;
        }
        if (end[1] == '\n')
            put(&w, '\n');
    }
    w.first[rows] = w.n_fields;
    return w;
}

static void
clear(written *w)
{
    for (size_t k = 0; k < w->n_fields; k++)
        free(w->fields[k]);
    free(w->fields);
    free(w->first);
    free(w->line);
    free(w->text);
}

static void
compare(econ_records *records, const written *w)
{
    bool more;

    for (size_t i = 0; i < w->rows; i++) {
        assert_ok(econ_records_next(records, &more));
        assert_true(more);
        if (records->line != w->line[i])
            fail_msg("row %zu is in line %lu instead of %lu", i, (unsigned long)records->line,
                     (unsigned long)w->line[i]);
        assert_count(records->n, w->first[i + 1] - w->first[i]);
        for (size_t k = 0; k < records->n; k++) {
            const char *expected = w->fields[w->first[i] + k];

            assert_count(records->fields[k].n, strlen(expected));
            assert_memory_equal(econ_field_text(records, k), expected, strlen(expected));
        }
    }
    assert_ok(econ_records_next(records, &more));
    assert_false(more);
}

static void
what_is_written_is_read(void **state)
{
    random_stream r = random_start(21);
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "t.csv");
    for (int k = 0; k < 12; k++) {
        written w = write_random(&r, k < 6 ? 5 : 20000); /* the buffer is 256 KiB */
        econ_records records;
        econ_text *text;

        place_write(path, w.text, w.n);
        assert_ok(econ_text_open(&text, path, NULL));
        assert_ok(econ_text_start(text, ECON_ENCODING_AUTO));
        assert_ok(econ_records_start(&records, text, ','));
        compare(&records, &w);
        econ_records_clear(&records);
        econ_text_close(text);
        assert_ok(econ_records_of(&records, w.text, w.n, ','));
        compare(&records, &w);
        econ_records_clear(&records);
        clear(&w);
    }
}

static void
places_are_those_of_characters(void **state)
{
    static const char text[] = "a,\xc3\xa4\xc3\xb6,c\nd,\"x\ny\",\xc3\xbc,f\n";
    econ_records r;
    bool more;

    (void)state;
    assert_ok(econ_records_of(&r, text, strlen(text), ','));
    assert_ok(econ_records_next(&r, &more));
    assert_count(econ_field_column(&r, 0), 1);
    assert_count(econ_field_column(&r, 1), 3);
    assert_count(econ_field_column(&r, 2), 6);
    assert_ok(econ_records_next(&r, &more));
    assert_count(econ_field_column(&r, 1), 3);
    assert_count(econ_field_line(&r, 1), 2);
    assert_count(econ_field_line(&r, 2), 3);
    assert_count(econ_field_column(&r, 2), 4);
    assert_count(econ_field_column(&r, 3), 6);
    econ_records_clear(&r);
}

static void
broken_quotes_have_places(void **state)
{
    static const struct {
        const char *text, *fault;
        size_t n;
        uint64_t line, column;
    } cases[] = {
        { "a,b\nc,\"d\n\ne\n", "unclosed_quote", 12, 2, 3 },
        { "a,\"b\"c\n", "bad_quote", 7, 1, 6 },
        { "a,\"x\ny\",b\nc,\"d", "unclosed_quote", 14, 3, 3 },
        { "a,b\n\0c\n", "nul_byte", 7, 2, 1 },
        { "a,\"b\0\"\n", "nul_byte", 7, 1, 5 },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        econ_records r;
        bool more = true;
        sci_status st;

        assert_ok(econ_records_of(&r, cases[k].text, cases[k].n, ','));
        while ((st = econ_records_next(&r, &more)) == SCI_OK && more)
            continue;
        assert_fails(st, SCI_ERR_FORMAT);
        assert_string_equal(r.fault, cases[k].fault);
        assert_count(r.fault_line, cases[k].line);
        assert_count(r.fault_column, cases[k].column);
        econ_records_clear(&r);
    }
}

/* All code points through UTF-16 and back, cut at every place. */
static void
encodings_agree(void **state)
{
    unsigned char units[8];
    char out[32];

    (void)state;
    for (uint32_t code = 1; code <= 0x10ffff; code += code < 0x3000 ? 1 : 37) {
        bool pair = code >= 0x10000;
        uint32_t v = code - 0x10000, high = pair ? 0xd800 + (v >> 10) : code,
                 low = 0xdc00 + (v & 0x3ff);
        econ_utf8_state s = { 0 };
        size_t used, n;

        if (code >= 0xd800 && code < 0xe000)
            continue;
        units[0] = (unsigned char)(high >> 8);
        units[1] = (unsigned char)high;
        units[2] = (unsigned char)(low >> 8);
        units[3] = (unsigned char)low;
        n = econ_decode_utf16(out, units, pair ? 4 : 2, true, true, &used);
        assert_count(used, pair ? 4 : 2);
        assert_count(n, code < 0x80 ? 1 : code < 0x800 ? 2 : pair ? 4 : 3);
        for (size_t k = 0; k < n; k++)
            assert_true(econ_utf8_check(&s, out + k, 1));
        assert_count(s.left, 0);
    }
}

static void
ill_formed_text_is_found(void **state)
{
    static const char *const bad[] = {
        "\x80", "\xc0\xaf",         "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf5", "\xf4\x90\x80\x80", "\xe2\x82", "\xff",         "\xc3("
    };
    size_t used;
    char out[16];

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(bad); k++)
        for (size_t before = 0; before < 70; before += 23) {
            char text[96];
            econ_utf8_state s = { 0 };
            bool good;

            memset(text, 'x', sizeof text);
            memcpy(text + before, bad[k], strlen(bad[k]));
            good = econ_utf8_check(&s, text, before + strlen(bad[k]));
            assert_true(!good || s.left > 0);
        }
    (void)econ_decode_utf16(out, (const unsigned char *)"\x00\xd8\x41\x00", 4, false, true, &used);
    assert_true(used == SIZE_MAX);
    (void)econ_decode_utf16(out, (const unsigned char *)"\x00\xdc", 2, false, true, &used);
    assert_true(used == SIZE_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(places_are_those_of_characters),
        cmocka_unit_test(broken_quotes_have_places),
        cmocka_unit_test(encodings_agree),
        cmocka_unit_test(ill_formed_text_is_found),
    };

    return run_all(tests);
}
