/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers that tell the truth and headers that do not (tests/golden/malformed-wav/expected.tsv). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <apps/audio/riff.h>

#include <support/faults.h>
#include <support/place.h>
#include <support/testing.h>

static riff_facts
facts_of(const char *path)
{
    riff_facts f;
    int fd = open(path, O_RDONLY);

    assert_that(fd >= 0);
    assert_ok(riff_read(&f, fd, "x.wav"));
    close(fd);
    return f;
}

/* A file of these bytes. */
static riff_facts
facts_of_bytes(const void *bytes, size_t n)
{
    char path[PLACE_ROOM];

    place_scratch(path, "x.wav");
    place_write(path, bytes, n);
    return facts_of(path);
}

static void
malformed(char path[PLACE_ROOM], const char *name)
{
    char within[128];

    snprintf(within, sizeof within, "tests/golden/malformed-wav/%s", name);
    place_source(path, within);
}

static riff_facts
facts_of_malformed(const char *name)
{
    char path[PLACE_ROOM];

    malformed(path, name);
    return facts_of(path);
}

/* What the header alone decides: values that are not finite are the business of reading. */
static bool
is_about_samples(const char *name)
{
    return strcmp(name, "float_nan_inf.wav") == 0 || strcmp(name, "float_huge_3e38.wav") == 0;
}

/* Without a RIFF header it is for libsndfile to say what a file is. */
static bool
is_about_libsndfile(const char *name)
{
    return strcmp(name, "garbage.wav") == 0 || strcmp(name, "text.wav") == 0;
}

static void
every_malformed_file_gets_its_verdict(void **state)
{
    char path[PLACE_ROOM], line[512];
    FILE *table;
    int rows = 0;

    (void)state;
    malformed(path, "expected.tsv");
    table = fopen(path, "r");
    assert_that(table != NULL);
    while (fgets(line, sizeof line, table)) {
        const char *name = strtok(line, "\t"), *verdict = strtok(NULL, "\t"),
                   *frames = strtok(NULL, "\t");
        riff_facts f;

        if (name[0] == '#')
            continue;
        rows++;
        test_context("%s", name);
        f = facts_of_malformed(name);
        if (is_about_samples(name))
            verdict = "accept";
        if (is_about_libsndfile(name)) {
            assert_count(f.container, RIFF_NONE);
            continue;
        }
        assert_count(f.verdict, verdict[0] == 'a'   ? RIFF_ACCEPT
                                : verdict[0] == 'w' ? RIFF_WARN
                                                    : RIFF_REJECT);
        assert_count(f.n_warnings, f.verdict == RIFF_WARN ? 1 : 0);
        if (frames[0] != '-')
            assert_count(f.held_frames, strtoull(frames, NULL, 10));
    }
    fclose(table);
    assert_count(rows, 39);
}

static void
messages_name_what_is_wrong(void **state)
{
    static const struct {
        const char *file, *text;
    } cases[] = {
        { "block_align_wrong.wav", "block align 3 does not match 1 channel of 16 bits" },
        { "bits_13.wav", "13 valid bits read as 16" },
        { "riff_size_zero.wav", "RIFF size wrong, read to end of file" },
        { "riff_size_huge.wav", "RIFF size wrong, read to end of file" },
        { "data_size_ffffffff.wav", "streamed header, length taken from the file" },
        { "data_size_too_big.wav", "truncated: header promises 500000 frames, file holds 800" },
        { "truncated_data.wav",
          "truncated: header promises 800 frames, file holds 449 and a part of the next" },
        { "rf64_lying_ds64.wav", "ds64 promises 2305843009213693952 frames, file holds 800" },
        { "rate_1hz.wav", "sample rate 1 Hz: implausible" },
        { "data_size_zero_stream.wav",
          "data chunk says 0 but 1600 bytes follow (streamed header)" },
        { "zero_length_data.wav", "no audio frames" },
        { "empty_file.wav", "empty file" },
        { "only_riff.wav", "no fmt chunk" },
        { "no_fmt.wav", "no fmt chunk" },
        { "no_data.wav", "no data chunk" },
        { "data_before_fmt.wav", "data chunk before fmt chunk" },
        { "truncated_header.wav", "header cut off" },
        { "chunk_size_overflow.wav", "chunk JUNK claims 4294967280 bytes" },
        { "zero_channels.wav", "zero channels" },
        { "many_channels_65535.wav", "65535 channels" },
        { "rate_zero.wav", "sample rate 0" },
        { "rate_4e9.wav", "sample rate 4294967295" },
        { "bits_zero.wav", "0 bits per sample" },
        { "unknown_codec.wav", "codec 0x1234 unknown" },
        { "mp3_in_wav.wav", "MP3 data" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        riff_facts f = facts_of_malformed(cases[k].file);
        const char *text = f.verdict == RIFF_REJECT ? f.rejection : f.warnings[0];

        test_context("%s: %s", cases[k].file, text);
        assert_that(strstr(text, cases[k].text) != NULL);
    }
}

static void
containers_and_formats_are_told_apart(void **state)
{
    static const struct {
        const char *file;
        riff_container container;
        unsigned codec, bits;
    } cases[] = {
        { "ok_plain.wav", RIFF_WAVE, RIFF_PCM, 16 },
        { "ok_extensible.wav", RIFF_WAVE, RIFF_PCM, 16 },
        { "ok_rifx_bigendian.wav", RIFF_RIFX, RIFF_PCM, 16 },
        { "ok_rf64.wav", RIFF_RF64, RIFF_PCM, 16 },
        { "ok_w64.wav", RIFF_W64, RIFF_PCM, 16 },
        { "float_over_1.wav", RIFF_WAVE, RIFF_FLOAT, 32 },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        riff_facts f = facts_of_malformed(cases[k].file);

        test_context("%s", cases[k].file);
        assert_count(f.container, cases[k].container);
        assert_count(f.codec, cases[k].codec);
        assert_count(f.bits, cases[k].bits);
        assert_count(f.channels, 1);
        assert_count(f.rate_hz, 16000);
        assert_count(f.claimed_frames, 800);
        assert_count(f.frame_bytes * f.held_frames, f.held_bytes);
    }
    assert_that(facts_of_malformed("ok_extensible.wav").extensible);
}

/* Wherever a good file is cut, the walk ends with a verdict, and never holds more than there is. */
static void
a_file_cut_anywhere_gets_a_verdict(void **state)
{
    static const char *const files[] = { "ok_plain.wav", "ok_rf64.wav", "ok_w64.wav",
                                         "ok_extensible.wav", "ok_list_before_data.wav" };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(files); k++) {
        char path[PLACE_ROOM];
        size_t n;
        unsigned char *bytes;

        malformed(path, files[k]);
        bytes = place_read(path, &n);
        for (size_t cut = 1; cut < 200 && cut < n; cut++) {
            riff_facts f = facts_of_bytes(bytes, cut);

            test_context("%s cut to %zu bytes", files[k], cut);
            assert_that(f.container == RIFF_NONE || f.verdict != RIFF_ACCEPT);
            assert_that(f.held_bytes <= cut);
            assert_that(f.container == RIFF_NONE || f.verdict != RIFF_WARN || f.held_frames > 0);
        }
        free(bytes);
    }
}

/* Any one byte of a header may be anything: sums do not overflow, and no frame is outside. */
static void
a_damaged_byte_never_leads_out_of_the_file(void **state)
{
    static const char *const files[] = { "ok_plain.wav", "ok_rf64.wav", "ok_w64.wav" };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(files); k++) {
        char path[PLACE_ROOM];
        size_t n;
        unsigned char *bytes;

        malformed(path, files[k]);
        bytes = place_read(path, &n);
        for (size_t at = 0; at < 104; at++)
            for (unsigned value = 0; value < 256; value += 51) {
                unsigned char kept = bytes[at];
                riff_facts f;

                test_context("%s, byte %zu made %u", files[k], at, value);
                bytes[at] = (unsigned char)value;
                f = facts_of_bytes(bytes, n);
                bytes[at] = kept;
                assert_that(f.data_at <= n && f.held_bytes <= n - f.data_at);
                assert_that(f.held_frames * f.frame_bytes <= f.held_bytes);
            }
        free(bytes);
    }
}

/* Nothing follows, or well-formed chunks that end where the file ends: then 0 means none. */
static void
an_empty_data_chunk_before_other_chunks_is_empty(void **state)
{
    static const char start[] =
        "RIFF\x32\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0"
        "data\0\0\0\0LIST\6\0\0\0abcdef";
    riff_facts f = facts_of_bytes(start, sizeof start - 1);

    (void)state;
    assert_count(f.verdict, RIFF_REJECT);
    assert_that(strcmp(f.rejection, "no audio frames") == 0);
    f = facts_of_bytes(start, sizeof start - 2); /* that chunk would be cut off: samples then */
    assert_count(f.verdict, RIFF_WARN);
    assert_count(f.held_bytes, 13);
    assert_count(f.held_frames, 6);
}

static void
other_files_are_left_to_libsndfile(void **state)
{
    riff_facts f = facts_of_bytes("fLaC....", 8);

    (void)state;
    assert_count(f.container, RIFF_NONE);
    assert_count(f.verdict, RIFF_ACCEPT);
    f = facts_of_bytes("RIFF\4\0\0\0AVI ", 12);
    assert_count(f.verdict, RIFF_REJECT);
}

static void
a_failing_read_is_a_failure_of_reading(void **state)
{
    char path[PLACE_ROOM];
    int fd;

    (void)state;
    malformed(path, "ok_plain.wav");
    fd = open(path, O_RDONLY);
    for (long n = 0; n < 4; n++) {
        riff_facts f;

        faults_files(FAULTS_PREAD, n, false, 5 /* EIO */);
        assert_fails(riff_read(&f, fd, "x.wav"), SCI_ERR_IO);
        faults_files_end();
    }
    close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_malformed_file_gets_its_verdict),
        cmocka_unit_test(messages_name_what_is_wrong),
        cmocka_unit_test(containers_and_formats_are_told_apart),
        cmocka_unit_test(a_file_cut_anywhere_gets_a_verdict),
        cmocka_unit_test(a_damaged_byte_never_leads_out_of_the_file),
        cmocka_unit_test(an_empty_data_chunk_before_other_chunks_is_empty),
        cmocka_unit_test(other_files_are_left_to_libsndfile),
        cmocka_unit_test(a_failing_read_is_a_failure_of_reading),
    };

    return run_all(tests);
}
