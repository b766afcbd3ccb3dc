/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON read into a tree (RFC 8259). */
#ifndef CLI_JSON_READ_H
#define CLI_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>

#include <sci/status.h>

typedef enum cli_json_kind {
    CLI_JSON_NULL,
    CLI_JSON_BOOLEAN,
    CLI_JSON_NUMBER,
    CLI_JSON_TEXT,
    CLI_JSON_ARRAY,
    CLI_JSON_OBJECT
} cli_json_kind;

typedef struct cli_json_value {
    cli_json_kind kind;
    bool truth;
    double number;
    char *text; /* UTF-8, without zero bytes */
    size_t n;   /* items, or members of an object in the order of the text */
    struct cli_json_value *items;
    char **keys; /* of an object */
} cli_json_value;

/* The whole file is one value. SCI_ERR_FORMAT names the file and the line: no JSON, a key twice,
 * nesting deeper than 64. */
sci_status cli_json_read(cli_json_value **out, const char *path) SCI_MUST_CHECK;
/* The same of a text; `name` stands for the file in messages. */
sci_status cli_json_parse(cli_json_value **out, const char *text, const char *name) SCI_MUST_CHECK;
void cli_json_value_free(cli_json_value *value); /* accepts NULL */

/* The member of an object, NULL if it is not there or `object` is none. */
const cli_json_value *cli_json_member(const cli_json_value *object, const char *key);

#endif
