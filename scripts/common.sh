# SPDX-License-Identifier: GPL-3.0-or-later
# What the scripts share: installing packages and building. Source it; it moves to the project's folder.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 1
cd "$project" || exit 1

# Debian packages, see docs/dependencies.md.
build_packages="gcc g++ make cmake pkg-config libhdf5-dev libdeflate-dev libxxhash-dev libssl-dev libcairo2-dev libfftw3-dev libsndfile1-dev libsoxr-dev libebur128-dev libudunits2-dev libgsl-dev libopenblas-serial-dev zlib1g-dev"
test_packages="libcmocka-dev python3 python3-h5py python3-numpy python3-scipy python3-anndata python3-nibabel minc-tools libinsighttoolkit5-dev strace chromium"

jobs=$(nproc 2>/dev/null || echo 1)

say() { printf '%s\n' "== $*"; }

die() {
    printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        die "'$*' has to be run by root, and sudo is not installed"
    fi
}

# install_packages PACKAGE...: what is missing of them. Elsewhere than on Debian nothing is done: CMake names
# what it does not find.
install_packages() {
    command -v dpkg-query > /dev/null || return 0
    local package missing=""
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] \
            || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "installing$missing"
    as_root apt-get update -q || die "apt-get update failed"
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing \
        || die "these packages could not be installed:$missing"
}

# build_project PRESET [TARGET...]: into build/PRESET; without targets everything.
build_project() {
    local preset=$1 log=build/$1/build.log
    shift
    mkdir -p "build/$preset"
    say "building ($preset) in build/$preset"
    if ! { cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}; } > "$log" 2>&1
    then
        tail -n 60 "$log" >&2
        die "the build failed; all of it is in $log"
    fi
}

# Where the reference data is: LIBSCI_REFERENCE, or beside the project. Exported if found.
find_reference() {
    if [ -z "${LIBSCI_REFERENCE:-}" ] && [ -d ../shared/reference ]; then
        LIBSCI_REFERENCE=$(cd ../shared/reference && pwd)
    fi
    if [ -n "${LIBSCI_REFERENCE:-}" ] && [ -d "$LIBSCI_REFERENCE" ]; then
        export LIBSCI_REFERENCE
        say "reference data: $LIBSCI_REFERENCE"
    else
        unset LIBSCI_REFERENCE
        say "reference data: not found, so the tests that need it are skipped (LIBSCI_REFERENCE names its folder)"
    fi
}
