#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Compare two runs of sci-bench --json: bench/compare.sh OLD NEW [PERCENT]. Rows whose figure became
# worse by more than PERCENT (10) are marked, and then the exit code is 5.
set -eu

if [ $# -lt 2 ]; then
    echo "usage: $0 OLD.jsonl NEW.jsonl [PERCENT]" >&2
    exit 2
fi

awk -v limit="${3:-10}" '
function field(name,    text) {
    if (!match($0, "\"" name "\": (\"[^\"]*\"|[^,}]*)"))
        return ""
    text = substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 4)
    gsub(/"/, "", text)
    return text
}
/"figure":/ {
    key = field("what") " / " field("peer")
    if (FNR == NR) {
        old[key] = field("figure")
        next
    }
    if (!(key in old) || old[key] + 0 == 0)
        next
    change = 100 * (field("figure") / old[key] - 1)
    worse = field("better") == "less" ? change > limit : change < -limit
    printf "%-60s %9.3g -> %9.3g  %+6.1f %%%s\n", key, old[key], field("figure"), change,
        worse ? "  WORSE" : ""
    found += worse
}
END { exit found ? 5 : 0 }
' "$1" "$2"
