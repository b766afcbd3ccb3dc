/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the groups of an input are made, as text and small arrays: from the command line, or from
 * the file that an earlier run wrote. */
#ifndef ARRAY_RECIPE_H
#define ARRAY_RECIPE_H

#include <sci/h5.h>
#include <sci/h5_look.h>

#include "settings.h"

typedef enum array_role { ARRAY_LABEL, ARRAY_MASK, ARRAY_WEIGHTS, ARRAY_CONDITION } array_role;
/* "label", …: names of the options without dashes. */
extern const char *const array_role_names[];

/* A label, mask or weight over some axes. */
typedef struct array_map {
    array_role role;
    char *axes;    /* "D,H,W" */
    char *operand; /* the file that was named; NULL if none, or if `lines` is of an earlier run */
    char *name;    /* of that file, without folders */
    char *lines;   /* along one axis: a value a line, empty for none; NULL: not read, or a stream */
    char *digest;  /* over several axes: of the contents, "xxh3:…"; NULL if unknown */
} array_map;

#define ARRAY_MAPS_MOST 12

typedef struct array_recipe {
    char *axes; /* names of all axes, "N,C,H,W"; NULL: to be found */
    char *norm; /* "group:8" */
    char *keep; /* "C,T" */
    size_t n_ignored;
    char **ignored;
    bool *met; /* which of these a map has had; only of the command line's, else NULL */
    int outside; /* sci_outside */
    int n_maps;
    array_map maps[ARRAY_MAPS_MOST];
} array_recipe;

/* What the command line says. SCI_ERR_ARGUMENT: no groups, --norm beside --keep or --label,
 * "AXES=FILE" without "=". */
sci_status array_recipe_from_settings(array_recipe *out,
                                      const array_settings *settings) SCI_MUST_CHECK;

/* What an earlier run wrote into `group` of a file. SCI_ERR_NOTFOUND if there is nothing. */
sci_status array_recipe_read(array_recipe *out, sci_h5_file *file,
                             const char *group) SCI_MUST_CHECK;
/* Where the command line says something too: the files of maps, axes, ignored labels and
 * `outside` (if given). A map that the recipe does not have is refused (SCI_ERR_REFUSED), except
 * masks and weights if `more`. */
sci_status array_recipe_override(array_recipe *recipe, const cli_call *call,
                                 bool more) SCI_MUST_CHECK;

/* Write it as attributes and small arrays of `group`. */
sci_status array_recipe_write(const array_recipe *recipe, sci_h5_output *out,
                              const char *group) SCI_MUST_CHECK;

/* From one worker to a later one (sci/handover.h). */
sci_status array_recipe_put(const array_recipe *recipe, int fd) SCI_MUST_CHECK;
sci_status array_recipe_take(array_recipe *out, int fd) SCI_MUST_CHECK;

/* Forget what two recipes do not share (ignored labels, `outside`, the lines of maps);
 * SCI_ERR_REFUSED if they are of another kind. */
sci_status array_recipe_join(array_recipe *into, const array_recipe *from) SCI_MUST_CHECK;

/* Without the maps of a role. */
void array_recipe_drop(array_recipe *recipe, array_role role);

/* Everything but the operands, which files do not keep. */
bool array_recipe_equal(const array_recipe *a, const array_recipe *b);

void array_recipe_clear(array_recipe *recipe);

#endif
