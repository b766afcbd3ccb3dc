/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON as a stream: numbers with 17 digits, null for what is not finite. Misuse (a value without
 * key in an object) is a programming error and asserts; a failed write is kept until the end. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <sci/status.h>

#define CLI_JSON_DEPTH 32

typedef struct cli_json {
    FILE *out;
    int depth;
    bool keyed; /* a key was written, its value comes next */
    bool in_object[CLI_JSON_DEPTH];
    bool compact[CLI_JSON_DEPTH]; /* on one line */
    bool empty[CLI_JSON_DEPTH];
} cli_json;

void cli_json_start(cli_json *j, FILE *out);
/* Newline, flush. SCI_ERR_IO or SCI_ERR_NOSPACE if anything could not be written. */
sci_status cli_json_finish(cli_json *j) SCI_MUST_CHECK;

void cli_json_object(cli_json *j);      /* "{", a member a line */
void cli_json_object_line(cli_json *j); /* "{", all on one line */
void cli_json_object_end(cli_json *j);
void cli_json_array(cli_json *j);
void cli_json_array_line(cli_json *j);
void cli_json_array_end(cli_json *j);

void cli_json_key(cli_json *j, const char *key);
void cli_json_text(cli_json *j,
                   const char *text); /* NULL gives null; bytes that are not UTF-8 become U+FFFD */
void cli_json_real(cli_json *j, double value);
void cli_json_integer(cli_json *j, int64_t value);
void cli_json_unsigned(cli_json *j, uint64_t value);
void cli_json_boolean(cli_json *j, bool value);
void cli_json_null(cli_json *j);

/* key and value at once */
void cli_json_member_text(cli_json *j, const char *key, const char *text);
void cli_json_member_real(cli_json *j, const char *key, double value);
void cli_json_member_unsigned(cli_json *j, const char *key, uint64_t value);

/* Flush stdout. SCI_OK also if the reader of a pipe has gone: it has what it wanted. */
sci_status cli_stdout_finish(void) SCI_MUST_CHECK;

#endif
