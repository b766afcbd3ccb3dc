/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stored.h"

#include <sci/memory.h>

#include "output.h"

static sci_status
optional_text(sci_h5_file *file, const char *name, char **text)
{
    sci_status st = sci_h5_file_text(file, "/", name, text);

    return st == SCI_ERR_NOTFOUND ? SCI_OK : st;
}

static sci_status
read_facts(audio_stored *s, sci_h5_file *file, bool *has_stats)
{
    int64_t normalized = 0;
    sci_status st = audio_file_check(file, s->path, "features");

    if (st == SCI_OK)
        st = audio_recipe_read(&s->recipe, file, s->path, "/");
    if (st == SCI_OK)
        st = sci_h5_file_integer(file, "/", "normalized", &normalized);
    s->normalized = normalized != 0;
    if (st == SCI_OK)
        st = optional_text(file, "group_by", &s->group_by);
    if (st == SCI_OK)
        st = optional_text(file, "group", &s->group);
    return st == SCI_OK ? sci_h5_file_has(file, AUDIO_STATS_PATH, has_stats) : st;
}

static sci_status
check_table(const audio_stored *s)
{
    if (s->stats == NULL || sci_stats_groups(s->stats) == sci_grouping_groups(s->partition.g))
        return SCI_OK;
    return sci_fail(SCI_ERR_FORMAT,
                    "'%s': %llu groups in " AUDIO_STATS_PATH ", %llu bands of channels", s->path,
                    (unsigned long long)sci_stats_groups(s->stats),
                    (unsigned long long)sci_grouping_groups(s->partition.g));
}

sci_status
audio_stored_open(audio_stored *out, const audio_context *c, const char *path)
{
    audio_stored s = { .path = path };
    sci_h5_file *file = NULL;
    bool has_stats = false;
    char *table = NULL;
    sci_status st = sci_h5_file_open(&file, path);

    if (st == SCI_OK)
        st = read_facts(&s, file, &has_stats);
    sci_h5_file_close(file);
    if (st == SCI_OK)
        st = sci_h5_source_open(&s.source, path, AUDIO_FEATURES_PATH, &c->h5);
    if (st == SCI_OK && (s.source->array.rank != 3 || sci_type_is_integer(s.source->array.type)))
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s': " AUDIO_FEATURES_PATH " is no array of channels, frames and bands",
                      path);
    if (st == SCI_OK)
        st = audio_partition_make(&s.partition, &s.recipe, &s.source->array, NULL, NULL);
    if (st == SCI_OK && has_stats)
        st = sci_format(&table, "%s:%s", path, AUDIO_STATS_PATH);
    if (st == SCI_OK && has_stats)
        st = sci_stats_load(&s.stats, table);
    if (st == SCI_OK)
        st = check_table(&s);
    sci_free(table);
    if (st != SCI_OK) {
        audio_stored_close(&s);
        return st;
    }
    *out = s;
    return SCI_OK;
}

void
audio_stored_close(audio_stored *s)
{
    audio_partition_clear(&s->partition);
    sci_stats_free(s->stats);
    sci_source_free(s->source);
    sci_free(s->group_by);
    sci_free(s->group);
    audio_recipe_clear(&s->recipe);
    *s = (audio_stored){ 0 };
}

sci_status
audio_stored_undoable(const audio_stored *s)
{
    if (!s->normalized)
        return sci_fail(SCI_ERR_REFUSED, "'%s' is not normalized; there is nothing to undo",
                        s->path);
    if (s->stats == NULL)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s' was normalized with statistics that change with time, which it does "
                        "not keep",
                        s->path);
    if (s->recipe.masked_out != 0)
        return sci_fail(
            SCI_ERR_REFUSED,
            "'%s': frames outside the mask were set to 0 (--masked-out zero) and cannot "
            "be restored",
            s->path);
    return SCI_OK;
}
