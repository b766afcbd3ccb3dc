/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "place.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testing.h"

static char scratch[PLACE_ROOM];
static pid_t scratch_owner;

static void
join(char path[PLACE_ROOM], const char *folder, const char *name)
{
    if (snprintf(path, PLACE_ROOM, "%s/%s", folder, name) >= PLACE_ROOM)
        test_failed(__FILE__, __LINE__, "the path '%s/%s' is too long", folder, name);
}

/* The project: LIBSCI_SOURCE, or the folder that these tests were compiled in. */
static const char *
project_folder(void)
{
    const char *given = getenv("LIBSCI_SOURCE");

    return given != NULL && given[0] != '\0' ? given : SCI_SOURCE_DIR;
}

void
place_source(char path[PLACE_ROOM], const char *name)
{
    join(path, project_folder(), name);
    if (access(path, R_OK) != 0)
        test_failed(__FILE__, __LINE__,
                    "'%s' is not readable; set LIBSCI_SOURCE to the project's folder", path);
}

/* Tests of this program that were skipped. */
static int tests_skipped;

int
finish_tests(int failed, size_t tests)
{
    return failed == 0 && tests_skipped == (int)tests ? 77 : failed;
}

void
skip_test(const char *why)
{
    print_message("skipped: %s\n", why);
    tests_skipped++;
    skip();
}

void
place_reference(char path[PLACE_ROOM], const char *name)
{
    const char *given = getenv("LIBSCI_REFERENCE");
    char folder[PLACE_ROOM];

    if (given != NULL && given[0] != '\0') {
        join(path, given, name);
    } else {
        join(folder, project_folder(), "../shared/reference");
        join(path, folder, name);
    }
    if (access(path, R_OK) != 0) {
        char why[PLACE_ROOM + 100];

        snprintf(why, sizeof why,
                 "the reference file '%s' is absent; LIBSCI_REFERENCE names its folder", name);
        skip_test(why);
    }
}

static void
remove_inside(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    char path[PLACE_ROOM];

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        join(path, folder, entry->d_name);
        if (unlink(path) != 0 && (errno == EISDIR || errno == EPERM)) {
            remove_inside(path);
            rmdir(path);
        }
    }
    closedir(dir);
}

static void
remove_scratch(void)
{
    if (getpid() != scratch_owner) /* a forked child shares the folder but does not own it */
        return;
    remove_inside(scratch);
    rmdir(scratch);
}

static const char *
scratch_folder(void)
{
    const char *base = getenv("TMPDIR");

    if (scratch[0] == '\0') {
        join(scratch, base == NULL || base[0] == '\0' ? "/tmp" : base, "libsci-test-XXXXXX");
        if (mkdtemp(scratch) == NULL)
            test_failed(__FILE__, __LINE__, "cannot make the folder '%s': %s", scratch,
                        strerror(errno));
        scratch_owner = getpid();
        atexit(remove_scratch);
    }
    return scratch;
}

void
place_scratch(char path[PLACE_ROOM], const char *name)
{
    join(path, scratch_folder(), name);
}

void
place_program(char path[PLACE_ROOM], const char *name)
{
    const char *given = getenv("SCI_BIN");
    char self[PLACE_ROOM];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    if (given != NULL && given[0] != '\0') {
        join(path, given, name);
    } else if (length > 0) {
        self[length] = '\0';
        *strrchr(self, '/') = '\0';
        join(path, self, "../bin/");
        memcpy(self, path, sizeof self);
        join(path, self, name);
    }
    if (length <= 0 || access(path, X_OK) != 0)
        test_failed(__FILE__, __LINE__, "the program '%s' is not there; SCI_BIN names its folder",
                    name);
}

bool
place_scratch_has(const char *name)
{
    char path[PLACE_ROOM];
    struct stat found;

    place_scratch(path, name);
    return lstat(path, &found) == 0;
}

size_t
place_scratch_count(void)
{
    DIR *dir = opendir(scratch_folder());
    struct dirent *entry;
    size_t count = 0;

    if (dir == NULL)
        return 0;
    while ((entry = readdir(dir)) != NULL)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

void
place_scratch_clear(void)
{
    remove_inside(scratch_folder());
}

unsigned char *
place_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    struct stat found;
    unsigned char *bytes;

    if (file == NULL || fstat(fileno(file), &found) != 0)
        test_failed(__FILE__, __LINE__, "cannot read '%s': %s", path, strerror(errno));
    *size = (size_t)found.st_size;
    bytes = test_alloc(*size + 1, 1); /* one more: a text is then ended by 0 */
    if (fread(bytes, 1, *size, file) != *size)
        test_failed(__FILE__, __LINE__, "'%s' is shorter than it says", path);
    fclose(file);
    return bytes;
}

void
place_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        test_failed(__FILE__, __LINE__, "cannot write '%s': %s", path, strerror(errno));
}
