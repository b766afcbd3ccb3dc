/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows about sci-imaging: whole processes on files, against nibabel, h5py with numpy and mincstats. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rows.h"

#define PATH_SIZE 1024
#define MEBI 1048576.0
#define SECTION "imaging"
#define HEAD "181,217,181"

typedef struct paths {
    char nifti[PATH_SIZE], image[PATH_SIZE], operand[PATH_SIZE + 8], labels[PATH_SIZE + 8];
    char raw[PATH_SIZE], minc[PATH_SIZE], mask[PATH_SIZE];
    char ours[PATH_SIZE], ours_nifti[PATH_SIZE], sidecar[PATH_SIZE];
    char peer[PATH_SIZE], peer_nifti[PATH_SIZE], script[PATH_SIZE];
} paths;

static paths
paths_in(const bench *b)
{
    paths p;

    snprintf(p.nifti, PATH_SIZE, "%s/head.nii", b->fast);
    snprintf(p.image, PATH_SIZE, "%s/head.h5", b->fast);
    snprintf(p.operand, sizeof p.operand, "%.*s:/image", PATH_SIZE - 1, p.image);
    snprintf(p.labels, sizeof p.labels, "%.*s:/labels", PATH_SIZE - 1, p.image);
    snprintf(p.raw, PATH_SIZE, "%s/head.raw", b->fast);
    snprintf(p.minc, PATH_SIZE, "%s/head.mnc", b->fast);
    snprintf(p.mask, PATH_SIZE, "%s/mask.mnc", b->fast);
    snprintf(p.ours, PATH_SIZE, "%s/ours.h5", b->fast);
    snprintf(p.ours_nifti, PATH_SIZE, "%s/ours.nii", b->fast);
    snprintf(p.sidecar, PATH_SIZE, "%s/ours.json", b->fast);
    snprintf(p.peer, PATH_SIZE, "%s/peer.h5", b->fast);
    snprintf(p.peer_nifti, PATH_SIZE, "%s/peer.nii", b->fast);
    snprintf(p.script, PATH_SIZE, "%s/imaging/peer_numpy.py", b->peers);
    return p;
}

static void
paths_remove(const paths *p)
{
    const char *const all[] = { p->nifti, p->image,      p->raw,     p->minc, p->mask,
                                p->ours,  p->ours_nifti, p->sidecar, p->peer, p->peer_nifti };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        unlink(all[i]);
}

static bool
make(const bench *b, const char *path, const char *shape, const char *storage)
{
    const char *const command[] = { b->self, "make-volume", path, shape, storage, NULL };

    return !isnan(command_run(command, NULL));
}

/* How much faster we are than the peer. */
static void
faster(bench *b, const char *what, const char *peer_name, const contestant *we,
       const contestant *peer, double must, double aim, int repetitions)
{
    const figure_row r = { .section = SECTION,
                           .what = what,
                           .peer_name = peer_name,
                           .figure_unit = "x",
                           .must = must,
                           .aim = aim };

    row_contest(b, &r, we, peer, repetitions);
}

/* ---- a NIfTI file of 14 MB ---- */

static double
peak_share(const char *const *ours, const char *const *theirs)
{
    uint64_t our_peak = 0, their_peak = 0;

    if (isnan(command_run(ours, &our_peak)) || isnan(command_run(theirs, &their_peak)))
        return NO_TIME;
    return 100.0 * (double)our_peak / (double)their_peak;
}

static void
rows_nifti(bench *b, const paths *p)
{
    const char *const run[] = { b->sci_imaging, "normalize", p->nifti,      "--no-sync", "-q",
                                "-f",           "-o",        p->ours_nifti, NULL };
    const char *const numpy[] = { b->python, p->script, "nifti", p->nifti, p->peer_nifti, NULL };
    const contestant we = { .command = run, .output = p->ours_nifti };
    const contestant peer = { .command = numpy, .output = p->peer_nifti };
    const char *what = "z-score of a 14 MB NIfTI file, whole process";

    if (!make(b, p->nifti, HEAD, "nifti")) {
        report_absent(&b->report, SECTION, what, "the file could not be made");
        return;
    }
    row_value(b, SECTION, what, command_run(run, NULL), "s", NO_BOUND, 0.15);
    if (!peer_is_there(b, p->script, "nifti")) {
        report_absent(&b->report, SECTION, what, "nibabel is not installed");
        return;
    }
    faster(b, what, "nibabel, numpy", &we, &peer, 8.0, NO_BOUND, b->quick ? 3 : 7);
    row_value(b, SECTION, "its peak memory, of that of nibabel and numpy", peak_share(run, numpy),
              "%", 20.0, NO_BOUND);
}

/* ---- four channels in HDF5 ---- */

static void
rows_channels(bench *b, const paths *p)
{
    static const struct {
        const char *what, *storage, *threads;
        double must, aim;
    } cases[] = {
        { "nonzero z-score of 4 channels, contiguous", "contiguous", "2", 2.0, 4.0 },
        { "nonzero z-score of 4 channels, gzip, 1 thread", "gzip", "1", 1.2, NO_BOUND },
        { "nonzero z-score of 4 channels, gzip, 2 threads", "gzip", "2", 1.2, 3.0 },
    };
    bool there = peer_is_there(b, p->script, "nonzero"), made = false;
    const char *stored = "";

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const run[] = { b->sci_imaging, "normalize", p->operand,
                                    "--mask",       "nonzero",   "--outside",
                                    "keep",         "-t",        cases[i].threads,
                                    "--no-sync",    "-q",        "-f",
                                    "-o",           p->ours,     NULL };
        const char *const numpy[] = { b->python, p->script, "nonzero", p->image, p->peer, NULL };
        const contestant we = { .command = run, .output = p->ours };
        const contestant peer = { .command = numpy, .output = p->peer };

        if (strcmp(stored, cases[i].storage) != 0)
            made = make(b, p->image, "4,181,217,181", cases[i].storage);
        stored = cases[i].storage;
        if (!there || !made)
            report_absent(&b->report, SECTION, cases[i].what,
                          there ? "the file could not be made" : "h5py is not installed");
        else
            faster(b, cases[i].what, "h5py, numpy", &we, &peer, cases[i].must, cases[i].aim,
                   b->quick ? 2 : 5);
    }
    unlink(p->peer);
}

/* ---- an atlas of 117 regions ---- */

static void
row_atlas(bench *b, const paths *p)
{
    const char *const plain[] = { b->sci_imaging, "normalize", p->operand, "--no-sync", "-q",
                                  "-f",           "-o",        p->ours,    NULL };
    const char *const atlas[] = { b->sci_imaging,
                                  "normalize",
                                  p->operand,
                                  "--labels",
                                  p->labels,
                                  "--ignore-label",
                                  "0",
                                  "--no-sync",
                                  "-q",
                                  "-f",
                                  "-o",
                                  p->ours,
                                  NULL };
    const contestant we = { .command = atlas, .output = p->ours };
    const contestant peer = { .command = plain, .output = p->ours };
    const figure_row r = { .section = SECTION,
                           .what = "normalization by 117 labels",
                           .peer_name = "plain z-score",
                           .figure_unit = "x",
                           .at_most = true,
                           .must = 1.5,
                           .aim = 1.2 };

    if (make(b, p->image, HEAD, "contiguous"))
        row_contest(b, &r, &we, &peer, b->quick ? 5 : 15);
    else
        report_absent(&b->report, SECTION, r.what, "the file could not be made");
}

/* ---- MINC2 ---- */

static bool
make_minc(const bench *b, const paths *p)
{
    const char *const image[] = { "rawtominc", "-clobber",    "-2",     "-short", "-signed",
                                  "-xstep",    "1",           "-ystep", "1",      "-zstep",
                                  "1",         "-real_range", "-32768", "32767",  "-input",
                                  p->raw,      p->minc,       "181",    "217",    "181",
                                  NULL };
    const char *const mask[] = { "rawtominc", "-clobber",    "-2",     "-byte", "-unsigned",
                                 "-xstep",    "1",           "-ystep", "1",     "-zstep",
                                 "1",         "-real_range", "0",      "255",   "-input",
                                 p->raw,      p->mask,       "181",    "217",   "181",
                                 NULL };

    return make(b, p->raw, HEAD, "raw") && !isnan(command_run(image, NULL))
           && make(b, p->raw, HEAD, "rawmask") && !isnan(command_run(mask, NULL));
}

static void
row_mincstats(bench *b, const paths *p)
{
    const char *const run[] = { b->sci_imaging, "stats", p->minc, "--mask", p->mask, "-q", NULL };
    const char *const mincstats[] = { "mincstats",   p->minc,   "-mask", p->mask,
                                      "-mask_range", "0.5,1.5", NULL };
    const contestant we = { .command = run };
    const contestant peer = { .command = mincstats };
    const char *what = "statistics of a MINC2 file in a mask";

    if (!make_minc(b, p))
        report_absent(&b->report, SECTION, what, "minc-tools is not installed");
    else
        faster(b, what, "mincstats", &we, &peer, 5.0, 10.0, b->quick ? 3 : 7);
}

/* ---- memory ---- */

static void
row_memory(bench *b, const paths *p, const char *what, const char *shape, const char *memory)
{
    const char *command[16] = { b->sci_imaging, "normalize", p->operand, "--mask", "nonzero",
                                "--no-sync",    "-q",        "-f",       "-o",     p->ours };
    uint64_t peak = 0;
    bool good;

    if (memory != NULL) {
        command[10] = "--memory";
        command[11] = memory;
    }
    good = make(b, p->image, shape, "contiguous") && !isnan(command_run(command, &peak));
    row_value(b, SECTION, what, good ? (double)peak / MEBI : (double)NAN, "MiB", 256.0, 160.0);
    unlink(p->ours);
}

void
rows_imaging(bench *b)
{
    paths p = paths_in(b);

    rows_nifti(b, &p);
    rows_channels(b, &p);
    row_atlas(b, &p);
    row_mincstats(b, &p);
    row_memory(b, &p, "peak, 512 MiB of int16, default budget", "4,256,512,512", NULL);
    if (b->quick)
        report_absent(&b->report, SECTION, "peak, 4 GiB of int16, --memory 128MiB",
                      "left out by --quick");
    else
        row_memory(b, &p, "peak, 4 GiB of int16, --memory 128MiB", "8,1024,512,512", "128MiB");
    paths_remove(&p);
}
