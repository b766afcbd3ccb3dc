# SPDX-License-Identifier: GPL-3.0-or-later
# No room for the output of sci-genomics, and signals in the middle: exit code 4, 130 or 143, and nothing is left.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"
. "$SCI_SOURCE_DIR/tests/support/gives_up.sh"

cells << 'END'
x, batch, kind, age = expression(cells=3000, genes=400)
for name in "in", "other":
    write(name + ".h5ad", x.astype("f4"), {"batch": batch, "kind": kind}, kind="csr", cells=[f"{name}{i}" for i in range(3000)])
END
run 0 fit in.h5ad -o sums.h5 --batch-key batch
run 0 harmonize in.h5ad -o affine.h5ad --batch-key batch --emit affine

calls=("harmonize in.h5ad --batch-key batch --keep kind" "harmonize in.h5ad --batch-key batch --emit affine" "normalize in.h5ad"
    "harmonize in.h5ad other.h5ad --batch-key batch" "concat in.h5ad other.h5ad" "apply affine.h5ad" "apply in.h5ad --stats sums.h5" "pca in.h5ad --n-comps 3")
for call in "${calls[@]}"; do
    # shellcheck disable=SC2086
    unfinished $call --no-sync -o d/out.h5ad
done

finish
