# SPDX-License-Identifier: GPL-3.0-or-later
# Every case with all threads, budgets and shards.
FULL=yes
. "$SCI_SOURCE_DIR/tests/cli/rel_determinism.sh"
