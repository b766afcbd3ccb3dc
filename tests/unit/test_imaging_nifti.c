/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIfTI files of both versions, as they should be and as they should not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/faults.h>
#include <support/nifti.h>
#include <support/place.h>
#include <support/random.h>
#include <support/testing.h>

static const nifti_sample plain = {
    .version = 1, .rank = 3, .dim = { 5, 7, 11 }, .type = SCI_INT16, .slope = 0
};

enum { N = 5 * 7 * 11, LITTLE = 1000 /* bytes of --memory: nothing is inflated in it */ };

static void
check_values(imaging_volume *v, const nifti_sample *s, uint64_t n)
{
    sci_type type = v->source->array.type;
    uint8_t *bytes = test_alloc(n, sci_type_size(type));

    assert_ok(sci_source_read(v->source, 0, n, bytes));
    for (uint64_t i = 0; i < n; i++) {
        double expected = nifti_value(s, i);

        if (v->scaled)
            expected = expected * s->slope + s->inter;
        assert_that((double)element_get(bytes, type, v->source->array.swapped, i) == expected);
    }
    free(bytes);
}

/* Opens the bytes and expects what nifti_make put there. */
static void
check_readable(const char *name, const nifti_sample *s, const uint8_t *bytes, size_t n,
               uint64_t memory)
{
    imaging_volume *v = NULL;

    assert_ok(nifti_open_bytes(&v, name, bytes, n, memory));
    check_values(v, s, N);
    imaging_volume_free(v);
}

static void
every_type_version_and_byte_order_is_read(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(element_types); k++) {
        for (int form = 0; form < 8; form++) {
            nifti_sample s = plain;
            imaging_volume *v = NULL;
            uint8_t *bytes, *packed;
            size_t n, m;

            s.type = element_types[k];
            if (s.type == SCI_FLOAT16)
                continue;
            s.version = 1 + form % 2;
            s.swapped = form / 2 % 2 == 1;
            s.extension = form / 4 % 2 == 1 ? 24 : 0;
            test_context("NIfTI-%d, %s", s.version, element_words(s.type, s.swapped));
            bytes = nifti_make(&s, &n);
            assert_ok(nifti_open_bytes(&v, "a.nii", bytes, n, 0));
            assert_count(v->format, s.version == 1 ? IMAGING_NIFTI1 : IMAGING_NIFTI2);
            assert_count(v->source->array.type, s.type);
            assert_that(v->source == v->stored && !v->scaled && !v->looks_like_labels);
            check_values(v, &s, N);
            imaging_volume_free(v);
            packed = nifti_pack(bytes, n, &m);
            check_readable("a.nii.gz", &s, packed, m, 0);
            check_readable("a.nii.gz", &s, packed, m, LITTLE);
            free(packed);
            free(bytes);
        }
    }
}

static void
an_axis_is_what_its_place_says(void **state)
{
    static const imaging_role roles[] = { IMAGING_SAMPLE, IMAGING_CHANNEL, IMAGING_TIME,
                                          IMAGING_Z,      IMAGING_Y,       IMAGING_X };
    nifti_sample s = { .version = 2, .rank = 7, .dim = { 2, 3, 4, 5, 6, 2, 2 }, .type = SCI_UINT8 };
    imaging_volume *v = NULL;
    uint8_t *bytes;
    size_t n;

    (void)state;
    bytes = nifti_make(&s, &n);
    assert_ok(nifti_open_bytes(&v, "a.nii", bytes, n, 0));
    assert_count(v->geometry.rank, 6);
    for (int a = 0; a < 6; a++) {
        assert_count(v->geometry.axes[a].role, roles[a]);
        assert_count(v->geometry.axes[a].size, a == 0 ? 4 : s.dim[5 - a]);
        assert_count(v->source->array.shape[a], v->geometry.axes[a].size);
    }
    assert_that(v->geometry.axes[2].step == 1.5); /* time */
    assert_that(v->geometry.axes[3].step == 4 && v->geometry.axes[4].step == 3
                && v->geometry.axes[5].step == 2);
    assert_that(v->geometry.millimetres == 1.0 && !v->geometry.assumed);
    imaging_volume_free(v);
    free(bytes);
    for (int rank = 1; rank <= 2; rank++) {
        s.rank = rank;
        bytes = nifti_make(&s, &n);
        assert_ok(nifti_open_bytes(&v, "a.nii", bytes, n, 0));
        assert_count(v->source->array.rank, 2);
        assert_count(v->source->array.shape[0], rank == 1 ? 1 : 3);
        imaging_volume_free(v);
        free(bytes);
    }
}

static void
a_scale_is_applied_unless_it_says_nothing(void **state)
{
    static const double slopes[] = { 0.5, 1.0, 1.0, 0.0, NAN }, inters[] = { -3, 0, 2, 7, 7 };
    static const bool scaled[] = { true, false, true, false, false };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(slopes); k++) {
        nifti_sample s = plain;
        imaging_volume *v = NULL;
        uint8_t *bytes;
        size_t n;

        s.slope = slopes[k];
        s.inter = inters[k];
        bytes = nifti_make(&s, &n);
        assert_ok(nifti_open_bytes(&v, "a.nii", bytes, n, 0));
        assert_that(v->scaled == scaled[k]);
        assert_count(v->source->array.type, scaled[k] ? SCI_FLOAT64 : SCI_INT16);
        check_values(v, &s, N);
        imaging_volume_free(v);
        free(bytes);
    }
}

static void
a_quaternion_is_a_frame_too(void **state)
{
    imaging_volume *v = NULL;
    size_t n;
    uint8_t *bytes = nifti_make(&plain, &n);

    (void)state;
    /* A quarter turn about z, and z turned around: x goes to y, y to -x, z to -z. */
    nifti_put(bytes, &plain, NIFTI_SFORM_CODE, 0, 0);
    nifti_put(bytes, &plain, NIFTI_QFORM_CODE, 0, 1);
    nifti_put(bytes, &plain, NIFTI_PIXDIM, 0, -1);
    nifti_put(bytes, &plain, NIFTI_QUATERN, 2, sqrt(0.5));
    nifti_put(bytes, &plain, NIFTI_QOFFSET, 1, 12.5);
    assert_ok(nifti_open_bytes(&v, "a.nii", bytes, n, 0));
    assert_that(v->geometry.placed && !v->geometry.lps);
    assert_close(v->geometry.directions[0][1], 1.0, 1e-6, 0);
    assert_close(v->geometry.directions[1][0], -1.0, 1e-6, 0);
    assert_close(v->geometry.directions[2][2], -1.0, 1e-6, 0);
    assert_that(v->geometry.origin[1] == 12.5);
    imaging_volume_free(v);
    free(bytes);
}

static void
units_and_labels_are_read(void **state)
{
    static const int codes[] = { 0, 1, 2, 3, 2 + 16, 5 };
    static const double millimetres[] = { 0, 1000, 1, 1e-3, 1, 0 };
    size_t n;
    uint8_t *bytes = nifti_make(&plain, &n);

    (void)state;
    nifti_put(bytes, &plain, NIFTI_INTENT, 0, 1002);
    for (size_t k = 0; k < ARRAY_LEN(codes); k++) {
        imaging_volume *v = NULL;

        nifti_put(bytes, &plain, NIFTI_UNITS, 0, codes[k]);
        assert_ok(nifti_open_bytes(&v, "a.nii", bytes, n, 0));
        assert_that(v->looks_like_labels && v->geometry.millimetres == millimetres[k]);
        assert_count(v->geometry.n_warnings, codes[k] == 5);
        imaging_volume_free(v);
    }
    free(bytes);
}

typedef struct refusal {
    enum nifti_place place;
    size_t i;
    double value;
    sci_status status;
    const char *says;
} refusal;

static void
what_a_header_must_not_say(void **state)
{
    static const refusal refusals[] = {
        { NIFTI_DIM, 0, 8, SCI_ERR_FORMAT, "8 dimensions" },
        { NIFTI_DIM, 0, 0, SCI_ERR_FORMAT, "0 dimensions" },
        { NIFTI_DIM, 2, 0, SCI_ERR_FORMAT, "dimension 2 a size of 0" },
        { NIFTI_DIM, 2, -7, SCI_ERR_FORMAT, "dimension 2 a size of -7" },
        { NIFTI_DIM, 3, 12, SCI_ERR_FORMAT, "cut off" },
        { NIFTI_DATATYPE, 0, 32, SCI_ERR_TYPE, "complex" },
        { NIFTI_DATATYPE, 0, 128, SCI_ERR_TYPE, "RGB" },
        { NIFTI_DATATYPE, 0, 1536, SCI_ERR_TYPE, "128-bit" },
        { NIFTI_DATATYPE, 0, 3, SCI_ERR_FORMAT, "unknown element type (3)" },
        { NIFTI_BITPIX, 0, 32, SCI_ERR_FORMAT, "cannot have 32 bits" },
        { NIFTI_VOX_OFFSET, 0, 100, SCI_ERR_FORMAT, "begins at byte 100" },
        { NIFTI_VOX_OFFSET, 0, 1e8, SCI_ERR_UNSAFE, "extensions" },
        { NIFTI_PIXDIM, 2, 3.1, SCI_ERR_REFUSED,
          "pixdim says that voxels are 3.1 apart along 'y'" },
        { NIFTI_SROW, 0, 2.5, SCI_ERR_REFUSED, "--spacing" },
        { NIFTI_MAGIC, 1, 'i', SCI_ERR_REFUSED, "pair" },
        { NIFTI_MAGIC, 0, 0, SCI_ERR_REFUSED, "Analyze" },
    };

    (void)state;
    for (size_t k = 0; k < 2 * ARRAY_LEN(refusals); k++) {
        const refusal *r = &refusals[k / 2];
        nifti_sample s = plain;
        imaging_volume *v = NULL;
        uint8_t *bytes;
        size_t n;

        s.version = 1 + (int)(k % 2);
        bytes = nifti_make(&s, &n);
        test_context("NIfTI-%d, '%s'", s.version, r->says);
        nifti_put(bytes, &s, r->place, r->i, r->value);
        assert_fails(nifti_open_bytes(&v, "a.nii", bytes, n, 0), r->status);
        assert_message_has(r->says);
        free(bytes);
    }
}

/* With --spacing it does not matter that the file contradicts itself. */
static void
spacing_of_the_user_settles_a_contradiction(void **state)
{
    imaging_volume *v = NULL;
    size_t n;
    uint8_t *bytes = nifti_make(&plain, &n);

    (void)state;
    nifti_put(bytes, &plain, NIFTI_PIXDIM, 2, 3.1);
    nifti_settings()->spacing = "4,3,2";
    assert_ok(nifti_open_bytes(&v, "a.nii", bytes, n, 0));
    nifti_settings()->spacing = NULL;
    assert_that(v->geometry.axes[1].step == 3.0);
    imaging_volume_free(v);
    free(bytes);
}

static void
a_file_that_is_cut_off_is_told(void **state)
{
    size_t n, m;
    uint8_t *bytes = nifti_make(&plain, &n), *packed = nifti_pack(bytes, n, &m);

    (void)state;
    for (size_t cut = 0; cut < n; cut += cut < 400 ? 1 : 37) {
        imaging_volume *v = NULL;

        test_context("%zu of %zu bytes", cut, n);
        assert_fails(nifti_open_bytes(&v, "a.nii", bytes, cut, 0), SCI_ERR_FORMAT);
    }
    for (size_t cut = 0; cut < m; cut++) {
        imaging_volume *v = NULL;

        test_context("%zu of %zu compressed bytes", cut, m);
        assert_fails(nifti_open_bytes(&v, "a.nii.gz", packed, cut, cut % 2 ? 0 : LITTLE),
                     SCI_ERR_FORMAT);
    }
    free(packed);
    free(bytes);
}

/* Two members are one stream; the second may be cut off, damaged, or no member at all. */
static void
members_follow_each_other(void **state)
{
    size_t n, first, second, all;
    uint8_t *bytes = nifti_make(&plain, &n), *packed, *rest, *file;

    (void)state;
    packed = nifti_pack(bytes, 400, &first);
    rest = nifti_pack(bytes + 400, n - 400, &second);
    all = first + second;
    file = test_alloc(all + 16, 1);
    memset(file, 0, all + 16);
    memcpy(file, packed, first);
    memcpy(file + first, rest, second);
    for (int k = 0; k < 2; k++) {
        imaging_volume *v = NULL;
        uint64_t memory = k == 0 ? 0 : LITTLE;

        check_readable("a.nii.gz", &plain, file, all, memory);
        check_readable("a.nii.gz", &plain, file, all + 16, memory); /* zeros behind it */
        assert_fails(nifti_open_bytes(&v, "a.nii.gz", file, first, memory), SCI_ERR_FORMAT);
        assert_message_has("less is compressed");
        assert_fails(nifti_open_bytes(&v, "a.nii.gz", file, all - 3, memory), SCI_ERR_FORMAT);
        file[all - 6] ^= 1; /* the checksum */
        assert_fails(nifti_open_bytes(&v, "a.nii.gz", file, all, memory), SCI_ERR_FORMAT);
        assert_message_has("incorrect data check");
        file[all - 6] ^= 1;
    }
    free(packed);
    free(rest);
    free(file);
    free(bytes);
}

static void
what_follows_the_image_is_told(void **state)
{
    nifti_sample longer = plain;
    size_t n, m;
    uint8_t *bytes, *packed;

    (void)state;
    longer.dim[2]++;
    bytes = nifti_make(&longer, &n);
    nifti_put(bytes, &longer, NIFTI_DIM, 3, 11);
    packed = nifti_pack(bytes, n, &m);
    for (int k = 0; k < 2; k++) {
        imaging_volume *v = NULL;

        assert_ok(k == 0 ? nifti_open_bytes(&v, "a.nii", bytes, n, 0)
                         : nifti_open_bytes(&v, "a.nii.gz", packed, m, 0));
        assert_count(v->geometry.n_warnings, 1);
        assert_that(strstr(v->geometry.warnings[0], "70 bytes follow") != NULL);
        check_values(v, &plain, N);
        imaging_volume_free(v);
    }
    free(packed);
    free(bytes);
}

/* A header may claim 2^50 elements: nothing is allocated for them. */
static void
a_header_cannot_make_memory_disappear(void **state)
{
    nifti_sample s = plain;
    size_t n, m;
    uint8_t *bytes, *packed;

    (void)state;
    s.version = 2;
    bytes = nifti_make(&s, &n);
    nifti_put(bytes, &s, NIFTI_DIM, 3, 1e12);
    packed = nifti_pack(bytes, n, &m);
    for (int k = 0; k < 2; k++) {
        imaging_volume *v = NULL;

        assert_fails(k == 0 ? nifti_open_bytes(&v, "a.nii", bytes, n, 0)
                            : nifti_open_bytes(&v, "a.nii.gz", packed, m, 0),
                     SCI_ERR_FORMAT);
        assert_message_has("cut off or damaged");
    }
    nifti_put(bytes, &s, NIFTI_DIM, 3, 9e18);
    {
        imaging_volume *v = NULL;

        assert_fails(nifti_open_bytes(&v, "a.nii", bytes, n, 0), SCI_ERR_FORMAT);
    }
    free(packed);
    free(bytes);
}

/* A thousand damaged files: read or refused, never anything else. */
static void
mutants_are_read_or_refused(void **state)
{
    size_t read = 0, refused = 0;

    (void)state;
    for (uint64_t k = 0; k < 1000; k++) {
        random_stream r = random_start(k);
        nifti_sample s = plain;
        imaging_volume *v = NULL;
        uint8_t *bytes, *packed;
        size_t n, m;
        sci_status st;

        s.version = 1 + (int)(k % 2);
        s.swapped = k % 3 == 0;
        s.extension = 24;
        s.slope = k % 5 == 0 ? 2.0 : 0.0;
        bytes = nifti_make(&s, &n);
        packed = nifti_pack(bytes, n, &m);
        for (uint64_t i = 0; i <= k % 4; i++) {
            bytes[random_below(&r, 576)] = (uint8_t)random_bits(&r);
            packed[random_below(&r, m)] ^= (uint8_t)(1U << random_below(&r, 8));
        }
        st = k % 2 == 0 ? nifti_open_bytes(&v, "a.nii", bytes, n, 0)
                        : nifti_open_bytes(&v, "a.nii.gz", packed, m, k % 4 == 1 ? 0 : LITTLE);
        if (st == SCI_OK) {
            uint64_t count;
            double *all;

            assert_ok(sci_array_count(&v->source->array, &count));
            all = test_alloc(count, sizeof *all);
            assert_ok(sci_source_read(v->source, 0, count, all));
            free(all);
            imaging_volume_free(v);
            read++;
        } else {
            assert_that(sci_message()[0] != '\0');
            assert_that(st == SCI_ERR_FORMAT || st == SCI_ERR_TYPE || st == SCI_ERR_REFUSED
                        || st == SCI_ERR_UNSAFE);
            refused++;
        }
        free(packed);
        free(bytes);
    }
    assert_that(read > 50 && refused > 300);
}

static sci_status
open_and_read(uint64_t memory)
{
    imaging_volume *v = NULL;
    double all[N];
    sci_status st;
    char path[PLACE_ROOM];

    place_scratch(path, "a.nii.gz");
    st = imaging_volume_open(&v, nifti_context(memory), path, NULL);
    if (st == SCI_OK)
        st = sci_source_read(v->source, 0, N, all);
    imaging_volume_free(v);
    return st;
}

static void
every_allocation_and_read_may_fail(void **state)
{
    nifti_sample s = plain;
    size_t n, m;
    uint8_t *bytes, *packed;

    (void)state;
    s.slope = 3;
    bytes = nifti_make(&s, &n);
    packed = nifti_pack(bytes, n, &m);
    check_readable("a.nii.gz", &s, packed, m, 0);
    for (int form = 0; form < 2; form++) {
        uint64_t memory = form == 0 ? 0 : LITTLE;
        sci_status st = SCI_ERR_NOMEM;

        for (long k = 0; st != SCI_OK; k++) {
            faults_memory(k, false);
            st = open_and_read(memory);
            assert_count(faults_memory_live(), 0);
            if (st != SCI_OK)
                assert_fails(st, SCI_ERR_NOMEM);
        }
        faults_memory_end();
        for (int call = FAULTS_OPEN; call <= FAULTS_PWRITE; call++) {
            if (call == FAULTS_CLOSE)
                continue;
            st = SCI_ERR_IO;
            for (long k = 0; st != SCI_OK; k++) {
                test_context("%s %ld fails", faults_call_name((faults_call)call), k);
                faults_files((faults_call)call, k, false, call == FAULTS_PWRITE ? 28 : 5);
                st = open_and_read(memory);
                assert_count(faults_files_open(), 0);
                if (st != SCI_OK)
                    assert_fails(st, call == FAULTS_PWRITE ? SCI_ERR_NOSPACE : SCI_ERR_IO);
                faults_files_end();
            }
        }
    }
    free(packed);
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_version_and_byte_order_is_read),
        cmocka_unit_test(an_axis_is_what_its_place_says),
        cmocka_unit_test(a_scale_is_applied_unless_it_says_nothing),
        cmocka_unit_test(a_quaternion_is_a_frame_too),
        cmocka_unit_test(units_and_labels_are_read),
        cmocka_unit_test(what_a_header_must_not_say),
        cmocka_unit_test(spacing_of_the_user_settles_a_contradiction),
        cmocka_unit_test(a_file_that_is_cut_off_is_told),
        cmocka_unit_test(members_follow_each_other),
        cmocka_unit_test(what_follows_the_image_is_told),
        cmocka_unit_test(a_header_cannot_make_memory_disappear),
        cmocka_unit_test(mutants_are_read_or_refused),
        cmocka_unit_test(every_allocation_and_read_may_fail),
    };

    return run_all(tests);
}
