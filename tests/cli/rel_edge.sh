# SPDX-License-Identifier: GPL-3.0-or-later
# Degenerate arrays of edge.h5: constant, NaN, infinite, huge, denormal, empty, one voxel; empty masks.
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

edge=$golden/edge.h5
all() { "$tools/h5cat" "$1" | awk -v want="$2" '{ if ($1 != want) bad = 1 } END { exit bad || NR == 0 }'; }
normalize() { run "$1" "$tools/limited" 5 160 sci-array normalize "$edge:$2" "${@:3}" --no-sync -f -o y.h5:/y; }

for dataset in /constant /all_zero /u32_max /f32_huge /one_voxel; do
    rm -f y.h5
    normalize 0 $dataset --norm layer
    all y.h5:/y 0 || wrong "$dataset: outputs of constant groups are not 0"
done
for dataset in /offset_1e7_f64 /offset_2p20_f32 /i16_extremes; do
    rm -f y.h5
    normalize 0 $dataset --axes z,y,x --norm layer --dtype f64 --eps 0
    "$tools/h5cat" y.h5:/y | awk '{ s += $1; q += $1 * $1 } END { m = s / NR; v = q / NR - m * m
        exit !(m < 1e-9 && m > -1e-9 && v > 0.999999999 && v < 1.000000001) }' || wrong "$dataset: not mean 0, variance 1"
done
rm -f y.h5
normalize 0 /denormal --axes z,y,x --norm layer --eps 0
"$tools/h5cat" y.h5:/y | awk '{ q += $1 * $1 } END { exit !(q / NR > 0.9999 && q / NR < 1.0001) }' \
    || wrong "/denormal: was flushed to 0"

# Missing values: refused with their number and first place, ignored, or spread.
rm -f y.h5
normalize 1 /with_nan_inf --norm layer
says '3 of 512'
says 'edge\.h5'
[ ! -e y.h5 ] || wrong "a refused array gave an output"
normalize 0 /with_nan_inf --axes z,y,x --norm layer --nan ignore
[ "$("$tools/h5cat" y.h5:/y | grep -ciE 'nan|inf')" = 3 ] || wrong "ignored values do not come out as they were"
normalize 0 /with_nan_inf --axes z,y,x --norm layer --nan propagate
all y.h5:/y nan || [ "$("$tools/h5cat" y.h5:/y | grep -ci nan)" = 512 ] || wrong "propagate does not make all NaN"
rm -f y.h5
normalize 1 /all_nan --norm layer
says '64 of 64'
normalize 0 /all_nan --axes z,y,x --norm layer --nan ignore
[ "$("$tools/h5cat" y.h5:/y | grep -ci nan)" = 64 ] || wrong "/all_nan: ignored values do not come out as they were"

# No element, no member, one member.
rm -f y.h5
normalize 0 /empty --norm layer
[ "$("$tools/h5cat" y.h5:/y | wc -l)" = 0 ] || wrong "/empty: not empty"
normalize 0 /constant --axes z,y,x --norm layer --mask "z,y,x=$edge:/mask_empty"
all y.h5:/y 42 || wrong "an empty mask does not keep the elements"
normalize 0 /constant --axes z,y,x --norm layer --mask "z,y,x=$edge:/mask_one" --outside apply
all y.h5:/y 0 || wrong "statistics of one voxel do not give 0"
normalize 0 /constant --axes z,y,x --norm layer --mask "z,y,x=$edge:/mask_one"
[ "$("$tools/h5cat" y.h5:/y | grep -cx 42)" = 215 ] || wrong "voxels outside the mask were not kept"

# What the table says.
run 0 sci-array fit "$edge:/constant" --axes z,y,x --norm layer --no-sync -f -o s.h5
run 0 sci-array show s.h5 --json
grep -q '"mean": *42[,.}]' out && grep -q '"variance": *0[,.}]' out || wrong "the table of a constant: $(cat out)"
run 0 sci-array fit "$edge:/constant" --axes z,y,x --norm layer --mask "z,y,x=$edge:/mask_empty" --no-sync -f -o s.h5
run 0 sci-array show s.h5 --json
grep -q '"mean": *null' out || wrong "the table of an empty group: $(cat out)"
finish
