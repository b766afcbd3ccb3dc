/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the data of the tests lie. */
#ifndef TESTS_SUPPORT_PLACE_H
#define TESTS_SUPPORT_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any path that these functions make. */
enum { PLACE_ROOM = 4096 };

/* A file of this repository, "data/t1_4mm.h5"; the test fails if it is not there. The project is
 * found by LIBSCI_SOURCE, or is the one that this file was compiled in. */
void place_source(char path[PLACE_ROOM], const char *name);

/* A file of the reference data, "imaging/layouts.h5", by LIBSCI_REFERENCE or ../shared/reference
 * beside the project. Where it is absent the test is skipped with a message that says so. */
void place_reference(char path[PLACE_ROOM], const char *name);

/* A program of the project, "sci-array", by SCI_BIN or beside the tests' build folder. */
void place_program(char path[PLACE_ROOM], const char *name);

/* End this test as skipped, saying why. */
void skip_test(const char *why);

/* A path in the scratch folder of this process, made at the first call and removed at the end. */
void place_scratch(char path[PLACE_ROOM], const char *name);

/* True if something of this name exists in the scratch folder; names of what lies there, for
 * messages. */
bool place_scratch_has(const char *name);
/* Number of entries in the scratch folder. */
size_t place_scratch_count(void);
/* Remove everything in the scratch folder. */
void place_scratch_clear(void);

/* The whole file in memory, released by free(). */
unsigned char *place_read(const char *path, size_t *size);
void place_write(const char *path, const void *bytes, size_t size);

#endif
