# SPDX-License-Identifier: GPL-3.0-or-later
# The commands of docs/econ.md print what the page says.
exec bash "$SCI_SOURCE_DIR/tests/support/console.sh" docs/econ.md
