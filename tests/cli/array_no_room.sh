# SPDX-License-Identifier: GPL-3.0-or-later
# No room for the output of sci-array, and signals in the middle: exit code 4, 130 or 143, and nothing is left.
. "$SCI_SOURCE_DIR/tests/support/array.sh"
. "$SCI_SOURCE_DIR/tests/support/gives_up.sh"

for name in a b; do
    "$SCI_BUILD_DIR/tests/tools/h5make" $name.h5 /x:f4:200x1000x10 mean=5 || exit 1
    run 0 fit $name.h5:/x --norm instance -o of_$name.h5
done

calls=("normalize a.h5:/x --norm layer" "fit a.h5:/x --norm instance" "fit a.h5:/x b.h5:/x --norm instance"
    "merge of_a.h5 of_b.h5" "apply a.h5:/x --stats of_a.h5")
for call in "${calls[@]}"; do
    # shellcheck disable=SC2086
    unfinished $call --no-sync -o d/out.h5
done

finish
