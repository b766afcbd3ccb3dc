/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows about sci-audio: CPU of whole processes against torchaudio, scipy with numpy and bare Fourier
 * transforms; memory of a long recording; two jobs against one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rows.h"

#define PATH_SIZE 1024
#define MEBI 1048576.0
#define SECTION "audio"
#define SECONDS "600"
#define SHORT_FILES 200
#define LONG_FILES 8 /* of a minute, for jobs */

typedef struct paths {
    char wav[PATH_SIZE], hours[PATH_SIZE], ours[PATH_SIZE], peer[PATH_SIZE];
    char files[PATH_SIZE], minutes[PATH_SIZE], many[PATH_SIZE], script[PATH_SIZE];
} paths;

static paths
paths_in(const bench *b)
{
    paths p;

    snprintf(p.wav, PATH_SIZE, "%s/recording.wav", b->fast);
    snprintf(p.hours, PATH_SIZE, "%s/hours.wav", b->fast);
    snprintf(p.ours, PATH_SIZE, "%s/ours.h5", b->fast);
    snprintf(p.peer, PATH_SIZE, "%s/peer.h5", b->fast);
    snprintf(p.files, PATH_SIZE, "%s/files", b->fast);
    snprintf(p.minutes, PATH_SIZE, "%s/minutes", b->fast);
    snprintf(p.many, PATH_SIZE, "%s/many", b->fast);
    snprintf(p.script, PATH_SIZE, "%s/audio/peer_python.py", b->peers);
    return p;
}

static void
remove_all(const char *folder)
{
    const char *const command[] = { "rm", "-rf", folder, NULL };

    (void)command_run(command, NULL);
}

static bool
make(const bench *b, const char *path, const char *seconds)
{
    const char *const command[] = { b->self, "make-recording", path, seconds, NULL };

    return !isnan(command_run(command, NULL));
}

static bool
make_many(const bench *b, const char *folder, int n, const char *seconds)
{
    char path[PATH_SIZE + 32];
    bool good = mkdir(folder, 0777) == 0;

    for (int k = 0; k < n && good; k++) {
        snprintf(path, sizeof path, "%s/%03d.wav", folder, k);
        good = make(b, path, seconds);
    }
    return good;
}

static void
ratio(bench *b, const char *what, const char *peer_name, const contestant *we,
      const contestant *peer, bool speed, double must, double aim, int repetitions)
{
    const figure_row r = { .section = SECTION,
                           .what = what,
                           .peer_name = peer_name,
                           .figure_unit = "x",
                           .at_most = !speed,
                           .must = must,
                           .aim = aim };

    row_contest(b, &r, we, peer, repetitions);
}

/* ---- a recording of ten minutes ---- */

#define OURS(...)                                                                              \
    {                                                                                          \
        b->sci_audio, "normalize", p->wav, "--no-sync", "-q", "-f", "-o", p->ours, __VA_ARGS__ \
    }

static void
rows_mel(bench *b, const paths *p)
{
    const char *const run[] = OURS(NULL);
    const char *const torch_run[] = { b->python, p->script, "torchaudio", p->wav, p->peer, NULL };
    const char *const scipy_run[] = { b->python, p->script, "scipy", p->wav, p->peer, NULL };
    const char *const serve[] = { b->python, p->script, "serve", p->wav, NULL };
    const contestant we = { .command = run, .output = p->ours, .cpu = true };
    const contestant torch = { .command = torch_run, .output = p->peer, .cpu = true };
    const contestant scipy = { .command = scipy_run, .output = p->peer, .cpu = true };
    const char *what = "mel 80 + group norm of 600 s to HDF5, CPU";
    int repetitions = b->quick ? 2 : 5;
    char reason[256];

    if (peer_is_there(b, p->script, "torchaudio")) {
        server *warm = server_start(serve, reason, sizeof reason);
        const contestant compute = { .server = warm, .word = "mel" };

        ratio(b, what, "torchaudio process", &we, &torch, true, 8.0, 14.0, repetitions);
        if (warm != NULL)
            ratio(b, what, "torchaudio compute", &we, &compute, true, 3.0, 5.0, repetitions);
        server_stop(warm);
    } else {
        report_absent(&b->report, SECTION, what, "torchaudio is not installed");
    }
    if (peer_is_there(b, p->script, "scipy"))
        ratio(b, what, "scipy, numpy", &we, &scipy, true, 5.0, 10.0, repetitions);
    else
        report_absent(&b->report, SECTION, what, "scipy is not installed");
}

static void
row_stft(bench *b, const paths *p)
{
    const char *const run[] = OURS("--feature", "stft", NULL);
    const char *const serve[] = { b->self, "serve-fft", SECONDS, NULL };
    const contestant we = { .command = run, .output = p->ours, .cpu = true };
    const char *what = "stft 1024 + group norm of 600 s to HDF5, CPU";
    char reason[256];
    server *bare = server_start(serve, reason, sizeof reason);
    const contestant fft = { .server = bare, .word = "fft" };

    if (bare != NULL)
        ratio(b, what, "bare FFTW", &we, &fft, false, 6.0, 3.0, b->quick ? 3 : 7);
    else
        report_absent(&b->report, SECTION, what, reason);
    server_stop(bare);
}

/* ---- batches ---- */

static void
row_short(bench *b, const paths *p)
{
    const char *const run[] = { b->sci_audio, "normalize", "-r", p->files, "--no-sync",
                                "-q",         "-f",        "-o", p->many,  NULL };
    const char *const torch_run[] = { b->python, p->script, "folder", p->files, p->many, NULL };
    const contestant we = { .command = run, .cpu = true };
    const contestant torch = { .command = torch_run, .cpu = true };
    const char *what = "200 files of 3 s, CPU";

    if (!make_many(b, p->files, SHORT_FILES, "3"))
        report_absent(&b->report, SECTION, what, "the files could not be made");
    else if (!peer_is_there(b, p->script, "torchaudio"))
        report_absent(&b->report, SECTION, what, "torchaudio is not installed");
    else
        ratio(b, what, "torchaudio loop", &we, &torch, true, 12.0, 25.0, b->quick ? 2 : 3);
    remove_all(p->files);
    remove_all(p->many);
}

static void
row_jobs(bench *b, const paths *p)
{
    const char *const two[] = { b->sci_audio, "normalize", "-r", p->minutes, "--no-sync", "-q",
                                "-f",         "-j",        "2",  "-o",       p->many,     NULL };
    const char *const one[] = { b->sci_audio, "normalize", "-r", p->minutes, "--no-sync", "-q",
                                "-f",         "-j",        "1",  "-o",       p->many,     NULL };
    const contestant we = { .command = two };
    const contestant alone = { .command = one };
    const char *what = "8 files of 60 s, 2 jobs, wall";

    if (make_many(b, p->minutes, LONG_FILES, "60"))
        ratio(b, what, "1 job", &we, &alone, true, 1.7, 1.9, b->quick ? 3 : 9);
    else
        report_absent(&b->report, SECTION, what, "the files could not be made");
    remove_all(p->minutes);
    remove_all(p->many);
}

/* ---- a long recording ---- */

static void
rows_memory_of(bench *b, const paths *p)
{
    static const char *const scopes[] = { "file", "global", "sliding" };
    const char *hours = b->quick ? "1 h" : "10 h";

    if (!make(b, p->hours, b->quick ? "3600" : "36000")) {
        report_absent(&b->report, SECTION, "peak of a long recording", "it could not be made");
        return;
    }
    for (size_t k = 0; k < sizeof scopes / sizeof *scopes; k++) {
        const char *const run[] = { b->sci_audio, "normalize", p->hours, "--scope",
                                    scopes[k],    "--no-sync", "-q",     "-f",
                                    "-o",         p->ours,     NULL };
        char what[80];
        uint64_t peak = 0;
        bool good = !isnan(command_run(run, &peak));

        snprintf(what, sizeof what, "peak of %s at 16 kHz, scope %s", hours, scopes[k]);
        row_value(b, SECTION, what, good ? (double)peak / MEBI : (double)NAN, "MiB", 128.0, 32.0);
    }
}

void
rows_audio(bench *b)
{
    paths p = paths_in(b);

    if (make(b, p.wav, SECONDS)) {
        rows_mel(b, &p);
        row_stft(b, &p);
    } else {
        report_absent(&b->report, SECTION, "mel 80 + group norm",
                      "the recording could not be made");
    }
    row_short(b, &p);
    row_jobs(b, &p);
    rows_memory_of(b, &p);
    unlink(p.wav);
    unlink(p.hours);
    unlink(p.ours);
    unlink(p.peer);
}
