/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking into files: attributes, listings, chunks as they are stored, and second thoughts about
 * an output. */
#include <stdlib.h>
#include <string.h>

#include <sci/h5_look.h>
#include <sci/memory.h>

#include "support/h5file.h"
#include "support/place.h"
#include "support/tables.h"
#include "support/testing.h"

/* 5 × 4 in chunks of 2 × 3: three bands of two chunks. */
static const sci_array grid_array = { .rank = 2, .shape = { 5, 4 }, .type = SCI_INT32 };
static const sci_h5_layout grid_layout = {
    .chunked = true, .chunk = { 2, 3 }, .shuffle = true, .deflate = 4
};

static sci_h5_output *
begin(char *path, const char *name)
{
    sci_h5_output *out = NULL;

    place_scratch(path, name);
    place_write(path, "", 0);
    assert_ok(sci_h5_output_create(&out, path));
    return out;
}

/* Store elements [first, end) of 0, 1, 2, … into a new dataset. */
static void
write_numbers(sci_h5_output *out, const char *path, const sci_array *array,
              const sci_h5_layout *layout, uint64_t first, uint64_t end)
{
    sci_sink *sink = NULL;
    int32_t values[20];
    sci_piece piece = { .first = first, .count = end - first, .bytes = values };

    for (uint64_t i = first; i < end; i++)
        values[i - first] = (int32_t)i;
    assert_ok(sci_h5_output_dataset(out, path, array, layout, NULL, &sink));
    assert_ok(sink->ops->start(sink, first, end, 1));
    if (sink->ops->prepare != NULL)
        assert_ok(sink->ops->prepare(sink, &piece));
    for (size_t task = 0; task < piece.n_tasks; task++)
        assert_ok(sink->ops->encode(sink, &piece, task, 0));
    assert_ok(sink->ops->store(sink, &piece));
    if (sink->ops->release != NULL)
        sink->ops->release(sink, &piece);
    assert_ok(sink->ops->finish(sink));
    sci_sink_free(sink);
}

/* ---- attributes ---- */

static void
attributes_are_read_back(void **state)
{
    char path[PLACE_ROOM], *text = NULL;
    sci_h5_output *out = begin(path, "attributes.h5");
    sci_h5_file *file = NULL;
    int64_t integer = 0;
    double number = 0.0;
    bool there = true;

    (void)state;
    assert_ok(sci_h5_output_group(out, "/a/b"));
    assert_ok(sci_h5_output_group(out, "/a/b")); /* it is there already */
    assert_ok(sci_h5_output_text(out, "/a/b", "text", "höhe"));
    assert_ok(sci_h5_output_number(out, "/a/b", "number", 0.1));
    assert_ok(sci_h5_output_integer(out, "/a", "integer", INT64_MIN));
    assert_ok(sci_h5_output_close(out, false, false));
    assert_ok(sci_h5_file_open(&file, path));
    assert_ok(sci_h5_file_text(file, "/a/b", "text", &text));
    assert_string_equal(text, "höhe");
    assert_ok(sci_h5_file_number(file, "/a/b", "number", &number));
    assert_that(number == 0.1);
    assert_ok(sci_h5_file_integer(file, "/a", "integer", &integer));
    assert_that(integer == INT64_MIN);
    assert_fails(sci_h5_file_integer(file, "/a", "none", &integer), SCI_ERR_NOTFOUND);
    assert_fails(sci_h5_file_integer(file, "/none", "integer", &integer), SCI_ERR_NOTFOUND);
    assert_ok(sci_h5_file_has(file, "/a/b", &there));
    assert_that(there);
    assert_ok(sci_h5_file_has(file, "/a/c", &there));
    assert_that(!there);
    sci_free(text);
    sci_h5_file_close(file);
}

static void
what_was_removed_is_gone(void **state)
{
    char path[PLACE_ROOM];
    sci_h5_output *out = begin(path, "removed.h5");
    sci_h5_file *file = NULL;
    bool there = true;
    double number;

    (void)state;
    assert_ok(sci_h5_output_group(out, "/a/b"));
    assert_ok(sci_h5_output_remove(out, "/a/b"));
    assert_ok(sci_h5_output_remove(out, "/a/b"));
    assert_ok(sci_h5_output_remove(out, "/x/y/z"));
    assert_ok(sci_h5_output_number(out, "/a", "number", 1.0));
    assert_ok(sci_h5_output_forget(out, "/a", "number"));
    assert_ok(sci_h5_output_forget(out, "/a", "number"));
    assert_ok(sci_h5_output_close(out, false, false));
    assert_ok(sci_h5_file_open(&file, path));
    assert_ok(sci_h5_file_has(file, "/a/b", &there));
    assert_that(!there);
    assert_fails(sci_h5_file_number(file, "/a", "number", &number), SCI_ERR_NOTFOUND);
    sci_h5_file_close(file);
}

static void
a_source_tells_the_attributes_of_its_dataset(void **state)
{
    char path[PLACE_ROOM], *text = NULL;
    sci_h5_output *out = begin(path, "source.h5");
    sci_source *source = NULL, *memory = NULL;
    int32_t nothing = 0;
    const sci_array single = { .rank = 0, .type = SCI_INT32 };

    (void)state;
    write_numbers(out, "/x", &grid_array, &grid_layout, 0, 20);
    assert_ok(sci_h5_output_text(out, "/x", "unit", "mm"));
    assert_ok(sci_h5_output_close(out, true, false));
    assert_ok(sci_h5_source_open(&source, path, "/x", NULL));
    assert_ok(sci_h5_source_text(source, "unit", &text));
    assert_string_equal(text, "mm");
    sci_free(text);
    assert_fails(sci_h5_source_text(source, "none", &text), SCI_ERR_NOTFOUND);
    assert_ok(sci_source_memory(&memory, &single, &nothing, "m"));
    assert_fails(sci_h5_source_text(memory, "unit", &text), SCI_ERR_ARGUMENT);
    sci_source_free(memory);
    sci_source_free(source);
}

/* ---- listings ---- */

static sci_status
count_items(void *context, const sci_h5_item *item)
{
    int *kinds = context;

    kinds[item->kind]++;
    return strcmp(item->path, "/stop") == 0 ? SCI_ERR_INTERRUPTED : SCI_OK;
}

static void
every_link_is_listed_once_and_none_is_followed_out(void **state)
{
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "list.h5", 0), type;
    const int32_t values[20] = { 0 };
    sci_h5_file *look = NULL;
    int kinds[5] = { 0 };

    (void)state;
    h5_close(h5file_dataset(file, "x", &grid_array, &(h5file_storage){ 0 }, values));
    h5_close(H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_hard(file, "/", file, "/g/loop", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_soft("/nowhere", file, "soft", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_external("other.h5", "/x", file, "outside", H5P_DEFAULT, H5P_DEFAULT));
    type = H5Tcopy(H5T_NATIVE_INT);
    h5file_check(H5Tcommit2(file, "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    h5_close(type);
    h5file_close(file);
    assert_ok(sci_h5_file_open(&look, path));
    assert_ok(sci_h5_file_list(look, "/", count_items, kinds));
    assert_int_equal(kinds[SCI_H5_GROUP], 3); /* the root, g, and the loop */
    assert_int_equal(kinds[SCI_H5_DATASET], 1);
    assert_int_equal(kinds[SCI_H5_DATATYPE], 1);
    assert_int_equal(kinds[SCI_H5_SOFT_LINK], 1);
    assert_int_equal(kinds[SCI_H5_FOREIGN_LINK], 1);
    sci_h5_file_close(look);
}

static void
the_visitor_can_end_a_listing(void **state)
{
    char path[PLACE_ROOM];
    sci_h5_output *out = begin(path, "stop.h5");
    sci_h5_file *look = NULL;
    int kinds[5] = { 0 };

    (void)state;
    assert_ok(sci_h5_output_group(out, "/a"));
    assert_ok(sci_h5_output_group(out, "/stop"));
    assert_ok(sci_h5_output_group(out, "/z"));
    assert_ok(sci_h5_output_close(out, false, false));
    assert_ok(sci_h5_file_open(&look, path));
    assert_int_equal(sci_h5_file_list(look, "/", count_items, kinds), SCI_ERR_INTERRUPTED);
    assert_int_equal(kinds[SCI_H5_GROUP], 3);
    sci_h5_file_close(look);
}

/* ---- chunks ---- */

/* Bands [first, end) of the grid in a file of their own; the digest of their chunks. */
static void
write_bands(char *path, const char *name, uint64_t first, uint64_t end, uint8_t digest[16])
{
    sci_h5_output *out = begin(path, name);
    uint64_t last = end * 8 < 20 ? end * 8 : 20;

    write_numbers(out, "/x", &grid_array, &grid_layout, first * 8, last);
    assert_ok(sci_h5_output_chunks_digest(out, "/x", first * 2, (end - first) * 2, digest));
    assert_fails(sci_h5_output_chunks_digest(out, "/none", 0, 1, digest), SCI_ERR_NOTFOUND);
    assert_ok(sci_h5_output_close(out, true, false));
}

static void
copied_chunks_are_the_whole(void **state)
{
    char one[PLACE_ROOM], two[PLACE_ROOM], path[PLACE_ROOM];
    uint8_t digests[2][16], digest[16];
    sci_h5_file *files[2] = { NULL, NULL };
    sci_h5_output *out;
    sci_sink *sink = NULL;
    sci_source *source = NULL;
    int32_t values[20];

    (void)state;
    write_bands(one, "one.h5", 0, 1, digests[0]);
    write_bands(two, "two.h5", 1, 3, digests[1]);
    assert_ok(sci_h5_file_open(&files[0], one));
    assert_ok(sci_h5_file_open(&files[1], two));
    out = begin(path, "whole.h5");
    assert_ok(sci_h5_output_dataset(out, "/x", &grid_array, &grid_layout, NULL, &sink));
    sci_sink_free(sink);
    assert_ok(sci_h5_output_chunks_copy(out, "/x", files[1], "/x", 2, 4, digest));
    assert_memory_equal(digest, digests[1], 16);
    assert_ok(sci_h5_output_chunks_copy(out, "/x", files[0], "/x", 0, 2, digest));
    assert_memory_equal(digest, digests[0], 16);
    assert_ok(sci_h5_file_chunks_digest(files[0], "/x", 0, 2, digest));
    assert_memory_equal(digest, digests[0], 16);
    assert_ok(sci_h5_output_close(out, true, false));
    assert_ok(sci_h5_source_open(&source, path, "/x", NULL));
    assert_ok(sci_source_read(source, 0, 20, values));
    for (int i = 0; i < 20; i++)
        assert_int_equal(values[i], i);
    sci_source_free(source);
    sci_h5_file_close(files[1]);
    sci_h5_file_close(files[0]);
}

static void
chunks_that_are_not_there_or_unlike_are_refused(void **state)
{
    char one[PLACE_ROOM], path[PLACE_ROOM];
    const sci_h5_layout other = { .chunked = true, .chunk = { 2, 4 } };
    uint8_t digest[16];
    sci_h5_file *file = NULL;
    sci_h5_output *out;
    sci_sink *sink = NULL;

    (void)state;
    write_bands(one, "part.h5", 0, 1, digest);
    assert_ok(sci_h5_file_open(&file, one));
    assert_fails(sci_h5_file_chunks_digest(file, "/x", 2, 2, digest), SCI_ERR_FORMAT);
    assert_message_has("chunk 2 was not written");
    assert_fails(sci_h5_file_chunks_digest(file, "/x", 5, 2, digest), SCI_ERR_REFUSED);
    out = begin(path, "unlike.h5");
    assert_ok(sci_h5_output_dataset(out, "/y", &grid_array, &other, NULL, &sink));
    sci_sink_free(sink);
    assert_fails(sci_h5_output_chunks_copy(out, "/y", file, "/x", 0, 2, digest), SCI_ERR_SHAPE);
    assert_fails(sci_h5_output_chunks_copy(out, "/z", file, "/x", 0, 2, digest), SCI_ERR_NOTFOUND);
    sci_h5_output_free(out);
    sci_h5_file_close(file);
}

/* ---- faults ---- */

static sci_status
ignore_item(void *context, const sci_h5_item *item)
{
    (void)context;
    (void)item;
    return SCI_OK;
}

static sci_status
look_once(void *context)
{
    sci_h5_file *file = NULL;
    char *text = NULL;
    uint8_t digest[16];
    sci_status st = sci_h5_file_open(&file, context);

    if (st == SCI_OK)
        st = sci_h5_file_list(file, "/", ignore_item, NULL);
    if (st == SCI_OK)
        st = sci_h5_file_text(file, "/x", "unit", &text);
    if (st == SCI_OK)
        st = sci_h5_file_chunks_digest(file, "/x", 0, 6, digest);
    sci_free(text);
    sci_h5_file_close(file);
    return st;
}

static void
looking_survives_a_lack_of_memory(void **state)
{
    char path[PLACE_ROOM];
    sci_h5_output *out = begin(path, "faults.h5");

    (void)state;
    write_numbers(out, "/x", &grid_array, &grid_layout, 0, 20);
    assert_ok(sci_h5_output_text(out, "/x", "unit", "mm"));
    assert_ok(sci_h5_output_close(out, false, false));
    survives_allocations(look_once, path);
    survives_files(look_once, path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_are_read_back),
        cmocka_unit_test(what_was_removed_is_gone),
        cmocka_unit_test(a_source_tells_the_attributes_of_its_dataset),
        cmocka_unit_test(every_link_is_listed_once_and_none_is_followed_out),
        cmocka_unit_test(the_visitor_can_end_a_listing),
        cmocka_unit_test(copied_chunks_are_the_whole),
        cmocka_unit_test(chunks_that_are_not_there_or_unlike_are_refused),
        cmocka_unit_test(looking_survives_a_lack_of_memory),
    };

    return run_all(tests);
}
