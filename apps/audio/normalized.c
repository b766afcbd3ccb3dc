/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "normalized.h"

#include "affine_source.h"

static sci_status
make_affine(audio_normalized *n, const audio_normal *job, const sci_stats *rows)
{
    const audio_bands *bands = job->partition.bands;
    sci_status st = audio_scaling_make(&n->scaling, &job->recipe, sci_stats_moments(rows),
                                       sci_stats_groups(rows), bands->kept, job->plain.g, false);

    if (st == SCI_OK)
        st = audio_affine_source(&n->affine, job->source, bands, &n->scaling, (int)job->recipe.ddof,
                                 false);
    n->source = n->affine;
    return st;
}

sci_status
audio_normalized_with(audio_normalized *out, const audio_normal *job, const sci_stats *rows)
{
    audio_normalized n = { 0 };
    sci_status st = make_affine(&n, job, rows);

    if (st != SCI_OK) {
        audio_normalized_clear(&n);
        return st;
    }
    *out = n;
    return SCI_OK;
}

sci_status
audio_normalized_make(audio_normalized *out, audio_normal *job)
{
    audio_normalized n = { 0 };
    int scope = job->recipe.scope;
    sci_status st = SCI_OK;

    if (scope == AUDIO_SCOPE_RUNNING || scope == AUDIO_SCOPE_SLIDING) {
        st = audio_flowing_make(&n.flowing, job);
        n.source = n.flowing.source;
    } else if (scope == AUDIO_SCOPE_NONE) {
        n.source = job->source;
    } else {
        st = audio_normal_fit(job, &n.rows);
        if (st == SCI_OK)
            st = make_affine(&n, job, n.rows);
    }
    if (st != SCI_OK) {
        audio_normalized_clear(&n);
        return st;
    }
    *out = n;
    return SCI_OK;
}

void
audio_normalized_clear(audio_normalized *n)
{
    sci_source_free(n->affine);
    audio_scaling_clear(&n->scaling);
    audio_flowing_clear(&n->flowing);
    sci_stats_free(n->rows);
    *n = (audio_normalized){ 0 };
}

sci_status
audio_normalized_check(const cli_call *call)
{
    int scope = audio_scope_of(call);

    if (scope == AUDIO_SCOPE_GROUP || scope == AUDIO_SCOPE_GLOBAL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--scope group and global are of several recordings; 'normalize' them and "
                        "give the files of features");
    return audio_recipe_check(call);
}
