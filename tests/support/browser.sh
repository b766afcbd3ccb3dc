# SPDX-License-Identifier: GPL-3.0-or-later
# Pages in headless Chromium; sourced after checks.sh.

# find_browser: its name goes to $browser.
find_browser() {
    for browser in chromium chromium-browser google-chrome; do
        command -v "$browser" > /dev/null && return 0
    done
    return 1
}

# browse light|dark: load frames.html, without a network. What the console says goes to the file `visited`.
browse() {
    local scheme=1 profile
    [ "$1" = dark ] && scheme=0
    profile=$(mktemp -d)
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-dev-shm-usage \
        --disable-background-networking --disable-component-update --disable-sync --disable-extensions \
        --host-resolver-rules='MAP * ~NOTFOUND' --proxy-server=127.0.0.1:9 --allow-file-access-from-files \
        --blink-settings="preferredColorScheme=$scheme" --user-data-dir="$profile" --hide-scrollbars \
        --enable-logging=stderr --window-size=1300,1000 --screenshot="$profile/shot.png" "file://$PWD/frames.html" \
        2>&1 | grep 'CONSOLE' | sed -E 's/.*CONSOLE[^]]*\] //' > visited
    [ -s "$profile/shot.png" ] || echo "no picture was taken" >> visited
    rm -rf "$profile"
}

# visit light|dark FILE:WIDTH...: load each page in a frame of that width; a line "FILE width W scroll S height H" in
# `visited` for each.
visit() {
    local theme=$1 page
    shift
    # The frames and the page around them are files, which may look at each other only with a flag of browse.
    {
        echo '<!DOCTYPE html><title>frames</title><script>
const measure = (frame) => {
    const root = frame.contentDocument.documentElement;
    console.log(frame.getAttribute("src") + " width " + root.clientWidth + " scroll " + root.scrollWidth
        + " height " + root.scrollHeight);
};
</script>'
        for page in "$@"; do
            echo "<iframe src=\"${page%:*}\" width=\"${page##*:}\" height=\"900\" style=\"border:0\"" \
                'onload="measure(this)"></iframe>'
        done
    } > frames.html
    browse "$theme"
}

# sort_table FILE HEAD...: click these heads (0 is the first) of the first table, and write the cells of its first
# column to `visited` after each: "HEAD ORDER: a b c".
sort_table() {
    local page=$1 heads
    shift
    heads=$(echo "$@" | tr ' ' ,)
    cat > frames.html << END
<!DOCTYPE html><title>frames</title><script>
const sort = (frame) => {
    const table = frame.contentDocument.querySelector("table");
    for (const k of [$heads]) {
        const head = table.tHead.rows[0].cells[k];
        head.querySelector("button").click();
        console.log(k + " " + head.getAttribute("aria-sort") + ": "
            + [...table.tBodies[0].rows].map((row) => row.cells[0].textContent).join(" "));
    }
};
</script><iframe src="$page" width="800" height="900" onload="sort(this)"></iframe>
END
    browse light
}

# check_pages FILE...: at the width of a telephone and of a desk, in both themes, nothing is on the console but the
# sizes, and nothing is wider than the frame.
check_pages() {
    local page theme pages=()
    for page in "$@"; do
        pages+=("$page:400" "$page:1200")
    done
    for theme in light dark; do
        visit $theme "${pages[@]}"
        for page in "${pages[@]}"; do
            grep -q "^\"${page%:*} width ${page##*:} scroll ${page##*:} height" visited \
                || wrong "$page, $theme: $(cat visited)"
        done
        [ "$(wc -l < visited)" = ${#pages[@]} ] || wrong "$theme: $(cat visited)"
    done
}
