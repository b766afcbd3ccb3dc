#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# gcc and clang at -O0, -O2 and -O3 must give the bytes of known_digests.txt and the same files of sci-array:
# tests/determinism_builds.sh [FOLDER]. FOLDER (default build/determinism) keeps the builds. Takes ten minutes.
set -u
source=$(cd "$(dirname "$0")/.." && pwd) || exit 1
folder=${1:-$source/build/determinism}
mkdir -p "$folder" || exit 1
failed=0 expected=

for compiler in gcc clang; do
    command -v "$compiler" > /dev/null || { echo "$compiler is not installed: left out"; continue; }
    for level in -O0 -O2 -O3; do
        build=$folder/$compiler$level
        CC=$compiler cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$level" \
            -DSCI_BUILD_BENCH=OFF > "$build.log" 2>&1 \
            && cmake --build "$build" -j 2 --target golden_known_digests sci-array h5make >> "$build.log" 2>&1 \
            || { echo "$compiler $level: does not build, see $build.log"; failed=1; continue; }
        if ! "$(find "$build/tests" -name golden_known_digests -type f)" > "$build.out" 2>&1; then
            echo "$compiler $level: other bytes in memory"
            cat "$build.out"
            failed=1
        fi
        (
            cd "$build" || exit 1
            PATH=$build/bin:$PATH
            tests/tools/h5make in.h5 /x:f4:3x8x300x401 mean=1000 sd=3 chunk=1x3x100x401 gzip=1 shuffle
            sci-array normalize in.h5:/x --norm group:4 --no-sync -f -o y.h5:/y
            sci-array fit in.h5:/x --norm batch --no-sync -f -o s.h5
            cat in.h5 y.h5 s.h5 | sha256sum
        ) > "$build.sum" 2>> "$build.log" || { echo "$compiler $level: sci-array fails, see $build.log"; failed=1; }
        echo "$compiler $level: $(cut -c1-16 "$build.sum")"
        [ -n "$expected" ] || expected=$(cat "$build.sum")
        [ "$(cat "$build.sum")" = "$expected" ] || { echo "$compiler $level: other files"; failed=1; }
    done
done
[ "$failed" = 0 ] && echo "all builds give the same bytes"
exit "$failed"
