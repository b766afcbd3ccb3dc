# SPDX-License-Identifier: GPL-3.0-or-later
# Commands that make no sense, and files of features that are damaged: clear words, the right exit code, and no output.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"

cp "$speech"/spkA_1_16k_pcm16.wav a.wav && cp "$speech"/spkB_1_16k_pcm16.wav b.wav
norm features a.wav
norm lazy a.wav --lazy
run 0 fit a.wav -q -o stats.h5
echo text > text.txt

# ---- options ----

while IFS='|' read -r code words options; do
    # shellcheck disable=SC2086
    refuse "$code" "$words" normalize a.wav $options -o x.h5
done << 'END'
2|needs a whole number from 2|--n-fft 1
2|does not fit into an FFT of 100|--n-fft 100 --win 200
2|is 0 samples at 16000 Hz|--hop 0
2|neither a number of samples nor of milliseconds|--win 3x
2|'rel:80' is 80 dB below the peak|--floor foo
2|'rel:80' is 80 dB below the peak|--floor rel:-3
2|neither a number of bands nor per-bin|--bands 0
2|--bands or --band-edges, not both|--bands 4 --band-edges 0,100
2|--band-edges goes with --feature stft|--band-edges 0,100
2|but 50 Hz follows 100 Hz|--feature stft --band-edges 100,50
2|--eps or --eps-rel, not both|--eps 1 --eps-rel 1
2|--scope none is without|--scope none --relax 0.5
2|--scope none is without|--scope none --eps 1
2|--mono or --channel, not both|--mono --channel 1
2|there is no channel 5|--channel 5
2|--complex goes with --feature stft|--complex --feature mel
2|--masked-out goes with --mask|--masked-out zero
2|takes frames down to 60 dB below the loudest|--mask energy:3
2|has no column 'start'|--mask text.txt
1|cannot open 'none.tsv'|--mask none.tsv
2|go with --scope running|--momentum 0.3
2|go with --scope running|--state x.s
2|a number above 0|--scope running --momentum 0
2|go with --scope sliding|--sliding-window 4
2|is more than --sliding-window 10|--scope sliding --left --sliding-least 200 --sliding-window 10
2|--sliding-least goes with --left|--scope sliding --sliding-least 20
2|--relax goes with --scope file, group and global|--scope sliding --relax 0.3
2|--eps-rel goes with --scope file, group and global|--scope running --eps-rel 0.3
2|--scope group needs --group-by and --manifest|--scope group
2|has no 'speaker' in a manifest|--group-by speaker
2|from 0 to 1|--relax 2
2|--compression pcen goes with --feature mel|--compression pcen --feature stft
2|--floor goes with --compression db and ln|--compression log1p --floor rel:3
2|--exponent goes with --compression root|--exponent 0.3
2|--min-bins goes with --feature stft|--min-bins 4
2|the lower end first|--fmin 4000 --fmax 3000
2|they lie between 0 and 8000|--fmax 9000
2|200 cepstral coefficients of 80 mel channels|--feature mfcc --n-mfcc 200
2|preset whisper is of --compression db|--preset whisper --compression ln
2|preset whisper pads its frames|--preset whisper --pad none
2|is one of none, librosa, torchaudio, kaldi, whisper|--preset foo
2|--params or --preset, not both|--params features.h5 --preset kaldi
1|cannot open 'none.h5'|--params none.h5
1|not an HDF5 file|--params b.wav
2|--lazy goes with --scope file, group and global|--lazy --scope none
2|is one of f32, f64, f16|--dtype f12
2|is one of single, double|--precision triple
2|--resume is for several inputs|--resume
2|unknown option|--nonsense
END
refuse 2 "no input" normalize -o x.h5
refuse 2 "" normalize a.wav
refuse 1 "absent.wav" normalize absent.wav -o x.h5
refuse 2 "" apply a.wav -o x.h5
refuse 2 "" merge -o x.h5
refuse 1 "" show text.txt
refuse 1 "" show a.wav

# ---- outputs over inputs ----

sum=$(cat a.wav b.wav features.h5 stats.h5 text.txt | cksum)
printf 'path\tspeaker\na.wav\tA\nb.wav\tB\n' > list.tsv
printf 'start\tend\n0\t0.3\n' > intervals.tsv
refuse 2 "" normalize a.wav -f -o a.wav
refuse 2 "" normalize a.wav -f -o ./../"$(basename "$PWD")"/a.wav
refuse 2 "" normalize a.wav --mask intervals.tsv -f -o intervals.tsv
refuse 2 "" normalize a.wav --params features.h5 -f -o features.h5
refuse 2 "" normalize --manifest list.tsv --scope global -f -o list.tsv
refuse 1 "not an HDF5 file" normalize a.wav --scope running --state a.wav -o x.h5
refuse 2 "" fit a.wav b.wav -f -o b.wav
refuse 2 "" merge stats.h5 -f -o stats.h5
refuse 2 "" apply a.wav --stats stats.h5 -f -o stats.h5
refuse 2 "" invert features.h5 -f -o features.h5
refuse 2 "exists" normalize a.wav -o features.h5
ln a.wav same.wav
refuse 2 "" normalize a.wav -f -o same.wav
rm same.wav
[ "$(cat a.wav b.wav features.h5 stats.h5 text.txt | cksum)" = "$sum" ] || complain "an input has changed"

# ---- manifests ----

refuse 2 "accent" normalize --manifest list.tsv --group-by accent -o x
printf 'speaker\na.wav\n' > nopath.tsv
refuse 2 "no column 'path'" normalize --manifest nopath.tsv -o x
refuse 1 "none.tsv" normalize --manifest none.tsv -o x
printf 'path\tspeaker\na.wav\n' > short.tsv
refuse 2 "short.tsv" normalize --manifest short.tsv --group-by speaker -o x

# ---- what does not go together ----

sounds << 'END'
write("other.wav", np.random.default_rng(1).normal(0, 0.1, 9000), rate=8000)
END
refuse 3 "--rate 16000 resamples them" normalize other.wav --params features.h5 -o x.h5
refuse 3 "16000" apply other.wav --stats stats.h5 -o x.h5
refuse 3 "--rate 16000 resamples them" normalize other.wav --preset whisper -o x.h5
run 0 fit a.wav --n-mels 64 -q -o stats64.h5
refuse 3 "parameter n_mels" merge stats.h5 stats64.h5 -o x.h5
run 0 normalize other.wav --params features.h5 --rate 16000 -q -o resampled.h5

# ---- damaged files of features ----

# damaged NAME: every verb that reads it says so; none crashes, and none leaves an output. With sanitizers the verbs
# take turns.
turn=0
damaged() {
    local call code
    turn=$((turn + 1))
    for call in "invert $1 -o x.h5" "apply $1 -o x.h5" "apply b.wav --stats $1 -o x.h5" "normalize b.wav --params $1 -o x.h5" \
        "merge $1 stats.h5 -o x.h5" "info $1" "show $1"; do
        turn=$((turn + 1))
        [ -n "$slow_starts" ] && [ $((turn % 3)) != 0 ] && continue
        # shellcheck disable=SC2086
        "$PROGRAM" $call -q > out 2> err
        code=$?
        case $code in
        1 | 2 | 3) [ -s err ] || complain "$call: $code without a word" ;;
        0) accepted=$((accepted + 1)) ;;
        *) complain "$call ended with $code: $(head -n 2 err)" ;;
        esac
        [ $code = 0 ] || absent x.h5
        rm -f x.h5
    done
}

slow_starts=$(sanitized && echo yes)
accepted=0
size=$(stat -c %s lazy.h5)
for part in 0 1 7 8 96 800 2048 $((size / 4)) $((size / 2)) $((size - 1)); do
    head -c "$part" lazy.h5 > cut.h5
    damaged cut.h5
done
[ $accepted = 0 ] || complain "$accepted calls go on with a file that is cut off"

sounds << 'END'
import shutil


def change(name, what):
    shutil.copy("lazy.h5", name)
    with h5py.File(name, "r+") as f:
        what(f)


def drop(name):
    return lambda f: f.attrs.__delitem__(name)


def put(name, value):
    return lambda f: f.attrs.__setitem__(name, value)


def without(name):
    return lambda f: f.__delitem__(name)


def shaped(shape):
    def what(f):
        del f["features"]
        f["features"] = np.zeros(shape, np.float32)
    return what


for k, what in enumerate((drop("n_fft"), put("n_fft", 0), put("n_fft", -1), put("n_fft", 2 ** 40), put("n_fft", 1.5),
                          put("hop_length", 0), put("window", "round"), put("feature", "color"), put("rate_hz", np.nan),
                          put("rate_hz", -5.0), put("bands", "minus"), put("n_mels", 0), put("n_mels", 10 ** 9),
                          put("fmax_hz", np.inf), put("win_length", 5000), put("scope", "all"))):
    change("bad_parameter%d.h5" % k, what)
for k, what in enumerate((without("features"), without("stats"), shaped((1, 39, 79)), shaped((39, 80)), shaped((2, 39, 80)),
                          put("sci_audio", "something"), put("sci_audio_format", 99))):
    change("bad_file%d.h5" % k, what)
END
for file in bad_parameter*.h5; do
    damaged "$file"
    # show and info may print what is there; nothing may be made of it.
    "$PROGRAM" normalize b.wav --params "$file" -q -o x.h5 2> err && complain "$file: --params takes it"
    rm -f x.h5
done
refuse 1 "parameter bands is 'minus'" apply b.wav --stats bad_parameter10.h5 -o x.h5
refuse 1 "no statistics were written" fit a.wav text.txt -o x.h5
for file in bad_file*.h5; do
    damaged "$file"
    "$PROGRAM" apply "$file" -q -o x.h5 2> err && complain "$file: apply takes it"
    rm -f x.h5
done

# A file of sci-array's is not one of sci-audio's.
sounds << 'END'
with h5py.File("plain.h5", "w") as f:
    f["features"] = np.zeros((1, 39, 80), np.float32)
END
for call in "apply plain.h5 -o x.h5" "invert plain.h5 -o x.h5" "show plain.h5" "normalize a.wav --params plain.h5 -o x.h5"; do
    # shellcheck disable=SC2086
    refuse 1 "plain.h5" $call
done
finish
