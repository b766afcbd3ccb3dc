/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notes.h"

#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

static sci_status
make_room(econ_notes *notes)
{
    size_t room = notes->room == 0 ? 16 : 2 * notes->room;
    econ_note *items;
    sci_status st;

    if (notes->n < notes->room)
        return SCI_OK;
    st = sci_alloc(&items, room, 1, sizeof *items);
    if (st != SCI_OK)
        return st;
    if (notes->n > 0)
        memcpy(items, notes->items, notes->n * sizeof *items);
    sci_free(notes->items);
    notes->items = items;
    notes->room = room;
    return SCI_OK;
}

sci_status
econ_notes_add(econ_notes *notes, econ_note_kind kind, const char *code, uint64_t line,
               uint64_t column, const char *format, ...)
{
    char text[1024];
    va_list args;
    sci_status st = make_room(notes);
    econ_note note = { .kind = kind, .code = code, .line = line, .column = column };

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (st == SCI_OK)
        st = sci_strdup(&note.text, text);
    if (st == SCI_OK)
        notes->items[notes->n++] = note;
    return st;
}

bool
econ_notes_have(const econ_notes *notes, const char *code)
{
    for (size_t k = 0; k < notes->n; k++)
        if (strcmp(notes->items[k].code, code) == 0)
            return true;
    return false;
}

void
econ_notes_clear(econ_notes *notes)
{
    for (size_t k = 0; k < notes->n; k++)
        sci_free(notes->items[k].text);
    sci_free(notes->items);
    *notes = (econ_notes){ 0 };
}
