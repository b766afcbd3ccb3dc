/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

/* ---- options ---- */

sci_status
genomics_storage_parse(const char *text, anndata_storage *out)
{
    int64_t level = 4;

    *out = (anndata_storage){ .compression = ANNDATA_PLAIN };
    if (strcmp(text, "none") == 0)
        return SCI_OK;
    out->compression = ANNDATA_LZF;
    if (strcmp(text, "lzf") == 0)
        return SCI_OK;
    if (strncmp(text, "gzip", 4) == 0
        && (text[4] == '\0'
            || (text[4] == ':' && cli_parse_integer(text + 5, &level) && level >= 1
                && level <= 9))) {
        *out = (anndata_storage){ .compression = ANNDATA_GZIP, .level = (int)level };
        return SCI_OK;
    }
    return sci_fail(SCI_ERR_ARGUMENT,
                    "option '--compression' needs none, lzf or gzip:N with N from 1 to 9, not '%s'",
                    text);
}

static bool
is_layer_name(const char *name)
{
    return *name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0;
}

static sci_status
check_place(const char *place)
{
    if (strcmp(place, "X") == 0 || (strncmp(place, "layer:", 6) == 0 && is_layer_name(place + 6)))
        return SCI_OK;
    return sci_fail(SCI_ERR_ARGUMENT, "option '--to' needs X or layer:NAME, not '%s'", place);
}

/* Options about a new matrix, where none is made. */
static sci_status
refuse_matrix_options(const cli_call *call, const char *form)
{
    static const char *const options[] = { "to", "keep-original", "compression", "dtype" };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (cli_given(call, options[i]))
            return sci_fail(SCI_ERR_ARGUMENT,
                            "--%s is about a new matrix, and --emit %s makes none", options[i],
                            form);
    return SCI_OK;
}

sci_status
genomics_output_check(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    anndata_storage storage;
    sci_status st = SCI_OK;

    if (s->compression != NULL)
        st = genomics_storage_parse(s->compression, &storage);
    if (st == SCI_OK && s->to != NULL)
        st = check_place(s->to);
    if (st == SCI_OK && s->layer != NULL && !is_layer_name(s->layer))
        st = sci_fail(SCI_ERR_ARGUMENT, "option '--layer' needs the name of a layer, not '%s'",
                      s->layer);
    if (st == SCI_OK && s->keep_original != NULL && !is_layer_name(s->keep_original))
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "option '--keep-original' needs a name for a layer, not '%s'",
                      s->keep_original);
    if (st == SCI_OK && s->emit != GENOMICS_DENSE)
        st = refuse_matrix_options(call, s->emit == GENOMICS_AFFINE ? "affine" : "params");
    return st;
}

/* ---- opening ---- */

static sci_status
path_of(const char *place, char **path)
{
    if (strncmp(place, "layer:", 6) == 0)
        return sci_format(path, "/layers/%s", place + 6);
    return sci_format(path, "/%s", place);
}

sci_status
genomics_storage(const genomics_job *job, anndata_storage *out)
{
    return genomics_storage_parse(job->settings->compression, out);
}

static sci_status
begin(genomics_output *out, const genomics_job *job)
{
    sci_status st = sci_h5_output_create(&out->file, job->worker->temporary[0]);

    if (st == SCI_OK)
        sci_h5_output_digests(out->file, job->settings->common.verify);
    return st;
}

/* What stands where the new matrix goes is kept as a layer, or left out. */
static sci_status
copy_around(genomics_output *out, const genomics_job *job, const char *dropped)
{
    const char *kept = job->settings->keep_original, *left_out[2];
    char *layer = NULL;
    size_t n = 0;
    bool there = false, taken = false;
    sci_status st = sci_h5_file_has(anndata_file(job->in), out->path, &there);

    if (st == SCI_OK && kept != NULL)
        st = sci_format(&layer, "/layers/%s", kept);
    if (st == SCI_OK && kept != NULL)
        st = sci_h5_file_has(anndata_file(job->in), layer, &taken);
    if (st == SCI_OK && taken)
        st = sci_fail(SCI_ERR_EXISTS,
                      "'%s' has a layer '%s' already; --keep-original needs a new one", job->name,
                      kept);
    if (st == SCI_OK && kept != NULL && !there)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "--keep-original: nothing stands at '%s' that would be replaced", out->place);
    if (st == SCI_OK && there && kept == NULL)
        left_out[n++] = out->path;
    if (dropped != NULL)
        left_out[n++] = dropped;
    if (st == SCI_OK)
        st = anndata_copy(out->file, job->in, n, left_out);
    if (st == SCI_OK && kept != NULL)
        st = anndata_write_dict(out->file, "/layers");
    if (st == SCI_OK && kept != NULL)
        st = sci_h5_output_move(out->file, out->path, layer);
    sci_free(layer);
    return st;
}

sci_status
genomics_output_begin(genomics_output *out, const genomics_job *job)
{
    const char *to = job->settings->to;
    sci_status st;

    *out = (genomics_output){ 0 };
    st = sci_strdup(&out->place, to != NULL ? to : job->place);
    if (st == SCI_OK)
        st = path_of(out->place, &out->path);
    if (st == SCI_OK)
        st = begin(out, job);
    if (st != SCI_OK)
        genomics_output_clear(out);
    return st;
}

sci_status
genomics_output_open(genomics_output *out, const genomics_job *job, const char *left_out)
{
    sci_status st = genomics_output_begin(out, job);

    if (st == SCI_OK)
        st = copy_around(out, job, left_out);
    if (st != SCI_OK)
        genomics_output_clear(out);
    return st;
}

sci_status
genomics_output_copy(genomics_output *out, const genomics_job *job, const char *left_out)
{
    sci_status st;

    *out = (genomics_output){ 0 };
    st = sci_strdup(&out->place, job->place);
    if (st == SCI_OK)
        st = begin(out, job);
    if (st == SCI_OK)
        st = anndata_copy(out->file, job->in, left_out != NULL, &left_out);
    if (st != SCI_OK)
        genomics_output_clear(out);
    return st;
}

sci_status
genomics_output_model(genomics_output *out, const genomics_job *job)
{
    anndata_texts none = { 0 };
    sci_status st;

    *out = (genomics_output){ 0 };
    st = begin(out, job);
    if (st == SCI_OK)
        st = anndata_create(out->file);
    if (st == SCI_OK)
        st = anndata_write_frame(out->file, ANNDATA_OBS, &none);
    if (st == SCI_OK)
        st = anndata_write_frame(out->file, ANNDATA_VAR, &job->genes);
    if (st != SCI_OK)
        genomics_output_clear(out);
    return st;
}

sci_type
genomics_output_type(const genomics_job *job)
{
    if (cli_given(job->call, "dtype"))
        return job->settings->common.dtype == CLI_DTYPE_F64 ? SCI_FLOAT64 : SCI_FLOAT32;
    return sci_matrix_type(job->matrix) == SCI_FLOAT64 ? SCI_FLOAT64 : SCI_FLOAT32;
}

/* ---- the pass ---- */

static bool
map_is_finite(const sci_column_map *map, uint64_t g)
{
    bool finite = true;

    for (uint64_t b = 0; b < map->levels; b++)
        finite = finite && isfinite(map->scale[b * map->columns + g])
                 && isfinite(map->shift[b * map->columns + g]);
    for (uint64_t r = 0; r < map->levels * map->covariates; r++)
        finite = finite && isfinite(map->slope[r * map->columns + g]);
    return finite;
}

static sci_status
fail_nonfinite(const genomics_job *job, const sci_column_map *map, uint64_t count)
{
    char list[600] = "";
    size_t used = 0, n = 0;

    for (uint64_t g = 0; g < map->columns && n < 8 && used < sizeof list; g++)
        if (!map_is_finite(map, g))
            used += (size_t)snprintf(list + used, sizeof list - used, "%s'%s'",
                                     n++ == 0 ? ": " : ", ", job->genes.items[g]);
    return sci_fail(
        SCI_ERR_NONFINITE,
        "%llu results are not finite though their inputs are%s%s; no output was made",
        (unsigned long long)count,
        n == 0 ? " (they leave the range of the output's type; --dtype f64 has more)" : "", list);
}

sci_status
genomics_output_apply(genomics_output *out, genomics_job *job, const sci_column_map *map,
                      sci_type type, sci_map_report *report)
{
    anndata_storage storage;
    sci_status st = genomics_storage_parse(job->settings->compression, &storage);

    if (st == SCI_OK)
        st = anndata_write_dense(out->file, out->path, sci_matrix_rows(job->matrix),
                                 sci_matrix_columns(job->matrix), type, &storage, &out->sink);
    job->pass++;
    if (st == SCI_OK)
        st = sci_column_map_apply(job->matrix, &job->rows, map, &job->options, out->sink, report);
    sci_sink_free(out->sink);
    out->sink = NULL;
    if (st == SCI_OK && report->new_nonfinite > 0)
        st = fail_nonfinite(job, map, report->new_nonfinite);
    return st;
}

sci_status
genomics_output_close(genomics_output *out, const genomics_job *job)
{
    sci_h5_output *file = out->file;

    out->file = NULL;
    return sci_h5_output_close(file, job->settings->common.verify, !job->settings->common.no_sync);
}

void
genomics_output_clear(genomics_output *out)
{
    sci_sink_free(out->sink);
    sci_h5_output_free(out->file);
    sci_free(out->place);
    sci_free(out->path);
    *out = (genomics_output){ 0 };
}
