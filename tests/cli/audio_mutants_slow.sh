# SPDX-License-Identifier: GPL-3.0-or-later
# Many more recordings with random damage.
MUTANTS=4000 exec bash "$SCI_SOURCE_DIR/tests/cli/audio_mutants.sh"
