/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wav_output.h"

#include <string.h>
#include <strings.h>

#include "context.h"

sci_status
audio_wav_output(void *context, const cli_inputs *inputs, size_t input, const char *output,
                 char *extras[CLI_EXTRAS_MOST])
{
    const char *dot = strrchr(output, '.');

    (void)context, (void)inputs, (void)input, (void)extras;
    if (dot == NULL || strcasecmp(dot, ".wav") == 0 || strcasecmp(dot, ".wave") == 0)
        return SCI_OK;
    for (size_t k = 0; audio_extensions[k] != NULL; k++)
        if (strcasecmp(dot, audio_extensions[k]) == 0)
            return sci_fail(SCI_ERR_ARGUMENT,
                            "'%s': outputs are WAV files, so their names end in .wav", output);
    return SCI_OK;
}
