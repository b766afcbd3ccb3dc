/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics files: what goes in comes out, and nothing else does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H5_USE_110_API 1
#include <hdf5.h>

#include <sci/h5.h>
#include <sci/file.h>
#include <sci/memory.h>
#include <stats/content.h>
#include <stats/nodes.h>

#include "support/place.h"
#include "support/tables.h"
#include "support/testing.h"

/* ---- helpers ---- */

static char path[PLACE_ROOM];

static const char *
place(const char *name)
{
    place_scratch(path, name);
    return path;
}

static void
assert_round_trip(const sci_stats *stats)
{
    sci_stats *loaded = NULL;

    assert_ok(sci_stats_save(stats, place("s.h5")));
    assert_ok(sci_stats_load(&loaded, path));
    assert_same_table(loaded, stats);
    sci_stats_free(loaded);
}

static void
assert_same_files(const char *a, const char *b)
{
    char left[PLACE_ROOM], right[PLACE_ROOM];
    size_t n, m;
    unsigned char *x, *y;

    place_scratch(left, a);
    place_scratch(right, b);
    x = place_read(left, &n);
    y = place_read(right, &m);
    assert_count(n, m);
    assert_same_bytes(x, y, n, 1);
    free(x);
    free(y);
}

static void
assert_not_loaded(const char *why)
{
    sci_stats *loaded = NULL;

    assert_fails(sci_stats_load(&loaded, path), SCI_ERR_FORMAT);
    assert_message_has(why);
    assert_null(loaded);
}

static sci_stats *
plain_table(void)
{
    random_stream r = random_start(60);

    return table_make("N:keep:2 T:pool:9 F:texts:low,mid,high D+H:ints:1,7", "x.h5", 5, &r);
}

/* Segments 2 to 8 of 3 periods of 4 segments. */
static sci_stats *
shard_table(uint64_t first, uint64_t end)
{
    random_stream r = random_start(61);
    sci_stats *s = table_make("N:keep:3 T:pool:100 C:keep:4", "x.h5", 0, &r);

    sci_free(s->moments);
    s->moments = NULL;
    s->shard = true;
    s->segmentation = (sci_segmentation){ .periods = 3,
                                          .period_length = 400,
                                          .period_groups = 4,
                                          .segment_length = 100,
                                          .segments_per_period = 4,
                                          .segments = 12 };
    assert_ok(sci_nodes_of_range(&s->segmentation, first, end, &s->nodes, &s->n_nodes, &s->n_rows));
    assert_ok(sci_digest_nodes_of_range(12, first, end, &s->digest_nodes, &s->n_digest_nodes));
    for (size_t i = 0; i < s->n_digest_nodes; i++)
        s->digest_nodes[i].digest.bytes[i % 16] = (uint8_t)(i + 1);
    assert_ok(sci_alloc(&s->moments, s->n_rows, 1, sizeof *s->moments));
    table_fill(s->moments, s->n_rows, &r);
    return s;
}

/* ---- round trips ---- */

static void
tables_come_back_as_they_were(void **state)
{
    static const char *const spaces[] = {
        "C:pool:5",
        "N:keep:3",
        "N:pool:3 C:keep:7",
        "N:keep:3 F:texts:low,mid,high D+H:ints:-9223372036854775808,9223372036854775807,0",
        "F:ints:",
        "F:texts:ä#,x\ty,=",
        "A:pool:1 B:pool:1 C:pool:1 D:pool:1 E:pool:1 F:pool:1 G:pool:1 H:pool:1 I:pool:1 J:keep:2",
        "",
    };
    random_stream r = random_start(62);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
        sci_stats *stats = table_make(spaces[i], "some name.h5:/a/ö", (unsigned)i, &r);

        test_context("%s", spaces[i]);
        assert_round_trip(stats);
        sci_stats_free(stats);
    }
}

static void
parameters_come_back(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 24; k++) {
        sci_stats *stats = plain_table();

        stats->parameters = (sci_parameters){ .ddof = k % 2,
                                              .nan = (sci_nan_policy)(k / 2 % 3),
                                              .weighted = k / 6 % 2,
                                              .masked = k / 12 };
        stats->digest_kind = k % 5 == 0 ? SCI_DIGEST_SHA256 : SCI_DIGEST_XXH3;
        if (stats->parameters.weighted)
            for (uint64_t i = 0; i < stats->n_rows; i++)
                stats->moments[i].weight *= 0.25;
        assert_round_trip(stats);
        sci_stats_free(stats);
    }
}

static void
propagated_nan_comes_back(void **state)
{
    const double x[] = { 1.0, (double)NAN, -(double)INFINITY };
    sci_stats *stats = plain_table();

    (void)state;
    stats->parameters.nan = SCI_NAN_PROPAGATE;
    assert_ok(sci_moments_of(&stats->moments[0], SCI_FLOAT64, x, 3, SCI_NAN_PROPAGATE));
    assert_ok(sci_moments_of(&stats->moments[1], SCI_FLOAT64, x + 2, 1, SCI_NAN_PROPAGATE));
    assert_round_trip(stats);
    sci_stats_free(stats);
}

static void
merged_tables_come_back(void **state)
{
    random_stream r = random_start(63);
    sci_stats *merged = table_make("N:keep:3 F:texts:a,b", "b.h5", 2, &r);
    sci_stats *other = table_make("N:keep:1 F:texts:b,c", "a.h5", 9, &r);

    (void)state;
    assert_ok(sci_stats_merge(merged, other));
    assert_round_trip(merged);
    sci_stats_free(merged);
    sci_stats_free(other);
}

static void
running_tables_come_back(void **state)
{
    random_stream r = random_start(64);
    sci_stats *batch = table_make("N:pool:2 C:keep:9", "x.h5", 1, &r), *running = NULL;

    (void)state;
    for (uint64_t i = 0; i < batch->n_rows; i++)
        if (batch->moments[i].count == 1)
            batch->moments[i] = sci_moments_empty();
    for (int rule = 0; rule < 2; rule++) {
        assert_ok(sci_stats_create_running(&running, batch, (sci_running_rule)rule));
        assert_round_trip(running);
        assert_ok(sci_stats_update(running, batch, 0.1));
        assert_round_trip(running);
        sci_stats_free(running);
    }
    sci_stats_free(batch);
}

static void
shards_come_back(void **state)
{
    (void)state;
    for (uint64_t first = 0; first <= 12; first += 3)
        for (uint64_t end = first; end <= 12; end++) {
            sci_stats *shard = shard_table(first, end), *loaded = NULL;

            test_context("segments %d to %d", (int)first, (int)end);
            assert_round_trip(shard);
            assert_ok(sci_stats_load(&loaded, path));
            assert_that(sci_stats_is_shard(loaded));
            assert_count(loaded->n_nodes, shard->n_nodes);
            sci_stats_free(loaded);
            sci_stats_free(shard);
        }
}

static void
tables_live_in_groups_too(void **state)
{
    sci_stats *stats = plain_table(), *loaded = NULL;
    char operand[PLACE_ROOM + 20];

    (void)state;
    (void)snprintf(operand, sizeof operand, "%s:/deep/er", place("g.h5"));
    assert_ok(sci_stats_save(stats, operand));
    assert_ok(sci_stats_load(&loaded, operand));
    assert_same_table(loaded, stats);
    sci_stats_free(loaded);
    loaded = NULL;
    assert_not_loaded("g.h5' holds no statistics table");
    (void)snprintf(operand, sizeof operand, "%s:/deep/est", path);
    assert_fails(sci_stats_load(&loaded, operand), SCI_ERR_NOTFOUND);
    sci_stats_free(stats);
}

/* ---- bytes ---- */

static void
equal_tables_give_equal_files(void **state)
{
    random_stream r = random_start(65);
    sci_stats *tables[3];
    const sci_stats *forward[3], *backward[3];
    sci_stats *a = NULL, *b = NULL;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        char name[10];

        (void)snprintf(name, sizeof name, "f%u.h5", i);
        tables[i] = table_make("N:pool:3 F:texts:a,b,c", name, 7 - i, &r);
    }
    for (int i = 0; i < 3; i++) {
        forward[i] = tables[i];
        backward[2 - i] = tables[i];
    }
    assert_ok(sci_stats_merge_all(&a, 3, forward, NULL));
    assert_ok(sci_stats_merge_all(&b, 3, backward, NULL));
    assert_ok(sci_stats_save(a, place("a.h5")));
    assert_ok(sci_stats_save(b, place("b.h5")));
    assert_same_files("a.h5", "b.h5");
    sci_stats_free(b);
    assert_ok(sci_stats_load(&b, path));
    assert_ok(sci_stats_save(b, place("c.h5")));
    assert_same_files("a.h5", "c.h5");
    for (int i = 0; i < 3; i++)
        sci_stats_free(tables[i]);
    sci_stats_free(a);
    sci_stats_free(b);
}

/* Version 1 as it was first written: every later version reads it. */
static void
the_first_files_are_still_read(void **state)
{
    static const uint8_t expected[16] = { 0xa8, 0x77, 0x7c, 0x51, 0xde, 0x6f, 0x59, 0xf4,
                                          0x48, 0x07, 0xe4, 0x46, 0x02, 0x30, 0x50, 0xac };
    sci_stats *loaded = NULL;
    uint8_t digest[16];
    char name[60];

    (void)state;
    place_source(path, "tests/golden/stats_v1.h5");
    assert_ok(sci_stats_load(&loaded, path));
    sci_stats_digest(loaded, digest);
    assert_same_bytes(digest, expected, 16, 1);
    assert_count(sci_stats_groups(loaded), 9);
    assert_ok(sci_stats_group_name(loaded, 8, name, sizeof name));
    assert_string_equal(name, "N=scan 2.h5:0 tissue=white");
    assert_count(sci_stats_moments(loaded)[8].count, 2);
    assert_close(sci_moments_mean(&sci_stats_moments(loaded)[8]), 8.5, 0.0, 0.0);
    sci_stats_free(loaded);
}

/* ---- large tables, and rows one by one ---- */

enum { LARGE = 150000 }; /* three blocks */

static sci_stats *
large_table(void)
{
    random_stream r = random_start(66);

    return table_make("N:keep:50000 T:pool:3 C:keep:3", "x.h5", 3, &r);
}

static void
write_rows(const sci_stats *stats, uint64_t step, const char *name)
{
    char temporary[PLACE_ROOM];
    sci_h5_output *out = NULL;
    sci_h5_rows *rows = NULL;
    sci_rows_sink sink;
    sci_stats *head = NULL;

    place_scratch(temporary, name);
    place_write(temporary, "", 0);
    assert_ok(sci_h5_output_create(&out, temporary));
    assert_ok(sci_h5_output_rows(out, "/", &rows, &sink));
    for (uint64_t i = 0; i < stats->n_rows; i += step) {
        uint64_t n = stats->n_rows - i < step ? stats->n_rows - i : step;

        assert_ok(sink.append(sink.context, i, n, stats->moments + i));
    }
    assert_ok(sci_table_copy_head(&head, stats));
    assert_ok(sci_h5_rows_finish(rows, head));
    sci_h5_rows_free(rows);
    sci_stats_free(head);
    assert_ok(sci_h5_output_close(out, false, false));
}

static void
rows_one_by_one_give_the_same_file(void **state)
{
    static const uint64_t steps[] = { 999, 65536, 100000, LARGE };
    sci_stats *large = large_table(), *small = plain_table(), *loaded = NULL;

    (void)state;
    place_scratch_clear();
    assert_ok(sci_stats_save(large, place("a.h5")));
    assert_ok(sci_stats_load(&loaded, path));
    assert_same_table(loaded, large);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        test_context("%d rows at once", (int)steps[i]);
        write_rows(large, steps[i], "b.h5");
        assert_same_files("a.h5", "b.h5");
    }
    assert_ok(sci_stats_save(small, place("a.h5")));
    write_rows(small, 1, "b.h5");
    assert_same_files("a.h5", "b.h5");
    assert_count(place_scratch_count(), 2); /* nothing else is left behind */
    sci_stats_free(loaded);
    sci_stats_free(large);
    sci_stats_free(small);
}

static void
rows_are_read_from_the_file(void **state)
{
    random_stream r = random_start(67);
    sci_stats *large = large_table();
    sci_moments *rows = test_alloc(LARGE, sizeof *rows);
    sci_h5_table *table = NULL;
    sci_rows_source source;
    uint8_t digest[16], expected[16];

    (void)state;
    assert_ok(sci_stats_save(large, place("a.h5")));
    assert_ok(sci_h5_table_open(&table, path));
    source = sci_h5_table_rows(table);
    sci_stats_digest(sci_h5_table_head(table), digest);
    sci_stats_digest(large, expected);
    assert_same_bytes(digest, expected, 16, 1);
    assert_count(sci_stats_groups(sci_h5_table_head(table)), LARGE);
    assert_null(sci_stats_moments(sci_h5_table_head(table)));
    for (int i = 0; i < 100; i++) {
        uint64_t first = random_below(&r, LARGE), n = random_below(&r, LARGE - first + 1);

        n = i % 3 == 0 ? n : n % 50;
        assert_ok(source.read(source.context, first, n, rows));
        assert_same_bytes(rows, large->moments + first, n, sizeof *rows);
    }
    assert_fails(source.read(source.context, LARGE - 1, 2, rows), SCI_ERR_SHAPE);
    assert_fails(source.read(source.context, UINT64_MAX, 2, rows), SCI_ERR_SHAPE);
    sci_h5_table_free(table);
    sci_stats_free(large);
    free(rows);
}

static void
large_running_tables_come_back(void **state)
{
    random_stream r = random_start(68);
    sci_stats *batch = table_make("N:pool:2 C:keep:70000", "x.h5", 1, &r), *running = NULL;
    sci_h5_table *table = NULL;

    (void)state;
    for (uint64_t i = 0; i < batch->n_rows; i++)
        if (batch->moments[i].count == 1)
            batch->moments[i] = sci_moments_empty();
    assert_ok(sci_stats_create_running(&running, batch, SCI_RUNNING_CUMULATIVE));
    assert_ok(sci_stats_update(running, batch, 0.0));
    assert_round_trip(running);
    assert_fails(sci_h5_table_open(&table, path), SCI_ERR_REFUSED);
    sci_stats_free(batch);
    sci_stats_free(running);
}

static void
rows_that_do_not_fit_their_head_are_refused(void **state)
{
    sci_stats *stats = plain_table(), *head = NULL;
    sci_h5_output *out = NULL;
    sci_h5_rows *rows = NULL;
    sci_rows_sink sink;

    (void)state;
    place_write(place("t.h5"), "", 0);
    assert_ok(sci_h5_output_create(&out, path));
    assert_ok(sci_h5_output_rows(out, "/", &rows, &sink));
    assert_fails(sink.append(sink.context, 1, 1, stats->moments), SCI_ERR_ARGUMENT);
    assert_ok(sink.append(sink.context, 0, 1, stats->moments));
    assert_ok(sci_table_copy_head(&head, stats));
    assert_fails(sci_h5_rows_finish(rows, head), SCI_ERR_ARGUMENT);
    assert_message_has("1 rows came for 12 groups");
    sci_h5_rows_free(rows);
    sci_h5_output_free(out);
    sci_stats_free(head);
    sci_stats_free(stats);
}

/* ---- damage ---- */

static hid_t
open_root(void)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);

    assert_that(file >= 0);
    return file;
}

static void
close_root(hid_t file)
{
    assert_that(H5Fclose(file) >= 0);
}

static void
set_number(const char *name, uint64_t value)
{
    hid_t file = open_root(), attribute = H5Aopen(file, name, H5P_DEFAULT);

    assert_that(attribute >= 0 && H5Awrite(attribute, H5T_NATIVE_UINT64, &value) >= 0);
    H5Aclose(attribute);
    close_root(file);
}

static void
set_text(const char *name, const char *value)
{
    hid_t file = open_root(), type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), attribute;

    assert_that(H5Adelete(file, name) >= 0 && H5Tset_size(type, strlen(value) + 1) >= 0);
    attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_that(attribute >= 0 && H5Awrite(attribute, type, value) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    close_root(file);
}

static void
drop_attribute(const char *name)
{
    hid_t file = open_root();

    assert_that(H5Adelete(file, name) >= 0);
    close_root(file);
}

/* Replace a dataset by n numbers as `type` stores them; `numbers` are native doubles. */
static void
replace_column(const char *name, hid_t type, uint64_t n, const double *numbers)
{
    hid_t file = open_root(), space, dataset;
    hsize_t extent = n;

    assert_that(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
    if (numbers != NULL) {
        space = H5Screate_simple(1, &extent, NULL);
        dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        assert_that(dataset >= 0
                    && H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers)
                           >= 0);
        H5Dclose(dataset);
        H5Sclose(space);
    }
    close_root(file);
}

static sci_stats *
save_plain(void)
{
    sci_stats *stats = plain_table();

    assert_ok(sci_stats_save(stats, place("s.h5")));
    return stats;
}

static void
what_is_no_table_is_refused(void **state)
{
    sci_stats *loaded = NULL;

    (void)state;
    assert_fails(sci_stats_load(&loaded, place("absent.h5")), SCI_ERR_IO);
    place_write(place("text.h5"), "index,label\n", 12);
    assert_not_loaded("text.h5' is not an HDF5 file");
    sci_stats_free(save_plain());
    drop_attribute("format");
    assert_not_loaded("s.h5' holds no statistics table");
    sci_stats_free(save_plain());
    set_text("format", "something else");
    assert_not_loaded("s.h5' holds no statistics table");
}

static void
newer_versions_are_refused_clearly(void **state)
{
    (void)state;
    sci_stats_free(save_plain());
    set_number("version", 2);
    assert_not_loaded("s.h5' has version 2 of the statistics format; this program reads up to 1");
    set_number("version", 0);
    assert_not_loaded("version 0");
}

static void
future_kinds_are_refused_by_name(void **state)
{
    static const char *const kinds[] = { "cross-products", "histogram", "private" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        sci_stats_free(save_plain());
        set_text("kind", kinds[i]);
        assert_not_loaded(kinds[i]);
    }
}

static void
every_missing_attribute_is_found(void **state)
{
    static const char *const names[] = {
        "version",  "kind",         "content",      "rows",   "ddof",     "nan",
        "weighted", "masked",       "digests",      "rank",   "axis_0",   "axis_4",
        "shape",    "axis_factors", "factors",      "levels", "factor_0", "factor_2",
        "parts",    "sources",      "segmentation", "shard",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        sci_stats_free(save_plain());
        drop_attribute(names[i]);
        test_context("%s", names[i]);
        assert_not_loaded(names[i]);
        assert_message_has("s.h5");
    }
}

static void
every_missing_dataset_is_found(void **state)
{
    static const char *const names[] = {
        "count",         "weight",   "mean_hi",  "mean_lo",      "m2",
        "min",           "max",      "exponent", "source_names", "source_digests",
        "source_counts", "levels_1", "levels_2",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        sci_stats_free(save_plain());
        replace_column(names[i], H5T_IEEE_F64LE, 0, NULL);
        test_context("%s", names[i]);
        assert_not_loaded(names[i]);
    }
}

static void
every_changed_attribute_is_found(void **state)
{
    static const struct {
        const char *name;
        uint64_t value;
    } numbers[] = { { "rows", 11 },    { "rows", UINT64_MAX }, { "ddof", 1 },    { "ddof", 2 },
                    { "weighted", 1 }, { "masked", 1 },        { "rank", 4 },    { "rank", 33 },
                    { "factors", 2 },  { "parts", 2 },         { "sources", 0 }, { "sources", 2 },
                    { "shard", 1 } };
    static const struct {
        const char *name, *value;
    } texts[] = { { "nan", "ignore" },
                  { "nan", "never" },
                  { "kind", "running" },
                  { "digests", "sha256" },
                  { "axis_1", "U" },
                  { "factor_0", "integers" },
                  { "factor_1", "keep" },
                  { "factor_2", "texts" },
                  { "factor_2", "words" },
                  { "content", "xxh3:00" },
                  { "content", "xxh3:0123456789abcdef0123456789abcdeg" },
                  { "content", "xxh3:0123456789abcdef0123456789abcdef" } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        sci_stats_free(save_plain());
        set_number(numbers[i].name, numbers[i].value);
        test_context("%s", numbers[i].name);
        assert_not_loaded("s.h5");
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        sci_stats_free(save_plain());
        set_text(texts[i].name, texts[i].value);
        test_context("%s = %s", texts[i].name, texts[i].value);
        assert_not_loaded("s.h5");
    }
}

static void
columns_of_another_type_or_length_are_refused(void **state)
{
    sci_stats *stats = save_plain();
    double numbers[13] = { 0.0 };

    (void)state;
    replace_column("m2", H5T_IEEE_F32LE, 12, numbers);
    assert_not_loaded("has elements of type f4, not f8");
    sci_stats_free(save_plain());
    replace_column("m2", H5T_IEEE_F64LE, 13, numbers);
    assert_not_loaded("does not have the shape");
    sci_stats_free(save_plain());
    replace_column("exponent", H5T_STD_I64LE, 12, numbers);
    assert_not_loaded("has elements of type i8, not i4");
    sci_stats_free(stats);
}

static void
changed_columns_are_found_by_the_digest(void **state)
{
    sci_stats *stats = save_plain();
    double numbers[12];

    (void)state;
    for (int i = 0; i < 12; i++)
        numbers[i] = stats->moments[i].mean_hi;
    replace_column("mean_hi", H5T_IEEE_F64LE, 12, numbers);
    {
        sci_stats *loaded = NULL; /* the same numbers are the same table */

        assert_ok(sci_stats_load(&loaded, path));
        assert_same_table(loaded, stats);
        sci_stats_free(loaded);
    }
    for (int i = 0; i < 12; i++)
        if (stats->moments[i].count > 0)
            numbers[i] += 1e-3;
    replace_column("mean_hi", H5T_IEEE_F64LE, 12, numbers);
    assert_not_loaded("s.h5' is damaged: its content does not have the digest that it names");
    sci_stats_free(stats);
}

static void
columns_in_the_other_byte_order_are_read(void **state)
{
    sci_stats *stats = save_plain(), *loaded = NULL;
    double numbers[12];

    (void)state;
    for (int i = 0; i < 12; i++)
        numbers[i] = stats->moments[i].mean_hi;
    replace_column("mean_hi", H5T_IEEE_F64BE, 12, numbers);
    for (int i = 0; i < 12; i++)
        numbers[i] = (double)stats->moments[i].count;
    replace_column("count", H5T_STD_U64BE, 12, numbers);
    for (int i = 0; i < 12; i++)
        numbers[i] = (double)stats->moments[i].exponent;
    replace_column("exponent", H5T_STD_I32BE, 12, numbers);
    assert_ok(sci_stats_load(&loaded, path));
    assert_same_table(loaded, stats);
    sci_stats_free(loaded);
    sci_stats_free(stats);
}

/* ---- tables that cannot be ---- */

static void
weight_without_members(sci_moments *row)
{
    *row = sci_moments_empty();
    row->weight = 2.0;
}

static void
weight_of_others(sci_moments *row)
{
    row->weight += 1.0;
}

static void
negative_spread(sci_moments *row)
{
    row->m2 = -1.0;
}

static void
crossed_range(sci_moments *row)
{
    row->max = row->min - 1.0;
}

static void
half_nan_range(sci_moments *row)
{
    row->max = (double)NAN;
}

static void
far_exponent(sci_moments *row)
{
    row->exponent = 1001;
}

static void
other_nan(sci_moments *row)
{
    const uint64_t bits = UINT64_C(0x7ff8000000000001);

    memcpy(&row->mean_lo, &bits, sizeof bits);
}

static void
rows_that_cannot_be_are_not_saved(void **state)
{
    static const struct {
        void (*change)(sci_moments *row);
        const char *message;
    } cases[] = { { weight_without_members, "it has no members, but values" },
                  { weight_of_others, "its weight is not its count" },
                  { negative_spread, "its sum of squares is negative" },
                  { crossed_range, "its minimum is above its maximum" },
                  { half_nan_range, "its minimum is above its maximum" },
                  { far_exponent, "its exponent is out of range" },
                  { other_nan, "a NaN is not the canonical one" } };

    (void)state;
    place_scratch_clear();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        sci_stats *stats = plain_table();
        uint64_t row = 0;

        while (stats->moments[row].count == 0)
            row++;
        test_context("%s", cases[i].message);
        cases[i].change(&stats->moments[row]);
        assert_fails(sci_stats_save(stats, place("s.h5")), SCI_ERR_FORMAT);
        assert_message_has(cases[i].message);
        assert_message_has("group 'N=");
        assert_count(place_scratch_count(), 0);
        sci_stats_free(stats);
    }
}

static void
running_rows_that_cannot_be_are_not_saved(void **state)
{
    random_stream r = random_start(69);
    sci_stats *like = table_make("N:pool:2 C:keep:2", "x.h5", 1, &r), *running = NULL;

    (void)state;
    assert_ok(sci_stats_create_running(&running, like, SCI_RUNNING_EXPONENTIAL));
    running->running[1].variance = -1.0;
    assert_fails(sci_stats_save(running, place("s.h5")), SCI_ERR_FORMAT);
    assert_message_has("group 'C=1': its variance is negative");
    running->running[1] = (sci_running){ .variance = 1.0, .steps = 1 };
    assert_fails(sci_stats_save(running, path), SCI_ERR_FORMAT);
    assert_message_has("more steps than the table");
    sci_stats_free(running);
    sci_stats_free(like);
}

/* ---- replacing ---- */

static void
saving_replaces_the_old_table(void **state)
{
    random_stream r = random_start(70);
    sci_stats *old = save_plain(), *new = table_make("N:pool:1 C:keep:3", "y.h5", 2, &r);
    sci_stats *loaded = NULL;

    (void)state;
    place_scratch_clear();
    assert_ok(sci_stats_save(old, path));
    assert_ok(sci_stats_save(new, path));
    assert_ok(sci_stats_load(&loaded, path));
    assert_same_table(loaded, new);
    assert_count(place_scratch_count(), 1);
    sci_stats_free(loaded);
    sci_stats_free(old);
    sci_stats_free(new);
}

/* ---- faults ---- */

typedef struct saving {
    const sci_stats *stats;
    const char *path;
} saving;

static sci_status
save_and_load(void *context)
{
    const saving *s = context;
    sci_stats *loaded = NULL;
    sci_status st = sci_stats_save(s->stats, s->path);

    if (st == SCI_OK)
        st = sci_stats_load(&loaded, s->path);
    sci_stats_free(loaded);
    return st;
}

static sci_status
read_some_rows(void *context)
{
    const saving *s = context;
    sci_moments rows[4];
    sci_rows_source source;
    sci_h5_table *table = NULL;
    sci_status st = sci_h5_table_open(&table, s->path);

    if (st == SCI_OK) {
        source = sci_h5_table_rows(table);
        st = source.read(source.context, 2, 4, rows);
    }
    sci_h5_table_free(table);
    return st;
}

/* Thousands of files are written: nobody needs them after a crash. */
static int
no_fsync(int fd)
{
    (void)fd;
    return 0;
}

static void
files_survive_failed_allocations(void **state)
{
    sci_file_ops ops = *sci_file_ops_get();
    sci_stats *tables[2] = { plain_table(), shard_table(2, 9) };
    saving s = { .path = place("s.h5") };

    (void)state;
    ops.fsync = no_fsync;
    sci_file_ops_set(&ops);
    for (int i = 0; i < 2; i++) {
        s.stats = tables[i];
        survives_allocations(save_and_load, &s);
        survives_allocations(read_some_rows, &s);
        sci_stats_free(tables[i]);
    }
    sci_file_ops_set(NULL);
}

static void
files_survive_failed_calls(void **state)
{
    sci_stats *stats = plain_table();
    saving s = { .stats = stats, .path = place("s.h5") };

    (void)state;
    place_scratch_clear();
    survives_files(save_and_load, &s);
    survives_files(read_some_rows, &s);
    assert_count(place_scratch_count(), 1); /* no temporary is left */
    sci_stats_free(stats);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_come_back_as_they_were),
        cmocka_unit_test(parameters_come_back),
        cmocka_unit_test(propagated_nan_comes_back),
        cmocka_unit_test(merged_tables_come_back),
        cmocka_unit_test(running_tables_come_back),
        cmocka_unit_test(shards_come_back),
        cmocka_unit_test(tables_live_in_groups_too),
        cmocka_unit_test(equal_tables_give_equal_files),
        cmocka_unit_test(the_first_files_are_still_read),
        cmocka_unit_test(rows_one_by_one_give_the_same_file),
        cmocka_unit_test(rows_are_read_from_the_file),
        cmocka_unit_test(large_running_tables_come_back),
        cmocka_unit_test(rows_that_do_not_fit_their_head_are_refused),
        cmocka_unit_test(what_is_no_table_is_refused),
        cmocka_unit_test(newer_versions_are_refused_clearly),
        cmocka_unit_test(future_kinds_are_refused_by_name),
        cmocka_unit_test(every_missing_attribute_is_found),
        cmocka_unit_test(every_missing_dataset_is_found),
        cmocka_unit_test(every_changed_attribute_is_found),
        cmocka_unit_test(columns_of_another_type_or_length_are_refused),
        cmocka_unit_test(changed_columns_are_found_by_the_digest),
        cmocka_unit_test(columns_in_the_other_byte_order_are_read),
        cmocka_unit_test(rows_that_cannot_be_are_not_saved),
        cmocka_unit_test(running_rows_that_cannot_be_are_not_saved),
        cmocka_unit_test(saving_replaces_the_old_table),
        cmocka_unit_test(files_survive_failed_allocations),
        cmocka_unit_test(files_survive_failed_calls),
    };

    return run_all(tests);
}
