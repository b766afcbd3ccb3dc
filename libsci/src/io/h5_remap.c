/* SPDX-License-Identifier: BSD-3-Clause */
/* References in memory, wherever they stand in a value: alone, in arrays, in members of
 * compounds, in lists of variable length. */
#include <string.h>

#include "h5_copy_priv.h"

bool
h5_has_references(hid_t type)
{
    return H5Tdetect_class(type, H5T_REFERENCE) > 0;
}

static unsigned long
number_of_file(hid_t object)
{
    H5O_info_t info;

    return H5Oget_info2(object, &info, H5O_INFO_BASIC) >= 0 ? info.fileno : 0;
}

/* An object reference is the address of its object. */
static sci_status
remap_object(const sci_h5_output *out, unsigned long file, void *value)
{
    hobj_ref_t reference;
    haddr_t target;
    sci_status st;

    memcpy(&reference, value, sizeof reference);
    st = h5_copy_target(out, file, reference, &target);
    if (st == SCI_OK)
        memcpy(value, &target, sizeof target);
    return st;
}

/* A region reference names a selection kept in the file's heap: it is made anew. */
static sci_status
remap_region(const sci_h5_output *out, hid_t source, unsigned long file, void *value)
{
    static const hdset_reg_ref_t null = { 0 };
    hdset_reg_ref_t fresh = { 0 };
    hid_t dataset, space = H5I_INVALID_HID;
    H5O_info_t info;
    const h5_place *place = NULL;
    haddr_t target = 0;
    sci_status st = SCI_OK;

    if (memcmp(value, null, sizeof null) == 0)
        return SCI_OK;
    dataset = H5Rdereference2(source, H5P_DEFAULT, H5R_DATASET_REGION, value);
    if (dataset >= 0 && H5Oget_info2(dataset, &info, H5O_INFO_BASIC) >= 0)
        place = h5_copy_find(out->copy, file, info.addr);
    if (place != NULL)
        st = h5_copy_target(out, file, place->address, &target);
    if (st == SCI_OK && target != 0) {
        space = H5Rget_region(source, H5R_DATASET_REGION, value);
        if (space < 0 || H5Rcreate(&fresh, out->id, place->path, H5R_DATASET_REGION, space) < 0)
            st = h5_fail(SCI_ERR_FORMAT, "'%s': a region reference cannot be copied", out->name);
    }
    memcpy(value, fresh, sizeof fresh);
    h5_close(space);
    h5_close(dataset);
    return st;
}

static sci_status remap_values(const sci_h5_output *out, hid_t source, unsigned long file,
                               hid_t type, size_t n, unsigned char *values);

static sci_status
remap_members(const sci_h5_output *out, hid_t source, unsigned long file, hid_t type,
              unsigned char *value)
{
    int members = H5Tget_nmembers(type);
    sci_status st = SCI_OK;

    for (unsigned i = 0; st == SCI_OK && (int)i < members; i++) {
        hid_t member = H5Tget_member_type(type, i);

        if (member >= 0 && h5_has_references(member))
            st = remap_values(out, source, file, member, 1, value + H5Tget_member_offset(type, i));
        h5_close(member);
    }
    return st;
}

/* References without an object are taken out of a list. */
static void
drop_null(hid_t element, hvl_t *list)
{
    size_t size = H5Tget_size(element), kept = 0;
    unsigned char *values = list->p;
    static const unsigned char null[sizeof(hdset_reg_ref_t) + sizeof(hobj_ref_t)] = { 0 };

    if (H5Tget_class(element) != H5T_REFERENCE || size > sizeof null)
        return;
    for (size_t i = 0; i < list->len; i++)
        if (memcmp(values + i * size, null, size) != 0)
            memmove(values + kept++ * size, values + i * size, size);
    list->len = kept;
}

static sci_status
remap_list(const sci_h5_output *out, hid_t source, unsigned long file, hid_t type,
           unsigned char *value)
{
    hid_t element = H5Tget_super(type);
    hvl_t list;
    sci_status st = SCI_OK;

    memcpy(&list, value, sizeof list);
    if (element >= 0 && list.len > 0) {
        st = remap_values(out, source, file, element, list.len, list.p);
        drop_null(element, &list);
        memcpy(value, &list, sizeof list);
    }
    h5_close(element);
    return st;
}

static sci_status
remap_array(const sci_h5_output *out, hid_t source, unsigned long file, hid_t type,
            unsigned char *value)
{
    hid_t element = H5Tget_super(type);
    size_t size = element >= 0 ? H5Tget_size(element) : 0;
    sci_status st = SCI_OK;

    if (size > 0)
        st = remap_values(out, source, file, element, H5Tget_size(type) / size, value);
    h5_close(element);
    return st;
}

static sci_status
remap_values(const sci_h5_output *out, hid_t source, unsigned long file, hid_t type, size_t n,
             unsigned char *values)
{
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    bool region = class == H5T_REFERENCE && H5Tequal(type, H5T_STD_REF_DSETREG) > 0;
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        unsigned char *value = values + i * size;

        if (class == H5T_REFERENCE && region)
            st = remap_region(out, source, file, value);
        else if (class == H5T_REFERENCE)
            st = remap_object(out, file, value);
        else if (class == H5T_COMPOUND)
            st = remap_members(out, source, file, type, value);
        else if (class == H5T_VLEN)
            st = remap_list(out, source, file, type, value);
        else if (class == H5T_ARRAY)
            st = remap_array(out, source, file, type, value);
    }
    return st;
}

sci_status
h5_remap(const sci_h5_output *out, hid_t source, hid_t type, size_t n, void *values)
{
    return remap_values(out, source, number_of_file(source), type, n, values);
}
