/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"

/* A process speaks with one voice. */
static struct {
    const char *program;
    cli_level most;
    int channel; /* of a worker; -1: print */
    void (*before)(void), (*after)(void);
} voice = { .program = "sci", .most = CLI_NOTE, .channel = -1 };

void
cli_message_start(const char *program, cli_level most)
{
    voice.program = program;
    voice.most = most;
}

void
cli_message_redirect(int fd)
{
    voice.channel = fd;
}

void
cli_message_around(void (*before)(void), void (*after)(void))
{
    voice.before = before;
    voice.after = after;
}

/* One write a line, so that lines of several processes never mix. */
static void
print(cli_level level, const char *text)
{
    static const char *const words[] = { "error: ", "", "warning: ", "", "" };
    char line[4 * CLI_MESSAGE_MOST + 128];
    int head = snprintf(line, sizeof line - 1, "%.64s: %s", voice.program, words[level]);
    size_t used = (size_t)head;

    used += cli_escape(line + used, sizeof line - used - 1, text);
    line[used++] = '\n';
    if (voice.before)
        voice.before();
    for (size_t done = 0; done < used;) {
        ssize_t n = write(STDERR_FILENO, line + done, used - done);

        if (n < 0 && errno != EINTR)
            break; /* nobody listens */
        done += n > 0 ? (size_t)n : 0;
    }
    if (voice.after)
        voice.after();
}

/* In the place of a level. */
enum { END = 'E' };

/* A frame is the level and the text without its end; the channel keeps frames apart. */
static void
send_frame(int level, const char *text)
{
    char frame[1 + CLI_MESSAGE_MOST];
    size_t n = strlen(text);

    frame[0] = (char)level;
    memcpy(frame + 1, text, n);
    while (send(voice.channel, frame, n + 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

void
cli_message_end(void)
{
    send_frame(END, "");
}

cli_frame
cli_message_forward(int fd)
{
    char frame[1 + CLI_MESSAGE_MOST];
    ssize_t n;

    do
        n = recv(fd, frame, sizeof frame - 1, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return CLI_FRAME_NONE;
    frame[n] = '\0';
    if (frame[0] == END)
        return CLI_FRAME_END;
    if (frame[0] >= CLI_ERROR && frame[0] <= CLI_DETAIL) /* a broken worker may send anything */
        print((cli_level)frame[0], frame + 1);
    return CLI_FRAME_SAID;
}

static void say(cli_level level, const char *format, va_list args) SCI_PRINTF(2, 0);

static void
say(cli_level level, const char *format, va_list args)
{
    char text[CLI_MESSAGE_MOST];
    int n;

    if (level > voice.most)
        return;
    n = vsnprintf(text, sizeof text, format, args);
    if (n < 0)
        return;
    if ((size_t)n >= sizeof text)
        memcpy(text + sizeof text - 4, "...", 4);
    if (voice.channel >= 0)
        send_frame(level, text);
    else
        print(level, text);
}

#define SAY(level)            \
    va_list args;             \
                              \
    va_start(args, format);   \
    say(level, format, args); \
    va_end(args)

void
cli_error(const char *format, ...)
{
    SAY(CLI_ERROR);
}

void
cli_hint(const char *format, ...)
{
    SAY(CLI_HINT);
}

void
cli_warn(const char *format, ...)
{
    SAY(CLI_WARNING);
}

void
cli_note(const char *format, ...)
{
    SAY(CLI_NOTE);
}

void
cli_detail(const char *format, ...)
{
    SAY(CLI_DETAIL);
}

void
cli_error_status(sci_status status)
{
    const char *detail = sci_message();

    cli_error("%s", *detail ? detail : sci_status_text(status));
}
