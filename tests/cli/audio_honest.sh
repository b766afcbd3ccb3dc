# SPDX-License-Identifier: GPL-3.0-or-later
# What could go wrong without a word: outputs of other statistics, channels outside the mask, halves that overflow,
# options that would change nothing.
PROGRAM=sci-audio
. "$SCI_SOURCE_DIR/tests/support/array.sh"

waves() {
    { echo 'from waves import *'; echo 'import h5py'; cat; } > program.py
    "$PYTHON" program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}

waves << 'END'
write("a.wav", steps((-20, 0.3), (-40, 0.2)))
write("b.wav", steps((-30, 0.4)), "f4")
write("c.wav", steps((-6, 0.5)), "i3")
write("stereo.wav", steps((-20, 0.5)), channels=2)
open("first.tsv", "w").write("path\tspeaker\na.wav\tx\nb.wav\tx\n")
open("second.tsv", "w").write("path\tspeaker\na.wav\tx\nb.wav\ty\n")
open("left.tsv", "w").write("channel\tstart\tend\n1\t0.1\t0.2\n")
END

# Outputs made with the statistics of other recordings are not done.
run 0 normalize a.wav b.wav --scope global -o made --no-sync -q
run 0 normalize a.wav b.wav --scope global -o made --no-sync --resume && says err "2 of 2 inputs are done already"
run 2 normalize a.wav b.wav c.wav --scope global -o made --no-sync --resume && says err "--force replaces it"
run 0 normalize a.wav b.wav c.wav --scope global -o made --no-sync --resume --force -q
run 0 normalize a.wav b.wav c.wav --scope global -o fresh --no-sync -q
for name in a b c; do
    cmp -s made/$name.h5 fresh/$name.h5 || complain "$name.h5 is of other statistics"
done
run 0 normalize --manifest first.tsv --group-by speaker -o groups --no-sync -q
run 2 normalize --manifest second.tsv --group-by speaker -o groups --no-sync --resume && says err "--force replaces it"

# A channel without a frame inside the mask has no statistics.
run 1 normalize stereo.wav --mask left.tsv -o x.h5 && says err "no frame of channel 2 is inside the mask 'left.tsv'"
run 0 normalize stereo.wav --mask left.tsv --channel 1 -o left.h5 --no-sync

# Halves hold numbers up to 65504.
run 1 normalize c.wav --feature stft --n-fft 4096 --compression none --scope none --dtype f16 -o x.h5 \
    && says err "are beyond 65504"
run 0 normalize c.wav --feature stft --n-fft 4096 --dtype f16 -o half.h5 --no-sync

# Options that would change nothing.
run 2 normalize a.wav --n-mfcc 13 -o x.h5 && says err "--n-mfcc goes with --feature mfcc"
run 2 normalize a.wav --feature stft --n-mels 13 -o x.h5 && says err "--n-mels and --mel-norm go with"
run 2 normalize a.wav --scope none --ddof 1 -o x.h5 && says err "--scope none"
[ ! -e x.h5 ] || complain "an output is left"
finish
