/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources and sinks over memory that do not show it: they deliver pieces through fetch, decode,
 * encode and store in several tasks, as files do, and can fail where a test wants it. */
#ifndef TESTS_SUPPORT_STREAMED_H
#define TESTS_SUPPORT_STREAMED_H

#include <sci/io.h>

/* The elements and the name are not owned. Freed by sci_source_free and sci_sink_free. */
sci_status streamed_source(sci_source **out, const sci_array *array, const void *elements,
                           const char *name) SCI_MUST_CHECK;
sci_status streamed_sink(sci_sink **out, const sci_array *array, void *elements,
                         const char *name) SCI_MUST_CHECK;

typedef enum streamed_step {
    STREAMED_START,
    STREAMED_FETCH,
    STREAMED_PREPARE,
    STREAMED_DECODE,
    STREAMED_ENCODE,
    STREAMED_STORE,
    STREAMED_FINISH,
    STREAMED_STEPS
} streamed_step;

/* Let the n-th call (0: the next) of that step fail with SCI_ERR_IO "asked to fail". */
void streamed_source_fail(sci_source *source, streamed_step step, int n);
void streamed_sink_fail(sci_sink *sink, streamed_step step, int n);

/* Calls of that step so far. */
int streamed_source_calls(const sci_source *source, streamed_step step);
int streamed_sink_calls(const sci_sink *sink, streamed_step step);

/* Workers that the last pass over the source had. */
int streamed_source_workers(const sci_source *source);

#endif
