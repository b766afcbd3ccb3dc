# SPDX-License-Identifier: GPL-3.0-or-later
# Every installed header compiles alone, as C and as C++.
set -u

cc=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$SCI_BUILD_DIR/CMakeCache.txt")
strict="-Wall -Wextra -Wpedantic -Wundef -Werror -fsyntax-only -I$SCI_SOURCE_DIR/libsci/include"
cxx=$(command -v g++ || command -v clang++ || true)
bad=0
cd "$SCI_SOURCE_DIR/libsci/include" || exit 1
for header in sci.h sci/*.h; do
    for standard in c11 c17; do
        # shellcheck disable=SC2086
        echo "#include <$header>" | "$cc" -std=$standard $strict -Wstrict-prototypes -x c - || bad=1
    done
    if [ -n "$cxx" ]; then
        # shellcheck disable=SC2086
        echo "#include <$header>" | "$cxx" -std=c++11 $strict -x c++ - || bad=1
    fi
done
[ -n "$cxx" ] || echo "no C++ compiler: C only"
exit $bad
