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

# What is no counts is said.
run 0 normalize log.h5ad -f -o y.h5ad
says err "has values that are not whole numbers: has it been normalized already?"
run 0 normalize csr.h5ad -f -o once.h5ad --log1p -q
run 0 normalize once.h5ad -f -o y.h5ad --log1p
says err "is said to be logarithms (uns/log1p)"
refuse 1 "add up to -" normalize negative.h5ad -o no.h5ad

finish
