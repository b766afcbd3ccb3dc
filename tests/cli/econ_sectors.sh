# SPDX-License-Identifier: GPL-3.0-or-later
# fit, merge, apply, show: agencies with different sectors get the scores of one run over all; what is not private is called so.
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

data=$SCI_SOURCE_DIR/data
panel=$data/ces_supersectors_2006_2015.csv
map=$data/ces_supersectors_2006_2015.map.csv
ours() { head -n 1 "$map" && grep -E ',(goods|government),' "$map"; }
theirs() { head -n 1 "$map" && grep -E ',(trade_transport_utilities|private_services),' "$map"; }
ours > ours.csv
theirs > theirs.csv

# same_scores WHOLE PART COLUMN...: in all rows of PART, within 1e-12.
same_scores() {
    local whole=$1 part=$2
    shift 2
    python3 - "$whole" "$part" "$@" << 'END' || wrong "scores of $part are not those of $whole"
import csv
import sys

whole, part, columns = sys.argv[1], sys.argv[2], sys.argv[3:]
read = lambda path: {(r["period"], r["sector"]): r for r in csv.DictReader(open(path))}
a, b = read(whole), read(part)
assert set(a) == set(b), set(a) ^ set(b)
compared = 0
for key, row in b.items():
    for c in columns:
        x, y = a[key][c], row[c]
        assert (x == "") == (y == ""), (key, c, x, y)
        if x:
            assert abs(float(x) - float(y)) <= 1e-12 * (1 + abs(float(x))), (key, c, x, y)
            compared += 1
assert compared > 500, compared
END
}

for options in "" "--calibrate-to 2009-12 --scale qn"; do
    rm -rf ./*.h5 whole known mine
    # shellcheck disable=SC2086
    {
        run 0 sci-econ fit "$panel" --map ours.csv -o ours.h5 $options
        run 0 sci-econ fit "$panel" --map theirs.csv -o theirs.h5 $options
        run 0 sci-econ score "$panel" --map "$map" -o whole -q $options
    }
    run 0 sci-econ merge ours.h5 theirs.h5 -o all.h5
    [ -s err ] && wrong "a merge of sectors is called private: $(cat err)"
    run 0 sci-econ merge theirs.h5 ours.h5 -o again.h5
    cmp all.h5 again.h5 || wrong "the order of files matters"
    run 0 sci-econ apply --stats all.h5 -o known -q
    same_scores whole/scores.csv known/scores.csv raw level relative p_level p_relative q_relative n_indicators
    run 0 sci-econ apply "$panel" --map ours.csv --stats all.h5 -o mine -q
    same_scores whole/scores.csv mine/scores.csv raw level relative p_level p_relative q_relative n_indicators
    awk -F, '$2 == "goods" && $7 != "" { n++ } END { exit !(n > 50) }' mine/scores.csv || wrong "no within scores of our own sectors"
    awk -F, '$2 == "private_services" && $7 != "" { exit 1 }' mine/scores.csv || wrong "within scores of sectors that are only known"
done

# An agency whose series begin later: what is known of it begins later. One that is behind is refused.
{ head -n 1 "$panel"; sed -n '32,$p' "$panel"; } > late.csv
python3 - "$panel" "$map" > ragged.csv << 'END'
import csv
import sys

theirs = {r["indicator"] for r in csv.DictReader(open(sys.argv[2])) if r["sector"] in ("trade_transport_utilities", "private_services")}
rows = list(csv.reader(open(sys.argv[1])))
for n, row in enumerate(rows):
    print(",".join("" if 0 < n < 31 and rows[0][k] in theirs else x for k, x in enumerate(row)))
END
run 0 sci-econ score ragged.csv --map "$map" -o ragged -q
for keep in "" --keep-values; do
    run 0 sci-econ fit "$panel" --map ours.csv -q -f -o ours_r.h5 $keep
    run 0 sci-econ fit late.csv --map theirs.csv -q -f -o theirs_r.h5 $keep
    run 0 sci-econ merge theirs_r.h5 ours_r.h5 -q -f -o ragged.h5
    run 0 sci-econ apply --stats ragged.h5 -f -o known -q
    same_scores ragged/scores.csv known/scores.csv raw level relative p_level p_relative q_relative n_indicators
done
head -n 100 "$panel" > behind.csv
run 0 sci-econ fit behind.csv --map theirs.csv -q -o behind.h5
run 3 sci-econ merge ours_r.h5 behind.h5 -q -o none.h5
says 'fit both up to the same last one'

# No series travels: neither names nor values of indicators.
grep -qa durable_goods ours.h5 && wrong "a file of fit names an indicator"
run 0 sci-econ show all.h5 --json
grep -q '"values": false' out || wrong "show says: $(cat out)"
run 0 sci-econ show all.h5
grep -q 'holds no values' out || wrong "show says: $(cat out)"

# A split by period keeps values, says so, and gives the scores of one run.
head -n 70 "$panel" > first.csv
{ head -n 1 "$panel" && tail -n +71 "$panel"; } > second.csv
run 0 sci-econ score "$panel" --map "$map" -o whole -q -f
for part in first second; do
    run 0 sci-econ fit $part.csv --map "$map" --keep-values -o $part.h5
    says 'not for others'
done
run 0 sci-econ merge second.h5 first.h5 -o time.h5
says 'holds the values of all indicators: it is not for others'
run 0 sci-econ show time.h5
grep -q 'holds the values of 15 indicators: it is not for others' out || wrong "show says: $(cat out)"
run 0 sci-econ apply --stats time.h5 -o timed -q
same_scores whole/scores.csv timed/scores.csv raw level relative n_indicators

# Refused, with the reason.
for part in first second; do
    run 0 sci-econ fit $part.csv --map "$map" -o bare_$part.h5
done
run 3 sci-econ merge bare_first.h5 bare_second.h5 -o no.h5
says 'only from values'
run 0 sci-econ fit "$panel" --map ours.csv -o ours.h5 -f
run 0 sci-econ fit "$panel" --map theirs.csv -o other.h5 --scale sd
run 3 sci-econ merge ours.h5 other.h5 -o no.h5
says 'unlike settings'
run 0 sci-econ fit first.csv --map theirs.csv -o short.h5
run 3 sci-econ merge ours.h5 short.h5 -o no.h5
says 'fit both up to the same'
run 0 sci-econ score "$panel" --map "$map" --state state.h5 -q
run 1 sci-econ merge ours.h5 state.h5 -o no.h5
run 1 sci-econ apply --stats "$panel" -o no
run 1 sci-econ show "$panel"
run 2 sci-econ apply -o no
[ -e no.h5 ] || [ -e no ] && wrong "a refused merge left an output"
no_temporaries .

# ---- replay ----

printf 'period,label,sector\n2010-05,Census,government\n2008-09..2009-04,Crisis,\n1999-01,Too early,\n2012-01,Nothing,goods\n' > events.csv
run 0 sci-econ replay "$panel" --map "$map" --events events.csv --from 2008-06 --json
python3 - out << 'END' || wrong "replay: $(cat out)"
import json
import sys

x = json.load(open(sys.argv[1]))
each = {e["label"]: e for e in x["each"]}
assert x["events"] == 3 and x["seen"] == 2 and x["periods"] == 91, x
assert each["Census"]["seen"] and each["Census"]["delay"] == 0 and each["Census"]["sector"] == "government", each
assert each["Crisis"]["seen"] and each["Crisis"]["delay"] in (0, 1, 2, 3, 4), each
assert not each["Too early"]["inside"] and each["Nothing"]["inside"] and not each["Nothing"]["seen"], each
assert 0 < x["right"] <= x["alarms"] and x["precision"] == x["right"] / x["alarms"], x
assert x["false_alarms_a_year"] >= 0
END
run 0 sci-econ replay "$panel" --map "$map" --events events.csv
grep -q 'after 0 months: government, level +8.0' out || wrong "replay says: $(cat out)"
run 2 sci-econ replay "$panel" --map "$map" --events events.csv --calibrate-to 2010-01
run 2 sci-econ replay "$panel" --map "$map" --events events.csv --from 2020-01
run 2 sci-econ replay "$panel" --map "$map"

finish
