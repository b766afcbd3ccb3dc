/* SPDX-License-Identifier: BSD-3-Clause */
/* Sources and sinks: arrays read and written in pieces of C order.
 *
 * A pass reads consecutive pieces. Work on a piece is split so that slow storage, decompression and
 * arithmetic overlap: `fetch` runs on the reader thread, piece after piece; `prepare` then runs
 * alone, in the order of pieces; `decode` runs on the workers, tasks 0…n_tasks-1 being handed out in
 * increasing order and several at once, so that a task may wait for one of a lower number. A sink
 * mirrors it: `prepare`, `encode` on the workers, `store` on the writer thread in the order of
 * pieces. */
#ifndef SCI_IO_H
#define SCI_IO_H

#include <sci/types.h>

typedef struct sci_source sci_source;
typedef struct sci_sink sci_sink;

/* One stretch [first, first + count) of the array in C order. The engine owns the piece and
 * `bytes`; `staging` belongs to the source or sink, is NULL at first and is kept for reuse until
 * `release`. */
typedef struct sci_piece {
    uint64_t first, count;
    void *bytes; /* count elements of the array's type and byte order */
    size_t
        n_tasks; /* set by fetch (source) or prepare (sink): decode or encode tasks of this piece */
    void *staging;
} sci_piece;

typedef struct sci_source_ops {
    /* A pass over [first, end) begins, with `workers` threads; forget what was carried over. May be
     * NULL. */
    sci_status (*start)(sci_source *self, uint64_t first, uint64_t end, int workers);
    /* Elements in memory, or NULL: such a source needs nothing below but `free`. */
    const void *(*address)(sci_source *self, uint64_t first, uint64_t count);
    sci_status (*fetch)(sci_source *self, sci_piece *piece);
    sci_status (*prepare)(sci_source *self, sci_piece *piece); /* may be NULL */
    sci_status (*decode)(sci_source *self, sci_piece *piece, size_t task,
                         int worker);                    /* may be NULL */
    void (*release)(sci_source *self, sci_piece *piece); /* may be NULL */
    /* Bytes that the source needs besides piece->bytes for so many pieces at once, of up to `count`
     * elements each. May be NULL. */
    uint64_t (*overhead)(const sci_source *self, uint64_t count, int pieces, int workers);
    /* Elements of one slow decode task: pieces of fewer than this for each worker leave some of them
     * idle. May be NULL. */
    uint64_t (*grain)(const sci_source *self);
    void (*free)(sci_source *self);
} sci_source_ops;

struct sci_source {
    const sci_source_ops *ops;
    sci_array array;
    const char *name; /* for messages: "x.h5:/x" */
    /* What NaN stands for here, for the message that refuses it: "missing". NULL: "NaN or infinite". */
    const char *nonfinite;
};

typedef struct sci_sink_ops {
    sci_status (*start)(sci_sink *self, uint64_t first, uint64_t end,
                        int workers); /* may be NULL */
    /* Where the elements go in memory, or NULL: such a sink needs nothing below but close and free.
     */
    void *(*address)(sci_sink *self, uint64_t first, uint64_t count);
    sci_status (*prepare)(sci_sink *self, sci_piece *piece); /* may be NULL */
    sci_status (*encode)(sci_sink *self, sci_piece *piece, size_t task,
                         int worker); /* may be NULL */
    sci_status (*store)(sci_sink *self, sci_piece *piece);
    void (*release)(sci_sink *self, sci_piece *piece);                       /* may be NULL */
    uint64_t (*overhead)(const sci_sink *self, uint64_t count, int pieces, int workers); /* may be NULL */
    uint64_t (*grain)(const sci_sink *self); /* of one encode task; may be NULL */
    /* All pieces are stored: flush what is carried. */
    sci_status (*finish)(sci_sink *self); /* may be NULL */
    void (*free)(sci_sink *self);
} sci_sink_ops;

struct sci_sink {
    const sci_sink_ops *ops;
    sci_array array; /* the type is what the engine hands over; never swapped */
    const char *name;
};

SCI_API void sci_source_free(sci_source *source); /* accepts NULL */
SCI_API void sci_sink_free(sci_sink *sink);       /* accepts NULL; an unfinished output is lost */

/* Read [first, first + count) into `out`, in the array's type and byte order, on the calling
 * thread; its own little pass. */
SCI_API sci_status sci_source_read(sci_source *source, uint64_t first, uint64_t count,
                                   void *out) SCI_MUST_CHECK;

/* The same piece by piece: `visit` gets [first, first + count) in order, no piece larger than 4 MiB,
 * in the array's type and byte order (sci_widen_stored of matrix.h makes doubles of them). Its first
 * failure ends the pass and is returned. */
typedef sci_status (*sci_source_visitor)(void *context, uint64_t first, uint64_t count,
                                         const void *elements);
SCI_API sci_status sci_source_visit(sci_source *source, uint64_t first, uint64_t count,
                                    sci_source_visitor visit, void *context) SCI_MUST_CHECK;

/* An array in memory (not copied, not owned). */
SCI_API sci_status sci_source_memory(sci_source **out, const sci_array *array, const void *elements,
                                     const char *name) SCI_MUST_CHECK;
SCI_API sci_status sci_sink_memory(sci_sink **out, const sci_array *array, void *elements,
                                   const char *name) SCI_MUST_CHECK;

#endif
