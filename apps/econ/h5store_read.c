/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "h5store_priv.h"

#include <string.h>

#include <sci/h5_values.h>
#include <sci/memory.h>

#define CELLS_MOST ((uint64_t)1 << 32)

static sci_status
damaged(const econ_store *store, const char *what)
{
    return sci_fail(SCI_ERR_FORMAT, "'%s' is damaged: %s", store->path, what);
}

static sci_status
read_head(econ_store *store)
{
    econ_panel *p = &store->panel;
    char *format = NULL;
    int64_t frequency = 0, periods = 0;
    sci_status st = sci_h5_file_text(store->file, "/", "format", &format);

    if (st == SCI_ERR_NOTFOUND
        || (st == SCI_OK && strcmp(format, STATE_FORMAT) != 0
            && strcmp(format, SECTORS_FORMAT) != 0))
        st = sci_fail(SCI_ERR_FORMAT,
                      "'%s' holds neither a state nor the sectors of sci-econ (%s, %s)",
                      store->path, STATE_FORMAT, SECTORS_FORMAT);
    if (st == SCI_OK)
        store->is.state = strcmp(format, STATE_FORMAT) == 0;
    sci_free(format);
    if (st == SCI_OK)
        st = sci_h5_file_text(store->file, "/", "rules", &store->is.rules);
    if (st == SCI_OK)
        st = sci_h5_file_integer(store->file, "/", "frequency", &frequency);
    if (st == SCI_OK)
        st = sci_h5_file_integer(store->file, "/", "first", &p->first);
    if (st == SCI_OK)
        st = sci_h5_file_integer(store->file, "/", "periods", &periods);
    if (st == SCI_OK
        && (frequency < 0 || frequency >= ECON_FREQUENCIES || periods < 1 || periods > INT32_MAX
            || p->first > INT32_MAX || p->first < INT32_MIN))
        st = damaged(store, "its periods");
    if (st == SCI_ERR_NOTFOUND)
        st = damaged(store, "an attribute is missing");
    p->frequency = (econ_frequency)frequency;
    p->n_periods = (size_t)periods;
    return st;
}

/* A text for each of n things, into what `place` says; "" stays NULL if `optional`. */
static sci_status
read_texts(econ_store *store, const char *path, size_t n, bool optional,
           char **(*place)(econ_panel *panel, size_t k))
{
    sci_texts texts = { 0 };
    sci_status st = sci_h5_file_texts(store->file, path, NULL, &texts);

    if (st == SCI_OK && texts.n != n)
        st = damaged(store, path);
    for (size_t k = 0; st == SCI_OK && k < n; k++) {
        const char *text = texts.items[k] != NULL ? texts.items[k] : "";

        if (!optional || text[0] != 0)
            st = sci_strdup(place(&store->panel, k), text);
    }
    sci_texts_clear(&texts);
    return st;
}

static char **
place_sector(econ_panel *panel, size_t k)
{
    return &panel->sectors[k];
}

static char **
place_name(econ_panel *panel, size_t k)
{
    return &panel->indicators[k].name;
}

static char **
place_unit(econ_panel *panel, size_t k)
{
    return &panel->indicators[k].unit;
}

static char **
place_title(econ_panel *panel, size_t k)
{
    return &panel->indicators[k].title;
}

static sci_status
count_rows(econ_store *store, const char *path, size_t *out)
{
    sci_h5_object o;
    sci_status st = sci_h5_file_object(store->file, path, &o);

    if (st == SCI_ERR_NOTFOUND || (st == SCI_OK && (o.rank < 1 || o.shape[0] < 1)))
        return damaged(store, path);
    if (st == SCI_OK && o.shape[0] > CELLS_MOST / store->panel.n_periods)
        return damaged(store, path);
    if (st == SCI_OK)
        *out = (size_t)o.shape[0];
    return st;
}

static sci_status
read_numbers(econ_store *store, const char *path, int64_t least, int64_t most, int64_t *out)
{
    int64_t *numbers = NULL;
    uint64_t n = 0;
    sci_status st = sci_h5_file_integers(store->file, path, NULL, &n, &numbers);

    if (st == SCI_OK && n != store->panel.n_indicators)
        st = damaged(store, path);
    for (uint64_t k = 0; st == SCI_OK && k < n; k++) {
        out[k] = numbers[k];
        if (numbers[k] < least || numbers[k] > most)
            st = damaged(store, path);
    }
    sci_free(numbers);
    return st;
}

static sci_status
read_facts(econ_store *store)
{
    econ_panel *p = &store->panel;
    size_t n = p->n_indicators;
    int64_t *numbers = NULL;
    double *weights = NULL;
    uint64_t found = 0;
    sci_status st = sci_alloc(&numbers, 3, n, sizeof *numbers);

    if (st == SCI_OK)
        st = read_numbers(store, "/indicator/transform", ECON_LEVEL, ECON_DPCT, numbers);
    if (st == SCI_OK)
        st = read_numbers(store, "/indicator/sign", -1, 1, numbers + n);
    if (st == SCI_OK)
        st =
            read_numbers(store, "/indicator/sector", 0, (int64_t)p->n_sectors - 1, numbers + 2 * n);
    if (st == SCI_OK)
        st = sci_h5_file_numbers(store->file, "/indicator/weight", NULL, &found, &weights);
    if (st == SCI_OK && found != n)
        st = damaged(store, "/indicator/weight");
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        econ_indicator *in = &p->indicators[i];

        in->transform = (econ_transform)numbers[i];
        in->sign = (int)numbers[n + i];
        in->sector_index = (size_t)numbers[2 * n + i];
        in->weight = weights[i];
        in->row_last = p->n_periods - 1;
        st = sci_strdup(&in->sector, p->sectors[in->sector_index]);
    }
    sci_free(numbers);
    sci_free(weights);
    return st;
}

/* Rows on their way from a dataset into an array of longer or shorter ones. */
typedef struct row_reader {
    char *out;
    size_t size; /* of an element */
    size_t row, taken,
        stride;          /* bytes: of a stored row, of it that are wanted, of a row of `out` */
    char *part;          /* a row of which only a part has come */
    size_t filled, next; /* bytes of it, and its number */
    digests *d;
} row_reader;

static void
take_row(row_reader *r, const char *bytes)
{
    store_digest_more(r->d, bytes, r->row);
    if (r->out != NULL)
        memcpy(r->out + r->next * r->stride, bytes, r->taken);
    r->next++;
}

static sci_status
take_piece(void *context, uint64_t first, uint64_t count, const void *elements)
{
    row_reader *r = context;
    const char *bytes = elements;
    size_t left = (size_t)count * r->size;

    (void)first;
    while (left > 0) {
        size_t n = r->row - r->filled < left ? r->row - r->filled : left;

        if (r->filled == 0 && n == r->row) {
            take_row(r, bytes);
        } else {
            memcpy(r->part + r->filled, bytes, n);
            r->filled += n;
            if (r->filled == r->row) {
                take_row(r, r->part);
                r->filled = 0;
            }
        }
        bytes += n;
        left -= n;
    }
    return SCI_OK;
}

/* `periods` elements of each row of the dataset into rows of `stride` elements; `d` gets all of it. */
static sci_status
read_rows(econ_store *store, const char *path, const sci_array *shape, size_t periods, void *out,
          size_t stride, digests *d)
{
    size_t size = sci_type_size(shape->type);
    row_reader r = { .out = out,
                     .size = size,
                     .row = (size_t)shape->shape[1] * size,
                     .taken = periods * size,
                     .stride = stride * size,
                     .d = d };
    sci_source *source = NULL;
    sci_status st = sci_h5_file_source(&source, store->file, path, NULL);

    if (st == SCI_OK
        && (source->array.rank != 2 || source->array.type != shape->type || source->array.swapped
            || source->array.shape[0] != shape->shape[0]
            || source->array.shape[1] != shape->shape[1]))
        st = damaged(store, path);
    if (st == SCI_OK)
        st = sci_alloc(&r.part, r.row, 1, 1);
    if (st == SCI_OK)
        st = sci_source_visit(source, 0, shape->shape[0] * shape->shape[1], take_piece, &r);
    sci_free(r.part);
    sci_source_free(source);
    return st;
}

static sci_status
read_indicators(econ_store *store)
{
    econ_panel *p = &store->panel;
    digests unused = { { { 0 } } };
    sci_array a;
    sci_status st = count_rows(store, "/indicator/value", &p->n_indicators);

    if (st == SCI_OK)
        st = sci_alloc_zero(&p->indicators, p->n_indicators, 1, sizeof *p->indicators);
    if (st == SCI_OK)
        st = sci_alloc(&p->values, p->n_indicators, p->n_periods, sizeof *p->values);
    if (st == SCI_OK)
        st = read_texts(store, "/indicator/name", p->n_indicators, false, place_name);
    if (st == SCI_OK)
        st = read_texts(store, "/indicator/unit", p->n_indicators, true, place_unit);
    if (st == SCI_OK)
        st = read_texts(store, "/indicator/title", p->n_indicators, true, place_title);
    if (st == SCI_OK)
        st = read_facts(store);
    a = store_shape_of(p, OF_INDICATORS, SCI_FLOAT64);
    return st == SCI_OK ? read_rows(store, "/indicator/value", &a, p->n_periods, p->values,
                                    p->n_periods, &unused)
                        : st;
}

sci_status
econ_store_open(econ_store *out, const char *path)
{
    econ_panel *p = &out->panel;
    sci_status st;

    *out = (econ_store){ .file = NULL };
    st = sci_strdup(&out->path, path);
    if (st == SCI_OK)
        st = sci_strdup(&p->path, path);
    if (st == SCI_OK)
        st = sci_h5_file_open(&out->file, path);
    if (st == SCI_OK)
        st = read_head(out);
    if (st == SCI_OK)
        st = count_rows(out, "/sector/name", &p->n_sectors);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->sectors, p->n_sectors, 1, sizeof *p->sectors);
    if (st == SCI_OK)
        st = read_texts(out, "/sector/name", p->n_sectors, false, place_sector);
    if (st == SCI_OK)
        st = sci_h5_file_has(out->file, "/indicator/value", &out->is.values);
    if (st == SCI_OK && out->is.state && !out->is.values)
        st = damaged(out, "/indicator/value is missing");
    if (st == SCI_OK && out->is.values)
        st = read_indicators(out);
    return st;
}

void
econ_store_close(econ_store *store)
{
    econ_panel_clear(&store->panel);
    sci_free(store->is.rules);
    sci_free(store->path);
    sci_h5_file_close(store->file);
    *store = (econ_store){ .file = NULL };
}

static sci_status
check_digest(econ_store *store, const digests *d)
{
    char digest[80], *stored = NULL;
    sci_status st = sci_h5_file_text(store->file, "/", "digest", &stored);

    store_digest_end(d, digest);
    if (st == SCI_ERR_NOTFOUND || (st == SCI_OK && strcmp(stored, digest) != 0))
        st = damaged(store, "its digest is not that of what it holds");
    sci_free(stored);
    return st;
}

sci_status
econ_store_scores(econ_store *store, size_t periods, econ_scores *out, double *within)
{
    const econ_panel *p = &store->panel;
    digests d = { { { 0 } } };
    bool has;
    sci_status st = SCI_OK;

    store_digest_panel(&d, p, store->is.values);
    store_digest_text(&d, store->is.rules);
    for (int k = 0; st == SCI_OK && k < STORE_ARRAYS; k++) {
        sci_array a = store_shape_of(p, store_arrays[k].rows, store_arrays[k].type);

        st = sci_h5_file_has(store->file, store_arrays[k].path, &has);
        if (st == SCI_OK && has)
            st = read_rows(store, store_arrays[k].path, &a, periods,
                           store_array_of(out, &store_arrays[k]), out->n_periods, &d);
    }
    if (st == SCI_OK && store->is.state) {
        sci_array a = store_shape_of(p, OF_INDICATORS, SCI_FLOAT64);

        st = read_rows(store, "/indicator/within", &a, periods, within, out->n_periods, &d);
    }
    return st == SCI_OK ? check_digest(store, &d) : st;
}
