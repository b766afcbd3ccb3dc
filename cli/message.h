/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program says on stderr: "sci-array: error: cannot open 'a.h5': No such file or directory".
 * Lower case, names in quotes, no full stop. In a worker the messages travel to the parent, which
 * prints them. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <sci/status.h>

typedef enum cli_level {
    CLI_ERROR,
    CLI_HINT, /* after an error: what to do */
    CLI_WARNING,
    CLI_NOTE,  /* not with -q */
    CLI_DETAIL /* only with -v */
} cli_level;

/* Set by the program once, before anything is said. */
void cli_message_start(const char *program, cli_level most);

void cli_error(const char *format, ...) SCI_PRINTF(1, 2);
void cli_hint(const char *format, ...) SCI_PRINTF(1, 2);
void cli_warn(const char *format, ...) SCI_PRINTF(1, 2);
void cli_note(const char *format, ...) SCI_PRINTF(1, 2);
void cli_detail(const char *format, ...) SCI_PRINTF(1, 2);

/* cli_error with the detail (or else the text) of a status. */
void cli_error_status(sci_status status);

/* Copy `text` so that a terminal shows it and does nothing else: control characters, C1 and
 * direction-changing code points and bytes that are not UTF-8 become \n, \t, \x1b, …. Whole escapes
 * only; the result always ends with a NUL. Returns the length. */
size_t cli_escape(char *out, size_t size, const char *text);

/* ---- between a worker and its parent ---- */

#define CLI_MESSAGE_MOST 2048 /* bytes of one message, NUL included */

/* From now on messages of this process go to the pipe `fd`, one frame each. */
void cli_message_redirect(int fd);

/* The worker's word that its job is over. */
void cli_message_end(void);

typedef enum cli_frame {
    CLI_FRAME_NONE, /* nothing is there yet, or the pipe is at its end */
    CLI_FRAME_SAID, /* one message was printed */
    CLI_FRAME_END   /* cli_message_end */
} cli_frame;

/* Read one frame from `fd`. */
cli_frame cli_message_forward(int fd);

/* Called before and after a message is printed, so that a progress line can step aside. */
void cli_message_around(void (*before)(void), void (*after)(void));

#endif
