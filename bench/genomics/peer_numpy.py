#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ComBat on a dense float64 matrix with numpy, as single-cell toolkits do it: a server of one word a line
that answers with the CPU seconds of one repetition.

    peer_numpy.py FILE.h5ad           words: combat (read, harmonize, write), read (h5py's plain read)
    peer_numpy.py FILE.h5ad --dense OUT   the matrix as genes x cells float64, then batch codes as int32
"""
import os
import sys
import tempfile
import time

try:
    import h5py
    import numpy as np
except ImportError:
    print("h5py and numpy are not installed")
    sys.exit(1)


def read_sparse(path):
    with h5py.File(path, "r") as f:
        x = f["X"]
        return x["data"][...], x["indices"][...], x["indptr"][...], tuple(x.attrs["shape"])


def read_dense(path):
    """Genes x cells, and the batch of each cell."""
    data, indices, indptr, shape = read_sparse(path)
    dense = np.zeros(shape)
    dense[np.repeat(np.arange(shape[0]), np.diff(indptr)), indices] = data
    with h5py.File(path, "r") as f:
        return dense.T.copy(), f["obs/batch/codes"][...].astype(int)


def fit_priors(s, gamma_hat, delta_hat, limit=1e-4):
    """The parametric empirical-Bayes estimates of one batch (Johnson et al. 2007)."""
    n = s.shape[1]
    gamma_bar, t2 = gamma_hat.mean(), gamma_hat.var(ddof=1)
    m, v = delta_hat.mean(), delta_hat.var(ddof=1)
    a, b = (2 * v + m * m) / v, (m * v + m ** 3) / v
    g, d, change = gamma_hat, delta_hat, 1.0
    while change > limit:
        g_new = (t2 * n * gamma_hat + d * gamma_bar) / (t2 * n + d)
        sums = ((s - g_new[:, None]) ** 2).sum(axis=1)
        d_new = (0.5 * sums + b) / (n / 2 + a - 1)
        change = max((abs(g_new - g) / g).max(), (abs(d_new - d) / d).max())
        g, d = g_new, d_new
    return g, d


def combat(y, batch):
    variable = np.ones(len(y), bool)
    for b in np.unique(batch):
        variable &= y[:, batch == b].var(axis=1) > 0
    out, y = y.copy(), y[variable]
    levels, n = np.unique(batch), y.shape[1]
    design = (batch[:, None] == levels[None, :]).astype(float)
    beta = np.linalg.solve(design.T @ design, design.T @ y.T)
    grand = (design.sum(axis=0) / n) @ beta
    pooled = ((y - (design @ beta).T) ** 2).mean(axis=1)
    s = (y - grand[:, None]) / np.sqrt(pooled)[:, None]
    for k, level in enumerate(levels):
        mine = batch == level
        gamma_hat, delta_hat = s[:, mine].mean(axis=1), s[:, mine].var(axis=1, ddof=1)
        g, d = fit_priors(s[:, mine], gamma_hat, delta_hat)
        s[:, mine] = (s[:, mine] - g[:, None]) / np.sqrt(d)[:, None]
    out[variable] = s * np.sqrt(pooled)[:, None] + grand[:, None]
    return out


def run_combat(path):
    y, batch = read_dense(path)
    corrected = combat(y, batch)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as folder:
        with h5py.File(os.path.join(folder, "out.h5"), "w") as f:
            f.create_dataset("X", data=corrected.T.astype("f4"))


def main():
    path = sys.argv[1]
    if len(sys.argv) > 3:
        y, batch = read_dense(path)
        with open(sys.argv[3], "wb") as f:
            f.write(y.T.tobytes())
            f.write(batch.astype("i4").tobytes())
        return
    tasks = {"combat": run_combat, "read": read_sparse}
    print("ready", flush=True)
    for line in sys.stdin:
        task = tasks[line.strip()]
        clock = time.process_time if line.strip() == "combat" else time.perf_counter
        start = clock()
        task(path)
        print(clock() - start, flush=True)


if __name__ == "__main__":
    main()
