/* SPDX-License-Identifier: BSD-3-Clause */
/* How a dataset is stored, as its creation list tells. */
#include <stdio.h>
#include <string.h>

#include "h5_dataset_priv.h"

static const char *
filter_name(H5Z_filter_t id)
{
    switch (id) {
    case H5Z_FILTER_DEFLATE:
        return "gzip";
    case H5Z_FILTER_SHUFFLE:
        return "shuffle";
    case H5Z_FILTER_FLETCHER32:
        return "fletcher32";
    case H5Z_FILTER_SZIP:
        return "szip";
    case H5Z_FILTER_NBIT:
        return "nbit";
    case H5Z_FILTER_SCALEOFFSET:
        return "scaleoffset";
    case H5_LZF:
        return "lzf";
    default:
        return NULL;
    }
}

static bool
by_library(H5Z_filter_t id)
{
    return id == H5Z_FILTER_SZIP || id == H5Z_FILTER_NBIT || id == H5Z_FILTER_SCALEOFFSET;
}

sci_status
h5_storage_safe(hid_t list, const char *where)
{
    H5D_layout_t layout = H5Pget_layout(list);
    int external = H5Pget_external_count(list);

    if (layout == H5D_VIRTUAL)
        return sci_fail(SCI_ERR_UNSAFE,
                        "'%s' is a virtual dataset, whose parts are never opened: copy it first",
                        where);
    if (external > 0)
        return sci_fail(SCI_ERR_UNSAFE, "'%s' has its data in other files, which are never opened",
                        where);
    if (layout < 0 || external < 0)
        return h5_fail(SCI_ERR_FORMAT, "'%s' is damaged", where);
    return SCI_OK;
}

static sci_status
refuse_filter(H5Z_filter_t id, const char *name, const char *where)
{
    return sci_fail(SCI_ERR_UNSAFE,
                    "'%s' needs filter %d%s%s%s, and filters are never loaded from outside", where,
                    id, name[0] != '\0' ? " (" : "", name, name[0] != '\0' ? ")" : "");
}

/* Combinations that nobody writes on purpose: two compressors, or ours together with HDF5's. */
static sci_status
check_combination(const h5_dataset *d, const char *where)
{
    int compressors = 0;
    bool lzf = false;

    for (int i = 0; i < d->n_filters; i++) {
        lzf = lzf || d->filters[i].id == H5_LZF;
        compressors += d->filters[i].id == H5_LZF || d->filters[i].id == H5Z_FILTER_DEFLATE;
    }
    if (compressors > 1 || (lzf && d->filtered_by_library))
        return sci_fail(SCI_ERR_UNSAFE, "'%s' is compressed twice", where);
    return SCI_OK;
}

sci_status
h5_storage_filters(hid_t list, const char *where, h5_dataset *d)
{
    int n = H5Pget_nfilters(list);

    if (n < 0 || n > H5_FILTERS_MOST)
        return h5_fail(SCI_ERR_FORMAT, "'%s': its filters are damaged", where);
    d->n_filters = n;
    for (int i = 0; i < n; i++) {
        unsigned flags, config, values[8] = { 0 };
        size_t n_values = 8;
        char name[64] = "";
        H5Z_filter_t id;

        id = H5Pget_filter2(list, (unsigned)i, &flags, &n_values, values, sizeof name, name,
                            &config);
        if (id < 0)
            return h5_fail(SCI_ERR_FORMAT, "'%s': its filters are damaged", where);
        name[sizeof name - 1] = '\0';
        if (filter_name(id) == NULL)
            return refuse_filter(id, name, where);
        if (by_library(id) && H5Zfilter_avail(id) <= 0)
            return sci_fail(SCI_ERR_UNSAFE, "'%s' needs filter %s, which this HDF5 library lacks",
                            where, filter_name(id));
        d->filters[i].id = id;
        d->filters[i].value = values[0];
        d->filtered_by_library = d->filtered_by_library || by_library(id);
    }
    return check_combination(d, where);
}

void
h5_storage_filters_text(hid_t list, char *text, size_t bytes)
{
    int n = H5Pget_nfilters(list);
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < n && used < bytes; i++) {
        unsigned flags, config, values[8] = { 0 };
        size_t n_values = 8;
        char name[64] = "", number[16] = "";
        H5Z_filter_t id;
        int more;

        id = H5Pget_filter2(list, (unsigned)i, &flags, &n_values, values, sizeof name, name,
                            &config);
        name[sizeof name - 1] = '\0';
        if (id == H5Z_FILTER_DEFLATE)
            (void)snprintf(number, sizeof number, " %u", values[0]);
        if (filter_name(id) != NULL)
            more = snprintf(text + used, bytes - used, "%s%s%s", i > 0 ? ", " : "", filter_name(id),
                            number);
        else
            more = snprintf(text + used, bytes - used, "%sfilter %d%s%s", i > 0 ? ", " : "", id,
                            name[0] != '\0' ? " " : "", name);
        used += more > 0 ? (size_t)more : 0;
    }
}

void
h5_shape_text(int rank, const uint64_t *shape, char *text, size_t bytes)
{
    size_t used = 0;

    (void)snprintf(text, bytes, "scalar");
    for (int i = 0; i < rank && used < bytes; i++) {
        int more = snprintf(text + used, bytes - used, "%s%llu", i > 0 ? " x " : "",
                            (unsigned long long)shape[i]);

        used += more > 0 ? (size_t)more : 0;
    }
}
