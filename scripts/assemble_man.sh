#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# assemble_man.sh PROGRAM TEMPLATE: the man page on stdout. The line @OPTIONS@ of the template gives way to what the program
# says about its verbs and options, @VERSION@ to its version.
set -eu

program=$1
template=$2
name=$(basename "$program")
version=$("$program" --version)
version=${version#"$name "}
options=$("$program" --generate man && echo .) # the dot keeps newlines at the end

printf '%s' "${options%.}" | awk -v version="$version" '
    FNR == NR { options = options $0 "\n"; next }
    $0 == "@OPTIONS@" { printf "%s", options; next }
    { gsub(/@VERSION@/, version); print }
' - "$template"
