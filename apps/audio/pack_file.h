/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside pack.c: what is handed from workers to the last one, and what that one writes. */
#ifndef AUDIO_PACK_FILE_H
#define AUDIO_PACK_FILE_H

#include "model.h"
#include "output.h"

typedef struct packing {
    const cli_call *call;
    int scope; /* audio_scope */
    cli_inputs inputs;
    cli_job *jobs;               /* one an input */
    audio_collection collection; /* of scopes group and global */
    cli_parcels features, facts; /* of each input */
} packing;

/* The facts of a recording that the index needs, and its rows (NULL without). */
sci_status pack_facts_put(const audio_normal *job, const sci_stats *rows, int fd) SCI_MUST_CHECK;

/* In the last worker: the file, from what is there. SCI_ERR_REFUSED for features of unlike recipes. */
sci_status pack_file_write(packing *packing, const cli_worker *worker) SCI_MUST_CHECK;

#endif
