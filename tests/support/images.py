# SPDX-License-Identifier: GPL-3.0-or-later
"""Images in the conventions that sci-imaging reads, written with h5py."""
import json
import os
import sys

import h5py
import numpy as np

XYZ = "xyz"


def values(*shape, dtype="i2", seed=1):
    return np.random.default_rng(seed).integers(0, 200, shape).astype(dtype)


def generic(path, name="image", x=None, scales=(), **attrs):
    """A dataset with attributes; scales: (axis, name, coordinates, unit, widths) each."""
    with h5py.File(path, "a") as f:
        d = f.create_dataset(name, data=values(4, 3, 2) if x is None else x)
        for key, value in attrs.items():
            d.attrs[key] = value
        for axis, scale, coordinates, unit, widths in scales:
            f[scale] = np.asarray(coordinates, float)
            f[scale].make_scale(scale)
            d.dims[axis].attach_scale(f[scale])
            if unit:
                f[scale].attrs["units"] = unit
            if widths is not None:
                f[scale + "-width"] = np.asarray(widths, float)


def minc(path, x=None, order="zspace,yspace,xspace", dims=None, valid=(0, 200), limits=(0.0, 100.0), **attrs):
    """MINC 2. dims: {name: {attribute: value, "at": positions, "width": widths}} over the defaults."""
    x = values(4, 3, 2) if x is None else x
    with h5py.File(path, "w") as f:
        g = f.create_group("minc-2.0/image/0")
        d = g.create_dataset("image", data=x)
        if order is not None:
            d.attrs["dimorder"] = np.bytes_(order)
        if valid is not None:
            d.attrs["valid_range"] = np.asarray(valid, float)
        if limits is not None:
            g["image-min"], g["image-max"] = np.asarray(limits[0], float), np.asarray(limits[1], float)
        for key, value in attrs.items():
            f["minc-2.0"].attrs[key] = value
        for i, name in enumerate((order or "").split(",")):
            if not name or i >= x.ndim:
                continue
            said = {"spacing": "regular__", "step": 1.0, "start": 0.0, "length": x.shape[i], "units": "mm", "alignment": "centre"}
            said.update((dims or {}).get(name, {}))
            v = f.create_dataset("minc-2.0/dimensions/" + name, data=np.asarray(said.pop("at", 0.0), float))
            widths = said.pop("width", None)
            if widths is not None:
                f["minc-2.0/dimensions/" + name + "-width"] = np.asarray(widths, float)
            for key, value in said.items():
                if value is not None:
                    v.attrs[key] = np.bytes_(value) if isinstance(value, str) else value


def itk(path, x=None, spacing=(1.0, 1.0, 1.0), dimension=None, origin=None, directions=None, image="0"):
    x = values(4, 3, 2) if x is None else x
    n = len(spacing)
    with h5py.File(path, "a") as f:
        g = f.create_group("ITKImage/" + image)
        g["VoxelData"] = x
        g["Spacing"] = np.asarray(spacing, float)
        g["Origin"] = np.zeros(n) if origin is None else np.asarray(origin, float)
        g["Directions"] = np.eye(n) if directions is None else np.asarray(directions, float)
        g["Dimension"] = np.asarray(x.shape[:n][::-1] if dimension is None else dimension, "u8")


def info(path="out"):
    """The images of the last `info --json`."""
    return json.load(open(path))["images"]


def axis(image, role):
    return next(a for a in image["axes"] if a["role"] == role)
