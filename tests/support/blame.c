/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE 1 /* dladdr */

#include "blame.h"

#include <dlfcn.h>
#include <elf.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAMES = 64 };

static struct {
    int in_hdf5, elsewhere;
    const ElfW(Sym) * symbols; /* of this program, which HDF5 may be linked into */
    size_t n_symbols;
    const char *names;
    bool fixed; /* addresses are those of the file */
} state;

/* Called in the handler: no memory is asked for. */
static void
find_symbols(void)
{
    int fd = open("/proc/self/exe", O_RDONLY);
    struct stat file;
    const ElfW(Ehdr) * header;
    const ElfW(Shdr) * sections;
    const char *image;

    if (fd < 0 || fstat(fd, &file) != 0)
        return;
    image = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (image == MAP_FAILED)
        return;
    header = (const void *)image;
    sections = (const void *)(image + header->e_shoff);
    state.fixed = header->e_type == ET_EXEC;
    for (int i = 0; i < header->e_shnum; i++)
        if (sections[i].sh_type == SHT_SYMTAB) {
            state.symbols = (const void *)(image + sections[i].sh_offset);
            state.n_symbols = sections[i].sh_size / sizeof *state.symbols;
            state.names = image + sections[sections[i].sh_link].sh_offset;
        }
}

/* The function of this program that an address is in; "" if it has none there. */
static const char *
function_at(uintptr_t offset)
{
    for (size_t i = 0; i < state.n_symbols; i++) {
        const ElfW(Sym) *s = &state.symbols[i];

        if (ELF64_ST_TYPE(s->st_info) == STT_FUNC && offset >= s->st_value
            && offset - s->st_value < s->st_size)
            return state.names + s->st_name;
    }
    return "";
}

typedef enum owner { LIBC, HDF5, OURS } owner;

/* Functions of libc, of the sanitizers and of valgrind, which are in no file or preloaded, are those
 * of whoever called them. */
static owner
owner_of(void *address)
{
    Dl_info info;
    const char *name;

    if (dladdr(address, &info) == 0 || strstr(info.dli_fname, "libc.so") != NULL
        || strstr(info.dli_fname, "san.so") != NULL || strstr(info.dli_fname, "vgpreload") != NULL)
        return LIBC;
    if (strstr(info.dli_fname, "libhdf5") != NULL)
        return HDF5;
    name = function_at((uintptr_t)address - (state.fixed ? 0 : (uintptr_t)info.dli_fbase));
    return strncmp(name, "H5", 2) == 0 ? HDF5 : strncmp(name, "__", 2) == 0 ? LIBC : OURS;
}

/* The frames are: this handler, the signal trampoline of libc, what crashed, its callers. */
static void
on_crash(int signal)
{
    void *frames[FRAMES];
    int n = backtrace(frames, FRAMES), i = 1;

    (void)signal;
    find_symbols();
    while (i < n && owner_of(frames[i]) != LIBC)
        i++;
    for (i++; i < n; i++)
        switch (owner_of(frames[i])) {
        case LIBC:
            break;
        case HDF5:
            _exit(state.in_hdf5);
        case OURS:
            _exit(state.elsewhere);
        }
    _exit(state.elsewhere);
}

void
blame_crashes(int in_hdf5, int elsewhere)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    void *frame[1];

    state.in_hdf5 = in_hdf5;
    state.elsewhere = elsewhere;
    (void)backtrace(frame, 1); /* loads what it needs, which a handler may not */
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void)signal(signals[i], on_crash);
}
