#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Group norm of /x of one file into /y of another, the way it is written with h5py and numpy."""
import sys

try:
    import h5py
    import numpy as np
except ImportError:
    sys.exit(1)


def normalize(source, target, groups):
    with h5py.File(source, "r") as fi, h5py.File(target, "w") as fo:
        x = fi["x"]
        y = fo.create_dataset("y", shape=x.shape, dtype="f4", chunks=x.chunks,
                              compression="gzip", compression_opts=4, shuffle=True)
        for n in range(x.shape[0]):
            sample = x[n].reshape(groups, -1)
            mean = sample.mean(axis=1, dtype="f8", keepdims=True)
            var = sample.var(axis=1, dtype="f8", keepdims=True)
            out = (sample - mean) / np.sqrt(var + 1e-5)
            y[n] = out.astype("f4").reshape(x.shape[1:])


if __name__ == "__main__":
    if sys.argv[1] != "--probe":
        normalize(sys.argv[1], sys.argv[2], int(sys.argv[3]))
