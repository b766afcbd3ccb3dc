# SPDX-License-Identifier: GPL-3.0-or-later
# The installed tree is complete: examples/ build against it through its CMake package and through pkg-config,
# also after it was moved, and their results are right.
set -eu

cached() { sed -n "s/^$1:[A-Z]*=//p" "$SCI_BUILD_DIR/CMakeCache.txt"; }
cc=$(cached CMAKE_C_COMPILER)
flags=$(cached CMAKE_C_FLAGS)
libdir=$(cached CMAKE_INSTALL_LIBDIR)

cmake --install "$SCI_BUILD_DIR" --prefix "$PWD/first" > install.log
mv first moved
prefix=$PWD/moved

cmake -S "$SCI_SOURCE_DIR/examples" -B examples -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
    -DCMAKE_C_FLAGS="$flags" > configure.log
cmake --build examples > build.log || { cat build.log; exit 1; }

examples/normalize | tee normalize.txt
grep -q '^first group after : mean  *-\{0,1\}0.000000, sd [01].[09]' normalize.txt
examples/merge > merge.txt
sed -n 's/both halves, merged://; s/the whole://; /column/p' merge.txt | sort | uniq -c \
    | awk '$1 != 2 { print "merged and whole differ:", $0; bad = 1 } END { exit bad || NR != 3 }'
examples/labels | tee labels.txt
[ "$(wc -l < labels.txt)" = 2 ]

# The example with the shared HDF5 and the program with its archive give the same data.
PATH=$prefix/bin:$PATH
input=$SCI_SOURCE_DIR/tests/golden/groupnorm.h5:/ncdhw
examples/hdf5 "$input" 2 example.h5
sci-array normalize "$input" --norm group:2 -o program.h5:/y
for output in example program; do
    sci-array fit $output.h5:/y --norm group:2 -o $output-stats.h5
    sci-array show $output-stats.h5 --json > $output.json
done
cmp example.json program.json
grep -q '"count"' example.json

# The same through pkg-config, from C and from C++, and with the archive.
export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
export LD_LIBRARY_PATH=$prefix/$libdir
# shellcheck disable=SC2046,SC2086
"$cc" $flags "$SCI_SOURCE_DIR/examples/merge.c" -o merge-pc $(pkg-config --cflags --libs sci) -lm
./merge-pc | cmp - merge.txt
# shellcheck disable=SC2046,SC2086
"$cc" $flags "$SCI_SOURCE_DIR/examples/merge.c" -o merge-static $(pkg-config --cflags sci) \
    "$prefix/$libdir/libsci.a" $(pkg-config --libs libdeflate libxxhash libcrypto hdf5-serial) -lm -pthread
./merge-static | cmp - merge.txt
if command -v g++ > /dev/null && [ "$(basename "$cc")" != clang ]; then
    cat > version.cpp <<'EOF'
#include <cstring>
#include <sci.h>
int main() { return std::strcmp(sci_version(), SCI_VERSION); }
EOF
    # shellcheck disable=SC2046,SC2086
    g++ $flags version.cpp -o version $(pkg-config --cflags --libs sci)
    ./version
fi
sci-array --version
