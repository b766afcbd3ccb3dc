# SPDX-License-Identifier: GPL-3.0-or-later
# 200 of each signal instead of 12.
SIGNALS=200
. "$SCI_SOURCE_DIR/tests/cli/rel_signals.sh"
