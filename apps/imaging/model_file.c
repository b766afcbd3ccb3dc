/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models in files. */
#include <string.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#include "model.h"
#include "record.h"

#define MODEL_KIND "sci-imaging model"
#define MODEL_VERSION 1
#define MODEL_BYTES_MOST (UINT64_C(1) << 30)

/* ---- writing ---- */

static sci_status
write_nyul(const imaging_model *m, sci_h5_output *out)
{
    sci_array array = { .rank = 3,
                        .shape = { m->n_images, m->n, NYUL_POINTS },
                        .type = SCI_FLOAT64 };
    sci_array percents = { .rank = 1, .shape = { NYUL_POINTS }, .type = SCI_FLOAT64 };
    sci_status st = sci_h5_output_array(out, "/nyul/landmarks", &array, m->landmarks);

    if (st == SCI_OK)
        st = sci_h5_output_array(out, "/nyul/percent", &percents, imaging_nyul_percent);
    if (st == SCI_OK)
        st = sci_h5_output_array_texts(out, "/nyul/names", &m->names);
    return st == SCI_OK ? sci_h5_output_array_texts(out, "/nyul/digests", &m->digests) : st;
}

static sci_status
write_ct(const imaging_model *m, sci_h5_output *out)
{
    sci_array limits = { .rank = 2, .shape = { m->n, CT_LIMITS }, .type = SCI_FLOAT64 };
    sci_status st = sci_h5_output_quantiles(out, "/ct/counts", m->counts);

    if (st == SCI_OK && m->limits != NULL)
        st = sci_h5_output_array(out, "/ct/limits", &limits, m->limits);
    return st;
}

static sci_status
write_all(const imaging_model *m, sci_h5_output *out, const char *provenance)
{
    char method[24];
    sci_status st = sci_h5_output_text(out, "/", "kind", MODEL_KIND);

    imaging_method_text(m->method, method);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out, "/", "version", MODEL_VERSION);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/", "method", method);
    if (st == SCI_OK)
        st = sci_h5_output_integer(out, "/", "ddof", m->ddof);
    if (st == SCI_OK)
        st = sci_h5_output_text(out, "/", "provenance", provenance);
    if (st == SCI_OK && m->stats != NULL)
        st = sci_h5_output_stats(out, "/stats", m->stats);
    if (st == SCI_OK && m->method == IMAGING_CT)
        st = write_ct(m, out);
    if (st == SCI_OK && m->method == IMAGING_NYUL)
        st = write_nyul(m, out);
    return st;
}

sci_status
imaging_model_save(const imaging_model *model, const char *temporary, const char *provenance,
                   bool verify, bool sync)
{
    sci_h5_output *out = NULL;
    sci_status st = sci_h5_output_create(&out, temporary);

    if (st == SCI_OK)
        st = write_all(model, out, provenance);
    if (st != SCI_OK) {
        sci_h5_output_free(out);
        return st;
    }
    return sci_h5_output_close(out, verify, sync);
}

/* ---- reading ---- */

/* A dataset of n numbers. */
static sci_status
read_numbers(sci_h5_file *file, const char *dataset, uint64_t n, const char *path, double **out)
{
    uint64_t found = 0;
    sci_status st = sci_h5_file_numbers(file, dataset, NULL, &found, out);

    if (st == SCI_OK && found != n) {
        sci_free(*out);
        *out = NULL;
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has %llu numbers where %llu belong", path, dataset,
                      (unsigned long long)found, (unsigned long long)n);
    }
    return st;
}

static sci_status
read_nyul(imaging_model *m, sci_h5_file *file, const char *path)
{
    sci_h5_object object;
    sci_status st = sci_h5_file_texts(file, "/nyul/names", NULL, &m->names);

    if (st == SCI_OK)
        st = sci_h5_file_texts(file, "/nyul/digests", NULL, &m->digests);
    if (st == SCI_OK)
        st = sci_h5_file_object(file, "/nyul/landmarks", &object);
    if (st != SCI_OK)
        return st;
    m->n_images = m->names.n;
    if (object.rank != 3 || object.shape[0] != m->n_images || object.shape[2] != NYUL_POINTS
        || object.shape[1] == 0 || m->n_images == 0 || m->digests.n != m->n_images
        || object.shape[1] > MODEL_BYTES_MOST / m->n_images / NYUL_POINTS / sizeof(double))
        return sci_fail(SCI_ERR_FORMAT, "'%s': its landmarks are damaged", path);
    m->n = object.shape[1];
    for (uint64_t i = 0; i < m->n_images; i++)
        if (m->names.items[i] == NULL || m->digests.items[i] == NULL)
            return sci_fail(SCI_ERR_FORMAT, "'%s': image %llu has no name", path,
                            (unsigned long long)i);
    return read_numbers(file, "/nyul/landmarks", m->n_images * m->n * NYUL_POINTS, path,
                        &m->landmarks);
}

static sci_status
read_ct(imaging_model *m, sci_h5_file *file, const char *path)
{
    char *counts = NULL;
    bool there = false;
    sci_status st = sci_format(&counts, "%s:/ct/counts", path);

    if (st == SCI_OK)
        st = sci_quantiles_load(&m->counts, counts);
    if (st == SCI_OK)
        st = sci_h5_file_has(file, "/ct/limits", &there);
    if (st == SCI_OK && there)
        st = read_numbers(file, "/ct/limits", m->n * CT_LIMITS, path, &m->limits);
    sci_free(counts);
    return st;
}

static sci_status
read_stats(imaging_model *m, const char *path)
{
    char *table = NULL;
    sci_status st = sci_format(&table, "%s:/stats", path);

    if (st == SCI_OK)
        st = sci_stats_load(&m->stats, table);
    if (st == SCI_OK && sci_stats_get_kind(m->stats) != SCI_STATS_MOMENTS)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' holds no moments", path);
    if (st == SCI_OK)
        m->n = sci_stats_groups(m->stats);
    sci_free(table);
    return st;
}

static sci_status
read_head(imaging_model *m, sci_h5_file *file, const char *path)
{
    char *kind = NULL, *method = NULL;
    int64_t version = 0, ddof = 0;
    sci_status st = sci_h5_file_text(file, "/", "kind", &kind);

    if (st == SCI_ERR_NOTFOUND || (st == SCI_OK && strcmp(kind, MODEL_KIND) != 0))
        st = sci_fail(SCI_ERR_REFUSED, "'%s' is no model of sci-imaging; 'fit' makes one", path);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, "/", "version", &version);
    if (st == SCI_OK && version != MODEL_VERSION)
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has version %lld, this program reads %d", path,
                      (long long)version, MODEL_VERSION);
    if (st == SCI_OK)
        st = sci_h5_file_text(file, "/", "method", &method);
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, "/", "ddof", &ddof);
    if (st == SCI_OK) {
        m->method = cli_choice_find(IMAGING_METHODS, method);
        m->ddof = (int)ddof;
        if ((m->method != IMAGING_ZSCORE && m->method != IMAGING_CT && m->method != IMAGING_NYUL)
            || ddof < 0 || ddof > 1)
            st = sci_fail(SCI_ERR_FORMAT,
                          "'%s': a model of method '%s' and ddof %lld is not possible", path,
                          method, (long long)ddof);
    }
    sci_free(kind);
    sci_free(method);
    return st;
}

sci_status
imaging_model_load(imaging_model *out, const char *path)
{
    sci_h5_file *file = NULL;
    sci_status st;

    *out = (imaging_model){ 0 };
    st = sci_h5_file_open(&file, path);
    if (st == SCI_OK)
        st = read_head(out, file, path);
    if (st == SCI_OK && out->method == IMAGING_NYUL)
        st = read_nyul(out, file, path);
    else if (st == SCI_OK)
        st = read_stats(out, path);
    if (st == SCI_OK && out->method == IMAGING_CT)
        st = read_ct(out, file, path);
    sci_h5_file_close(file);
    if (st != SCI_OK)
        imaging_model_clear(out);
    return st;
}
