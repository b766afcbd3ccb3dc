# SPDX-License-Identifier: GPL-3.0-or-later
# Every source says its licence; nothing names a folder of the machine that it was written on.
set -u
here=$PWD
cd "$SCI_SOURCE_DIR" || exit 1

find . \( -name .git -o -name build -o -name 'build-*' -o -name demo-output \) -prune -o -type f -print \
    | sed 's#^\./##' > "$here/files"
bad=0

while read -r file; do
    case "$file" in
        libsci/* | examples/* | cmake/*.cmake) licence=BSD-3-Clause ;;
        CMakeLists.txt | .clang-format) licence=BSD-3-Clause ;;
        *) licence=GPL-3.0-or-later ;;
    esac
    case "$file" in
        *.c | *.h | *.cpp | *.sh | *.py | *.R | *.cmake | *CMakeLists.txt)
            head -n 3 "$file" | grep -q "SPDX-License-Identifier: $licence\b" && continue
            echo "$file: the line 'SPDX-License-Identifier: $licence' is missing"
            bad=1 ;;
    esac
done < "$here/files"

machine="$(realpath "$SCI_SOURCE_DIR")/|/tmp/[w]/|/(home|root|work|Users)/[A-Za-z0-9_.]"
if tr '\n' '\0' < "$here/files" | xargs -0 grep -nIE "$machine"; then
    echo "^ paths of one machine"
    bad=1
fi
if grep -E '(\.o|\.tmp|\.orig|\.rej|~)$' "$here/files"; then
    echo "^ left over"
    bad=1
fi
exit $bad
