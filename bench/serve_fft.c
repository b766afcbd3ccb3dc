/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nothing but the Fourier transforms of a recording's frames: the limit of a spectrogram. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fftw3.h>

#include "serve.h"

#define N_FFT 1024
#define HOP 256
#define RATE 16000

typedef struct fft_bench {
    float *samples, *frame;
    fftwf_complex *bins;
    fftwf_plan plan;
    size_t frames;
} fft_bench;

static double
cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static sci_status
task(void *context, const char *word, double *seconds)
{
    fft_bench *b = context;
    double start = cpu_seconds();

    if (strcmp(word, "fft") != 0)
        return sci_fail(SCI_ERR_ARGUMENT, "no task '%s'", word);
    for (size_t t = 0; t < b->frames; t++) {
        memcpy(b->frame, b->samples + t * HOP, N_FFT * sizeof *b->frame);
        fftwf_execute(b->plan);
    }
    *seconds = cpu_seconds() - start;
    return SCI_OK;
}

int
serve_fft(int argc, char **argv)
{
    uint64_t count = argc == 1 ? strtoull(argv[0], NULL, 10) * RATE : 0;
    fft_bench b = { 0 };
    int code;

    if (count < N_FFT || count > (uint64_t)1 << 32)
        return 2;
    b.samples = malloc(count * sizeof *b.samples);
    b.frame = fftwf_alloc_real(N_FFT);
    b.bins = fftwf_alloc_complex(N_FFT / 2 + 1);
    if (b.samples == NULL || b.frame == NULL || b.bins == NULL)
        return 4;
    fill_floats(b.samples, count, 5);
    b.frames = (count - N_FFT) / HOP + 1;
    b.plan = fftwf_plan_dft_r2c_1d(N_FFT, b.frame, b.bins, FFTW_ESTIMATE);
    code = serve(task, &b);
    fftwf_destroy_plan(b.plan);
    fftwf_free(b.bins);
    fftwf_free(b.frame);
    free(b.samples);
    return code;
}
