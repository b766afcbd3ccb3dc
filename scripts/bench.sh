#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Build and measure every promised figure, in one table: scripts/bench.sh [OPTION...]
# Options are those of sci-bench (bench/README.md): --quick, --only SECTION, --json FILE, … The peers
# (torch, torchaudio, h5py, numpy, scipy, sva, nibabel, minc-tools, pandas, sklearn) are not installed by this; where they are absent the table says so.
set -eu
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086
install_packages $build_packages libcmocka-dev
build_project release sci-array sci-genomics sci-imaging sci-audio sci-econ sci-bench
exec build/release/bin/sci-bench --sci-array build/release/bin/sci-array \
    --sci-genomics build/release/bin/sci-genomics --sci-imaging build/release/bin/sci-imaging \
    --sci-audio build/release/bin/sci-audio --sci-econ build/release/bin/sci-econ \
    --peers bench "$@"
