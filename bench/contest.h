/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contestants of a benchmark: servers that repeat a task on request, and commands run whole. */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOST_SAMPLES 64
#define NO_TIME ((double)NAN) /* a repetition failed */

/* Seconds of repetitions. */
typedef struct samples {
    size_t n;
    double seconds[MOST_SAMPLES];
} samples;

void samples_add(samples *s, double seconds);
double samples_median(const samples *s); /* NO_TIME if empty */
double samples_least(const samples *s);  /* NO_TIME if empty */

/* Monotonic seconds. */
double now_seconds(void);

/* A child that reads one word a line and answers each with the seconds that the task of this name
 * took; it times itself, so that starting and talking cost nothing. */
typedef struct server server;

/* NULL if it cannot be started or does not answer "ready"; then `reason` says why. */
server *server_start(const char *const *arguments, char *reason, size_t size);
double server_ask(server *s, const char *word); /* NO_TIME if it failed */
void server_stop(server *s);                    /* accepts NULL */

/* One contestant: a word for a server, or a command line. */
typedef struct contestant {
    server *server;
    const char *word;
    const char *const *command; /* NULL-terminated; used if server is NULL */
    const char *output;         /* removed before each run, may be NULL */
    bool cpu;                   /* of a command: CPU seconds of all its processes, not wall */
} contestant;

/* One repetition; NO_TIME if it failed. */
double contestant_run(const contestant *c);

/* Warm both up, then alternate `repetitions` times. False if one failed. */
bool contest(const contestant *a, const contestant *b, int repetitions, samples *of_a,
             samples *of_b);

/* The median over the repetitions of b's time divided by a's of the same repetition: neighbours in
 * time share what else the machine was doing. */
double samples_ratio(const samples *b, const samples *a);

/* Run a command whole, its stdout discarded. Returns wall seconds, NO_TIME on failure. peak_bytes
 * (may be NULL) gets the largest sum of VmHWM over the process and its descendants, looked at every
 * millisecond: an upper bound, for pages that they share are counted twice. */
double command_run(const char *const *command, uint64_t *peak_bytes);

/* The same in CPU seconds of the process and all that it waited for. */
double command_cpu(const char *const *command);

#endif
