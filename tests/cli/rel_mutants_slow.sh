# SPDX-License-Identifier: GPL-3.0-or-later
# 2000 damaged copies instead of 150.
MUTANTS=2000
. "$SCI_SOURCE_DIR/tests/cli/rel_mutants.sh"
