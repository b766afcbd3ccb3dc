# SPDX-License-Identifier: GPL-3.0-or-later
# Units on the command line and in panels: what converts, what is refused by name, what is warned of, percentage points.
set -u
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

is() { # EXPECTED COMMAND...
    local expected=$1
    shift
    [ "$("$@" 2>&1)" = "$expected" ] || wrong "$*: $("$@" 2>&1)"
}
is "1 1e6 USD/person = 1000000 USD/person" sci-econ units "1e6 USD/person" --to USD/person
is "1 percent = 100 basis points" sci-econ units percent --to "basis points"
is "x degC = x * 1 + 273.15 K" sci-econ units degC --to K
is "Thousands of Persons = 1000 person" sci-econ units "Thousands of Persons"
run 3 sci-econ units USD --to "chained 2017 USD"
says "'USD' does not convert to 'chained 2017 USD'"
run 2 sci-econ units "billions of dollars"
says "which dollars"
sci-econ units "million USD" --to kUSD --json | python3 -c '
import json, sys
x = json.load(sys.stdin)
assert x == {"unit": "million USD", "means": "1000000 USD", "dimensionless": False, "offset_scale": False, "to": "kUSD",
             "scale": 1000, "offset": 0}, x' || wrong "units --json"
# The table of units is found without the environment.
is "GWh = 3600000000000 J" env -i PATH="$PATH" sci-econ units GWh

# Rows of one indicator in units that convert are brought to the first.
{
    echo "period,indicator,value,sector,unit,transform"
    for year in 2000 2001 2002 2003 2004 2005; do
        echo "$year,jobs,$((year - 1000)),labour,1000 person,dlog"
        echo "$year,rate,$((year * year % 11)),labour,percent,diff"
    done
    echo "2006,jobs,1.006,labour,million persons,dlog"
    echo "2006,rate,15,labour,percent,diff"
} > panel.csv
run 0 sci-econ score panel.csv -q -o scored
python3 -c '
import json
x = json.load(open("scored/report.json"))
jobs = x["detail"]["value"][0]
assert jobs[5] == 1005 and abs(jobs[6] - 1006) < 1e-9, jobs
assert [n for n in x["notes"] if "million persons" in n["text"]], x["notes"]' || wrong "rows in other units"
# A rate goes up by percentage points, not by per cent.
sci-econ explain scored/report.json --period 2006 --sector labour > text || wrong "explain"
grep -q 'rate .* 9 → 15 % (+6 percentage points)' text || wrong "no percentage points: $(cat text)"
grep -q 'jobs .* 1005 → 1006 thousand persons (+0.10' text || wrong "no per cent: $(cat text)"

# refused EXIT WORDS: score panel2.csv.
refused() {
    run "$1" sci-econ score panel2.csv -q -f -o out2 "${@:3}"
    says "$2"
    [ ! -e out2 ] || wrong "an output of what was refused"
}
sed 's/^2006,jobs.*/2006,jobs,1,labour,USD,dlog/' panel.csv > panel2.csv
refused 3 "panel2.csv:14.*jobs.*'USD'"
sed 's/percent,diff/degC,dlog/' panel.csv > panel2.csv
refused 3 "'rate' is in 'degC', whose zero means nothing"
sed 's/^2003,rate,[0-9]*,labour,percent,diff/2003,rate,-1,labour,percent,dlog/; s/percent,diff/percent,dlog/' panel.csv > panel2.csv
refused 3 "'rate' is -1 in 2003, and negative numbers have no logarithm"
sed 's/percent,diff/widgets,diff/' panel.csv > panel2.csv
refused 3 "'rate': 'widgets' is not a unit" --strict-units
run 0 sci-econ score panel2.csv -q -o warned
says "1 indicator in a unit that is not understood.*'rate'"
sed 's/percent,diff/,diff/' panel.csv > panel2.csv
refused 3 "'rate' has no unit, which --strict-units asks for" --strict-units

finish
