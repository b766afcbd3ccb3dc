/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows about arrays in memory: normalization, moments, threads. */
#include <stdio.h>
#include <string.h>

#include "rows.h"

typedef struct shape_case {
    const char *shape, *groups; /* groups of channels of group norm */
} shape_case;

static server *
torch_server(const bench *b, char *reason, size_t size)
{
    char script[1024];

    snprintf(script, sizeof script, "%s/peer_torch.py", b->peers);
    const char *const arguments[] = { b->python, script, NULL };
    return server_start(arguments, reason, size);
}

static server *
norm_server(const bench *b, const char *shape, const char *norm, char *reason, size_t size)
{
    const char *const arguments[] = { b->self, "serve-norm", shape, norm, NULL };

    return server_start(arguments, reason, size);
}

/* One shape and norm against torch, and against memcpy where `copy` is set. */
static void
norm_case(bench *b, server *torch, const char *why_no_torch, const char *shape, const char *norm,
          bool copy)
{
    const char *section = "norm";
    bool easy = strcmp(norm, "batch") == 0 || strcmp(norm, "instance") == 0;
    char what[128], reason[256], word[64];
    server *s = norm_server(b, shape, norm, reason, sizeof reason);
    int repetitions = b->quick ? 7 : 31;

    snprintf(what, sizeof what, "%s (%s)", norm, shape);
    if (s == NULL) {
        report_absent(&b->report, section, what, reason);
        return;
    }
    const contestant we = { .server = s, .word = "norm1" };
    const contestant memory = { .server = s, .word = "copy" };
    if (copy) {
        const figure_row r = { .section = section,
                               .what = what,
                               .peer_name = "memcpy",
                               .figure_unit = "x",
                               .at_most = true,
                               .must = 1.7,
                               .aim = 1.3 };
        row_contest(b, &r, &we, &memory, repetitions);
    }
    snprintf(word, sizeof word, "%s %s", norm, shape);
    const contestant peer = { .server = torch, .word = word };
    if (torch == NULL)
        report_absent(&b->report, section, what, why_no_torch);
    else {
        const figure_row r = { .section = section,
                               .what = what,
                               .peer_name = "torch",
                               .figure_unit = "x",
                               .must = easy ? 3.0 : 1.3,
                               .aim = easy ? 5.0 : 1.7 };
        row_contest(b, &r, &we, &peer, repetitions);
    }
    server_stop(s);
}

void
rows_norm(bench *b)
{
    static const char *const shapes[] = { "32,64,56,56", "8,256,32,32", "64,512,7,7" };
    static const char *const norms[] = { "group:8", "layer", "batch", "instance" };
    char reason[256];
    server *torch = torch_server(b, reason, sizeof reason);

    norm_case(b, torch, reason, "1,32,64,128,128", "group:8", true);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (size_t k = 0; k < sizeof norms / sizeof *norms; k++)
            norm_case(b, torch, reason, shapes[i], norms[k], false);
    server_stop(torch);
}

typedef struct kernel_case {
    const char *what, *word, *sum;
    double must, aim;
} kernel_case;

void
rows_moments(bench *b)
{
    const kernel_case cases[] = {
        { "moments f32, one vector", "of32", "sum32", 60.0, 75.0 },
        { "moments f64, one vector", "of64", "sum64", 50.0, 65.0 },
        { "fit f32, all pooled (run)", "pooled32", "sum32", 60.0, 75.0 },
        { "fit f64, all pooled (run)", "pooled64", "sum64", 50.0, 65.0 },
        { "fit f32, inner axis kept (columns)", "columns32", "sum32", 60.0, 75.0 },
        { "fit f64, inner axis kept (columns)", "columns64", "sum64", 50.0, 65.0 },
        { "fit f32, 40 bands of the inner axis", "banded32", "sum32", NO_BOUND, NO_BOUND },
        { "fit f32, random mask of 80 % (compacted)", "masked32", "sum32", NO_BOUND, NO_BOUND },
        { "fit f32, label map, runs of 1-32", "mapped32", "sum32", NO_BOUND, NO_BOUND },
    };
    const char *const arguments[] = { b->self, "serve-moments", b->quick ? "16" : "64", NULL };
    char reason[256];
    server *s = server_start(arguments, reason, sizeof reason);

    if (s == NULL) {
        report_absent(&b->report, "moments", "moments", reason);
        return;
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const kernel_case *k = &cases[i];
        const contestant kernel = { .server = s, .word = k->word };
        const contestant sum = { .server = s, .word = k->sum };
        const figure_row r = { .section = "moments",
                               .what = k->what,
                               .peer_name = "sum",
                               .figure_unit = "%",
                               .must = k->must,
                               .aim = k->aim };
        row_contest(b, &r, &kernel, &sum, b->quick ? 7 : 21);
    }
    server_stop(s);
}

void
rows_threads(bench *b)
{
    static const char *const norms[] = { "group:8", "layer", "batch" };
    const char *shape = b->quick ? "2,32,64,128,128" : "4,32,64,128,128";
    char reason[256], what[128];

    for (size_t i = 0; i < sizeof norms / sizeof *norms; i++) {
        server *s = norm_server(b, shape, norms[i], reason, sizeof reason);
        const contestant with_two = { .server = s, .word = "norm2" };
        const contestant with_one = { .server = s, .word = "norm1" };
        snprintf(what, sizeof what, "2 threads, %s (%s)", norms[i], shape);
        const figure_row r = { .section = "threads",
                               .what = what,
                               .peer_name = "1 thread",
                               .figure_unit = "x",
                               .must = 1.6,
                               .aim = 1.9 };
        if (s != NULL)
            row_contest(b, &r, &with_two, &with_one, b->quick ? 5 : 15);
        else
            report_absent(&b->report, "threads", what, reason);
        server_stop(s);
    }
}
