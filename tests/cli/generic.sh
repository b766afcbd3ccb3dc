# SPDX-License-Identifier: GPL-3.0-or-later
# What every program does alike: usage, standard streams, refusals, links, signals, batches.
set -u
bad=0
data=$SCI_SOURCE_DIR/data/t1_4mm.h5

# expect CODE WHAT-STDERR-CONTAINS COMMAND...: runs it with stdout in said.out and stderr in said.err
expect() {
    local code=$1 said=$2 got
    shift 2
    "$@" > said.out 2> said.err
    got=$?
    if [ $got != "$code" ]; then
        echo "$*: exit code $got instead of $code"; cat said.err; bad=1
    elif [ -z "$said" ] && [ -s said.err ]; then
        echo "$*: says"; cat said.err; bad=1
    elif [ -n "$said" ] && ! grep -qF -- "$said" said.err; then
        echo "$*: does not say '$said' but"; cat said.err; bad=1
    fi
}
check() { # WHAT CONDITION...
    local what=$1
    shift
    "$@" || { echo "$what"; bad=1; }
}
normalize() { sci-array normalize "$@" --axes D,H,W --keep D --no-sync -q; }

# Usage
expect 0 "" sci-array --version
expect 0 "" sci-array help normalize
expect 2 "see 'sci-array --help'" sci-array
expect 2 "did you mean 'normalize'?" sci-array normalise
expect 2 "unknown option '--frob'" sci-array normalize --frob
expect 2 "see 'sci-array normalize --help'" sci-array normalize "$data:/t1"

# Standard streams that are full or closed
expect 4 "No space left on device" bash -c 'sci-array --help > /dev/full'
expect 4 "No space left on device" bash -c 'sci-array info "$0" > /dev/full' "$data"
expect 0 "" bash -c 'normalize() { sci-array normalize "$@" --axes D,H,W --keep D --no-sync -q; }
                     normalize "$0:/t1" -o closed.h5 <&- >&- 2>&-' "$data"
check "an output made without standard streams is broken" bash -c "sci-array info closed.h5 -q > /dev/null"
expect 1 "Bad file descriptor" bash -c 'sci-array info "$0" >&-' "$data"
expect 0 "" bash -c 'set -o pipefail; sci-array info "$0" | true' "$data"

# Names cannot play with the terminal
expect 1 "'\\x1b[31m\\n.h5'" sci-array info $'\x1b[31m\n.h5'
check "an escape reached the terminal" bash -c "! grep -q \$'\\x1b' said.err"

# Refusals: before anything is written
cp "$data" x.h5
ln x.h5 hard.h5
ln -s x.h5 soft.h5
before=$(sha256sum < x.h5)
for output in x.h5 ./x.h5 hard.h5 soft.h5 x.h5:/y; do
    expect 2 "is the input" normalize x.h5:/t1 -f -o $output
done
expect 2 "does not exist" normalize x.h5:/t1 -o missing/y.h5
expect 2 "is no regular file" normalize x.h5:/t1 -f -o /dev/null
check "the input was changed" [ "$before" = "$(sha256sum < x.h5)" ]

# A link is replaced, not written through; an old output survives a failure
echo precious > elsewhere
ln -s elsewhere y.h5
expect 2 "'y.h5' exists already" normalize x.h5:/t1 -o y.h5
expect 0 "" normalize x.h5:/t1 -f -o y.h5:/y
check "the link is still a link" [ ! -L y.h5 ]
check "the file behind the link was changed" [ "$(cat elsewhere)" = precious ]

cp y.h5 old.h5
expect 1 "nothing" sci-array normalize x.h5:/nothing --axes D,H,W --keep D -f -o y.h5 -q
check "a failure changed the old output" cmp -s y.h5 old.h5

# A batch: what fails is listed, the rest is done
mkdir in in/sub
cp x.h5 in/a.h5
cp x.h5 in/sub/a.h5
echo "no HDF5" > in/broken.h5
expect 1 "1 of 3 inputs failed" normalize -r in --dataset t1 -o out -j 2
check "outputs of a batch are missing" [ -f out/a.h5 -a -f out/sub/a.h5 -a ! -e out/broken.h5 ]
check "failures.tsv is wrong" [ "$(cut -f 1,2 out/failures.tsv | tail -n 1)" = $'in/broken.h5:/t1\t1' ]
cp x.h5 in/broken.h5
expect 0 "" normalize -r in --dataset t1 -o out --resume
check "--resume made no output" [ -f out/broken.h5 ]
check "failures.tsv stayed" [ ! -e out/failures.tsv ]
check "equal inputs give unequal outputs" cmp -s out/a.h5 out/sub/a.h5

# No temporary is left anywhere
check "temporaries are left: $(find . -name '*.tmp')" [ -z "$(find . -name '*.tmp')" ]
exit $bad
