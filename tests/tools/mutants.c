/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged copies of files through a program:
 * mutants N SECONDS MIB PROGRAM [[--call TEXT]... FILE[:/dataset]...]...
 *
 * N times: one of the files, with random bytes changed, swapped, zeroed or cut off, goes as m.h5
 * through `PROGRAM TEXT`, where the word @ is m.h5, with the dataset if one is named; without a
 * call that is sci-array's normalize. Files go through the calls in front of them in turn. It must
 * answer within SECONDS of processor time (four times as much by the clock, on a machine that has
 * other work) and with at most MIB resident: 0 and, if -o is in the call, the output y.h5; or 1 to 4 with an error line and no output (2 where damage changed what the options mean:
 * a rank so high that the axes must be named). Failures are printed and their files kept as
 * failed-K.h5; the code is then 1, as it is when fewer than a tenth were processed. Works in the
 * current folder. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <support/random.h>

typedef struct seed_file {
    const char *name;
    char *dataset; /* "/x"; NULL */
    unsigned char *bytes;
    size_t size;
    int first_call, calls, next; /* calls[first_call … first_call + calls − 1], in turn */
} seed_file;

enum { FILES = 64, CALLS = 64, WORDS = 40, CODES = 5 };

static volatile sig_atomic_t late;
static const char *program;
static unsigned seconds;
static long most_kib;
static const char *calls[CALLS] = { "normalize @ --norm layer --memory 64MiB --nan ignore "
                                    "--no-sync -o y.h5:/y" };
static int n_calls = 1;
static int failures;
static long answers[CODES], crashes;

static void
on_alarm(int number)
{
    (void)number;
    late = 1;
}

static void
give_up(const char *what, const char *name)
{
    fprintf(stderr, "mutants: cannot %s '%s': %s\n", what, name, strerror(errno));
    exit(2);
}

static void
read_seed(seed_file *seed, const char *operand)
{
    char *name = strdup(operand), *colon = name == NULL ? NULL : strstr(name, ":/");
    struct stat found;
    int fd;

    if (name == NULL)
        give_up("take", operand);
    if (colon != NULL)
        *colon = '\0';
    seed->name = name;
    seed->dataset = colon != NULL ? colon + 1 : NULL;
    fd = open(name, O_RDONLY);
    if (fd < 0 || fstat(fd, &found) != 0)
        give_up("open", name);
    seed->size = (size_t)found.st_size;
    seed->bytes = malloc(seed->size + 1);
    if (seed->bytes == NULL || read(fd, seed->bytes, seed->size) != (ssize_t)seed->size)
        give_up("read", name);
    close(fd);
}

/* Most damage goes to the first 4 KiB, where most of the structure is. */
static size_t
random_place(random_stream *r, size_t size)
{
    size_t most = random_below(r, 3) > 0 && size > 4096 ? 4096 : size;

    return (size_t)random_below(r, most);
}

static void
damage(random_stream *r, unsigned char *bytes, size_t *size)
{
    static const unsigned char extremes[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
    size_t at = random_place(r, *size), run = 1 + (size_t)random_below(r, 8), other;

    if (run > *size - at)
        run = *size - at;
    switch (random_below(r, 8)) {
    case 0: /* a whole stretch of zeros or ones */
        memset(bytes + at, random_below(r, 2) == 0 ? 0 : 0xff, run);
        break;
    case 1: /* a copy of another place */
        other = (size_t)random_below(r, *size - run + 1);
        memmove(bytes + at, bytes + other, run);
        break;
    case 2: /* one bit */
        bytes[at] = (unsigned char)(bytes[at] ^ (1u << random_below(r, 8)));
        break;
    case 3:
        bytes[at] = extremes[random_below(r, sizeof extremes)];
        break;
    case 4: /* seldom: the end is missing */
        if (random_below(r, 4) == 0 && at > 0)
            *size = at;
        break;
    default:
        bytes[at] = (unsigned char)random_bits(r);
        break;
    }
}

static void
write_mutant(const seed_file *seed, random_stream *r)
{
    unsigned char *bytes = malloc(seed->size + 1);
    size_t size = seed->size;
    uint64_t wounds = 1 + random_below(r, 6);
    int fd = open("m.h5", O_CREAT | O_TRUNC | O_WRONLY, 0666);

    if (bytes == NULL || fd < 0)
        give_up("write", "m.h5");
    memcpy(bytes, seed->bytes, size);
    for (uint64_t k = 0; k < wounds && size > 1; k++)
        damage(r, bytes, &size);
    if (write(fd, bytes, size) != (ssize_t)size || close(fd) != 0)
        give_up("write", "m.h5");
    free(bytes);
}

static void
run_child(char *call, char *operand)
{
    static char *words[WORDS + 2];
    char *name = strdup(program), *rest = NULL;
    int n = 0;
    struct rlimit none = { 0, 0 };
    int messages = open("messages", O_CREAT | O_TRUNC | O_RDWR, 0666),
        nothing = open("/dev/null", O_WRONLY);

    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &none);
    dup2(nothing, STDOUT_FILENO);
    dup2(messages, STDERR_FILENO);
    words[n++] = name;
    for (char *word = strtok_r(call, " ", &rest); word != NULL && n <= WORDS;
         word = strtok_r(NULL, " ", &rest))
        words[n++] = strcmp(word, "@") == 0 ? operand : word;
    execv(program, words);
    _exit(127);
}

/* Of all children so far, with theirs, as far as they were waited for. */
static double
processor_seconds(void)
{
    struct rusage used;

    getrusage(RUSAGE_CHILDREN, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
           + 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* The code of the program, -1 if it was killed by a signal, -2 if it was late. */
static int
run_program(const seed_file *seed, const char *call)
{
    char operand[512], text[1024];
    double before = processor_seconds();
    pid_t child;
    int status = 0;

    snprintf(operand, sizeof operand, "m.h5%s%s", seed->dataset != NULL ? ":" : "",
             seed->dataset != NULL ? seed->dataset : "");
    snprintf(text, sizeof text, "%s", call);
    late = 0;
    child = fork();
    if (child == 0)
        run_child(text, operand);
    if (child < 0)
        give_up("run", program);
    alarm(4 * seconds);
    while (waitpid(child, &status, 0) < 0) {
        if (errno == EINTR && late) {
            kill(-child, SIGKILL);
            waitpid(child, &status, 0);
            alarm(0);
            return -2;
        }
    }
    alarm(0);
    if (processor_seconds() - before > seconds)
        return -2;
    return WIFSIGNALED(status) ? -1 : WEXITSTATUS(status);
}

static void
complain(long number, const seed_file *seed, const char *call, const char *what)
{
    char kept[64];

    snprintf(kept, sizeof kept, "failed-%ld.h5", number);
    if (access("m.h5", F_OK) == 0 && rename("m.h5", kept) != 0)
        give_up("keep", kept);
    printf("mutant %ld of %s (kept as %s, LIBSCI_TEST_SEED=%" PRIu64 "), %s: %s\n", number,
           seed->name, kept, random_seed(), call, what);
    failures++;
}

/* An error line; of failed inputs it names the file. */
static bool
message_is_error(int code, const char *needed)
{
    char text[4096];
    int fd = open("messages", O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        close(fd);
    text[n < 0 ? 0 : n] = '\0';
    crashes += strstr(text, "crashed") != NULL;
    return strstr(text, "error: ") != NULL && (code == 2 || strstr(text, needed) != NULL);
}

/* True if an output or a temporary of it lies here; it is removed. */
static bool
anything_left(void)
{
    DIR *folder = opendir(".");
    struct dirent *entry;
    bool found = false;

    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (strstr(entry->d_name, "y.h5") != NULL) {
            found = true;
            unlink(entry->d_name);
        }
    closedir(folder);
    return found;
}

static void
check_mutant(long number, seed_file *seed)
{
    const char *call = calls[seed->first_call + seed->next++ % seed->calls];
    bool writes = strstr(call, " -o ") != NULL, left;
    char text[128];
    struct rusage used;
    int code;

    (void)anything_left();
    code = run_program(seed, call);
    getrusage(RUSAGE_CHILDREN, &used);
    left = anything_left();
    if (code == -2)
        complain(number, seed, call, "no answer in time");
    else if (code == -1)
        complain(number, seed, call, "killed by a signal");
    else if (code >= CODES) {
        snprintf(text, sizeof text, "exit code %d", code);
        complain(number, seed, call, text);
    } else if (used.ru_maxrss > most_kib) {
        snprintf(text, sizeof text, "%ld KiB resident", used.ru_maxrss);
        complain(number, seed, call, text);
        most_kib = used.ru_maxrss; /* the largest of all children so far never shrinks */
    } else if (code == 0 && writes && !left)
        complain(number, seed, call, "success without an output");
    else if (code != 0 && left)
        complain(number, seed, call, "failure with an output or a temporary");
    else if (code != 0 && !message_is_error(code, "m.h5"))
        complain(number, seed, call, "failure without a message that names the file");
    if (code >= 0 && code < CODES)
        answers[code]++;
}

/* Files and the calls in front of them; the number of files. */
static int
read_operands(int n, char **operands, seed_file *seeds)
{
    int n_seeds = 0, first = 0;
    bool new_calls = false;

    for (int k = 0; k < n; k++) {
        if (strcmp(operands[k], "--call") == 0 && k + 1 < n && n_calls < CALLS) {
            first = new_calls ? first : n_calls;
            new_calls = true;
            calls[n_calls++] = operands[++k];
            continue;
        }
        new_calls = false;
        if (n_seeds == FILES)
            break;
        read_seed(&seeds[n_seeds], operands[k]);
        seeds[n_seeds].first_call = first;
        seeds[n_seeds].calls = first == 0 ? 1 : n_calls - first;
        seeds[n_seeds].next = n_seeds; /* not every file by the same call in a short run */
        n_seeds++;
    }
    return n_seeds;
}

int
main(int argc, char **argv)
{
    static seed_file seeds[FILES];
    struct sigaction action;
    random_stream r = random_start(31337);
    int n_seeds;
    long n;

    if (argc < 6) {
        fputs("usage: mutants N SECONDS MIB PROGRAM [[--call TEXT]... FILE[:/dataset]...]...\n",
              stderr);
        return 2;
    }
    n = strtol(argv[1], NULL, 10);
    seconds = (unsigned)strtoul(argv[2], NULL, 10);
    most_kib = strtol(argv[3], NULL, 10) * 1024;
    program = argv[4];
    n_seeds = read_operands(argc - 5, argv + 5, seeds);
    if (n_seeds == 0)
        return 2;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm; /* without SA_RESTART: waitpid comes back */
    sigaction(SIGALRM, &action, NULL);
    for (long k = 0; k < n; k++) {
        seed_file *seed = &seeds[k % n_seeds];

        write_mutant(seed, &r);
        check_mutant(k, seed);
    }
    printf("%ld mutants: %ld processed, %ld failed (%ld crashes of a reader), %ld other usage, "
           "%ld refused, %ld need memory; %d wrong\n",
           n, answers[0], answers[1], crashes, answers[2], answers[3], answers[4], failures);
    return failures > 0 || answers[0] < n / 10;
}
