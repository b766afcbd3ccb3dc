/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outputs in the conventions of HDF5: every allocation and every file operation of ours fails in
 * turn. (Those of NIfTI are in tests/unit/test_imaging_nifti_output.c.) */
#include <errno.h>
#include <stdlib.h>

#include <sci/matrix.h>

#include <support/faults.h>
#include <support/nifti.h>
#include <support/place.h>
#include <support/testing.h>

static const char *const files[] = { "imaging/minc/small.mnc", "imaging/minc/irregular_float.mnc",
                                     "imaging/itk/itk_vector4_float_gzip.h5" };

/* An image of ramps like that of the file. */
static sci_status
push(imaging_output *out, uint64_t n)
{
    sci_options options = { .threads = 1 };
    sci_writer *writer = NULL;
    float *x = test_alloc(n, sizeof *x);
    sci_status st = sci_writer_create(&writer, imaging_output_sink(out), &options);

    for (uint64_t i = 0; i < n; i++)
        x[i] = (float)(i % 1000);
    if (st == SCI_OK)
        st = sci_writer_append(writer, x, n);
    if (st == SCI_OK)
        st = sci_writer_finish(writer);
    sci_writer_free(writer);
    free(x);
    return st;
}

static sci_status
write_like(const char *file)
{
    imaging_context *c = nifti_context(0);
    imaging_volume *v = NULL;
    imaging_output *out = NULL;
    char temporary[PLACE_ROOM];
    uint64_t n = 0;
    sci_status st;

    place_scratch(temporary, "tmp");
    st = imaging_volume_open(&v, c, file, NULL);
    if (st == SCI_OK)
        st = sci_array_count(&v->stored->array, &n);
    if (st == SCI_OK)
        st = imaging_output_create(&out, c, v, temporary, "o.h5", NULL, SCI_FLOAT32);
    if (st == SCI_OK)
        st = push(out, n);
    if (st == SCI_OK)
        st = imaging_output_flush(out);
    if (st == SCI_OK)
        st = imaging_output_history(out, "made by a test");
    if (st == SCI_OK) {
        st = imaging_output_close(out);
        out = NULL;
    }
    imaging_output_free(out);
    imaging_volume_free(v);
    return st;
}

static void
empty_temporary(void)
{
    char temporary[PLACE_ROOM];

    place_scratch(temporary, "tmp");
    place_write(temporary, "", 0);
}

static void
every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(files); k++) {
        char path[PLACE_ROOM];
        bool reached = true;

        place_reference(path, files[k]);
        for (long n = 0; reached; n++) {
            sci_status st;

            test_context("'%s', allocation %ld fails", files[k], n);
            empty_temporary();
            faults_memory(n, false);
            st = write_like(path);
            reached = faults_memory_calls() > n;
            assert_count(faults_memory_live(), 0);
            if (!reached)
                assert_ok(st);
            else if (st != SCI_OK)
                assert_fails(st, SCI_ERR_NOMEM);
        }
        faults_memory_end();
    }
}

static void
every_write_may_fail(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(files); k++) {
        for (int call = 0; call < 2; call++) {
            char path[PLACE_ROOM];
            bool reached = true;

            place_reference(path, files[k]);
            for (long n = 0; reached; n++) {
                sci_status st;

                test_context("'%s', %s %ld fails", files[k], call == 0 ? "pwrite" : "fsync", n);
                empty_temporary();
                faults_files(call == 0 ? FAULTS_PWRITE : FAULTS_FSYNC, n, false, ENOSPC);
                st = write_like(path);
                reached = faults_files_calls(call == 0 ? FAULTS_PWRITE : FAULTS_FSYNC) > n;
                assert_count(faults_files_open(), 0);
                faults_files_end();
                if (reached)
                    assert_fails(st, SCI_ERR_NOSPACE);
                else
                    assert_ok(st);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(every_write_may_fail),
    };

    return run_all(tests);
}
