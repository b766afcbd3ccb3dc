/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of the table. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "contest.h"
#include "report.h"

typedef struct bench {
    const char *self; /* this program, for its servers */
    const char *sci_array, *sci_genomics, *sci_imaging, *sci_audio, *sci_econ;
    const char *python;    /* interpreter of the peers */
    const char *peers;     /* folder of the peers' scripts */
    const char *directory; /* scratch on a disk */
    const char *fast;      /* scratch in memory, or the same */
    bool quick;            /* smaller arrays, fewer repetitions */
    report report;
} bench;

void rows_norm(bench *b);     /* in memory, against memcpy and torch */
void rows_moments(bench *b);  /* against a plain sum */
void rows_threads(bench *b);  /* two against one */
void rows_stream(bench *b);   /* HDF5, not compressed, against a copy */
void rows_gzip(bench *b);     /* HDF5, gzip and shuffle, against h5py and numpy */
void rows_memory(bench *b);   /* peak resident memory */
void rows_process(bench *b);  /* a small array, whole process */
void rows_genomics(bench *b); /* sci-genomics, against numpy, sva, h5py and a raw write */
void rows_imaging(bench *b);  /* sci-imaging, against nibabel, h5py and mincstats */
void rows_audio(bench *b);    /* sci-audio, against torchaudio, scipy and bare FFTW */
void rows_econ(bench *b);     /* sci-econ, against pandas and sklearn */

/* Report a ratio of times: the peer's over ours, or where the row says at_most ours over the peer's. Of `given` what
 * was measured and the unit of it are filled in. */
void report_contest(bench *b, const figure_row *given, const samples *ours, const samples *peer);
/* The same of a contest, which is held. */
void row_contest(bench *b, const figure_row *given, const contestant *we, const contestant *peer,
                 int repetitions);
/* One figure without a peer, at most so much; NaN: a run failed. */
void row_value(bench *b, const char *section, const char *what, double value, const char *unit,
               double must, double aim);

/* Are the packages installed that `which` part of a peer's script needs? */
bool peer_is_there(const bench *b, const char *script, const char *which);

#endif
