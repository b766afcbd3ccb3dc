# SPDX-License-Identifier: GPL-3.0-or-later
# console.sh PAGE: the console examples of a page, run one after the other in one folder, print what the page says. A line
# "$ …" is a command, which goes on while a line ends in a backslash or bash finds it unfinished; what follows is its output,
# both streams. A command sees the exit code of the one before as $?.
set -u

ln -s "$SCI_SOURCE_DIR/data" data
awk '/^```console$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$SCI_SOURCE_DIR/$1" >expected
[ -s expected ] || { echo "$1 has no console example"; exit 1; }

command=
status=0
while IFS= read -r line; do
    if [ -n "$command" ]; then
        command+=$'\n'$line
    elif [ "${line:0:2}" = '$ ' ]; then
        command=${line:2}
    else
        continue
    fi
    [ "${line: -1}" = '\' ] && continue
    bash -n <<<"$command" 2>/dev/null || continue
    printf '$ %s\n' "$command"
    (exit $status)
    eval "$command" 2>&1 </dev/null
    status=$?
    command=
done <expected >printed

diff -u expected printed
