/* SPDX-License-Identifier: BSD-3-Clause */
/* Labels and numbers of the indices of an axis. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include <sci/csv.h>
#include <sci/memory.h>

#include "csv_priv.h"

/* A table on its way in. */
typedef struct intake {
    csv_reader *reader;
    uint64_t n;
    int n_fields; /* of every line */
    uint64_t first_line;
    uint64_t values; /* so far, a header not counted */
    uint64_t *lines; /* with indices: where each was given, 0 if not yet */
    /* Take the value of position `at`; *header says that it cannot be one, which is fine on the
     * first line. */
    sci_status (*take)(struct intake *in, uint64_t at, const char *text, bool *header);
    uint64_t room; /* positions that `take` accepts: n, or one more for a header */
    void *to;
} intake;

static sci_status
fail_line(const intake *in, sci_status status, const char *what)
{
    return sci_fail(status, "'%s' line %" PRIu64 ": %s", in->reader->path, in->reader->line, what);
}

static sci_status
fail_field(const intake *in, sci_status status, const char *field, const char *what)
{
    return sci_fail(status, "'%s' line %" PRIu64 ": '%.100s' %s", in->reader->path,
                    in->reader->line, field, what);
}

/* Decimal digits only. */
static bool
parse_index(const char *text, uint64_t *out)
{
    uint64_t value = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++)
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10, &value)
            || __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
            return false;
    *out = value;
    return true;
}

static sci_status
place_by_index(intake *in, bool first, uint64_t *at, bool *header)
{
    const char *text = in->reader->field[0];

    if (!parse_index(text, at)) {
        *header = first;
        return first ? SCI_OK : fail_field(in, SCI_ERR_FORMAT, text, "is no index");
    }
    if (*at >= in->n)
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s' line %" PRIu64 ": index %" PRIu64 " is not one of 0 to %" PRIu64,
                        in->reader->path, in->reader->line, *at, in->n - (in->n > 0));
    if (in->lines[*at] != 0)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s' line %" PRIu64 ": index %" PRIu64
                        " was given before, on line %" PRIu64,
                        in->reader->path, in->reader->line, *at, in->lines[*at]);
    in->lines[*at] = in->reader->line;
    return SCI_OK;
}

static sci_status
take_line(intake *in, bool first)
{
    const csv_reader *r = in->reader;
    uint64_t at = in->values;
    bool header = false;
    sci_status st = SCI_OK;

    if (first) {
        in->n_fields = r->n_fields;
        in->first_line = r->line;
    }
    if (r->n_fields != in->n_fields)
        return fail_line(in, SCI_ERR_FORMAT,
                         r->n_fields == 1 ? "one field, two before" : "two fields, one before");
    if (r->n_fields == 2) {
        st = place_by_index(in, first, &at, &header);
        if (st != SCI_OK || header)
            return st;
    } else if (at >= in->room) {
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s' line %" PRIu64 ": more values than the %" PRIu64 " expected", r->path,
                        r->line, in->n);
    }
    st = in->take(in, at, r->field[r->n_fields - 1], &header);
    if (st == SCI_OK && header && (!first || r->n_fields == 2))
        st = fail_field(in, SCI_ERR_FORMAT, r->field[r->n_fields - 1], "is no number");
    if (st == SCI_OK && !header)
        in->values++;
    return st;
}

static sci_status
check_end(const intake *in)
{
    uint64_t missing = 0;

    if (in->values >= in->n)
        return SCI_OK;
    if (in->n_fields < 2)
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s' line %" PRIu64 ": the file ends after %" PRIu64 " of %" PRIu64
                        " values",
                        in->reader->path, in->reader->line, in->values, in->n);
    while (in->lines[missing] != 0)
        missing++;
    return sci_fail(SCI_ERR_SHAPE,
                    "'%s' line %" PRIu64 ": the file ends without index %" PRIu64 " (%" PRIu64
                    " of %" PRIu64 " are there)",
                    in->reader->path, in->reader->line, missing, in->values, in->n);
}

/* Every line of the file through in->take. */
static sci_status
take_all(intake *in, const char *path)
{
    csv_reader *r = NULL;
    bool first = true;
    sci_status st = sci_alloc(&r, 1, 1, sizeof *r);

    if (st == SCI_OK)
        st = sci_alloc_zero(&in->lines, in->n, 1, sizeof *in->lines);
    if (st == SCI_OK)
        st = csv_open(r, path);
    if (st != SCI_OK)
        goto out;
    in->reader = r;
    for (;;) {
        st = csv_next(r);
        if (st != SCI_OK || r->n_fields == 0)
            break;
        st = take_line(in, first);
        if (st != SCI_OK)
            break;
        first = false;
    }
    if (st == SCI_OK)
        st = check_end(in);
    csv_close(r);
out:
    in->reader = NULL;
    sci_free(in->lines);
    sci_free(r);
    return st;
}

/* ---- numbers ---- */

/* strtod alone would take "0x1p3", "inf" and "nan(…)". */
static bool
parse_number(const char *text, double *out)
{
    char *end;

    if (*text == '\0' || strspn(text, "0123456789+-.eE") != strlen(text))
        return false;
    *out = strtod(text, &end);
    return *end == '\0';
}

static bool
is_nonfinite_word(const char *text)
{
    static const char *const words[] = { "nan", "NaN", "NAN",      "inf",
                                         "Inf", "INF", "infinity", "Infinity" };

    text += *text == '+' || *text == '-';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static sci_status
take_number(intake *in, uint64_t at, const char *text, bool *header)
{
    double number = 0.0;

    if (is_nonfinite_word(text))
        return fail_field(in, SCI_ERR_NONFINITE, text, "is not finite");
    if (!parse_number(text, &number)) {
        *header = true;
        return SCI_OK;
    }
    if (isinf(number))
        return fail_field(in, SCI_ERR_NONFINITE, text, "is beyond the range of double");
    ((double *)in->to)[at] = number;
    return SCI_OK;
}

sci_status
sci_csv_numbers(double **out, const char *path, uint64_t n)
{
    double *numbers = NULL;
    intake in = { .n = n, .room = n, .take = take_number };
    sci_status st = sci_alloc(&numbers, n, 1, sizeof *numbers);

    in.to = numbers;
    if (st == SCI_OK)
        st = take_all(&in, path);
    if (st != SCI_OK) {
        sci_free(numbers);
        return st;
    }
    *out = numbers;
    return SCI_OK;
}

/* ---- labels ---- */

/* Each distinct text once; positions refer to it. */
typedef struct dictionary {
    uint64_t n, room; /* texts */
    char **texts;
    uint64_t slots; /* a power of two, at least twice `room` */
    uint64_t *slot; /* 1 + number of the text, 0: free */
    uint64_t *ids;  /* of each position */
} dictionary;

static void
dictionary_clear(dictionary *d)
{
    for (uint64_t i = 0; i < d->n; i++)
        sci_free(d->texts[i]);
    sci_free(d->texts);
    sci_free(d->slot);
    sci_free(d->ids);
}

/* The slot of a text, or the free one where it belongs. */
static uint64_t *
find_slot(const dictionary *d, const char *text)
{
    uint64_t at = XXH3_64bits(text, strlen(text)) & (d->slots - 1);

    while (d->slot[at] != 0 && strcmp(d->texts[d->slot[at] - 1], text) != 0)
        at = (at + 1) & (d->slots - 1);
    return &d->slot[at];
}

static sci_status
grow(dictionary *d)
{
    uint64_t room = 2 * d->room + 16, slots = 64;
    char **texts = NULL;
    uint64_t *slot = NULL;
    sci_status st;

    while (slots < 2 * room)
        slots *= 2;
    st = sci_alloc(&texts, room, 1, sizeof *texts);
    if (st == SCI_OK)
        st = sci_alloc_zero(&slot, slots, 1, sizeof *slot);
    if (st != SCI_OK) {
        sci_free(texts);
        return st;
    }
    if (d->n > 0)
        memcpy(texts, d->texts, d->n * sizeof *texts);
    sci_free(d->texts);
    sci_free(d->slot);
    d->texts = texts;
    d->slot = slot;
    d->slots = slots;
    d->room = room;
    for (uint64_t i = 0; i < d->n; i++)
        *find_slot(d, d->texts[i]) = i + 1;
    return SCI_OK;
}

static sci_status
take_label(intake *in, uint64_t at, const char *text, bool *header)
{
    dictionary *d = in->to;
    uint64_t *slot;
    sci_status st = SCI_OK;

    (void)header; /* only the whole file tells */
    if (*text == '\0')
        return fail_line(in, SCI_ERR_FORMAT, "an empty label");
    if (d->n == d->room)
        st = grow(d);
    if (st != SCI_OK)
        return st;
    slot = find_slot(d, text);
    if (*slot == 0) {
        st = sci_strdup(&d->texts[d->n], text);
        if (st != SCI_OK)
            return st;
        *slot = ++d->n;
    }
    d->ids[at] = *slot - 1;
    return SCI_OK;
}

static bool
is_integer(const char *text)
{
    text += *text == '-';
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* The first text is on no other line and is no integer, while the others are (or need not be). */
static bool
first_is_alone(const dictionary *d, uint64_t values, bool others_are_integers)
{
    if (is_integer(d->texts[d->ids[0]]))
        return false;
    for (uint64_t i = 1; i < values; i++)
        if (d->ids[i] == d->ids[0] || (others_are_integers && !is_integer(d->texts[d->ids[i]])))
            return false;
    return true;
}

/* Where the labels begin: behind a header, if one is there. */
static sci_status
find_header(const dictionary *d, const intake *in, const char *path, uint64_t *first)
{
    *first = 0;
    if (in->n_fields != 1 || in->values < 2)
        return SCI_OK;
    if (in->values == in->n && first_is_alone(d, in->values, true))
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s' line %" PRIu64
                        ": '%.100s' looks like a header; without it there are %" PRIu64
                        " values, not %" PRIu64,
                        path, in->first_line, d->texts[d->ids[0]], in->values - 1, in->n);
    if (in->values <= in->n)
        return SCI_OK;
    if (!first_is_alone(d, in->values, false))
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s' line %" PRIu64 ": there are %" PRIu64 " values, not %" PRIu64
                        ", and the first is no header",
                        path, in->first_line, in->values, in->n);
    *first = 1;
    return SCI_OK;
}

static sci_status
make_labels(sci_labels **out, const dictionary *d, uint64_t first, uint64_t n)
{
    const char **texts = NULL;
    sci_status st = sci_alloc(&texts, n, 1, sizeof *texts);

    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < n; i++)
        texts[i] = d->texts[d->ids[first + i]];
    st = sci_labels_from_text(out, n, texts);
    sci_free(texts);
    return st;
}

sci_status
sci_csv_labels(sci_labels **out, const char *path, uint64_t n)
{
    dictionary d = { 0 };
    intake in = { .n = n, .room = n + 1, .take = take_label, .to = &d };
    uint64_t first = 0;
    sci_status st = sci_alloc(&d.ids, n < UINT64_MAX ? n + 1 : n, 1, sizeof *d.ids);

    if (st == SCI_OK)
        st = take_all(&in, path);
    if (st == SCI_OK)
        st = find_header(&d, &in, path, &first);
    if (st == SCI_OK)
        st = make_labels(out, &d, first, n);
    dictionary_clear(&d);
    return st;
}
