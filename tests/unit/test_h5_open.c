/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is refused before a byte of it is read, and how datasets are found. */
#define _DEFAULT_SOURCE /* flock */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sci/memory.h>

#include "io/h5_priv.h"
#include "support/h5file.h"
#include "support/place.h"
#include "support/testing.h"

static const sci_array line = { .rank = 1, .shape = { 10 }, .type = SCI_FLOAT32 };
static const h5file_storage contiguous;

static void
refused(const char *path, const char *dataset, sci_status code, const char *words)
{
    sci_source *s = NULL;

    test_context("%s in %s", dataset != NULL ? dataset : "the only dataset", path);
    assert_fails(sci_h5_source_open(&s, path, dataset, NULL), code);
    assert_message_has(words);
}

static void
opened(const char *path, const char *dataset, const char *real)
{
    sci_source *s = NULL;

    test_context("%s in %s", dataset != NULL ? dataset : "the only dataset", path);
    assert_ok(sci_h5_source_open(&s, path, dataset, NULL));
    assert_string_equal(sci_h5_source_dataset(s), real);
    sci_source_free(s);
}

/* ---- files ---- */

static void
what_is_no_hdf5_file_is_refused(void **state)
{
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "missing.h5");
    refused(path, "/x", SCI_ERR_IO, "No such file");
    place_write(path, "", 0);
    refused(path, "/x", SCI_ERR_FORMAT, "is empty");
    place_write(path, "plain text, and more of it", 26);
    refused(path, "/x", SCI_ERR_FORMAT, "not an HDF5 file");
    place_write(path, "\x89HDF\r\n\x1a\n", 8);
    refused(path, "/x", SCI_ERR_FORMAT, "damaged");
    place_scratch(path, ".");
    refused(path, "/x", SCI_ERR_FORMAT, "is a directory");
    place_scratch(path, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    refused(path, "/x", SCI_ERR_FORMAT, "not a regular file");
}

/* Writers hold an exclusive lock, as HDF5 itself does. */
static void
a_file_that_is_being_written_is_refused(void **state)
{
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "writing.h5", 0);
    int fd;

    (void)state;
    h5file_check(H5Dclose(h5file_dataset(file, "x", &line, &contiguous, NULL)));
    h5file_close(file);
    fd = open(path, O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    refused(path, "/x", SCI_ERR_IO, "another program is writing it");
    assert_int_equal(close(fd), 0);
    opened(path, "/x", "/x");
}

/* ---- links ---- */

static void
links_inside_the_file_are_followed(void **state)
{
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "links.h5", 0),
          group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

    (void)state;
    h5file_check(H5Dclose(h5file_dataset(group, "x", &line, &contiguous, NULL)));
    h5file_check(H5Lcreate_soft("/g/x", file, "absolute", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_soft("x", group, "relative", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_soft("g", file, "h", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_hard(file, "/", group, "up", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Gclose(group));
    h5file_close(file);
    opened(path, "/g/x", "/g/x");
    opened(path, "g//./x/", "/g/x");
    opened(path, "/absolute", "/g/x");
    opened(path, "/h/relative", "/g/x");
    opened(path, "/g/up/g/x", "/g/up/g/x");
    refused(path, "/g", SCI_ERR_FORMAT, "not a dataset");
    refused(path, "/g/x/y", SCI_ERR_NOTFOUND, "not a group");
    refused(path, "/nothing", SCI_ERR_NOTFOUND, "'absolute', 'g', 'h'");
    refused(path, "/h/z", SCI_ERR_NOTFOUND, "'relative', 'up', 'x'");
}

static void
links_out_of_the_file_are_refused(void **state)
{
    char path[PLACE_ROOM], other[PLACE_ROOM];
    hid_t file = h5file_create(other, "other.h5", 0), group;

    (void)state;
    h5file_check(H5Dclose(h5file_dataset(file, "x", &line, &contiguous, NULL)));
    h5file_close(file);
    file = h5file_create(path, "external.h5", 0);
    group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Lcreate_external("other.h5", "/", group, "out", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_external(other, "/x", file, "x", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_soft("/g/out/x", file, "soft", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Gclose(group));
    h5file_close(file);
    refused(path, "/x", SCI_ERR_UNSAFE, "another file");
    refused(path, "/g/out/x", SCI_ERR_UNSAFE, "another file");
    refused(path, "/soft", SCI_ERR_UNSAFE, "another file");
    refused(path, NULL, SCI_ERR_NOTFOUND, "no dataset of numbers");
}

static void
cycles_and_long_chains_of_soft_links_end(void **state)
{
    char path[PLACE_ROOM], from[] = "s00", to[] = "s01";
    hid_t file = h5file_create(path, "chain.h5", 0);

    (void)state;
    h5file_check(H5Lcreate_soft("b", file, "a", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_soft("a", file, "b", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Dclose(h5file_dataset(file, "s00", &line, &contiguous, NULL)));
    for (int i = 1; i <= 17; i++) {
        from[1] = (char)('0' + (i - 1) / 10);
        from[2] = (char)('0' + (i - 1) % 10);
        to[1] = (char)('0' + i / 10);
        to[2] = (char)('0' + i % 10);
        h5file_check(H5Lcreate_soft(from, file, to, H5P_DEFAULT, H5P_DEFAULT));
    }
    h5file_close(file);
    refused(path, "/a", SCI_ERR_UNSAFE, "soft links");
    opened(path, "/s16", "/s00");
    refused(path, "/s17", SCI_ERR_UNSAFE, "soft links");
}

/* ---- storage ---- */

static void
data_in_other_files_are_refused(void **state)
{
    hsize_t n = 10;
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "outside.h5", 0), space = H5Screate_simple(1, &n, NULL);
    hid_t external = H5Pcreate(H5P_DATASET_CREATE), virtual = H5Pcreate(H5P_DATASET_CREATE);

    (void)state;
    h5file_check(H5Pset_external(external, "/etc/passwd", 0, 40));
    h5file_check(H5Dclose(
        H5Dcreate2(file, "external", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, external, H5P_DEFAULT)));
    h5file_check(H5Pset_virtual(virtual, space, ".", "virtual", space));
    h5file_check(H5Dclose(
        H5Dcreate2(file, "virtual", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, virtual, H5P_DEFAULT)));
    h5file_check(H5Pclose(virtual));
    h5file_check(H5Pclose(external));
    h5file_check(H5Sclose(space));
    h5file_close(file);
    refused(path, "/external", SCI_ERR_UNSAFE, "other files");
    refused(path, "/virtual", SCI_ERR_UNSAFE, "virtual");
    refused(path, NULL, SCI_ERR_NOTFOUND, "no dataset of numbers");
}

static void
filters_from_outside_are_refused(void **state)
{
    static const uint64_t chunk[] = { 5 };
    h5file_storage unknown = { .chunk = chunk, .filters = { 32099 } };
    h5file_storage twice = { .chunk = chunk, .filters = { H5Z_FILTER_DEFLATE, 32000 } };
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "filters.h5", 0);

    (void)state;
    h5file_check(H5Dclose(h5file_dataset(file, "x", &line, &unknown, NULL)));
    h5file_check(H5Dclose(h5file_dataset(file, "y", &line, &twice, NULL)));
    h5file_close(file);
    refused(path, "/x", SCI_ERR_UNSAFE, "filter 32099");
    refused(path, "/y", SCI_ERR_UNSAFE, "compressed twice");
}

static void
claims_far_above_the_file_are_refused(void **state)
{
    static const uint64_t chunk[] = { 1000, 1 }, one[] = { 1, 1 };
    sci_array huge = { .rank = 2, .shape = { UINT64_C(1) << 40, 1 }, .type = SCI_FLOAT32 };
    sci_array overflow = { .rank = 2,
                           .shape = { UINT64_C(1) << 32, UINT64_C(1) << 31 },
                           .type = SCI_FLOAT32 };
    sci_array many = { .rank = 2, .shape = { 1 << 15, 1 << 14 }, .type = SCI_UINT8 };
    h5file_storage chunked = { .chunk = chunk }, late = { .late = true }, tiny = { .chunk = one };
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "claims.h5", 0);
    sci_h5_options trusting = { .claim_bytes_most = UINT64_MAX, .chunk_bytes_most = 3999 };
    sci_source *s = NULL;

    (void)state;
    h5file_check(H5Dclose(h5file_dataset(file, "chunked", &huge, &chunked, NULL)));
    h5file_check(H5Dclose(h5file_dataset(file, "late", &huge, &late, NULL)));
    h5file_check(H5Dclose(h5file_dataset(file, "overflow", &overflow, &chunked, NULL)));
    h5file_check(H5Dclose(h5file_dataset(file, "many", &many, &tiny, NULL)));
    h5file_close(file);
    refused(path, "/chunked", SCI_ERR_UNSAFE, "1099511627776 x 1 elements");
    refused(path, "/late", SCI_ERR_UNSAFE, "are stored");
    refused(path, "/overflow", SCI_ERR_UNSAFE, "no memory can hold");
    refused(path, "/many", SCI_ERR_UNSAFE, "536870912 chunks");
    assert_fails(sci_h5_source_open(&s, path, "/chunked", &trusting), SCI_ERR_UNSAFE);
    assert_message_has("4000 bytes of memory, more than 3999");
    trusting.chunk_bytes_most = 4000;
    assert_fails(sci_h5_source_open(&s, path, "/chunked", &trusting), SCI_ERR_UNSAFE);
    assert_message_has("claims 1099511628 chunks");
    assert_ok(sci_h5_source_open(&s, path, "/late", &trusting));
    sci_source_free(s);
}

/* ---- types ---- */

static void
with_type(hid_t file, const char *name, hid_t type)
{
    hid_t space = H5Screate(H5S_SCALAR), dataset;

    h5file_check(type);
    dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(dataset);
    h5file_check(H5Dclose(dataset));
    h5file_check(H5Sclose(space));
}

static hid_t
enumeration(const char *first, const char *second)
{
    hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
    int8_t zero = 0, one = 1;

    h5file_check(H5Tenum_insert(type, first, &zero));
    h5file_check(H5Tenum_insert(type, second, &one));
    return type;
}

static hid_t
pair(const char *first, const char *second)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, 8);

    h5file_check(H5Tinsert(type, first, 0, H5T_NATIVE_FLOAT));
    h5file_check(H5Tinsert(type, second, 4, H5T_NATIVE_FLOAT));
    return type;
}

static hid_t
bfloat16(void)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);

    h5file_check(H5Tset_fields(type, 15, 7, 8, 0, 7));
    h5file_check(H5Tset_size(type, 2));
    return type;
}

static hid_t
twelve_bits(void)
{
    hid_t type = H5Tcopy(H5T_STD_I16LE);

    h5file_check(H5Tset_precision(type, 12));
    return type;
}

static hid_t
text(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);

    h5file_check(H5Tset_size(type, H5T_VARIABLE));
    return type;
}

static void
types_that_are_no_plain_numbers_are_refused_by_name(void **state)
{
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "types.h5", 0);
    const struct {
        const char *name;
        hid_t type;
        const char *words;
    } cases[] = {
        { "complex", pair("r", "i"), "type complex" },
        { "compound", pair("a", "b"), "type compound" },
        { "text", text(), "type string" },
        { "bfloat16", bfloat16(), "type bfloat16" },
        { "long", H5Tcopy(H5T_NATIVE_LDOUBLE), "type long double" },
        { "enum", enumeration("off", "on"), "type enumeration" },
        { "bits", twelve_bits(), "unused bits" },
        { "vax", H5Tcopy(H5T_VAX_F32), "float" },
        { "opaque", H5Tcreate(H5T_OPAQUE, 3), "type opaque" },
        { "reference", H5Tcopy(H5T_STD_REF_OBJ), "type reference" },
        { "bitfield", H5Tcopy(H5T_STD_B8LE), "type bit field" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        with_type(file, cases[i].name, cases[i].type);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        h5file_check(H5Tclose(cases[i].type));
    h5file_close(file);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        refused(path, cases[i].name, SCI_ERR_TYPE, cases[i].words);
}

static void
booleans_read_as_bytes(void **state)
{
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "boolean.h5", 0), type = enumeration("FALSE", "TRUE");
    sci_source *s = NULL;

    (void)state;
    with_type(file, "x", type);
    h5file_check(H5Tclose(type));
    h5file_close(file);
    assert_ok(sci_h5_source_open(&s, path, "/x", NULL));
    assert_int_equal(s->array.type, SCI_UINT8);
    sci_source_free(s);
}

static void
a_null_space_has_no_array(void **state)
{
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "null.h5", 0), space = H5Screate(H5S_NULL);

    (void)state;
    h5file_check(H5Dclose(
        H5Dcreate2(file, "x", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    h5file_check(H5Sclose(space));
    h5file_close(file);
    refused(path, "/x", SCI_ERR_SHAPE, "no data space");
}

/* ---- which dataset ---- */

static void
the_only_dataset_needs_no_name(void **state)
{
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "only.h5", 0),
          group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = pair("a", "b"), scale;

    (void)state;
    with_type(file, "compound", type);
    with_type(file, "scalar", H5T_NATIVE_FLOAT);
    scale = h5file_dataset(file, "scale", &line, &contiguous, NULL);
    assert_ok(h5_attribute_write_text(scale, "scale", "CLASS", "DIMENSION_SCALE"));
    h5file_check(H5Dclose(scale));
    h5file_check(H5Dclose(h5file_dataset(group, "x", &line, &contiguous, NULL)));
    h5file_check(H5Lcreate_hard(group, "x", file, "again", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Tclose(type));
    h5file_close(file);
    opened(path, NULL, "/again");
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    h5file_check(H5Dclose(h5file_dataset(file, "second", &line, &contiguous, NULL)));
    h5file_check(H5Gclose(group = H5Gopen2(file, "g", H5P_DEFAULT)));
    h5file_close(file);
    refused(path, NULL, SCI_ERR_NOTFOUND, "2 datasets; say which: '/again', '/second'");
}

static void
an_operand_splits_at_its_last_colon(void **state)
{
    static const struct {
        const char *operand, *file, *dataset;
    } cases[] = {
        { "x.h5:/a/b", "x.h5", "/a/b" },
        { "x.h5", "x.h5", NULL },
        { "dir:/x.h5:/a", "dir:/x.h5", "/a" },
        { "x.h5:a", "x.h5:a", NULL },
        { "x.h5:/", "x.h5", "/" },
    };
    char path[PLACE_ROOM], *file = NULL, *dataset = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        test_context("%s", cases[i].operand);
        assert_ok(sci_h5_split_operand(cases[i].operand, &file, &dataset));
        assert_string_equal(file, cases[i].file);
        assert_true((dataset == NULL) == (cases[i].dataset == NULL));
        if (dataset != NULL)
            assert_string_equal(dataset, cases[i].dataset);
        sci_free(dataset);
        sci_free(file);
    }
    assert_fails(sci_h5_split_operand(":/x", &file, &dataset), SCI_ERR_ARGUMENT);
    assert_fails(sci_h5_split_operand("", &file, &dataset), SCI_ERR_ARGUMENT);
    /* A file whose whole name exists is taken as it is. */
    place_scratch(path, "odd:");
    assert_int_equal(mkdir(path, 0700), 0);
    place_scratch(path, "odd:/x");
    place_write(path, "x", 1);
    assert_ok(sci_h5_split_operand(path, &file, &dataset));
    assert_string_equal(file, path);
    assert_null(dataset);
    sci_free(file);
}

static void
axes_have_the_names_of_labels_or_scales(void **state)
{
    static const sci_array cube = { .rank = 3, .shape = { 2, 3, 4 }, .type = SCI_FLOAT32 };
    sci_array along = { .rank = 1, .shape = { 3 }, .type = SCI_FLOAT64 };
    hsize_t rank = 3;
    char path[PLACE_ROOM];
    const char *labels[3] = { "depth", "", "" };
    hid_t file = h5file_create(path, "axes.h5", 0),
          x = h5file_dataset(file, "x", &cube, &contiguous, NULL);
    hid_t scale = h5file_dataset(file, "rows", &along, &contiguous, NULL);
    hid_t strings = text(), space = H5Screate_simple(1, &rank, NULL), attribute,
          lists = H5Tvlen_create(H5T_STD_REF_OBJ);
    hobj_ref_t reference;
    hvl_t values[3] = { { 0, NULL }, { 1, &reference }, { 0, NULL } };
    sci_source *s = NULL;

    (void)state;
    attribute = H5Acreate2(x, "DIMENSION_LABELS", strings, space, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Awrite(attribute, strings, labels));
    h5file_check(H5Aclose(attribute));
    h5file_check(H5Rcreate(&reference, file, "rows", H5R_OBJECT, -1));
    attribute = H5Acreate2(x, "DIMENSION_LIST", lists, space, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Awrite(attribute, lists, values));
    h5file_check(H5Aclose(attribute));
    h5file_check(H5Tclose(lists));
    h5file_check(H5Sclose(space));
    h5file_check(H5Tclose(strings));
    h5file_check(H5Dclose(scale));
    h5file_check(H5Dclose(x));
    h5file_close(file);
    assert_ok(sci_h5_source_open(&s, path, "/x", NULL));
    assert_string_equal(sci_h5_source_axis(s, 0), "depth");
    assert_string_equal(sci_h5_source_axis(s, 1), "rows");
    assert_null(sci_h5_source_axis(s, 2));
    assert_null(sci_h5_source_axis(s, 3));
    assert_null(sci_h5_source_axis(s, -1));
    sci_source_free(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_hdf5_file_is_refused),
        cmocka_unit_test(a_file_that_is_being_written_is_refused),
        cmocka_unit_test(links_inside_the_file_are_followed),
        cmocka_unit_test(links_out_of_the_file_are_refused),
        cmocka_unit_test(cycles_and_long_chains_of_soft_links_end),
        cmocka_unit_test(data_in_other_files_are_refused),
        cmocka_unit_test(filters_from_outside_are_refused),
        cmocka_unit_test(claims_far_above_the_file_are_refused),
        cmocka_unit_test(types_that_are_no_plain_numbers_are_refused_by_name),
        cmocka_unit_test(booleans_read_as_bytes),
        cmocka_unit_test(a_null_space_has_no_array),
        cmocka_unit_test(the_only_dataset_needs_no_name),
        cmocka_unit_test(an_operand_splits_at_its_last_colon),
        cmocka_unit_test(axes_have_the_names_of_labels_or_scales),
    };

    return run_all(tests);
}
