/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks of bytes through the filters that we decode and encode ourselves: shuffle, deflate, lzf,
 * fletcher32. No HDF5 here: this runs on the workers. */
#ifndef SCI_H5_CODEC_PRIV_H
#define SCI_H5_CODEC_PRIV_H

#include <libdeflate.h>

#include "h5_dataset_priv.h"

/* The filters of a dataset in the order of writing. */
typedef struct h5_pipeline {
    int n;
    h5_filter filters[H5_FILTERS_MOST];
    size_t chunk_bytes; /* decoded */
} h5_pipeline;

/* Scratch of one worker. */
typedef struct h5_codec {
    struct libdeflate_decompressor *decompressor;
    struct libdeflate_compressor *compressor;
    size_t capacity;
    unsigned char *buffer[2];
} h5_codec;

/* level 0: for decoding. */
sci_status h5_codec_create(h5_codec *out, const h5_pipeline *p, int level) SCI_MUST_CHECK;
void h5_codec_clear(h5_codec *c);
/* Bytes that h5_codec_create takes, without libdeflate's own (about 11 KiB, or 0.5 MiB to
 * encode). */
size_t h5_codec_bytes(const h5_pipeline *p);

/* Decode a stored chunk; bit i of `mask` says that filter i was skipped. *out points to
 * chunk_bytes bytes in the codec's scratch, in `stored` itself, or, if `to` is not NULL, always
 * to `to`. NULL, or what is wrong in words. */
const char *h5_codec_decode(h5_codec *c, const h5_pipeline *p, uint32_t mask,
                            const unsigned char *stored, size_t stored_bytes, unsigned char *to,
                            const unsigned char **out);

/* Encode chunk_bytes bytes into at most h5_codec_bound bytes at `to`; 0 if that failed. */
size_t h5_codec_encode(h5_codec *c, const h5_pipeline *p, const unsigned char *chunk,
                       unsigned char *to);
size_t h5_codec_bound(const h5_pipeline *p);

/* ---- single steps ---- */

/* Bytes grouped by significance, and back. A rest shorter than one element is copied. */
void h5_shuffle(const unsigned char *from, size_t bytes, size_t size, unsigned char *to);
void h5_unshuffle(const unsigned char *from, size_t bytes, size_t size, unsigned char *to);
/* True if exactly `bytes` bytes came out. */
bool h5_lzf_decode(const unsigned char *from, size_t stored_bytes, unsigned char *to, size_t bytes);
/* Encode into at most h5_lzf_bound(bytes) bytes at `to`; the same input gives the same bytes. */
size_t h5_lzf_encode(const unsigned char *from, size_t bytes, unsigned char *to);
size_t h5_lzf_bound(size_t bytes);
/* Let HDF5 use lzf too, where elements have to go through it (variable-length texts). Once,
 * at the start. */
bool h5_lzf_register(void);
uint32_t h5_fletcher32(const unsigned char *bytes, size_t n);

#endif
