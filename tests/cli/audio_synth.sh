# SPDX-License-Identifier: GPL-3.0-or-later
# synth: recordings come back from their features and phases, integers to the bit.
PROGRAM=sci-audio
. "$SCI_SOURCE_DIR/tests/support/array.sh"

waves() {
    { echo 'from waves import *'; cat; } > program.py
    "$PYTHON" program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}

waves << 'END'
r = np.random.default_rng(5)
def voice(n, rate=16000):
    t = np.arange(n) / rate
    return sum(np.sin(2 * np.pi * 140 * k * t + k) / k for k in range(1, 9)) * np.sin(3 * t) ** 2 * 0.1 + r.normal(0, 1e-3, n)
write("mono.wav", voice(23456), "i2", rate=16000)
write("two.wav", np.stack([voice(30001), 0.1 * voice(30001)], 1), "i3", rate=44100)
write("float.wav", voice(9000), "f4", rate=8000)
write("loud.wav", 40 * voice(9000), "f4", rate=8000)
END

# same WAV OUTPUT LEAST: the samples of OUTPUT are those of WAV, or so near that the difference is LEAST dB lower.
same() {
    waves "$@" << 'END'
(a, kind), (b, other) = read(sys.argv[1]), read(sys.argv[2])
assert kind == other and a.shape == b.shape, (kind, other, a.shape, b.shape)
error = ((a - b) ** 2).sum()
assert error == 0 or 10 * np.log10((a ** 2).sum() / error) > float(sys.argv[3]), 10 * np.log10((a ** 2).sum() / error)
END
}

for how in "--precision single" "--precision double" "--scope none" "--lazy" "--bands per-bin --relax 0.3" \
    "--compression none --eps-rel 1e-6" "--n-fft 511 --hop 100 --window hamming --pad zero"; do
    run 0 normalize mono.wav -o mono.h5 --complex $how -f
    run 0 synth mono.h5 -o again.wav --verify -f && silent err && same_bytes mono.wav again.wav
done
run 0 normalize *.wav -o features --complex --precision double
run 0 synth -r features -o again -j 2 && same again/float.wav float.wav 120 && same again/loud.wav loud.wav 120 &&
    same_bytes again/two.wav two.wav && same_bytes again/mono.wav mono.wav
printf 'path\twho\nmono.wav\ta\n' > list.tsv
run 0 normalize --manifest list.tsv --group-by who --complex -o grouped/
run 0 synth grouped/mono.h5 -o grouped.wav && same_bytes mono.wav grouped.wav
run 0 invert features/two.h5 -o plain.h5 && run 0 synth plain.h5 -o plain.wav && same_bytes two.wav plain.wav

# ---- another type; what is clipped and what is lost is said ----

run 0 synth features/mono.h5 -o f64.wav --type f64 && waves << 'END'
(a, kind), (b, other) = read("mono.wav"), read("f64.wav")
assert (kind, other) == ("i2", "f8") and np.abs(a - b).max() < 1e-7
END
run 0 synth features/loud.h5 -o clipped.wav --type pcm16 && says err "values are beyond full scale and are clipped"
run 0 normalize mono.wav -o cut.h5 --complex --floor rel:60 && run 0 synth cut.h5 -o cut.wav && says err "raised to it"

# ---- refused ----

run 0 normalize mono.wav -o mel.h5 && refuse 3 "use --feature stft --complex" synth mel.h5 -o x.wav
run 0 normalize mono.wav -o power.h5 --feature stft && refuse 3 "has no phases" synth power.h5 -o x.wav
run 0 normalize mono.wav -o sliding.h5 --complex --scope sliding && refuse 3 "change with time" synth sliding.h5 -o x.wav
run 0 normalize mono.wav -o zeroed.h5 --complex --mask energy:-30 --masked-out zero &&
    refuse 3 "cannot be restored" synth zeroed.h5 -o x.wav
refuse 2 "their names end in .wav" synth features/mono.h5 -o x.flac
refuse 1 "" synth mono.wav -o x.wav
finish
