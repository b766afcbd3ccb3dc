/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged annotated files, opened, read and copied in a process of their own as the programs do it:
 * an answer soon, no crash in our code, and no output that is not whole. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../apps/genomics/anndata.h"

#include <support/blame.h>
#include <support/place.h>
#include <support/random.h>
#include <support/testing.h>

enum {
    MUTANTS = 80, /* LIBSCI_MUTANTS: another number */
    SECONDS_MOST = 20,
    GOOD = 0,
    REFUSED = 1,
    SPEECHLESS = 2,
    CRASH_IN_HDF5 = 3,
    CRASH_ELSEWHERE = 4
};

static sci_status
take_block(void *context, const sci_matrix_block *block)
{
    uint64_t *rows = context;

    *rows += block->n;
    return SCI_OK;
}

static sci_status
read_matrix(anndata *a, const char *which)
{
    static const sci_options opt = { .threads = 1 };
    sci_matrix *matrix = NULL;
    uint64_t rows = 0;
    sci_status st = anndata_matrix(a, which, NULL, &matrix);

    if (st == SCI_OK)
        st = sci_matrix_each(matrix, &opt, take_block, &rows);
    sci_matrix_free(matrix);
    return st;
}

static sci_status
read_axis(anndata *a, anndata_axis axis)
{
    anndata_texts names = { 0 }, columns = { 0 };
    sci_status st = anndata_names(a, axis, &names), first;

    first = st;
    st = anndata_column_names(a, axis, &columns);
    for (uint64_t i = 0; st == SCI_OK && i < columns.n; i++) {
        anndata_column column = { 0 };

        st = anndata_column_read(a, axis, columns.items[i], &column);
        first = first == SCI_OK ? st : first;
        st = st == SCI_ERR_NOMEM ? st : SCI_OK; /* the others may be good */
        anndata_column_clear(&column);
    }
    anndata_texts_clear(&columns);
    anndata_texts_clear(&names);
    return first;
}

static sci_status
copy(anndata *a, const char *to)
{
    static const char *const left_out[] = { "/X" };
    sci_h5_output *out = NULL;
    char *temporary = NULL;
    sci_status st = sci_temporary_create(&temporary, to);

    if (st == SCI_OK)
        st = sci_h5_output_create(&out, temporary);
    if (st == SCI_OK)
        st = anndata_copy(out, a, 1, left_out);
    if (st == SCI_OK) {
        st = sci_h5_output_close(out, false, false);
        out = NULL;
    }
    sci_h5_output_free(out);
    sci_temporary_discard(temporary);
    sci_free(temporary);
    return st;
}

/* Everything is tried, whatever fails. */
static void
look_at(const char *path, const char *to)
{
    static const char *const matrices[] = { "X", "raw", "layer:counts", "layer:array" };
    anndata *a = NULL;
    sci_status st = anndata_open(&a, path), first = st;

    if (st == SCI_OK) {
        for (size_t i = 0; i < ARRAY_LEN(matrices); i++) {
            st = read_matrix(a, matrices[i]);
            first = first == SCI_OK && st != SCI_ERR_NOTFOUND ? st : first;
        }
        st = read_axis(a, ANNDATA_OBS);
        first = first == SCI_OK ? st : first;
        st = read_axis(a, ANNDATA_VAR);
        first = first == SCI_OK ? st : first;
        st = copy(a, to);
        first = first == SCI_OK ? st : first;
    }
    anndata_close(a);
    _exit(first == SCI_OK ? GOOD : sci_message()[0] != '\0' ? REFUSED : SPEECHLESS);
}

static int
judge(const char *path, const char *to)
{
    const struct rlimit no_core = { 0, 0 };
    pid_t child = fork();
    int status = 0;

    assert_that(child >= 0);
    if (child == 0) {
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)alarm(SECONDS_MOST);
        blame_crashes(CRASH_IN_HDF5, CRASH_ELSEWHERE);
        look_at(path, to);
    }
    assert_that(waitpid(child, &status, 0) == child);
    /* SIGXCPU: the watchdog around HDF5 */
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return CRASH_IN_HDF5;
    if (WIFSIGNALED(status))
        test_context("signal %d", WTERMSIG(status));
    assert_that(!WIFSIGNALED(status));
    return WEXITSTATUS(status);
}

static size_t
mutate(unsigned char *bytes, size_t n, random_stream *r)
{
    uint64_t changes = 1 + random_below(r, 6);

    if (random_below(r, 12) == 0)
        return (size_t)random_below(r, n);
    for (uint64_t i = 0; i < changes; i++) {
        size_t at = (size_t)random_below(r, n);

        switch (random_below(r, 3)) {
        case 0:
            bytes[at] = 0xff;
            break;
        case 1:
            bytes[at] = (unsigned char)(bytes[at] ^ 1u << random_below(r, 8));
            break;
        default:
            bytes[at] = (unsigned char)random_bits(r);
            break;
        }
    }
    return n;
}

static void
every_mutant_gets_an_answer(void **state)
{
    static const char *const names[] = {
        "pbmc_small_legacy05", "pbmc_small_old07",        "pbmc_small_new012",
        "pbmc_small_csr_f32",  "pbmc_small_csc_f32",      "pbmc_small_dense_f32",
        "anndata0114_empty",   "anndata078_all_elements",
    };
    const char *wanted = getenv("LIBSCI_MUTANTS");
    long mutants = wanted != NULL ? strtol(wanted, NULL, 10) : MUTANTS;
    random_stream r = random_start(11);
    long count[CRASH_ELSEWHERE + 1] = { 0 };
    char path[PLACE_ROOM], mutant[PLACE_ROOM], to[PLACE_ROOM], name[128];

    (void)state;
    place_scratch(mutant, "mutant.h5ad");
    place_scratch(to, "copy.h5ad");
    for (long i = 0; i < mutants; i++) {
        const char *seed = names[(size_t)i % ARRAY_LEN(names)];
        unsigned char *bytes;
        size_t n;
        int answer;

        (void)snprintf(name, sizeof name, "genomics/%s.h5ad", seed);
        place_reference(path, name);
        bytes = place_read(path, &n);
        n = mutate(bytes, n, &r);
        place_write(mutant, bytes, n);
        free(bytes);
        test_context("mutant %ld, of %s", i, seed);
        answer = judge(mutant, to);
        assert_that(answer >= GOOD && answer <= CRASH_IN_HDF5 && answer != SPEECHLESS);
        count[answer]++;
    }
    (void)printf("%ld good, %ld refused, %ld crashed in HDF5\n", count[GOOD], count[REFUSED],
                 count[CRASH_IN_HDF5]);
    assert_that(count[GOOD] > 0 && count[REFUSED] > 0 && count[CRASH_IN_HDF5] * 8 <= mutants);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_mutant_gets_an_answer) };

    return run_all(tests);
}
