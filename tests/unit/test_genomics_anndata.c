/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Annotated files of every layout: what is read of the reference's fixtures, and frames that come back
 * as they were written. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../apps/genomics/anndata.h"

#include "support/faults.h"
#include "support/place.h"
#include "support/testing.h"

static anndata *
open_fixture(const char *name)
{
    char path[PLACE_ROOM], file[128];
    anndata *a = NULL;

    (void)snprintf(file, sizeof file, "genomics/%s.h5ad", name);
    place_reference(path, file);
    test_context("%s", name);
    assert_ok(anndata_open(&a, path));
    return a;
}

/* ---- reading ---- */

static void
every_fixture_has_its_layout_and_shape(void **state)
{
    static const struct {
        const char *name, *layout;
        uint64_t cells, genes, columns;
    } files[] = {
        { "bladder400", "current", 57, 400, 4 },
        { "pbmc_small_csr_f32", "current", 80, 230, 11 },
        { "pbmc_small_csc_f32", "current", 80, 230, 11 },
        { "pbmc_small_dense_f32", "current", 80, 230, 11 },
        { "pbmc_small_old07", "0.7", 80, 230, 10 },
        { "pbmc_small_legacy05", "0.5", 80, 230, 2 },
        { "pbmc_small_new012", "current", 80, 230, 11 },
        { "anndata078_all_elements", "0.7", 30, 20, 5 },
        { "anndata0114_empty", "current", 10, 20, 0 },
        { "pbmc68k_700", "current", 700, 765, 7 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        anndata *a = open_fixture(files[i].name);
        anndata_texts names = { 0 };

        assert_string_equal(anndata_layout(a), files[i].layout);
        assert_count(anndata_length(a, ANNDATA_OBS), files[i].cells);
        assert_count(anndata_length(a, ANNDATA_VAR), files[i].genes);
        assert_ok(anndata_names(a, ANNDATA_OBS, &names));
        assert_count(names.n, files[i].cells);
        anndata_texts_clear(&names);
        assert_ok(anndata_names(a, ANNDATA_VAR, &names));
        assert_count(names.n, files[i].genes);
        anndata_texts_clear(&names);
        assert_ok(anndata_column_names(a, ANNDATA_OBS, &names));
        assert_count(names.n, files[i].columns);
        anndata_texts_clear(&names);
        anndata_close(a);
    }
}

/* The same column in an array of codes with a group, with a reference, and in records. */
static void
groups_are_the_same_in_every_layout(void **state)
{
    static const char *const names[] = { "pbmc_small_csr_f32", "pbmc_small_old07",
                                         "pbmc_small_legacy05", "pbmc_small_new012",
                                         "pbmc_small_csr_f32_lzf" };
    anndata_column first = { 0 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        anndata *a = open_fixture(names[i]);
        anndata_column c = { 0 };

        assert_ok(anndata_column_read(a, ANNDATA_OBS, "groups", &c));
        assert_int_equal(c.kind, ANNDATA_CATEGORICAL);
        assert_count(c.levels.n, 2);
        assert_string_equal(c.levels.items[0], "g1");
        assert_string_equal(c.levels.items[1], "g2");
        if (i == 0) {
            first = c;
        } else {
            assert_same_bytes(c.codes, first.codes, c.n, sizeof *c.codes);
            anndata_column_clear(&c);
        }
        anndata_close(a);
    }
    anndata_column_clear(&first);
}

static void
columns_have_their_kinds(void **state)
{
    anndata *a = open_fixture("pbmc_small_new012");
    anndata_column c = { 0 };

    (void)state;
    assert_ok(anndata_column_read(a, ANNDATA_OBS, "is_g1", &c));
    assert_true(c.kind == ANNDATA_BOOLEAN && c.levels.n == 2 && c.codes[0] == (int)c.numbers[0]);
    anndata_column_clear(&c);
    assert_ok(anndata_column_read(a, ANNDATA_OBS, "nullable_int", &c));
    assert_true(c.kind == ANNDATA_INTEGER && isnan(c.numbers[3]) && !isnan(c.numbers[4]));
    anndata_column_clear(&c);
    assert_ok(anndata_column_read(a, ANNDATA_OBS, "groups_missing", &c));
    assert_true(c.codes[5] == -1 && c.codes[4] >= 0);
    anndata_column_clear(&c);
    /* a nullable-string-array whose third value is masked */
    assert_ok(anndata_column_read(a, ANNDATA_OBS, "free_text", &c));
    assert_true(c.text && c.codes[2] == -1 && c.levels.n == 79);
    assert_string_equal(c.levels.items[c.codes[0]], "cell 0 µm");
    anndata_column_clear(&c);
    assert_ok(anndata_column_read(a, ANNDATA_OBS, "nFeature_RNA", &c));
    assert_true(c.kind == ANNDATA_INTEGER && c.typed && c.type == SCI_INT64 && c.codes == NULL);
    assert_ok(anndata_column_as_factor(&c));
    for (uint64_t i = 0; i < c.n; i++) {
        char text[32];

        (void)snprintf(text, sizeof text, "%.0f", c.numbers[i]);
        assert_string_equal(c.levels.items[c.codes[i]], text);
    }
    anndata_column_clear(&c);
    assert_fails(anndata_column_read(a, ANNDATA_OBS, "batch", &c), SCI_ERR_NOTFOUND);
    assert_message_has("'orig_ident', 'nCount_RNA'");
    anndata_close(a);
}

/* ---- matrices ---- */

typedef struct total {
    double sum, weighted;
    uint64_t columns;
} total;

static sci_status
add_block(void *context, const sci_matrix_block *block)
{
    total *t = context;
    double x;

    for (uint64_t r = 0; r < block->n; r++)
        for (uint64_t k = 0;
             k < (block->sparse ? (uint64_t)(block->indptr[r + 1] - block->indptr[r]) : t->columns);
             k++) {
            uint64_t at = block->sparse ? (uint64_t)block->indptr[r] + k : r * t->columns + k;
            uint64_t column = block->sparse ? (uint64_t)block->columns[at] : k;
            const unsigned char *from = block->sparse ? block->values : block->elements;

            sci_widen(&x, block->type, from + at * sci_type_size(block->type), 1);
            t->sum += x;
            t->weighted += x * (double)((block->first + r) % 7 + 1) * (double)(column % 11 + 1);
        }
    return SCI_OK;
}

static total
sum_up(const char *name, const char *which)
{
    static const sci_options opt = { .threads = 1 };
    anndata *a = open_fixture(name);
    total t = { .columns = anndata_length(a, ANNDATA_VAR) };
    sci_matrix *matrix = NULL;

    assert_ok(anndata_matrix(a, which, NULL, &matrix));
    assert_ok(sci_matrix_each(matrix, &opt, add_block, &t));
    sci_matrix_free(matrix);
    anndata_close(a);
    return t;
}

static void
the_matrix_is_the_same_in_every_encoding(void **state)
{
    static const char *const names[] = {
        "pbmc_small_csr_f32_gzip", "pbmc_small_csr_f32_lzf", "pbmc_small_csc_f32",
        "pbmc_small_dense_f32",    "pbmc_small_csr_idx64",   "pbmc_small_csr_unsorted",
        "pbmc_small_old07",        "pbmc_small_legacy05",    "pbmc_small_new012",
    };
    total first = sum_up("pbmc_small_csr_f32", "X"), counts, other;

    (void)state;
    assert_true(first.sum > 0);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        other = sum_up(names[i], "X");
        assert_close(other.sum, first.sum, 1e-12, 0);
        assert_close(other.weighted, first.weighted, 1e-12, 0);
    }
    other = sum_up("pbmc_small_csr_f32", "raw");
    assert_close(other.weighted, first.weighted, 1e-12, 0);
    other = sum_up("pbmc_small_dense_f64_gzip", "X");
    assert_close(other.weighted, first.weighted, 1e-6, 0);
    counts = sum_up("pbmc_small_csr_f32", "layer:counts");
    other = sum_up("pbmc_small_csr_counts_i64", "X");
    assert_close(other.weighted, counts.weighted, 0, 0);
    other = sum_up("pbmc_small_csr_counts_u16", "X");
    assert_close(other.weighted, counts.weighted, 0, 0);
}

static void
matrices_that_are_not_there_are_named(void **state)
{
    anndata *a = open_fixture("pbmc_small_csr_f32");
    sci_matrix *matrix = NULL;
    uint64_t rows, columns;
    double *scores = NULL;

    (void)state;
    assert_fails(anndata_matrix(a, "layer:gone", NULL, &matrix), SCI_ERR_NOTFOUND);
    assert_message_has("'counts'");
    assert_fails(anndata_matrix(a, "Y", NULL, &matrix), SCI_ERR_ARGUMENT);
    assert_ok(anndata_array(a, "/obsm/X_pca", &rows, &columns, &scores));
    assert_true(rows == 80 && columns == 19);
    sci_free(scores);
    anndata_close(a);
    a = open_fixture("anndata0114_empty");
    assert_fails(anndata_matrix(a, "X", NULL, &matrix), SCI_ERR_NOTFOUND);
    anndata_close(a);
    a = open_fixture("pbmc_small_new012"); /* raw is a `null` element */
    assert_fails(anndata_matrix(a, "raw", NULL, &matrix), SCI_ERR_NOTFOUND);
    anndata_close(a);
}

/* ---- writing ---- */

static sci_status
write_frames(sci_h5_output *out)
{
    static const char *const cells[] = { "c1", "c2", "c3" }, *const words[] = { "x", "y" };
    double numbers[] = { 1, (double)NAN, 3 }, truths[] = { 1, 0, 1 };
    int32_t codes[] = { 1, -1, 0 }, whole[] = { 0, 1, 1 };
    anndata_texts index = { 0 }, levels = { 0 };
    anndata_column c[] = {
        { .kind = ANNDATA_CATEGORICAL, .n = 3, .codes = codes, .ordered = true },
        { .kind = ANNDATA_CATEGORICAL, .n = 3, .codes = whole, .text = true },
        { .kind = ANNDATA_INTEGER, .n = 3, .numbers = numbers, .typed = true, .type = SCI_UINT16 },
        { .kind = ANNDATA_REAL, .n = 3, .numbers = numbers },
        { .kind = ANNDATA_BOOLEAN, .n = 3, .numbers = truths },
    };
    static const char *const names[] = { "category", "text", "integer", "real", "boolean" };
    sci_status st = sci_texts_copy(&index, 3, cells);

    if (st == SCI_OK)
        st = sci_texts_copy(&levels, 2, words);
    c[0].levels = c[1].levels = levels;
    if (st == SCI_OK)
        st = anndata_create(out);
    if (st == SCI_OK)
        st = anndata_write_frame(out, ANNDATA_OBS, &index);
    if (st == SCI_OK)
        st = anndata_write_frame(out, ANNDATA_VAR, &index);
    for (size_t i = 0; st == SCI_OK && i < ARRAY_LEN(c); i++)
        st = anndata_write_column(out, ANNDATA_OBS, names[i], &c[i]);
    /* again, in its place */
    if (st == SCI_OK)
        st = anndata_write_column(out, ANNDATA_OBS, names[0], &c[0]);
    anndata_texts_clear(&index);
    anndata_texts_clear(&levels);
    return st;
}

static sci_status
write_file(const char *path)
{
    sci_h5_output *out = NULL;
    sci_status st = sci_h5_output_create(&out, path);

    if (st == SCI_OK)
        st = write_frames(out);
    if (st == SCI_OK)
        return sci_h5_output_close(out, true, false);
    sci_h5_output_free(out);
    return st;
}

static sci_status
read_file(const char *path)
{
    anndata_texts columns = { 0 };
    anndata *a = NULL;
    sci_status st = anndata_open(&a, path);

    if (st == SCI_OK)
        st = anndata_column_names(a, ANNDATA_OBS, &columns);
    for (uint64_t i = 0; st == SCI_OK && i < columns.n; i++) {
        anndata_column c = { 0 };

        st = anndata_column_read(a, ANNDATA_OBS, columns.items[i], &c);
        anndata_column_clear(&c);
    }
    anndata_texts_clear(&columns);
    anndata_close(a);
    return st;
}

static void
columns_come_back_as_they_were(void **state)
{
    char path[PLACE_ROOM];
    anndata *a = NULL;
    anndata_texts names = { 0 };
    anndata_column c = { 0 };

    (void)state;
    place_scratch(path, "frames.h5ad");
    place_write(path, "", 0);
    assert_ok(write_file(path));
    assert_ok(anndata_open(&a, path));
    assert_ok(anndata_column_names(a, ANNDATA_OBS, &names));
    assert_count(names.n, 5);
    assert_string_equal(names.items[0], "category");
    anndata_texts_clear(&names);
    assert_ok(anndata_column_read(a, ANNDATA_OBS, "category", &c));
    assert_true(c.ordered && c.codes[0] == 1 && c.codes[1] == -1 && c.codes[2] == 0 && !c.text);
    anndata_column_clear(&c);
    assert_ok(anndata_column_read(a, ANNDATA_OBS, "text", &c));
    assert_true(c.text && c.codes[0] == 0 && c.codes[2] == 1);
    anndata_column_clear(&c);
    assert_ok(anndata_column_read(a, ANNDATA_OBS, "integer", &c));
    assert_true(c.kind == ANNDATA_INTEGER && c.type == SCI_UINT16 && c.numbers[2] == 3
                && isnan(c.numbers[1]));
    anndata_column_clear(&c);
    assert_ok(anndata_column_read(a, ANNDATA_OBS, "boolean", &c));
    assert_true(c.kind == ANNDATA_BOOLEAN && c.numbers[0] == 1 && c.numbers[1] == 0);
    anndata_column_clear(&c);
    anndata_close(a);
}

/* Whichever allocation fails: out of memory, and nothing leaks. */
static void
failed_allocations_leave_nothing_behind(void **state)
{
    static sci_status (*const operations[])(const char *) = { write_file, read_file };
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "faults.h5ad");
    for (size_t k = 0; k < ARRAY_LEN(operations); k++) {
        sci_status st = SCI_ERR_NOMEM;

        for (long n = 0; st == SCI_ERR_NOMEM; n += 1 + n / 16) {
            test_context("operation %zu, allocation %ld", k, n);
            if (k == 0)
                place_write(path, "", 0);
            faults_memory(n, false);
            st = operations[k](path);
            faults_memory_end();
            assert_that(st == SCI_ERR_NOMEM || st == SCI_OK);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fixture_has_its_layout_and_shape),
        cmocka_unit_test(groups_are_the_same_in_every_layout),
        cmocka_unit_test(columns_have_their_kinds),
        cmocka_unit_test(the_matrix_is_the_same_in_every_encoding),
        cmocka_unit_test(matrices_that_are_not_there_are_named),
        cmocka_unit_test(columns_come_back_as_they_were),
        cmocka_unit_test(failed_allocations_leave_nothing_behind),
    };

    return run_all(tests);
}
