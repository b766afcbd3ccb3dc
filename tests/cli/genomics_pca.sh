# SPDX-License-Identifier: GPL-3.0-or-later
# pca against numpy's singular values, in every form a matrix can have; what else is in the file stays.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

cells << 'END'
x = np.round(np.random.default_rng(3).gamma(0.4, 2.0, (90, 40)) - 1.5, 3).clip(0)
batch = [str(i % 3) for i in range(90)]
for kind in "dense", "csr", "csc":
    for dtype in "f4", "f8":
        write(f"{kind}_{dtype}.h5ad", x.astype(dtype), {"batch": batch, "age": np.arange(90.0) % 17}, kind=kind,
              var={"variable": np.arange(40) % 3 > 0})
END

for kind in dense csr csc; do
    for dtype in f4 f8; do
        run 0 pca ${kind}_$dtype.h5ad -f -o ${kind}_$dtype.pca.h5ad --n-comps 7
        run 0 pca ${kind}_$dtype.h5ad -f -o ${kind}_$dtype.few.h5ad --n-comps 7 --var-mask variable
    done
done
run 0 harmonize csr_f8.h5ad -f -o affine.h5ad --batch-key batch --keep age --emit affine
run 0 apply affine.h5ad -f -o full.h5ad
run 0 pca affine.h5ad -f -o affine.pca.h5ad --n-comps 7
run 0 pca full.h5ad -f -o full.pca.h5ad --n-comps 7
# Again: the old components are replaced.
run 0 pca csr_f8.pca.h5ad -f -o again.h5ad --n-comps 7

cells << 'END'
def components(x, k):
    u, s, v = np.linalg.svd(x - x.mean(0), full_matrices=False)
    sign = np.sign(v[np.arange(len(s)), abs(v).argmax(1)])
    return (u * s * sign)[:, :k], s**2 / (len(x) - 1), (v * sign[:, None])[:k].T

def check(file, x, k=7, chosen=slice(None), tolerance=1e-9):
    scores, variance, loadings = components(x[:, chosen], k)
    with h5py.File(file) as f:
        close(f["obsm/X_pca"][()], scores, tolerance)
        close(f["varm/PCs"][()][chosen], loadings, tolerance)
        close(f["uns/pca/variance"][()], variance[:k], 1e-9)
        close(f["uns/pca/variance_ratio"][()], (variance / variance.sum())[:k], 1e-9)
        assert f["uns/pca/params/zero_center"][()] == 1
        return f["varm/PCs"][()]

chosen = np.arange(40) % 3 > 0
for kind in "dense", "csr", "csc":
    for dtype, tolerance in ("f4", 2e-6), ("f8", 1e-9):
        name = f"{kind}_{dtype}"
        x = matrix(name + ".h5ad").astype("f8")
        check(name + ".pca.h5ad", x, tolerance=tolerance)
        with h5py.File(name + ".pca.h5ad") as f:
            assert f["obsm/X_pca"].dtype == f["varm/PCs"].dtype == dtype
        v = check(name + ".few.h5ad", x, chosen=chosen, tolerance=tolerance)
        assert (v[~chosen] == 0).all()
        assert differences(name + ".h5ad", name + ".pca.h5ad",
                           ("/obsm/X_pca", "/varm/PCs", "/uns/pca", "/uns/sci_genomics")) == []
check("full.pca.h5ad", matrix("full.h5ad"))
check("affine.pca.h5ad", matrix("full.h5ad"))
check("again.h5ad", matrix("csr_f8.h5ad"))
END

for t in 1 2 8; do
    run 0 pca affine.h5ad -f -o threads.h5ad -t $t && mv threads.h5ad threads$t.h5ad
done
same_bytes threads1.h5ad threads2.h5ad
same_bytes threads1.h5ad threads8.h5ad
run 0 pca affine.h5ad -f -o memory.h5ad --memory 64MiB && same_bytes threads1.h5ad memory.h5ad

run 0 pca csr_f8.h5ad -f -o most.h5ad --n-comps 500
says err "only 39 principal components"
cells << 'END'
with h5py.File("most.h5ad") as f:
    assert f["obsm/X_pca"].shape == (90, 39)
shutil.copy("csr_f8.h5ad", "missing.h5ad")
with h5py.File("missing.h5ad", "r+") as f:
    f["X/data"][f["X/indptr"][17]] = np.nan
END
refuse 1 "row 17, column" pca missing.h5ad -o none.h5ad
refuse 2 "n-comps" pca csr_f8.h5ad -o none.h5ad --n-comps 0
refuse 1 "has no column 'nothing'" pca csr_f8.h5ad -o none.h5ad --var-mask nothing

finish
