# SPDX-License-Identifier: GPL-3.0-or-later
# update: state and outputs of a run month by month are those of one run over all, byte for byte; what comes late, and what is
# refused.
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

data=$SCI_SOURCE_DIR/data
panel=$data/ces_supersectors_2006_2015.csv
map=$data/ces_supersectors_2006_2015.map.csv
rows() { head -n 1 "$panel" && sed -n "$1p" "$panel"; }

# grow FIRST-PERIODS STEP OPTION...: the state of the first ones, updated STEP periods at a time, against one run.
grow() {
    local first=$1 step=$2 line total output=()
    shift 2
    total=$(wc -l < "$panel")
    rm -rf s.h5 all.h5 grown whole
    rows "2,$((first + 1))" > part.csv
    run 0 sci-econ score part.csv --map "$map" --state s.h5 -q "$@"
    for ((line = first + 2; line <= total; line += step)); do
        rows "$line,$((line + step - 1))" > part.csv
        [ $((line + step)) -gt "$total" ] && output=(-o grown --last 30)
        run 0 sci-econ update --state s.h5 part.csv -q "${output[@]}"
    done
    run 0 sci-econ score "$panel" --map "$map" --state all.h5 -o whole --last 30 -q "$@"
    cmp s.h5 all.h5 || wrong "the states differ: $*"
    for f in anomalies.csv report.html report.json report.md scores.csv; do
        cmp whole/$f grown/$f || wrong "$f differs: $*"
    done
}

grow 112 1
grow 30 45 --window 24 --exclude-window 2008-09..2009-03 --stat relative,within,mahalanobis
grow 60 60 --calibrate-to 2009-12 --fdr by
grow 70 50 --seasonal month-median --scale qn --p t --sector-stat median --min-z 4
grow 96 24 --seasonal stl --scale sd --p empirical --rescale-missing

# A file that repeats what is known changes nothing.
cp all.h5 same.h5
rows '110,121' > part.csv
run 0 sci-econ update --state same.h5 part.csv -q
cmp all.h5 same.h5 || wrong "an update without news changes the state"

# A few dates do not tell what they are dates of; the state does.
# in_dates FREQUENCY START STEP UNIT: periods that are spelled as dates, some in a run of score and then one by one.
in_dates() {
    local k
    rm -rf d.h5 d_all.h5
    echo period,a,b,c > d_all.csv
    for ((k = 0; k < 40; k++)); do
        echo "$(date -u -d "$2 + $((k * $3)) $4" +%F),$((100 + k * k % 17)),$((100 + k * k % 11)),$((7 + k * k % 13))"
    done >> d_all.csv
    [ "$1" = "daily without weekends" ] && sed -i -E '/-01-0[67],|-01-1[34],|-01-2[01],|-01-2[78],|-02-0[34],/d' d_all.csv
    printf 'indicator,sector\na,x\nb,x\nc,y\n' > d.map.csv
    head -n 25 d_all.csv > d.csv
    run 0 sci-econ score d.csv --map d.map.csv --state d.h5 -q
    run 0 sci-econ show d.h5 --json
    grep -q "\"frequency\": \"$1" out || wrong "the panel is not $1"
    sed -n '25,31p' d_all.csv | while read -r k; do
        printf 'period,a,b,c\n%s\n' "$k" > d.csv
        run 0 sci-econ update --state d.h5 d.csv -q
        [ "$failures" = 0 ] || exit 1
    done || wrong "a single $1 date is not taken"
    sed -i 31q d_all.csv
    run 0 sci-econ score d_all.csv --map d.map.csv --state d_all.h5 -q
    cmp d.h5 d_all.h5 || wrong "$1 dates one by one do not give the state of one run"
}
in_dates daily 2018-01-01 1 day
in_dates "daily without weekends" 2018-01-01 1 day
in_dates weekly 2018-01-05 7 day
in_dates monthly 2018-01-01 1 month
in_dates quarterly 2018-01-01 3 month
in_dates annual 1970-01-01 1 year
printf 'period,a,b,c\n2030-03-02,1,2,3\n' > d.csv
run 3 sci-econ update --state d.h5 d.csv
says "'d.csv' is daily and 'd.h5' is annual"

# A file of which nothing is known is another file, and no month without news. Warnings about it are shown.
cp all.h5 other.h5
printf 'period,x,y\n2016-01,1,2\n' > odd.csv
run 3 sci-econ update --state other.h5 odd.csv -q --nagios
says "none of its 2 indicators is in 'other.h5', not even 'x'"
run 3 sci-econ update --state other.h5 odd.csv -q
cmp other.h5 all.h5 || wrong "a refused update changes the state"
printf 'period,construction\n2016-01,1e999\n' > odd.csv
run 0 sci-econ update --state other.h5 odd.csv -q
says "'odd.csv:2': 1 number is too large"
printf 'period,indicator,value,sector\n2016-02,construction,6000,services\n' > odd.csv
run 3 sci-econ update --state other.h5 odd.csv -q
says "construction is in the sector 'services', and in 'goods' of 'other.h5'"

# Values that come late: the scores from there on are made anew.
awk -F, -v OFS=, '$1 == "2015-10" { $8 = "" } { print }' "$panel" > gap.csv
run 0 sci-econ score gap.csv --map "$map" --state late.h5 -q
run 0 sci-econ score "$panel" --map "$map" --state whole.h5 -q
cmp -s late.h5 whole.h5 && wrong "a missing value changes nothing"
run 0 sci-econ update --state late.h5 "$panel" -q
says 'came late: scores from 2015-10 on'
cmp late.h5 whole.h5 || wrong "late values do not give the scores of one run"

# Refused, and the state stays: a revision, a value before the first period, another frequency.
cp whole.h5 before.h5
awk -F, -v OFS=, '$1 == "2015-10" { $8 += 1 } { print }' "$panel" > revised.csv
run 3 sci-econ update --state whole.h5 revised.csv
says '2015-10 was revised'
{ head -n 1 "$panel"; sed -n 2p "$panel" | sed 's/^2006-01/2005-12/'; } > early.csv
run 3 sci-econ update --state whole.h5 early.csv
{ head -n 1 "$panel"; sed -n 2,9p "$panel" | awk -F, -v OFS=, '{ $1 = 2015 + NR; print }'; } > annual.csv
run 3 sci-econ update --state whole.h5 annual.csv
cmp before.h5 whole.h5 || wrong "a refused update changes the state"

# States that are none, or damaged.
run 1 sci-econ update --state "$panel" "$panel"
run 1 sci-econ update --state nothing.h5 "$panel"
size=$(stat -c %s whole.h5)
for k in 1 3 5; do
    cp whole.h5 damaged.h5
    printf '\377\0\377\0\377\0\377\0' | dd of=damaged.h5 bs=1 seek=$((size * k / 7)) conv=notrunc 2> dd.log
    cp damaged.h5 kept.h5
    run 1 sci-econ update --state damaged.h5 part.csv
    cmp damaged.h5 kept.h5 || wrong "a damaged state was replaced"
done
# A full disk leaves the state as it was.
rows '2,30' > part.csv
run 0 sci-econ score part.csv --map "$map" --state small.h5 -q
cp small.h5 kept.h5
(
    ulimit -f 40
    run 4 sci-econ update --state small.h5 "$panel" -q
    exit "$failures"
) || failures=$((failures + 1))
cmp small.h5 kept.h5 || wrong "a full disk changes the state"
run 2 sci-econ score "$panel" --map "$map" --state whole.h5
says 'exists already'
run 2 sci-econ update part.csv
no_temporaries .

finish
