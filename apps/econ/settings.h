/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs of sci-econ can be told. */
#ifndef ECON_SETTINGS_H
#define ECON_SETTINGS_H

#include "cli/common.h"
#include "cli/program.h"

#include "panel.h"
#include "scoring.h"

typedef struct econ_settings {
    cli_common common;
    econ_reading reading;
    econ_scoring scoring;
    /* check */
    const char *write_map;
} econ_settings;

#define ECON_AT(member) offsetof(econ_settings, member)

#endif
