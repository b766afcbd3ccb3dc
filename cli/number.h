/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers in text, parsed whole: no blanks, no rest, no silent overflow. False leaves *out alone.
 */
#ifndef CLI_NUMBER_H
#define CLI_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool cli_parse_integer(const char *text, int64_t *out); /* decimal, with an optional sign */
bool cli_parse_real(const char *text, double *out);     /* finite; decimal, in the C locale */

/* Bytes: "4096", "64K", "1.5GiB". K, M and G are powers of 1000, KiB, MiB and GiB of 1024; a
 * fraction must come out as at least one whole byte. */
bool cli_parse_size(const char *text, uint64_t *out);

/* "2/3": 1 <= number <= total <= INT_MAX. */
typedef struct cli_shard {
    int number, total; /* 0, 0: everything */
} cli_shard;
bool cli_parse_shard(const char *text, cli_shard *out);

/* "1.5 GiB", "312 B"; for messages. */
void cli_size_text(uint64_t bytes, char *text, size_t size);

/* Memory of this machine, or of the container (cgroup) that the process runs in, whichever is less.
 */
uint64_t cli_memory_machine(void);

#endif
