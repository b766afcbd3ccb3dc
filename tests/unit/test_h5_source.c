/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datasets as sources: every layout gives the elements that HDF5 wrote, however the pass is cut. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/h5_source_priv.h"
#include "support/h5file.h"
#include "support/place.h"
#include "support/random.h"
#include "support/testing.h"

enum { LZF = 32000 };

static sci_array
array_of(sci_type type, bool swapped, int rank, const uint64_t *shape)
{
    sci_array a = { .rank = rank, .type = type, .swapped = swapped };

    for (int i = 0; i < rank; i++)
        a.shape[i] = shape[i];
    return a;
}

/* A pass over [first, end) in pieces of at most `most`, tasks in reverse order on several
 * workers. */
static void
read_in_pieces(sci_source *s, uint64_t first, uint64_t end, uint64_t most, random_stream *r,
               unsigned char *out)
{
    size_t size = sci_type_size(s->array.type);
    sci_piece piece[2] = { { 0 }, { 0 } };
    int turn = 0;

    if (s->ops->start != NULL)
        assert_ok(s->ops->start(s, first, end, 3));
    for (uint64_t at = first; at < end; at += piece[turn].count, turn = !turn) {
        sci_piece *p = &piece[turn = !turn];

        turn = (int)(p - piece);
        p->first = at;
        p->count = 1 + random_below(r, most);
        p->count = p->count < end - at ? p->count : end - at;
        p->bytes = out + (at - first) * size;
        assert_ok(s->ops->fetch(s, p));
        if (s->ops->prepare != NULL)
            assert_ok(s->ops->prepare(s, p));
        for (size_t task = p->n_tasks; task-- > 0;)
            assert_ok(s->ops->decode(s, p, task, (int)(task % 3)));
    }
    for (int i = 0; i < 2 && s->ops->release != NULL; i++)
        s->ops->release(s, &piece[i]);
}

/* All of it in one piece, in pieces of many sizes, and a part. */
static void
check_source(sci_source *s, const sci_array *array, const unsigned char *expected)
{
    size_t size = sci_type_size(array->type);
    random_stream r = random_start(11);
    unsigned char *out;
    uint64_t n;

    assert_int_equal(s->array.rank, array->rank);
    assert_int_equal(s->array.type, array->type);
    assert_int_equal(s->array.swapped, array->swapped && size > 1);
    assert_memory_equal(s->array.shape, array->shape, (size_t)array->rank * sizeof *array->shape);
    assert_ok(sci_array_count(array, &n));
    out = test_alloc(n > 0 ? n : 1, size);
    assert_ok(sci_source_read(s, 0, n, out));
    assert_same_bytes(out, expected, n, size);
    for (uint64_t most = 1; s->ops->address == NULL && most <= 4 * n; most = 3 * most + 1) {
        memset(out, 0xaa, n * size);
        read_in_pieces(s, 0, n, most, &r, out);
        assert_same_bytes(out, expected, n, size);
    }
    if (n > 2 && s->ops->address == NULL) {
        uint64_t first = random_below(&r, n - 1), end = first + 1 + random_below(&r, n - first);

        read_in_pieces(s, first, end, 1 + n / 7, &r, out);
        assert_same_bytes(out, expected + first * size, end - first, size);
    }
    free(out);
}

/* Write, read back with a plain and with a tiny limit on bands (so that it is rechunked). */
static void
check_storage(const sci_array *array, const h5file_storage *storage, bool written,
              uint64_t user_block)
{
    static const uint64_t limits[] = { 0, 64 };
    char path[PLACE_ROOM], scratch[PLACE_ROOM];
    unsigned char *values = h5file_values(array, 5), *bytes = h5file_bytes(array, values);
    hid_t file = h5file_create(path, "source.h5", user_block);
    uint64_t n;

    assert_ok(sci_array_count(array, &n));
    h5file_check(H5Dclose(h5file_dataset(file, "x", array, storage, written ? values : NULL)));
    h5file_close(file);
    for (uint64_t i = 0; !written && i < n; i++)
        memcpy(bytes + i * sci_type_size(array->type), storage->fill, sci_type_size(array->type));
    place_scratch(scratch, ".");
    for (size_t k = 0; k < ARRAY_LEN(limits); k++) {
        sci_h5_options opt = { .band_bytes_most = limits[k], .scratch = scratch };
        sci_source *s = NULL;

        assert_ok(sci_h5_source_open(&s, path, "/x", &opt));
        check_source(s, array, bytes);
        sci_source_free(s);
    }
    free(bytes);
    free(values);
}

static const uint64_t cube[] = { 6, 10, 7 };
static const uint64_t badly[] = { 4, 3, 5 };

static void
every_type_and_byte_order_is_read(void **state)
{
    h5file_storage contiguous = { 0 },
                   chunked = { .chunk = badly,
                               .filters = { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE } };

    (void)state;
    for (int type = SCI_INT8; type <= SCI_FLOAT64; type++) {
        for (int swapped = 0; swapped < 2; swapped++) {
            sci_array a = array_of((sci_type)type, swapped != 0, 3, cube);

            test_context("type %s, swapped %d", sci_type_name((sci_type)type), swapped);
            check_storage(&a, &contiguous, true, 0);
            check_storage(&a, &chunked, true, 0);
        }
    }
}

static void
every_filter_is_undone(void **state)
{
    static const int filters[][6] = {
        { 0 },
        { H5Z_FILTER_DEFLATE },
        { H5Z_FILTER_SHUFFLE },
        { H5Z_FILTER_FLETCHER32 },
        { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32 },
        { H5Z_FILTER_FLETCHER32, H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE },
        { H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE },
        { H5Z_FILTER_SCALEOFFSET },
        { H5Z_FILTER_NBIT, H5Z_FILTER_DEFLATE },
        { H5Z_FILTER_SHUFFLE, H5Z_FILTER_SCALEOFFSET, H5Z_FILTER_FLETCHER32 },
    };
    sci_array a = array_of(SCI_INT32, false, 3, cube);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        h5file_storage s = { .chunk = badly };

        test_context("filters %zu", i);
        memcpy(s.filters, filters[i], sizeof s.filters);
        check_storage(&a, &s, true, 0);
    }
}

static void
any_chunks_of_any_shape_are_read(void **state)
{
    random_stream r = random_start(3);

    (void)state;
    for (int round = 0; round < 60; round++) {
        uint64_t shape[5], chunk[5];
        int rank = (int)random_between(&r, 1, 5);
        h5file_storage s = { .chunk = chunk,
                             .filters = { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE } };
        sci_array a;

        for (int i = 0; i < rank; i++) {
            shape[i] = 1 + random_below(&r, 7);
            chunk[i] = random_below(&r, 3) == 0 ? 1 : 1 + random_below(&r, shape[i]);
        }
        if (random_below(&r, 3) == 0) {
            s.unlimited = true;
            chunk[0] += 3;
        }
        test_context("round %d", round);
        a = array_of(random_below(&r, 2) == 0 ? SCI_UINT8 : SCI_FLOAT64, false, rank, shape);
        check_storage(&a, &s, true, 0);
    }
}

static void
what_was_never_written_reads_as_the_fill_value(void **state)
{
    float fill = 7.5f;
    h5file_storage chunked = { .chunk = badly, .fill = &fill },
                   late = { .late = true, .fill = &fill };
    sci_array a = array_of(SCI_FLOAT32, false, 3, cube);

    (void)state;
    check_storage(&a, &chunked, false, 0);
    check_storage(&a, &late, false, 0);
    check_storage(&a, &late, false, 512);
}

static void
chunks_that_are_missing_read_as_the_fill_value(void **state)
{
    static const uint64_t shape[] = { 8, 6 }, chunk[] = { 2, 3 };
    static const hsize_t at[] = { 2, 3 };
    int16_t fill = -5, values[48], part[6] = { 1, 2, 3, 4, 5, 6 };
    h5file_storage s = { .chunk = chunk, .fill = &fill, .filters = { H5Z_FILTER_DEFLATE } };
    sci_array a = array_of(SCI_INT16, false, 2, shape);
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "sparse.h5", 0), x = h5file_dataset(file, "x", &a, &s, NULL);
    sci_source *source = NULL;

    (void)state;
    for (int i = 0; i < 48; i++)
        values[i] = fill;
    for (int i = 0; i < 6; i++)
        values[(2 + i / 3) * 6 + 3 + i % 3] = part[i];
    /* stored without its filter, as the mask says */
    h5file_check(H5Dwrite_chunk(x, H5P_DEFAULT, 1, at, sizeof part, part));
    h5file_check(H5Dclose(x));
    h5file_close(file);
    assert_ok(sci_h5_source_open(&source, path, "/x", NULL));
    check_source(source, &a, (unsigned char *)values);
    sci_source_free(source);
}

static void
compact_scalar_and_empty_datasets_are_read(void **state)
{
    static const uint64_t small[] = { 3, 4 }, none[] = { 0, 4 };
    h5file_storage compact = { .compact = true }, contiguous = { 0 };
    h5file_storage chunked = { .chunk = small, .unlimited = true };
    sci_array a = array_of(SCI_INT16, true, 2, small),
              scalar = array_of(SCI_FLOAT64, false, 0, NULL);
    sci_array empty = array_of(SCI_FLOAT32, false, 2, none);

    (void)state;
    check_storage(&a, &compact, true, 0);
    check_storage(&scalar, &contiguous, true, 0);
    check_storage(&scalar, &compact, true, 0);
    check_storage(&empty, &contiguous, true, 0);
    check_storage(&empty, &chunked, true, 0);
}

static void
a_user_block_moves_everything(void **state)
{
    h5file_storage contiguous = { 0 }, chunked = { .chunk = badly };
    sci_array a = array_of(SCI_FLOAT32, false, 3, cube);

    (void)state;
    check_storage(&a, &contiguous, true, 1024);
    check_storage(&a, &chunked, true, 512);
}

/* lzf chunks as h5py stores them: each one a single literal run here. */
static void
lzf_chunks_are_decoded(void **state)
{
    static const uint64_t shape[] = { 4, 8 }, chunk[] = { 2, 8 };
    sci_array a = array_of(SCI_UINT8, false, 2, shape);
    h5file_storage s = { .chunk = chunk, .filters = { LZF } };
    unsigned char values[32], stored[17];
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "lzf.h5", 0), x = h5file_dataset(file, "x", &a, &s, NULL);
    sci_source *source = NULL;

    (void)state;
    for (unsigned char i = 0; i < 32; i++)
        values[i] = i;
    for (hsize_t row = 0; row < 4; row += 2) {
        hsize_t at[2] = { row, 0 };

        stored[0] = 15;
        memcpy(stored + 1, values + row * 8, 16);
        h5file_check(H5Dwrite_chunk(x, H5P_DEFAULT, 0, at, sizeof stored, stored));
    }
    h5file_check(H5Dclose(x));
    h5file_close(file);
    assert_ok(sci_h5_source_open(&source, path, NULL, NULL));
    check_source(source, &a, values);
    sci_source_free(source);
}

static void
a_damaged_chunk_is_named_by_its_place(void **state)
{
    static const uint64_t shape[] = { 4, 6 }, chunk[] = { 2, 3 };
    static const hsize_t at[] = { 2, 3 };
    float values[24] = { 1, 2, 3 }, out[24];
    h5file_storage s = { .chunk = chunk, .filters = { H5Z_FILTER_DEFLATE } };
    sci_array a = array_of(SCI_FLOAT32, false, 2, shape);
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "damaged.h5", 0),
          x = h5file_dataset(file, "x", &a, &s, values);
    sci_source *source = NULL;

    (void)state;
    h5file_check(H5Dwrite_chunk(x, H5P_DEFAULT, 0, at, 9, "not zlib!"));
    h5file_check(H5Dclose(x));
    h5file_close(file);
    assert_ok(sci_h5_source_open(&source, path, "x", NULL));
    assert_fails(sci_source_read(source, 0, 24, out), SCI_ERR_FORMAT);
    assert_message_has("(2, 3)");
    assert_message_has("damaged.h5:/x");
    /* The other chunks are still good. */
    assert_ok(sci_source_read(source, 0, 12, out));
    assert_same_bytes(out, values, 12, sizeof *out);
    sci_source_free(source);
}

static void
a_file_that_was_cut_off_is_refused(void **state)
{
    sci_array a = array_of(SCI_FLOAT32, false, 3, cube);
    h5file_storage s = { 0 };
    float *values = h5file_values(&a, 1);
    unsigned char *bytes;
    char path[PLACE_ROOM], cut[PLACE_ROOM];
    hid_t file = h5file_create(path, "whole.h5", 0);
    size_t n;

    (void)state;
    h5file_check(H5Dclose(h5file_dataset(file, "x", &a, &s, values)));
    h5file_close(file);
    bytes = place_read(path, &n);
    place_scratch(cut, "cut.h5");
    for (size_t keep = 0; keep < n; keep += 1 + n / 97) {
        sci_source *source = NULL;

        test_context("%zu of %zu bytes", keep, n);
        place_write(cut, bytes, keep);
        assert_fails(sci_h5_source_open(&source, cut, "/x", NULL), SCI_ERR_FORMAT);
        assert_message_has("cut.h5");
    }
    free(bytes);
    free(values);
}

/* The file is cut while it is open: the data of the dataset end too early. */
static void
a_file_that_shrinks_is_an_error(void **state)
{
    sci_array a = array_of(SCI_FLOAT32, false, 3, cube);
    h5file_storage s = { 0 };
    float *values = h5file_values(&a, 1);
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "shrinks.h5", 0);
    sci_source *source = NULL;

    (void)state;
    h5file_check(H5Dclose(h5file_dataset(file, "x", &a, &s, values)));
    h5file_close(file);
    assert_ok(sci_h5_source_open(&source, path, "/x", NULL));
    assert_int_equal(truncate(path, 2048), 0);
    assert_fails(sci_source_read(source, 0, 420, values), SCI_ERR_FORMAT);
    assert_message_has("file ends at byte 2048");
    sci_source_free(source);
    free(values);
}

static void
the_layout_of_an_output_follows_the_source(void **state)
{
    static const struct {
        int filters[6];
        bool shuffle, fletcher32;
        int deflate;
        bool lzf;
    } cases[] = {
        { { 0 }, false, false, 0, false },
        { { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE }, true, false, 4, false },
        { { H5Z_FILTER_FLETCHER32 }, false, true, 0, false },
        { { H5Z_FILTER_SCALEOFFSET }, true, false, 4, false },
        { { LZF, H5Z_FILTER_FLETCHER32 }, false, true, 0, true },
    };
    sci_array a = array_of(SCI_INT32, false, 3, cube);
    h5file_storage compact = { .compact = true };
    int32_t *values = h5file_values(&a, 1);
    char path[PLACE_ROOM];
    sci_h5_layout layout;
    sci_source *source = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        h5file_storage s = { .chunk = badly };
        hid_t file = h5file_create(path, "layout.h5", 0);

        test_context("case %zu", i);
        memcpy(s.filters, cases[i].filters, sizeof s.filters);
        h5file_check(H5Dclose(h5file_dataset(file, "x", &a, &s, NULL)));
        h5file_check(H5Dclose(h5file_dataset(file, "compact", &a, &compact, values)));
        h5file_close(file);
        assert_ok(sci_h5_source_open(&source, path, "/x", NULL));
        sci_h5_source_layout(source, &layout);
        assert_true(layout.chunked);
        assert_memory_equal(layout.chunk, badly, sizeof badly);
        assert_int_equal(layout.shuffle, cases[i].shuffle);
        assert_int_equal(layout.fletcher32, cases[i].fletcher32);
        assert_int_equal(layout.deflate, cases[i].deflate);
        assert_int_equal(layout.lzf, cases[i].lzf);
        sci_source_free(source);
        assert_ok(sci_h5_source_open(&source, path, "/compact", NULL));
        sci_h5_source_layout(source, &layout);
        assert_false(layout.chunked);
        sci_source_free(source);
    }
    free(values);
}

/* Bands above the limit go through a file that has no name any more while it is used. */
static void
a_rechunked_copy_leaves_nothing_behind(void **state)
{
    static const uint64_t shape[] = { 20, 30 }, chunk[] = { 20, 2 };
    sci_array a = array_of(SCI_FLOAT64, false, 2, shape);
    h5file_storage s = { .chunk = chunk, .filters = { H5Z_FILTER_DEFLATE } };
    double *values = h5file_values(&a, 2), out[2];
    char path[PLACE_ROOM], scratch[PLACE_ROOM];
    sci_h5_options opt = { .band_bytes_most = 1000, .scratch = scratch };
    hid_t file = h5file_create(path, "clash.h5", 0);
    sci_source *source = NULL;
    size_t entries;

    (void)state;
    place_scratch(scratch, ".");
    h5file_check(H5Dclose(h5file_dataset(file, "x", &a, &s, values)));
    h5file_close(file);
    entries = place_scratch_count();
    assert_ok(sci_h5_source_open(&source, path, "/x", &opt));
    assert_ok(sci_source_read(source, 597, 2, out));
    assert_same_bytes(out, values + 597, 2, sizeof *out);
    assert_count(place_scratch_count(), entries);
    sci_source_free(source);
    place_scratch(scratch, "no such folder");
    assert_ok(sci_h5_source_open(&source, path, "/x", &opt));
    assert_fails(sci_source_read(source, 0, 2, out), SCI_ERR_IO);
    assert_message_has("scratch file");
    sci_source_free(source);
    free(values);
}

static void
overhead_counts_what_a_pass_takes(void **state)
{
    static const uint64_t shape[] = { 64, 64, 64 }, chunk[] = { 8, 16, 16 };
    sci_array a = array_of(SCI_FLOAT32, false, 3, shape);
    h5file_storage s = { .chunk = chunk, .filters = { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE } };
    float *values = h5file_values(&a, 2);
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "overhead.h5", 0);
    uint64_t band = 8 * 64 * 64 * sizeof(float);
    sci_source *source = NULL;

    (void)state;
    h5file_check(H5Dclose(h5file_dataset(file, "x", &a, &s, values)));
    h5file_close(file);
    assert_ok(sci_h5_source_open(&source, path, "/x", NULL));
    assert_true(source->ops->overhead(source, 1, 1, 1) >= band);
    assert_true(source->ops->overhead(source, 1, 1, 2) > source->ops->overhead(source, 1, 1, 1));
    assert_true(source->ops->overhead(source, 64 * 64 * 64, 1, 1) < 16 * band);
    /* four by four chunks of a band are decoded at once */
    assert_count(source->ops->grain(source), 8 * 16 * 16);
    sci_source_free(source);
    free(values);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_byte_order_is_read),
        cmocka_unit_test(every_filter_is_undone),
        cmocka_unit_test(any_chunks_of_any_shape_are_read),
        cmocka_unit_test(what_was_never_written_reads_as_the_fill_value),
        cmocka_unit_test(chunks_that_are_missing_read_as_the_fill_value),
        cmocka_unit_test(compact_scalar_and_empty_datasets_are_read),
        cmocka_unit_test(a_user_block_moves_everything),
        cmocka_unit_test(lzf_chunks_are_decoded),
        cmocka_unit_test(a_damaged_chunk_is_named_by_its_place),
        cmocka_unit_test(a_file_that_was_cut_off_is_refused),
        cmocka_unit_test(a_file_that_shrinks_is_an_error),
        cmocka_unit_test(the_layout_of_an_output_follows_the_source),
        cmocka_unit_test(a_rechunked_copy_leaves_nothing_behind),
        cmocka_unit_test(overhead_counts_what_a_pass_takes),
    };

    return run_all(tests);
}
