# SPDX-License-Identifier: GPL-3.0-or-later
# Calls that cannot end well. Source it after the support file of a program; outputs go into the folder d.
export PATH="$SCI_BUILD_DIR/tests/tools:$PATH"
# The leak sanitizer cannot work in a process that is traced.
traced=(env "ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0")
mkdir d

# unfinished CALL...: without room it ends with 4, by a signal at any moment with 130 or 143, and leaves nothing. A signal
# after the output has its name is too late.
unfinished() {
    local signal moment
    (failures=0 && ulimit -f 1000 && run 4 "$@" && exit $failures) || complain "$*: without room"
    [ -z "$(ls -A d)" ] || complain "$*: without room left $(ls -A d)"
    for signal in 2 15; do
        for moment in 0.01 0.03 0.05 0.1 0.2; do
            emptied $signal timeout --foreground --preserve-status -s $signal $moment "$PROGRAM" "$@"
        done
        for moment in "create 1" "create 2" "rename 1"; do
            # shellcheck disable=SC2086
            emptied $signal "${traced[@]}" signal_at $moment $signal "$PROGRAM" "$@"
        done
    done
}

# emptied SIGNAL COMMAND...: it ends with 0, or by the signal and leaves nothing.
emptied() {
    local code interrupted=$((128 + $1))
    shift
    "$@" > out 2> err
    code=$?
    case $code in
    0) [ -n "$(ls -A d)" ] || complain "$*: 0 without an output" ;;
    "$interrupted") [ -z "$(ls -A d)" ] || complain "$*: $code left $(ls -A d)" ;;
    125) echo "$*: not run: processes cannot be traced here" ;;
    *) complain "$*: $code: $(cat err)" ;;
    esac
    rm -rf d && mkdir d
}
