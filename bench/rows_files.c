/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows about whole runs of sci-array on HDF5 files. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rows.h"

#define PATH_SIZE 1024
#define MEBI 1048576.0

/* Scratch files of a section. */
typedef struct files {
    char in[PATH_SIZE], ours[PATH_SIZE], peer[PATH_SIZE], operand[PATH_SIZE + 4];
} files;

static bool
files_make(const bench *b, const char *folder, files *f, const char *shape, const char *storage)
{
    snprintf(f->in, sizeof f->in, "%s/in.h5", folder);
    snprintf(f->ours, sizeof f->ours, "%s/ours.h5", folder);
    snprintf(f->peer, sizeof f->peer, "%s/peer.h5", folder);
    snprintf(f->operand, sizeof f->operand, "%.*s:/x", PATH_SIZE - 1, f->in);
    const char *const command[] = { b->self, "make-h5", f->in, shape, storage, NULL };
    return !isnan(command_run(command, NULL));
}

static void
files_remove(const files *f)
{
    unlink(f->in);
    unlink(f->ours);
    unlink(f->peer);
}

void
rows_stream(bench *b)
{
    static const struct {
        const char *what, *norm, *threads;
        double must, aim;
    } cases[] = {
        { "stream contiguous, group:8, 1 thread", "group:8", "1", 60.0, 90.0 },
        { "stream contiguous, group:8, 2 threads", "group:8", "2", 60.0, 90.0 },
        { "stream contiguous, batch (two passes), 1 thread", "batch", "1", NO_BOUND, NO_BOUND },
    };
    const char *shape = b->quick ? "128,64,64,64" : "512,64,64,64";
    files f;

    bool made = files_make(b, b->fast, &f, shape, "contiguous");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const run[] = { b->sci_array,  "normalize", f.operand,        "--norm",
                                    cases[i].norm, "-t",        cases[i].threads, "--no-sync",
                                    "-q",          "-o",        f.ours,           NULL };
        const char *const copy[] = { b->self, "copy-h5", f.in, f.peer, NULL };
        const contestant we = { .command = run, .output = f.ours };
        const contestant peer = { .command = copy, .output = f.peer };
        const figure_row r = { .section = "stream",
                               .what = cases[i].what,
                               .peer_name = "HDF5 copy",
                               .figure_unit = "%",
                               .must = cases[i].must,
                               .aim = cases[i].aim };
        if (made)
            row_contest(b, &r, &we, &peer, b->quick ? 5 : 9);
        else
            report_absent(&b->report, "stream", cases[i].what, "the file could not be made");
    }
    files_remove(&f);
}

void
rows_gzip(bench *b)
{
    static const struct {
        const char *what, *threads;
        double must, aim;
    } cases[] = {
        { "stream gzip + shuffle, group:8, 1 thread", "1", 1.0, 2.0 },
        { "stream gzip + shuffle, group:8, 2 threads", "2", 1.0, 3.5 },
    };
    const char *shape = b->quick ? "32,64,64,64" : "96,64,64,64";
    char script[PATH_SIZE];
    files f;

    snprintf(script, sizeof script, "%s/peer_h5py.py", b->peers);
    bool peer_there = peer_is_there(b, script, "numpy");
    bool made = files_make(b, b->fast, &f, shape, "gzip");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const run[] = { b->sci_array, "normalize", f.operand,        "--norm",
                                    "group:8",    "-t",        cases[i].threads, "--no-sync",
                                    "-q",         "-o",        f.ours,           NULL };
        const char *const numpy[] = { b->python, script, f.in, f.peer, "8", NULL };
        const contestant we = { .command = run, .output = f.ours };
        const contestant peer = { .command = numpy, .output = f.peer };
        const figure_row r = { .section = "gzip",
                               .what = cases[i].what,
                               .peer_name = "h5py",
                               .figure_unit = "x",
                               .must = cases[i].must,
                               .aim = cases[i].aim };
        if (!peer_there)
            report_absent(&b->report, "gzip", cases[i].what, "h5py and numpy are not installed");
        else if (made)
            row_contest(b, &r, &we, &peer, b->quick ? 3 : 7);
        else
            report_absent(&b->report, "gzip", cases[i].what, "the file could not be made");
    }
    files_remove(&f);
}

/* Seconds and peak bytes of normalizing one file; `memory` NULL: the default budget. */
static double
run_watched(const bench *b, const files *f, const char *memory, uint64_t *peak)
{
    const char *command[16] = { b->sci_array, "normalize", f->operand, "--norm", "group:8",
                                "--no-sync",  "-q",        "-o",       f->ours };

    if (memory != NULL) {
        command[9] = "--memory";
        command[10] = memory;
    }
    unlink(f->ours);
    return command_run(command, peak);
}

static void
memory_row(bench *b, const char *what, uint64_t peak, double must)
{
    row_value(b, "memory", what, (double)peak / MEBI, "MiB", must, NO_BOUND);
}

/* A volume of one sample: no group fits in the budget, so the array is read twice. */
void
rows_memory(bench *b)
{
    files f;
    samples small = { 0 }, large = { 0 };
    uint64_t peak = 0;

    if (!files_make(b, b->fast, &f, "1,16,256,256,256", "contiguous"))
        goto failed;
    if (isnan(run_watched(b, &f, NULL, &peak)))
        goto failed;
    memory_row(b, "peak, 1 GiB array, default budget", peak, 64.0);
    for (int i = 0; i < 3; i++)
        samples_add(&small, run_watched(b, &f, "128MiB", &peak));
    memory_row(b, "peak, 1 GiB array, --memory 128MiB", peak, 256.0);
    files_remove(&f);
    if (b->quick) {
        report_absent(&b->report, "memory", "peak, 4 GiB array", "left out by --quick");
        return;
    }

    if (!files_make(b, b->fast, &f, "1,64,256,256,256", "contiguous"))
        goto failed;
    for (int i = 0; i < 3; i++)
        samples_add(&large, run_watched(b, &f, "128MiB", &peak) / 4.0);
    memory_row(b, "peak, 4 GiB array, --memory 128MiB", peak, 256.0);
    const figure_row r = { .section = "memory",
                           .what = "speed per byte, 4 GiB against 1 GiB",
                           .peer_name = "1 GiB",
                           .figure_unit = "%",
                           .must = NO_BOUND,
                           .aim = 95.0 };
    report_contest(b, &r, &large, &small);
    files_remove(&f);
    return;
failed:
    report_absent(&b->report, "memory", "peak resident memory", "a run failed");
    files_remove(&f);
}

void
rows_process(bench *b)
{
    static const struct {
        const char *what, *option; /* option NULL: none */
        double must, aim;
    } cases[] = {
        { "whole process, 1 MiB array, fsync", NULL, 50.0, 35.0 },
        { "whole process, 1 MiB array, --no-sync", "--no-sync", 30.0, 15.0 },
    };
    files f;
    bool made = files_make(b, b->directory, &f, "8,32,32,32", "contiguous");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const run[] = { b->sci_array,    "normalize", f.operand, "--norm",
                                    "group:8",       "-q",        "-o",      f.ours,
                                    cases[i].option, NULL };
        const contestant we = { .command = run, .output = f.ours };
        samples ours = { 0 };
        double warm = made ? contestant_run(&we) : NO_TIME;
        for (int k = 0; !isnan(warm) && k < (b->quick ? 11 : 41); k++)
            samples_add(&ours, contestant_run(&we));
        row_value(b, "process", cases[i].what, 1e3 * samples_median(&ours), "ms", cases[i].must,
                  cases[i].aim);
    }
    files_remove(&f);
}
