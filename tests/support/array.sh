# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of sci-array (or of PROGRAM) share. Source it; at the end call `finish`.

PROGRAM=${PROGRAM:-sci-array}
[ -x "$SCI_BIN/$PROGRAM" ] || { echo "skipped: $PROGRAM was not built"; exit 77; }

PYTHON=python3
"$PYTHON" -c 'import h5py, numpy' 2> /dev/null || PYTHON=/usr/bin/python3
"$PYTHON" -c 'import h5py, numpy' 2> /dev/null || { echo "skipped: python3 has no h5py and numpy"; exit 77; }
export PYTHON PYTHONPATH="$SCI_SOURCE_DIR/tests/support" PYTHONDONTWRITEBYTECODE=1

failures=0

complain() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# run CODE ARGUMENT...: the program with ARGUMENT... ends with CODE. stdout and stderr are left in out and err.
run() {
    local expected=$1 code
    shift
    "$PROGRAM" "$@" > out 2> err
    code=$?
    [ $code = "$expected" ] && return 0
    complain "$PROGRAM $* ended with $code instead of $expected"
    sed 's/^/    /' err
    return 1
}

# says FILE TEXT: TEXT stands in FILE.
says() {
    grep -qF -- "$2" "$1" && return 0
    complain "'$2' is not in $1:"
    sed 's/^/    /' "$1"
    return 1
}

# lacks out|err TEXT: the last run did not print it.
lacks() {
    if grep -qF -- "$2" "$1"; then complain "std$1 contains: $2"; fi
}

silent() {
    [ ! -s "$1" ] && return 0
    complain "$1 is not empty:"
    sed 's/^/    /' "$1"
}

# refuse CODE TEXT ARGUMENT...: the call fails with CODE, says TEXT on one line of stderr and leaves no output behind.
refuse() {
    local code=$1 text=$2 before
    shift 2
    rm -f out err
    before=$(ls -A)
    run "$code" "$@"
    says err "$text"
    silent out
    rm -f out err
    [ "$(ls -A)" = "$before" ] || complain "$PROGRAM $* left something behind: $(ls -A)"
}

# py: a Python program on stdin with h5py, numpy as np and everything of support/arrays.py; it must not fail.
py() {
    { echo 'from arrays import *'; cat; } > program.py
    "$PYTHON" program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}

same_bytes() {
    cmp -s "$1" "$2" || complain "$1 and $2 differ"
}

absent() {
    local file
    for file in "$@"; do
        [ ! -e "$file" ] || complain "$file is there"
    done
}

finish() {
    [ $failures = 0 ] || { echo "$failures failures"; exit 1; }
    exit 0
}
