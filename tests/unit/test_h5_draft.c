/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outputs that are put together in memory: HDF5 reads and changes them as it does its own files, and
 * what the disk did not keep is noticed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/h5_look.h>
#include <sci/memory.h>

#include "io/h5_draft_priv.h"
#include "support/h5file.h"
#include "support/place.h"
#include "support/random.h"
#include "support/tables.h"
#include "support/testing.h"

static sci_h5_output *
begin(char *path, const char *name)
{
    sci_h5_output *out = NULL;

    place_scratch(path, name);
    place_write(path, "", 0);
    assert_ok(sci_h5_output_draft(&out, path));
    return out;
}

static sci_status
put_dataset(sci_h5_output *out, const char *name, const sci_array *array,
            const sci_h5_layout *layout, const void *values)
{
    sci_sink *sink = NULL;
    uint64_t count = 0;
    sci_status st = sci_h5_output_dataset(out, name, array, layout, NULL, &sink);

    if (st == SCI_OK)
        st = sci_array_count(array, &count);
    if (st == SCI_OK)
        memcpy(sink->ops->address(sink, 0, count), values, count * sci_type_size(array->type));
    sci_sink_free(sink);
    return st;
}

static void
assert_dataset(const char *path, const char *name, const sci_array *array,
               const sci_h5_layout *layout, const void *values)
{
    size_t size = sci_type_size(array->type);
    sci_source *source = NULL;
    sci_h5_layout stored;
    uint64_t count = 0;
    void *read;

    assert_ok(sci_array_count(array, &count));
    assert_ok(sci_h5_source_open(&source, path, name, NULL));
    assert_that(source->array.type == array->type && source->array.rank == array->rank);
    assert_same_bytes(source->array.shape, array->shape, (uint64_t)array->rank, sizeof(uint64_t));
    sci_h5_source_layout(source, &stored);
    assert_that(stored.chunked == layout->chunked);
    if (layout->chunked)
        assert_same_bytes(stored.chunk, layout->chunk, (uint64_t)array->rank, sizeof(uint64_t));
    read = test_alloc(count, size);
    assert_ok(sci_source_read(source, 0, count, read));
    assert_same_bytes(read, values, count, size);
    free(read);
    sci_source_free(source);
}

/* ---- datasets ---- */

static sci_array
random_array(random_stream *r, sci_h5_layout *layout)
{
    sci_array a = { .rank = (int)random_between(r, 0, 4), .type = (sci_type)random_below(r, 11) };

    *layout = (sci_h5_layout){ .chunked = a.rank > 0 && random_below(r, 4) > 0 };
    for (int i = 0; i < a.rank; i++) {
        a.shape[i] = 1 + random_below(r, 9);
        layout->chunk[i] = 1 + random_below(r, a.shape[i]);
    }
    if (!sci_h5_draft_holds(&a, layout))
        layout->chunked = false;
    return a;
}

static void
datasets_of_any_type_and_shape_are_read_back(void **state)
{
    enum { DATASETS = 40, ROUNDS = 20 };
    random_stream r = random_start(1);
    char path[PLACE_ROOM], name[DATASETS][32];

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        sci_array arrays[DATASETS];
        sci_h5_layout layouts[DATASETS];
        void *values[DATASETS];
        sci_h5_output *out = begin(path, "any.h5");

        for (int k = 0; k < DATASETS; k++) {
            (void)snprintf(name[k], sizeof name[k], k % 3 > 0 ? "/d%d" : "/g/deep/%d", k);
            arrays[k] = random_array(&r, &layouts[k]);
            values[k] = h5file_values(&arrays[k], random_bits(&r));
            assert_ok(put_dataset(out, name[k], &arrays[k], &layouts[k], values[k]));
        }
        assert_ok(sci_h5_output_close(out, true, true));
        for (int k = 0; k < DATASETS; k++) {
            test_context("round %d, dataset %d", round, k);
            assert_dataset(path, name[k], &arrays[k], &layouts[k], values[k]);
            free(values[k]);
        }
    }
}

static void
as_many_chunks_as_a_draft_holds_are_found(void **state)
{
    sci_array array = { .rank = 2, .shape = { 64, 5 }, .type = SCI_FLOAT32 };
    sci_h5_layout layout = { .chunked = true, .chunk = { 1, 5 } };
    char path[PLACE_ROOM];
    sci_h5_output *out = begin(path, "many.h5");
    void *values = h5file_values(&array, 7);

    (void)state;
    assert_ok(put_dataset(out, "/x", &array, &layout, values));
    assert_ok(sci_h5_output_close(out, false, false));
    assert_dataset(path, "/x", &array, &layout, values);
    free(values);
    array.shape[0] = 65;
    assert_that(!sci_h5_draft_holds(&array, &layout));
}

static void
what_a_draft_does_not_hold_is_refused(void **state)
{
    const sci_array large = { .rank = 1, .shape = { (1 << 20) + 1 }, .type = SCI_UINT8 };
    const sci_array small = { .rank = 1, .shape = { 4 }, .type = SCI_UINT8 };
    const sci_array none = { .rank = 1, .shape = { 0 }, .type = SCI_UINT8 };
    const sci_h5_layout flat = { 0 }, packed = { .chunked = true, .chunk = { 4 }, .deflate = 1 };
    const sci_h5_layout wide = { .chunked = true, .chunk = { 5 } };
    char path[PLACE_ROOM];
    sci_h5_output *out = begin(path, "refused.h5");
    const uint8_t values[4] = { 1, 2, 3, 4 };

    (void)state;
    assert_that(!sci_h5_draft_holds(&large, &flat));
    assert_that(!sci_h5_draft_holds(&none, &flat));
    assert_that(!sci_h5_draft_holds(&small, &packed));
    assert_that(!sci_h5_draft_holds(&small, &wide));
    assert_fails(put_dataset(out, "/x", &small, &packed, values), SCI_ERR_ARGUMENT);
    assert_ok(sci_h5_output_array(out, "/x", &small, values));
    assert_fails(sci_h5_output_array(out, "/x", &small, values), SCI_ERR_EXISTS);
    assert_fails(sci_h5_output_array(out, "/x/y", &small, values), SCI_ERR_ARGUMENT);
    assert_fails(sci_h5_output_text(out, "/y", "a", "b"), SCI_ERR_NOTFOUND);
    sci_h5_output_free(out);
}

/* ---- attributes and tables ---- */

static void
attributes_are_read_back_and_the_last_of_a_name_counts(void **state)
{
    char path[PLACE_ROOM], *text = NULL;
    sci_h5_output *out = begin(path, "attributes.h5");
    sci_h5_file *file = NULL;
    int64_t integer = 0;
    double number = 0.0;

    (void)state;
    assert_ok(sci_h5_output_group(out, "/a/b"));
    assert_ok(sci_h5_output_text(out, "/", "empty", ""));
    assert_ok(sci_h5_output_text(out, "/a/b", "text", "first"));
    assert_ok(sci_h5_output_number(out, "/a/b", "number", -0.5));
    assert_ok(sci_h5_output_text(out, "/a/b", "text", "größer"));
    assert_ok(sci_h5_output_integer(out, "/a", "integer", INT64_MIN));
    assert_ok(sci_h5_output_close(out, true, false));
    assert_ok(sci_h5_file_open(&file, path));
    assert_ok(sci_h5_file_text(file, "/", "empty", &text));
    assert_string_equal(text, "");
    sci_free(text);
    assert_ok(sci_h5_file_text(file, "/a/b", "text", &text));
    assert_string_equal(text, "größer");
    sci_free(text);
    assert_ok(sci_h5_file_number(file, "/a/b", "number", &number));
    assert_close(number, -0.5, 0.0, 0.0);
    assert_ok(sci_h5_file_integer(file, "/a", "integer", &integer));
    assert_that(integer == INT64_MIN);
    sci_h5_file_close(file);
}

static void
a_text_that_hdf5_cannot_hold_is_refused(void **state)
{
    char path[PLACE_ROOM], *text = test_alloc(70000, 1);
    sci_h5_output *out = begin(path, "long.h5");

    (void)state;
    memset(text, 'x', 69999);
    text[69999] = '\0';
    assert_ok(sci_h5_output_text(out, "/", "long", text));
    assert_fails(sci_h5_output_close(out, false, false), SCI_ERR_REFUSED);
    free(text);
}

static void
a_table_is_loaded_as_it_was(void **state)
{
    random_stream r = random_start(2);
    char path[PLACE_ROOM], *where = NULL;
    sci_h5_output *out = begin(path, "table.h5");
    sci_stats *table = table_make("N:keep:3 F:texts:a,b", "b.h5", 2, &r), *loaded = NULL;

    (void)state;
    assert_ok(sci_h5_output_stats(out, "/stats", table));
    assert_ok(sci_h5_output_close(out, true, true));
    assert_ok(sci_format(&where, "%s:/stats", path));
    assert_ok(sci_stats_load(&loaded, where));
    assert_same_table(loaded, table);
    sci_free(where);
    sci_stats_free(loaded);
    sci_stats_free(table);
}

/* ---- HDF5 itself ---- */

/* Everything that one may do to a file that HDF5 has made. */
static void
hdf5_goes_on_writing_where_a_draft_ended(void **state)
{
    const sci_array array = { .rank = 1, .shape = { 3 }, .type = SCI_INT16 };
    const sci_h5_layout flat = { 0 };
    const int16_t values[3] = { -1, 0, 1 };
    char path[PLACE_ROOM], name[16];
    sci_h5_output *out = begin(path, "more.h5");
    sci_h5_file *file = NULL;
    int64_t integer = 0;
    hid_t id, group;

    (void)state;
    assert_ok(sci_h5_output_array(out, "/g/x", &array, values));
    assert_ok(sci_h5_output_integer(out, "/g", "there", 4));
    assert_ok(sci_h5_output_close(out, false, false));
    id = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    h5file_check(id);
    group = H5Gopen2(id, "g", H5P_DEFAULT);
    for (int k = 0; k < 40; k++) {
        (void)snprintf(name, sizeof name, "m%d", k);
        h5_close(H5Gcreate2(group, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        assert_ok(h5_attribute_write(group, path, name, H5T_NATIVE_INT, -1, &k));
    }
    h5file_check(H5Ldelete(group, "m7", H5P_DEFAULT));
    h5_close(group);
    h5file_close(id);
    assert_dataset(path, "/g/x", &array, &flat, values);
    assert_ok(sci_h5_file_open(&file, path));
    assert_ok(sci_h5_file_integer(file, "/g", "there", &integer));
    assert_that(integer == 4);
    assert_ok(sci_h5_file_integer(file, "/g", "m39", &integer));
    assert_that(integer == 39);
    sci_h5_file_close(file);
}

enum difference { NOTHING, AN_ELEMENT, A_SHAPE, A_TYPE, A_NUMBER, A_TEXT, A_MEMBER, DIFFERENCES };

static void
make_draft(h5_draft *draft, enum difference what)
{
    sci_array array = { .rank = 2, .shape = { 2, 3 }, .type = SCI_INT32 };
    int32_t values[6] = { 1, 2, 3, 4, 5, what == AN_ELEMENT ? 7 : 6 };
    double number = what == A_NUMBER ? 0.5 : 0.25;

    *draft = (h5_draft){ .name = "x.h5" };
    if (what == A_SHAPE)
        array.shape[0] = 3, array.shape[1] = 2;
    if (what == A_TYPE)
        array = (sci_array){ .rank = 2, .shape = { 2, 3 }, .type = SCI_INT16 };
    assert_ok(h5_draft_array(draft, "/a/x", &array, values));
    assert_ok(h5_draft_numbers(draft, "/a", "number", SCI_FLOAT64, -1, &number));
    assert_ok(h5_draft_text(draft, "/a/x", "text", what == A_TEXT ? "values" : "value"));
    if (what == A_MEMBER)
        assert_ok(h5_draft_group(draft, "/a/y"));
}

static void
what_hdf5_finds_in_a_file_is_compared_with_the_draft(void **state)
{
    char path[PLACE_ROOM];
    h5_draft draft;
    int fd;

    (void)state;
    place_scratch(path, "compared.h5");
    place_write(path, "", 0);
    fd = open(path, O_RDWR);
    make_draft(&draft, NOTHING);
    assert_ok(h5_draft_store(&draft, fd));
    h5_draft_clear(&draft);
    for (enum difference what = NOTHING; what < DIFFERENCES; what++) {
        test_context("difference %d", (int)what);
        make_draft(&draft, what);
        if (what == NOTHING)
            assert_ok(h5_draft_verify(&draft, path));
        else
            assert_fails(h5_draft_verify(&draft, path), SCI_ERR_IO);
        h5_draft_clear(&draft);
    }
    (void)close(fd);
}

/* ---- faults ---- */

static sci_status
write_all(void *context)
{
    const sci_array array = { .rank = 2, .shape = { 5, 7 }, .type = SCI_FLOAT32 };
    const sci_h5_layout layout = { .chunked = true, .chunk = { 2, 7 } };
    const float values[35] = { 1.0f };
    sci_h5_output *out = NULL;
    sci_status st = sci_h5_output_draft(&out, context);

    if (st == SCI_OK)
        st = put_dataset(out, "/a/x", &array, &layout, values);
    if (st == SCI_OK)
        st = sci_h5_output_array(out, "/y", &array, values);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/a", "text", "value");
    if (st == SCI_OK)
        return sci_h5_output_close(out, true, true);
    sci_h5_output_free(out);
    return st;
}

static void
a_draft_survives_a_lack_of_memory_and_failing_files(void **state)
{
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "faults.h5");
    place_write(path, "", 0);
    survives_allocations(write_all, path);
    survives_files(write_all, path);
}

/* A disk that keeps something else than it was given. */
static ssize_t
read_wrongly(int fd, void *buffer, size_t bytes, off_t offset)
{
    ssize_t n = pread(fd, buffer, bytes, offset);

    if (n > 100)
        ((unsigned char *)buffer)[n - 1] ^= 1;
    return n;
}

static void
bytes_that_the_disk_changed_are_noticed(void **state)
{
    sci_file_ops ops = *sci_file_ops_get();
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "changed.h5");
    place_write(path, "", 0);
    ops.pread = read_wrongly;
    sci_file_ops_set(&ops);
    assert_fails(write_all(path), SCI_ERR_IO);
    assert_message_has("was not written completely");
    sci_file_ops_set(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datasets_of_any_type_and_shape_are_read_back),
        cmocka_unit_test(as_many_chunks_as_a_draft_holds_are_found),
        cmocka_unit_test(what_a_draft_does_not_hold_is_refused),
        cmocka_unit_test(attributes_are_read_back_and_the_last_of_a_name_counts),
        cmocka_unit_test(a_text_that_hdf5_cannot_hold_is_refused),
        cmocka_unit_test(a_table_is_loaded_as_it_was),
        cmocka_unit_test(hdf5_goes_on_writing_where_a_draft_ended),
        cmocka_unit_test(what_hdf5_finds_in_a_file_is_compared_with_the_draft),
        cmocka_unit_test(a_draft_survives_a_lack_of_memory_and_failing_files),
        cmocka_unit_test(bytes_that_the_disk_changed_are_noticed),
    };

    return run_all(tests);
}
