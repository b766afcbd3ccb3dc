# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of features for the tests of sci-audio."""
import json
import os
import subprocess

import h5py
import numpy as np

from waves import read, steps, write

REFERENCE = os.environ.get("reference")
SPEECH = os.environ["speech"]


def features(path):
    with h5py.File(path) as f:
        return f["features"][()]


def dataset(path, name):
    with h5py.File(path) as f:
        return f[name][()]


def attributes(path):
    with h5py.File(path) as f:
        return dict(f.attrs)


def groups(path):
    """What show --json says of the groups of a file, by name."""
    shown = subprocess.run(["sci-audio", "show", path, "--json"], stdout=subprocess.PIPE, check=True)
    return {g["name"]: g for g in json.loads(shown.stdout)["groups"]}


def moments(path):
    """count, mean and variance of its groups as arrays."""
    all_groups = groups(path).values()
    return tuple(np.array([g[key] for g in all_groups]) for key in ("count", "mean", "variance"))


def out():
    with open("out") as f:
        return json.load(f)


def near(a, b, bound, what=""):
    """bound: one for all values, or one for each."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    assert a.shape == b.shape, (what, a.shape, b.shape)
    assert np.isfinite(a).all(), what
    off = np.abs(a - b)
    k = (off - bound).argmax()
    assert (off <= bound).all(), "%s: %.3g apart, %.3g allowed" % (
        what, off.flat[k], np.broadcast_to(bound, off.shape).flat[k])
