/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIfTI images as they are written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sci/matrix.h>

#include <support/elements.h>
#include <support/faults.h>
#include <support/nifti.h>
#include <support/place.h>
#include <support/random.h>
#include <support/testing.h>

enum { N = 5 * 7 * 11 };

static const nifti_sample small = {
    .version = 1, .rank = 3, .dim = { 5, 7, 11 }, .type = SCI_INT16, .extension = 24
};

typedef struct request {
    const char *target; /* its extension decides */
    sci_type type;
    int threads;
    uint64_t piece; /* elements handed over at a time */
    bool verify;
} request;

/* Values of f32 or f64 to the output, in pieces. */
static sci_status
push(imaging_output *out, const request *q, const double *values, uint64_t n)
{
    sci_options options = { .threads = q->threads };
    sci_writer *writer = NULL;
    sci_status st = sci_writer_create(&writer, imaging_output_sink(out), &options);
    size_t size = sci_type_size(q->type);
    uint8_t *bytes = test_alloc(n, size);

    for (uint64_t i = 0; i < n; i++)
        element_set(bytes, q->type, false, i, (long double)values[i]);
    for (uint64_t at = 0; st == SCI_OK && at < n; at += q->piece)
        st = sci_writer_append(writer, bytes + at * size, n - at < q->piece ? n - at : q->piece);
    if (st == SCI_OK)
        st = sci_writer_finish(writer);
    sci_writer_free(writer);
    free(bytes);
    return st;
}

/* Write `values` in place of those of the image 'in.nii' of the scratch folder. */
static sci_status
write_like(const request *q, const double *values, uint64_t n)
{
    imaging_volume *v = NULL;
    imaging_output *out = NULL;
    char in[PLACE_ROOM], target[PLACE_ROOM], temporary[PLACE_ROOM];
    imaging_context *c = nifti_context(0);
    sci_status st;

    place_scratch(in, "in.nii");
    place_scratch(target, q->target);
    place_scratch(temporary, "tmp");
    nifti_settings()->common.verify = q->verify;
    st = imaging_volume_open(&v, c, in, NULL);
    if (st == SCI_OK)
        st = imaging_output_create(&out, c, v, temporary, target, NULL, q->type);
    if (st == SCI_OK)
        st = push(out, q, values, n);
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
    nifti_settings()->common.verify = false;
    return st;
}

static void
put_input(const nifti_sample *s)
{
    char path[PLACE_ROOM];
    size_t n;
    uint8_t *bytes = nifti_make(s, &n);

    place_scratch(path, "in.nii");
    place_write(path, bytes, n);
    place_scratch(path, "tmp");
    place_write(path, "", 0);
    free(bytes);
}

static void
check_output(const request *q, const double *values, uint64_t n)
{
    imaging_volume *v = NULL;
    char path[PLACE_ROOM];
    uint8_t *bytes = test_alloc(n, 8);

    place_scratch(path, "tmp");
    assert_ok(imaging_volume_open(&v, nifti_context(0), path, NULL));
    assert_count(v->source->array.type, q->type);
    assert_that(!v->scaled && v->geometry.n_warnings == 0);
    assert_ok(sci_source_read(v->source, 0, n, bytes));
    for (uint64_t i = 0; i < n; i++)
        assert_that((double)element_get(bytes, q->type, false, i) == values[i]);
    imaging_volume_free(v);
    free(bytes);
}

/* Integers that float32 holds. */
static double *
make_values(uint64_t n)
{
    random_stream r = random_start(n);
    double *values = test_alloc(n, sizeof *values);

    for (uint64_t i = 0; i < n; i++)
        values[i] = (double)random_between(&r, -1000, 1000) / 8.0;
    return values;
}

static void
what_is_written_is_read_again(void **state)
{
    double *values = make_values(N);

    (void)state;
    for (size_t k = 0; k < 2 * 2 * 2 * ARRAY_LEN(element_types); k++) {
        nifti_sample s = small;
        request q = { .target = k % 2 ? "o.nii.gz" : "o.nii",
                      .type = k / 2 % 2 ? SCI_FLOAT64 : SCI_FLOAT32,
                      .threads = 1,
                      .piece = 17,
                      .verify = k % 3 == 0 };

        s.type = element_types[k / 8];
        if (s.type == SCI_FLOAT16)
            continue;
        s.swapped = k / 4 % 2 == 1;
        s.version = 1 + (int)(k % 5 % 2);
        test_context("%s to '%s'", element_words(s.type, s.swapped), q.target);
        put_input(&s);
        assert_ok(write_like(&q, values, N));
        check_output(&q, values, N);
    }
    free(values);
}

/* Header and extensions of an uncompressed output, byte by byte. */
static void
all_else_of_the_file_stays(void **state)
{
    double *values = make_values(N);

    (void)state;
    for (int k = 0; k < 4; k++) {
        nifti_sample s = small, expected;
        request q = { .target = "o.nii", .type = SCI_FLOAT32, .threads = 1, .piece = N };
        char path[PLACE_ROOM];
        uint8_t *made, *written;
        size_t n, m;

        s.version = 1 + k % 2;
        s.swapped = k / 2 == 1;
        s.slope = 0.25;
        s.inter = 3;
        put_input(&s);
        assert_ok(write_like(&q, values, N));
        expected = s;
        expected.swapped = false;
        expected.type = SCI_FLOAT32;
        expected.slope = 1;
        expected.inter = 0;
        made = nifti_make(&expected, &m);
        for (size_t i = 0; i < 14; i++)
            nifti_put(made, &expected, NIFTI_DESCRIP, i, "made by a test"[i]);
        place_scratch(path, "tmp");
        written = place_read(path, &n);
        assert_count(n, m);
        test_context("NIfTI-%d", s.version);
        assert_same_bytes(written, made, nifti_begin(&expected), 1);
        free(made);
        free(written);
    }
    free(values);
}

/* Neither threads nor the pieces in which elements come can be seen in the bytes. */
static void
compressed_bytes_do_not_depend_on_threads(void **state)
{
    nifti_sample s = { .version = 1, .rank = 3, .dim = { 100, 90, 41 }, .type = SCI_UINT8 };
    uint64_t n = 100 * 90 * 41;
    double *values = make_values(n);
    uint8_t *first = NULL;
    size_t first_bytes = 0;

    (void)state;
    put_input(&s);
    for (int k = 0; k < 6; k++) {
        request q = { .target = "o.nii.gz",
                      .type = SCI_FLOAT32,
                      .threads = 1 + k % 3,
                      .piece = k < 3 ? 50001 : n,
                      .verify = true };
        char path[PLACE_ROOM];
        uint8_t *bytes;
        size_t m;

        assert_ok(write_like(&q, values, n));
        check_output(&q, values, n);
        place_scratch(path, "tmp");
        bytes = place_read(path, &m);
        if (first == NULL) {
            first = bytes;
            first_bytes = m;
            continue;
        }
        assert_count(m, first_bytes);
        assert_same_bytes(bytes, first, m, 1);
        free(bytes);
        place_write(path, "", 0);
    }
    free(first);
    free(values);
}

/* The last block may be full, and there may be only one. */
static void
blocks_may_end_with_the_image(void **state)
{
    (void)state;
    for (uint64_t rows = 1; rows <= 3; rows++) {
        nifti_sample s = { .version = 2, .rank = 2, .dim = { 65536, rows }, .type = SCI_UINT8 };
        double *values = make_values(65536 * rows);
        request q = {
            .target = "o.nii.gz", .type = SCI_FLOAT32, .threads = 2, .piece = 65536, .verify = true
        };

        put_input(&s);
        assert_ok(write_like(&q, values, 65536 * rows));
        check_output(&q, values, 65536 * rows);
        free(values);
    }
}

static void
other_names_and_datasets_are_refused(void **state)
{
    imaging_volume *v = NULL;
    imaging_output *out = NULL;
    imaging_context *c = nifti_context(0);
    char in[PLACE_ROOM], temporary[PLACE_ROOM];

    (void)state;
    put_input(&small);
    place_scratch(in, "in.nii");
    place_scratch(temporary, "tmp");
    assert_ok(imaging_volume_open(&v, c, in, NULL));
    assert_fails(imaging_output_create(&out, c, v, temporary, "o.h5", NULL, SCI_FLOAT32),
                 SCI_ERR_ARGUMENT);
    assert_message_has(".nii or .nii.gz");
    assert_fails(imaging_output_create(&out, c, v, temporary, "o.nii", "/x", SCI_FLOAT32),
                 SCI_ERR_ARGUMENT);
    assert_message_has("no datasets");
    imaging_volume_free(v);
}

static void
every_call_may_fail(void **state)
{
    static const faults_call calls[] = { FAULTS_OPEN, FAULTS_PREAD, FAULTS_PWRITE, FAULTS_FSYNC,
                                         FAULTS_CLOSE };
    double *values = make_values(N);

    (void)state;
    for (int form = 0; form < 2; form++) {
        request q = { .target = form == 0 ? "o.nii" : "o.nii.gz",
                      .type = SCI_FLOAT32,
                      .threads = 1,
                      .piece = 100,
                      .verify = true };
        sci_status st = SCI_ERR_NOMEM;

        put_input(&small);
        for (long k = 0; st != SCI_OK; k++) {
            test_context("allocation %ld fails", k);
            faults_memory(k, false);
            st = write_like(&q, values, N);
            assert_count(faults_memory_live(), 0);
            if (st != SCI_OK)
                assert_fails(st, SCI_ERR_NOMEM);
        }
        faults_memory_end();
        for (size_t call = 0; call < ARRAY_LEN(calls); call++) {
            bool reached = true;

            for (long k = 0; reached; k++) {
                test_context("%s %ld fails", faults_call_name(calls[call]), k);
                faults_files(calls[call], k, false, calls[call] == FAULTS_PWRITE ? ENOSPC : EIO);
                st = write_like(&q, values, N);
                reached = faults_files_calls(calls[call]) > k;
                assert_count(faults_files_open(), 0);
                if (!reached)
                    assert_ok(st);
                else if (calls[call] == FAULTS_PWRITE)
                    assert_fails(st, SCI_ERR_NOSPACE);
                else if (calls[call] != FAULTS_CLOSE) /* of a file that was read it is nothing */
                    assert_fails(st, SCI_ERR_IO);
                faults_files_end();
            }
        }
    }
    free(values);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(all_else_of_the_file_stays),
        cmocka_unit_test(compressed_bytes_do_not_depend_on_threads),
        cmocka_unit_test(blocks_may_end_with_the_image),
        cmocka_unit_test(other_names_and_datasets_are_refused),
        cmocka_unit_test(every_call_may_fail),
    };

    return run_all(tests);
}
