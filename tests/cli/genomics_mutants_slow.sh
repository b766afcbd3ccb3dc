# SPDX-License-Identifier: GPL-3.0-or-later
# 1000 damaged copies instead of 100.
MUTANTS=1000
. "$SCI_SOURCE_DIR/tests/cli/genomics_mutants.sh"
