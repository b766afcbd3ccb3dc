# SPDX-License-Identifier: GPL-3.0-or-later
# Scores, tails, least p and sectors with missing indicators by their definitions (tests/support/econ_oracle.py), where scipy is.
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

python=/usr/bin/python3
"$python" -c 'import numpy, scipy.stats' 2> err || skip_all "numpy and scipy are not installed (python3-scipy)"
data=$SCI_SOURCE_DIR/data
map=$data/ces_supersectors_2006_2015.map.csv
oracle=$SCI_SOURCE_DIR/tests/support/econ_oracle.py

# With gaps, a ragged edge and a series that begins late.
awk -F, -v OFS=, 'NR > 1 && NR < 40 { $8 = "" } NR > 70 && NR % 9 == 0 { $10 = "" } NR > 118 { $13 = $18 = "" } { print }' \
    "$data/ces_supersectors_2006_2015.csv" > gaps.csv

# agrees NAME ORACLE-OPTIONS -- OPTIONS...
agrees() {
    local name=$1 options=()
    shift
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    run 0 sci-econ score gaps.csv --map "$map" -o "$name" -q "$@"
    "$python" "$oracle" gaps.csv "$map" "$name/scores.csv" "${options[@]}" > said 2>&1 || wrong "$name: $(tail -n 1 said)"
}

agrees expanding --
agrees calibrated --calibrate 96 -- --calibrate-to 2013-12
agrees rescaled --rescale -- --rescale-missing
map=weights.csv
awk -F, -v OFS=, 'NR == 1 { print $1, $2, $3, $4, $5, "weight"; next } { print $1, $2, $3, $4, $5, 1 + NR % 4 / 2 }' \
    "$data/ces_supersectors_2006_2015.map.csv" > $map
agrees weighted --
cmp -s expanding/scores.csv weighted/scores.csv && wrong "weights change nothing"
agrees both --rescale --calibrate 96 -- --rescale-missing --calibrate-to 2013-12
cmp -s expanding/scores.csv rescaled/scores.csv && wrong "--rescale-missing changes nothing"

finish
