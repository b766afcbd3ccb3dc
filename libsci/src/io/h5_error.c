/* SPDX-License-Identifier: BSD-3-Clause */
/* HDF5's error stack as a message of ours. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "h5_priv.h"

typedef struct reason {
    char text[300];
    bool no_space;
} reason;

/* How HDF5's drivers word ENOSPC, EDQUOT and EFBIG. */
static const char *const full_disk[] = { "No space left on device", "Disk quota exceeded",
                                         "File too large" };

/* Called from the innermost record outwards: the first one says what really happened. */
static herr_t
note(unsigned n, const H5E_error2_t *record, void *context)
{
    reason *r = context;

    if (record->desc == NULL)
        return 0;
    if (n == 0)
        (void)snprintf(r->text, sizeof r->text, "%s", record->desc);
    for (size_t i = 0; i < sizeof full_disk / sizeof full_disk[0]; i++)
        if (strstr(record->desc, full_disk[i]) != NULL)
            r->no_space = true;
    return 0;
}

sci_status
h5_fail(sci_status status, const char *format, ...)
{
    reason r = { "", false };
    char text[640];
    va_list arguments;

    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note, &r);
    (void)H5Eclear2(H5E_DEFAULT);
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (r.no_space)
        status = SCI_ERR_NOSPACE;
    if (r.text[0] == '\0')
        return sci_fail(status, "%s", text);
    return sci_fail(status, "%s (HDF5: %s)", text, r.text);
}

bool
h5_error_says(const char *words)
{
    reason r = { "", false };

    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note, &r);
    return strstr(r.text, words) != NULL;
}

void
h5_close(hid_t id)
{
    if (id >= 0 && h5_enter() == SCI_OK) {
        (void)H5Idec_ref(id);
        h5_leave();
    }
}

sci_status
h5_close_checked(hid_t id, const char *where)
{
    sci_status st = h5_enter();

    if (st != SCI_OK)
        return st;
    if (id >= 0 && H5Idec_ref(id) < 0)
        st = h5_fail(SCI_ERR_IO, "cannot finish writing '%s'", where);
    h5_leave();
    return st;
}
