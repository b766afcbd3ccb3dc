/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "units.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const double imaging_units_usual[] = { 1.0, 1e-3, 1e-6, 10.0, 1000.0, 0.0 };

static const struct {
    const char *names; /* each between blanks */
    const char *usual;
    double millimetres;
} units[] = {
    { " mm millimeter millimeters millimetre millimetres ", "mm", 1.0 },
    /* µ is U+00B5 or, as often, the Greek letter U+03BC. */
    { " um \xc2\xb5m \xce\xbcm micron microns micrometer micrometers micrometre micrometres ", "um",
      1e-3 },
    { " nm nanometer nanometers nanometre nanometres ", "nm", 1e-6 },
    { " cm centimeter centimeters centimetre centimetres ", "cm", 10.0 },
    { " m meter meters metre metres ", "m", 1000.0 },
    { " in inch inches ", "inch", 25.4 },
};

/* " text " in lower case without blanks around it; false if it is too long to be a unit. */
static bool
to_word(const char *text, char word[40])
{
    size_t n;

    while (isspace((unsigned char)*text))
        text++;
    n = strlen(text);
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        n--;
    if (n > 36 || memchr(text, ' ', n) != NULL)
        return false;
    word[0] = ' ';
    for (size_t i = 0; i < n; i++)
        word[1 + i] = (char)tolower((unsigned char)text[i]);
    word[1 + n] = ' ';
    word[2 + n] = '\0';
    return true;
}

static int
find(const char *text)
{
    char word[40];

    for (size_t i = 0; to_word(text, word) && i < sizeof units / sizeof *units; i++)
        if (word[1] != ' ' && strstr(units[i].names, word) != NULL)
            return (int)i;
    return -1;
}

double
imaging_unit_millimetres(const char *text)
{
    int i = find(text);

    return i >= 0 ? units[i].millimetres : 0.0;
}

bool
imaging_unit_says_nothing(const char *text)
{
    char word[40];

    return to_word(text, word)
           && (word[1] == ' ' || strstr(" pixel pixels px voxel voxels ", word) != NULL);
}

void
imaging_geometry_set_unit(imaging_geometry *geometry, const char *text)
{
    int i = find(text);

    geometry->millimetres = i >= 0 ? units[i].millimetres : 0.0;
    (void)snprintf(geometry->unit, sizeof geometry->unit, "%s", i >= 0 ? units[i].usual : text);
}
