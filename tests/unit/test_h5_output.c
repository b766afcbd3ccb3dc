/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datasets as sinks: what was stored is what HDF5 reads, however the pass is cut, and what is
 * not there is noticed when the file is closed. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "io/h5_output_priv.h"
#include "support/h5file.h"
#include "support/place.h"
#include "support/random.h"
#include "support/testing.h"

/* A new output under a name in the scratch folder. */
static sci_h5_output *
begin(char *path, const char *name)
{
    sci_h5_output *out = NULL;

    place_scratch(path, name);
    place_write(path, "", 0);
    assert_ok(sci_h5_output_create(&out, path));
    return out;
}

/* Store elements [first, end) in pieces of up to `most`, encoded by three workers. */
static sci_status
store(sci_sink *sink, const void *values, uint64_t first, uint64_t end, uint64_t most,
      random_stream *r)
{
    size_t size = sci_type_size(sink->array.type);
    sci_piece piece[2] = { { 0 }, { 0 } };
    sci_status st = sink->ops->start(sink, first, end, 3);
    int turn = 0;

    for (uint64_t at = first; st == SCI_OK && at < end; at += piece[turn].count) {
        sci_piece *p = &piece[turn = !turn];
        unsigned char *copy;

        p->first = at;
        p->count = 1 + random_below(r, most);
        p->count = p->count < end - at ? p->count : end - at;
        p->bytes = copy = test_alloc(p->count, size);
        memcpy(copy, (const unsigned char *)values + at * size, p->count * size);
        if (sink->ops->prepare != NULL)
            st = sink->ops->prepare(sink, p);
        for (size_t task = p->n_tasks; st == SCI_OK && sink->ops->encode != NULL && task-- > 0;)
            st = sink->ops->encode(sink, p, task, (int)(task % 3));
        if (st == SCI_OK)
            st = sink->ops->store(sink, p);
        /* Nothing may be taken from the piece any more. */
        memset(copy, 0xdd, p->count * size);
        free(copy);
    }
    for (int i = 0; i < 2 && sink->ops->release != NULL; i++)
        sink->ops->release(sink, &piece[i]);
    return st == SCI_OK ? sink->ops->finish(sink) : st;
}

/* Everything in one go. */
static void
write_dataset(sci_h5_output *out, const char *path, const sci_array *array,
              const sci_h5_layout *layout, const void *values)
{
    random_stream r = random_start(1);
    sci_sink *sink = NULL;
    uint64_t n;

    assert_ok(sci_array_count(array, &n));
    assert_ok(sci_h5_output_dataset(out, path, array, layout, NULL, &sink));
    assert_ok(store(sink, values, 0, n, n + 1, &r));
    sci_sink_free(sink);
}

/* What HDF5 itself reads must be the values. */
static void
check_dataset(const char *path, const char *name, const sci_array *array, const void *values)
{
    size_t size = sci_type_size(array->type);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT),
          dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t type = H5Dget_type(dataset);
    unsigned char *found;
    uint64_t n;

    assert_ok(sci_array_count(array, &n));
    found = test_alloc(n + 1, size);
    h5file_check(dataset);
    h5file_check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, found));
    assert_same_bytes(found, values, n, size);
    free(found);
    h5file_check(H5Tclose(type));
    h5file_check(H5Dclose(dataset));
    h5file_close(file);
}

static sci_array
cube_of(sci_type type)
{
    return (sci_array){ .rank = 3, .shape = { 7, 9, 11 }, .type = type };
}

/* ---- sinks ---- */

static void
any_layout_is_read_back(void **state)
{
    static const sci_h5_layout layouts[] = {
        { .chunked = false },
        { .chunked = true, .chunk = { 2, 4, 5 } },
        { .chunked = true, .chunk = { 3, 9, 11 }, .shuffle = true, .deflate = 1 },
        { .chunked = true, .chunk = { 1, 1, 11 }, .deflate = 6 },
        { .chunked = true, .chunk = { 1, 1, 1 } },
        { .chunked = true,
          .chunk = { 7, 2, 3 },
          .shuffle = true,
          .deflate = 9,
          .fletcher32 = true },
        { .chunked = true, .chunk = { 4, 5, 6 }, .shuffle = true, .fletcher32 = true },
        { .chunked = true, .chunk = { 4, 5, 6 }, .fletcher32 = true },
    };
    static const sci_type types[] = { SCI_FLOAT32, SCI_FLOAT64, SCI_UINT8, SCI_INT16, SCI_FLOAT16 };
    random_stream r = random_start(2);
    char path[PLACE_ROOM];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
        for (uint64_t most = 1; most < 2000; most = 5 * most + 2) {
            sci_array a = cube_of(types[i % ARRAY_LEN(types)]);
            void *values = h5file_values(&a, i);
            sci_h5_output *out = begin(path, "layout.h5");
            sci_sink *sink = NULL;

            test_context("layout %zu, pieces of up to %d", i, (int)most);
            assert_ok(sci_h5_output_dataset(out, "/group/of/x", &a, &layouts[i], NULL, &sink));
            assert_ok(store(sink, values, 0, 693, most, &r));
            sci_sink_free(sink);
            assert_ok(sci_h5_output_close(out, true, true));
            check_dataset(path, "/group/of/x", &a, values);
            free(values);
        }
    }
}

static void
bands_too_large_for_memory_wait_in_a_scratch_file(void **state)
{
    static const uint64_t chunk[] = { 3, 4, 5 };
    sci_h5_layout layout = { .chunked = true, .chunk = { 3, 4, 5 }, .shuffle = true, .deflate = 4 };
    h5file_storage s = { .chunk = chunk };
    char path[PLACE_ROOM], source_path[PLACE_ROOM], scratch[PLACE_ROOM];
    sci_h5_options opt = { .band_bytes_most = 300, .scratch = scratch };
    sci_array a = cube_of(SCI_INT32);
    int32_t *values = h5file_values(&a, 3);
    hid_t file = h5file_create(source_path, "from.h5", 0);
    random_stream r = random_start(4);
    sci_source *like = NULL;
    sci_sink *sink = NULL;
    sci_h5_output *out;

    (void)state;
    place_scratch(scratch, ".");
    h5file_check(H5Dclose(h5file_dataset(file, "x", &a, &s, NULL)));
    h5file_close(file);
    out = begin(path, "large.h5");
    assert_ok(sci_h5_source_open(&like, source_path, "/x", &opt));
    assert_ok(sci_h5_output_dataset(out, "/x", &a, &layout, like, &sink));
    assert_ok(store(sink, values, 0, 693, 100, &r));
    sci_sink_free(sink);
    sci_source_free(like);
    assert_ok(sci_h5_output_close(out, true, false));
    check_dataset(path, "/x", &a, values);
    free(values);
}

static void
a_part_allocates_its_chunks_only(void **state)
{
    sci_h5_layout layout = { .chunked = true, .chunk = { 2, 9, 4 }, .deflate = 4 };
    sci_array a = cube_of(SCI_FLOAT64);
    double *values = h5file_values(&a, 5), expected[693] = { 0 };
    random_stream r = random_start(6);
    char path[PLACE_ROOM];
    sci_h5_output *out = begin(path, "part.h5");
    sci_sink *sink = NULL;

    (void)state;
    assert_ok(sci_h5_output_dataset(out, "/x", &a, &layout, NULL, &sink));
    assert_fails(store(sink, values, 100, 396, 1000, &r), SCI_ERR_ARGUMENT);
    assert_fails(store(sink, values, 198, 397, 1000, &r), SCI_ERR_ARGUMENT);
    assert_ok(store(sink, values, 198, 396, 50, &r));
    assert_ok(store(sink, values, 594, 693, 50, &r));
    sci_sink_free(sink);
    assert_ok(sci_h5_output_close(out, true, false));
    memcpy(expected + 198, values + 198, 198 * sizeof *values);
    memcpy(expected + 594, values + 594, 99 * sizeof *values);
    check_dataset(path, "/x", &a, expected);
    free(values);
}

static void
equal_runs_give_equal_bytes(void **state)
{
    sci_h5_layout layout = { .chunked = true, .chunk = { 2, 9, 4 }, .shuffle = true, .deflate = 4 };
    sci_h5_layout contiguous = { 0 };
    sci_array a = cube_of(SCI_FLOAT32);
    void *values = h5file_values(&a, 5);
    unsigned char *bytes[2];
    size_t sizes[2];
    char path[PLACE_ROOM];

    (void)state;
    for (int i = 0; i < 2; i++) {
        sci_h5_output *out = begin(path, "equal.h5");

        if (i == 1)
            (void)sleep(1); /* a time that was stored would be another one */
        write_dataset(out, "/g/x", &a, &layout, values);
        write_dataset(out, "/y", &a, &contiguous, values);
        assert_ok(sci_h5_output_text(out, "/g", "unit", "mm"));
        assert_ok(sci_h5_output_close(out, false, false));
        bytes[i] = place_read(path, &sizes[i]);
    }
    assert_count(sizes[0], sizes[1]);
    assert_same_bytes(bytes[0], bytes[1], sizes[0], 1);
    free(bytes[0]);
    free(bytes[1]);
    free(values);
}

static void
elements_out_of_order_are_refused(void **state)
{
    sci_h5_layout layouts[] = { { 0 }, { .chunked = true, .chunk = { 2, 9, 4 } } };
    sci_array a = cube_of(SCI_FLOAT32);
    float values[693] = { 0 };
    char path[PLACE_ROOM];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
        sci_piece piece = { .first = 5, .count = 10, .bytes = values };
        sci_h5_output *out = begin(path, "order.h5");
        sci_sink *sink = NULL;

        assert_ok(sci_h5_output_dataset(out, "/x", &a, &layouts[i], NULL, &sink));
        assert_ok(sink->ops->start(sink, 0, 693, 1));
        assert_fails(sink->ops->store(sink, &piece), SCI_ERR_ARGUMENT);
        /* and what is missing at the end is noticed */
        assert_fails(sink->ops->finish(sink), SCI_ERR_ARGUMENT);
        sci_sink_free(sink);
        sci_h5_output_free(out);
    }
}

static void
impossible_datasets_are_refused(void **state)
{
    sci_h5_layout contiguous = { 0 }, large = { .chunked = true, .chunk = { 8, 9, 11 } };
    sci_array a = cube_of(SCI_FLOAT32), scalar = { .type = SCI_FLOAT64 }, swapped = a;
    char path[PLACE_ROOM];
    sci_h5_output *out = begin(path, "impossible.h5");
    sci_sink *sink = NULL;

    (void)state;
    swapped.swapped = true;
    assert_fails(sci_h5_output_dataset(out, "/x", &a, &large, NULL, &sink), SCI_ERR_ARGUMENT);
    assert_fails(sci_h5_output_dataset(out, "/x", &scalar, &large, NULL, &sink), SCI_ERR_ARGUMENT);
    assert_fails(sci_h5_output_dataset(out, "/x", &swapped, &contiguous, NULL, &sink),
                 SCI_ERR_ARGUMENT);
    assert_fails(sci_h5_output_dataset(out, "/", &a, &contiguous, NULL, &sink), SCI_ERR_ARGUMENT);
    assert_ok(sci_h5_output_dataset(out, "x", &a, &contiguous, NULL, &sink));
    sci_sink_free(sink);
    assert_fails(sci_h5_output_dataset(out, "/x", &a, &contiguous, NULL, &sink), SCI_ERR_EXISTS);
    assert_fails(sci_h5_output_dataset(out, "/x/y", &a, &contiguous, NULL, &sink), SCI_ERR_FORMAT);
    sci_h5_output_free(out);
}

/* ---- small things ---- */

static void
attributes_and_small_arrays_are_kept(void **state)
{
    sci_array row = { .rank = 1, .shape = { 3 }, .type = SCI_FLOAT64 },
              scalar = { .type = SCI_INT32 };
    sci_array empty = { .rank = 2, .shape = { 0, 4 }, .type = SCI_FLOAT32 };
    double values[3] = { 1, 2, 3 }, number = 0;
    int32_t one = 7;
    int64_t integer = 0;
    char path[PLACE_ROOM], *text = NULL;
    sci_h5_output *out = begin(path, "small.h5");
    h5_file *file = NULL;
    hid_t object = H5I_INVALID_HID;

    (void)state;
    assert_ok(sci_h5_output_array(out, "/g/row", &row, values));
    assert_ok(sci_h5_output_array(out, "/scalar", &scalar, &one));
    assert_ok(sci_h5_output_array(out, "/empty", &empty, NULL));
    assert_ok(sci_h5_output_text(out, "/g/row", "unit", "old"));
    assert_ok(sci_h5_output_text(out, "/g/row", "unit", "\xc2\xb5m"));
    assert_ok(sci_h5_output_text(out, "/g/row", "nothing", ""));
    assert_ok(sci_h5_output_number(out, "/g/row", "width", 0.25));
    assert_ok(sci_h5_output_integer(out, "/", "many", INT64_MIN));
    assert_fails(sci_h5_output_text(out, "/missing", "a", "b"), SCI_ERR_NOTFOUND);
    assert_ok(sci_h5_output_close(out, true, false));
    check_dataset(path, "/g/row", &row, values);
    check_dataset(path, "/scalar", &scalar, &one);
    check_dataset(path, "/empty", &empty, values);
    assert_ok(h5_file_open(&file, path));
    assert_ok(h5_open_object(file, "/g/row", &object, NULL));
    assert_ok(h5_attribute_read_text(object, "row", "unit", &text));
    assert_string_equal(text, "\xc2\xb5m");
    sci_free(text);
    assert_ok(h5_attribute_read_text(object, "row", "nothing", &text));
    assert_string_equal(text, "");
    sci_free(text);
    assert_ok(h5_attribute_read(object, "row", "width", H5T_NATIVE_DOUBLE, 1, &number));
    assert_true(number == 0.25);
    assert_fails(h5_attribute_read(object, "row", "width", H5T_NATIVE_DOUBLE, 2, values),
                 SCI_ERR_FORMAT);
    assert_fails(h5_attribute_read(object, "row", "unit", H5T_NATIVE_DOUBLE, 1, &number),
                 SCI_ERR_FORMAT);
    assert_fails(h5_attribute_read_text(object, "row", "width", &text), SCI_ERR_FORMAT);
    assert_fails(h5_attribute_read_text(object, "row", "height", &text), SCI_ERR_NOTFOUND);
    h5_close(object);
    assert_ok(h5_open_group(file, "/", &object));
    assert_ok(h5_attribute_read(object, "/", "many", H5T_NATIVE_INT64, 1, &integer));
    assert_true(integer == INT64_MIN);
    h5_close(object);
    assert_fails(h5_open_group(file, "/g/row", &object), SCI_ERR_FORMAT);
    h5_file_close(file);
}

static void
messages_use_the_final_name(void **state)
{
    char target[PLACE_ROOM], *temporary = NULL;
    sci_h5_output *out = NULL;

    (void)state;
    place_scratch(target, "y.h5");
    assert_ok(sci_temporary_create(&temporary, target));
    assert_ok(sci_h5_output_create(&out, temporary));
    assert_string_equal(h5_output_name(out), target);
    sci_h5_output_free(out);
    sci_temporary_discard(temporary);
    sci_free(temporary);
}

/* ---- checks ---- */

static int checks_before, checks_after, checks_freed;

static sci_status
before(void *context, sci_h5_output *out)
{
    checks_before++;
    return sci_h5_output_integer(out, "/", "number", *(int *)context);
}

static sci_status
verify(void *context, h5_file *file)
{
    int64_t number = 0;
    hid_t root = H5I_INVALID_HID;
    sci_status st = h5_open_group(file, "/", &root);

    checks_after++;
    if (st == SCI_OK)
        st = h5_attribute_read(root, "/", "number", H5T_NATIVE_INT64, 1, &number);
    h5_close(root);
    if (st == SCI_OK && number != 3)
        st = sci_fail(SCI_ERR_FORMAT, "the number is %d", (int)number);
    (void)context;
    return st;
}

static void
free_check(void *context)
{
    (void)context;
    checks_freed++;
}

static void
checks_run_before_and_after_closing(void **state)
{
    int numbers[2] = { 3, 4 };
    char path[PLACE_ROOM];

    (void)state;
    checks_before = checks_after = checks_freed = 0;
    for (int i = 0; i < 2; i++) {
        h5_check check = { before, verify, free_check, &numbers[i] };
        sci_h5_output *out = begin(path, "checked.h5");

        assert_ok(h5_output_check(out, &check));
        if (i == 0)
            assert_ok(sci_h5_output_close(out, false, false));
        else
            assert_fails(sci_h5_output_close(out, false, false), SCI_ERR_IO);
        assert_int_equal(checks_before, i + 1);
        assert_int_equal(checks_after, i + 1);
        assert_int_equal(checks_freed, i + 1);
    }
    assert_message_has("the number is 4");
}

/* Flip a byte of the data behind the output's back; verify_data notices, the quick check need
 * not. */
static void
data_that_changed_are_noticed(void **state)
{
    static const sci_h5_layout layouts[] = {
        { 0 }, { .chunked = true, .chunk = { 7, 9, 11 }, .deflate = 1 }
    };
    sci_array a = cube_of(SCI_FLOAT32);
    float *values = h5file_values(&a, 5);
    char path[PLACE_ROOM];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
        sci_h5_output *out = begin(path, "changed.h5");
        unsigned char byte;
        int fd;

        write_dataset(out, "/x", &a, &layouts[i], values);
        assert_int_equal(H5Fflush(h5_output_id(out), H5F_SCOPE_GLOBAL), 0);
        fd = open(path, O_RDWR);
        /* The data lie behind the metadata of so small a file. */
        assert_int_equal(pread(fd, &byte, 1, lseek(fd, 0, SEEK_END) - 700), 1);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, lseek(fd, 0, SEEK_END) - 700), 1);
        (void)close(fd);
        assert_fails(sci_h5_output_close(out, true, false), SCI_ERR_IO);
        assert_message_has("differ from what was written");
    }
    free(values);
}

static void
verifying_data_needs_their_digests(void **state)
{
    char path[PLACE_ROOM];
    sci_h5_output *out = begin(path, "digests.h5");

    (void)state;
    sci_h5_output_digests(out, false);
    assert_fails(sci_h5_output_close(out, true, false), SCI_ERR_ARGUMENT);
}

/* ---- no space ---- */

/* With a limit on the size of files writing fails somewhere between the first byte and the last. */
static int
write_with_limit(const char *path, rlim_t limit, const sci_h5_layout *layout)
{
    const struct rlimit files = { limit, limit }, no_core = { 0, 0 };
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        sci_array a = { .rank = 2, .shape = { 40, 500 }, .type = SCI_FLOAT32 };
        float *values = h5file_values(&a, 9);
        random_stream r = random_start(1);
        sci_h5_output *out = NULL;
        sci_sink *sink = NULL;
        sci_status st;

        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &files);
        st = sci_h5_output_create(&out, path);
        if (st == SCI_OK)
            st = sci_h5_output_dataset(out, "/x", &a, layout, NULL, &sink);
        if (st == SCI_OK)
            st = store(sink, values, 0, 20000, 3000, &r);
        sci_sink_free(sink);
        if (st == SCI_OK)
            st = sci_h5_output_text(out, "/x", "unit", "mm");
        if (st == SCI_OK)
            st = sci_h5_output_close(out, false, false);
        else
            sci_h5_output_free(out);
        free(values);
        _exit(st == SCI_OK ? 0 : st == SCI_ERR_NOSPACE ? 4 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void
a_limit_on_the_size_of_files_is_no_space(void **state)
{
    static const sci_h5_layout layouts[] = {
        { 0 }, { .chunked = true, .chunk = { 3, 500 }, .deflate = 1 }
    };
    char path[PLACE_ROOM];
    struct stat whole;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
        place_scratch(path, "limited.h5");
        place_write(path, "", 0);
        assert_int_equal(write_with_limit(path, RLIM_INFINITY, &layouts[i]), 0);
        assert_int_equal(stat(path, &whole), 0);
        for (int tenth = 0; tenth < 10; tenth++) {
            int status;

            test_context("layout %zu, %d tenths", i, tenth);
            place_write(path, "", 0);
            status = write_with_limit(path, (rlim_t)(whole.st_size * tenth / 10), &layouts[i]);
            assert_that(WIFEXITED(status));
            assert_count(WEXITSTATUS(status), 4);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_layout_is_read_back),
        cmocka_unit_test(bands_too_large_for_memory_wait_in_a_scratch_file),
        cmocka_unit_test(a_part_allocates_its_chunks_only),
        cmocka_unit_test(equal_runs_give_equal_bytes),
        cmocka_unit_test(elements_out_of_order_are_refused),
        cmocka_unit_test(impossible_datasets_are_refused),
        cmocka_unit_test(attributes_and_small_arrays_are_kept),
        cmocka_unit_test(messages_use_the_final_name),
        cmocka_unit_test(checks_run_before_and_after_closing),
        cmocka_unit_test(data_that_changed_are_noticed),
        cmocka_unit_test(verifying_data_needs_their_digests),
        cmocka_unit_test(a_limit_on_the_size_of_files_is_no_space),
    };

    return run_all(tests);
}
