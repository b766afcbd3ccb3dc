# SPDX-License-Identifier: GPL-3.0-or-later
"""Normalization by groups as numpy would have it, in extended precision, and files to try it on."""
import json
import os
import subprocess
import sys

import h5py
import numpy as np

LONG = np.longdouble


def save(path, **datasets):
    """A file with these datasets, contiguous."""
    with h5py.File(path, "w") as f:
        for name, value in datasets.items():
            f[name] = value


def load(path, name="x"):
    with h5py.File(path, "r") as f:
        return f[name][()]


def keep(shape, *axes):
    """Group numbers where every index of these axes is a group of its own."""
    ids = np.zeros(shape, int)
    for axis in axes:
        ids = ids * shape[axis] + spread(shape, np.arange(shape[axis]), (axis,))
    return ids


def spread(shape, values, axes):
    """Values along some axes, broadcast to all."""
    return np.broadcast_to(np.asarray(values).reshape([shape[a] if a in axes else 1 for a in range(len(shape))]), shape)


def norm(shape, kind, n=0, c=1):
    """Group numbers of batch, layer, instance or group:G."""
    if kind == "batch":
        return keep(shape, c)
    if kind == "layer":
        return keep(shape, n)
    if kind == "instance":
        return keep(shape, n, c)
    groups = int(kind.split(":")[1])
    block = spread(shape, np.arange(shape[c]) // (shape[c] // groups), (c,))
    return keep(shape, n) * groups + block


def moments(x, ids, member=None, weights=None, ddof=0):
    """Mean and variance of each element's group; NaN where there is none."""
    x = x.astype(LONG)
    member = np.ones(x.shape, bool) if member is None else np.asarray(member, bool)
    w = np.ones(x.shape, LONG) if weights is None else np.broadcast_to(np.asarray(weights, LONG), x.shape)
    mean = np.full(x.shape, np.nan, LONG)
    variance = np.full(x.shape, np.nan, LONG)
    for g in np.unique(ids):
        if g < 0:
            continue
        group = ids == g
        inside = group & member & (w > 0)
        total = w[inside].sum()
        if not inside.any():
            continue
        m = (w[inside] * x[inside]).sum() / total
        m = m + (w[inside] * (x[inside] - m)).sum() / total
        mean[group] = m
        variance[group] = (w[inside] * (x[inside] - m) ** 2).sum() / (total - ddof)
    return mean, variance


def normalize(x, ids, member=None, weights=None, eps=1e-5, ddof=0, outside="keep", gamma=1, beta=0):
    mean, variance = moments(x, ids, member, weights, ddof)
    y = (x.astype(LONG) - mean) / np.sqrt(variance + LONG(eps)) * np.asarray(gamma, LONG) + np.asarray(beta, LONG)
    inside = np.ones(x.shape, bool) if member is None else np.asarray(member, bool)
    if weights is not None:
        inside = inside & (np.broadcast_to(weights, x.shape) > 0)
    inside = inside & (ids >= 0)
    if outside == "apply":
        inside = ids >= 0
    lost = ~inside | np.isnan(mean)
    y[lost] = {"zero": 0, "nan": np.nan}.get(outside, 0)
    if outside in ("keep", "apply"):
        y[lost] = x[lost]
    return y


def close(got, expected, rtol=1e-12, what="output"):
    """got is within rtol·(1 + |expected|), and NaN in the same places."""
    got = np.asarray(got)
    expected = np.asarray(expected)
    assert got.shape == expected.shape, f"{what}: shape {got.shape}, expected {expected.shape}"
    nans = np.isnan(got.astype(LONG)), np.isnan(expected.astype(LONG))
    assert (nans[0] == nans[1]).all(), f"{what}: {nans[0].sum()} NaN, expected {nans[1].sum()}"
    error = np.abs(got.astype(LONG) - expected) / (1 + np.abs(expected))
    worst = np.nanmax(error) if error.size and not nans[0].all() else 0
    assert worst <= rtol, f"{what}: off by {worst}"


def close_f32(got, expected, what="output"):
    """got is the nearest float32 to the answer, but for a last bit where it was nearly a tie."""
    assert got.dtype == np.float32, f"{what} is {got.dtype}"
    close(got, expected, 2.0 ** -23, what)


def table(operand):
    """What `show --json` says."""
    run = subprocess.run(["sci-array", "show", operand, "--json"], capture_output=True, check=True)
    return json.loads(run.stdout)
