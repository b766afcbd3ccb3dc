# SPDX-License-Identifier: GPL-3.0-or-later
# The man page is in step with the option tables, is clean roff, and says nothing that --help does not.
set -u
bad=0
complain() {
    echo "$*"
    bad=1
}

for program in "$SCI_BIN"/*; do
    name=$(basename "$program")
    [ "$name" != sci-bench ] || continue
    page=$SCI_BUILD_DIR/man/$name.1
    [ -f "$page" ] || { complain "$name has no man page"; continue; }
    sh "$SCI_SOURCE_DIR/scripts/assemble_man.sh" "$program" "$SCI_SOURCE_DIR/man/$name.1.in" | cmp - "$page" \
        || complain "$page is not what the program says now"
    grep -q '@[A-Z]*@' "$page" && complain "$page: a mark was not replaced"

    # Every verb, and every option of every verb, by the name that it has in --help.
    sed 's/\\-/-/g' "$page" > text
    "$program" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' > verbs
    [ -s verbs ] || complain "$name lists no verbs"
    while read -r verb; do
        grep -qx ".SS $verb" text || complain "$page: verb $verb is missing"
        "$program" "$verb" --help | sed -n 's/^  \(-., \|    \)--\(\[no-\]\)\{0,1\}\([a-z0-9-]*\).*/\3/p' > options
        [ "$(wc -l < options)" -ge 5 ] || complain "$name $verb --help lists too few options"
        while read -r option; do
            grep -q -- "\\\\fB--\(\[no-\]\)\{0,1\}$option\\\\fR" text || complain "$page: --$option of $verb is missing"
        done < options
    done < verbs

    if command -v groff > /dev/null; then
        groff -man -Tutf8 -ww "$page" 2> warnings > /dev/null
        [ ! -s warnings ] || { complain "$page:"; cat warnings; }
    fi
    bash -n "$SCI_BUILD_DIR/man/$name" || complain "the completion of $name is no bash script"
done
exit $bad
