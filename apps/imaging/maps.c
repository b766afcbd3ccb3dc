/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "maps.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/matrix.h>
#include <sci/memory.h>
#include <sci/parallel.h>

#include "cli/message.h"

#include "mapped.h"

#define LABELS_MOST UINT64_C(1000000)
#define BLOCK 4096 /* elements that are looked at together */

/* ---- where a map lies ---- */

static sci_status
refuse_shape(const imaging_volume *volume, const imaging_volume *map)
{
    char shapes[2][128];
    const imaging_volume *both[2] = { map, volume };

    for (int k = 0; k < 2; k++) {
        size_t used = 0;

        shapes[k][0] = '\0';
        for (int a = 0; a < both[k]->geometry.rank && used < sizeof shapes[k] - 24; a++)
            used += (size_t)snprintf(shapes[k] + used, sizeof shapes[k] - used, "%s%" PRIu64,
                                     a > 0 ? " x " : "", both[k]->geometry.axes[a].size);
    }
    return sci_fail(
        SCI_ERR_REFUSED,
        "'%s' has %s voxels and '%s' has %s: a mask or label map has the spatial axes of "
        "its image, in the same order",
        map->name, shapes[0], volume->name, shapes[1]);
}

/* The image's axis for each axis of the map that is longer than 1; -1 if there is none of its role
 * and size behind the last one. */
static int
find_axis(const imaging_volume *volume, const imaging_axis *axis, int after)
{
    for (int a = after + 1; a < volume->geometry.rank; a++)
        if (volume->geometry.axes[a].role == axis->role
            && volume->geometry.axes[a].size == axis->size)
            return a;
    return -1;
}

static sci_status
place_map(const imaging_volume *volume, const imaging_volume *map, int *n_axes,
          int axes[IMAGING_AXES_MOST])
{
    const imaging_geometry *g = &map->geometry;
    int last = -1, spatial = 0;

    *n_axes = 0;
    for (int a = 0; a < g->rank; a++) {
        bool in_space = imaging_role_is_spatial(g->axes[a].role);
        int at;

        if (!in_space && g->axes[a].size == 1)
            continue;
        at = find_axis(volume, &g->axes[a], last);
        if (at < 0)
            return refuse_shape(volume, map);
        axes[(*n_axes)++] = last = at;
        spatial += in_space;
    }
    for (int a = 0; a < volume->geometry.rank; a++)
        spatial -= imaging_role_is_spatial(volume->geometry.axes[a].role);
    return spatial == 0 ? SCI_OK : refuse_shape(volume, map);
}

sci_status
imaging_map_open(imaging_volume **out, const imaging_context *c, const imaging_volume *volume,
                 const char *operand, int *n_axes, int axes[IMAGING_AXES_MOST])
{
    imaging_volume *map = NULL;
    sci_status st = imaging_volume_open_map(&map, c, operand);

    if (st == SCI_OK)
        st = place_map(volume, map, n_axes, axes);
    if (st == SCI_OK)
        st = imaging_geometry_same(&volume->geometry, volume->name, &map->geometry, map->name);
    if (st != SCI_OK) {
        imaging_volume_free(map);
        return st;
    }
    *out = map;
    return SCI_OK;
}

void
imaging_place_text(const sci_array *array, uint64_t at, char place[IMAGING_PLACE])
{
    uint64_t index[SCI_MAX_RANK];
    size_t used = 0;

    for (int a = array->rank - 1; a >= 0; a--) {
        index[a] = at % array->shape[a];
        at /= array->shape[a];
    }
    for (int a = 0; a < array->rank; a++)
        used += (size_t)snprintf(place + used, IMAGING_PLACE - used, "%s%" PRIu64,
                                 a > 0 ? ", " : "", index[a]);
}

/* ---- masks ---- */

/* What values a mask has. */
typedef struct values_seen {
    const sci_source *source;
    double *block;
    double other;                   /* the first value that is not 0 */
    bool negative, nonfinite, many; /* more than one value besides 0 */
    bool above;                     /* above 1, the first of them: */
    uint64_t above_at;
    double above_value;
} values_seen;

/* Most stretches of a mask have nothing but 0 and one other value. */
SCI_CLONES static bool
has_others(const double *x, size_t n, double other)
{
    uint64_t others = 0;

    for (size_t i = 0; i < n; i++)
        others += (x[i] != 0.0) & (x[i] != other);
    return others > 0;
}

static void
look_closely(values_seen *seen, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = seen->block[i];

        if (x == 0.0)
            continue;
        seen->nonfinite = seen->nonfinite || !isfinite(x);
        seen->negative = seen->negative || x < 0.0;
        if (x > 1.0 && !seen->above) {
            seen->above = true;
            seen->above_at = first + i;
            seen->above_value = x;
        }
        if (seen->other == 0.0)
            seen->other = x;
        seen->many = seen->many || x != seen->other;
    }
}

static sci_status
look_at(void *context, uint64_t first, uint64_t count, const void *elements)
{
    values_seen *seen = context;
    size_t size = sci_type_size(seen->source->array.type);

    for (uint64_t done = 0; done < count; done += BLOCK) {
        size_t n = count - done < BLOCK ? (size_t)(count - done) : BLOCK;

        sci_widen_stored(seen->block, &seen->source->array, (const char *)elements + done * size,
                         n);
        if (has_others(seen->block, n, seen->other))
            look_closely(seen, first + done, n);
    }
    return SCI_OK;
}

static sci_status
see_values(values_seen *seen, sci_source *source)
{
    uint64_t count;
    sci_status st = sci_array_count(&source->array, &count);

    *seen = (values_seen){ .source = source };
    if (st == SCI_OK)
        st = sci_alloc(&seen->block, BLOCK, 1, sizeof *seen->block);
    if (st == SCI_OK)
        st = sci_source_visit(source, 0, count, look_at, seen);
    sci_free(seen->block);
    seen->block = NULL;
    return st;
}

static sci_status
check_fractions(const values_seen *seen, const char *name)
{
    char place[IMAGING_PLACE];

    if (seen->negative)
        return sci_fail(SCI_ERR_REFUSED,
                        "the mask '%s' has negative values; weights are "
                        "fractions of a voxel",
                        name);
    if (!seen->above)
        return SCI_OK;
    imaging_place_text(&seen->source->array, seen->above_at, place);
    return sci_fail(SCI_ERR_REFUSED,
                    "the mask '%s' holds %.9g at index (%s); weights are fractions of a voxel, "
                    "from 0 to 1",
                    name, seen->above_value, place);
}

/* 1 above the threshold, 0 elsewhere: differences are exact in sign, and times 1e300 beyond 1. */
static sci_status
threshold_mask(imaging_members *m, double threshold)
{
    const double one = 1.0, minus = -threshold, steep = 1e300, zero = 0.0;
    const imaging_step steps[3] = { { .kind = STEP_SCALE, .blocks = 1, .a = &one, .b = &minus },
                                    { .kind = STEP_SCALE, .blocks = 1, .a = &steep, .b = &zero },
                                    { .kind = STEP_CLAMP, .blocks = 1, .a = &zero, .b = &one } };
    sci_status st = imaging_mapped_create(&m->steps[0], m->mask->source, 3, steps);

    m->mask_source = m->steps[0];
    return st;
}

static sci_status
check_mask(imaging_members *m, const imaging_context *c)
{
    const char *name = m->mask->name;
    values_seen seen;
    sci_status st = see_values(&seen, m->mask->source);

    if (st != SCI_OK)
        return st;
    if (seen.nonfinite)
        return sci_fail(SCI_ERR_REFUSED, "the mask '%s' has values that are not finite", name);
    if (c->settings->mask_weights) {
        m->mask_source = m->mask->source;
        return check_fractions(&seen, name);
    }
    if (cli_given(c->call, "mask-threshold"))
        return threshold_mask(m, c->settings->mask_threshold);
    if (seen.many || seen.negative)
        return sci_fail(SCI_ERR_REFUSED,
                        "the mask '%s' is not binary; say what its values mean: --mask-weights "
                        "(fractions of a voxel) or --mask-threshold T (inside is above T)",
                        name);
    if (!sci_type_is_integer(m->mask->source->array.type))
        return threshold_mask(m, 0.0);
    return SCI_OK;
}

sci_status
imaging_mask_open(imaging_members *m, const imaging_context *c, const imaging_volume *volume)
{
    sci_status st =
        imaging_map_open(&m->mask, c, volume, m->rule.operand, &m->n_mask_axes, m->mask_axes);

    return st == SCI_OK ? check_mask(m, c) : st;
}

/* ---- label maps ---- */

/* The first value of a label map of floats that is no label. */
typedef struct label_check {
    const sci_source *source;
    double *block;
    bool found;
    uint64_t at;
    double value;
} label_check;

static sci_status
check_labels(void *context, uint64_t first, uint64_t count, const void *elements)
{
    label_check *check = context;
    size_t size = sci_type_size(check->source->array.type);

    for (uint64_t done = 0; done < count && !check->found; done += BLOCK) {
        size_t n = count - done < BLOCK ? (size_t)(count - done) : BLOCK;

        sci_widen_stored(check->block, &check->source->array, (const char *)elements + done * size,
                         n);
        for (size_t i = 0; i < n && !check->found; i++) {
            double x = check->block[i];

            if (fabs(x) <= MAPPED_WHOLE_MOST && x == rint(x))
                continue;
            check->found = true;
            check->value = x;
            check->at = first + done + i;
        }
    }
    return SCI_OK;
}

static sci_status
refuse_label(const label_check *check, const char *operand)
{
    char place[IMAGING_PLACE];

    imaging_place_text(&check->source->array, check->at, place);
    return sci_fail(SCI_ERR_REFUSED,
                    "the label map '%s' holds %.9g at index (%s); labels are whole numbers",
                    operand, check->value, place);
}

/* Segmentations are often stored as floats. */
static sci_status
open_float_labels(imaging_members *m, const char *operand)
{
    sci_source *source = m->labels->source;
    label_check check = { .source = source };
    uint64_t count;
    sci_status st = sci_array_count(&source->array, &count);

    if (st == SCI_OK)
        st = sci_alloc(&check.block, BLOCK, 1, sizeof *check.block);
    if (st == SCI_OK)
        st = sci_source_visit(source, 0, count, check_labels, &check);
    sci_free(check.block);
    if (st == SCI_OK && check.found)
        st = refuse_label(&check, operand);
    if (st == SCI_OK)
        st = imaging_mapped_whole(&m->steps[1], source);
    m->label_source = m->steps[1];
    return st;
}

static sci_status
ignore_labels(imaging_members *m, const imaging_context *c)
{
    const cli_list *ignored = &c->settings->ignored;
    sci_status st = SCI_OK;

    for (size_t i = 0; i < ignored->n && st == SCI_OK; i++) {
        st = sci_labels_ignore(m->regions, ignored->items[i]);
        if (st == SCI_ERR_NOTFOUND) {
            cli_note("'%s': no voxel has the label %s of --ignore-label", m->labels->name,
                     ignored->items[i]);
            st = SCI_OK;
        }
    }
    return st;
}

/* The digest of labels that are used as they are stored comes with it. */
static sci_status
scan_labels(imaging_members *m, const imaging_context *c, uint64_t *n, int64_t **levels)
{
    m->digested = m->label_source == m->labels->stored;
    return m->digested ? sci_map_scan_digest(m->label_source, &c->options, LABELS_MOST, n, levels,
                                             m->label_digest)
                       : sci_map_scan(m->label_source, &c->options, LABELS_MOST, n, levels);
}

sci_status
imaging_labels_open(imaging_members *m, const imaging_context *c, const imaging_volume *volume,
                    const char *operand)
{
    int64_t *levels = NULL;
    uint64_t n = 0;
    sci_status st =
        imaging_map_open(&m->labels, c, volume, operand, &m->n_label_axes, m->label_axes);

    if (st == SCI_OK) {
        m->label_source = m->labels->source;
        if (!sci_type_is_integer(m->label_source->array.type))
            st = open_float_labels(m, operand);
    }
    if (st == SCI_OK)
        st = scan_labels(m, c, &n, &levels);
    if (st == SCI_OK)
        st = sci_labels_from_source(&m->regions, m->label_source, n, levels);
    if (st == SCI_OK)
        st = ignore_labels(m, c);
    sci_free(levels);
    return st;
}
