/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of `info` for people. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/message.h"
#include "cli/number.h"

#include "info.h"
#include "sampling.h"

static void
print_safe(const char *text)
{
    char safe[2048];

    (void)cli_escape(safe, sizeof safe, text);
    (void)fputs(safe, stdout);
}

/* "int16" */
static const char *
type_word(sci_type type)
{
    static const char *const words[] = { "int8",    "int16",   "int32",  "int64",
                                         "uint8",   "uint16",  "uint32", "uint64",
                                         "float16", "float32", "float64" };

    return words[type];
}

static void
print_head(const imaging_volume *v, const imaging_facts *f)
{
    char size[32];

    print_safe(v->name);
    (void)printf(": %s, ", imaging_format_name(v->format));
    for (int a = 0; a < v->geometry.rank; a++)
        (void)printf("%s%" PRIu64, a > 0 ? " x " : "", v->geometry.axes[a].size);
    (void)printf(" %s%s", type_word(v->stored->array.type), v->scaled ? " with a scale" : "");
    if (f->stored[0] != '\0')
        (void)printf(", %s", f->stored);
    cli_size_text(f->bytes, size, sizeof size);
    (void)printf(", %s\n", size);
}

/* "4 mm", "3 to 9 mm", "?" */
static void
write_range(char *out, size_t size, double least, double most, const char *unit)
{
    const char *blank = unit[0] != '\0' ? " " : "";

    if (isnan(least))
        (void)snprintf(out, size, "?");
    else if (least == most)
        (void)snprintf(out, size, "%.6g%s%s", least, blank, unit);
    else
        (void)snprintf(out, size, "%.6g to %.6g%s%s", least, most, blank, unit);
}

SCI_PRINTF(3, 4)
static void
append(char *line, size_t size, const char *format, ...)
{
    size_t used = strlen(line);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line + used, size - used, format, arguments);
    va_end(arguments);
}

/* Without the blanks of empty columns. */
static void
print_line(char *line)
{
    size_t n = strlen(line);

    while (n > 0 && line[n - 1] == ' ')
        n--;
    line[n] = '\0';
    (void)puts(line);
}

static void
print_axis(const imaging_volume *v, const imaging_facts *f, int a)
{
    const imaging_geometry *g = &v->geometry;
    const imaging_axis *axis = &g->axes[a];
    char spacing[64] = "", extent[64] = "", name[64], line[512];
    const char *leads;
    double degrees = 0;

    (void)cli_escape(name, sizeof name, axis->name);
    if (axis->role == IMAGING_TIME && !isnan(axis->step))
        (void)snprintf(spacing, sizeof spacing, "%.6g", fabs(axis->step));
    if (imaging_role_is_spatial(axis->role)) {
        write_range(spacing, sizeof spacing, f->thinnest[a], f->thickest[a], g->unit);
        write_range(extent, sizeof extent, f->extent[a], f->extent[a], g->unit);
    }
    (void)snprintf(line, sizeof line, "  %-10s %-8s %6" PRIu64 "  %-16s %-12s", name,
                   imaging_role_name(axis->role), axis->size, spacing, extent);
    leads = imaging_axis_leads(g, axis, &degrees);
    if (leads != NULL)
        append(line, sizeof line, " to %s", leads);
    if (leads != NULL && degrees >= 0.05)
        append(line, sizeof line, ", %.1f degrees off", degrees);
    if (axis->irregular)
        append(line, sizeof line, "%s not %s", leads != NULL ? ";" : "",
               isnan(imaging_axis_pitch(axis)) ? "evenly spaced" : "as thick as far apart");
    print_line(line);
}

static void
print_volumes(const imaging_volume *v, const imaging_facts *f)
{
    char volume[64];

    const char *unit = imaging_geometry_measure(&v->geometry);
    const char *what = strcmp(unit, "mm2") == 0 ? "area" : "volume";

    write_range(volume, sizeof volume, f->least_mm3, f->most_mm3, unit);
    (void)printf("  voxels     ");
    if (imaging_geometry_is_regular(&v->geometry))
        (void)printf("%s%s, all alike: weights by %s cancel\n",
                     isnan(f->least_mm3) ? "of unknown " : volume, isnan(f->least_mm3) ? what : "",
                     what);
    else if (isnan(f->least_mm3))
        (void)printf("of different, unknown %ss: they count by their %s\n", what, what);
    else
        (void)printf("%s: they count by their %s\n", volume, what);
    if (!isnan(f->anisotropy))
        (void)printf("  anisotropy %.3g\n", f->anisotropy);
}

void
imaging_info_text(const imaging_volume *v, const imaging_facts *f)
{
    const imaging_geometry *g = &v->geometry;

    print_head(v, f);
    (void)printf("  %-10s %-8s %6s  %-16s extent\n", "axis", "means", "size", "spacing");
    for (int a = 0; a < g->rank; a++)
        print_axis(v, f, a);
    (void)fputs("  spacing    ", stdout);
    if (g->spacing_from[0] == '\0')
        (void)fputs("not stated", stdout);
    else
        print_safe(g->spacing_from);
    (void)puts(g->spacing_from[0] != '\0' && g->unit[0] == '\0' ? ", no unit" : "");
    if (g->placed)
        (void)printf("  origin     %.9g, %.9g, %.9g %s (x, y, z; %s)\n", g->origin[0], g->origin[1],
                     g->origin[2], g->unit, g->lps ? "LPS" : "RAS");
    print_volumes(v, f);
    if (g->assumed)
        (void)puts("  note       what the axes mean was taken from their number");
    if (v->looks_like_labels)
        (void)puts("  note       the file says that the values are labels");
    for (size_t i = 0; i < g->n_warnings; i++) {
        (void)fputs("  warning    ", stdout);
        print_safe(g->warnings[i]);
        (void)putchar('\n');
    }
}
