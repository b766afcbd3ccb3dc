/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every test needs: cmocka, comparisons that stay in double, and failures that print the
 * seed. */
#ifndef TESTS_SUPPORT_TESTING_H
#define TESTS_SUPPORT_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sci.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

/* Say what is being checked now ("shape 3 of 50, layer norm, f4"); printed when a check fails.
 * Copied. */
void test_context(const char *format, ...) SCI_PRINTF(1, 2);

/* End the test: the message, the context, the seed of the random data in use and libsci's
 * message. */
_Noreturn void test_failed(const char *file, int line, const char *format, ...) SCI_PRINTF(3, 4);

/* |a - b| <= atol + rtol·|b|. NaN is close to NaN, an infinity to itself. */
#define assert_close(a, b, rtol, atol) \
    check_close((a), (b), (rtol), (atol), #a, __FILE__, __LINE__)
/* At most `ulps` doubles lie between a and b. */
#define assert_ulps(a, b, ulps) check_ulps((a), (b), (ulps), #a, __FILE__, __LINE__)
#define assert_ulps_f32(a, b, ulps) check_ulps_f32((a), (b), (ulps), #a, __FILE__, __LINE__)
/* log relative error -log10(|a - b| / |b|) >= digits; b == 0 asks for a == 0. */
#define assert_digits(a, b, digits) check_digits((a), (b), (digits), #a, __FILE__, __LINE__)
/* As cmocka's assert_true and assert_int_equal, but the message has the context and the seed. */
#define assert_that(condition) check_that((condition), #condition, __FILE__, __LINE__)
#define assert_count(a, b) check_count((uint64_t)(a), (uint64_t)(b), #a, __FILE__, __LINE__)
/* Two stretches of memory are the same; the message names the first element that differs. */
#define assert_same_bytes(a, b, n, size) \
    check_same_bytes((a), (b), (n), (size), #a " and " #b, __FILE__, __LINE__)
#define assert_ok(status) check_status((status), SCI_OK, #status, __FILE__, __LINE__)
/* The call fails with this code and leaves a message. */
#define assert_fails(status, code) check_status((status), (code), #status, __FILE__, __LINE__)
/* libsci's last message contains `text`. */
#define assert_message_has(text) check_message((text), __FILE__, __LINE__)

void check_close(double a, double b, double rtol, double atol, const char *what, const char *file,
                 int line);
void check_ulps(double a, double b, uint64_t ulps, const char *what, const char *file, int line);
void check_ulps_f32(float a, float b, uint64_t ulps, const char *what, const char *file, int line);
void check_digits(double a, long double b, double digits, const char *what, const char *file,
                  int line);
void check_that(bool condition, const char *what, const char *file, int line);
void check_count(uint64_t a, uint64_t b, const char *what, const char *file, int line);
void check_same_bytes(const void *a, const void *b, uint64_t n, size_t size, const char *what,
                      const char *file, int line);
void check_status(sci_status got, sci_status expected, const char *what, const char *file,
                  int line);
void check_message(const char *text, const char *file, int line);

/* min(16, -log10(|got - expected| / |expected|)), 16 where they are equal, 0 at worst. */
double digits_right(double got, long double expected);

/* Run an array of struct CMUnitTest: what main returns, 77 if every test was skipped. */
#define run_all(tests) finish_tests(cmocka_run_group_tests((tests), NULL, NULL), ARRAY_LEN(tests))
int finish_tests(int failed, size_t tests);

/* malloc that ends the test instead of failing; freed by free(). */
void *test_alloc(size_t n, size_t size);

#endif
