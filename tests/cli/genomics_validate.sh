# SPDX-License-Identifier: GPL-3.0-or-later
# info shows what is there; validate finds every rule that is broken, by its place.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

run 0 validate "$bladder" && says out "valid, 0 warnings"
run 0 info "$bladder" && says out "57 cells x 400 genes, layout current" && says out "batch: categorical, 5 levels"
run 0 info "$bladder" --json && "$PYTHON" -c '
import json
info = json.load(open("out"))
assert info["cells"] == 57 and info["matrices"][0]["type"] == "float64"
assert [l["count"] for l in info["obs"][0]["levels"]] == [11, 18, 4, 5, 19]' || complain "wrong JSON"

# broken CODE TEXT: stdin is Python that damages x.h5ad (f is the file, open); validate ends with CODE and says TEXT.
broken() {
    local code=$1 text=$2
    { cat << 'END'
with h5py.File("x.h5ad", "w") as f:
    encode(f, "anndata", "0.1.0")
    put_frame(f, "obs", ["c%d" % i for i in range(6)], {"batch": ["a", "a", "b", "b", "b", "b"]})
    put_frame(f, "var", ["A", "B", "C"], {})
    put_matrix(f, "X", np.arange(18).reshape(6, 3).astype("f4") / 4, "csr")
    for g in "layers", "obsm", "varm", "obsp", "varp", "uns":
        f.create_group(g); encode(f[g], "dict", "0.1.0")
END
      sed 's/^/    /'; } | cells
    run "$code" validate x.h5ad
    says out "$text"
}
broken 0 "valid, 0 warnings" <<< 'pass'
broken 1 "error: /X:" <<< 'f["X/indptr"][2] = 15'
broken 1 "error: /X:" <<< 'f["X/indices"][3] = 3'
broken 1 "error: /X:" <<< 'f["X/indices"][3] = -1'
broken 1 "6 x 4, but obs and var have 6 and 3" <<< 'f["X"].attrs["shape"] = np.array([6, 4])'
broken 1 "no attribute 'shape'" <<< 'del f["X"].attrs["shape"]'
broken 1 "encoding 'coo_matrix', which is no matrix known here" <<< 'f["X"].attrs["encoding-type"] = "coo_matrix"'
broken 1 "not integers" <<< 'v = f["X/indices"][()]; del f["X/indices"]; f["X/indices"] = v.astype("f4")'
broken 1 "none of its" <<< 'f["obs/batch/codes"][3] = 7'
broken 1 "5 values" <<< 'put_column(f["obs"], "n", np.arange(5))'
broken 1 "no attribute 'column-order'" <<< 'del f["obs"].attrs["column-order"]'
broken 1 "there is no 'gone'" <<< 'f["obs"].attrs["column-order"] = ["batch", "gone"]'
broken 1 "is no annotated matrix: it has no 'var'" <<< 'del f["var"]'
broken 1 "it has 5 rows for 6 cells" <<< 'f["obsm/X_pca"] = np.zeros((5, 2))'
broken 1 "the category 'a' is there twice" <<< 'f["obs/batch/categories"][1] = "a"'
broken 1 "values are infinite" <<< 'f["X/data"][0] = np.inf'
broken 1 "a link to another file" <<< 'f["uns/x"] = h5py.ExternalLink("other.h5", "/x")'
broken 0 "values are missing" <<< 'f["X/data"][0] = np.nan'
broken 0 "looks like counts" <<< 'f["X/data"][...] = np.floor(f["X/data"][()])'
broken 0 "need --as-factor donor" <<< 'put_column(f["obs"], "donor", np.arange(6) / 2)'
broken 0 "the name 'c1' is there more than once" <<< 'f["obs/_index"][0] = "c1"'
broken 0 "not in 'column-order'" <<< 'f["obs/stray"] = np.arange(6)'
broken 0 "have one row only" <<< 'put_column(f["obs"], "batch", ["a", "b", "b", "b", "b", "b"])'
broken 0 "encoding 'zarr-thing' is not known here" <<< 'g = f["uns"].create_group("x"); encode(g, "zarr-thing")'

if [ -n "$reference" ]; then
    for file in "$reference"/*.h5ad; do
        run 0 validate "$file"
        run 0 info "$file" --json && "$PYTHON" -c 'import json; json.load(open("out"))' || complain "$file: no JSON"
    done
fi
finish
