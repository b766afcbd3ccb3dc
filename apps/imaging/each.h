/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verbs that only look: every image is described on stdout, one after the other, and a failure is
 * remembered until all have been seen. */
#ifndef IMAGING_EACH_H
#define IMAGING_EACH_H

#include "cli/json.h"

#include "context.h"

/* Describe input `i`; `json` is NULL where text is wanted. */
typedef sci_status (*imaging_describe)(const imaging_context *c, const cli_inputs *inputs, size_t i,
                                       cli_json *json);

/* Run it over all inputs in one worker. JSON is {"images": […]}, a failed one with "error". Returns
 * the exit code. */
int imaging_each_run(const cli_call *call, imaging_describe describe);

#endif
