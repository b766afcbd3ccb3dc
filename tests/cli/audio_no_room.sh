# SPDX-License-Identifier: GPL-3.0-or-later
# No room for the output of sci-audio, and signals in the middle: exit code 4, 130 or 143, and nothing is left.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"
. "$SCI_SOURCE_DIR/tests/support/gives_up.sh"

sounds << 'END'
write("in.wav", np.random.default_rng(1).normal(0, 0.1, 90 * 16000), rate=16000)
END
norm phases in.wav --complex
norm plain in.wav
norm lazy in.wav --lazy
unfinished normalize in.wav -o d/out.h5 --no-sync
unfinished normalize in.wav --pack -o d/out.h5 --no-sync
unfinished apply lazy.h5 -o d/out.h5 --no-sync
unfinished invert plain.h5 -o d/out.h5 --no-sync
unfinished synth phases.h5 -o d/out.wav --no-sync

# Of a batch, what has its name is complete.
mkdir in && cp in.wav in/a.wav && cp in.wav in/b.wav && cp in.wav in/c.wav
timeout --foreground --preserve-status -s 2 0.3 "$PROGRAM" normalize -r in -o batch --no-sync > out 2> err
case $? in
0 | 130) ;;
*) complain "an interrupted batch: $(cat err)" ;;
esac
for file in batch/*.h5; do
    [ ! -e "$file" ] || run 0 invert "$file" -q -fo back.h5
done
[ -z "$(find batch -name '*.tmp')" ] || complain "temporaries are left: $(find batch -name '*.tmp')"
finish
