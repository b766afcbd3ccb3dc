/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges of what passes through a sink. */
#include <math.h>
#include <string.h>

#include <apps/imaging/ranges.h>
#include <sci/matrix.h>

#include <support/faults.h>
#include <support/streamed.h>
#include <support/testing.h>

enum { SLICES = 5, L = 7, N = SLICES * L };

static sci_status
pass(imaging_ranges *r, const sci_array *array, const void *x, void *y, uint64_t piece)
{
    sci_options options = { .threads = 2 };
    sci_sink *inner = NULL, *sink = NULL;
    sci_writer *writer = NULL;
    size_t size = sci_type_size(array->type);
    sci_status st = streamed_sink(&inner, array, y, "y");

    if (st == SCI_OK)
        st = imaging_ranges_sink(&sink, inner, r);
    if (st != SCI_OK) {
        sci_sink_free(inner);
        return st;
    }
    st = sci_writer_create(&writer, sink, &options);
    for (uint64_t at = 0; st == SCI_OK && at < N; at += piece)
        st =
            sci_writer_append(writer, (const char *)x + at * size, N - at < piece ? N - at : piece);
    if (st == SCI_OK)
        st = sci_writer_finish(writer);
    sci_writer_free(writer);
    sci_sink_free(sink);
    return st;
}

static void
every_slice_has_its_range(void **state)
{
    sci_array singles = { .rank = 2, .shape = { SLICES, L }, .type = SCI_FLOAT32 },
              doubles = { .rank = 2, .shape = { SLICES, L }, .type = SCI_FLOAT64 };
    float x32[N], y32[N];
    double x64[N], y64[N];

    (void)state;
    for (int i = 0; i < N; i++) {
        x64[i] = (i * 13 % 35 - 17) / 4.0;
        if (i / L == 2 || i == 1)
            x64[i] = (double)NAN;
        x32[i] = (float)x64[i];
    }
    for (uint64_t piece = 1; piece <= N; piece += 3) {
        for (int k = 0; k < 2; k++) {
            imaging_ranges *r = NULL;
            double low, high, least = INFINITY, most = -INFINITY;

            assert_ok(imaging_ranges_create(&r, SLICES, N));
            assert_ok(k == 0 ? pass(r, &singles, x32, y32, piece)
                             : pass(r, &doubles, x64, y64, piece));
            for (int s = 0; s < SLICES; s++) {
                low = INFINITY;
                high = -INFINITY;
                for (int i = s * L; i < (s + 1) * L; i++) {
                    low = x64[i] < low ? x64[i] : low;
                    high = x64[i] > high ? x64[i] : high;
                }
                if (s == 2) {
                    assert_that(isnan(r->least[s]) && isnan(r->most[s]));
                    continue;
                }
                assert_that(r->least[s] == low && r->most[s] == high);
                least = low < least ? low : least;
                most = high > most ? high : most;
            }
            imaging_ranges_whole(r, &low, &high);
            assert_that(low == least && high == most);
            imaging_ranges_free(r);
        }
        assert_same_bytes(y32, x32, N, sizeof *x32);
        assert_same_bytes(y64, x64, N, sizeof *x64);
    }
}

static void
an_image_of_nan_has_no_range(void **state)
{
    sci_array array = { .rank = 2, .shape = { SLICES, L }, .type = SCI_FLOAT32 };
    imaging_ranges *r = NULL;
    float x[N], y[N];
    double low, high;

    (void)state;
    for (int i = 0; i < N; i++)
        x[i] = NAN;
    assert_ok(imaging_ranges_create(&r, 1, N));
    assert_ok(pass(r, &array, x, y, N));
    imaging_ranges_whole(r, &low, &high);
    assert_that(low > high);
    imaging_ranges_free(r);
}

static void
a_failure_of_the_inner_sink_is_its_own(void **state)
{
    static const streamed_step steps[] = { STREAMED_START, STREAMED_PREPARE, STREAMED_ENCODE,
                                           STREAMED_STORE, STREAMED_FINISH };
    sci_array array = { .rank = 1, .shape = { N }, .type = SCI_FLOAT64 };
    sci_options options = { .threads = 1 };
    double x[N] = { 0 }, y[N];

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(steps); k++) {
        imaging_ranges *r = NULL;
        sci_sink *inner = NULL, *sink = NULL;
        sci_writer *writer = NULL;
        sci_status st;

        assert_ok(imaging_ranges_create(&r, 1, N));
        assert_ok(streamed_sink(&inner, &array, y, "y"));
        streamed_sink_fail(inner, steps[k], 0);
        assert_ok(imaging_ranges_sink(&sink, inner, r));
        st = sci_writer_create(&writer, sink, &options);
        if (st == SCI_OK)
            st = sci_writer_append(writer, x, N);
        if (st == SCI_OK)
            st = sci_writer_finish(writer);
        assert_fails(st, SCI_ERR_IO);
        assert_message_has("asked to fail");
        sci_writer_free(writer);
        sci_sink_free(sink);
        imaging_ranges_free(r);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slice_has_its_range),
        cmocka_unit_test(an_image_of_nan_has_no_range),
        cmocka_unit_test(a_failure_of_the_inner_sink_is_its_own),
    };

    return run_all(tests);
}
