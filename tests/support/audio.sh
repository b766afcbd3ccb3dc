# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of sci-audio share. Source it; at the end call `finish`.
PROGRAM=sci-audio
. "$SCI_SOURCE_DIR/tests/support/array.sh"

# The speech in data/, and the recordings with right answers where the reference is.
speech=$SCI_SOURCE_DIR/data/speech
tools=$SCI_BUILD_DIR/tests/tools
reference=${LIBSCI_REFERENCE:+$LIBSCI_REFERENCE/audio}
[ -d "${reference:-/nowhere}" ] || reference=
export speech reference

# True under a sanitizer, which makes the start of a process take ten times as long.
sanitized() { grep -qE '__[at]san_init' "$SCI_BIN/$PROGRAM"; }

# limited SECONDS MIB COMMAND...: as the tool of that name; sanitizers need memory of their own.
limited() {
    local seconds=$1 mib=$2
    shift 2
    sanitized && mib=$((mib * 4 + 1000))
    "$tools/limited" "$seconds" "$mib" "$@"
}

# sounds: a Python program on stdin with everything of support/sounds.py and waves.py; it must not fail.
sounds() {
    { echo 'from sounds import *'; cat; } > program.py
    "$PYTHON" -W ignore program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}

# norm NAME INPUT OPTION...: NAME.h5 by normalize.
norm() {
    local name=$1 input=$2
    shift 2
    run 0 normalize "$input" -q --no-sync "$@" -o "$name.h5"
}
