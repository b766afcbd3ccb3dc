/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings to read: mono PCM16 at 16 kHz, tones that come and go in noise, with gaps of silence. */
#include "audio_files.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve.h"

#define RATE 16000u
#define PIECE RATE

static void
put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value & 255u);
    at[1] = (unsigned char)(value >> 8 & 255u);
}

static void
put32(unsigned char *at, uint32_t value)
{
    put16(at, value & 65535u);
    put16(at + 2, value >> 16);
}

static int
write_header(FILE *file, uint64_t seconds)
{
    unsigned char head[44] = "RIFF....WAVEfmt ";
    uint32_t bytes = (uint32_t)(seconds * RATE * 2);

    put32(head + 4, 36 + bytes);
    put32(head + 16, 16);
    put16(head + 20, 1);
    put16(head + 22, 1);
    put32(head + 24, RATE);
    put32(head + 28, RATE * 2);
    put16(head + 32, 2);
    put16(head + 34, 16);
    memcpy(head + 36, "data", 4);
    put32(head + 40, bytes);
    return fwrite(head, 1, sizeof head, file) == sizeof head;
}

/* One second; every eleventh is silent. */
static int
write_second(FILE *file, uint64_t second, uint64_t *state)
{
    static unsigned char bytes[2 * PIECE];
    double step = 2.0 * 3.14159265358979323846 * (200.0 + 37.0 * (double)(second % 90)) / RATE;
    double level = second % 11 == 10 ? 0.0 : 1000.0 + 700.0 * (double)(second % 13);

    for (size_t k = 0; k < PIECE; k++) {
        double noise = (double)(next_random(state) >> 40) / 16777216.0 - 0.5;
        double x = level * (sin(step * (double)k) + noise);

        put16(bytes + 2 * k, (unsigned)(uint16_t)(int16_t)lrint(x));
    }
    return fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes;
}

int
make_recording(int argc, char **argv)
{
    uint64_t seconds = argc > 1 ? strtoull(argv[1], NULL, 10) : 0, state = seconds;
    FILE *file = argc == 2 && seconds > 0 && seconds < 100000 ? fopen(argv[0], "wb") : NULL;
    int good = file != NULL && write_header(file, seconds);

    for (uint64_t s = 0; s < seconds && good; s++)
        good = write_second(file, s, &state);
    if (file != NULL && fclose(file) != 0)
        good = 0;
    return good ? 0 : 4;
}
