/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a function prints. */
#ifndef TESTS_SUPPORT_CAPTURE_H
#define TESTS_SUPPORT_CAPTURE_H

typedef struct captured {
    int code;        /* what the function returned */
    char *out, *err; /* texts of stdout and stderr; released by capture_clear */
} captured;

/* Call function(context) with stdout and stderr in files of the scratch folder. */
captured capture(int (*function)(void *context), void *context);
void capture_clear(captured *c);

/* The test fails unless the captured text (`what` says which) contains, or is, `expected`. */
#define assert_text_has(text, expected) \
    check_text_has((text), (expected), #text, __FILE__, __LINE__)
#define assert_text_lacks(text, unwanted) \
    check_text_lacks((text), (unwanted), #text, __FILE__, __LINE__)

void check_text_has(const char *text, const char *expected, const char *what, const char *file,
                    int line);
void check_text_lacks(const char *text, const char *unwanted, const char *what, const char *file,
                      int line);

#endif
