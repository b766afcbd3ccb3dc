# SPDX-License-Identifier: GPL-3.0-or-later
# Pages of images and the index of a batch in headless Chromium without a network, see page.sh.
set -u
. "$SCI_SOURCE_DIR/tests/support/checks.sh"
. "$SCI_SOURCE_DIR/tests/support/browser.sh"

find_browser || skip_all "chromium is not installed"

"$tools/qc_pages" . || wrong "the pages could not be written"
for page in *.html; do
    [ "$(stat -c %s "$page")" -lt 300000 ] || wrong "$page has $(stat -c %s "$page") bytes"
done
check_pages index.html sub-01_T1w.h5.html sub-02_T1w.h5.html

# Every link of the index leads to a page; the image that failed has none.
grep -o 'href="\./[^"]*"' index.html | sort -u | sed 's|href="\./||; s|"||' > links
[ "$(wc -l < links)" = 11 ] || wrong "links: $(cat links)"
while read -r link; do
    [ -f "$link" ] || wrong "'$link' is linked but not there"
done < links

# By the mean before: the outlier comes last of those that have one, and the failed image after it; by name.
sort_table index.html 2 2 0
last() {
    sed -n "$1p" visited | sed 's/", source.*//; s/^"[^:]*: //' | tr ' ' '\n' | tail -n "$2" | head -n 1
}
[ "$(last 1 1)" = study/sub-12_T1w.h5 ] || wrong "last by mean: $(cat visited)"
[ "$(last 1 2)" = study/sub-04_T1w.h5 ] || wrong "last but one by mean: $(cat visited)"
[ "$(last 2 12)" = study/sub-04_T1w.h5 ] || wrong "first by falling mean: $(cat visited)"
[ "$(last 3 12)" = study/sub-01_T1w.h5 ] || wrong "first by name: $(cat visited)"

finish
