/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of large memory. */
#ifndef AUDIO_PAGES_H
#define AUDIO_PAGES_H

#include <stddef.h>

/* Ask for huge pages below fresh memory that will be filled once: at 4 KiB a page the faults take longer than
 * the spectra that go there. Only advice; small memory is left alone. */
void audio_pages_large(void *memory, size_t bytes);

#endif
