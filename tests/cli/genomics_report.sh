# SPDX-License-Identifier: GPL-3.0-or-later
# Reports of sci-genomics in headless Chromium without a network, see page.sh.
set -u
. "$SCI_SOURCE_DIR/tests/support/checks.sh"
. "$SCI_SOURCE_DIR/tests/support/browser.sh"

find_browser || skip_all "chromium is not installed"

"$tools/reports" . || wrong "a report could not be written"
for page in *.html; do
    [ "$(stat -c %s "$page")" -lt 1500000 ] || wrong "$page has $(stat -c %s "$page") bytes"
done
check_pages good.html little.html entangled.html many.html look.html

finish
