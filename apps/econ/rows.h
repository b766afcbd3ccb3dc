/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of each verb. */
#ifndef ECON_ROWS_H
#define ECON_ROWS_H

#include "settings.h"

extern const cli_row econ_check_rows[];

#endif
