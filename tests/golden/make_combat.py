# SPDX-License-Identifier: GPL-3.0-or-later
# Makes combat_bladder.h5 (every fifth sample of the reference data's golden_bladder.h5) and combat_edge.h5
# (make_combat_edge.R). Usage: make_combat.py GOLDEN_BLADDER.h5 BLADDER400.h5ad; needs R with sva 3.46 and
# limma 3.54, h5py, numpy.
import glob, os, subprocess, sys, tempfile
import h5py, numpy

here = os.path.dirname(os.path.abspath(__file__))
rows = numpy.arange(0, 57, 5)


def put(out, name, matrix):
    out.create_dataset(name, data=matrix, compression="gzip", compression_opts=9, shuffle=True, chunks=matrix.shape)


with h5py.File(sys.argv[1]) as golden, h5py.File(os.path.join(here, "combat_bladder.h5"), "w") as out:
    out["rows"] = rows
    for name in golden:
        put(out, name, golden[name][:][rows])
    for name, value in golden.attrs.items():
        if name.startswith("err_"):
            out.attrs[name] = value

with tempfile.TemporaryDirectory() as folder, h5py.File(sys.argv[2]) as data:
    def write(name, values, kind):
        values.astype(kind).tofile(os.path.join(folder, name))
    write("x.f64", data["X"][:, :60], "<f8")
    write("age.f64", data["obs/age"][:], "<f8")
    for column in ("batch", "cancer"):
        write(column + ".i32", data["obs/" + column + "/codes"][:].astype("i4") + 1, "<i4")
    inputs = set(os.listdir(folder))
    subprocess.run(["Rscript", os.path.join(here, "make_combat_edge.R"), folder], check=True)
    with h5py.File(os.path.join(here, "combat_edge.h5"), "w") as out:
        out["rows"] = rows
        for path in sorted(glob.glob(os.path.join(folder, "*.f64"))):
            if os.path.basename(path) not in inputs:
                matrix = numpy.fromfile(path).reshape(57, -1)
                put(out, os.path.basename(path)[:-4], matrix[rows])
