/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoped.h"

#include "model.h"

static bool
flows(const audio_recipe *r)
{
    return r->scope == AUDIO_SCOPE_SLIDING || r->scope == AUDIO_SCOPE_RUNNING;
}

static sci_status
find_rows(audio_scoped *s, audio_normal *job, const sci_stats *model)
{
    if (flows(&job->recipe) || job->recipe.scope == AUDIO_SCOPE_NONE)
        return SCI_OK;
    if (model != NULL)
        return audio_model_rows(model, "the statistics of all recordings", job, &s->rows);
    return audio_normal_fit(job, &s->rows);
}

static sci_status
make_scaling(audio_scoped *s, const audio_normal *job)
{
    uint64_t groups = sci_grouping_groups(job->plain.g);

    if (s->rows == NULL || job->c.settings->lazy)
        return audio_scaling_identity(&s->scaling, groups, job->plain.g,
                                      job->recipe.masked_out != 0);
    return audio_scaling_make(&s->scaling, &job->recipe, sci_stats_moments(s->rows), groups,
                              job->partition.bands->kept, job->plain.g, false);
}

sci_status
audio_scoped_make(audio_scoped *out, audio_normal *job, const sci_stats *model)
{
    audio_scoped s = { 0 };
    sci_status st = find_rows(&s, job, model);

    if (st == SCI_OK && flows(&job->recipe))
        st = audio_flowing_make(&s.flowing, job);
    if (st == SCI_OK)
        st = make_scaling(&s, job);
    if (st != SCI_OK) {
        audio_scoped_clear(&s);
        return st;
    }
    *out = s;
    return SCI_OK;
}

void
audio_scoped_clear(audio_scoped *s)
{
    audio_scaling_clear(&s->scaling);
    audio_flowing_clear(&s->flowing);
    sci_stats_free(s->rows);
    *s = (audio_scoped){ 0 };
}

sci_status
audio_scoped_apply(audio_scoped *s, const audio_normal *job, sci_sink *sink)
{
    sci_source *source = s->flowing.source != NULL ? s->flowing.source : job->source;
    sci_rows_source rows = audio_scaling_rows(&s->scaling);

    return sci_apply(source, s->scaling.affine, &rows, NULL, &job->c.options, sink, NULL);
}
