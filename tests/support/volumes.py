# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes to try sci-imaging on, and what numpy makes of them in extended precision."""
from arrays import *

T1 = os.environ["t1"]
REFERENCE = os.environ["reference"]
KNOWN = json.load(open(REFERENCE + "/stats.json")) if REFERENCE else None


def image(path, name="v", mode="w", spacing=(4, 4, 4), **datasets):
    """A file with datasets that state their voxel size; spacing None: they do not."""
    with h5py.File(path, mode) as f:
        for name, value in datasets.items():
            f[name] = value
            if spacing is not None:
                f[name].attrs["spacing"] = np.array(spacing, float)
                f[name].attrs["units"] = "mm"


def reports(path):
    """The groups of a --json report by name."""
    return {g["name"]: g for g in json.load(open(path))["groups"]}


def rounds_to(got, want, float64=1e-9):
    """got is want rounded to its type: the tolerance of reference/imaging."""
    if got.dtype == np.float64:
        bound = np.full(want.shape, float64)
    else:
        bound = np.spacing(np.abs(want).astype(np.float32)).astype(float) + 1e-7
    worst = np.abs(got.astype(float) - want)
    bad = ~(worst <= bound)
    assert not bad.any(), (int(bad.sum()), float(np.nanmax(worst)), got[bad][:3], want[bad][:3])


def near(got, want, rtol=1e-12):
    assert abs(got - want) <= rtol * abs(want), (got, want)
