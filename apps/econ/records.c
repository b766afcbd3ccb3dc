/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "records.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <sci/memory.h>

enum { ROOM = 1 << 18, PAD = 64 };
#define ROOM_MOST ((size_t)1 << 30)
#define QUOTED_MOST ((size_t)1 << 24)

/* ---- special characters: delimiter, quote, LF, CR, NUL; 64 bytes at once as bits ---- */

#if defined(__SSE2__)

static inline uint64_t
special_bits(const char *p, char delimiter)
{
    const __m128i d = _mm_set1_epi8(delimiter), q = _mm_set1_epi8('"'), lf = _mm_set1_epi8('\n'),
                  cr = _mm_set1_epi8('\r'), zero = _mm_setzero_si128();
    uint64_t bits = 0;

    for (int k = 0; k < 4; k++) {
        __m128i c = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * k));
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(c, d), _mm_cmpeq_epi8(c, q)),
                                   _mm_or_si128(_mm_cmpeq_epi8(c, lf), _mm_cmpeq_epi8(c, cr)));

        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(c, zero));
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << (16 * k);
    }
    return bits;
}

#else

static inline uint64_t
special_bits(const char *p, char delimiter)
{
    uint64_t bits = 0;

    for (int k = 0; k < 64; k++) {
        char c = p[k];
        bool hit = c == delimiter || c == '"' || c == '\n' || c == '\r' || c == '\0';

        bits |= (uint64_t)hit << k;
    }
    return bits;
}

#endif

/* Look for special characters from `at` on. */
static inline void
look_from(econ_records *r, size_t at)
{
    r->mask_at = at;
    r->mask = special_bits(r->buffer + at, r->delimiter);
}

/* The next special character, which counts as seen; r->end if there is none in the buffer. */
static inline size_t
next_special(econ_records *r)
{
    size_t at;

    while (r->mask == 0) {
        if (r->mask_at + 64 >= r->end)
            return r->end;
        look_from(r, r->mask_at + 64);
    }
    at = r->mask_at + (size_t)__builtin_ctzll(r->mask);
    if (at >= r->end)
        return r->end;
    r->mask &= r->mask - 1;
    return at;
}

/* ---- beginning and end ---- */

static sci_status
allocate(econ_records *r, size_t room)
{
    sci_status st = sci_alloc(&r->buffer, room + PAD, 1, 1);

    if (st != SCI_OK)
        return st;
    r->room = room;
    r->n_room = 64;
    return sci_alloc(&r->fields, r->n_room, 1, sizeof *r->fields);
}

sci_status
econ_records_start(econ_records *r, econ_text *text, char delimiter)
{
    sci_status st;

    *r = (econ_records){ .text = text, .delimiter = delimiter, .next_line = 1 };
    st = allocate(r, ROOM);
    if (st == SCI_OK)
        memset(r->buffer, 0, PAD);
    return st;
}

sci_status
econ_records_of(econ_records *r, const char *bytes, size_t n, char delimiter)
{
    sci_status st;

    *r = (econ_records){ .delimiter = delimiter, .next_line = 1, .ended = true };
    st = allocate(r, n + 1);
    if (st != SCI_OK)
        return st;
    if (n > 0)
        memcpy(r->buffer, bytes, n);
    memset(r->buffer + n, 0, PAD);
    r->end = n;
    look_from(r, 0);
    return SCI_OK;
}

void
econ_records_clear(econ_records *r)
{
    sci_free(r->buffer);
    sci_free(r->fields);
    *r = (econ_records){ 0 };
}

/* ---- more bytes ---- */

static sci_status
fail(econ_records *r, const char *fault, uint64_t line, uint64_t column, const char *what)
{
    r->fault = fault;
    r->fault_line = line;
    r->fault_column = column;
    return sci_fail(SCI_ERR_FORMAT, "%s", what);
}

static sci_status
grow(econ_records *r)
{
    char *larger;
    sci_status st;

    if (r->room >= ROOM_MOST)
        return fail(r, "row_too_long", r->line, 1, "a row of over 1 GiB; is a quote never closed?");
    st = sci_alloc(&larger, 2 * r->room + PAD, 1, 1);
    if (st != SCI_OK)
        return st;
    memcpy(larger, r->buffer, r->end);
    sci_free(r->buffer);
    r->buffer = larger;
    r->room *= 2;
    return SCI_OK;
}

/* Read on behind what is there; the record moves to the beginning of the buffer. `at` is a place in the buffer
 * that moves with it. */
static sci_status
refill(econ_records *r, size_t *at)
{
    size_t kept = r->end - r->begin, n = 0;
    sci_status st = SCI_OK;

    if (r->begin > 0) {
        memmove(r->buffer, r->buffer + r->begin, kept);
        *at -= r->begin;
        r->begin = 0;
        r->end = kept;
    }
    if (kept > r->room / 2)
        st = grow(r);
    if (st == SCI_OK)
        st = econ_text_read(r->text, r->buffer + r->end, r->room - r->end, &n);
    if (st != SCI_OK)
        return st;
    r->ended = n == 0;
    r->end += n;
    memset(r->buffer + r->end, 0, PAD);
    look_from(r, *at);
    return SCI_OK;
}

/* ---- fields ---- */

static sci_status
more_fields(econ_records *r)
{
    econ_field *larger;
    sci_status st = sci_alloc(&larger, 2 * r->n_room, 1, sizeof *larger);

    if (st != SCI_OK)
        return st;
    memcpy(larger, r->fields, r->n * sizeof *larger);
    sci_free(r->fields);
    r->fields = larger;
    r->n_room *= 2;
    return SCI_OK;
}

static inline sci_status
add_field(econ_records *r, size_t from, size_t to, bool quoted)
{
    if (r->n == r->n_room) {
        sci_status st = more_fields(r);

        if (st != SCI_OK)
            return st;
    }
    r->fields[r->n++] =
        (econ_field){ (uint32_t)(from - r->begin), (uint32_t)(to - from) & 0x7fffffff, quoted };
    return SCI_OK;
}

static uint64_t
count_lines(const char *text, size_t n)
{
    uint64_t lines = 0;

    for (size_t k = 0; k < n; k++)
        lines += text[k] == '\n' || (text[k] == '\r' && (k + 1 == n || text[k + 1] != '\n'));
    return lines;
}

/* Characters between the last line break before `at` and it, plus one. */
static uint64_t
column_of(const char *base, size_t at)
{
    uint64_t column = 1;

    while (at > 0 && base[at - 1] != '\n' && base[at - 1] != '\r')
        column += ((unsigned char)base[--at] & 0xc0) != 0x80;
    return column;
}

/* The quoted field whose opening quote is at *at; *at becomes the place behind its closing quote. Doubled
 * quotes are made single where they lie. */
static sci_status
quoted_field(econ_records *r, size_t *at)
{
    size_t open = *at - r->begin, read = *at + 1, write = read;
    uint64_t line;
    sci_status st;

    for (;;) {
        const char *quote = memchr(r->buffer + read, '"', r->end - read), *zero;
        size_t n = (quote == NULL ? r->end : (size_t)(quote - r->buffer)) - read;

        if (quote == NULL || (read + n + 1 == r->end && !r->ended)) {
            size_t written = write - read;

            if (r->ended || r->end - (r->begin + open) > QUOTED_MOST)
                break;
            st = refill(r, &read);
            if (st != SCI_OK)
                return st;
            write = read + written;
            continue;
        }
        zero = memchr(r->buffer + read, '\0', n);
        if (zero != NULL) {
            size_t place = (size_t)(zero - r->buffer) - r->begin;

            return fail(
                r, "nul_byte",
                r->next_line + count_lines(r->buffer + r->begin + open, place - open),
                column_of(r->buffer + r->begin, place),
                "a NUL byte; this is no text (a workbook has to be saved as CSV, and UTF-16 with a "
                "byte order mark)");
        }
        memmove(r->buffer + write, r->buffer + read, n);
        write += n;
        read += n + 1;
        if (read < r->end && r->buffer[read] == '"') {
            r->buffer[write++] = '"';
            read++;
            continue;
        }
        st = add_field(r, r->begin + open + 1, write, true);
        if (st != SCI_OK)
            return st;
        r->next_line += count_lines(r->buffer + r->begin + open + 1, write - (r->begin + open + 1));
        *at = read;
        return SCI_OK;
    }
    line = r->next_line;
    return fail(r, "unclosed_quote", line, column_of(r->buffer + r->begin, open),
                "a quote is opened and not closed");
}

/* Behind a closing quote: a delimiter, the end of the line or of the text. */
static sci_status
after_quote(econ_records *r, size_t at)
{
    char c = at < r->end ? r->buffer[at] : '\n';

    if (c != r->delimiter && c != '\n' && c != '\r')
        return fail(r, "bad_quote", r->next_line, column_of(r->buffer + r->begin, at - r->begin),
                    "text behind a closing quote; a quote inside quotes is doubled");
    look_from(r, at);
    return SCI_OK;
}

/* ---- records ---- */

static void
finish(econ_records *r, size_t next)
{
    r->next = next;
    r->next_line++;
    r->base = r->buffer + r->begin;
}

/* The text ends inside or behind a record. */
static sci_status
last_record(econ_records *r, size_t field, bool open, bool *more)
{
    sci_status st = SCI_OK;

    *more = r->end > r->begin;
    if (*more && open)
        st = add_field(r, field, r->end, false);
    if (st == SCI_OK)
        finish(r, r->end);
    return st;
}

/* The next record if it has no quotes, ends in LF and is all in the buffer, as nearly all do and are. False:
 * nothing is changed, look at it closely. */
static bool
plain_record(econ_records *r)
{
    size_t begin = r->next, field = begin, mask_at = r->mask_at, n = 0;
    uint64_t mask = r->mask;
    char c = '\0';

    if (r->after_cr)
        return false;
    while (c != '\n') {
        size_t at;

        while (mask == 0) {
            mask_at += 64;
            if (mask_at >= r->end)
                return false;
            mask = special_bits(r->buffer + mask_at, r->delimiter);
        }
        at = mask_at + (size_t)__builtin_ctzll(mask);
        mask &= mask - 1;
        if (at >= r->end || n == r->n_room)
            return false;
        c = r->buffer[at];
        if (c != r->delimiter && c != '\n')
            return false;
        r->fields[n++] =
            (econ_field){ (uint32_t)(field - begin), (uint32_t)(at - field) & 0x7fffffff, 0 };
        field = at + 1;
    }
    r->begin = begin;
    r->line = r->next_line;
    r->n = n;
    r->mask_at = mask_at;
    r->mask = mask;
    finish(r, field);
    return true;
}

/* The next record, whatever it is. */
static sci_status
any_record(econ_records *r, bool *more)
{
    size_t field = r->next; /* where the field begins */
    bool open = true;       /* it is not yet added */
    sci_status st = SCI_OK;

    r->begin = r->next;
    r->n = 0;
    r->line = r->next_line;
    *more = true;
    while (st == SCI_OK) {
        size_t at = next_special(r);
        char c;

        if (at == r->end) {
            if (r->ended)
                return last_record(r, field, open, more);
            field -= r->begin;
            st = refill(r, &at);
            field += r->begin;
            continue;
        }
        c = r->buffer[at];
        if (c == r->delimiter) {
            if (open)
                st = add_field(r, field, at, false);
            field = at + 1;
            open = true;
        } else if (c == '\n' && r->after_cr && at == r->begin) {
            r->after_cr = false;
            r->begin = field = at + 1;
        } else if (c == '\n' || c == '\r') {
            if (open)
                st = add_field(r, field, at, false);
            r->after_cr = c == '\r';
            finish(r, at + 1);
            return st;
        } else if (c == '\0') {
            st = fail(
                r, "nul_byte", r->next_line, column_of(r->buffer + r->begin, at - r->begin),
                "a NUL byte; this is no text (a workbook has to be saved as CSV, and UTF-16 with a "
                "byte order mark)");
        } else if (at == field && open) {
            field -= r->begin;
            st = quoted_field(r, &at);
            field += r->begin;
            if (st == SCI_OK)
                st = after_quote(r, at);
            open = false;
        }
    }
    return st;
}

sci_status
econ_records_next(econ_records *r, bool *more)
{
    *more = true;
    return plain_record(r) ? SCI_OK : any_record(r, more);
}

/* ---- places ---- */

uint64_t
econ_field_column(const econ_records *r, size_t k)
{
    return column_of(r->base, r->fields[k].at - r->fields[k].quoted);
}

uint64_t
econ_field_line(const econ_records *r, size_t k)
{
    return r->line + count_lines(r->base, r->fields[k].at);
}

bool
econ_record_is_blank(const econ_records *r)
{
    for (size_t k = 0; k < r->n; k++) {
        const char *text = econ_field_text(r, k);

        for (size_t i = 0; i < r->fields[k].n; i++)
            if (text[i] != ' ' && text[i] != '\t')
                return false;
    }
    return true;
}
