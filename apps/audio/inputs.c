/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inputs.h"

#include <stdio.h>
#include <string.h>

#include "normal.h"

sci_status
audio_inputs_expand(cli_inputs *out, const cli_call *call, const char *const *extensions)
{
    const cli_common *common = &((const audio_settings *)call->settings)->common;
    cli_inputs_rules rules = { .recursive = common->recursive,
                               .manifest = common->manifest,
                               .glob = common->glob,
                               .null_list = common->null_list,
                               .extensions = extensions };

    return cli_inputs_expand(out, (size_t)call->n_operands, call->operands, &rules);
}

sci_status
audio_inputs_grouped(const cli_call *call, const cli_inputs *inputs)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; k < inputs->n && st == SCI_OK; k++) {
        const char *group;

        st = audio_group_of(call->settings, inputs, k, &group);
    }
    return st;
}

const char *const *
audio_any_extensions(void)
{
    static const char *all[32];
    size_t n = 0;

    for (const char *const *e = audio_extensions; *e != NULL; e++)
        all[n++] = *e;
    for (const char *const *e = audio_feature_extensions; *e != NULL; e++)
        all[n++] = *e;
    return all;
}

bool
audio_is_hdf5(const char *path)
{
    static const unsigned char signature[8] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };
    unsigned char head[8] = { 0 };
    FILE *file = fopen(path, "rbe");
    bool same;

    if (file == NULL)
        return false;
    same = fread(head, 1, sizeof head, file) == sizeof head
           && memcmp(head, signature, sizeof head) == 0;
    (void)fclose(file);
    return same;
}
