/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

static char context[512];

void
test_context(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
}

void
test_failed(const char *file, int line, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    print_error("%s\n", text);
    if (context[0] != '\0')
        print_error("in: %s\n", context);
    if (random_in_use())
        print_error("seed: LIBSCI_TEST_SEED=%" PRIu64 "\n", random_seed());
    if (sci_message()[0] != '\0')
        print_error("libsci said last: %s\n", sci_message());
    _fail(file, line);
    abort(); /* not reached: cmocka jumps out of the test */
}

void
check_close(double a, double b, double rtol, double atol, const char *what, const char *file,
            int line)
{
    if (a == b || (isnan(a) && isnan(b)))
        return;
    if (!(fabs(a - b) <= atol + rtol * fabs(b)) || isinf(a) || isinf(b))
        test_failed(file, line, "%s is %.17g, not %.17g (off by %.3g, allowed %.3g)", what, a, b,
                    fabs(a - b), atol + rtol * fabs(b));
}

/* Doubles in the order of their values become integers in the same order. */
static int64_t
ordered_f64(double x)
{
    int64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static int64_t
ordered_f32(float x)
{
    int32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? (int64_t)INT32_MIN - bits : bits;
}

static uint64_t
distance(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

void
check_ulps(double a, double b, uint64_t ulps, const char *what, const char *file, int line)
{
    if (isnan(a) && isnan(b))
        return;
    if (isnan(a) || isnan(b) || distance(ordered_f64(a), ordered_f64(b)) > ulps)
        test_failed(file, line, "%s is %.17g, not %.17g within %" PRIu64 " ulp", what, a, b, ulps);
}

void
check_ulps_f32(float a, float b, uint64_t ulps, const char *what, const char *file, int line)
{
    if (isnan(a) && isnan(b))
        return;
    if (isnan(a) || isnan(b) || distance(ordered_f32(a), ordered_f32(b)) > ulps)
        test_failed(file, line, "%s is %.9g, not %.9g within %" PRIu64 " ulp", what, (double)a,
                    (double)b, ulps);
}

double
digits_right(double got, long double expected)
{
    long double error = fabsl((long double)got - expected);
    double digits;

    if (error == 0.0L)
        return 16.0;
    if (expected == 0.0L || !isfinite(got))
        return 0.0;
    digits = (double)-log10l(error / fabsl(expected));
    return fmax(0.0, fmin(16.0, digits));
}

void
check_digits(double a, long double b, double digits, const char *what, const char *file, int line)
{
    double right = digits_right(a, b);

    if (!(right >= digits))
        test_failed(file, line,
                    "%s is %.17g, not %.21Lg: %.2f digits are right, %.2f are asked for", what, a,
                    b, right, digits);
}

void
check_that(bool condition, const char *what, const char *file, int line)
{
    if (!condition)
        test_failed(file, line, "%s is not so", what);
}

void
check_count(uint64_t a, uint64_t b, const char *what, const char *file, int line)
{
    if (a != b)
        test_failed(file, line, "%s is %" PRIu64 ", not %" PRIu64, what, a, b);
}

static void
print_element(char *text, size_t room, const unsigned char *bytes, size_t size)
{
    size_t used = 0;

    for (size_t k = 0; k < size && used + 3 < room; k++)
        used += (size_t)snprintf(text + used, room - used, "%02x", bytes[k]);
}

void
check_same_bytes(const void *a, const void *b, uint64_t n, size_t size, const char *what,
                 const char *file, int line)
{
    const unsigned char *left = a, *right = b;
    char left_text[80] = "", right_text[80] = "";
    uint64_t differing = 0, first = 0;

    if (n == 0 || memcmp(left, right, n * size) == 0)
        return;
    for (uint64_t i = n; i-- > 0;) {
        if (memcmp(left + i * size, right + i * size, size) != 0) {
            differing++;
            first = i;
        }
    }
    print_element(left_text, sizeof left_text, left + first * size, size);
    print_element(right_text, sizeof right_text, right + first * size, size);
    test_failed(file, line,
                "%s differ in %" PRIu64 " of %" PRIu64 " elements, first in %" PRIu64 ": %s, %s",
                what, differing, n, first, left_text, right_text);
}

void
check_status(sci_status got, sci_status expected, const char *what, const char *file, int line)
{
    if (got != expected)
        test_failed(file, line, "%s gave %s, not %s", what, sci_status_name(got),
                    sci_status_name(expected));
    if (expected != SCI_OK && sci_message()[0] == '\0')
        test_failed(file, line, "%s failed without a message", what);
}

void
check_message(const char *text, const char *file, int line)
{
    if (strstr(sci_message(), text) == NULL)
        test_failed(file, line, "the message does not say '%s'", text);
}

void *
test_alloc(size_t n, size_t size)
{
    void *p;

    if (size != 0 && n > SIZE_MAX / size)
        test_failed(__FILE__, __LINE__, "a test asks for %zu × %zu bytes", n, size);
    p = calloc(n * size == 0 ? 1 : n, size == 0 ? 1 : size);
    if (p == NULL)
        test_failed(__FILE__, __LINE__, "no memory for %zu × %zu bytes", n, size);
    return p;
}
