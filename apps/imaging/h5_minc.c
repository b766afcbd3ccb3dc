/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MINC 2: images of the McConnell Brain Imaging Centre's tools. */
#include <string.h>

#include <sci/memory.h>

#include "h5_minc.h"

sci_status
h5_minc_open(const h5_reading *r)
{
    char *class = NULL;
    sci_status st;

    r->volume->format = IMAGING_MINC2;
    st = h5_take_dataset(r, MINC_IMAGE);
    if (st == SCI_OK)
        st = h5_read_text(r, "/minc-2.0", "class", &class);
    if (st == SCI_OK)
        st = h5_minc_dimensions(r);
    if (st == SCI_OK)
        st = h5_minc_values(r);
    r->volume->looks_like_labels = class != NULL && strncmp(class, "label", 5) == 0;
    sci_free(class);
    return st;
}
