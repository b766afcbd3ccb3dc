/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sci/status.h>

enum { MESSAGE_BYTES = 1024 };

static _Thread_local char message[MESSAGE_BYTES];

const char *
sci_status_text(sci_status status)
{
#define STATUS_TEXT(name, value, text) \
    case name:                         \
        return text;
    switch (status) {
        SCI_STATUS_LIST(STATUS_TEXT)
    case SCI_STATUS_END_:
        break;
    }
#undef STATUS_TEXT
    return "unknown error";
}

const char *
sci_status_name(sci_status status)
{
#define STATUS_NAME(name, value, text) \
    case name:                         \
        return #name;
    switch (status) {
        SCI_STATUS_LIST(STATUS_NAME)
    case SCI_STATUS_END_:
        break;
    }
#undef STATUS_NAME
    return "SCI_ERR_UNKNOWN";
}

sci_status
sci_fail(sci_status status, const char *format, ...)
{
    /* The arguments may point into the previous message, so the new one is made beside it. */
    char text[MESSAGE_BYTES];
    int saved_errno = errno;
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(text, sizeof text, format, arguments) < 0)
        text[0] = '\0';
    va_end(arguments);
    memcpy(message, text, strlen(text) + 1);
    errno = saved_errno;
    return status;
}

const char *
sci_message(void)
{
    return message;
}
