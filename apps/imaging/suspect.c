/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suspect.h"

#include <sci/matrix.h>

#define WINDOWS 8
#define WINDOW (UINT64_C(1) << 14)
#define MEMBERS_LEAST 1000 /* of fewer nothing can be said */
#define SHARE 0.5
#define BLOCK 4096

typedef struct looking {
    const sci_source *source;
    double before;
    uint64_t members, same;
    bool unlike; /* there is more than one value */
} looking;

static sci_status
look(void *context, uint64_t first, uint64_t count, const void *elements)
{
    looking *l = context;
    size_t size = sci_type_size(l->source->array.type);
    double block[BLOCK];

    (void)first;
    for (uint64_t done = 0; done < count; done += BLOCK) {
        size_t n = count - done < BLOCK ? (size_t)(count - done) : BLOCK;

        sci_widen_stored(block, &l->source->array, (const char *)elements + done * size, n);
        for (size_t i = 0; i < n; i++) {
            l->members += block[i] != 0.0;
            l->same += block[i] != 0.0 && block[i] == l->before;
            l->unlike = l->unlike || block[i] != l->before;
            l->before = block[i];
        }
    }
    return SCI_OK;
}

sci_status
imaging_suspect_labels(const imaging_volume *volume, bool *out)
{
    sci_source *source = volume->stored;
    looking l = { .source = source };
    uint64_t count, n;
    sci_status st = sci_array_count(&source->array, &count);

    *out = false;
    if (st != SCI_OK || !sci_type_is_integer(source->array.type))
        return st;
    for (uint64_t w = 1; st == SCI_OK && w <= WINDOWS; w++) {
        uint64_t first = count / (WINDOWS + 1) * w;

        n = count - first < WINDOW ? count - first : WINDOW;
        if (n > 0)
            st = sci_source_visit(source, first, n, look, &l);
    }
    *out = st == SCI_OK && l.unlike && l.members >= MEMBERS_LEAST
           && (double)l.same >= SHARE * (double)l.members;
    return st;
}
