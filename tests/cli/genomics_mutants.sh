# SPDX-License-Identifier: GPL-3.0-or-later
# Damaged copies of annotated files, 10x files, summaries and models: an answer within 5 s and the memory budget, no crash of the
# program, no output unless it succeeds. MUTANTS of them (100; the slow test 1000).
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

[ -x "$SCI_BUILD_DIR/tests/tools/mutants" ] || { echo "skipped: the tool mutants was not built"; exit 77; }

# annotated BATCH LABEL: the calls that one annotated file goes through in turn.
annotated() {
    local more="--memory 64MiB --threads 2"
    calls=(--call "harmonize @ -o y.h5ad --no-sync --batch-key $1 --keep $2 $more"
        --call "fit @ -o y.h5 --no-sync --batch-key $1 $more"
        --call "normalize @ -o y.h5ad --no-sync --log1p $more"
        --call "pca @ -o y.h5ad --no-sync --n-comps 4 $more"
        --call "harmonize @ -o y.h5ad --no-sync --batch-key $1 --method limma --emit affine $more"
        --call "concat @ good.h5ad -o y.h5ad --no-sync --join outer $more"
        --call "validate @ $more"
        --call "info @ --json"
        --call "evaluate @ --batch-key $1 --label-key $2 $more")
}

cells << 'END'
x, batch, kind, age = expression(cells=90, genes=25)
x = x.astype("f4")
obs = {"batch": batch, "kind": kind, "age": age}
write("good.h5ad", x, obs)
write("csr.h5ad", x, obs, kind="csr", chunks=(200,), compression="gzip")
write("csc.h5ad", x, obs, kind="csc", layers={"counts": np.round(x)})
write("other.h5ad", x + 1, obs)
write("dense.h5ad", x, obs, chunks=(20, 25), compression="lzf", shuffle=True)
END

run 0 fit csr.h5ad -o site0.h5 --batch-key batch --keep kind,age
run 0 fit other.h5ad -o site1.h5 --batch-key batch --keep kind,age
run 0 fit csr.h5ad -o shard.h5 --batch-key batch --shard 1/2
run 0 harmonize csr.h5ad -o model.h5ad --batch-key batch --keep kind,age --emit params
run 0 harmonize csr.h5ad -o affine.h5ad --batch-key batch --emit affine
run 0 harmonize csr.h5ad -o adjusted.h5ad --batch-key batch --keep kind

seeds=(--call "merge @ site1.h5 -o y.h5 --no-sync" --call "show @ --json" --call "apply good.h5ad --stats @ -o y.h5ad --no-sync"
    site0.h5
    --call "merge @ -o y.h5 --no-sync" shard.h5
    --call "show @ --json --all" --call "apply good.h5ad --stats @ -o y.h5ad --no-sync"
    --call "apply good.h5ad --stats @ -o y.h5ad --no-sync --frozen" --call "invert good.h5ad --stats @ -o y.h5ad --no-sync" model.h5ad
    --call "apply @ -o y.h5ad --no-sync" --call "evaluate @ --batch-key batch" --call "pca @ -o y.h5ad --no-sync --n-comps 3" affine.h5ad
    --call "invert @ -o y.h5ad --no-sync" --call "evaluate good.h5ad @ --batch-key batch" adjusted.h5ad)
annotated batch kind
seeds+=("${calls[@]}" csr.h5ad csc.h5ad dense.h5ad)
if [ -n "$reference" ]; then
    annotated groups RNA_snn_res_1
    seeds+=("${calls[@]}" "$reference"/pbmc_small_*.h5ad)
    annotated batch cancer
    seeds+=("${calls[@]}" "$reference"/bladder400.h5ad "$reference"/bladder400_na.h5ad)
    seeds+=(--call "convert @ -o y.h5ad --no-sync" "$reference"/tenx_v2.h5 "$reference"/tenx_v3.h5)
    seeds+=(--call "convert @ -o y.h5ad --no-sync --genome hg19_chr21" "$reference"/tenx_v2_two_genomes.h5)
    seeds+=(--call "convert @ -o y.h5ad --no-sync" "$reference"/pbmc_small_legacy05.h5ad)
fi
# A text whose length lies makes HDF5 ask for as much, up to the limit of the reader: 1 GiB and a little.
"$SCI_BUILD_DIR/tests/tools/mutants" "${MUTANTS:-100}" 5 1400 "$SCI_BIN/sci-genomics" "${seeds[@]}" \
    || complain "damaged files"
if [ "$failures" -gt 0 ] && [ -n "${KEEP_MUTANTS:-}" ]; then
    cp failed-*.h5 "$KEEP_MUTANTS"
fi
finish
