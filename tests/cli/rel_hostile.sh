# SPDX-License-Identifier: GPL-3.0-or-later
# Files that lie, cross or recur: each is processed or refused as it must be, within 5 s and the memory budget, in
# one line that names the file; no output is left, and nothing outside of the input is ever opened.
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

hostile=$golden/hostile-hdf5
budget_mib=64
most_mib=160 # the budget, code and libraries, and a margin for the sanitizers' absence

# FILE, exit code, words of the message. segv_* must fail alone: whether as a crash of the reader or as a clean
# refusal depends on the HDF5 library.
expected='
ok.h5                    0
zero_dim.h5              0
hardlink_cycle.h5        0
names.h5                 0
shape_2p60.h5            1 claims|declare|bytes
shape_contiguous_2p40.h5 1 claims|declare|bytes
rank31.h5                1 claims|declare|bytes|axes
shape_product_overflow.h5 1 large|overflow|elements|fit
chunk_4gib_claim.h5      1 chunk
external_storage.h5      1 external
links.h5                 1 link to another file
vds_self.h5              1 virtual
vds_mutual_a.h5          1 virtual
vds_mutual_b.h5          1 virtual
vds_ok.h5                1 virtual
vds_missing_source.h5    1 virtual
truncated_0.h5           1 .
truncated_7.h5           1 .
truncated_8.h5           1 .
truncated_47.h5          1 .
truncated_96.h5          1 .
truncated_800.h5         1 .
truncated_2404.h5        1 .
truncated_4807.h5        1 .
segv_hdf5_1_10_8_a.h5    1 .
segv_hdf5_1_10_8_b.h5    1 .
huge_chunk_claim.h5      1 .
'

# Sanitizers need address space without end, so that workers are not limited in it: this one would fill 4 GiB.
if ldd "$(command -v sci-array)" | grep -q 'lib[at]san'; then
    expected=$(printf '%s\n' "$expected" | grep -v huge_chunk_claim)
    mkdir tame && cp "$hostile"/*.h5 tame/ && rm tame/huge_chunk_claim.h5
    hostile=$PWD/tame
fi

# Axes by number, so that rank 31 gets as far as the others.
norm_of() {
    case $1 in rank31.h5) echo "--axes $(seq -s, 1 31 | sed 's/[0-9]*/a&/g') --keep a1" ;; *) echo "--norm layer" ;; esac
}

check_file() {
    local file=$1 code=$2 words=$3
    mkdir out.d
    # shellcheck disable=SC2046
    run "$code" "$tools/limited" 5 $most_mib sci-array normalize "$hostile/$file:/x" $(norm_of "$file") \
        --memory ${budget_mib}MiB --no-sync -o out.d/y.h5:/y
    if [ "$code" = 0 ]; then
        [ -s out.d/y.h5 ] || wrong "$file: no output"
    else
        [ -z "$(ls -A out.d)" ] || wrong "$file: left $(ls -A out.d)"
        grep -q "^sci-array: error: .*$file" err || wrong "$file: no error line names it: $(cat err)"
        [ "$(grep -c '^sci-array: error:' err)" = 1 ] || wrong "$file: not one error line: $(cat err)"
        says "$words"
    fi
    rm -rf out.d
}

while read -r file code words; do
    [ -n "$file" ] && check_file "$file" "$code" "$words"
done <<< "$expected"
[ "$(grep -c . <<< "$expected")" = "$(find "$hostile" -name '*.h5' | wc -l)" ] || wrong "the list is not the folder's"

# The whole path is walked: links on the way, absolute, through a group, in a circle.
for dataset in /up /abs /g/ext/x /soft /soft2; do
    run 1 "$tools/limited" 5 $most_mib sci-array normalize "$hostile/links.h5:$dataset" --norm layer --no-sync -o y.h5:/y
    says 'links\.h5'
    [ ! -e y.h5 ] || wrong "links.h5:$dataset gave an output"
done
run 0 "$tools/limited" 5 $most_mib sci-array normalize "$hostile/hardlink_cycle.h5:/a/b/a/b/x" --norm layer --no-sync -o y.h5:/y
rm -f y.h5

# The good ones are right: row i of ok.h5 is 10·i … 10·i + 9.
run 0 sci-array normalize "$hostile/ok.h5:/x" --norm layer --dtype f64 --no-sync -o y.h5:/y
"$tools/h5cat" y.h5:/y | awk '{ z = ((NR - 1) % 10 - 4.5) / sqrt(8.25 + 1e-5); d = $1 - z
    if (d < 0) d = -d; if (d > 1e-13) bad = 1 } END { exit bad || NR != 500 }' || wrong "ok.h5: not the right data"
run 0 sci-array normalize "$hostile/hardlink_cycle.h5:/x" --norm layer --dtype f64 --no-sync -f -o y.h5:/y
"$tools/h5cat" y.h5:/y | awk '{ z = (NR - 5.5) / sqrt(8.25 + 1e-5); d = $1 - z
    if (d < 0) d = -d; if (d > 1e-13) bad = 1 } END { exit bad || NR != 10 }' || wrong "hardlink_cycle.h5: not the right data"
run 0 sci-array normalize "$hostile/zero_dim.h5:/x" --norm layer --no-sync -f -o y.h5:/y
[ "$("$tools/h5cat" y.h5:/y | wc -l)" = 0 ] || wrong "zero_dim.h5: not empty"

# What else opens files: info, fit, show, labels and masks.
for file in external_storage.h5 links.h5 vds_self.h5 shape_2p60.h5 segv_hdf5_1_10_8_a.h5 truncated_2404.h5 names.h5; do
    "$tools/limited" 5 $most_mib sci-array info "$hostile/$file" > out 2> err
    [ $? -le 1 ] || wrong "info $file: exit code above 1: $(cat err)"
    LC_ALL=C grep -q "$(printf '[\001-\010\013-\037]')" out && wrong "info $file prints control characters"
    "$tools/limited" 5 $most_mib sci-array show "$hostile/$file" > out 2> err
    [ $? = 1 ] || wrong "show $file: not refused: $(cat err)"
done
for file in external_storage.h5 vds_self.h5 vds_mutual_a.h5 shape_product_overflow.h5 segv_hdf5_1_10_8_b.h5; do
    run 1 "$tools/limited" 5 $most_mib sci-array normalize "$hostile/ok.h5:/x" --axes A,B \
        --label "A,B=$hostile/$file:/x" --no-sync -o z.h5:/y
    [ ! -e z.h5 ] || wrong "label map $file gave an output"
done

# A batch goes on: three good ones are written, the others are listed, and the code is 1.
"$tools/limited" 120 $most_mib sci-array normalize "$hostile" -r --dataset /x --norm layer --memory ${budget_mib}MiB --no-sync -o batch > out 2> err
[ $? = 1 ] || wrong "the batch does not end with 1"
for file in ok.h5 names.h5 hardlink_cycle.h5 zero_dim.h5; do
    [ -s "batch/$file" ] || wrong "the batch has no $file"
done
[ "$(find batch -name '*.h5' | wc -l)" = 4 ] || wrong "the batch wrote $(find batch -name '*.h5' | wc -l) files, not 4"
files=$(($(find "$hostile" -maxdepth 1 -name '*.h5' | wc -l) - 4))
[ "$(grep -c '\.h5' batch/failures.tsv)" = $files ] || wrong "failures.tsv lists $(grep -c '\.h5' batch/failures.tsv), not $files"
no_temporaries batch

# Nothing else is opened: neither what the files point to nor their neighbours.
if command -v strace > /dev/null && strace -o trace true 2> /dev/null; then
    for file in external_storage.h5 links.h5 vds_ok.h5 vds_self.h5 vds_mutual_a.h5 vds_missing_source.h5; do
        for dataset in /x /abs /up /g/ext/x; do
            strace -f -qq -e trace=open,openat,creat -o trace sci-array normalize "$hostile/$file:$dataset" \
                --norm layer --no-sync -o y2.h5:/y > out 2> err
            awk -F'"' 'NF > 1 { print $2 }' trace | sort -u | grep -vE '^(/lib|/usr/lib|/etc/ld\.so|/proc/|/sys/|/dev/)' \
                | grep -vxF "$hostile/$file" | grep -vE '^(\.?/?\.y2\.h5[^/]*|\.|\./|/tmp/tsan\.rodata\.[0-9]+|/etc/ssl/openssl\.cnf|/usr/lib/ssl/openssl\.cnf)$' > opened
            [ ! -s opened ] || wrong "$file:$dataset opens $(tr '\n' ' ' < opened)"
            rm -f y2.h5
        done
    done
else
    echo "note: strace is not usable here, so what is opened was not checked"
fi
finish
