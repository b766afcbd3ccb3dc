# SPDX-License-Identifier: GPL-3.0-or-later
# Includes point down only (docs/design.md, section 1): core <- stats <- io <- engine <- cli <- apps.
set -u
cd "$SCI_SOURCE_DIR" || exit 1

# FILE:INCLUDE a line, for every include of our code.
find libsci cli apps -name '*.[ch]' -print0 \
    | xargs -0 grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]+[>"]' \
    | sed -E 's/:[[:space:]]*#[[:space:]]*include[[:space:]]*/:/' > "$OLDPWD/includes"
cd "$OLDPWD" || exit 1
[ "$(wc -l < includes)" -gt 100 ] || { echo "only $(wc -l < includes) includes found"; exit 1; }

# Functions answer in REPLY: a process for each of thousands of includes takes minutes.

# The layer that a path belongs to; larger numbers stand on smaller ones.
layer() {
    case "$1" in
        libsci/src/core/*) REPLY=1 ;;
        libsci/src/stats/*) REPLY=2 ;;
        libsci/src/io/*) REPLY=3 ;;
        libsci/src/engine/*) REPLY=4 ;;
        cli/*) REPLY=5 ;;
        apps/*) REPLY=6 ;;
        *) REPLY=0 ;;
    esac
}

# Where a quoted include of file $1 leads, relative to the project; empty if nowhere.
resolve() {
    for REPLY in "${1%/*}/$2" "$2" "libsci/src/$2"; do
        [ -e "$SCI_SOURCE_DIR/$REPLY" ] || continue
        case "$REPLY" in */../* | */./*) REPLY=$(realpath --relative-to="$SCI_SOURCE_DIR" "$SCI_SOURCE_DIR/$REPLY") ;; esac
        return
    done
    REPLY=
}

bad=0
complain() {
    echo "$1 includes $2: $3"
    bad=1
}

check_own() { # file, path of the header
    local file=$1 header=$2 from to program
    layer "$file"
    from=$REPLY
    layer "$header"
    to=$REPLY
    [ -n "$header" ] || { complain "$file" "$3" "no such header"; return; }
    [ "$to" -le "$from" ] || complain "$file" "$header" "points up"
    case "$from,$to" in [56],[1234]) complain "$file" "$header" "is internal to libsci" ;; esac
    program=${file#apps/}
    case "$from,$to,$header" in
        6,6,apps/"${program%%/*}"/*) ;;
        6,6,*) complain "$file" "$header" "belongs to another program" ;;
    esac
    case "$header" in
        *_priv.h) [ "${file%/*}" = "${header%/*}" ] \
            || complain "$file" "$header" "is private to its folder" ;;
    esac
}

check_system() { # file, header
    case "$2" in
        hdf5.h | hdf5_hl.h | H5*.h)
            case "${1##*/}" in h5*) ;; *) complain "$1" "$2" "only files named h5* may" ;; esac ;;
        fftw3.h) case "$1" in apps/audio/*) ;; *) complain "$1" "$2" "only apps/audio may" ;; esac ;;
        gsl/*) case "$1" in apps/*) ;; *) complain "$1" "$2" "only apps may" ;; esac ;;
        cairo*) case "$1" in cli/*) ;; *) complain "$1" "$2" "only cli may" ;; esac ;;
        mpi.h) complain "$1" "$2" "only mpi may" ;;
        sci/* | sci.h)
            [ -e "$SCI_SOURCE_DIR/libsci/include/$2" ] || complain "$1" "$2" "no such header" ;;
    esac
}

while IFS=: read -r file include; do
    name=${include:1:-1}
    case "$include" in
        \"*)
            resolve "$file" "$name"
            check_own "$file" "$REPLY" "$name"
            ;;
        *) check_system "$file" "$name" ;;
    esac
done < includes
exit $bad
