/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers that succeed, fail, crash, hang, are killed or run out of something. */
#include <support/capture.h>
#include <support/place.h>
#include <support/testing.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sci/file.h>

#include <cli/message.h>
#include <cli/worker.h>

/* What the tests and the workers both see. */
typedef struct board {
    atomic_int running, most, started;
    atomic_int pid;
    atomic_int threads;
    _Atomic uint64_t memory;
} board;

static board *seen;

static void
nap(double seconds)
{
    struct timespec t = { (time_t)seconds, (long)(1e9 * (seconds - (double)(time_t)seconds)) };

    while (nanosleep(&t, &t) != 0)
        ;
}

static int
enter_scratch(void **state)
{
    char path[PLACE_ROOM];

    (void)state;
    memset(seen, 0, sizeof *seen);
    cli_message_start("sci-test", CLI_NOTE);
    place_scratch(path, "");
    place_scratch_clear();
    return chdir(path);
}

static bool
exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- what a worker may do, named by the job ---- */

static sci_status
fill(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        return sci_fail_errno("write", path);
    return SCI_OK;
}

/* The signal's default, whatever a sanitizer has made of it. */
static void
die_of(int number)
{
    signal(number, SIG_DFL);
    raise(number);
    pause();
}

static void
spin(const volatile int *stop)
{
    while (stop == NULL || !*stop)
        nap(0.005);
}

static sci_status
write_too_much(void)
{
    struct rlimit small = { 1000, 1000 };
    char bytes[2000] = "";
    int fd = open("limited", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    sci_status st = SCI_OK;

    if (setrlimit(RLIMIT_FSIZE, &small) != 0)
        return sci_fail(SCI_ERR_IO, "no limit");
    while (st == SCI_OK)
        if (write(fd, bytes, sizeof bytes) < 0)
            st = sci_fail_errno("write", "limited");
    close(fd);
    return st;
}

static sci_status
act(void *context, const cli_worker *worker)
{
    const cli_job *jobs = context;
    const char *deed = jobs[worker->job].name;
    void *memory;

    atomic_fetch_add(&seen->started, 1);
    atomic_store(&seen->pid, getpid());
    if (worker->temporary[0] != NULL && fill(worker->temporary[0], deed) != SCI_OK)
        return SCI_ERR_IO;
    if (worker->temporary[1] != NULL && fill(worker->temporary[1], "second") != SCI_OK)
        return SCI_ERR_IO;
    if (strcmp(deed, "fail") == 0)
        return sci_fail(SCI_ERR_SHAPE, "expected 3 axes");
    if (strcmp(deed, "fail by name") == 0)
        return sci_fail(SCI_ERR_IO, "cannot read 'fail by name': gone");
    if (strcmp(deed, "crash") == 0)
        die_of(SIGSEGV);
    if (strcmp(deed, "abort") == 0)
        die_of(SIGABRT);
    if (strcmp(deed, "killed") == 0)
        raise(SIGKILL);
    if (strcmp(deed, "slow read") == 0)
        raise(SIGXCPU);
    if (strcmp(deed, "exit") == 0)
        _exit(7);
    if (strcmp(deed, "exit well") == 0)
        _exit(0);
    if (strcmp(deed, "close all") == 0) {
        for (int fd = 3; fd < 64; fd++)
            close(fd);
        spin(NULL);
    }
    if (strcmp(deed, "no memory") == 0)
        return sci_alloc(&memory, (size_t)1 << 40, (size_t)1 << 40, 1);
    if (strcmp(deed, "too much") == 0)
        return write_too_much();
    if (strcmp(deed, "obey") == 0) {
        spin(worker->stop);
        return sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    }
    if (strcmp(deed, "done at the last moment") == 0)
        spin(worker->stop);
    if (strcmp(deed, "hang") == 0)
        spin(NULL);
    if (strcmp(deed, "speak") == 0) {
        cli_warn("odd\n");
        cli_note("noted");
        printf("printed\n");
    }
    if (strcmp(deed, "progress") == 0)
        worker->progress(worker->progress_context, 3, 10);
    return SCI_OK;
}

/* ---- one job ---- */

typedef struct one {
    cli_job job;
    int signal;
} one;

static one
run_one(const char *deed, const char *target)
{
    one o = { .job = { .name = deed, .targets = { target } } };
    cli_run run = { .work = act, .context = &o.job, .jobs = &o.job, .n_jobs = 1, .no_sync = true };

    o.signal = cli_workers_run(&run);
    return o;
}

/* No temporary is left behind. */
static void
assert_clean(void)
{
    DIR *here = opendir(".");
    struct dirent *entry;

    while ((entry = readdir(here)) != NULL)
        if (strstr(entry->d_name, ".tmp") != NULL)
            test_failed(__FILE__, __LINE__, "'%s' is left behind", entry->d_name);
    closedir(here);
}

static void
what_is_done_gets_its_name(void **state)
{
    one o = run_one("work", "y.h5");
    size_t size;
    char *text;

    (void)state;
    assert_int_equal(o.job.result.code, 0);
    assert_null(o.job.result.message);
    text = (char *)place_read("y.h5", &size);
    assert_string_equal(text, "work");
    free(text);
    assert_clean();
}

static void
failures_have_code_and_message_and_no_output(void **state)
{
    static const struct {
        const char *deed;
        int code;
        const char *message;
    } cases[] = {
        { "fail", 3, "'fail': expected 3 axes" },
        { "fail by name", 1, "cannot read 'fail by name': gone" },
        { "crash", 1, "'crash': the reader crashed (signal 11)" },
        { "abort", 1, "'abort': the reader crashed (signal 6)" },
        { "killed", 4, "'killed': the reader was killed, most likely for want of memory" },
        { "slow read", 1, "'slow read': took over 4 s of CPU in one read" },
        { "exit", 1, "'exit': the reader ended unexpectedly (exit code 7)" },
        { "exit well", 1, "'exit well': the reader ended unexpectedly (exit code 0)" },
        { "close all", 4, NULL },
        { "no memory", 4, NULL },
        { "too much", 4, "'too much': cannot write 'limited': File too large" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        one o = run_one(cases[k].deed, "y.h5");

        test_context("%s", cases[k].deed);
        assert_int_equal(o.job.result.code, cases[k].code);
        assert_non_null(o.job.result.message);
        if (cases[k].message != NULL)
            assert_string_equal(o.job.result.message, cases[k].message);
        assert_false(exists("y.h5"));
        assert_clean();
        cli_jobs_clear(&o.job, 1);
    }
}

static void
a_worker_of_several_files_that_is_ended_names_them(void **state)
{
    static const struct {
        const char *deed, *several, *message;
    } cases[] = {
        { "crash", "'crash', 'b.h5'", "'crash', 'b.h5': the reader crashed (signal 11)" },
        { "slow read", "'slow read', 'b.h5'",
          "'slow read', 'b.h5': took over 4 s of CPU in one read" },
        { "killed", "'killed', 'b.h5'",
          "'killed', 'b.h5': the reader was killed, most likely for want of memory" },
        { "exit", "'exit', 'b.h5'", "'exit', 'b.h5': the reader ended unexpectedly (exit code 7)" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        cli_job job = { .name = cases[k].deed, .several = cases[k].several, .targets = { "y.h5" } };
        cli_run run = { .work = act, .context = &job, .jobs = &job, .n_jobs = 1, .no_sync = true };

        test_context("%s", cases[k].deed);
        assert_int_equal(cli_workers_run(&run), 0);
        assert_non_null(job.result.message);
        assert_string_equal(job.result.message, cases[k].message);
        assert_clean();
        cli_jobs_clear(&job, 1);
    }
}

static void
an_old_output_survives_a_failure(void **state)
{
    one o;
    size_t size;
    char *text;

    (void)state;
    place_write("y.h5", "old", 3);
    o = run_one("crash", "y.h5");
    cli_jobs_clear(&o.job, 1);
    text = (char *)place_read("y.h5", &size);
    assert_string_equal(text, "old");
    free(text);
}

/* A link as the target is replaced itself; what it points at stays as it is. */
static void
a_link_is_not_written_through(void **state)
{
    struct stat file;
    one o;

    (void)state;
    place_write("elsewhere", "old", 3);
    assert_int_equal(symlink("elsewhere", "y.h5"), 0);
    o = run_one("work", "y.h5");
    assert_int_equal(o.job.result.code, 0);
    assert_int_equal(lstat("y.h5", &file), 0);
    assert_true(S_ISREG(file.st_mode));
    assert_int_equal(stat("elsewhere", &file), 0);
    assert_int_equal(file.st_size, 3);
}

static void
two_outputs_appear_together(void **state)
{
    cli_job job = { .name = "work", .targets = { "y.h5", "p.png" } };
    cli_run run = { .work = act, .context = &job, .jobs = &job, .n_jobs = 1 };

    (void)state;
    assert_int_equal(cli_workers_run(&run), 0);
    assert_true(exists("y.h5") && exists("p.png"));
    unlink("y.h5");
    unlink("p.png");
    job.name = "fail";
    assert_int_equal(cli_workers_run(&run), 0);
    assert_false(exists("y.h5") || exists("p.png"));
    cli_jobs_clear(&job, 1);
    job.name = "work";
    job.targets[1] = "missing/p.png";
    assert_int_equal(cli_workers_run(&run), 0);
    assert_int_equal(job.result.code, 1);
    assert_false(exists("y.h5"));
    assert_clean();
    cli_jobs_clear(&job, 1);
}

/* A directory in the way of the second output: the first one does not appear either. */
static void
the_main_output_comes_last(void **state)
{
    cli_job job = { .name = "work", .targets = { "y.h5", "d" } };
    cli_run run = { .work = act, .context = &job, .jobs = &job, .n_jobs = 1 };

    (void)state;
    mkdir("d", 0777);
    mkdir("d/full", 0777);
    assert_int_equal(cli_workers_run(&run), 0);
    assert_int_equal(job.result.code, 1);
    assert_false(exists("y.h5"));
    assert_clean();
    cli_jobs_clear(&job, 1);
}

static int
run_speaker(void *context)
{
    one o = run_one("speak", NULL);

    (void)context;
    return o.job.result.code;
}

static void
a_worker_is_heard(void **state)
{
    captured c;

    (void)state;
    c = capture(run_speaker, NULL);
    assert_int_equal(c.code, 0);
    assert_string_equal(c.out, "printed\n");
    assert_string_equal(c.err, "sci-test: warning: odd\\n\nsci-test: noted\n");
    capture_clear(&c);
}

static void
a_full_standard_output_is_a_failure(void **state)
{
    int before = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);
    one o;

    (void)state;
    fflush(stdout);
    dup2(full, STDOUT_FILENO);
    o = run_one("speak", NULL);
    dup2(before, STDOUT_FILENO);
    close(before);
    close(full);
    assert_int_equal(o.job.result.code, 4);
    assert_string_equal(o.job.result.message,
                        "'speak': cannot write 'standard output': No space left on device");
    cli_jobs_clear(&o.job, 1);
}

/* ---- many jobs ---- */

static sci_status
count_together(void *context, const cli_worker *worker)
{
    int running = atomic_fetch_add(&seen->running, 1) + 1, most = atomic_load(&seen->most);

    (void)context;
    while (running > most && !atomic_compare_exchange_weak(&seen->most, &most, running))
        ;
    atomic_store(&seen->threads, worker->threads);
    atomic_store(&seen->memory, worker->memory);
    nap(0.02);
    atomic_fetch_sub(&seen->running, 1);
    return worker->job % 4 == 1 ? sci_fail(SCI_ERR_IO, "job %zu", worker->job) : SCI_OK;
}

static void
jobs_run_together_and_share_resources(void **state)
{
    cli_job jobs[10] = { { .name = NULL } };
    cli_run run = { .work = count_together,
                    .jobs = jobs,
                    .n_jobs = ARRAY_LEN(jobs),
                    .at_once = 3,
                    .threads = 7,
                    .memory = 3000 };

    (void)state;
    assert_int_equal(cli_workers_run(&run), 0);
    assert_int_equal(seen->most, 3);
    assert_int_equal(seen->threads, 2);
    assert_int_equal(seen->memory, 1000);
    for (size_t k = 0; k < ARRAY_LEN(jobs); k++)
        assert_int_equal(jobs[k].result.code, k % 4 == 1);
    assert_string_equal(jobs[5].result.message, "job 5");
    cli_jobs_clear(jobs, ARRAY_LEN(jobs));
}

static void
a_crash_does_not_touch_the_others(void **state)
{
    cli_job jobs[] = { { .name = "work", .targets = { "1" } },
                       { .name = "crash", .targets = { "2" } },
                       { .name = "work", .targets = { "3" } } };
    cli_run run = { .work = act, .context = jobs, .jobs = jobs, .n_jobs = 3, .at_once = 2 };

    (void)state;
    assert_int_equal(cli_workers_run(&run), 0);
    assert_int_equal(jobs[0].result.code + jobs[2].result.code, 0);
    assert_int_equal(jobs[1].result.code, 1);
    assert_true(exists("1") && !exists("2") && exists("3"));
    cli_jobs_clear(jobs, 3);
}

static void
no_jobs_are_no_work(void **state)
{
    cli_run run = { .work = act };

    (void)state;
    assert_int_equal(cli_workers_run(&run), 0);
}

/* ---- signals ---- */

/* A process that sends `number` to this one when a worker has started; times > 1: again, soon
 * after. */
static pid_t
send_soon(int number, int times)
{
    pid_t self = getpid(), helper = fork();

    if (helper != 0)
        return helper;
    while (atomic_load(&seen->started) == 0)
        nap(0.005);
    for (int k = 0; k < times; k++) {
        nap(0.1);
        kill(self, number);
    }
    _exit(0);
}

static double
seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
check_interruption(const char *deed, int number, int times, double least, double most)
{
    cli_job jobs[] = { { .name = deed, .targets = { "y.h5" } },
                       { .name = "work", .targets = { "z.h5" } } };
    cli_run run = { .work = act, .context = jobs, .jobs = jobs, .n_jobs = 2 };
    pid_t helper = send_soon(number, times);
    double start = seconds_now(), spent;

    test_context("%s, signal %d", deed, number);
    assert_int_equal(cli_workers_run(&run), number);
    spent = seconds_now() - start;
    assert_int_equal(waitpid(helper, NULL, 0), helper);
    for (int k = 0; k < 2; k++) {
        assert_int_equal(jobs[k].result.code, 128 + number);
        assert_int_equal(jobs[k].result.status, SCI_ERR_INTERRUPTED);
    }
    assert_true(spent >= least && spent <= most);
    assert_false(exists("y.h5") || exists("z.h5"));
    assert_clean();
}

static void
a_signal_asks_workers_to_stop(void **state)
{
    (void)state;
    check_interruption("obey", SIGINT, 1, 0.0, 1.5);
    check_interruption("obey", SIGTERM, 1, 0.0, 1.5);
    check_interruption("done at the last moment", SIGINT, 1, 0.0, 1.5);
}

static void
a_worker_that_hangs_is_killed_after_2_seconds(void **state)
{
    (void)state;
    check_interruption("hang", SIGTERM, 1, 2.0, 4.0);
}

static void
a_second_signal_kills_at_once(void **state)
{
    (void)state;
    check_interruption("hang", SIGINT, 2, 0.0, 1.5);
}

static void
an_ignored_signal_stays_ignored(void **state)
{
    pid_t helper;
    one o;

    (void)state;
    signal(SIGINT, SIG_IGN);
    helper = send_soon(SIGINT, 1);
    o = run_one("obey for a while", "y.h5");
    waitpid(helper, NULL, 0);
    signal(SIGINT, SIG_DFL);
    assert_int_equal(o.signal, 0);
    assert_int_equal(o.job.result.code, 0);
}

/* 'Z' where it is dead and nobody has asked for it, '?' where it is gone. */
static char
process_state(int pid)
{
    char path[64], line[512], *after;
    FILE *file;
    char letter = '?';

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    file = fopen(path, "r");
    if (file == NULL)
        return '?';
    if (fgets(line, sizeof line, file) != NULL && (after = strrchr(line, ')')) != NULL)
        letter = after[2];
    fclose(file);
    return letter;
}

static void
workers_die_with_their_parent(void **state)
{
    pid_t parent = fork();
    int worker;

    (void)state;
    if (parent == 0) {
        one o = run_one("hang", "y.h5");

        _exit(o.job.result.code);
    }
    while (atomic_load(&seen->pid) == 0)
        nap(0.005);
    worker = atomic_load(&seen->pid);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    for (int k = 0; k < 200 && process_state(worker) != '?' && process_state(worker) != 'Z'; k++)
        nap(0.01);
    assert_true(process_state(worker) == '?' || process_state(worker) == 'Z');
    assert_false(exists("y.h5"));
}

static void
shared_memory_is_checked(void **state)
{
    int *numbers;

    (void)state;
    assert_fails(cli_shared_alloc(&numbers, SIZE_MAX, 2), SCI_ERR_NOMEM);
    assert_fails(cli_shared_alloc(&numbers, (size_t)1 << 60, 1), SCI_ERR_NOMEM);
    assert_ok(cli_shared_alloc(&numbers, 100, sizeof *numbers));
    assert_int_equal(numbers[99], 0);
    cli_shared_free(numbers, 100, sizeof *numbers);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_done_gets_its_name, enter_scratch),
        cmocka_unit_test_setup(failures_have_code_and_message_and_no_output, enter_scratch),
        cmocka_unit_test_setup(a_worker_of_several_files_that_is_ended_names_them, enter_scratch),
        cmocka_unit_test_setup(an_old_output_survives_a_failure, enter_scratch),
        cmocka_unit_test_setup(a_link_is_not_written_through, enter_scratch),
        cmocka_unit_test_setup(two_outputs_appear_together, enter_scratch),
        cmocka_unit_test_setup(the_main_output_comes_last, enter_scratch),
        cmocka_unit_test_setup(a_worker_is_heard, enter_scratch),
        cmocka_unit_test_setup(a_full_standard_output_is_a_failure, enter_scratch),
        cmocka_unit_test_setup(jobs_run_together_and_share_resources, enter_scratch),
        cmocka_unit_test_setup(a_crash_does_not_touch_the_others, enter_scratch),
        cmocka_unit_test_setup(no_jobs_are_no_work, enter_scratch),
        cmocka_unit_test_setup(a_signal_asks_workers_to_stop, enter_scratch),
        cmocka_unit_test_setup(a_worker_that_hangs_is_killed_after_2_seconds, enter_scratch),
        cmocka_unit_test_setup(a_second_signal_kills_at_once, enter_scratch),
        cmocka_unit_test_setup(an_ignored_signal_stays_ignored, enter_scratch),
        cmocka_unit_test_setup(workers_die_with_their_parent, enter_scratch),
        cmocka_unit_test_setup(shared_memory_is_checked, enter_scratch),
    };
    int failed;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (cli_shared_alloc(&seen, 1, sizeof *seen) != SCI_OK)
        return 1;
    failed = run_all(tests);
    cli_shared_free(seen, 1, sizeof *seen);
    return failed;
}
