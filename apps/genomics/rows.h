/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The option tables of the verbs. */
#ifndef GENOMICS_ROWS_H
#define GENOMICS_ROWS_H

#include "settings.h"

extern const cli_row genomics_harmonize_rows[];
extern const cli_row genomics_normalize_rows[];
extern const cli_row genomics_fit_rows[];
extern const cli_row genomics_merge_rows[];
extern const cli_row genomics_apply_rows[];
extern const cli_row genomics_invert_rows[];
extern const cli_row genomics_show_rows[];
extern const cli_row genomics_evaluate_rows[];
extern const cli_row genomics_pca_rows[];
extern const cli_row genomics_concat_rows[];
extern const cli_row genomics_info_rows[];
extern const cli_row genomics_validate_rows[];
extern const cli_row genomics_convert_rows[];

#endif
