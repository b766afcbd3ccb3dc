# SPDX-License-Identifier: GPL-3.0-or-later
# No room for the output: exit code 4, a message that says so, nothing under the final name and no temporary. A
# small tmpfs where one can be mounted, and a limit on the size of files everywhere.
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

"$tools/h5make" in.h5 /x:f4:20x1000x100 mean=5 /gz:f4:20x1000x100 mean=5 chunk=2x1000x100 gzip=1 shuffle || exit 1
"$tools/h5make" old.h5 /x:f4:10 || exit 1
run 0 sci-array fit in.h5:/x --norm layer --no-sync -o s.h5

# refused FOLDER LIMIT VERB...: with `ulimit -f LIMIT` (KiB) unless it is -.
refused() {
    local folder=$1 limit=$2
    shift 2
    for target in new.h5 old.h5; do
        [ $target = old.h5 ] && cp old.h5 "$folder/old.h5"
        (
            [ "$limit" = - ] || ulimit -f "$limit"
            run 4 "$tools/limited" 20 400 sci-array "$@" -f -o "$folder/$target${suffix}"
            says 'no space|too large|file size|room|full'
            [ "$failures" = 0 ]
        ) || failures=$((failures + 1))
        [ ! -e "$folder/new.h5" ] || wrong "$* left a partial output"
        [ $target = new.h5 ] || cmp -s old.h5 "$folder/old.h5" || wrong "$* damaged the file that it did not replace"
        no_temporaries "$folder"
        rm -f "$folder"/*
    done
}

mkdir small
suffix=:/y
for dataset in /x /gz; do
    refused small 1500 normalize in.h5:$dataset --norm layer --no-sync
    refused small 1500 apply in.h5:$dataset --stats s.h5
done
suffix=
refused small 2 fit in.h5:/x --axes A,B,C --keep C --no-sync

if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=1m tmpfs small 2> /dev/null; then
    trap 'umount small' EXIT
    suffix=:/y
    for dataset in /x /gz; do
        refused small - normalize in.h5:$dataset --norm layer
        refused small - normalize in.h5:$dataset --norm layer --no-sync
        refused small - apply in.h5:$dataset --stats s.h5
    done
    suffix=
    head -c 1040000 /dev/zero > small/filler
    cp small/filler filler.copy
    run 4 sci-array fit in.h5:/x --axes A,B,C --keep B,C -f -o small/t.h5
    says 'no space|room|full'
    [ ! -e small/t.h5 ] || wrong "fit left a partial table"
    no_temporaries small
else
    echo "note: no tmpfs can be mounted here, so only limits on the size of files were tried"
fi
finish
