/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts, booleans, records, lists in attributes and references: written, read back, and copied. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <sci/h5_values.h>

#include "support/h5file.h"
#include "support/place.h"
#include "support/testing.h"

static char path[PLACE_ROOM];

/* ---- an output in the scratch folder ---- */

static sci_h5_output *
begin(const char *name)
{
    sci_h5_output *out = NULL;

    place_scratch(path, name);
    place_write(path, "", 0);
    assert_ok(sci_h5_output_create(&out, path));
    return out;
}

static sci_h5_file *
end(sci_h5_output *out)
{
    sci_h5_file *file = NULL;

    assert_ok(sci_h5_output_close(out, true, false));
    assert_ok(sci_h5_file_open(&file, path));
    return file;
}

static void
assert_texts(const sci_texts *texts, size_t n, const char *const *expected)
{
    assert_count(texts->n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(texts->items[i], expected[i]);
}

/* ---- tests ---- */

static void
texts_come_back(void **state)
{
    static const char *const words[] = { "a", "", "µm \xf0\x9f\x90\xad",
                                         "a longer one\nwith two lines" };
    sci_h5_output *out = begin("texts.h5");
    sci_texts texts = { 0 }, back = { 0 };
    sci_h5_object object;
    sci_h5_file *file;

    (void)state;
    assert_ok(sci_texts_copy(&texts, ARRAY_LEN(words), words));
    assert_ok(sci_h5_output_array_texts(out, "/g/t", &texts));
    assert_ok(sci_h5_output_scalar_text(out, "/g/one", "single"));
    assert_ok(sci_h5_output_attribute_text(out, "/g", "kind", "dict"));
    assert_ok(sci_h5_output_attribute_texts(out, "/g", "order", &texts));
    assert_fails(sci_h5_output_array_texts(out, "/g/t", &texts), SCI_ERR_EXISTS);
    sci_texts_clear(&texts);
    assert_ok(sci_h5_output_attribute_texts(out, "/g", "none", &texts));
    file = end(out);
    assert_ok(sci_h5_file_texts(file, "/g/t", NULL, &back));
    assert_texts(&back, ARRAY_LEN(words), words);
    sci_texts_clear(&back);
    assert_ok(sci_h5_file_texts(file, "/g/one", NULL, &back));
    assert_texts(&back, 1, (const char *const[]){ "single" });
    sci_texts_clear(&back);
    assert_ok(sci_h5_file_attribute_texts(file, "/g", "order", &back));
    assert_texts(&back, ARRAY_LEN(words), words);
    sci_texts_clear(&back);
    assert_ok(sci_h5_file_attribute_texts(file, "/g", "none", &back));
    assert_count(back.n, 0);
    sci_texts_clear(&back);
    assert_ok(sci_h5_file_members(file, "/g", &back));
    assert_texts(&back, 2, (const char *const[]){ "one", "t" });
    sci_texts_clear(&back);
    assert_ok(sci_h5_file_object(file, "/g/t", &object));
    assert_int_equal(object.content, SCI_H5_TEXTS);
    assert_int_equal(object.rank, 1);
    assert_fails(sci_h5_file_texts(file, "/g/gone", NULL, &back), SCI_ERR_NOTFOUND);
    assert_fails(sci_h5_file_attribute_texts(file, "/g", "gone", &back), SCI_ERR_NOTFOUND);
    sci_h5_file_close(file);
}

/* More than one block of them. */
static void
many_texts_come_back(void **state)
{
    enum { MANY = 40000 };
    sci_texts_maker maker = { 0 };
    sci_texts texts = { 0 }, back = { 0 };
    sci_h5_output *out = begin("many.h5");
    sci_h5_file *file;
    char text[16];

    (void)state;
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(text, sizeof text, "cell-%d", i);
        assert_ok(sci_texts_add(&maker, text, strlen(text)));
    }
    assert_ok(sci_texts_finish(&maker, &texts));
    assert_ok(sci_h5_output_array_texts(out, "/t", &texts));
    file = end(out);
    assert_ok(sci_h5_file_texts(file, "/t", NULL, &back));
    assert_texts(&back, MANY, (const char *const *)texts.items);
    sci_h5_file_close(file);
    sci_texts_clear(&back);
    sci_texts_clear(&texts);
}

static void
booleans_lists_and_references_come_back(void **state)
{
    static const double range[] = { -0.1, 1e300 };
    static const uint8_t truths[] = { 0, 1, 1 };
    static const int64_t shape[] = { 80, -3 };
    sci_h5_output *out = begin("values.h5");
    sci_h5_object object;
    int64_t *integers = NULL;
    double *numbers = NULL;
    bool truth = false, there = true;
    char *target = NULL;
    uint64_t n = 0;
    sci_h5_file *file;

    (void)state;
    assert_ok(sci_h5_output_array_booleans(out, "/mask", 3, truths));
    assert_ok(sci_h5_output_array_booleans(out, "/yes", -1, truths + 1));
    assert_ok(sci_h5_output_attribute_truth(out, "/mask", "ordered", true));
    assert_ok(sci_h5_output_attribute_integers(out, "/mask", "shape", 2, shape));
    assert_ok(sci_h5_output_attribute_target(out, "/mask", "categories", "/yes"));
    assert_ok(sci_h5_output_attribute_numbers(out, "/mask", "range", 2, range));
    file = end(out);
    assert_ok(sci_h5_file_object(file, "/mask", &object));
    assert_int_equal(object.content, SCI_H5_BOOLEANS);
    assert_ok(sci_h5_file_numbers(file, "/mask", NULL, &n, &numbers));
    assert_count(n, 3);
    assert_close(numbers[0] + 10 * numbers[1] + 100 * numbers[2], 110, 0, 0);
    assert_ok(sci_h5_file_integers(file, "/yes", NULL, &n, &integers));
    assert_true(n == 1 && integers[0] == 1);
    sci_free(integers);
    assert_ok(sci_h5_file_attribute_truth(file, "/mask", "ordered", &truth));
    assert_true(truth);
    assert_ok(sci_h5_file_attribute_integers(file, "/mask", "shape", &n, &integers));
    assert_true(n == 2 && integers[0] == 80 && integers[1] == -3);
    assert_ok(sci_h5_file_attribute_target(file, "/mask", "categories", &target));
    assert_string_equal(target, "/yes");
    sci_free(numbers);
    assert_ok(sci_h5_file_attribute_numbers(file, "/mask", "range", &n, &numbers));
    assert_true(n == 2 && numbers[0] == -0.1 && numbers[1] == 1e300);
    assert_ok(sci_h5_file_has_attribute(file, "/mask", "gone", &there));
    assert_false(there);
    assert_fails(sci_h5_file_attribute_target(file, "/mask", "shape", &target), SCI_ERR_FORMAT);
    assert_fails(sci_h5_file_texts(file, "/mask", NULL, &(sci_texts){ 0 }), SCI_ERR_TYPE);
    sci_h5_file_close(file);
    sci_free(target);
    sci_free(integers);
    sci_free(numbers);
}

/* Fields of fixed texts with zeros or blanks behind, numbers, and an array. */
static void
fields_of_records_are_read_by_name(void **state)
{
    typedef struct record {
        char name[4], padded[4];
        int16_t code;
        float pair[2];
    } record;
    static const record records[] = { { "ab", "x  ", -1, { 1, 2 } },
                                      { "long", "yy ", 7, { 3, 4 } } };
    hsize_t two = 2;
    hid_t file = h5file_create(path, "records.h5", 0), zeros = H5Tcopy(H5T_C_S1),
          blanks = H5Tcopy(H5T_C_S1), pair = H5Tarray_create2(H5T_NATIVE_FLOAT, 1, &two),
          type = H5Tcreate(H5T_COMPOUND, sizeof(record)), space = H5Screate_simple(1, &two, NULL),
          id;
    sci_h5_file *look = NULL;
    sci_texts texts = { 0 };
    sci_h5_object object;
    double *numbers = NULL;
    uint64_t n = 0;

    (void)state;
    h5file_check(H5Tset_size(zeros, 4));
    h5file_check(H5Tset_strpad(zeros, H5T_STR_NULLPAD));
    h5file_check(H5Tset_size(blanks, 4));
    h5file_check(H5Tset_strpad(blanks, H5T_STR_SPACEPAD));
    h5file_check(H5Tinsert(type, "name", offsetof(record, name), zeros));
    h5file_check(H5Tinsert(type, "padded", offsetof(record, padded), blanks));
    h5file_check(H5Tinsert(type, "code", offsetof(record, code), H5T_NATIVE_INT16));
    h5file_check(H5Tinsert(type, "pair", offsetof(record, pair), pair));
    id = H5Dcreate2(file, "obs", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, records));
    h5file_check(H5Dclose(id));
    h5file_check(H5Sclose(space));
    h5file_check(H5Tclose(type));
    h5file_check(H5Tclose(pair));
    h5file_check(H5Tclose(blanks));
    h5file_check(H5Tclose(zeros));
    h5file_close(file);
    assert_ok(sci_h5_file_open(&look, path));
    assert_ok(sci_h5_file_fields(look, "/obs", &texts));
    assert_texts(&texts, 4, (const char *const[]){ "name", "padded", "code", "pair" });
    sci_texts_clear(&texts);
    assert_ok(sci_h5_file_texts(look, "/obs", "name", &texts));
    assert_texts(&texts, 2, (const char *const[]){ "ab", "long" });
    sci_texts_clear(&texts);
    assert_ok(sci_h5_file_texts(look, "/obs", "padded", &texts));
    assert_texts(&texts, 2, (const char *const[]){ "x", "yy" });
    sci_texts_clear(&texts);
    assert_ok(sci_h5_file_numbers(look, "/obs", "code", &n, &numbers));
    assert_true(n == 2 && numbers[0] == -1 && numbers[1] == 7);
    sci_free(numbers);
    assert_ok(sci_h5_file_numbers(look, "/obs", "pair", &n, &numbers));
    assert_true(n == 4 && numbers[0] == 1 && numbers[3] == 4);
    sci_free(numbers);
    assert_ok(sci_h5_file_field(look, "/obs", "pair", &object));
    assert_true(object.rank == 1 && object.shape[0] == 2 && object.element == SCI_FLOAT32);
    assert_fails(sci_h5_file_texts(look, "/obs", "gone", &texts), SCI_ERR_NOTFOUND);
    assert_fails(sci_h5_file_texts(look, "/obs", "code", &texts), SCI_ERR_TYPE);
    sci_h5_file_close(look);
}

/* What is left out is not there, what refers to it refers to what takes its place, and another name
 * keeps the object. */
static void
a_copy_leaves_out_what_it_is_told(void **state)
{
    static const char *const left_out[] = { "/x", "/g/y" };
    static const double fresh = 5;
    const sci_array scalar = { .rank = 0, .type = SCI_FLOAT64 };
    char source[PLACE_ROOM], *target = NULL;
    sci_h5_output *out = begin("source.h5");
    sci_h5_file *file;
    bool there = true;
    double *numbers = NULL;
    uint64_t n = 0;
    hid_t id;

    (void)state;
    assert_ok(sci_h5_output_array(out, "/x", &scalar, &(double){ 1 }));
    assert_ok(sci_h5_output_array(out, "/g/y", &scalar, &(double){ 2 }));
    assert_ok(sci_h5_output_array(out, "/g/z", &scalar, &(double){ 3 }));
    assert_ok(sci_h5_output_attribute_target(out, "/g/z", "to_x", "/x"));
    assert_ok(sci_h5_output_attribute_target(out, "/g/z", "to_y", "/g/y"));
    sci_h5_file_close(end(out));
    memcpy(source, path, sizeof source);
    id = H5Fopen(source, H5F_ACC_RDWR, H5P_DEFAULT);
    h5file_check(H5Lcreate_hard(id, "/g/y", id, "/z_also_y", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Fclose(id));
    assert_ok(sci_h5_file_open(&file, source));
    out = begin("copy.h5");
    assert_ok(sci_h5_output_copy(out, file, ARRAY_LEN(left_out), left_out));
    assert_ok(sci_h5_output_array(out, "/x", &scalar, &fresh));
    sci_h5_file_close(file);
    file = end(out);
    assert_ok(sci_h5_file_has(file, "/g/y", &there));
    assert_false(there);
    assert_ok(sci_h5_file_numbers(file, "/x", NULL, &n, &numbers));
    assert_true(n == 1 && numbers[0] == fresh);
    sci_free(numbers);
    assert_ok(sci_h5_file_numbers(file, "/z_also_y", NULL, &n, &numbers));
    assert_true(n == 1 && numbers[0] == 2);
    sci_free(numbers);
    assert_ok(sci_h5_file_attribute_target(file, "/g/z", "to_x", &target));
    assert_string_equal(target, "/x");
    sci_free(target);
    assert_ok(sci_h5_file_attribute_target(file, "/g/z", "to_y", &target));
    assert_string_equal(target, "/z_also_y");
    sci_free(target);
    sci_h5_file_close(file);
}

/* Files of h5py. */
static void
lists_of_numbers_and_scales_are_found(void **state)
{
    char given[PLACE_ROOM], *scale = NULL;
    sci_h5_file *file = NULL;
    double *numbers = NULL;
    uint64_t n = 0;

    (void)state;
    place_source(given, "tests/golden/irregular_generic.h5");
    assert_ok(sci_h5_file_open(&file, given));
    assert_ok(sci_h5_file_attribute_numbers(file, "/volume", "spacing", &n, &numbers));
    assert_true(n == 3 && isnan(numbers[0]) && numbers[1] == 4 && numbers[2] == 4);
    sci_free(numbers);
    assert_fails(sci_h5_file_attribute_numbers(file, "/volume", "axes", &n, &numbers),
                 SCI_ERR_TYPE);
    assert_fails(sci_h5_file_attribute_numbers(file, "/volume", "gone", &n, &numbers),
                 SCI_ERR_NOTFOUND);
    assert_ok(sci_h5_file_scale(file, "/volume", 0, &scale));
    assert_string_equal(scale, "/z");
    sci_free(scale);
    assert_fails(sci_h5_file_scale(file, "/volume", 3, &scale), SCI_ERR_NOTFOUND);
    assert_fails(sci_h5_file_scale(file, "/volume", -1, &scale), SCI_ERR_NOTFOUND);
    assert_fails(sci_h5_file_scale(file, "/mask", 0, &scale), SCI_ERR_NOTFOUND);
    sci_h5_file_close(file);
    place_source(given, "tests/golden/conventions.h5");
    assert_ok(sci_h5_file_open(&file, given));
    assert_ok(
        sci_h5_file_attribute_numbers(file, "/resolution_zyx_nm", "resolution", &n, &numbers));
    assert_true(n == 3 && numbers[0] == 40 && numbers[2] == 8);
    sci_free(numbers);
    sci_h5_file_close(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_come_back),
        cmocka_unit_test(many_texts_come_back),
        cmocka_unit_test(booleans_lists_and_references_come_back),
        cmocka_unit_test(fields_of_records_are_read_by_name),
        cmocka_unit_test(a_copy_leaves_out_what_it_is_told),
        cmocka_unit_test(lists_of_numbers_and_scales_are_found),
    };

    return run_all(tests);
}
