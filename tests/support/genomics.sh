# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of sci-genomics share. Source it; at the end call `finish`.
PROGRAM=sci-genomics
. "$SCI_SOURCE_DIR/tests/support/array.sh"

# The bladder samples: in data/, and with missing values and constant genes where the reference is.
bladder=$SCI_SOURCE_DIR/data/bladder400.h5ad
golden=$SCI_SOURCE_DIR/tests/golden/combat_bladder.h5
reference=${LIBSCI_REFERENCE:+$LIBSCI_REFERENCE/genomics}
[ -d "${reference:-/nowhere}" ] || reference=
export bladder golden reference

# cells: a Python program on stdin with everything of support/cells.py; it must not fail.
cells() {
    { echo 'from cells import *'; cat; } > program.py
    "$PYTHON" -W ignore program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}
