/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sci-bench: every figure that the project promises, in one table. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "audio_files.h"
#include "econ_panels.h"
#include "h5cells.h"
#include "h5data.h"
#include "h5volume.h"
#include "rows.h"
#include "serve.h"

static const char usage[] =
    "usage: sci-bench [--only SECTION]... [--quick] [--json FILE] [--sci-array PATH]\n"
    "                 [--sci-genomics PATH] [--sci-imaging PATH] [--sci-audio PATH]\n"
    "                 [--sci-econ PATH] [--peers FOLDER] [--python PATH] [--scratch FOLDER]\n"
    "sections: norm moments threads stream gzip memory process genomics imaging audio econ\n";

static const struct {
    const char *name;
    void (*run)(bench *b);
} sections[] = {
    { "norm", rows_norm },       { "moments", rows_moments },   { "threads", rows_threads },
    { "stream", rows_stream },   { "gzip", rows_gzip },         { "memory", rows_memory },
    { "process", rows_process }, { "genomics", rows_genomics }, { "imaging", rows_imaging },
    { "audio", rows_audio },     { "econ", rows_econ },
};

enum { SECTIONS = sizeof sections / sizeof *sections };

/* What the program does for itself in a child. */
static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} roles[] = {
    { "serve-norm", serve_norm },
    { "serve-moments", serve_moments },
    { "make-h5", h5_make },
    { "copy-h5", h5_copy },
    { "make-cells", h5_make_cells },
    { "write-raw", write_raw },
    { "make-volume", h5_make_volume },
    { "make-recording", make_recording },
    { "serve-fft", serve_fft },
    { "make-panel", make_panel },
};

/* SECTIONS if there is none of that name. */
static size_t
section_number(const char *name)
{
    size_t i = 0;

    while (i < SECTIONS && strcmp(name, sections[i].name) != 0)
        i++;
    return i;
}

/* `only`: which sections were named. */
static bool
parse_options(bench *b, bool only[SECTIONS], int argc, char **argv)
{
    static const struct option options[] = {
        { "only", required_argument, NULL, 'o' },
        { "quick", no_argument, NULL, 'q' },
        { "json", required_argument, NULL, 'j' },
        { "sci-array", required_argument, NULL, 'a' },
        { "sci-genomics", required_argument, NULL, 'g' },
        { "sci-imaging", required_argument, NULL, 'i' },
        { "sci-audio", required_argument, NULL, 'u' },
        { "sci-econ", required_argument, NULL, 'e' },
        { "peers", required_argument, NULL, 'p' },
        { "python", required_argument, NULL, 'y' },
        { "scratch", required_argument, NULL, 's' },
        { NULL, 0, NULL, 0 },
    };
    size_t section;
    int letter;

    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (letter) {
        case 'o':
            section = section_number(optarg);
            if (section == SECTIONS)
                return false;
            only[section] = true;
            break;
        case 'q':
            b->quick = true;
            break;
        case 'a':
            b->sci_array = optarg;
            break;
        case 'g':
            b->sci_genomics = optarg;
            break;
        case 'i':
            b->sci_imaging = optarg;
            break;
        case 'u':
            b->sci_audio = optarg;
            break;
        case 'e':
            b->sci_econ = optarg;
            break;
        case 'p':
            b->peers = optarg;
            break;
        case 'y':
            b->python = optarg;
            break;
        case 's':
            b->directory = optarg;
            break;
        case 'j':
            b->report.json = fopen(optarg, "w");
            if (b->report.json == NULL) {
                perror(optarg);
                return false;
            }
            break;
        default:
            return false;
        }
    }
    return optind == argc;
}

/* torch and numpy get one thread; without the thresholds the page faults of torch's fresh outputs
 * would be measured instead of its arithmetic. */
static void
peer_environment(void)
{
    setenv("OMP_NUM_THREADS", "1", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    setenv("MALLOC_MMAP_THRESHOLD_", "4294967296", 1);
    setenv("MALLOC_TRIM_THRESHOLD_", "4294967296", 1);
}

/* Room for the largest section: 4 GiB in, 4 GiB out. */
static bool
has_room(const char *folder)
{
    struct statvfs fs;

    return statvfs(folder, &fs) == 0 && fs.f_bavail * fs.f_frsize > (fsblkcnt_t)9 << 30;
}

/* A fresh folder below `parent`; NULL if it cannot be made. */
static char *
make_scratch(char *path, size_t size, const char *parent)
{
    snprintf(path, size, "%s/sci-bench.XXXXXX", parent);
    return mkdtemp(path);
}

int
main(int argc, char **argv)
{
    char disk[1024], memory[1024];
    const char *temporary = getenv("TMPDIR");
    const char *parent = temporary != NULL ? temporary : "/tmp";
    bench b = { .self = "/proc/self/exe",
                .sci_array = "sci-array",
                .sci_genomics = "sci-genomics",
                .sci_imaging = "sci-imaging",
                .sci_audio = "sci-audio",
                .sci_econ = "sci-econ",
                .peers = "bench",
                .python = "/usr/bin/python3",
                .report = { .table = stdout } };

    bool only[SECTIONS] = { false }, all = true;

    for (size_t i = 0; argc > 1 && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(argv[1], roles[i].name) == 0)
            return roles[i].run(argc - 2, argv + 2);

    if (!parse_options(&b, only, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    parent = b.directory != NULL ? b.directory : parent;
    b.directory = make_scratch(disk, sizeof disk, parent);
    if (b.directory == NULL) {
        perror(disk);
        return 4;
    }
    b.fast = has_room("/dev/shm") ? make_scratch(memory, sizeof memory, "/dev/shm") : NULL;
    bool two = b.fast != NULL;
    b.fast = two ? b.fast : b.directory;
    peer_environment();
    report_begin(&b.report, two ? "in memory (/dev/shm)" : parent);
    for (size_t i = 0; i < SECTIONS; i++)
        all = all && !only[i];
    for (size_t i = 0; i < SECTIONS; i++)
        if (all || only[i])
            sections[i].run(&b);
    report_end(&b.report);
    rmdir(b.directory);
    if (two)
        rmdir(b.fast);
    if (b.report.json != NULL && fclose(b.report.json) != 0)
        return 4;
    return 0;
}
