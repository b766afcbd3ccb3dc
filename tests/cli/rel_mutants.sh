# SPDX-License-Identifier: GPL-3.0-or-later
# Damaged copies of good files: an answer within 5 s and the memory budget, no crash of the program, no output
# unless it succeeds. MUTANTS of them (150; the slow test 2000).
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

"$tools/h5make" made.h5 /x:f4:40x50x30 chunk=9x20x30 gzip=4 shuffle /y:i2:500x20 mean=100 sd=20 chunk=64x20 \
    /z:f8:2000 || exit 1
"$tools/mutants" "${MUTANTS:-150}" 5 160 "$SCI_BIN/sci-array" made.h5:/x made.h5:/y made.h5:/z "$golden/hostile-hdf5/ok.h5:/x" \
    "$SCI_SOURCE_DIR/data/t1_4mm.h5:/t1" "$golden/edge.h5:/with_nan_inf" "$golden/hostile-hdf5/segv_hdf5_1_10_8_a.h5:/x" \
    "$golden/torch.h5:/running/fast/batches" "$golden/hostile-hdf5/names.h5:/x" || failures=$((failures + 1))
if [ "$failures" -gt 0 ] && [ -n "${KEEP_MUTANTS:-}" ]; then
    cp failed-*.h5 "$KEEP_MUTANTS"
fi
finish
