/* SPDX-License-Identifier: BSD-3-Clause */
/* HDF5 files as sources and sinks, without HDF5's own header. Not included by sci.h's pure parts;
 * an application includes it by name. All functions of one process share one lock around HDF5. */
#ifndef SCI_H5_H
#define SCI_H5_H

#include <sci/engine.h>
#include <sci/io.h>
#include <sci/stats.h>

/* HDF5 can be led by a damaged file into a loop that nothing inside the process ends. Where one
 * call uses more than `seconds` of CPU (4 until this is called; a chunk gets a second more for each
 * 32 MiB) the process is terminated by SIGXCPU: read files that are not trusted in a worker
 * process. 0: never. */
SCI_API void sci_h5_watchdog(double seconds);

/* Valid when zeroed. */
typedef struct sci_h5_options {
    uint64_t chunk_bytes_most; /* a larger chunk is refused (SCI_ERR_UNSAFE); 0: a quarter of the
                                  machine's memory */
    uint64_t band_bytes_most;  /* bands of whole chunks above this are rechunked into scratch; 0: 16
                                  MiB */
    uint64_t claim_bytes_most; /* a shape of more bytes than this and 1000 × what the file has is
                                * refused (SCI_ERR_UNSAFE); 0: 1 GiB */
    const char *scratch;       /* directory of the rechunked copy; NULL: the current one */
} sci_h5_options;

/* Open DATASET of FILE as a source, read-only and safely: the path is walked component by
 * component; external and user-defined links, external storage, virtual datasets, unknown filters
 * (all but deflate, shuffle, fletcher32, szip, nbit, scaleoffset, lzf) and plugin loading are
 * refused (SCI_ERR_UNSAFE); every product is checked. SCI_ERR_NOTFOUND names what exists;
 * SCI_ERR_TYPE complex, compound, strings, bfloat16, long double; a boolean enum reads as
 * SCI_UINT8. dataset NULL: the only numeric dataset of the file, or SCI_ERR_NOTFOUND that lists
 * them. */
SCI_API sci_status sci_h5_source_open(sci_source **out, const char *file, const char *dataset,
                                      const sci_h5_options *opt) SCI_MUST_CHECK;

/* The same for an operand in text: "FILE:/dataset" or "FILE". */
SCI_API sci_status sci_h5_source_open_operand(sci_source **out, const char *operand,
                                              const sci_h5_options *opt) SCI_MUST_CHECK;

/* "x.h5:/a/b" -> file "x.h5", dataset "/a/b" (NULL if there is none). Both released by sci_free.
 * The split is at the last ":/" ; a file whose whole name exists is taken as it is. */
SCI_API sci_status sci_h5_split_operand(const char *operand, char **file,
                                        char **dataset) SCI_MUST_CHECK;

/* Path of the dataset inside its file ("/a/b"), for a source of sci_h5_source_open. */
SCI_API const char *sci_h5_source_dataset(const sci_source *source);
/* Dimension label of an axis (H5DS label, or else the name of its dimension scale), NULL if none.
 */
SCI_API const char *sci_h5_source_axis(const sci_source *source, int axis);

/* ---- a table whose rows stay in its file ---- */

/* A moments table, of any size, at FILE or FILE:/group. Opening it reads every row once, a block at
 * a time, and checks all of it as sci_stats_load does. */
typedef struct sci_h5_table sci_h5_table;
SCI_API sci_status sci_h5_table_open(sci_h5_table **out, const char *path) SCI_MUST_CHECK;
/* Everything but the rows; the table's. */
SCI_API const sci_stats *sci_h5_table_head(const sci_h5_table *table);
/* The rows, for one thread at a time; the table must outlive them. */
SCI_API sci_rows_source sci_h5_table_rows(sci_h5_table *table);
SCI_API void sci_h5_table_free(sci_h5_table *table); /* accepts NULL */

/* ---- an output file in the making ---- */

typedef struct sci_h5_output sci_h5_output;

/* Start writing into the existing empty file `temporary` (created O_EXCL by the caller). */
SCI_API sci_status sci_h5_output_create(sci_h5_output **out, const char *temporary) SCI_MUST_CHECK;

/* Whether digests of the data are taken while they are written (they are until this is called):
 * without them sci_h5_output_close cannot verify data. */
SCI_API void sci_h5_output_digests(sci_h5_output *out, bool keep);

/* How the new dataset is stored. Zeroed: contiguous. */
typedef struct sci_h5_layout {
    bool chunked;
    uint64_t chunk[SCI_MAX_RANK];
    bool shuffle;
    int deflate; /* level 1…9; 0: none */
    bool fletcher32;
    bool lzf; /* h5py's fast compressor (filter 32000), instead of deflate */
} sci_h5_layout;

/* Start writing a small output into the existing empty file `temporary`: it is put together in memory, in the
 * oldest version of the format, written at once by sci_h5_output_close and read back byte by byte (to verify its
 * data, HDF5 reads it too), in a tenth of the CPU that HDF5 takes for its metadata. It has groups, arrays, tables,
 * texts, numbers, and datasets that sci_h5_draft_holds; other calls fail. */
SCI_API sci_status sci_h5_output_draft(sci_h5_output **out, const char *temporary) SCI_MUST_CHECK;
/* True for at least one element, at most 1 MiB, at most 64 chunks and no filters. */
SCI_API bool sci_h5_draft_holds(const sci_array *array, const sci_h5_layout *layout);

/* The layout of a source's dataset as an output of the same shape gets it: compact becomes
 * contiguous, filters other than deflate, lzf, shuffle and fletcher32 become deflate 4 +
 * shuffle. */
SCI_API void sci_h5_source_layout(const sci_source *source, sci_h5_layout *out);

/* Copy everything of `source`'s file into the output except the dataset itself (groups, datasets
 * raw, attributes, links as links, hard links as hard links, references remapped), so that
 * `dataset` can then be created in its place. Nothing outside the file is opened; siblings that are
 * external or virtual are refused by name. */
SCI_API sci_status sci_h5_output_copy_siblings(sci_h5_output *out,
                                               sci_source *source) SCI_MUST_CHECK;

/* Create dataset `path` (missing groups are made) of array's shape and type and return a sink for
 * it. With `like`, its attributes, dimension labels and dimension scales come along. Native byte
 * order. A pass over a part of the array (sci_apply with a range, which must begin and end on whole
 * chunk bands) allocates only that part's chunks. The sink is owned by the caller and freed before
 * the output is closed. */
SCI_API sci_status sci_h5_output_dataset(sci_h5_output *out, const char *path,
                                         const sci_array *array, const sci_h5_layout *layout,
                                         sci_source *like, sci_sink **sink) SCI_MUST_CHECK;

/* Small things: attributes on an object of the output ("/" or a path). Existing ones are replaced.
 */
SCI_API sci_status sci_h5_output_text(sci_h5_output *out, const char *object, const char *name,
                                      const char *value) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_output_number(sci_h5_output *out, const char *object, const char *name,
                                        double value) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_output_integer(sci_h5_output *out, const char *object, const char *name,
                                         int64_t value) SCI_MUST_CHECK;
/* A whole small array as a dataset. */
SCI_API sci_status sci_h5_output_array(sci_h5_output *out, const char *path, const sci_array *array,
                                       const void *elements) SCI_MUST_CHECK;

/* A table as group `path` (docs/stats-file.md). */
SCI_API sci_status sci_h5_output_stats(sci_h5_output *out, const char *path,
                                       const sci_stats *stats) SCI_MUST_CHECK;

/* A moments table whose rows are appended as the engine makes them: pass `rows` to sci_normalize or
 * sci_fit_rows, then finish it with `head`, a table without rows that has everything else
 * (sci_h5_rows_finish). */
typedef struct sci_h5_rows sci_h5_rows;
SCI_API sci_status sci_h5_output_rows(sci_h5_output *out, const char *path, sci_h5_rows **rows_out,
                                      sci_rows_sink *rows) SCI_MUST_CHECK;
SCI_API sci_status sci_h5_rows_finish(sci_h5_rows *rows, const sci_stats *head) SCI_MUST_CHECK;
SCI_API void sci_h5_rows_free(sci_h5_rows *rows);

/* Close, reopen read-only and check that every dataset written has its shape, type and storage and
 * every table its digest; with `verify_data` all data are read back and compared with digests taken
 * while writing. fsync if `sync`. Frees the output also when it fails. The caller renames. */
SCI_API sci_status sci_h5_output_close(sci_h5_output *out, bool verify_data,
                                       bool sync) SCI_MUST_CHECK;
SCI_API void sci_h5_output_free(sci_h5_output *out); /* give up; accepts NULL */

#endif
