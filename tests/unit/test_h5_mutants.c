/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged files, opened and read in a process of their own as the programs do it: each gives an
 * answer soon. HDF5 1.10 itself crashes on some; that is an answer too, as long as it is rare
 * and in the child. */
#define _DEFAULT_SOURCE /* wait4 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sci/h5.h>

#include "support/h5file.h"
#include "support/place.h"
#include "support/random.h"
#include "support/testing.h"

#ifndef MUTANTS
#define MUTANTS 500 /* the slow test makes 2000 */
#endif

enum { SECONDS_MOST = 5, KIBIBYTES_MOST = 256 << 10, CRASHES_IN_100_MOST = 5 };

typedef struct outcomes {
    int good, refused, crashed;
} outcomes;

/* A small file with chunks, groups, attributes and a type of its own. */
static unsigned char *
make_file(size_t *n)
{
    static const sci_array a = { .rank = 2, .shape = { 60, 70 }, .type = SCI_FLOAT32 };
    static const uint64_t chunk[] = { 8, 16 };
    const h5file_storage s = { .chunk = chunk,
                               .filters = { H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE } };
    float *values = h5file_values(&a, 1);
    char path[PLACE_ROOM];
    hid_t file = h5file_create(path, "original.h5", 0), group, x;

    group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    x = h5file_dataset(group, "x", &a, &s, values);
    assert_ok(h5_attribute_write_text(x, "x", "unit", "mm"));
    h5file_check(H5Lcreate_soft("/g/x", file, "x", H5P_DEFAULT, H5P_DEFAULT));
    h5file_check(H5Dclose(x));
    h5file_check(H5Gclose(group));
    h5file_close(file);
    free(values);
    return place_read(path, n);
}

/* A few bytes anywhere, or where the metadata are; some files are cut off instead. */
static size_t
mutate(unsigned char *bytes, size_t n, random_stream *r)
{
    uint64_t changes = 1 + random_below(r, 6);

    if (random_below(r, 12) == 0)
        return random_below(r, n);
    for (uint64_t i = 0; i < changes; i++) {
        size_t at = random_below(r, random_below(r, 2) == 0 ? n : 4096);

        bytes[at] = (unsigned char)(random_below(r, 3) == 0 ? 0xff : random_bits(r));
    }
    return n;
}

/* What a reader does with a file. */
static void
read_file(const char *path, const char *dataset)
{
    sci_source *s = NULL;
    uint64_t n = 0;
    sci_status st = sci_h5_source_open(&s, path, dataset, NULL);

    if (st == SCI_OK)
        st = sci_array_count(&s->array, &n);
    for (uint64_t at = 0; st == SCI_OK && at < n; at += 1000) {
        static double room[1000];

        st = sci_source_read(s, at, n - at < 1000 ? n - at : 1000, room);
    }
    sci_source_free(s);
    _exit(st == SCI_OK ? 0 : sci_message()[0] != '\0' ? 1 : 2);
}

static void
judge(const char *path, const char *dataset, outcomes *o)
{
    /* By the clock four times as much, on a machine that has other work. */
    const struct itimerval processor = { .it_value = { .tv_sec = SECONDS_MOST } };
    const struct rlimit no_core = { 0, 0 };
    struct rusage usage;
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)close(STDERR_FILENO);
        (void)setitimer(ITIMER_PROF, &processor, NULL);
        (void)alarm(4 * SECONDS_MOST);
        read_file(path, dataset);
    }
    assert_int_equal(wait4(child, &status, 0, &usage), child);
    if (WIFEXITED(status)) {
        assert_that(WEXITSTATUS(status) != 2);
        o->good += WEXITSTATUS(status) == 0;
        o->refused += WEXITSTATUS(status) != 0;
        assert_that(usage.ru_maxrss < KIBIBYTES_MOST || WEXITSTATUS(status) != 0);
    } else {
        assert_that(WTERMSIG(status) != SIGALRM && WTERMSIG(status) != SIGPROF);
        o->crashed++;
    }
}

static void
every_mutant_gets_an_answer(void **state)
{
    random_stream r = random_start(1);
    outcomes o = { 0 };
    size_t n;
    unsigned char *original = make_file(&n), *mutant = test_alloc(n, 1);
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "mutant.h5");
    for (int i = 0; i < MUTANTS; i++) {
        size_t keep;

        test_context("mutant %d", i);
        memcpy(mutant, original, n);
        keep = mutate(mutant, n, &r);
        place_write(path, mutant, keep);
        judge(path, i % 2 == 0 ? "/x" : NULL, &o);
    }
    (void)printf("%d of %d read, %d refused, %d crashed in HDF5\n", o.good, MUTANTS, o.refused,
                 o.crashed);
    assert_int_equal(o.good + o.refused + o.crashed, MUTANTS);
    assert_true(o.good > 0 && o.refused > 0);
    assert_true(o.crashed * 100 <= CRASHES_IN_100_MOST * MUTANTS);
    free(mutant);
    free(original);
}

/* The files of the reference folder get what its README asks for. */
static void
hostile_files_get_what_they_must(void **state)
{
    static const struct {
        const char *name;
        bool good;
    } files[] = {
        { "ok", true },
        { "zero_dim", true },
        { "hardlink_cycle", true },
        { "names", true },
        { "shape_2p60", false },
        { "shape_contiguous_2p40", false },
        { "rank31", false },
        { "shape_product_overflow", false },
        { "chunk_4gib_claim", false },
        { "external_storage", false },
        { "links", false },
        { "vds_self", false },
        { "vds_mutual_a", false },
        { "vds_mutual_b", false },
        { "vds_ok", false },
        { "vds_missing_source", false },
        { "truncated_0", false },
        { "truncated_7", false },
        { "truncated_8", false },
        { "truncated_47", false },
        { "truncated_96", false },
        { "truncated_800", false },
        { "truncated_2404", false },
        { "truncated_4807", false },
    };
    char path[PLACE_ROOM], name[128];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        outcomes o = { 0 };

        (void)snprintf(name, sizeof name, "reliability/hostile-hdf5/%s.h5", files[i].name);
        place_reference(path, name);
        test_context("%s", name);
        judge(path, "/x", &o);
        assert_count(o.good, files[i].good);
        assert_count(o.refused, !files[i].good);
    }
}

/* Random damage on which HDF5 1.10.8 crashes when it reads by itself: the chunks never reach it
 * here. */
static void
files_that_crash_hdf5_get_an_answer(void **state)
{
    static const char *const names[] = { "segv_hdf5_1_10_8_a", "segv_hdf5_1_10_8_b" };
    char path[PLACE_ROOM], name[128];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        outcomes o = { 0 };

        (void)snprintf(name, sizeof name, "reliability/hostile-hdf5/%s.h5", names[i]);
        place_reference(path, name);
        test_context("%s", name);
        judge(path, "/x", &o);
        assert_count(o.crashed, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mutant_gets_an_answer),
        cmocka_unit_test(hostile_files_get_what_they_must),
        cmocka_unit_test(files_that_crash_hdf5_get_an_answer),
    };

    return run_all(tests);
}
