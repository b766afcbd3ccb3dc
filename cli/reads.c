/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/stat.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "reads.h"
#include "value.h"

typedef struct cli_read {
    dev_t device;
    ino_t inode;
    char *why, *path;
} cli_read;

static sci_status
make_room(cli_reads *reads)
{
    size_t room = 2 * reads->room + 8;
    cli_read *items = NULL;
    sci_status st;

    if (reads->n < reads->room)
        return SCI_OK;
    st = sci_alloc(&items, room, 1, sizeof *items);
    if (st != SCI_OK)
        return st;
    if (reads->n > 0)
        memcpy(items, reads->items, reads->n * sizeof *items);
    sci_free(reads->items);
    reads->items = items;
    reads->room = room;
    return SCI_OK;
}

sci_status
cli_reads_add(cli_reads *reads, const char *why, const char *value)
{
    cli_read read = { 0 };
    struct stat file;
    sci_status st = cli_value_file(&read.path, value);

    if (st == SCI_OK && stat(read.path, &file) == 0) {
        read.device = file.st_dev;
        read.inode = file.st_ino;
        st = sci_strdup(&read.why, why);
        if (st == SCI_OK)
            st = make_room(reads);
        if (st == SCI_OK) {
            reads->items[reads->n++] = read;
            return SCI_OK;
        }
    }
    sci_free(read.why);
    sci_free(read.path);
    return st;
}

static sci_status
add_option(cli_reads *reads, const cli_row *row, const void *settings, size_t item)
{
    char *value = NULL, *why = NULL;
    sci_status st = cli_value_text(&value, row, settings, item);

    if (st == SCI_OK && value)
        st = sci_format(&why, "the file of --%s", row->name);
    if (st == SCI_OK && value)
        st = cli_reads_add(reads, why, value);
    sci_free(why);
    sci_free(value);
    return st;
}

sci_status
cli_reads_options(cli_reads *reads, const cli_call *call)
{
    sci_status st = SCI_OK;

    for (const cli_row *row = call->verb->rows; st == SCI_OK && row->name; row++) {
        if (!(row->traits & CLI_PATH) || (row->traits & CLI_WRITTEN)
            || (row->kind != CLI_TEXT && row->kind != CLI_LIST))
            continue;
        for (size_t item = 0; st == SCI_OK && item < cli_value_count(row, call->settings); item++)
            st = add_option(reads, row, call->settings, item);
    }
    return st;
}

sci_status
cli_reads_check(const cli_reads *reads, const char *target)
{
    struct stat file;

    if (stat(target, &file) != 0)
        return SCI_OK;
    for (size_t k = 0; k < reads->n; k++) {
        const cli_read *read = &reads->items[k];

        if (read->inode == file.st_ino && read->device == file.st_dev)
            return sci_fail(SCI_ERR_ARGUMENT, "the output '%s' is %s, '%s'; choose another name",
                            target, read->why, read->path);
    }
    return SCI_OK;
}

void
cli_reads_clear(cli_reads *reads)
{
    for (size_t k = 0; k < reads->n; k++) {
        sci_free(reads->items[k].why);
        sci_free(reads->items[k].path);
    }
    sci_free(reads->items);
    *reads = (cli_reads){ 0 };
}

sci_status
cli_target_unread(const cli_call *call, const char *target)
{
    cli_reads reads = { 0 };
    sci_status st = cli_reads_options(&reads, call);

    if (st == SCI_OK)
        st = cli_reads_check(&reads, target);
    cli_reads_clear(&reads);
    return st;
}
