/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocations and file operations that fail when a test wants it. */
#ifndef TESTS_SUPPORT_FAULTS_H
#define TESTS_SUPPORT_FAULTS_H

#include <sci/file.h>
#include <sci/memory.h>

#include <stdbool.h>

/* ---- memory ---- */

/* From now on allocation number `n` (0: the next) fails, and with `onwards` all that follow; n <
 * 0: none fails. Blocks are counted. */
void faults_memory(long n, bool onwards);
/* Allocations asked for since faults_memory. */
long faults_memory_calls(void);
/* Blocks that are alive now. */
long faults_memory_live(void);
/* Back to libsci's own allocator; every counted block must have been released. */
void faults_memory_end(void);

/* ---- files ---- */

typedef enum faults_call {
    FAULTS_OPEN,
    FAULTS_CLOSE,
    FAULTS_PREAD,
    FAULTS_PWRITE,
    FAULTS_FTRUNCATE,
    FAULTS_FSYNC,
    FAULTS_RENAME,
    FAULTS_UNLINK,
    FAULTS_CALLS
} faults_call;

/* "pwrite" */
const char *faults_call_name(faults_call call);

/* From now on call number `n` (0: the next) of that kind fails with `error`, and with `onwards`
 * all that follow. error 0: the call does only a part of its bytes (pread, pwrite). n < 0: none
 * fails. */
void faults_files(faults_call call, long n, bool onwards, int error);
/* Calls of that kind since faults_files. */
long faults_files_calls(faults_call call);
/* File descriptors opened through the table that are still open. */
long faults_files_open(void);
/* Back to the system's calls. */
void faults_files_end(void);

#endif
