/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reader of the results should know about the input: what was guessed, and what looks wrong. */
#ifndef ECON_NOTES_H
#define ECON_NOTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

typedef enum econ_note_kind {
    ECON_GUESS,  /* how the file was read, where it does not say itself */
    ECON_WARNING /* of the data */
} econ_note_kind;

typedef struct econ_note {
    econ_note_kind kind;
    const char *code; /* "gap", "encoding_guessed"; static */
    uint64_t line;    /* in the file, from 1; 0: of the whole */
    uint64_t column;  /* characters, from 1; 0: of the whole line */
    char *text;       /* a sentence without full stop */
} econ_note;

/* Zeroed it is empty. */
typedef struct econ_notes {
    size_t n, room;
    econ_note *items;
} econ_notes;

sci_status econ_notes_add(econ_notes *notes, econ_note_kind kind, const char *code, uint64_t line,
                          uint64_t column, const char *format, ...) SCI_MUST_CHECK SCI_PRINTF(6, 7);
bool econ_notes_have(const econ_notes *notes, const char *code);
void econ_notes_clear(econ_notes *notes);

#endif
