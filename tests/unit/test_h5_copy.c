/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an output keeps of its input: siblings, links, attributes, references, dimension scales. */
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "io/h5_output_priv.h"
#include "support/h5file.h"
#include "support/place.h"
#include "support/testing.h"

static const sci_array plane = { .rank = 2, .shape = { 6, 8 }, .type = SCI_INT16 };
static const h5file_storage contiguous;

/* ---- writing the input ---- */

static void
put_reference(hid_t object, const char *name, hid_t file, const char *target)
{
    hobj_ref_t reference;
    hid_t space = H5Screate(H5S_SCALAR), attribute;

    h5file_check(H5Rcreate(&reference, file, target, H5R_OBJECT, -1));
    attribute = H5Acreate2(object, name, H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Awrite(attribute, H5T_STD_REF_OBJ, &reference));
    h5file_check(H5Aclose(attribute));
    h5file_check(H5Sclose(space));
}

static void
put_region(hid_t object, const char *name, hid_t file, const char *target)
{
    static const hsize_t start[2] = { 1, 2 }, count[2] = { 3, 4 }, shape[2] = { 6, 8 };
    hdset_reg_ref_t reference;
    hid_t space = H5Screate(H5S_SCALAR), region = H5Screate_simple(2, shape, NULL), attribute;

    h5file_check(H5Sselect_hyperslab(region, H5S_SELECT_SET, start, NULL, count, NULL));
    h5file_check(H5Rcreate(&reference, file, target, H5R_DATASET_REGION, region));
    attribute = H5Acreate2(object, name, H5T_STD_REF_DSETREG, space, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Awrite(attribute, H5T_STD_REF_DSETREG, &reference));
    h5file_check(H5Aclose(attribute));
    h5file_check(H5Sclose(region));
    h5file_check(H5Sclose(space));
}

static hid_t
strings(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);

    h5file_check(H5Tset_size(type, H5T_VARIABLE));
    return type;
}

static void
put_strings(hid_t file, const char *name)
{
    static const char *const texts[3] = { "one", "", "three and more" };
    hsize_t n = 3;
    hid_t type = strings(), space = H5Screate_simple(1, &n, NULL), dataset;

    dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts));
    h5file_check(H5Dclose(dataset));
    h5file_check(H5Sclose(space));
    h5file_check(H5Tclose(type));
}

/* A dataset of references: to the dataset, to a group, and a null one. */
static void
put_references(hid_t file, const char *name)
{
    hobj_ref_t values[3] = { 0 };
    hsize_t n = 3;
    hid_t space = H5Screate_simple(1, &n, NULL), dataset;

    h5file_check(H5Rcreate(&values[0], file, "/g/x", H5R_OBJECT, -1));
    h5file_check(H5Rcreate(&values[1], file, "/g", H5R_OBJECT, -1));
    dataset = H5Dcreate2(file, name, H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Dwrite(dataset, H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    h5file_check(H5Dclose(dataset));
    h5file_check(H5Sclose(space));
}

/* `scale` becomes the scale of axis 1 of `x`, as H5DSattach_scale does it. */
static void
attach(hid_t file, hid_t x, const char *x_path, hid_t scale, const char *scale_path)
{
    typedef struct user {
        hobj_ref_t dataset;
        int dimension;
    } user;
    hobj_ref_t to_scale;
    user back = { 0, 1 };
    hvl_t lists[2] = { { 0, NULL }, { 1, &to_scale } };
    hsize_t two = 2, one = 1;
    hid_t list = H5Tvlen_create(H5T_STD_REF_OBJ), pairs = H5Tcreate(H5T_COMPOUND, sizeof(user));
    hid_t axes = H5Screate_simple(1, &two, NULL), users = H5Screate_simple(1, &one, NULL),
          attribute;

    h5file_check(H5Rcreate(&to_scale, file, scale_path, H5R_OBJECT, -1));
    h5file_check(H5Rcreate(&back.dataset, file, x_path, H5R_OBJECT, -1));
    h5file_check(H5Tinsert(pairs, "dataset", 0, H5T_STD_REF_OBJ));
    h5file_check(H5Tinsert(pairs, "dimension", offsetof(user, dimension), H5T_NATIVE_INT));
    attribute = H5Acreate2(x, "DIMENSION_LIST", list, axes, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Awrite(attribute, list, lists));
    h5file_check(H5Aclose(attribute));
    attribute = H5Acreate2(scale, "REFERENCE_LIST", pairs, users, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Awrite(attribute, pairs, &back));
    h5file_check(H5Aclose(attribute));
    assert_ok(h5_attribute_write_text(scale, scale_path, "CLASS", "DIMENSION_SCALE"));
    h5file_check(H5Sclose(users));
    h5file_check(H5Sclose(axes));
    h5file_check(H5Tclose(pairs));
    h5file_check(H5Tclose(list));
}

static const int16_t elements[48] = { 1, 2, 3 };
static const double centres[8] = { 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5 };

/* A file with everything that a copy can meet. */
static void
make_input(char *path)
{
    static const uint64_t chunk[] = { 4, 3 };
    static const sci_array row = { .rank = 1, .shape = { 8 }, .type = SCI_FLOAT64 };
    const h5file_storage chunked = { .chunk = chunk,
                                     .filters = { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE } };
    int16_t fill = 9;
    const h5file_storage late = { .late = true, .fill = &fill };
    hid_t file = h5file_create(path, "input.h5", 0), type = H5Tcopy(H5T_STD_I16BE), x, scale, root,
          space, typed;
    hid_t group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

    root = H5Gopen2(file, "/", H5P_DEFAULT);
    x = h5file_dataset(file, "/g/x", &plane, &chunked, elements);
    scale = h5file_dataset(file, "columns", &row, &contiguous, centres);
    attach(file, x, "/g/x", scale, "/columns");
    assert_ok(h5_attribute_write_text(x, "x", "unit", "mm"));
    put_reference(x, "self", file, "/g/x");
    put_reference(root, "main", file, "/g/x");
    put_region(root, "part", file, "/g/x");
    put_strings(file, "strings");
    put_references(file, "references");
    h5file_check(H5Dclose(h5file_dataset(file, "raw", &plane, &chunked, elements)));
    h5file_check(H5Dclose(h5file_dataset(file, "late", &plane, &late, NULL)));
    h5file_check(H5Tcommit2(file, "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    space = H5Screate(H5S_SCALAR);
    typed = H5Dcreate2(file, "typed", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(typed);
    h5file_check(H5Lcreate_hard(group, "x", file, "again", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_hard(file, "/", group, "up", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_hard(file, "raw", group, "raw", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_soft("/g/x", file, "soft", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_soft("/nowhere", file, "dangling", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(
        H5Lcreate_external("/etc/passwd", "/x", file, "external", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Dclose(typed));
    h5file_check(H5Sclose(space));
    h5file_check(H5Dclose(scale));
    h5file_check(H5Dclose(x));
    h5file_check(H5Gclose(root));
    h5file_check(H5Gclose(group));
    h5file_check(H5Tclose(type));
    h5file_close(file);
}

/* ---- copying ---- */

/* Replace /g/x by twice its values as float, or (`alone`) store that as `alone` in a file of its
 * own. */
static void
make_output(const char *input, char *path, const char *alone)
{
    float twice[48];
    sci_array array = plane;
    sci_h5_layout layout;
    sci_piece piece = { .count = 48, .bytes = twice };
    sci_source *source = NULL;
    sci_h5_output *out = NULL;
    sci_sink *sink = NULL;

    place_scratch(path, "output.h5");
    place_write(path, "", 0);
    for (int i = 0; i < 48; i++)
        twice[i] = 2.0f * elements[i];
    array.type = SCI_FLOAT32;
    assert_ok(sci_h5_source_open(&source, input, "/g/x", NULL));
    assert_ok(sci_h5_output_create(&out, path));
    if (alone == NULL)
        assert_ok(sci_h5_output_copy_siblings(out, source));
    sci_h5_source_layout(source, &layout);
    assert_ok(sci_h5_output_dataset(out, alone != NULL ? alone : sci_h5_source_dataset(source),
                                    &array, &layout, source, &sink));
    assert_ok(sink->ops->start(sink, 0, 48, 1));
    assert_ok(sink->ops->prepare(sink, &piece));
    for (size_t task = 0; task < piece.n_tasks; task++)
        assert_ok(sink->ops->encode(sink, &piece, task, 0));
    assert_ok(sink->ops->store(sink, &piece));
    sink->ops->release(sink, &piece);
    assert_ok(sink->ops->finish(sink));
    sci_sink_free(sink);
    sci_source_free(source);
    assert_ok(sci_h5_output_close(out, true, false));
}

static haddr_t
address_of(hid_t file, const char *path)
{
    H5O_info_t info;

    h5file_check(H5Oget_info_by_name2(file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT));
    return info.addr;
}

static hobj_ref_t
reference_in(hid_t file, const char *path, const char *name)
{
    hobj_ref_t reference = 0;
    hid_t attribute = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);

    h5file_check(H5Aread(attribute, H5T_STD_REF_OBJ, &reference));
    h5file_check(H5Aclose(attribute));
    return reference;
}

/* The first scale of axis 1, and that it points back to `path`. */
static haddr_t
scale_of(hid_t file, const char *path)
{
    struct {
        hobj_ref_t dataset;
        int dimension;
    } back[2];
    hvl_t lists[2];
    hid_t attribute = H5Aopen_by_name(file, path, "DIMENSION_LIST", H5P_DEFAULT, H5P_DEFAULT),
          scale;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hobj_ref_t reference;

    h5file_check(H5Aread(attribute, type, lists));
    assert_int_equal(lists[0].len, 0);
    assert_int_equal(lists[1].len, 1);
    memcpy(&reference, lists[1].p, sizeof reference);
    h5file_check(H5Dvlen_reclaim(type, space, H5P_DEFAULT, lists));
    h5file_check(H5Tclose(type));
    h5file_check(H5Aclose(attribute));
    scale = H5Rdereference2(file, H5P_DEFAULT, H5R_OBJECT, &reference);
    h5file_check(scale);
    attribute = H5Aopen(scale, "REFERENCE_LIST", H5P_DEFAULT);
    type = H5Aget_type(attribute);
    assert_int_equal(H5Aget_storage_size(attribute), H5Tget_size(type));
    h5file_check(H5Aread(attribute, type, back));
    assert_true(back[0].dataset == address_of(file, path));
    h5file_check(H5Tclose(type));
    h5file_check(H5Aclose(attribute));
    h5file_check(H5Dclose(scale));
    h5file_check(H5Sclose(space));
    return reference;
}

static void
check_twice(hid_t file, const char *path)
{
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT), type = H5Dget_type(dataset);
    float found[48];

    h5file_check(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, found));
    assert_int_equal(H5Tget_class(type), H5T_FLOAT);
    for (int i = 0; i < 48; i++)
        assert_true(found[i] == 2.0f * elements[i]);
    h5file_check(H5Tclose(type));
    h5file_check(H5Dclose(dataset));
}

static void
open_output(char *path, const char *alone, hid_t *file)
{
    char input[PLACE_ROOM];

    make_input(input);
    make_output(input, path, alone);
    *file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    h5file_check(*file);
}

/* ---- facts ---- */

static void
siblings_keep_their_data(void **state)
{
    char path[PLACE_ROOM];
    int16_t found[48];
    char *texts[3];
    hid_t file, dataset, type, space;

    (void)state;
    open_output(path, NULL, &file);
    check_twice(file, "/g/x");
    dataset = H5Dopen2(file, "raw", H5P_DEFAULT);
    h5file_check(H5Dread(dataset, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, found));
    assert_memory_equal(found, elements, sizeof found);
    h5file_check(H5Dclose(dataset));
    dataset = H5Dopen2(file, "late", H5P_DEFAULT);
    assert_int_equal(H5Dget_storage_size(dataset), 0);
    h5file_check(H5Dread(dataset, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, found));
    assert_int_equal(found[47], 9);
    h5file_check(H5Dclose(dataset));
    dataset = H5Dopen2(file, "strings", H5P_DEFAULT);
    type = strings();
    space = H5Dget_space(dataset);
    h5file_check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts));
    assert_string_equal(texts[0], "one");
    assert_string_equal(texts[2], "three and more");
    h5file_check(H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts));
    h5file_check(H5Sclose(space));
    h5file_check(H5Tclose(type));
    h5file_check(H5Dclose(dataset));
    h5file_close(file);
}

static void
links_stay_what_they_are(void **state)
{
    char path[PLACE_ROOM], value[64];
    H5L_info_t info;
    hid_t file, dataset, type;

    (void)state;
    open_output(path, NULL, &file);
    assert_true(address_of(file, "/again") == address_of(file, "/g/x"));
    assert_true(address_of(file, "/g/raw") == address_of(file, "/raw"));
    assert_true(address_of(file, "/g/up") == address_of(file, "/"));
    h5file_check(H5Lget_info(file, "soft", &info, H5P_DEFAULT));
    assert_int_equal(info.type, H5L_TYPE_SOFT);
    h5file_check(H5Lget_val(file, "dangling", value, sizeof value, H5P_DEFAULT));
    assert_string_equal(value, "/nowhere");
    h5file_check(H5Lget_info(file, "external", &info, H5P_DEFAULT));
    assert_int_equal(info.type, H5L_TYPE_EXTERNAL);
    /* and the shared datatype is shared */
    dataset = H5Dopen2(file, "typed", H5P_DEFAULT);
    type = H5Dget_type(dataset);
    assert_true(H5Tcommitted(type) > 0);
    assert_true(address_of(type, ".") == address_of(file, "/type"));
    h5file_check(H5Tclose(type));
    h5file_check(H5Dclose(dataset));
    h5file_close(file);
}

static void
references_point_into_the_output(void **state)
{
    char path[PLACE_ROOM];
    hobj_ref_t found[3];
    hdset_reg_ref_t region;
    hid_t file, dataset, attribute, selection;

    (void)state;
    open_output(path, NULL, &file);
    assert_true(reference_in(file, "/", "main") == address_of(file, "/g/x"));
    assert_true(reference_in(file, "/g/x", "self") == address_of(file, "/g/x"));
    dataset = H5Dopen2(file, "references", H5P_DEFAULT);
    h5file_check(H5Dread(dataset, H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, found));
    assert_true(found[0] == address_of(file, "/g/x"));
    assert_true(found[1] == address_of(file, "/g"));
    assert_true(found[2] == 0);
    h5file_check(H5Dclose(dataset));
    attribute = H5Aopen_by_name(file, "/", "part", H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Aread(attribute, H5T_STD_REF_DSETREG, &region));
    selection = H5Rget_region(file, H5R_DATASET_REGION, &region);
    assert_int_equal(H5Sget_select_npoints(selection), 12);
    h5file_check(H5Sclose(selection));
    h5file_check(H5Aclose(attribute));
    h5file_close(file);
}

static void
dimension_scales_stay_attached(void **state)
{
    char path[PLACE_ROOM];
    hid_t file;

    (void)state;
    open_output(path, NULL, &file);
    assert_true(scale_of(file, "/g/x") == address_of(file, "/columns"));
    h5file_close(file);
}

static void
one_dataset_brings_its_attributes_and_scales(void **state)
{
    char path[PLACE_ROOM], *unit = NULL;
    H5G_info_t root;
    hid_t file, y;

    (void)state;
    open_output(path, "/new/y", &file);
    check_twice(file, "/new/y");
    assert_true(scale_of(file, "/new/y") == address_of(file, "/columns"));
    assert_true(reference_in(file, "/new/y", "self") == address_of(file, "/new/y"));
    y = H5Dopen2(file, "/new/y", H5P_DEFAULT);
    assert_ok(h5_attribute_read_text(y, "y", "unit", &unit));
    assert_string_equal(unit, "mm");
    sci_free(unit);
    h5file_check(H5Dclose(y));
    /* nothing else came along */
    h5file_check(H5Gget_info(file, &root));
    assert_int_equal(root.nlinks, 2);
    h5file_close(file);
}

static void
a_scale_makes_way_for_the_dataset(void **state)
{
    char path[PLACE_ROOM];
    hid_t file;

    (void)state;
    open_output(path, "/columns", &file);
    check_twice(file, "/columns");
    assert_true(scale_of(file, "/columns") == address_of(file, "/columns_scale1_0"));
    h5file_close(file);
}

static void
siblings_outside_of_the_file_are_refused(void **state)
{
    hsize_t n = 10;
    char path[PLACE_ROOM], target[PLACE_ROOM];
    hid_t file = h5file_create(path, "virtual.h5", 0), space = H5Screate_simple(1, &n, NULL);
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    sci_source *source = NULL;
    sci_h5_output *out = NULL;

    (void)state;
    h5file_check(H5Pset_virtual(list, space, ".", "v", space));
    h5file_check(
        H5Dclose(H5Dcreate2(file, "v", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, list, H5P_DEFAULT)));
    h5file_check(H5Dclose(h5file_dataset(file, "x", &plane, &contiguous, elements)));
    h5file_check(H5Pclose(list));
    h5file_check(H5Sclose(space));
    h5file_close(file);
    place_scratch(target, "refused.h5");
    place_write(target, "", 0);
    assert_ok(sci_h5_source_open(&source, path, "/x", NULL));
    assert_ok(sci_h5_output_create(&out, target));
    assert_fails(sci_h5_output_copy_siblings(out, source), SCI_ERR_UNSAFE);
    assert_message_has("virtual.h5:/v");
    sci_h5_output_free(out);
    sci_source_free(source);
}

/* A link that leads out of the input leads out of the output: nothing may be written through it. */
static void
copied_links_are_not_followed_when_writing(void **state)
{
    static const sci_h5_layout layout = { 0 };
    char path[PLACE_ROOM], target[PLACE_ROOM], victim[PLACE_ROOM];
    hid_t file = h5file_create(victim, "victim.h5", 0);
    sci_source *source = NULL;
    sci_h5_output *out = NULL;
    sci_sink *sink = NULL;
    unsigned char *before, *after;
    size_t n, m;

    (void)state;
    h5file_close(file);
    before = place_read(victim, &n);
    file = h5file_create(path, "leading.h5", 0);
    h5file_check(H5Dclose(h5file_dataset(file, "x", &plane, &contiguous, elements)));
    h5file_check(H5Lcreate_external(victim, "/", file, "out", H5P_DEFAULT, H5P_DEFAULT));
    h5file_close(file);
    place_scratch(target, "led.h5");
    place_write(target, "", 0);
    assert_ok(sci_h5_source_open(&source, path, "/x", NULL));
    assert_ok(sci_h5_output_create(&out, target));
    assert_ok(sci_h5_output_copy_siblings(out, source));
    assert_fails(sci_h5_output_dataset(out, "/out/x", &plane, &layout, NULL, &sink),
                 SCI_ERR_UNSAFE);
    assert_fails(sci_h5_output_text(out, "/out", "name", "value"), SCI_ERR_UNSAFE);
    sci_h5_output_free(out);
    sci_source_free(source);
    after = place_read(victim, &m);
    assert_count(n, m);
    assert_same_bytes(before, after, n, 1);
    free(before);
    free(after);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siblings_keep_their_data),
        cmocka_unit_test(links_stay_what_they_are),
        cmocka_unit_test(references_point_into_the_output),
        cmocka_unit_test(dimension_scales_stay_attached),
        cmocka_unit_test(one_dataset_brings_its_attributes_and_scales),
        cmocka_unit_test(a_scale_makes_way_for_the_dataset),
        cmocka_unit_test(siblings_outside_of_the_file_are_refused),
        cmocka_unit_test(copied_links_are_not_followed_when_writing),
    };

    return run_all(tests);
}
