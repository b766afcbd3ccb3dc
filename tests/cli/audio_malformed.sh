# SPDX-License-Identifier: GPL-3.0-or-later
# Broken and unusual recordings get the right answer, one at a time and among others.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"

malformed=$SCI_SOURCE_DIR/tests/golden/malformed-wav

# ---- each by itself ----

# expect FILE VERDICT FRAMES WORDS: by info and by normalize. Nothing but our own messages may be on stderr.
expect() {
    local file=$malformed/$1 verdict=$2 frames=$3 words=$4 code=0
    rm -f o.h5
    if [ "$verdict" = reject ]; then
        run 1 info "$file" && says err "$words" && silent out
        run 1 normalize "$file" -o o.h5 && says err "$words"
        absent o.h5
    else
        run 0 info --json "$file" && cp out "each/$1.json" && says out "\"samples\": $frames," \
            && says out "\"verdict\": \"$verdict\"" && says out "$words"
        run 0 normalize "$file" -o "each/$1.h5" && { [ -z "$words" ] || says err "$words"; }
    fi
    grep -v '^sci-audio: ' err > foreign
    silent foreign
    "$PROGRAM" normalize "$file" -q --nan ignore -fo o.h5 2> err
    code=$?
    case $1 in
    float_nan_inf.wav) [ $code = 0 ] || complain "$1: --nan ignore ended with $code" ;;
    *) [ $code = $([ "$verdict" = reject ] && echo 1 || echo 0) ] || complain "$1: --nan ignore ended with $code" ;;
    esac
}

n=0
mkdir each
while IFS=$'\t' read -r file verdict frames _; do
    [ "${file:0:1}" = '#' ] && continue
    n=$((n + 1))
    case $file in
    ok_* | float_over_1.wav | float_denormal.wav) words='' ;;
    block_align_wrong.wav) words='block align 3 does not match' ;;
    bits_13.wav) words='13 valid bits read as 16' ;;
    riff_size_*.wav) words='RIFF size wrong, read to end of file' ;;
    data_size_ffffffff.wav) words='streamed header, length taken from the file' ;;
    data_size_too_big.wav) words='truncated: header promises 500000 frames, file holds 800' ;;
    truncated_data.wav) words='truncated: header promises 800 frames, file holds 449' ;;
    rf64_lying_ds64.wav) words='truncated: ds64 promises 2305843009213693952 frames, file holds 800' ;;
    rate_1hz.wav) words='sample rate 1 Hz: implausible' ;;
    data_size_zero_stream.wav) words='data chunk says 0 but 1600 bytes follow (streamed header)' ;;
    zero_length_data.wav) words='no audio frames' ;;
    float_nan_inf.wav) words='NaN at sample 3 (0.0002 s) and 4 non-finite samples in all; --nan ignore to go on' ;;
    float_huge_3e38.wav) words='sample 7 (0.0004 s) overflows: power not finite in float32' ;;
    empty_file.wav) words='empty file' ;;
    only_riff.wav | no_fmt.wav) words='no fmt chunk' ;;
    garbage.wav | text.wav) words='not a sound file' ;;
    no_data.wav) words='no data chunk' ;;
    data_before_fmt.wav) words='data chunk before fmt chunk' ;;
    truncated_header.wav) words='header cut off' ;;
    chunk_size_overflow.wav) words='chunk JUNK claims 4294967280 bytes' ;;
    zero_channels.wav) words='zero channels' ;;
    many_channels_65535.wav) words='65535 channels' ;;
    rate_zero.wav) words='sample rate 0' ;;
    rate_4e9.wav) words='sample rate 4294967295' ;;
    bits_zero.wav) words='0 bits per sample' ;;
    unknown_codec.wav) words='codec 0x1234 unknown' ;;
    mp3_in_wav.wav) words='MP3 data' ;;
    *) complain "nothing is known of $file" ;;
    esac
    expect "$file" "$verdict" "$frames" "$words"
done < "$malformed/expected.tsv"
sounds << 'END'
names = [name[:-5] for name in os.listdir("each") if name.endswith(".json")]
assert len(names) == 20
for name in names:
    with open("each/%s.json" % name) as f:
        (r,) = json.load(f)["recordings"]
    assert bool(r["warnings"]) == (r["verdict"] == "warn"), r
    assert attributes("each/%s.h5" % name)["samples"] == r["samples"], name
    assert np.isfinite(features("each/%s.h5" % name)).all(), name
END
[ $n = 39 ] || complain "$n files instead of 39"

# Values above 1 are counted and not clipped; what a header that lies about its size promises is never allocated.
run 0 info --json "$malformed/float_over_1.wav" && sounds << 'END'
(r,) = out()["recordings"]
assert r["beyond_one"] > 0 and r["peak"] > 1
END
run 0 info "$malformed/float_nan_inf.wav" --nan ignore && says out "4"
limited 20 100 "$PROGRAM" normalize "$malformed/rf64_lying_ds64.wav" -q -fo o.h5 || complain "memory by a header that lies"

# All at once.
run 1 info "$malformed"/*.wav --json && sounds << 'END'
r = out()["recordings"]
assert len(r) == 39 and sum("error" in x for x in r) == 19, (len(r), sum("error" in x for x in r))
END

# ---- 100 recordings, 5 of them broken ----

mkdir in
sounds << 'END'
r = np.random.default_rng(8)
for k in range(100):
    write("in/%03d.wav" % k, r.normal(0, 0.1, 4000 + 37 * k), rate=16000)
END
for pair in 007:truncated_header 031:garbage 050:empty_file 077:float_nan_inf 099:zero_channels; do
    cp "$malformed/${pair#*:}.wav" in/${pair%%:*}.wav && chmod u+w in/${pair%%:*}.wav
done
run 1 normalize -r in -o whole -q --no-sync -j 2
says err "5 of 100 inputs failed"
[ "$(find whole -name '*.h5' | wc -l)" = 95 ] || complain "$(find whole -name '*.h5' | wc -l) outputs instead of 95"
sounds << 'END'
with open("whole/failures.tsv") as f:
    lines = [line.rstrip("\n").split("\t") for line in f if line[0] != "#"]
lines = [line for line in lines if line[0].endswith(".wav")]
assert [os.path.basename(line[0]) for line in lines] == ["007.wav", "031.wav", "050.wav", "077.wav", "099.wav"], lines
for line, words in zip(lines, ("header cut off", "not a sound file", "empty file", "NaN at sample 3", "zero channels")):
    assert words in line[-1], line
END
run 0 normalize in/042.wav -q -o one.h5
same_bytes one.h5 whole/042.h5

# Killed after some outputs, whatever was being written then: the rest is done by --resume, to the same bytes.
for moment in 1 40; do
    rm -rf killed
    setsid "$PROGRAM" normalize -r in -o killed -q --no-sync -j 2 2> /dev/null &
    leader=$!
    for ((k = 0; k < 3000 && $(find killed -name '*.h5' 2> /dev/null | wc -l) < moment; k++)); do
        sleep 0.01
    done
    kill -KILL -- -$leader
    wait $leader 2> /dev/null
    had=$(find killed -name '[0-9]*.h5' | wc -l)
    [ "$had" -lt 95 ] || echo "all was done before it was killed"
    run 1 normalize -r in -o killed --no-sync --resume -j 2
    for file in whole/*.h5 whole/failures.tsv; do
        same_bytes "$file" "killed/$(basename "$file")"
    done
done

# What was broken is mended: only that is done.
for k in 007 031 050 077 099; do
    cp in/000.wav in/$k.wav
done
run 0 normalize -r in -o whole --no-sync --resume && says err "95 of 100 inputs are done already"
absent whole/failures.tsv
for k in 007 099; do
    [ -f whole/$k.h5 ] || complain "$k.wav was mended and is not done"
done

# Statistics of all are those of the recordings that can be read.
cp "$malformed/text.wav" in/031.wav
run 1 normalize in/000.wav in/031.wav in/001.wav --scope global -q --no-sync -o with && says err "1 of 3 inputs failed"
run 0 normalize in/000.wav in/001.wav --scope global -q --no-sync -o without
same_bytes with/000.h5 without/000.h5
same_bytes with/001.h5 without/001.h5

# Names of any kind are kept.
mkdir -p "odd/a b"
cp in/000.wav $'odd/a b/\xc3\xa4 %s $(x).wav' && cp in/001.wav odd/-x.wav
run 0 normalize -r odd -q --no-sync -o odd_out
[ -f $'odd_out/a b/\xc3\xa4 %s $(x).h5' ] && [ -f odd_out/-x.h5 ] || complain "odd names: $(find odd_out)"
finish
