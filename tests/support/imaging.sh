# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of sci-imaging share. Source it; at the end call `finish`.
PROGRAM=sci-imaging
. "$SCI_SOURCE_DIR/tests/support/array.sh"

# The head in data/, and the volumes with right answers where the reference is.
t1=$SCI_SOURCE_DIR/data/t1_4mm.h5
golden=$SCI_SOURCE_DIR/tests/golden
reference=${LIBSCI_REFERENCE:+$LIBSCI_REFERENCE/imaging}
[ -d "${reference:-/nowhere}" ] || reference=
export t1 golden reference

# images: a Python program on stdin with everything of support/images.py; it must not fail.
images() {
    { echo 'from images import *'; cat; } > program.py
    "$PYTHON" program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}

# volumes: the same with support/volumes.py.
volumes() {
    { echo 'from volumes import *'; cat; } > program.py
    "$PYTHON" -W ignore program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}
