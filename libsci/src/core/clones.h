/* SPDX-License-Identifier: BSD-3-Clause */
/* One source, several instruction sets, chosen when the program is loaded. Lanes are written out in the source
 * and contraction is off, so every clone gives the same bits. The thread sanitizer crashes in the resolver
 * before main. */
#ifndef SCI_CORE_CLONES_H
#define SCI_CORE_CLONES_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) \
    && defined(__linux__) && defined(__GLIBC__) && !defined(SCI_NO_CLONES)
#define SCI_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SCI_CLONES
#endif

#endif
