/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts, numbers and booleans of small datasets and of the fields of compound ones. HDF5 converts
 * them, block by block. */
#include <string.h>

#include <sci/memory.h>

#include "h5_look_priv.h"
#include "h5_values_priv.h"

#define BLOCK_ELEMENTS ((uint64_t)1 << 14)
#define TRANSFER_BYTES ((size_t)1 << 15) /* of a conversion at once */
#define EACH_MOST ((uint64_t)1 << 24)    /* elements of an array in a field */

/* ---- opening ---- */

static sci_status
find_field(h5_values *v)
{
    int index = -1;

    if (v->field == NULL) {
        v->field_type = H5Tcopy(v->data.type);
    } else {
        if (H5Tget_class(v->data.type) != H5T_COMPOUND)
            return sci_fail(SCI_ERR_TYPE, "'%s' is no compound dataset", v->where);
        index = H5Tget_member_index(v->data.type, v->field);
        if (index < 0)
            return h5_fail(SCI_ERR_NOTFOUND, "'%s' has no field '%s'", v->where, v->field);
        v->field_type = H5Tget_member_type(v->data.type, (unsigned)index);
    }
    v->array = v->field_type >= 0 && H5Tget_class(v->field_type) == H5T_ARRAY;
    v->element = v->array ? H5Tget_super(v->field_type) : H5Tcopy(v->field_type);
    if (v->field_type < 0 || v->element < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s': its type is damaged", v->where);
    return SCI_OK;
}

static sci_status
count_array(h5_values *v)
{
    hsize_t shape[SCI_MAX_RANK];
    int rank = v->array ? H5Tget_array_ndims(v->field_type) : 0;

    v->each = 1;
    if (rank < 0 || rank > SCI_MAX_RANK
        || (v->array && H5Tget_array_dims2(v->field_type, shape) != rank))
        return h5_fail(SCI_ERR_FORMAT, "'%s': its type is damaged", v->where);
    for (int i = 0; i < rank; i++)
        if (__builtin_mul_overflow(v->each, shape[i], &v->each) || v->each > EACH_MOST)
            return sci_fail(SCI_ERR_UNSAFE, "'%s': a field claims more than any array has",
                            v->where);
    return SCI_OK;
}

sci_status
h5_values_open(h5_values *out, sci_h5_file *file, const char *dataset, const char *field)
{
    hid_t id = H5I_INVALID_HID;
    sci_status st;

    *out = (h5_values){ .field = field,
                        .data = { .id = H5I_INVALID_HID, .type = H5I_INVALID_HID },
                        .field_type = H5I_INVALID_HID,
                        .element = H5I_INVALID_HID };
    st = sci_format(&out->where, "%s:%s", file->file->name, dataset);
    if (st != SCI_OK)
        return st;
    st = h5_enter();
    if (st != SCI_OK) {
        sci_free(out->where);
        out->where = NULL; /* the sign that there is nothing to leave */
        return st;
    }
    st = h5_open_object(file->file, dataset, &id, NULL);
    if (st == SCI_OK)
        st = h5_dataset_open_any(&out->data, file->file, id, out->where, NULL);
    if (st == SCI_OK)
        st = find_field(out);
    if (st == SCI_OK)
        st = count_array(out);
    return st;
}

void
h5_values_close(h5_values *v)
{
    if (v->where == NULL)
        return;
    h5_close(v->element);
    h5_close(v->field_type);
    h5_dataset_close(&v->data);
    h5_leave();
    sci_free(v->where);
    v->where = NULL;
}

sci_status
h5_values_count(const h5_values *v, uint64_t *out)
{
    if (__builtin_mul_overflow(v->data.count, v->each, out) || *out > SIZE_MAX / 16)
        return sci_fail(SCI_ERR_UNSAFE, "'%s' claims more elements than memory can hold", v->where);
    return SCI_OK;
}

/* ---- reading ---- */

/* What stands in memory: one element, an array of them, or a record of one field that is either. */
static hid_t
memory_type(const h5_values *v, hid_t element)
{
    hsize_t shape[SCI_MAX_RANK];
    hid_t value, record;

    if (v->array) {
        int rank = H5Tget_array_dims2(v->field_type, shape);

        value = rank >= 0 ? H5Tarray_create2(element, (unsigned)rank, shape) : H5I_INVALID_HID;
    } else {
        value = H5Tcopy(element);
    }
    if (v->field == NULL || value < 0)
        return value;
    record = H5Tcreate(H5T_COMPOUND, H5Tget_size(value));
    if (record >= 0 && H5Tinsert(record, v->field, 0, value) < 0) {
        h5_close(record);
        record = H5I_INVALID_HID;
    }
    h5_close(value);
    return record;
}

/* Whole chunks, so that none is decoded twice; all at once where there are several axes. */
static uint64_t
choose_rows(const h5_values *v)
{
    uint64_t rows = BLOCK_ELEMENTS / v->each + 1;

    if (v->data.array.rank != 1)
        return v->data.count;
    if (v->data.layout == H5D_CHUNKED)
        rows = (rows / v->data.chunk[0] + 1) * v->data.chunk[0];
    return rows < v->data.count ? rows : v->data.count;
}

hid_t
h5_transfer_small(void)
{
    hid_t list = H5Pcreate(H5P_DATASET_XFER);

    if (list >= 0 && H5Pset_buffer(list, TRANSFER_BYTES, NULL, NULL) >= 0)
        return list;
    h5_close(list);
    return H5P_DEFAULT;
}

static sci_status
read_block(const h5_values *v, hid_t type, hid_t space, uint64_t first, uint64_t n,
           unsigned char *room, bool variable, h5_take take, void *context)
{
    hsize_t start = first, count = n;
    hid_t memory = H5Screate_simple(1, &count, NULL);
    size_t size = H5Tget_size(type);
    hid_t list = size + v->data.size < TRANSFER_BYTES / 64 ? h5_transfer_small() : H5P_DEFAULT;
    sci_status st;

    h5_rearm(n * (size + v->data.size));
    memset(room, 0, n * size);
    if (memory < 0
        || (v->data.array.rank == 1
            && H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL) < 0)
        || H5Dread(v->data.id, type, memory, space, list, room) < 0) {
        st = h5_fail(SCI_ERR_FORMAT, "'%s' cannot be read", v->where);
        h5_close(memory);
        if (list != H5P_DEFAULT)
            h5_close(list);
        return st;
    }
    st = take(context, room, first * v->each, n * v->each);
    if (variable)
        (void)H5Dvlen_reclaim(type, memory, H5P_DEFAULT, room);
    h5_close(memory);
    if (list != H5P_DEFAULT)
        h5_close(list);
    return st;
}

sci_status
h5_values_each(const h5_values *v, hid_t element, h5_take take, void *context)
{
    uint64_t rows = choose_rows(v);
    hid_t type = memory_type(v, element), space = H5Dget_space(v->data.id);
    bool variable = H5Tis_variable_str(element) > 0;
    unsigned char *room = NULL;
    sci_status st;

    if (type < 0 || space < 0)
        st = h5_fail(SCI_ERR_FORMAT, "'%s' cannot be read", v->where);
    else
        st = sci_alloc(&room, rows, H5Tget_size(type), 1);
    for (uint64_t at = 0; st == SCI_OK && at < v->data.count; at += rows) {
        uint64_t n = v->data.count - at < rows ? v->data.count - at : rows;

        st = read_block(v, type, space, at, n, room, variable, take, context);
    }
    sci_free(room);
    h5_close(space);
    h5_close(type);
    return st;
}

/* ---- texts ---- */

typedef struct text_reader {
    sci_texts_maker maker;
    bool variable, blanks;
    size_t size;
} text_reader;

static sci_status
take_texts(void *context, const unsigned char *elements, uint64_t first, uint64_t n)
{
    text_reader *r = context;
    sci_status st = SCI_OK;

    (void)first;
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        const char *text = (const char *)elements + i * r->size;
        size_t bytes = r->size;

        if (r->variable) {
            memcpy(&text, elements + i * sizeof text, sizeof text);
            text = text != NULL ? text : ""; /* HDF5's empty text */
            bytes = SIZE_MAX - 1;
        } else {
            bytes = strnlen(text, bytes);
            while (r->blanks && bytes > 0 && text[bytes - 1] == ' ')
                bytes--;
        }
        st = sci_texts_add(&r->maker, text, r->variable ? strlen(text) : bytes);
    }
    return st;
}

sci_status
sci_h5_file_texts(sci_h5_file *file, const char *dataset, const char *field, sci_texts *out)
{
    text_reader r = { .variable = false };
    h5_values v;
    uint64_t n;
    sci_status st = h5_values_open(&v, file, dataset, field);

    if (st == SCI_OK && H5Tget_class(v.element) != H5T_STRING)
        st = sci_fail(SCI_ERR_TYPE, "'%s'%s%s%s has no texts", v.where,
                      field != NULL ? ": field '" : "", field != NULL ? field : "",
                      field != NULL ? "'" : "");
    if (st == SCI_OK)
        st = h5_values_count(&v, &n);
    if (st == SCI_OK) {
        r.variable = H5Tis_variable_str(v.element) > 0;
        r.blanks = H5Tget_strpad(v.element) == H5T_STR_SPACEPAD;
        r.size = H5Tget_size(v.element);
        st = h5_values_each(&v, v.element, take_texts, &r);
    }
    h5_values_close(&v);
    if (st == SCI_OK)
        return sci_texts_finish(&r.maker, out);
    sci_texts_maker_clear(&r.maker);
    return st;
}

/* ---- numbers ---- */

static sci_status
take_words(void *context, const unsigned char *elements, uint64_t first, uint64_t n)
{
    unsigned char *all = context;

    if (n > 0)
        memcpy(all + first * 8, elements, n * 8);
    return SCI_OK;
}

/* Elements of 8 bytes each: doubles or int64_t. */
static sci_status
read_words(sci_h5_file *file, const char *dataset, const char *field, bool integers, uint64_t *n,
           void **out)
{
    void *all = NULL;
    h5_values v;
    H5T_class_t class;
    uint64_t count = 0;
    sci_status st = h5_values_open(&v, file, dataset, field);

    if (st != SCI_OK)
        goto out;
    class = H5Tget_class(v.element);
    if (class != H5T_INTEGER && !h5_type_is_boolean(v.element)
        && (class != H5T_FLOAT || integers)) {
        char text[64];

        h5_type_text(v.element, text, sizeof text);
        st = sci_fail(SCI_ERR_TYPE, "'%s'%s%s%s has elements of type %s, not %s", v.where,
                      field != NULL ? ": field '" : "", field != NULL ? field : "",
                      field != NULL ? "'" : "", text, integers ? "integers" : "numbers");
        goto out;
    }
    st = h5_values_count(&v, &count);
    if (st == SCI_OK)
        st = sci_alloc(&all, count, 8, 1);
    if (st == SCI_OK)
        st = h5_values_each(&v, integers ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE, take_words, all);
    if (st == SCI_OK) {
        *n = count;
        *out = all;
        all = NULL;
    }
out:
    h5_values_close(&v);
    sci_free(all);
    return st;
}

sci_status
sci_h5_file_numbers(sci_h5_file *file, const char *dataset, const char *field, uint64_t *n,
                    double **out)
{
    void *all = NULL;
    sci_status st = read_words(file, dataset, field, false, n, &all);

    if (st == SCI_OK)
        *out = all;
    return st;
}

sci_status
sci_h5_file_integers(sci_h5_file *file, const char *dataset, const char *field, uint64_t *n,
                     int64_t **out)
{
    void *all = NULL;
    sci_status st = read_words(file, dataset, field, true, n, &all);

    if (st == SCI_OK)
        *out = all;
    return st;
}
