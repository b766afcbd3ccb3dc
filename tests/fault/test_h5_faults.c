/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocations and file operations of the HDF5 part fail in turn: a clean failure, nothing
 * leaked, and never data that are wrong. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sci/h5.h>

#include "support/faults.h"
#include "support/h5file.h"
#include "support/place.h"
#include "support/testing.h"

enum { ELEMENTS = 20 * 30 };

static char input[PLACE_ROOM], target[PLACE_ROOM], scratch[PLACE_ROOM];
static float *values;

typedef sci_status (*operation)(void);

/* ---- an input with siblings, references and a chunking that clashes with C order ---- */

static int
make_input(void **state)
{
    static const sci_array a = { .rank = 2, .shape = { 20, 30 }, .type = SCI_FLOAT32 };
    static const uint64_t chunk[] = { 8, 7 };
    const h5file_storage chunked = { .chunk = chunk,
                                     .filters = { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE } };
    const h5file_storage contiguous = { 0 };
    hobj_ref_t reference;
    hid_t file = h5file_create(input, "input.h5", 0), group, x, space, attribute;

    (void)state;
    values = h5file_values(&a, 1);
    group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    x = h5file_dataset(group, "x", &a, &chunked, values);
    h5file_check(H5Dclose(h5file_dataset(file, "plain", &a, &contiguous, values)));
    assert_ok(h5_attribute_write_text(x, "x", "unit", "mm"));
    space = H5Screate(H5S_SCALAR);
    h5file_check(H5Rcreate(&reference, file, "/g", H5R_OBJECT, -1));
    attribute = H5Acreate2(x, "above", H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT);
    h5file_check(H5Awrite(attribute, H5T_STD_REF_OBJ, &reference));
    h5file_check(H5Aclose(attribute));
    h5file_check(H5Sclose(space));
    h5file_check(H5Lcreate_hard(group, "x", file, "again", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Lcreate_soft("/g/x", file, "soft", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Dclose(x));
    h5file_check(H5Gclose(group));
    h5file_close(file);
    place_scratch(target, "target.h5");
    place_scratch(scratch, ".");
    return 0;
}

static int
free_values(void **state)
{
    (void)state;
    free(values);
    return 0;
}

/* ---- what is done ---- */

static sci_status
read_dataset(const char *path, uint64_t band_bytes_most)
{
    sci_h5_options opt = { .band_bytes_most = band_bytes_most, .scratch = scratch };
    float out[ELEMENTS] = { 0 };
    sci_source *s = NULL;
    sci_status st;

    st = sci_h5_source_open(&s, input, path, &opt);
    if (st == SCI_OK)
        st = sci_source_read(s, 0, ELEMENTS, out);
    if (st == SCI_OK)
        assert_same_bytes(out, values, ELEMENTS, sizeof *out);
    sci_source_free(s);
    return st;
}

static sci_status
read_contiguous(void)
{
    return read_dataset("/plain", 0);
}

static sci_status
read_chunked(void)
{
    return read_dataset("/soft", 0);
}

static sci_status
read_rechunked(void)
{
    return read_dataset("/g/x", 500);
}

static sci_status
look_for_a_dataset(void)
{
    sci_source *s = NULL;
    sci_status st = sci_h5_source_open(&s, input, NULL, NULL);

    /* There are two: the list of them is the answer. */
    if (st == SCI_OK)
        sci_source_free(s);
    return st == SCI_ERR_NOTFOUND ? SCI_OK : st == SCI_OK ? SCI_ERR_FORMAT : st;
}

static sci_status
pass_through(sci_source *source, sci_sink *sink)
{
    sci_piece piece = { .count = ELEMENTS };
    float room[ELEMENTS];
    sci_status st;

    piece.bytes = room;
    st = sci_source_read(source, 0, ELEMENTS, room);
    if (st == SCI_OK)
        st = sink->ops->start(sink, 0, ELEMENTS, 1);
    if (st == SCI_OK && sink->ops->prepare != NULL)
        st = sink->ops->prepare(sink, &piece);
    for (size_t task = 0; st == SCI_OK && task < piece.n_tasks; task++)
        st = sink->ops->encode(sink, &piece, task, 0);
    if (st == SCI_OK)
        st = sink->ops->store(sink, &piece);
    if (sink->ops->release != NULL)
        sink->ops->release(sink, &piece);
    return st == SCI_OK ? sink->ops->finish(sink) : st;
}

/* The whole life of an output, up to a final name that it has only if all went well. */
static sci_status
write_output(const char *dataset, uint64_t band_bytes_most)
{
    sci_h5_options opt = { .band_bytes_most = band_bytes_most, .scratch = scratch };
    char *temporary = NULL;
    sci_h5_layout layout;
    sci_source *source = NULL;
    sci_h5_output *out = NULL;
    sci_sink *sink = NULL;
    sci_status st;

    st = sci_h5_source_open(&source, input, dataset, &opt);
    if (st == SCI_OK)
        st = sci_temporary_create(&temporary, target);
    if (st == SCI_OK)
        st = sci_h5_output_create(&out, temporary);
    if (st == SCI_OK)
        st = sci_h5_output_copy_siblings(out, source);
    if (st == SCI_OK) {
        sci_h5_source_layout(source, &layout);
        st = sci_h5_output_dataset(out, sci_h5_source_dataset(source), &source->array, &layout,
                                   source, &sink);
    }
    if (st == SCI_OK)
        st = pass_through(source, sink);
    sci_sink_free(sink);
    sci_source_free(source);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/", "made by", "a test");
    if (st == SCI_OK)
        st = sci_h5_output_close(out, true, true);
    else
        sci_h5_output_free(out);
    if (st == SCI_OK)
        st = sci_temporary_commit(temporary, target, true);
    if (st != SCI_OK)
        sci_temporary_discard(temporary);
    sci_free(temporary);
    return st;
}

static sci_status
write_chunked(void)
{
    return write_output("/g/x", 0);
}

static sci_status
write_contiguous(void)
{
    return write_output("/plain", 0);
}

static sci_status
write_by_scratch(void)
{
    return write_output("/g/x", 500);
}

static const operation operations[] = { read_contiguous,    read_chunked,  read_rechunked,
                                        look_for_a_dataset, write_chunked, write_contiguous,
                                        write_by_scratch };

/* ---- faults ---- */

static void
no_allocation_is_taken_for_granted(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        for (int onwards = 0; onwards < 2; onwards++) {
            for (long n = 0;; n++) {
                sci_status st;

                test_context("operation %zu, allocation %ld%s", i, n,
                             onwards ? " and all after it" : "");
                faults_memory(n, onwards != 0);
                st = operations[i]();
                assert_count(faults_memory_live(), 0);
                if (faults_memory_calls() <= n) {
                    assert_ok(st);
                    break;
                }
                assert_fails(st, SCI_ERR_NOMEM);
            }
            faults_memory_end();
        }
    }
}

/* A failing call is a failure with a message, or does not matter (closing what was read); a
 * short one is carried on with. */
static void
no_file_operation_is_taken_for_granted(void **state)
{
    static const int errors[] = { EIO, ENOSPC, 0 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        for (int call = 0; call < FAULTS_CALLS; call++) {
            for (size_t e = 0; e < ARRAY_LEN(errors); e++) {
                if (errors[e] == 0 && call != FAULTS_PREAD && call != FAULTS_PWRITE)
                    continue;
                for (long n = 0;; n++) {
                    sci_status st;

                    test_context("operation %zu, %s %ld, error %d", i,
                                 faults_call_name((faults_call)call), n, errors[e]);
                    faults_files((faults_call)call, n, false, errors[e]);
                    st = operations[i]();
                    assert_count(faults_files_open(), 0);
                    if (faults_files_calls((faults_call)call) <= n || errors[e] == 0) {
                        assert_ok(st);
                        if (faults_files_calls((faults_call)call) <= n)
                            break;
                    } else if (call == FAULTS_CLOSE || call == FAULTS_UNLINK) {
                        assert_that(st == SCI_OK || sci_message()[0] != '\0');
                    } else {
                        assert_that(st == SCI_ERR_IO
                                    || (st == SCI_ERR_NOSPACE && errors[e] == ENOSPC));
                        assert_that(sci_message()[0] != '\0');
                    }
                }
                faults_files_end();
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_allocation_is_taken_for_granted),
        cmocka_unit_test(no_file_operation_is_taken_for_granted),
    };

    return finish_tests(cmocka_run_group_tests(tests, make_input, free_values), ARRAY_LEN(tests));
}
