# SPDX-License-Identifier: GPL-3.0-or-later
# normalize: scanpy's normalize_total and log1p, for every form of a matrix.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

cells << 'END'
r = np.random.default_rng(3)
x = r.poisson(0.7, (200, 30)).astype("f4")
x[17] = 0
for kind in "dense", "csr", "csc":
    write(kind + ".h5ad", x, {"batch": ["a"] * 200}, kind=kind)
    write(kind + "-packed.h5ad", x.astype("u2"), {"batch": ["a"] * 200}, kind=kind, chunks=True, compression="gzip")
write("negative.h5ad", x - 1, {"batch": ["a"] * 200})
write("log.h5ad", np.log1p(x), {"batch": ["a"] * 200}, kind="csr")
END
cells << 'END'
CASES = [("median", []), ("median", ["--log1p"]), (1e4, ["--target-sum", "1e4", "--log1p"]), (50, ["--target-sum", "50"])]
for kind in "dense", "csr", "csc", "dense-packed", "csr-packed", "csc-packed":
    x = matrix(kind + ".h5ad")
    total = x.sum(1, keepdims=True)
    for target, options in CASES:
        run("normalize", kind + ".h5ad", "-f", "-o", "y.h5ad", *options)
        target = np.median(total[total > 0]) if target == "median" else target
        expected = x / np.where(total > 0, total, 1) * target
        if "--log1p" in options:
            expected = np.log1p(expected)
        close(matrix("y.h5ad"), expected, 1e-6 * expected.max(), kind)
        with h5py.File("y.h5ad") as f, h5py.File(kind + ".h5ad") as g:
            assert ("log1p" in f["uns"]) == ("--log1p" in options)
            assert abs(f["uns/sci_genomics/normalize/target_sum"][()] - target) < 1e-9
            if isinstance(f["X"], h5py.Group):
                assert f["X/data"].dtype == "f4" and (f["X/indices"][()] == g["X/indices"][()]).all()
                assert f["X/indices"].compression == g["X/indices"].compression
        assert differences(kind + ".h5ad", "y.h5ad", ("/X", "/uns")) == []
END
run 0 normalize csr.h5ad -f -o y.h5ad
says err "1 cells have no counts and stay as they are"

# Elsewhere, and the counts kept.
for kind in dense csr csc; do
    run 0 normalize $kind.h5ad -f -o y.h5ad --log1p --to layer:log --compression gzip:1
    run 0 normalize $kind.h5ad -f -o z.h5ad --log1p --keep-original counts --dtype f64 && cells $kind << 'END'
kind = sys.argv[1]
close(matrix("y.h5ad", "layers/log"), matrix("z.h5ad"), 1e-6)
assert (matrix("z.h5ad", "layers/counts") == matrix(kind + ".h5ad")).all()
assert (matrix("y.h5ad") == matrix(kind + ".h5ad")).all()
END
done

# Several values of a cell and gene are one: their sum has a logarithm, not they. Also where they are far apart.
cells << 'END'
def twice(source, path):
    """The same matrix, of which every value is stored in two or three parts, those of a slice in a row."""
    import shutil
    shutil.copy(source, path)
    with h5py.File(path, "r+") as f:
        g, r = f["X"], np.random.default_rng(11)
        data, indices, indptr = (g[k][()] for k in ("data", "indices", "indptr"))
        parts, places, ends = [], [], [0]
        for first, end in zip(indptr[:-1], indptr[1:]):
            whole, place = data[first:end].astype("f8"), indices[first:end]
            one, two = np.floor(whole * r.random(len(whole))), np.zeros(len(whole))
            two[::2] = np.floor((whole - one)[::2] / 2)
            parts += [one, two[::2], whole - one - two]
            places += [place, place[::2], place]
            ends.append(ends[-1] + 2 * len(place) + len(place[::2]))
        for name, x in ("data", np.concatenate(parts).astype("f4")), ("indices", np.concatenate(places).astype("i4")), ("indptr", np.array(ends)):
            del g[name]
            g[name] = x

r = np.random.default_rng(12)
write("tall.h5ad", r.poisson(2, (200000, 2)).astype("f4"), {"batch": ["a"] * 200000}, kind="csc")
for name in "csr", "csc", "tall":
    twice(name + ".h5ad", "twins.h5ad")
    for options in [], ["--log1p"], ["--log1p", "--dtype", "f64", "--to", "layer:log"]:
        where = "layers/log" if "--to" in options else "X"
        run("normalize", name + ".h5ad", "-f", "-o", "y.h5ad", "-q", *options)
        run("normalize", "twins.h5ad", "-f", "-o", "z.h5ad", "-q", *options)
        like, is_ = matrix("y.h5ad", where), matrix("z.h5ad", where)
        close(is_, like, (1e-12 if "f64" in options else 1e-6) * max(1, like.max()), name)
        assert len(h5py.File("z.h5ad")[where]["data"]) > len(h5py.File("y.h5ad")[where]["data"])
END

# What is no counts is said.
run 0 normalize log.h5ad -f -o y.h5ad
says err "has values that are not whole numbers: has it been normalized already?"
run 0 normalize csr.h5ad -f -o once.h5ad --log1p -q
run 0 normalize once.h5ad -f -o y.h5ad --log1p
says err "is said to be logarithms (uns/log1p)"
refuse 1 "add up to -" normalize negative.h5ad -o no.h5ad

finish
