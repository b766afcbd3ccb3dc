# SPDX-License-Identifier: GPL-3.0-or-later
# One crop in 17 layouts of HDF5 (types, byte orders, chunks, filters, links) gives one answer.
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

layouts=${LIBSCI_REFERENCE:-}/imaging/layouts.h5
[ -r "$layouts" ] || skip_all "the reference file 'imaging/layouts.h5' is absent; LIBSCI_REFERENCE names its folder"

normalize() {
    run "$1" "$tools/limited" 5 160 sci-array normalize "$layouts:/$2" --axes z,y,x --norm layer --dtype f64 --no-sync -f -o y.h5:/y
}
normalize 0 i16be_contiguous
"$tools/h5cat" y.h5:/y > truth
[ "$(wc -l < truth)" = 5760 ] || wrong "the crop has $(wc -l < truth) elements"

for name in f16le_chunk_gzip f32be_chunk_gzip f32le_chunk_lzf f32le_unlimited_z f64be_contiguous f64le_chunk_shuffle_gzip \
    i16le_chunk_gzip i16le_scaleoffset i32be_chunk i64le_contiguous i8_contiguous link_soft u16le_chunk_shuffle_gzip9 \
    u32le_chunk_fletcher32 u8_contiguous; do
    rm -f y.h5
    normalize 0 "$name" || continue
    "$tools/h5cat" y.h5:/y | paste - truth | awk '{ d = $1 - $2; if (d < 0) d = -d; if (!(d < 1e-12)) bad++ }
        END { exit bad > 0 || NR != 5760 }' || wrong "$name: other numbers"
done
for name in u8_compact bool_enum; do
    rm -f y.h5
    normalize 0 "$name"
done
rm -f y.h5
normalize 0 never_written
[ "$("$tools/h5cat" y.h5:/y | sort -u)" = 0 ] || wrong "never_written: the fill value is not constant"
run 0 sci-array fit "$layouts:/never_written" --axes z,y,x --norm layer --no-sync -f -o s.h5
run 0 sci-array show s.h5 --json
grep -q '"mean": *7.5[,}]' out || wrong "never_written: the fill value was not read: $(cat out)"
for name in f32le_4d_czyx f32le_5d_nczyx; do
    run 0 "$tools/limited" 5 160 sci-array normalize "$layouts:/$name" --norm instance --no-sync -f -o y.h5:/y
done

rm -f y.h5
normalize 1 complex64
says 'complex'
[ ! -e y.h5 ] || wrong "complex64 gave an output"
finish
