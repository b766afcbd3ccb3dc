/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that scores go on from: the state of a monthly run, and the sectors of one agency for the others.
 *
 * HDF5; on the root the texts `format` ("sci-econ state 1", "sci-econ sectors 1"), `rules` (scoring.h),
 * `digest`, and the integers `frequency` and `first`. /sector/name; /sector/raw, /sector/n_available and, of
 * a state, all other arrays of the scores, [sector][period]; /period/…. Of a state, and of sectors that keep
 * their values: /indicator/{name,sector,unit,title,transform,sign,weight,value}, of a state also
 * /indicator/{z,within}, [indicator][period]. The digest is of all arrays and texts. */
#ifndef ECON_STORE_H
#define ECON_STORE_H

#include "panel.h"
#include "scores.h"

typedef struct econ_stored {
    bool state;  /* else sectors */
    bool values; /* indicators and their values are there */
    char *rules; /* text */
} econ_stored;

/* Write into the empty file `temporary`. Of sectors only raw and n_available of `scores` are kept, of a state
 * `within` too ([indicator][period], see econ_given). `sync`: wait for the disk. */
sci_status econ_store_save(const char *temporary, const econ_stored *what, const econ_panel *panel,
                           const econ_scores *scores, const double *within,
                           bool sync) SCI_MUST_CHECK;

/* A file that is open. */
typedef struct econ_store {
    econ_stored is;
    econ_panel panel; /* without indicators where there are no values */
    struct sci_h5_file *file;
    char *path;
} econ_store;

/* SCI_ERR_FORMAT for a file that is neither, or damaged. econ_store_close afterwards, also after a failure. */
sci_status econ_store_open(econ_store *out, const char *path) SCI_MUST_CHECK;
void econ_store_close(econ_store *store);

/* Periods [0, periods) of what the file has of the scores, into arrays that are there and have at least as
 * many periods each; what the file does not have stays. `within` may be NULL. Verifies the digest. */
sci_status econ_store_scores(econ_store *store, size_t periods, econ_scores *out,
                             double *within) SCI_MUST_CHECK;

/* The same digest as of a file with only the values: what went into a run that keeps a state. */
void econ_store_digest(const econ_panel *panel, char text[80]);

#endif
