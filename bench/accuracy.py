#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Largest error of a normalized float32 value, for data of standard deviation 1 far from zero,
beside torch's group_norm: bench/accuracy.py [SCI-ARRAY]. The reference is computed in 80-bit
floating point."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import torch

program = sys.argv[1] if len(sys.argv) > 1 else "sci-array"
random = np.random.default_rng(1)
print(f"{'mean':>8} {'sci-array':>10} {'torch':>10}")
with tempfile.TemporaryDirectory() as folder:
    source, target = os.path.join(folder, "x.h5"), os.path.join(folder, "y.h5")
    for mean in (0.0, 1e4, 1e7):
        x = (mean + random.standard_normal((1, 8, 32, 256))).astype("f4")
        with h5py.File(source, "w") as f:
            f["x"] = x
        subprocess.check_call([program, "normalize", source + ":/x", "--norm", "group:1",
                               "--no-sync", "-q", "-f", "-o", target + ":/y"])
        with h5py.File(target) as f:
            ours = f["y"][:]
        theirs = torch.nn.functional.group_norm(torch.from_numpy(x), 1).numpy()
        wide = x.astype(np.longdouble)
        exact = (wide - wide.mean()) / np.sqrt(wide.var() + np.longdouble(1e-5))
        print(f"{mean:8g} {np.abs(ours - exact).max():10.1e} {np.abs(theirs - exact).max():10.1e}")
