#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Run one script in a scratch folder of its own: run.sh BUILD_FOLDER SCRIPT
# The script sees SCI_SOURCE_DIR, SCI_BUILD_DIR, SCI_BIN (the programs, also first in PATH) and, where the reference
# data is found, LIBSCI_REFERENCE. If it has to be skipped it prints "skipped: " and the reason, and ends with 77.
set -u

SCI_BUILD_DIR=$(cd "$1" && pwd) || exit 1
script=$(cd "$(dirname "$2")" && pwd)/$(basename "$2") || exit 1
SCI_SOURCE_DIR=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
SCI_BIN=$SCI_BUILD_DIR/bin
PATH=$SCI_BIN:$PATH
if [ -z "${LIBSCI_REFERENCE:-}" ] && [ -d "$SCI_SOURCE_DIR/../shared/reference" ]; then
    LIBSCI_REFERENCE=$(cd "$SCI_SOURCE_DIR/../shared/reference" && pwd)
fi
export SCI_BUILD_DIR SCI_SOURCE_DIR SCI_BIN PATH
[ -n "${LIBSCI_REFERENCE:-}" ] && export LIBSCI_REFERENCE
export LC_ALL=C

scratch=$(mktemp -d "${TMPDIR:-/tmp}/sci-test.XXXXXX") || exit 1
trap 'chmod -R u+rwX "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
cd "$scratch" || exit 1
bash "$script"
code=$?
[ $code != 77 ] || echo "== $(basename "$script") was skipped"
exit $code
