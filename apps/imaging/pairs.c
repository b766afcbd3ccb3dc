/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pairs.h"

#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"
#include "cli/nearest.h"

#include "members.h"

static bool
ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n > m && strcmp(text + n - m, end) == 0;
}

size_t
imaging_nifti_stem(const char *name)
{
    if (ends_with(name, ".nii"))
        return strlen(name) - 4;
    return ends_with(name, ".nii.gz") ? strlen(name) - 7 : 0;
}

/* Bytes of a base name before its extension. */
static size_t
stem_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t nifti = imaging_nifti_stem(name);

    if (nifti > 0)
        return nifti;
    return dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);
}

static size_t
folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* "{stem}_mask.h5" beside the input. */
static sci_status
fill_pattern(const char *pattern, const char *path, char **out)
{
    const char *at = strstr(pattern, "{stem}");
    size_t folder = folder_of(path), stem = stem_of(path + folder);

    if (at == NULL || strstr(at + 1, "{stem}") != NULL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--mask-pattern '%s': it holds {stem} once, as in "
                        "'{stem}_mask.h5'",
                        pattern);
    return sci_format(out, "%.*s%.*s%.*s%s", pattern[0] == '/' ? 0 : (int)folder, path,
                      (int)(at - pattern), pattern, (int)stem, path + folder,
                      at + strlen("{stem}"));
}

sci_status
imaging_pair_find(const imaging_context *c, const cli_inputs *inputs, size_t input,
                  const char *column, const char *option, const char **operand, char **owned)
{
    const imaging_settings *s = c->settings;
    const char *field = inputs->n_columns > 0 ? cli_inputs_field(inputs, input, column) : NULL;
    sci_status st = SCI_OK;

    *operand = option;
    if (field != NULL && strcmp(field, "n/a") == 0) { /* as BIDS has it */
        *operand = NULL;
        return SCI_OK;
    }
    if (field != NULL && *field != '\0') {
        imaging_mask_rule rule;
        bool file = true;

        if (strcmp(column, "mask") == 0) {
            st = imaging_mask_parse(&rule, field);
            file = rule.kind == MASK_FILE;
        }
        if (st == SCI_OK && file && field[0] != '/')
            st = sci_format(owned, "%.*s%s", (int)folder_of(s->common.manifest), s->common.manifest,
                            field);
        *operand = *owned != NULL ? *owned : field;
    } else if (option == NULL && s->mask_pattern != NULL && strcmp(column, "mask") == 0) {
        st = fill_pattern(s->mask_pattern, inputs->items[input].path, owned);
        *operand = *owned;
    }
    return st;
}

void
imaging_columns_warn(const cli_inputs *inputs)
{
    static const char *const known[] = { "path", "image", "output", "mask", "labels" };

    for (size_t k = 0; inputs->n > 0 && k < sizeof known / sizeof *known; k++) {
        if (cli_inputs_field(inputs, 0, known[k]) != NULL)
            continue;
        for (size_t i = 0; i < inputs->n_columns; i++)
            if (inputs->columns[i][0] == known[k][0]
                && cli_edit_distance(inputs->columns[i], known[k]) == 1)
                cli_warn("the column '%s' of the manifest is not read; '%s' would be",
                         inputs->columns[i], known[k]);
    }
}

sci_status
imaging_pair_needs(void *context, const cli_inputs *inputs, size_t input,
                   char *needs[CLI_NEEDS_MOST])
{
    const cli_call *const *call = context;
    const imaging_context c = { .call = *call, .settings = (*call)->settings };
    const char *const columns[] = { "mask", "labels" };
    const char *const options[] = { c.settings->mask, c.settings->labels };
    sci_status st = SCI_OK;

    if (input == 0)
        imaging_columns_warn(inputs);
    for (int k = 0; st == SCI_OK && k < CLI_NEEDS_MOST; k++) {
        const char *operand = NULL;

        st = imaging_pair_find(&c, inputs, input, columns[k], options[k], &operand, &needs[k]);
        if (st == SCI_OK && needs[k] == NULL && operand != NULL && operand != options[k])
            st = sci_strdup(&needs[k], operand);
    }
    return st;
}
