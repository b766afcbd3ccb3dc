# SPDX-License-Identifier: GPL-3.0-or-later
# Outputs open in anndata 0.8 and are the input in everything but the matrix, whatever layout it has.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

[ -n "$reference" ] || { echo "skipped: LIBSCI_REFERENCE has no genomics"; exit 77; }
"$PYTHON" -W ignore -c 'import anndata' 2> /dev/null || PYTHON=/usr/bin/python3
"$PYTHON" -W ignore -c 'import anndata' 2> /dev/null || { echo "skipped: python3 has no anndata"; exit 77; }

cells << 'END'
import anndata
reference = os.environ["reference"]
with h5py.File(reference + "/golden_pbmc_small.h5") as f:
    golden = f[[k for k in f if "cov" not in k][0]][()]
for name in "csr_f32 csc_f32 dense_f64_gzip csr_f32_lzf csr_idx64 csr_unsorted old07 legacy05".split():
    source = f"{reference}/pbmc_small_{name}.h5ad"
    run("harmonize", source, "-f", "-o", "dense.h5ad", "--batch-key", "groups")
    run("harmonize", source, "-f", "-o", "affine.h5ad", "--batch-key", "groups", "--emit", "affine")
    run("apply", "affine.h5ad", "-f", "-o", "expanded.h5ad")
    run("invert", "dense.h5ad", "-f", "-o", "inverted.h5ad")
    run("normalize", source, "-f", "-o", "normalized.h5ad")
    before = anndata.read_h5ad(source)
    for form in "dense", "affine", "expanded", "inverted", "normalized":
        after = anndata.read_h5ad(form + ".h5ad")
        assert before.obs.equals(after.obs) and before.var.equals(after.var), (name, form)
        assert list(before.layers) == list(after.layers) and list(before.obsm) == list(after.obsm)
        if name == "legacy05": # its frames become current ones
            continue
        but = ["/uns/sci_genomics"] + (["/X"] if form != "affine" else [])
        assert differences(source, form + ".h5ad", but) == [], (name, form, differences(source, form + ".h5ad", but))
    dense, expanded = (np.asarray(anndata.read_h5ad(form + ".h5ad").X) for form in ("dense", "expanded"))
    assert (dense == expanded).all(), name
    assert abs(dense - golden).max() <= (1e-10 if "f64" in name else 2e-6), (name, abs(dense - golden).max())
    # What anndata saves again is still a model.
    anndata.read_h5ad("dense.h5ad").write_h5ad("saved.h5ad")
    run("invert", "saved.h5ad", "-f", "-o", "again.h5ad")
    assert (matrix("again.h5ad") == matrix("inverted.h5ad")).all(), name
END
run 0 harmonize "$reference/pbmc_small_csr_f32.h5ad" -f -o model.h5ad --batch-key groups --emit params && cells << 'END'
import anndata
assert anndata.read_h5ad("model.h5ad").shape == (0, 230)
END
# The reader in docs/genomics-affine.md does what apply does.
for options in "--keep cancer,age" "--keep cancer --method limma" ""; do
    run 0 harmonize "$bladder" -f -o affine.h5ad --batch-key batch $options --emit affine
    run 0 harmonize "$bladder" -f -o dense.h5ad --batch-key batch $options
    { sed -n '/^```python/,/^```/p' "$SCI_SOURCE_DIR/docs/genomics-affine.md" | grep -v '^```'
      echo 'from cells import *'
      echo 'close(y, matrix("dense.h5ad"), 1e-11)'; } > reader.py
    "$PYTHON" -W ignore reader.py || complain "the reader of docs/genomics-affine.md, $options"
done
run 0 harmonize "$reference/pbmc_small_new012.h5ad" -f -o new.h5ad --batch-key groups && cells << 'END'
assert differences(os.environ["reference"] + "/pbmc_small_new012.h5ad", "new.h5ad", ("/X", "/uns/sci_genomics")) == []
END

finish
