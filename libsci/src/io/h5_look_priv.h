/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of sci_h5_file. */
#ifndef SCI_H5_LOOK_PRIV_H
#define SCI_H5_LOOK_PRIV_H

#include <sci/h5_look.h>

#include "h5_priv.h"

struct sci_h5_file {
    h5_file *file;
};

#endif
