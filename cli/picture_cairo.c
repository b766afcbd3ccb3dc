/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_cairo.h"

#include "library.h"

picture_cairo cairo;

sci_status
picture_cairo_load(void)
{
    static const char *const names[] = { "libcairo.so.2", NULL };
#define PICTURE_SYMBOL(name) { "cairo_" #name, &cairo.name },
    static const cli_symbol symbols[] = { PICTURE_CAIRO(PICTURE_SYMBOL) };
#undef PICTURE_SYMBOL

    if (cairo.create)
        return SCI_OK;
    return cli_library_load(names, "libcairo2", "pictures", symbols,
                            sizeof symbols / sizeof *symbols);
}
