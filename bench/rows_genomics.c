/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows about sci-genomics on simulated cells: CPU of whole processes against dense code, wall time against
 * plain reading and writing, and memory. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rows.h"

#define PATH_SIZE 1024
#define MEBI 1048576.0
#define GENES "2000"
#define SECTION "genomics"

typedef struct paths {
    char plain[PATH_SIZE], gzip[PATH_SIZE], dense[PATH_SIZE];
    char out[PATH_SIZE], stats[PATH_SIZE], raw[PATH_SIZE];
    char numpy[PATH_SIZE], sva[PATH_SIZE];
} paths;

static paths
paths_in(const bench *b)
{
    paths p;

    snprintf(p.plain, PATH_SIZE, "%s/cells.h5ad", b->fast);
    snprintf(p.gzip, PATH_SIZE, "%s/cells_gzip.h5ad", b->fast);
    snprintf(p.dense, PATH_SIZE, "%s/cells.f64", b->fast);
    snprintf(p.out, PATH_SIZE, "%s/out.h5ad", b->fast);
    snprintf(p.stats, PATH_SIZE, "%s/stats.h5", b->fast);
    snprintf(p.raw, PATH_SIZE, "%s/raw", b->fast);
    snprintf(p.numpy, PATH_SIZE, "%s/genomics/peer_numpy.py", b->peers);
    snprintf(p.sva, PATH_SIZE, "%s/genomics/peer_sva.R", b->peers);
    return p;
}

static void
paths_remove(const paths *p)
{
    unlink(p->plain);
    unlink(p->gzip);
    unlink(p->dense);
    unlink(p->out);
    unlink(p->stats);
    unlink(p->raw);
}

static bool
make_cells(const bench *b, const char *path, const char *cells, const char *storage)
{
    const char *const command[] = { b->self, "make-cells", path, cells, GENES, storage, NULL };

    return !isnan(command_run(command, NULL));
}

/* ---- ratios ---- */

#define HARMONIZE                                                                                \
    {                                                                                            \
        b->sci_genomics, "harmonize", p->plain, "--batch-key", "batch", "--no-sync", "-q", "-f", \
            "-o", p->out, NULL                                                                   \
    }

static void
ratio(bench *b, const char *what, const char *peer_name, const contestant *we,
      const contestant *peer, const char *why_not, double must, double aim, int repetitions)
{
    const figure_row r = { .section = SECTION,
                           .what = what,
                           .peer_name = peer_name,
                           .figure_unit = strcmp(peer_name, "raw write") == 0 ? "%" : "x",
                           .must = must,
                           .aim = aim };

    if (peer->command == NULL && peer->server == NULL)
        report_absent(&b->report, SECTION, what, why_not);
    else
        row_contest(b, &r, we, peer, repetitions);
}

static server *
sva_server(const bench *b, const paths *p, const char *cells, char *reason, size_t size)
{
    const char *const convert[] = { b->python, p->numpy, p->plain, "--dense", p->dense, NULL };
    const char *const arguments[] = { "Rscript", p->sva, p->dense, GENES, cells, NULL };

    if (isnan(command_run(convert, NULL))) {
        snprintf(reason, size, "h5py and numpy are not installed");
        return NULL;
    }
    return server_start(arguments, reason, size);
}

static void
rows_cpu(bench *b, const paths *p, const char *cells)
{
    const char *const harmonize[] = HARMONIZE;
    const char *const fit[] = {
        b->sci_genomics, "fit", p->plain, "--batch-key", "batch", "--no-sync", "-q", "-f", "-o",
        p->stats,        NULL
    };
    const char *const python[] = { b->python, p->numpy, p->plain, NULL };
    const contestant whole = { .command = harmonize, .output = p->out, .cpu = true };
    const contestant moments = { .command = fit, .output = p->stats, .cpu = true };
    char no_numpy[256], no_sva[256];
    server *numpy = server_start(python, no_numpy, sizeof no_numpy);
    server *sva = sva_server(b, p, cells, no_sva, sizeof no_sva);
    const contestant dense = { .server = numpy, .word = "combat" };
    const contestant combat = { .server = sva, .word = "combat" };
    int repetitions = b->quick ? 2 : 3;

    ratio(b, "harmonize, CPU, whole process", "sva::ComBat", &whole, &combat, no_sva, 50.0, 100.0,
          repetitions);
    ratio(b, "harmonize, CPU, whole process", "dense numpy", &whole, &dense, no_numpy, 15.0, 25.0,
          repetitions);
    ratio(b, "fit, CPU, whole process", "dense numpy", &moments, &dense, no_numpy, 80.0, 150.0,
          repetitions);
    server_stop(sva);
    server_stop(numpy);
}

static void
rows_wall(bench *b, const paths *p, uint64_t cells)
{
    const char *const fit[] = { b->sci_genomics, "fit", p->gzip, "--batch-key", "batch",  "-t", "2",
                                "--no-sync",     "-q",  "-f",    "-o",          p->stats, NULL };
    const char *const apply[] = {
        b->sci_genomics, "apply", p->plain, "--stats", p->stats, "--no-sync", "-q", "-f", "-o",
        p->out,          NULL
    };
    const char *const python[] = { b->python, p->numpy, p->gzip, NULL };
    char reason[256], bytes[32];
    server *h5py = server_start(python, reason, sizeof reason);
    const contestant read = { .server = h5py, .word = "read" };
    const contestant ours = { .command = fit, .output = p->stats };
    const contestant expand = { .command = apply, .output = p->out };

    snprintf(bytes, sizeof bytes, "%" PRIu64, cells * 2000 * 4);
    const char *const write[] = { b->self, "write-raw", p->raw, bytes, NULL };
    const contestant raw = { .command = write, .output = p->raw };

    ratio(b, "fit of gzip, 2 threads, wall", "h5py's read", &ours, &read, reason, 1.5, 3.0,
          b->quick ? 3 : 7);
    ratio(b, "apply and dense write, wall", "raw write", &expand, &raw, "", 60.0, 85.0,
          b->quick ? 3 : 7);
    server_stop(h5py);
}

/* ---- absolute figures ---- */

static void
row_nonparametric(bench *b, const paths *p)
{
    const char *const command[] = {
        b->sci_genomics, "harmonize", p->plain, "--batch-key", "batch", "--nonparametric",
        "--no-sync",     "-q",        "-f",     "-o",          p->out,  NULL
    };

    row_value(b, SECTION, "harmonize --nonparametric, wall", command_run(command, NULL), "s", 5.0,
              2.0);
}

static void
row_memory(bench *b, const paths *p, const char *cells)
{
    const char *const command[] = HARMONIZE;
    char what[64];
    uint64_t peak = 0;
    bool good = make_cells(b, p->plain, cells, "contiguous") && !isnan(command_run(command, &peak));

    snprintf(what, sizeof what, "peak of harmonize, %s cells", cells);
    row_value(b, SECTION, what, good ? (double)peak / MEBI : (double)NAN, "MiB", 192.0, 96.0);
    unlink(p->out);
}

void
rows_genomics(bench *b)
{
    static const char *const sizes[] = { "5000", "50000", "500000" };
    const char *cells = b->quick ? "5000" : "20000";
    paths p = paths_in(b);

    if (make_cells(b, p.plain, cells, "contiguous") && make_cells(b, p.gzip, cells, "gzip")) {
        rows_cpu(b, &p, cells);
        rows_wall(b, &p, b->quick ? 5000 : 20000);
        row_nonparametric(b, &p);
    } else {
        report_absent(&b->report, SECTION, "everything", "the cells could not be made");
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (b->quick && i == 2)
            report_absent(&b->report, SECTION, "peak of harmonize, 500000 cells",
                          "left out by --quick");
        else
            row_memory(b, &p, sizes[i]);
    }
    paths_remove(&p);
}
