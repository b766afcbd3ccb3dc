# SPDX-License-Identifier: GPL-3.0-or-later
# No room for the output of sci-genomics, and signals in the middle: exit code 4, 130 or 143, and nothing is left.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

cells << 'END'
x, batch, kind, age = expression(cells=3000, genes=400)
for name in "in", "other":
    write(name + ".h5ad", x.astype("f4"), {"batch": batch, "kind": kind}, kind="csr", cells=[f"{name}{i}" for i in range(3000)])
END
run 0 fit in.h5ad -o sums.h5 --batch-key batch
run 0 harmonize in.h5ad -o affine.h5ad --batch-key batch --emit affine

calls=("harmonize in.h5ad --batch-key batch --keep kind" "harmonize in.h5ad --batch-key batch --emit affine" "normalize in.h5ad"
    "harmonize in.h5ad other.h5ad --batch-key batch" "concat in.h5ad other.h5ad" "apply affine.h5ad" "apply in.h5ad --stats sums.h5" "pca in.h5ad --n-comps 3")
mkdir d
for call in "${calls[@]}"; do
    # shellcheck disable=SC2086
    (ulimit -f 1000 && run 4 $call --no-sync -o d/out.h5ad && exit $failures) || complain "$call without room"
    [ -z "$(ls -A d)" ] || complain "$call without room left $(ls -A d)"
    for signal in INT:130 TERM:143; do
        for moment in 0.01 0.05 0.2; do
            # shellcheck disable=SC2086
            timeout --foreground --preserve-status -s ${signal%:*} $moment sci-genomics $call --no-sync -o d/out.h5ad > out 2> err
            code=$?
            # Before the program has its handlers the signal just ends it.
            [ $code = 0 ] || [ $code = "${signal#*:}" ] || complain "$call: $signal after $moment s: $code: $(cat err)"
            [ $code = 0 ] || [ -z "$(ls -A d)" ] || complain "$call: $signal after $moment s left $(ls -A d)"
            rm -rf d && mkdir d
        done
    done
done

finish
