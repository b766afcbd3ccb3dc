# SPDX-License-Identifier: GPL-3.0-or-later
# The same files for any threads and budgets, the same data and statistics for any shards, put together in any
# order; the order of arguments never matters. The default takes some of the combinations for each case, so that all
# come up; the slow test (FULL=yes) takes all of them for every case.
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

"$tools/h5make" in.h5 /x:f4:3x8x300x401 mean=1000 sd=3 chunk=1x3x100x401 gzip=1 shuffle \
    /plain:i2:60007x37 mean=100 sd=30 /seg:i2:300x401 labels=9 seed=5 /mask:u1:300x401 labels=4 seed=6 || exit 1
for i in $(seq 0 400); do echo $((1 + i % 3)); done > widths.csv

# Two tables that were made in other ways, so that their provenance differs.
same_tables() {
    [ "$("$tools/h5sum" --table "$1")" = "$("$tools/h5sum" --table "$2")" ] || return 1
    sci-array show "$1" --json > show1 && sci-array show "$2" --json > show2 && cmp -s show1 show2
}

# Every case: options of fit and normalize, the dataset.
cases=(
    "/x --norm group:4"
    "/x --norm batch"
    "/x --axes N,C,H,W --keep N --label H,W=in.h5:/seg --ignore-label 0 --mask H,W=in.h5:/mask --weights W=widths.csv"
    "/plain --axes N,C --keep C"
)

shard_counts=("2" "1 3" "7" "2 3")

for number in "${!cases[@]}"; do
    read -r dataset options <<< "${cases[number]}"
    # shellcheck disable=SC2206
    options=($options)
    run 0 sci-array normalize "in.h5:$dataset" "${options[@]}" -t 1 --no-sync -f -o "y$number.h5:/y"
    run 0 sci-array fit "in.h5:$dataset" "${options[@]}" -t 1 --no-sync -f -o "s$number.h5"
    combination=-1
    for threads in 1 2 3 8; do
        for memory in "" "--memory 96MiB" "--memory 400M"; do
            # Of the three budgets one, and the next one for the next number of threads.
            combination=$((combination + 1))
            [ "${FULL:-}" = yes ] || [ $(((combination + combination / 3 + number) % 3)) = 0 ] || continue
            # shellcheck disable=SC2086
            run 0 sci-array normalize "in.h5:$dataset" "${options[@]}" -t $threads $memory --no-sync -f -o y.h5:/y
            cmp -s "y$number.h5" y.h5 || wrong "case $number: other output with $threads threads $memory"
            # shellcheck disable=SC2086
            run 0 sci-array fit "in.h5:$dataset" "${options[@]}" -t $threads $memory --no-sync -f -o s.h5
            cmp -s "s$number.h5" s.h5 || wrong "case $number: another table with $threads threads $memory"
        done
    done

    maps=()
    case $number in 2) maps=(--label "H,W=in.h5:/seg" --ignore-label 0 --mask "H,W=in.h5:/mask") ;; esac
    run 0 sci-array apply "in.h5:$dataset" --stats "s$number.h5" "${maps[@]}" --no-sync -f -o "a$number.h5:/y"
    [ "$("$tools/h5sum" "a$number.h5:/y")" = "$("$tools/h5sum" "y$number.h5:/y")" ] \
        || wrong "case $number: fit and apply give other data than normalize"
    counts=${shard_counts[number]}
    [ "${FULL:-}" != yes ] || counts="1 2 3 7"
    for shards in $counts; do
        parts=() applied=()
        # shellcheck disable=SC2046
        for i in $(shuffled $(seq "$shards")); do
            run 0 sci-array fit "in.h5:$dataset" "${options[@]}" --shard "$i/$shards" -t $((1 + RANDOM % 3)) \
                --no-sync -f -o "s_$i.h5"
            run 0 sci-array apply "in.h5:$dataset" --stats "s$number.h5" "${maps[@]}" --shard "$i/$shards" \
                -t $((1 + RANDOM % 3)) --no-sync -f -o "a_$i.h5:/y"
            parts+=("s_$i.h5")
            applied+=("a_$i.h5")
        done
        # shellcheck disable=SC2046
        run 0 sci-array merge $(shuffled "${parts[@]}") --no-sync -f -o s.h5
        same_tables "s$number.h5" s.h5 || wrong "case $number: $shards merged shards are another table"
        # shellcheck disable=SC2046
        run 0 sci-array join $(shuffled "${applied[@]}") --no-sync -f -o a.h5
        [ "$("$tools/h5sum" a.h5:/y)" = "$("$tools/h5sum" "a$number.h5:/y")" ] \
            || wrong "case $number: $shards joined shards are other data"
    done
done

# Separate files: any order of arguments, fit at once or merged.
for i in 1 2 3 4; do "$tools/h5make" "part$i.h5" "/x:f4:20x${i}001" mean=$i seed="$i" || exit 1; done
first=
for round in 1 2 3 4; do
    # shellcheck disable=SC2046
    run 0 sci-array fit $(shuffled part1.h5:/x part2.h5:/x part3.h5:/x part4.h5:/x) --axes C,L --keep C \
        --no-sync -f -o all.h5
    for i in 1 2 3 4; do
        run 0 sci-array fit "part$i.h5:/x" --axes C,L --keep C --no-sync -f -o "t$i.h5"
    done
    # shellcheck disable=SC2046
    run 0 sci-array merge $(shuffled t1.h5 t2.h5 t3.h5 t4.h5) --no-sync -f -o merged.h5
    same_tables all.h5 merged.h5 || wrong "round $round: fit of four files and merge of four tables differ"
    [ -n "$first" ] || { cp all.h5 first.h5; first=yes; }
    cmp -s all.h5 first.h5 || wrong "round $round: the order of arguments matters"
done
finish
