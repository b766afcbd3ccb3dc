# SPDX-License-Identifier: GPL-3.0-or-later
# picture: what normalization does, from a recording or from a file of features, without writing features.
PROGRAM=sci-audio
. "$SCI_SOURCE_DIR/tests/support/array.sh"

waves() {
    { echo 'from waves import *'; cat; } > program.py
    "$PYTHON" program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}

# near A B SHARE: pictures of one size of which at most SHARE of the pixels differ, by more than rounding.
# apart A B: other pictures.
cat > pixels.py << 'END'
import struct, zlib
import numpy as np

def pixels(path):
    data, at, parts = open(path, "rb").read(), 8, b""
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    while at < len(data):
        n, name = struct.unpack(">I4s", data[at:at + 8])
        if name == b"IHDR":
            w, h, depth, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
        if name == b"IDAT":
            parts += data[at + 8:at + 8 + n]
        at += 12 + n
    assert depth == 8 and colour in (2, 6)
    k = 3 if colour == 2 else 4
    raw = np.frombuffer(zlib.decompress(parts), "u1").reshape(h, 1 + k * w)
    rows, before = [], np.zeros(k * w, int)
    for line in raw:
        x, kind = line[1:].astype(int), line[0]
        if kind == 2:
            x = (x + before) % 256
        elif kind:
            left = np.zeros(k, int)
            for i in range(0, k * w, k):
                up, corner = before[i:i + k], before[i - k:i] if i else np.zeros(k, int)
                p = left + up - corner
                a, b, c = abs(p - left), abs(p - up), abs(p - corner)
                paeth = np.where((a <= b) & (a <= c), left, np.where(b <= c, up, corner))
                left = x[i:i + k] = (x[i:i + k] + {1: left, 3: (left + up) // 2, 4: paeth}[kind]) % 256
        rows.append(x)
        before = x
    return np.array(rows).reshape(h, w, k)
END
share() {
    "$PYTHON" -c 'import sys; sys.path.insert(0, "."); from pixels import *
a, b = pixels(sys.argv[1]), pixels(sys.argv[2])
print("other" if a.shape != b.shape else (abs(a - b).max(axis=2) > 8).mean())' "$1" "$2"
}
near() {
    cmp -s "$1" "$2" && return
    "$PYTHON" -c 'import sys; x = sys.argv[1]; sys.exit(x == "other" or float(x) > 0.001)' "$(share "$1" "$2")" ||
        complain "$1 and $2 are not alike"
}
apart() {
    ! cmp -s "$1" "$2" || complain "$1 and $2 are alike"
}

waves << 'END'
r = np.random.default_rng(7)
t = np.arange(48000) / 16000
x = np.sin(2 * np.pi * (300 + 600 * t) * t) * (t % 0.5) + r.normal(0, 1e-3, 48000)
write("x.wav", np.stack([x, x[::-1]], 1), "i2", rate=16000)
END
mkdir normal lazy none

# ---- the same picture by every way ----

run 0 picture x.wav -o x.png && silent out && silent err
run 0 normalize x.wav -o normal/x.h5 --picture drawn && near drawn/x.wav.png x.png
run 0 normalize x.wav -o lazy/x.h5 --lazy && run 0 normalize x.wav -o none/x.h5 --scope none
for kind in normal lazy none; do
    run 0 picture $kind/x.h5 -o $kind.png
done
near normal.png lazy.png && apart normal.png none.png
run 0 picture x.wav -o one.png --scope none && apart one.png x.png
absent x.h5

# ---- what is drawn can be chosen ----

run 0 picture x.wav -o second.png --channel-shown 2 && apart x.png second.png
run 0 picture x.wav -o bins.png --feature stft --bands 1 && apart x.png bins.png
run 0 picture x.wav -o maximum.png --feature stft --n-fft 16 --hop 4 --maximum && run 0 picture x.wav -o mean.png --feature stft --n-fft 16 --hop 4 && apart mean.png maximum.png
run 0 picture x.wav -o sliding.png --scope sliding --sliding-window 20 && apart x.png sliding.png
cp lazy/x.h5 normal/lazy.h5
run 2 picture -r normal x.wav -o all && says err "would both become"
run 0 picture -r normal -o all -j 2 && cmp all/x.png normal.png && [ -f all/lazy.png ]

# ---- refused ----

refuse 3 "no channel 3" picture x.wav -o y.png --channel-shown 3
refuse 2 "end in .png" picture x.wav -o y.jpg
refuse 2 "of several recordings" picture x.wav -o y.png --scope global
refuse 2 "exists already" picture x.wav -o x.png
finish
