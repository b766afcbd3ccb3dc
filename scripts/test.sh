#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Install what is missing, build and run the tests: scripts/test.sh [PRESET] [CTEST OPTION...]
# PRESET is one of CMakePresets.json, release if not given. Tests labelled slow are left out; they run with
# `ctest --test-dir build/release -L slow`.
set -u
. "$(dirname "$0")/common.sh"

preset=${1:-release}
[ $# = 0 ] || shift

# shellcheck disable=SC2086
install_packages $build_packages $test_packages
find_reference
build_project "$preset"

say "testing ($preset)"
log=build/$preset/Testing/Temporary/LastTest.log
rm -f "$log"
ctest --preset "$preset" -j "$jobs" "$@"
code=$?
[ -e "$log" ] || die "no test has run"

# Every test of a cmocka program counts, and every script. A program that ends badly without saying which of
# its tests failed counts as one failure.
awk -v code="$code" '
    function finish() {
        if (!name)
            return
        if (verdict == "failed" && !bad)
            bad = 1
        else if (!good && !bad && !none)
            good = 1
        passed += good; failed += bad; skipped += none
        name = ""
    }
    /^[0-9]+\/[0-9]+ Testing: / { finish(); name = $3; good = bad = none = 0; verdict = "failed"; counting = 1 }
    counting && /^\[       OK \] / { good++ }
    counting && /^\[  FAILED  \] / { bad++ }
    counting && /^\[  SKIPPED \] / { none++ }
    /^\[==========\] .* run\.$/ { counting = 0 }
    /^skipped: / { why[$0]++ }
    /^== .*\.sh was skipped$/ { none++ }
    /^Test Passed\.$/ { verdict = "passed" }
    END {
        finish()
        if (code != 0 && !failed)
            failed = 1
        for (reason in why)
            print reason (why[reason] > 1 ? " (" why[reason] " tests)" : "")
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }' "$log"
