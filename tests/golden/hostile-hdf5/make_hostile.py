#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile but mostly well-formed HDF5 inputs (h5py 3.7.0, HDF5 1.10.8). Run in this folder. segv_*.h5 are
not made here: they are random byte mutations of a chunked, deflated file."""
import h5py, numpy as np
def F(n, **k): return h5py.File(n, "w", **k)
kw = dict(track_times=False)
with F("ok.h5") as f: f.create_dataset("x", data=np.arange(500, dtype="f4").reshape(50, 10), chunks=(10, 10), compression="gzip", **kw)
with F("shape_2p60.h5") as f: f.create_dataset("x", shape=(2**60,), chunks=(1024,), dtype="f4", fillvalue=1.0, **kw)
with F("shape_contiguous_2p40.h5") as f:
    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_layout(h5py.h5d.CONTIGUOUS); p.set_alloc_time(h5py.h5d.ALLOC_TIME_LATE)
    h5py.h5d.create(f.id, b"x", h5py.h5t.NATIVE_FLOAT, h5py.h5s.create_simple((2**40,)), p)
with F("shape_product_overflow.h5") as f: f.create_dataset("x", shape=(2**32, 2**31), chunks=(16, 16), dtype="f4", **kw)
with F("chunk_4gib_claim.h5") as f: f.create_dataset("x", shape=(2**33,), chunks=(2**29 - 1,), dtype="f8", compression="gzip", **kw)
with F("rank31.h5") as f: f.create_dataset("x", shape=(2,) * 31, chunks=(1,) * 31, dtype="u1", **kw)
with F("zero_dim.h5") as f: f.create_dataset("x", shape=(0, 10), dtype="f4", maxshape=(None, 10), **kw)
with F("external_storage.h5") as f: f.create_dataset("x", shape=(64,), dtype="u1", external=[("/etc/passwd", 0, 64)], **kw)
with F("links.h5") as f:
    f["x"] = h5py.ExternalLink("ok.h5", "/x"); f["up"] = h5py.ExternalLink("../hostile-hdf5/ok.h5", "/x")
    f["abs"] = h5py.ExternalLink("/etc/passwd", "/x"); f["soft"] = h5py.SoftLink("/soft2"); f["soft2"] = h5py.SoftLink("/soft")
    f.create_group("g")["ext"] = h5py.ExternalLink("ok.h5", "/")
with F("hardlink_cycle.h5") as f: f.create_group("a")["b"] = f["/"]; f["x"] = np.arange(10)
def vds(n, src, shape=(50, 10)):
    with F(n, libver="latest") as f:
        l = h5py.VirtualLayout(shape=shape, dtype="f4"); l[:] = h5py.VirtualSource(src, "x", shape=shape); f.create_virtual_dataset("x", l, fillvalue=-1)
vds("vds_ok.h5", "ok.h5"); vds("vds_missing_source.h5", "no-such-file.h5"); vds("vds_self.h5", "."); vds("vds_mutual_a.h5", "vds_mutual_b.h5"); vds("vds_mutual_b.h5", "vds_mutual_a.h5")
with F("names.h5") as f:
    for n in ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "../../escape", "a\nb", "é", "+1+1", "@SUM(A1)", '"quote,comma"'):
        f.create_group("g").require_group("s") if "g" not in f else None
        f["g"].attrs[n] = n
    f.create_dataset("x", data=np.arange(10, dtype="f4"), **kw)
b = open("ok.h5", "rb").read()
for k in (0, 7, 8, 47, 96, 800, len(b) // 2, len(b) - 1): open(f"truncated_{k}.h5", "wb").write(b[:k])
