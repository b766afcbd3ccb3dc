/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vigra's attribute 'axistags', as ilastik writes it: a JSON text with a key and a resolution for
 * each axis in the order of the array. */
#include <math.h>
#include <stdio.h>

#include <sci/memory.h>

#include "cli/json_read.h"

#include "h5_formats.h"

/* False if it is not what it should be. */
static bool
take_tag(const cli_json_value *tag, h5_axistags *out)
{
    const cli_json_value *key = cli_json_member(tag, "key");
    const cli_json_value *resolution = cli_json_member(tag, "resolution");
    double value =
        resolution != NULL && resolution->kind == CLI_JSON_NUMBER ? resolution->number : 0.0;

    if (key == NULL || key->kind != CLI_JSON_TEXT
        || snprintf(out->key[out->n], sizeof out->key[0], "%s", key->text)
               >= (int)sizeof out->key[0])
        return false;
    out->resolution[out->n++] = value == 0.0 ? (double)NAN : value;
    return true;
}

sci_status
h5_axistags_read(const h5_reading *r, const char *dataset, h5_axistags *out)
{
    cli_json_value *root = NULL;
    const cli_json_value *axes;
    char *text = NULL;
    bool good;
    sci_status st = h5_read_text(r, dataset, "axistags", &text);

    out->n = 0;
    if (st != SCI_OK || text == NULL)
        return st;
    st = cli_json_parse(&root, text, "axistags");
    sci_free(text);
    if (st == SCI_ERR_NOMEM)
        return st;
    axes = st == SCI_OK ? cli_json_member(root, "axes") : NULL;
    good =
        axes != NULL && axes->kind == CLI_JSON_ARRAY && axes->n == (size_t)r->volume->geometry.rank;
    for (size_t i = 0; good && i < axes->n; i++)
        good = take_tag(&axes->items[i], out);
    cli_json_value_free(root);
    if (!good)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': attribute 'axistags' does not describe the %d axes of the array",
                        r->volume->name, r->volume->geometry.rank);
    return SCI_OK;
}
