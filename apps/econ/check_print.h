/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What check says of a panel, as text and as JSON. */
#ifndef ECON_CHECK_PRINT_H
#define ECON_CHECK_PRINT_H

#include "panel.h"

void econ_check_print(const econ_panel *panel);

/* All cells; of a panel that could not be read the fault and the message instead. */
sci_status econ_check_json(const econ_panel *panel, const char *message) SCI_MUST_CHECK;

#endif
