# SPDX-License-Identifier: GPL-3.0-or-later
# What the scripts of tests/cli share; sourced by them. Each ends with `finish`.

tools=$SCI_BUILD_DIR/tests/tools
golden=$SCI_SOURCE_DIR/tests/golden
failures=0
seed=${LIBSCI_TEST_SEED:-20240229}
RANDOM=$((seed % 32768))

# wrong TEXT: note a failure and go on.
wrong() {
    echo "wrong: $* (LIBSCI_TEST_SEED=$seed)"
    failures=$((failures + 1))
}

finish() {
    [ "$failures" = 0 ] && exit 0
    echo "$failures checks failed"
    exit 1
}

skip_all() {
    echo "skipped: $*"
    exit 77
}

# run CODE COMMAND...: it must end with CODE; its outputs are in out and err.
run() {
    local expected=$1 code
    shift
    "$@" > out 2> err
    code=$?
    [ "$code" = "$expected" ] && return 0
    wrong "exit code $code, not $expected: $*"
    head -n 5 err
    return 1
}

# says PATTERN: the last run's messages match (extended, without case).
says() {
    grep -qiE -- "$1" err || wrong "the message does not say '$1': $(head -n 3 err)"
}

# shuffled WORD...: in random order.
shuffled() {
    local words=("$@") i k word
    for ((i = ${#words[@]} - 1; i > 0; i--)); do
        k=$((RANDOM % (i + 1)))
        word=${words[i]} words[i]=${words[k]} words[k]=$word
    done
    echo "${words[@]}"
}

# no_temporaries FOLDER: nothing unfinished lies there.
no_temporaries() {
    local left
    left=$(find "$1" -name '*.tmp' -o -name '.*.tmp' | head -n 3)
    [ -z "$left" ] || wrong "left behind: $left"
}
