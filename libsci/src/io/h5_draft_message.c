/* SPDX-License-Identifier: BSD-3-Clause */
/* Object headers of version 1 and the messages in them, as chapter IV of the HDF5 file format
 * specification describes them. */
#include <string.h>

#include <sci/memory.h>

#include "h5_draft_priv.h"

enum message {
    DATASPACE = 0x01,
    DATATYPE = 0x03,
    FILL_VALUE = 0x05,
    LAYOUT = 0x08,
    ATTRIBUTE = 0x0c,
    SYMBOL_TABLE = 0x11
};

enum { CONSTANT = 1 }; /* of a message: it does not change */

#define MESSAGE_MOST 65535
#define PREFIX 16 /* bytes of a header before its messages */

/* ---- bytes ---- */

static bool
make_room(h5_bytes *b, size_t n)
{
    size_t capacity = 2 * b->capacity + n + 4096;
    unsigned char *more = NULL;

    if (b->status != SCI_OK || b->capacity - b->n >= n)
        return b->status == SCI_OK;
    b->status = sci_alloc(&more, capacity, 1, 1);
    if (b->status != SCI_OK)
        return false;
    if (b->n > 0)
        memcpy(more, b->bytes, b->n);
    sci_free(b->bytes);
    b->bytes = more;
    b->capacity = capacity;
    return true;
}

void
h5_bytes_put(h5_bytes *b, const void *bytes, size_t n)
{
    if (n == 0 || !make_room(b, n))
        return;
    memcpy(b->bytes + b->n, bytes, n);
    b->n += n;
}

void
h5_bytes_zeros(h5_bytes *b, size_t n)
{
    if (!make_room(b, n))
        return;
    memset(b->bytes + b->n, 0, n);
    b->n += n;
}

void
h5_bytes_set(h5_bytes *b, size_t at, uint64_t value, int width)
{
    for (int i = 0; i < width && b->status == SCI_OK; i++)
        b->bytes[at + (size_t)i] = (unsigned char)(value >> 8 * i);
}

void
h5_bytes_number(h5_bytes *b, uint64_t value, int width)
{
    size_t at = b->n;

    h5_bytes_zeros(b, (size_t)width);
    h5_bytes_set(b, at, value, width);
}

void
h5_bytes_align(h5_bytes *b)
{
    h5_bytes_zeros(b, (8 - b->n % 8) % 8);
}

/* ---- types and shapes ---- */

static unsigned
big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;

    memcpy(&first, &one, 1);
    return first == 0;
}

static void
put_integer_type(h5_bytes *b, sci_type type)
{
    unsigned bytes = (unsigned)sci_type_size(type);
    bool is_signed = type <= SCI_INT64;

    h5_bytes_number(b, 0x10, 1);
    h5_bytes_number(b, big_endian() | (is_signed ? 8u : 0u), 3);
    h5_bytes_number(b, bytes, 4);
    h5_bytes_number(b, 0, 2); /* first bit */
    h5_bytes_number(b, 8 * bytes, 2);
}

/* IEEE 754: sign, exponent, mantissa whose leading one is not stored. */
static void
put_float_type(h5_bytes *b, sci_type type)
{
    unsigned bytes = (unsigned)sci_type_size(type), bits = 8 * bytes;
    unsigned exponent = bytes == 2 ? 5 : bytes == 4 ? 8 : 11, mantissa = bits - 1 - exponent;

    h5_bytes_number(b, 0x11, 1);
    h5_bytes_number(b, big_endian() | 0x20 | (bits - 1) << 8, 3);
    h5_bytes_number(b, bytes, 4);
    h5_bytes_number(b, 0, 2);
    h5_bytes_number(b, bits, 2);
    h5_bytes_number(b, mantissa, 1);
    h5_bytes_number(b, exponent, 1);
    h5_bytes_number(b, 0, 1);
    h5_bytes_number(b, mantissa, 1);
    h5_bytes_number(b, (1u << (exponent - 1)) - 1, 4);
}

static void
put_type(h5_bytes *b, h5_draft_type type)
{
    if (type.text_bytes > 0) {
        h5_bytes_number(b, 0x13, 1);
        h5_bytes_number(b, 0x10, 3); /* ended by a zero byte, UTF-8 */
        h5_bytes_number(b, type.text_bytes, 4);
    } else if (sci_type_is_integer(type.element)) {
        put_integer_type(b, type.element);
    } else {
        put_float_type(b, type.element);
    }
}

static void
put_space(h5_bytes *b, int rank, const uint64_t *shape)
{
    h5_bytes_number(b, 1, 1);
    h5_bytes_number(b, (uint64_t)rank, 1);
    h5_bytes_zeros(b, 6);
    for (int i = 0; i < rank; i++)
        h5_bytes_number(b, shape[i], 8);
}

/* ---- messages ---- */

typedef struct header {
    h5_bytes *b;
    size_t start, message;
    unsigned n;
} header;

static void
begin(header *h, enum message type, unsigned flags)
{
    h->message = h->b->n;
    h->n++;
    h5_bytes_number(h->b, type, 2);
    h5_bytes_zeros(h->b, 2);
    h5_bytes_number(h->b, flags, 1);
    h5_bytes_zeros(h->b, 3);
}

static void
end(const header *h)
{
    size_t bytes;

    h5_bytes_align(h->b);
    bytes = h->b->n - h->message - 8;
    if (h->b->status == SCI_OK && bytes > MESSAGE_MOST)
        h->b->status =
            sci_fail(SCI_ERR_REFUSED, "an attribute of %zu bytes is too large for HDF5", bytes);
    h5_bytes_set(h->b, h->message + 2, bytes, 2);
}

/* Parts of an attribute are padded, but their sizes are those before that. */
static void
put_attribute(header *h, const h5_draft_attribute *a)
{
    uint64_t n = a->n < 0 ? 1 : (uint64_t)a->n;
    size_t name = strlen(a->name) + 1, at, sizes;

    begin(h, ATTRIBUTE, 0);
    h5_bytes_number(h->b, 1, 2);
    h5_bytes_number(h->b, name, 2);
    sizes = h->b->n;
    h5_bytes_zeros(h->b, 4);
    h5_bytes_put(h->b, a->name, name);
    h5_bytes_align(h->b);
    at = h->b->n;
    put_type(h->b, a->type);
    h5_bytes_set(h->b, sizes, h->b->n - at, 2);
    h5_bytes_align(h->b);
    at = h->b->n;
    put_space(h->b, a->n < 0 ? 0 : 1, &n);
    h5_bytes_set(h->b, sizes + 2, h->b->n - at, 2);
    h5_bytes_align(h->b);
    h5_bytes_put(h->b, a->values, a->bytes);
    end(h);
}

static void
put_layout(header *h, const h5_draft_object *o, uint64_t data)
{
    begin(h, LAYOUT, 0);
    h5_bytes_number(h->b, 3, 1);
    if (!o->layout.chunked) {
        h5_bytes_number(h->b, 1, 1);
        h5_bytes_number(h->b, data, 8);
        h5_bytes_number(h->b, o->bytes, 8);
    } else {
        h5_bytes_number(h->b, 2, 1);
        h5_bytes_number(h->b, (uint64_t)o->array.rank + 1, 1);
        h5_bytes_number(h->b, data, 8);
        for (int i = 0; i < o->array.rank; i++)
            h5_bytes_number(h->b, o->layout.chunk[i], 4);
        h5_bytes_number(h->b, sci_type_size(o->array.type), 4);
    }
    end(h);
}

static void
put_dataset(header *h, const h5_draft_object *o, uint64_t data)
{
    /* Version; space taken early (contiguous) or chunk by chunk; fill never or if set; the default. */
    const unsigned char contiguous[] = { 2, 1, 1, 1 }, chunked[] = { 2, 3, 2, 1 };

    begin(h, DATASPACE, 0);
    put_space(h->b, o->array.rank, o->array.shape);
    end(h);
    begin(h, DATATYPE, CONSTANT);
    put_type(h->b, (h5_draft_type){ .element = o->array.type });
    end(h);
    begin(h, FILL_VALUE, CONSTANT);
    h5_bytes_put(h->b, o->layout.chunked ? chunked : contiguous, 4);
    h5_bytes_zeros(h->b, 4); /* bytes of the value */
    end(h);
    put_layout(h, o, data);
}

void
h5_draft_put_header(h5_bytes *b, const h5_draft_object *o, uint64_t data, uint64_t heap)
{
    header h = { .b = b, .start = b->n };

    h5_bytes_zeros(b, PREFIX);
    if (o->dataset) {
        put_dataset(&h, o, data);
    } else {
        begin(&h, SYMBOL_TABLE, 0);
        h5_bytes_number(b, data, 8);
        h5_bytes_number(b, heap, 8);
        end(&h);
    }
    for (const h5_draft_attribute *a = o->attributes; a != NULL; a = a->next)
        put_attribute(&h, a);
    h5_bytes_set(b, h.start, 1, 2); /* version */
    h5_bytes_set(b, h.start + 2, h.n, 2);
    h5_bytes_set(b, h.start + 4, 1, 4); /* links to it */
    h5_bytes_set(b, h.start + 8, b->n - h.start - PREFIX, 4);
}
