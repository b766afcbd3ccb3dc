/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bids.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <sci.h>
#include <sci/file.h>
#include <sci/memory.h>

#include "cli/json.h"
#include "cli/json_read.h"

#include "settings.h"

#define DESCRIPTION "dataset_description.json"
#define BIDS_VERSION "1.8.0"

/* ---- which inputs belong to a data set ---- */

static const char *
base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* Bytes of the folder that `relative` is below: path without what follows it. Names of outputs may
 * differ from those of inputs, their folders do not. 0 if path lies elsewhere. */
static size_t
root_bytes(const cli_input *input)
{
    size_t folder = (size_t)(base_of(input->relative) - input->relative);
    size_t tail = folder + strlen(base_of(input->path)), all = strlen(input->path);

    if (tail + 1 >= all || input->path[all - tail - 1] != '/'
        || strncmp(input->path + all - tail, input->relative, folder) != 0)
        return 0;
    return all - tail - 1;
}

static sci_status
description_of(const cli_input *input, char **out)
{
    return sci_format(out, "%.*s/" DESCRIPTION, (int)root_bytes(input), input->path);
}

/* It was found below a folder with a description. */
static sci_status
is_bids(const cli_input *input, bool *out)
{
    char *path = NULL;
    struct stat file;
    sci_status st = SCI_OK;

    *out = false;
    if (root_bytes(input) == 0 || input->fields != NULL)
        return SCI_OK;
    st = description_of(input, &path);
    if (st == SCI_OK)
        *out = stat(path, &file) == 0 && S_ISREG(file.st_mode);
    sci_free(path);
    return st;
}

/* ---- names ---- */

/* The extension of an image: from the first dot of its name. */
static size_t
stem_bytes(const char *name)
{
    return strcspn(name, ".");
}

/* The part of the stem behind the last '_': "T1w". */
static size_t
suffix_at(const char *name)
{
    size_t at = stem_bytes(name);

    while (at > 0 && name[at - 1] != '_')
        at--;
    return at;
}

static bool
is_image(const char *relative)
{
    static const char *const maps[] = { "mask", "defacemask", "dseg", "probseg" };
    const char *name = base_of(relative);
    size_t at = suffix_at(name), n = stem_bytes(name) - at;

    if (strncmp(relative, "sub-", 4) != 0 || strncmp(name, "sub-", 4) != 0 || at == 0)
        return false;
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        if (strlen(maps[i]) == n && strncmp(name + at, maps[i], n) == 0)
            return false;
    return true;
}

/* "sub-01_T1w.nii" -> "sub-01_desc-zscore_T1w.nii"; "…_desc-preproc_T1w.nii" -> "…_desc-preprocZscore_…"
 */
static sci_status
rename_image(const char *relative, const char *method, char **out)
{
    size_t folder = (size_t)(base_of(relative) - relative);
    const char *name = relative + folder, *desc = strstr(name, "_desc-");
    size_t suffix = suffix_at(name);

    if (desc == NULL || desc > name + suffix)
        return sci_format(out, "%.*sdesc-%s_%s", (int)(folder + suffix), relative, method,
                          name + suffix);
    desc += strlen("_desc-");
    desc += strcspn(desc, "_");
    return sci_format(out, "%.*s%c%s%s", (int)(desc - relative), relative,
                      toupper((unsigned char)method[0]), method + 1, desc);
}

/* ---- inputs ---- */

static sci_status
wanted(void *context, const cli_input *input, bool *keep)
{
    bool bids;
    sci_status st = is_bids(input, &bids);

    (void)context;
    *keep = !bids || is_image(input->relative);
    return st;
}

/* Derivatives do not belong among the data that they were made of. */
static sci_status
refuse_root(const cli_input *input, const char *output)
{
    struct stat root, folder;
    char *path = NULL;
    sci_status st = sci_format(&path, "%.*s", (int)root_bytes(input), input->path);

    if (st == SCI_OK && stat(path, &root) == 0 && stat(output, &folder) == 0
        && root.st_dev == folder.st_dev && root.st_ino == folder.st_ino)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "'%s' is the data set itself; use -o '%s/derivatives/sci-imaging'", output,
                      path);
    sci_free(path);
    return st;
}

sci_status
imaging_bids_arrange(void *context, cli_inputs *inputs)
{
    const cli_call *call = *(const cli_call *const *)context;
    const imaging_settings *s = call->settings;
    size_t before = inputs->n;
    char method[24];
    sci_status st;

    if (!s->common.recursive)
        return SCI_OK;
    st = cli_inputs_keep(inputs, wanted, NULL);
    if (st == SCI_OK && inputs->n == 0 && before > 0)
        return sci_fail(SCI_ERR_ARGUMENT, "the data set has no images below sub-*");
    cli_choice_text(IMAGING_METHODS, s->method, method, sizeof method);
    for (size_t i = 0; st == SCI_OK && i < inputs->n; i++) {
        cli_input *input = &inputs->items[i];
        char *name = NULL;
        bool bids;

        st = is_bids(input, &bids);
        if (st != SCI_OK || !bids)
            continue;
        st = refuse_root(input, s->common.output);
        if (st == SCI_OK)
            st = rename_image(input->relative, method, &name);
        if (st == SCI_OK) {
            sci_free(input->relative);
            input->relative = name;
        }
    }
    return st;
}

sci_status
imaging_bids_source(const cli_input *input, char **out)
{
    bool bids;
    sci_status st = is_bids(input, &bids);

    *out = NULL;
    return st == SCI_OK && bids
               ? sci_format(out, "bids:raw:%s", input->path + root_bytes(input) + 1)
               : st;
}

/* ---- the description ---- */

/* Of the data set that was read: its name, if it has one. */
static sci_status
read_name(const cli_input *input, char **out)
{
    cli_json_value *root = NULL;
    const cli_json_value *name;
    char *path = NULL;
    sci_status st = description_of(input, &path);

    *out = NULL;
    if (st == SCI_OK)
        st = cli_json_read(&root, path);
    name = st == SCI_OK ? cli_json_member(root, "Name") : NULL;
    st = st == SCI_ERR_NOMEM ? st : SCI_OK; /* the images are no worse for it */
    if (st == SCI_OK && name != NULL && name->kind == CLI_JSON_TEXT)
        st = sci_strdup(out, name->text);
    cli_json_value_free(root);
    sci_free(path);
    return st;
}

/* "../.." where the output is below derivatives/ of the data set; else NULL. */
static const char *
way_back(const cli_input *input, const char *folder)
{
    size_t n = root_bytes(input), m = strlen("/derivatives/");
    const char *rest = folder + n + m;

    if (strncmp(folder, input->path, n) != 0 || strncmp(folder + n, "/derivatives/", m) != 0
        || *rest == '\0' || strchr(rest, '/') != NULL)
        return NULL;
    return "../..";
}

static void
write_members(cli_json *j, const cli_call *call, const char *name, const char *raw)
{
    const imaging_settings *s = call->settings;
    char method[24], what[64];

    cli_choice_text(IMAGING_METHODS, s->method, method, sizeof method);
    (void)snprintf(what, sizeof what, "normalize --method %s", method);
    cli_json_object(j);
    cli_json_member_text(j, "Name", name != NULL ? name : "normalized images");
    cli_json_member_text(j, "BIDSVersion", BIDS_VERSION);
    cli_json_member_text(j, "DatasetType", "derivative");
    cli_json_key(j, "GeneratedBy");
    cli_json_array(j);
    cli_json_object(j);
    cli_json_member_text(j, "Name", "sci-imaging");
    cli_json_member_text(j, "Version", SCI_VERSION);
    cli_json_member_text(j, "Description", what);
    cli_json_object_end(j);
    cli_json_array_end(j);
    if (raw != NULL) {
        cli_json_key(j, "DatasetLinks");
        cli_json_object(j);
        cli_json_member_text(j, "raw", raw);
        cli_json_object_end(j);
    }
    cli_json_object_end(j);
}

/* True unless another program has described the folder. */
static sci_status
may_describe(const char *target, bool *out)
{
    cli_json_value *root = NULL;
    const cli_json_value *by, *name;
    struct stat file;
    sci_status st;

    *out = true;
    if (stat(target, &file) != 0)
        return SCI_OK;
    st = cli_json_read(&root, target);
    by = st == SCI_OK ? cli_json_member(root, "GeneratedBy") : NULL;
    name = by != NULL && by->kind == CLI_JSON_ARRAY && by->n > 0
               ? cli_json_member(&by->items[0], "Name")
               : NULL;
    *out = name != NULL && name->kind == CLI_JSON_TEXT && strcmp(name->text, "sci-imaging") == 0;
    cli_json_value_free(root);
    return st == SCI_ERR_NOMEM ? st : SCI_OK;
}

static sci_status
write_description(const cli_call *call, const cli_input *input, const char *folder)
{
    char *target = NULL, *temporary = NULL, *name = NULL;
    FILE *file = NULL;
    cli_json json;
    bool may = false;
    sci_status st = sci_format(&target, "%s/" DESCRIPTION, folder);

    if (st == SCI_OK)
        st = may_describe(target, &may);
    if (st == SCI_OK && !may) {
        sci_free(target);
        return SCI_OK;
    }
    if (st == SCI_OK)
        st = read_name(input, &name);
    if (st == SCI_OK)
        st = sci_temporary_create(&temporary, target);
    if (st == SCI_OK) {
        file = fopen(temporary, "we");
        st = file != NULL ? SCI_OK : sci_fail_errno("open", target);
    }
    if (st == SCI_OK) {
        cli_json_start(&json, file);
        write_members(&json, call, name, way_back(input, folder));
        st = cli_json_finish(&json);
    }
    if (file != NULL && fclose(file) != 0 && st == SCI_OK)
        st = sci_fail_errno("write", target);
    if (st == SCI_OK)
        st = sci_temporary_commit(temporary, target, false);
    if (st != SCI_OK)
        sci_temporary_discard(temporary);
    sci_free(temporary);
    sci_free(target);
    sci_free(name);
    return st;
}

sci_status
imaging_bids_describe(const cli_call *call, const cli_inputs *inputs, char *const *outputs)
{
    const imaging_settings *s = call->settings;

    for (size_t i = 0; s->common.recursive && i < inputs->n; i++) {
        const cli_input *input = &inputs->items[i];
        char *folder = NULL;
        bool bids;
        sci_status st = is_bids(input, &bids);

        if (st == SCI_OK && !bids)
            continue;
        if (st == SCI_OK)
            st = sci_format(&folder, "%.*s",
                            (int)(strlen(outputs[i]) - strlen(input->relative) - 1), outputs[i]);
        if (st == SCI_OK)
            st = write_description(call, input, folder);
        sci_free(folder);
        return st;
    }
    return SCI_OK;
}
