/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pcen.h"

#include <math.h>

audio_pcen
audio_pcen_defaults(void)
{
    return (audio_pcen){ .gain = 0.98,
                         .bias = 2.0,
                         .power = 0.5,
                         .eps = 1e-6,
                         .time_constant_s = 0.4,
                         .scale = 2147483648.0 };
}

sci_status
audio_pcen_prepare(audio_pcen *p, double rate_hz, size_t hop)
{
    double frames = p->time_constant_s * rate_hz / (double)hop;

    if (!(p->gain >= 0.0 && p->bias > 0.0 && p->power > 0.0 && p->eps > 0.0 && p->scale > 0.0))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "PCEN with gain %g, bias %g, power %g, eps %g, scale %g: the gain is not "
                        "negative, the others are above 0",
                        p->gain, p->bias, p->power, p->eps, p->scale);
    if (!(frames > 0.0 && isfinite(frames)))
        return sci_fail(SCI_ERR_ARGUMENT, "PCEN with a time constant of %g s; it is above 0",
                        p->time_constant_s);
    p->b = (sqrt(1.0 + 4.0 * frames * frames) - 1.0) / (2.0 * frames * frames);
    return SCI_OK;
}

void
audio_pcen_start(double *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        m[i] = 1.0;
}

static double
step(const audio_pcen *p, double root, double *m, double power)
{
    double s = power * p->scale, smooth;

    *m = (1.0 - p->b) * *m + p->b * s;
    smooth = exp(-p->gain * (log(p->eps) + log1p(*m / p->eps)));
    return root * expm1(p->power * log1p(s * smooth / p->bias));
}

void
audio_pcen_frame_single(const audio_pcen *p, double *m, float *x, size_t n)
{
    double root = pow(p->bias, p->power);

    for (size_t i = 0; i < n; i++)
        x[i] = (float)step(p, root, &m[i], (double)x[i]);
}

void
audio_pcen_frame(const audio_pcen *p, double *m, double *x, size_t n)
{
    double root = pow(p->bias, p->power);

    for (size_t i = 0; i < n; i++)
        x[i] = step(p, root, &m[i], x[i]);
}
