# SPDX-License-Identifier: GPL-3.0-or-later
# The shared library exports exactly the functions that the installed headers declare.
set -u

library=$SCI_BUILD_DIR/libsci/libsci.so
# Coverage counters and the start and end of sections are the toolchain's.
nm -D --defined-only "$library" | awk '{ print $NF }' | sed 's/@.*//' \
    | grep -vE '^(_init|_fini|_edata|_end|__bss_start|__gcov_.*|mangle_path)$' | sort > exported

cat "$SCI_SOURCE_DIR"/libsci/include/sci.h "$SCI_SOURCE_DIR"/libsci/include/sci/*.h | grep -v '^#' | tr '\n' ' ' \
    | grep -oE 'SCI_API [^;(]*\(' | grep -oE '[a-z0-9_]+\($' | tr -d '(' | sort > declared

[ -s declared ] || { echo "no declarations found"; exit 1; }
bad=0
if grep -v '^sci_' exported; then
    echo "^ exported, but does not start with sci_"
    bad=1
fi
if comm -23 declared exported | grep .; then
    echo "^ declared in a header, but not in the library"
    bad=1
fi
if comm -13 declared exported | grep '^sci_'; then
    echo "^ exported, but in no header"
    bad=1
fi
exit $bad
