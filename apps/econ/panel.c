/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "panel.h"

#include <string.h>

#include <sci/memory.h>

static const char *const transforms[] = {
    "level", "diff", "diff2", "log", "dlog", "d2log", "dpct"
};

int
econ_transform_find(const char *text)
{
    if (text[0] >= '1' && text[0] <= '7' && text[1] == '\0')
        return text[0] - '0';
    for (int k = 0; k < 7; k++)
        if (strcmp(text, transforms[k]) == 0)
            return k + 1;
    return 0;
}

const char *
econ_transform_name(econ_transform transform)
{
    return transforms[transform - 1];
}

int
econ_sign_find(const char *text)
{
    if (strcmp(text, "1") == 0 || strcmp(text, "+1") == 0 || strcmp(text, "+") == 0
        || strcmp(text, "up") == 0)
        return 1;
    return strcmp(text, "-1") == 0 || strcmp(text, "-") == 0 || strcmp(text, "down") == 0 ? -1 : 0;
}

const char *
econ_layout_name(econ_layout layout)
{
    static const char *const names[] = { "long", "wide", "periods-in-columns" };

    return names[layout];
}

void
econ_panel_clear(econ_panel *panel)
{
    for (size_t k = 0; panel->indicators != NULL && k < panel->n_indicators; k++) {
        sci_free(panel->indicators[k].name);
        sci_free(panel->indicators[k].sector);
        sci_free(panel->indicators[k].unit);
        sci_free(panel->indicators[k].title);
    }
    for (size_t k = 0; panel->sectors != NULL && k < panel->n_sectors; k++)
        sci_free(panel->sectors[k]);
    sci_free(panel->indicators);
    sci_free(panel->sectors);
    sci_free(panel->values);
    sci_free(panel->flags);
    sci_free(panel->path);
    econ_notes_clear(&panel->notes);
    *panel = (econ_panel){ 0 };
}

size_t
econ_panel_indicator(const econ_panel *panel, const char *name)
{
    for (size_t k = 0; k < panel->n_indicators; k++)
        if (strcmp(panel->indicators[k].name, name) == 0)
            return k;
    return SIZE_MAX;
}

size_t
econ_panel_sector(const econ_panel *panel, const char *name)
{
    for (size_t k = 0; k < panel->n_sectors; k++)
        if (strcmp(panel->sectors[k], name) == 0)
            return k;
    return SIZE_MAX;
}
