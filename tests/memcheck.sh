#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Valgrind finds neither errors nor lost memory: tests/memcheck.sh [BUILD [PATTERN...]]
# BUILD (default build/release) is one without sanitizers. A program NAME of BUILD/tests and a script NAME.sh of
# tests/cli (its five programs are what valgrind looks at) run if a PATTERN matches all of NAME; without patterns: the
# programs of unit, golden and fault, and the tutorials on the samples. SECONDS_MOST (1800) is what one may take.
# Damaged files make HDF5 itself read wrong memory and forget blocks of its own lists (H5FL, which it never hands out),
# in processes of their own: what happens in a function of HDF5 is left out and counted. Logs are in BUILD/memcheck.
# Takes hours.
set -u
source=$(cd "$(dirname "$0")/.." && pwd) || exit 1
build=$(cd "${1:-$source/build/release}" && pwd) || exit 1
shift
[ $# -gt 0 ] || set -- '(unit|golden|fault)_.*' '(array|audio|econ|genomics|imaging)_tutorial'
logs=$build/memcheck
failed=0
# A build folder in which the programs run under valgrind.
wrapped=$(mktemp -d "${TMPDIR:-/tmp}/sci-memcheck.XXXXXX") || exit 1
trap 'rm -rf "$wrapped"' EXIT
mkdir -p "$logs" "$wrapped/bin" || exit 1
ln -s "$build"/* "$wrapped" 2> /dev/null
for program in sci-array sci-audio sci-econ sci-genomics sci-imaging; do
    printf '#!/bin/sh\nexec valgrind "%s" "$@"\n' "$build/bin/$program" > "$wrapped/bin/$program"
    chmod +x "$wrapped/bin/$program"
done
export LC_ALL=C

# errors LOG...: how many are in our code, and all of them printed. Each is a paragraph, and is blamed on its first
# frame outside of the C library; lost memory is ours unless HDF5 took it for its lists. The end by a signal is the
# test's affair.
errors() {
    sed 's/^==[0-9]*== \{0,1\}//' "$@" | awk 'BEGIN { RS = ""; FS = "\n" }
        !/\n +at 0x/ || /^Process terminating/ { next }
        {
            owner = ""
            for (i = 2; i <= NF && owner == "" && $i ~ /^ +(at|by) 0x/; i++)
                if ($i !~ /vgpreload|libc\.so|\(mem|\(str|\/ld-linux/)
                    owner = $i
            if (owner ~ /: H5/ && (!/lost in loss record/ || owner ~ /: H5FL_/)) {
                hdf5++
            } else {
                ours = ours $0 "\n\n"
                n++
            }
        }
        END { printf "%s%d errors, and %d in HDF5\n", ours, n, hdf5; exit n > 0 }'
}

# verdict NAME CODE SECONDS
verdict() {
    local text
    if [ "$2" = 77 ]; then
        echo "$1: skipped: $(grep -h -m1 '^skipped' "$logs/$1.out")"
        return
    fi
    errors "$logs/$1".[0-9]* > "$logs/$1.errors" && [ "$2" = 0 ] || failed=$((failed + 1))
    text=$(tail -n 1 "$logs/$1.errors")
    [ "$2" = 0 ] || text="$text, ended with $2: see $logs/$1.out"
    echo "$1: $text, $3 s"
}

chosen() {
    local name=$1 pattern
    shift
    for pattern in "$@"; do
        [[ $name =~ ^($pattern)$ ]] && return 0
    done
    return 1
}

# check NAME COMMAND...: its processes, and those that they fork, under valgrind.
check() {
    local name=$1 begin=$SECONDS
    shift
    rm -f "$logs/$name".*
    VALGRIND_OPTS="-q --leak-check=full --show-leak-kinds=definite --trace-children=yes --num-callers=30
        --trace-children-skip=/usr/*,/bin/* --log-file=$logs/$name.%p" \
        timeout -k 10 "${SECONDS_MOST:-1800}" "$@" > "$logs/$name.out" 2>&1 < /dev/null
    verdict "$name" $? $((SECONDS - begin))
}

for program in "$build"/tests/*; do
    name=$(basename "$program")
    [ -f "$program" ] && [ -x "$program" ] && chosen "$name" "$@" || continue
    SCI_BIN=$wrapped/bin check "$name" valgrind "$program"
done
for script in "$source"/tests/cli/*.sh; do
    name=$(basename "$script" .sh)
    chosen "$name" "$@" || continue
    check "$name" bash "$source/tests/cli/run.sh" "$wrapped" "$script"
done
[ "$failed" = 0 ] && echo "no errors"
exit $((failed > 0))
