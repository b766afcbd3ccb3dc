# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of sci-econ share. Source it; at the end call `finish`.
PROGRAM=sci-econ
. "$SCI_SOURCE_DIR/tests/support/array.sh"

# Panels with right answers where the reference is, and one that is always there.
reference=${LIBSCI_REFERENCE:+$LIBSCI_REFERENCE/econ}
[ -d "${reference:-/nowhere}" ] || reference=
panel=$SCI_SOURCE_DIR/data/ces_supersectors_2006_2015.csv
map=$SCI_SOURCE_DIR/data/ces_supersectors_2006_2015.map.csv
tools=$SCI_BUILD_DIR/tests/tools
export reference

# True under a sanitizer, which makes the start of a process take ten times as long.
sanitized() { grep -qE '__[at]san_init' "$SCI_BIN/$PROGRAM"; }

# limited SECONDS MIB COMMAND...: as the tool of that name; sanitizers need memory of their own.
limited() {
    local seconds=$1 mib=$2
    shift 2
    sanitized && mib=$((mib * 4 + 1000))
    "$tools/limited" "$seconds" "$mib" "$@"
}

# py ARGUMENT...: a Python program on stdin, with r() for the JSON in the file out; it must not fail.
py() {
    { echo 'import json, math, os, sys'; echo 'def r(name="out"): return json.load(open(name, encoding="utf-8"))'; cat; } > program.py
    "$PYTHON" -W ignore program.py "$@" || complain "the program above failed: $(sed -n 3p program.py)"
    rm -f program.py
}
