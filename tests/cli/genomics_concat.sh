# SPDX-License-Identifier: GPL-3.0-or-later
# The cells of several files in one: values, genes, columns and names are where they belong.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

cells << 'END'
rng = np.random.default_rng(1)
def make(name, kind, cells_of, genes, columns, dtype="f4"):
    x = rng.integers(0, 4, (len(cells_of), len(genes))).astype(dtype)
    with h5py.File(name, "w") as f:
        encode(f, "anndata", "0.1.0")
        put_frame(f, "obs", cells_of, columns)
        put_frame(f, "var", genes, {"length": np.arange(len(genes))})
        put_matrix(f, "X", x, kind)
        f.create_group("layers"); encode(f["layers"], "dict", "0.1.0")
    np.save(name + ".npy", x)
make("a.h5ad", "csr", ["c1", "c2", "c3"], ["A", "B", "C"], {"batch": ["x", "y", "x"], "n": np.array([1, 2, 3])})
make("b.h5ad", "csc", ["c4", "c5"], ["C", "D", "A"], {"batch": ["z", "x"], "t": np.array([.5, 1.5])})
make("d.h5ad", "dense", ["c4", "c6"], ["A", "C"], {"n": np.array([7, 8])}, "f8")
END
run 0 concat a.h5ad b.h5ad -o inner.h5ad
run 0 concat a.h5ad b.h5ad -o outer.h5ad --join outer --compression gzip:1 --verify
run 0 concat a.h5ad b.h5ad d.h5ad -o three.h5ad --join outer
says err "number of its input"
cells << 'END'
a, b, d = (np.load(n + ".h5ad.npy") for n in "abd")
def names(f, frame):
    return list(f[frame + "/_index"].asstr())
with h5py.File("inner.h5ad") as f:
    assert names(f, "var") == ["A", "C"] and names(f, "obs") == ["c1", "c2", "c3", "c4", "c5"]
    assert f["X"].attrs["encoding-type"] == "csr_matrix" and f["X/data"].dtype == np.float32
    assert list(f["var/length"]) == [0, 2]
assert (matrix("inner.h5ad") == np.vstack([a[:, [0, 2]], b[:, [2, 0]]])).all()
with h5py.File("outer.h5ad") as f:
    assert names(f, "var") == ["A", "B", "C", "D"] and list(f["var/length"]) == [0, 1, 2, 1]
    g = f["obs/batch"]
    assert [g["categories"].asstr()[c] for c in g["codes"][()]] == ["x", "y", "x", "z", "x"]
    assert list(f["obs/n/mask"]) == [False] * 3 + [True] * 2 and list(f["obs/n/values"])[:3] == [1, 2, 3]
    assert np.isnan(f["obs/t"][:3]).all() and list(f["obs/t"][3:]) == [.5, 1.5]
    g = f["obs/source"]
    assert [g["categories"].asstr()[c] for c in g["codes"][()]] == ["a"] * 3 + ["b"] * 2
whole = np.zeros((5, 4)); whole[:3, :3] = a; whole[3:, [2, 3, 0]] = b
assert (matrix("outer.h5ad") == whole).all()
with h5py.File("three.h5ad") as f:
    assert names(f, "obs") == ["c1-1", "c2-1", "c3-1", "c4-2", "c5-2", "c4-3", "c6-3"]
    x = f["X"][()]
    assert x.dtype == np.float64 and (x[:3, :3] == a).all() and np.isnan(x[:3, 3]).all() and (x[3:5, 0] == b[:, 2]).all()
    assert (x[5:][:, [0, 2]] == d).all() and np.isnan(x[5:][:, [1, 3]]).all()
END
silent_about() { grep -q -e "$1" err && wrong "'$1' is said"; }
cells << 'END'
import shutil
def made(source, path, base=None, logged=True, **more):
    shutil.copy(source, path)
    with h5py.File(path, "r+") as f:
        if logged:
            g = f.require_group("uns/log1p"); encode(f["uns"], "dict", "0.1.0"); encode(g, "dict", "0.1.0")
            if base is not None:
                g["base"] = float(base); encode(g["base"], "numeric-scalar", "0.2.0")
        for name, value in more.items():
            put = f.require_group(name.split("__")[0])
            put[name.split("__")[1]] = value
made("a.h5ad", "la.h5ad", uns__note="n", layers__only=np.zeros((3, 3)), obsm__two=np.ones((3, 2)))
made("b.h5ad", "lb.h5ad", obsm__two=np.ones((2, 3)))
made("d.h5ad", "ld.h5ad")
made("d.h5ad", "two.h5ad", base=2)
made("d.h5ad", "deux.h5ad", base=2)
END
# The mark of logarithms stays where all have it, so that nothing is taken for counts or logarithmized twice.
run 0 concat la.h5ad lb.h5ad ld.h5ad -f -o y.h5ad
says err "not in the output, as they belong to single inputs: uns, layers/only, obsm/two"
cells << 'END'
with h5py.File("y.h5ad") as f:
    assert list(f["uns"]) == ["log1p", "sci_genomics"] and len(f["uns/log1p"]) == 0
END
run 0 normalize y.h5ad -o z.h5ad -f --log1p
says err "is said to be logarithms (uns/log1p)"
run 0 fit y.h5ad -o s.h5 -f --batch-key source && run 0 show s.h5 && says out "(log1p)"
run 0 concat two.h5ad deux.h5ad -f -o y.h5ad
says err "number of its input"
silent_about "not in the output"
cells << 'END'
assert h5py.File("y.h5ad")["uns/log1p/base"][()] == 2.0
END
run 0 concat a.h5ad ld.h5ad b.h5ad -f -o y.h5ad
says err "'ld.h5ad' is said to be logarithms (uns/log1p) and 'a.h5ad' is not: are their values of one kind? The output is not marked"
cells << 'END'
assert "log1p" not in h5py.File("y.h5ad")["uns"]
END
refuse 3 "'la.h5ad' and 'two.h5ad' are logarithms to different bases" concat la.h5ad two.h5ad -o no.h5ad
cells << 'END'
with h5py.File("a.h5ad", "r+") as f:
    f["var/_index"][1] = "A"
with h5py.File("b.h5ad", "r+") as f:
    f["var/_index"][...] = ["Q", "R", "S"]
END
refuse 3 "two genes called 'A'" concat a.h5ad d.h5ad -o no.h5ad
refuse 3 "no gene is in all inputs" concat b.h5ad d.h5ad -o no.h5ad
refuse 2 "--compression" concat b.h5ad -o no.h5ad --compression zip
finish
