# SPDX-License-Identifier: GPL-3.0-or-later
# Names, titles, units, sectors and events that try to become elements, scripts or formulas: in the page they are text,
# checked by clicking in headless Chromium, and no cell of a table is a formula.
set -u
. "$SCI_SOURCE_DIR/tests/support/checks.sh"
. "$SCI_SOURCE_DIR/tests/support/browser.sh"

count=$(python3 "$SCI_SOURCE_DIR/tests/support/injections.py" .) || skip_all "python3 is not installed"
[ "$count" -ge 200 ] || wrong "only $count texts"
sci-econ score panel.csv --map map.csv --events events.csv --min-z 2 --fdr none -q -o out 2> err || wrong "score: $(head -3 err)"

python3 - << 'END' || wrong "a cell would run"
import csv
import json
import sys

blank = "".join(chr(c) for c in range(33)) + "\x7f\u00a0\u3000\ufeff\u200b\u200e\u200f\u202f\u202a\u202b\u202c\u202d\u202e"
bad = 0


def number(cell):
    try:
        float(cell)
        return True
    except ValueError:
        return False


texts = json.load(open("texts.json"))
seen = set()
for name in ("out/scores.csv", "out/anomalies.csv"):
    for delimiter in ",;\t":
        with open(name, newline="", encoding="utf-8") as f:
            for row in csv.reader(f, delimiter=delimiter):
                for cell in row:
                    seen.add(cell.replace("'", ""))
                    if cell.lstrip(blank)[:1] in tuple("=+-@|%\uff1d\uff0b\uff0d\uff20") and not number(cell.split(",")[0]):
                        print(name, delimiter, repr(cell[:80]))
                        bad += 1
    rows = list(csv.reader(open(name, newline="", encoding="utf-8")))
    assert len(rows) > 50 and all(len(row) == len(rows[0]) for row in rows), name
# They are there all the same.
assert sum(t.replace("'", "") in seen for t in texts) > 100
sys.exit(bad != 0)
END

# Markdown: nothing that is an element, a link or an image.
grep -nE '<[a-zA-Z/!]|[^\\]!\[|[^\\]\]\(' out/report.md && wrong "report.md has active parts"

find_browser || { echo "chromium is not installed"; finish; }
python3 - << 'END'
import json

print("const texts = " + json.dumps(json.load(open("texts.json"))).replace("<", "\\u003c") + ";", file=open("texts.js", "w"))
END
cp out/report.html page.html
cat > frames.html << 'END'
<!DOCTYPE html><meta charset="utf-8"><title>frames</title><script src="texts.js"></script><script>
const look = (frame) => {
    const page = frame.contentDocument, all = [...page.querySelectorAll("*")], count = (what) => page.querySelectorAll(what).length;
    // A sort by every head of every table, the box, a click and a move on every map.
    for (const button of page.querySelectorAll("table.sorts button")) button.click();
    for (const input of page.querySelectorAll(".filter input"))
        for (const words of ["<script>", "\">", ""]) {
            input.value = words;
            input.dispatchEvent(new frame.contentWindow.Event("input"));
        }
    for (const svg of page.querySelectorAll(".heat > .scroll > svg")) {
        const [left, top, width, height] = svg.dataset.box.split(",").map(Number), box = svg.getBoundingClientRect();
        for (let row = 0; row < 64; row++)
            for (const kind of ["pointermove", "click", "click"])
                svg.dispatchEvent(new frame.contentWindow.PointerEvent(kind, { clientX: box.left + left + 3 * width,
                    clientY: box.top + top + (row + 0.5) * height, bubbles: true }));
    }
    const shown = page.documentElement.textContent.replace(/\s+/g, " ");
    const found = texts.filter((text) => shown.includes(text.replace(/\s+/g, " "))).length;
    console.log("hacked " + frame.contentWindow.hacked + " " + window.hacked);
    console.log("elements " + ["script", "style", "img", "iframe", "object", "embed", "form", "video", "audio", "foreignObject",
        "animate", "math", "template", "base", "image", "use"].map(count).join(" "));
    console.log("handlers " + all.filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length);
    console.log("links " + all.filter((e) => e.hasAttribute("href") && !/^(#s\d+|data:,)$/.test(e.getAttribute("href"))).length);
    console.log("found " + (found > 100) + " " + found);
};
</script><iframe src="page.html" width="1100" height="900" onload="setTimeout(look, 100, this)"></iframe>
END
browse light
cat > expected << 'END'
"hacked undefined undefined"
"elements 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0"
"handlers 0"
"links 0"
END
sed 's/, source:.*//' visited | grep -v '"found true' | diff expected - || wrong "the page does more than it should: $(tail -3 visited)"

finish
