# SPDX-License-Identifier: GPL-3.0-or-later
# Many more damaged panels.
MUTANTS=1000 exec bash "$SCI_SOURCE_DIR/tests/cli/econ_mutants.sh"
