/* SPDX-License-Identifier: BSD-3-Clause */
#include <sci.h>

const char *
sci_version(void)
{
    return SCI_VERSION;
}
