# SPDX-License-Identifier: GPL-3.0-or-later
"""Annotated matrices by h5py and numpy alone, and comparisons of them."""
import json
import os
import shutil
import subprocess
import sys

import h5py
import numpy as np

BLADDER = os.environ["bladder"]
TEXT = h5py.string_dtype("utf-8")


def encode(thing, kind, version="0.2.0"):
    thing.attrs["encoding-type"], thing.attrs["encoding-version"] = kind, version


def put_column(frame, name, values):
    """Texts become a categorical, numbers and booleans an array; None is missing."""
    if name in frame:
        del frame[name]
    if any(isinstance(v, str) or v is None for v in values):
        levels = sorted({v for v in values if v is not None})
        group = frame.create_group(name)
        encode(group, "categorical")
        group.attrs["ordered"] = False
        group["codes"] = np.array([levels.index(v) if v is not None else -1 for v in values], "i1")
        encode(group["codes"], "array")
        group.create_dataset("categories", data=levels, dtype=TEXT)
        encode(group["categories"], "string-array")
    else:
        frame[name] = np.asarray(values)
        encode(frame[name], "array")
    order = [c for c in frame.attrs["column-order"] if c != name]
    del frame.attrs["column-order"]
    frame.attrs.create("column-order", order + [name], dtype=TEXT)


def put_frame(file, where, names, columns):
    frame = file.create_group(where)
    encode(frame, "dataframe")
    frame.attrs["_index"] = "_index"
    frame.attrs.create("column-order", [], dtype=TEXT)
    frame.create_dataset("_index", data=list(names), dtype=TEXT)
    encode(frame["_index"], "string-array")
    for name, values in columns.items():
        put_column(frame, name, values)


def put_matrix(file, path, x, kind="dense", **storage):
    """x as a dense array, or its values that are not 0 as csr or csc; a NaN is a value."""
    if kind == "dense":
        file.create_dataset(path, data=x, **storage)
        encode(file[path], "array")
        return
    group = file.create_group(path)
    encode(group, kind + "_matrix", "0.1.0")
    group.attrs["shape"] = np.array(x.shape, "i8")
    lines = x if kind == "csr" else x.T
    places = [np.flatnonzero((line != 0)) for line in lines]
    group.create_dataset("data", data=np.concatenate([l[p] for l, p in zip(lines, places)]), **storage)
    group.create_dataset("indices", data=np.concatenate(places).astype("i4"), **storage)
    group["indptr"] = np.concatenate([[0], np.cumsum([len(p) for p in places])]).astype("i4")


def write(path, x, obs, genes=None, cells=None, kind="dense", var=None, layers=None, **storage):
    """An .h5ad file."""
    with h5py.File(path, "w") as f:
        encode(f, "anndata", "0.1.0")
        put_matrix(f, "X", x, kind, **storage)
        put_frame(f, "obs", cells or [f"cell{i}" for i in range(x.shape[0])], obs)
        put_frame(f, "var", genes or [f"gene{i}" for i in range(x.shape[1])], var or {})
        for group in ("layers", "obsm", "obsp", "varm", "varp", "uns"):
            encode(f.create_group(group), "dict", "0.1.0")
        for name, layer in (layers or {}).items():
            put_matrix(f, "layers/" + name, layer, kind)


def matrix(path, where="X"):
    """A matrix as dense float64; values of one place add up."""
    with h5py.File(path, "r") as f:
        m = f[where]
        if isinstance(m, h5py.Dataset):
            return m[()].astype("f8")
        shape = [int(n) for n in m.attrs["shape"]]
        by_rows = m.attrs["encoding-type"] == "csr_matrix"
        x = np.zeros(shape if by_rows else shape[::-1])
        data, indices, indptr = (m[k][()] for k in ("data", "indices", "indptr"))
        for i in range(len(indptr) - 1):
            np.add.at(x[i], indices[indptr[i]:indptr[i + 1]], data[indptr[i]:indptr[i + 1]])
        return x if by_rows else x.T


def obs(path, name):
    """A column as a list."""
    with h5py.File(path, "r") as f:
        column = f["obs"][name]
        if isinstance(column, h5py.Group):
            levels = [v.decode() for v in column["categories"][()]]
            return [levels[c] if c >= 0 else None for c in column["codes"][()]]
        return list(column[()])


def bladder_with(path, **columns):
    """The bladder samples with more columns of obs."""
    shutil.copyfile(BLADDER, path)
    os.chmod(path, 0o644)
    with h5py.File(path, "r+") as f:
        for name, values in columns.items():
            put_column(f["obs"], name, values)


def close(a, b, tolerance=1e-10, what=""):
    assert a.shape == b.shape, (what, a.shape, b.shape)
    assert (np.isnan(a) == np.isnan(b)).all(), what + ": other missing values"
    worst = np.nanmax(abs(a - b)) if a.size else 0
    assert worst <= tolerance, f"{what}: {worst} > {tolerance}"


def like_golden(path, name, where="X"):
    """The rows of a golden result."""
    with h5py.File(os.environ["golden"], "r") as f:
        close(matrix(path, where)[f["rows"][()].astype(int)], f[name][()], 1e-10, name)


def differences(a, b, but=()):
    """Paths at which two files differ, apart from some objects."""
    def attributes(x, y, path):
        for name in set(x.attrs) | set(y.attrs):
            if name not in x.attrs or name not in y.attrs:
                yield f"{path}@{name}"
                continue
            u, v = x.attrs[name], y.attrs[name]
            if isinstance(u, h5py.Reference):
                u, v = x.file[u].name, y.file[v].name
            if not np.array_equal(np.asarray(u), np.asarray(v)):
                yield f"{path}@{name}"

    def objects(x, y, path):
        if isinstance(x, h5py.Group) != isinstance(y, h5py.Group):
            yield path
            return
        yield from attributes(x, y, path)
        if isinstance(x, h5py.Group):
            for name in set(x) | set(y):
                below = f"{path}/{name}"
                if below in but:
                    continue
                if name not in x or name not in y:
                    yield below
                else:
                    yield from objects(x[name], y[name], below)
            return
        if x.shape != y.shape or x.dtype != y.dtype or x.chunks != y.chunks:
            yield path
            return
        u, v = x[()], y[()]
        same = np.array_equal(u, v, equal_nan=True) if np.asarray(u).dtype.kind == "f" else np.array_equal(u, v)
        if not same:
            yield path

    with h5py.File(a, "r") as x, h5py.File(b, "r") as y:
        return list(objects(x, y, ""))


def run(*arguments, code=0):
    """sci-genomics; stdout and stderr."""
    done = subprocess.run(["sci-genomics", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stderr}"
    return done.stdout, done.stderr


def expression(seed=1, cells=300, genes=40, batches=3, missing=0.0, shift=0.0):
    """Sparse values with effects of batches and of two kinds of cells: x, batch, kind, age."""
    r = np.random.default_rng(seed)
    batch, kind = r.integers(0, batches, cells), r.integers(0, 2, cells)
    x = r.gamma(2, 1, (cells, genes)) * (1 + 0.3 * batch[:, None]) + 0.8 * kind[:, None] * r.normal(0, 1, genes)
    x = np.where(r.random((cells, genes)) < 0.4, 0, abs(x) + shift)
    if missing:
        x[r.random(x.shape) < missing] = np.nan
    return x, [f"b{b}" for b in batch], ["T" if k else "B" for k in kind], r.normal(50, 9, cells)
