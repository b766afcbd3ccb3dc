/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel.h"

#include <sci/memory.h>

sci_status
econ_panel_read(econ_panel *panel, const char *path, const econ_reader *reader)
{
    (void)reader;
    *panel = (econ_panel){ 0 };
    return sci_fail(SCI_ERR_FORMAT, "%s: panels cannot be read yet", path);
}
