# SPDX-License-Identifier: GPL-3.0-or-later
# A report page in headless Chromium without a network: nothing on the console (no violation of the content-security
# policy, no error), and nothing wider than the window, at the width of a telephone and of a desk, in both themes.
set -u
. "$SCI_SOURCE_DIR/tests/support/checks.sh"
. "$SCI_SOURCE_DIR/tests/support/browser.sh"

find_browser || skip_all "chromium is not installed"

picture=$SCI_SOURCE_DIR/docs/pictures/t1.png
"$tools/pages" page.html "$picture" || wrong "the page could not be written"
"$tools/pages" again.html "$picture" || wrong "the page could not be written"
cmp -s page.html again.html || wrong "the same calls gave other bytes"
[ "$(stat -c %s page.html)" -lt 1000000 ] || wrong "the page has $(stat -c %s page.html) bytes"

check_pages page.html

# A table that can be sorted: by text with numbers in it, by number, and back; what is empty stays last.
"$tools/pages" sorts.html --sorts || wrong "the page could not be written"
check_pages sorts.html
sort_table sorts.html 0 0 1 1 2
cat > expected << END
"0 ascending: a b9 b10 c"
"0 descending: c b10 b9 a"
"1 ascending: b10 c a b9"
"1 descending: a c b10 b9"
"2 ascending: c b10 a b9"
END
sed 's/, source:.*//' visited | diff expected - > /dev/null || wrong "sorted otherwise: $(cat visited)"

# Series over time: what the pointer is told, what a click leaves of the table, and what the box does.
"$tools/pages" time.html --time || wrong "the page could not be written"
check_pages time.html
cat > frames.html << END
<!DOCTYPE html><title>frames</title><script>
const look = (frame) => {
    const page = frame.contentDocument, svg = page.querySelector(".heat > .scroll > svg");
    const [left, top, width, height] = svg.dataset.box.split(",").map(Number);
    const box = svg.getBoundingClientRect(), input = page.querySelector(".filter input");
    const at = (kind, row, column) => svg.dispatchEvent(new frame.contentWindow.PointerEvent(kind, {
        clientX: box.left + left + (column + 0.5) * width, clientY: box.top + top + (row + 0.5) * height, bubbles: true }));
    const shown = () => [...page.querySelector("table").tBodies[0].rows].filter((row) => !row.hidden).length
        + " shown, " + page.querySelector(".filter span").textContent;
    at("pointermove", 1, 3);
    console.log("tip " + page.querySelector(".tip").textContent + " " + page.querySelector(".tip").hidden);
    at("pointermove", 0, 10000);
    console.log("tip hidden " + page.querySelector(".tip").hidden);
    at("click", 0, 0);
    console.log("click " + input.value + ": " + shown());
    at("click", 0, 0);
    console.log("again: " + shown());
    for (const words of ["FIN ance", "no such"]) {
        input.value = words;
        input.dispatchEvent(new frame.contentWindow.Event("input"));
        console.log(words + ": " + shown() + " " + page.querySelector("main .scroll:has(table)").hidden);
    }
};
</script><iframe src="time.html" width="1100" height="900" onload="look(this)"></iframe>
END
browse light
cat > expected << END
"tip 2010-04 · finance · level not known false"
"tip hidden true"
"click goods "& <b>services</b>": 1 shown, 1 of 4 rows"
"again: 4 shown, "
"FIN ance: 1 shown, 1 of 4 rows false"
"no such: 0 shown, 0 of 4 rows true"
END
sed 's/, source:.*//' visited | diff expected - || wrong "the map or the box does otherwise"

# The checks can fail: a style of an element, a script, something from outside, something too wide.
spoil() {
    sed "s|<main>|<main>$2|" page.html > "$1.html"
}
spoil style '<p style="color:red">x</p>'
spoil script '<script>var x=1</script>'
spoil outside '<img alt="" src="https://example.org/x.png">'
spoil wide '<img alt="" width="600" height="3" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
sed 's|"use strict";|"use strict"; |' sorts.html > spoilt.html
visit light style.html:400 script.html:400 outside.html:400 wide.html:400 spoilt.html:400
for noticed in 'inline style.*style.html' 'inline script.*script.html' 'example.org.*outside.html' \
    'wide.html width 400 scroll [6-9]' 'inline script.*spoilt.html'; do
    grep -qi "$noticed" visited || wrong "'$noticed' is not in: $(cat visited)"
done

finish
