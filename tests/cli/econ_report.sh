# SPDX-License-Identifier: GPL-3.0-or-later
# Reports of sci-econ: pages in headless Chromium (page.sh says how), their size, the same bytes from report.json, scores
# explained, reports that are damaged.
set -u
. "$SCI_SOURCE_DIR/tests/support/checks.sh"
. "$SCI_SOURCE_DIR/tests/support/browser.sh"

for story in large little wide; do
    mkdir $story
    "$tools/econ_reports" $story $story || wrong "$story: the report could not be written"
    for file in report.html report.md anomalies.csv scores.csv; do
        [ "$story $file" != "wide scores.csv" ] || continue
        sci-econ report $story/report.json -q --no-sync -o again_$file -f || wrong "$story: $file was not written again"
        cmp -s $story/$file again_$file || wrong "$story: $file from report.json has other bytes"
    done
done

# 60 series over 400 months.
[ "$(stat -c %s large/report.html)" -le 300000 ] || wrong "the page has $(stat -c %s large/report.html) bytes"
# A panel of more than a million cells keeps its indicators where something happened and at the end.
grep -q '"complete": false' wide/report.json || wrong "a large panel was kept whole"
[ "$(stat -c %s wide/report.html)" -le 1000000 ] || wrong "the wide page has $(stat -c %s wide/report.html) bytes"

# The parts of each score add up to it.
sci-econ explain large/report.json --period 2015-01 --sector "sector of things no. 3" --json > explained.json || wrong "explain"
python3 - explained.json << 'END' || wrong "parts do not add up"
import json
import sys

x = json.load(open(sys.argv[1]))
assert x["sector"] == "sector of things no. 3" and x["n_indicators"] == 6 == len(x["indicators"])
for i in x["indicators"]:
    assert abs(i["economy"] + i["sector"] + i["own"] - i["z"]) < 1e-12, i
    assert i["after"] < i["before"] and i["unit"] in ("1000 person", "1e6 USD")
assert abs(sum(i["share"] for i in x["indicators"]) - 1) < 1e-12
assert x["level"]["score"] < -30 and x["event"] == "a known crisis" and x["moved"] == 6
END
sci-econ explain large/report.json > text || wrong "explain without a period"
for words in 'in 2015-01' 'standard deviations below what it was used to' '6 of 6 indicators' 'before → after' \
    'Known event: a known crisis'; do
    grep -q "$words" text || wrong "'$words' is not in: $(cat text)"
done

# refused EXIT WORDS COMMAND...
refused() {
    local code=$1 words=$2 got
    shift 2
    "$@" > out 2> err
    got=$?
    [ $got = "$code" ] || wrong "$*: exit $got, not $code: $(cat err)"
    grep -q -- "$words" err || wrong "$*: '$words' is not in: $(cat err)"
}
refused 2 "is not in the report, which goes from 1990-01 to 2023-04" sci-econ explain large/report.json --period 2035-01
refused 2 "there is no sector 'x', but 'sector of things no. 1'" sci-econ explain large/report.json --sector x
refused 2 "for findings and the latest periods only" sci-econ explain wide/report.json --period 2020-01-05
refused 2 "does not end in .html" sci-econ report large/report.json -o page.pdf
refused 2 "again_report.md' exists" sci-econ report large/report.json -o again_report.md
refused 1 "No such file" sci-econ explain nothing.json
echo '{"schema": "other"}' > other.json
refused 1 "is not a report of sci-econ" sci-econ explain other.json
sed 's/"schema_version": 1/"schema_version": 2/' little/report.json > later.json
refused 1 "a report of schema 2, this program knows 1" sci-econ explain later.json
head -c 3000 little/report.json > half.json
refused 1 "half.json" sci-econ explain half.json

# What is no number, where there has to be one, is not taken for a missing one.
sed -E 's/"min_z": [0-9.]+/"min_z": "high"/' little/report.json > text.json
refused 1 "'min_z' is missing, or is not what it should be" sci-econ explain text.json
sed -E '/"p_level": \[/{n;s/\[null/["none"/}' little/report.json > text.json
refused 1 "'p_level' is missing, or is not" sci-econ explain text.json
sed -E '/"n_available": \[/{n;s/\[[0-9]+/[null/}' little/report.json > text.json
refused 1 "'n_available' is missing, or is not" sci-econ explain text.json

# Every member that is taken away or made something else is missed, with a message and without a crash.
python3 - little/report.json << 'END'
import json
import sys

x = json.load(open(sys.argv[1]))
n = 0
for path in [(k,) for k in x] + [("scores", k) for k in x["scores"]] + [("rules", k) for k in x["rules"]] \
        + [("detail", k) for k in x["detail"]] + [("economy", k) for k in x["economy"]]:
    # Each in one of three ways, in turns.
    how = ("gone", "number", "list")[n % 3]
    y = json.loads(json.dumps(x))
    o = y
    for k in path[:-1]:
        o = o[k]
    if how == "gone":
        del o[path[-1]]
    else:
        o[path[-1]] = {"number": 1e9, "list": [[None]]}[how]
    json.dump(y, open("mutant%d.json" % n, "w"))
    n += 1
END
crashed=0
for mutant in mutant*.json; do
    sci-econ report "$mutant" -q -f --no-sync -o mutant.html 2> err
    case $? in
        0) ;;
        1) grep -q "$mutant" err || wrong "$mutant is not in: $(cat err)" ;;
        *) crashed=$((crashed + 1)) ;;
    esac
    grep -q crashed err && wrong "$mutant: $(cat err)"
done
[ $crashed = 0 ] || wrong "$crashed damaged reports ended otherwise"

find_browser || { echo "chromium is not installed"; finish; }
check_pages large/report.html little/report.html

# By score, falling and rising; what the box leaves; that a click on the map fills it.
cat > frames.html << 'END'
<!DOCTYPE html><title>frames</title><script>
const look = (frame) => {
    const page = frame.contentDocument, table = page.querySelector("table.sorts"), head = table.tHead.rows[0].cells[3];
    const scores = () => [...table.tBodies[0].rows].map((row) => Number(row.cells[3].textContent.replace("−", "-")));
    const sorted = (up) => scores().every((x, k, all) => k === 0 || (up ? all[k - 1] <= x : all[k - 1] >= x));
    head.querySelector("button").click();
    console.log("rising " + sorted(true) + " " + scores().length);
    head.querySelector("button").click();
    console.log("falling " + sorted(false));
    const input = page.querySelector(".filter input");
    input.value = "2006-09";
    input.dispatchEvent(new frame.contentWindow.Event("input"));
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    console.log("filtered " + (rows.length > 0 && rows.length < scores().length
        && rows.every((row) => row.textContent.includes("2006-09"))));
    console.log("heads " + [...table.tHead.rows[0].cells].map((cell) => cell.textContent).join(" "));
    console.log("sparklines " + page.querySelectorAll("svg.spark").length);
};
</script><iframe src="large/report.html" width="1100" height="900" onload="look(this)"></iframe>
END
browse light
rows=$(grep -o '"rising true [0-9]*"' visited | tr -dc 0-9)
[ "${rows:-0}" -gt 20 ] || wrong "not sorted: $(cat visited)"
for words in '"falling true"' '"filtered true"' '"sparklines 60"' '"heads rank period sector score what moved p q"'; do
    grep -q "$words" visited || wrong "$words is not in: $(cat visited)"
done

finish
