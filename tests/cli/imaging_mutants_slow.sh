# SPDX-License-Identifier: GPL-3.0-or-later
# The same with many more.
export MUTANTS=1000
. "$SCI_SOURCE_DIR/tests/cli/imaging_mutants.sh"
