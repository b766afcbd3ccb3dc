/* SPDX-License-Identifier: BSD-3-Clause */
/* What the h5*.c files share: the lock and the watchdog around HDF5, its failures as sci_fail, the
 * safe way into a file, attributes, and the inside of an output.
 *
 * Every use of HDF5 stands between h5_enter and h5_leave. Functions here enter by themselves
 * (nesting costs nothing), so that a caller needs the pair only around HDF5 calls of its own.
 * `where` is for messages: the file, or "file:/path". */
#ifndef SCI_H5_PRIV_H
#define SCI_H5_PRIV_H

#define H5_USE_110_API 1 /* later versions of HDF5 keep the names of 1.10 */
#include <hdf5.h>

#include <sci/h5.h>

/* ---- lock, watchdog, initialisation (h5_lock.c) ---- */

/* The lock of the process, and 4 s of CPU for what follows: beyond, the process dies of SIGXCPU. */
sci_status h5_enter(void) SCI_MUST_CHECK;
void h5_leave(void);
/* Inside: a new call begins, its time counts from here; more for one that moves many bytes. */
void h5_rearm(uint64_t bytes);

/* ---- failures (h5_error.c) ---- */

/* sci_fail with HDF5's own reason appended; empties HDF5's error stack. A full disk (or a limit
 * on the size of files) anywhere in the stack makes it SCI_ERR_NOSPACE. Call it inside the lock. */
sci_status h5_fail(sci_status status, const char *format, ...) SCI_PRINTF(2, 3);

/* True if the innermost record of HDF5's error stack contains `words`. */
bool h5_error_says(const char *words);

/* Close an id of any kind but a file; negative ids are accepted. For reading: no result to
 * check. */
void h5_close(hid_t id);
/* The same, checked, for ids that were written through. */
sci_status h5_close_checked(hid_t id, const char *where) SCI_MUST_CHECK;

/* ---- files and the safe way in (h5_file.c, h5_walk.c) ---- */

/* A file open read-only. Shared by counting: sources keep their file alive. */
typedef struct h5_file {
    hid_t id;
    int fd;         /* our own, on the same inode */
    uint64_t bytes; /* size when opened */
    char *name;
    int uses;
    bool borrowed; /* id and fd belong to an output */
} h5_file;

/* SCI_ERR_IO if it cannot be opened, SCI_ERR_FORMAT if it is no HDF5 file or cut off. */
sci_status h5_file_open(h5_file **out, const char *path) SCI_MUST_CHECK;
h5_file *h5_file_share(h5_file *file);
void h5_file_close(h5_file *file); /* accepts NULL */

/* Open the object at `path` ("/a/b") component by component: no external or user-defined links,
 * soft links inside the file only and at most 16 deep. SCI_ERR_NOTFOUND names what exists
 * instead, SCI_ERR_UNSAFE the link refused. `real`, if not NULL, gets the path after soft links
 * (sci_free). */
sci_status h5_open_object(const h5_file *file, const char *path, hid_t *out,
                          char **real) SCI_MUST_CHECK;
/* The same, and SCI_ERR_FORMAT if it is no group. */
sci_status h5_open_group(const h5_file *file, const char *path, hid_t *out) SCI_MUST_CHECK;
/* True if `path` leads safely to an object. */
sci_status h5_exists(const h5_file *file, const char *path, bool *out) SCI_MUST_CHECK;

/* A dataset of a file that is already open, as a source (its file is shared). All checks of
 * sci_h5_source_open are made. sci_source_read serves for small ones. */
sci_status h5_source_in(sci_source **out, h5_file *file, const char *path,
                        const sci_h5_options *opt) SCI_MUST_CHECK;

/* ---- attributes (h5_attribute.c) ---- */

sci_status h5_attribute_exists(hid_t object, const char *where, const char *name,
                               bool *out) SCI_MUST_CHECK;
/* n values of a memory type, existing ones replaced; n < 0 makes a scalar. */
sci_status h5_attribute_write(hid_t object, const char *where, const char *name, hid_t type,
                              int64_t n, const void *values) SCI_MUST_CHECK;
/* A scalar fixed-length UTF-8 string. */
sci_status h5_attribute_write_text(hid_t object, const char *where, const char *name,
                                   const char *value) SCI_MUST_CHECK;
/* Exactly n numbers (a scalar is one) converted to the memory type; SCI_ERR_NOTFOUND without it. */
sci_status h5_attribute_read(hid_t object, const char *where, const char *name, hid_t type,
                             uint64_t n, void *values) SCI_MUST_CHECK;
/* One string of fixed or variable length (sci_free); SCI_ERR_NOTFOUND without it. */
sci_status h5_attribute_read_text(hid_t object, const char *where, const char *name,
                                  char **out) SCI_MUST_CHECK;

/* ---- outputs (h5_output.c) ---- */

/* Of an output that is put together in memory; NULL where HDF5 writes. */
struct h5_draft *h5_output_draft(const sci_h5_output *out);
/* The file being written and its name for messages. */
hid_t h5_output_id(const sci_h5_output *out);
const char *h5_output_name(const sci_h5_output *out);
/* Open the group `path`, made with all its parents if it is missing. Close it with h5_close. */
sci_status h5_output_group(sci_h5_output *out, const char *path, hid_t *group) SCI_MUST_CHECK;
/* A dataset creation list without times (equal runs give equal bytes); close it with h5_close. */
sci_status h5_output_creation(const sci_h5_output *out, hid_t *list) SCI_MUST_CHECK;

/* Something to do before the file is flushed, and something to verify in the file as it was
 * closed (reopened read-only). Each may be NULL; `context` is freed by `free` in any case, also
 * when this call fails or the output is given up. Checks run in the order of registration. */
typedef struct h5_check {
    sci_status (*before)(void *context, sci_h5_output *out);
    sci_status (*verify)(void *context, h5_file *file);
    void (*free)(void *context);
    void *context;
} h5_check;
sci_status h5_output_check(sci_h5_output *out, const h5_check *check) SCI_MUST_CHECK;

/* HDF5's name for an element type in memory; none (negative) for SCI_FLOAT16. Not to be closed. */
hid_t h5_native(sci_type type);
/* A fresh type in native byte order, to be closed by h5_close; negative if HDF5 fails. */
hid_t h5_type_create(sci_type type);

#endif
