# SPDX-License-Identifier: GPL-3.0-or-later
# Ten hours at 16 kHz in at most 128 MiB, whatever the scope.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"
export TMPDIR=$PWD

sounds << 'END'
import struct

RATE16, HOURS = 16000, 10
n = HOURS * 3600 * RATE16
with open("ten_hours.wav", "wb") as f:
    f.write(b"RIFF" + struct.pack("<I", 36 + 2 * n) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, RATE16, 2 * RATE16, 2, 16))
    f.write(b"data" + struct.pack("<I", 2 * n))
    noise = np.random.default_rng(1).normal(0, 3000, 60 * RATE16)
    for minute in range(HOURS * 60):
        level = 0.05 + abs(np.sin(minute / 40))
        f.write(np.clip(np.roll(noise, 977 * minute) * level, -32768, 32767).astype("<i2").tobytes())
END
frames=$((10 * 3600 * 16000 / 256 + 1))
for options in "--scope file" "--scope global" "--scope sliding" "--scope running" "--scope file --feature stft --dtype f16"; do
    # shellcheck disable=SC2086
    limited 600 128 "$PROGRAM" normalize ten_hours.wav $options -q --no-sync -fo out.h5 || complain "$options: $?"
    sounds $frames << 'END'
import sys

with h5py.File("out.h5") as f:
    x = f["features"]
    assert x.shape[:2] == (1, int(sys.argv[1]))
    for at in (0, x.shape[1] // 2, x.shape[1] - 100):
        part = x[0, at:at + 100]
        assert np.isfinite(part).all() and part.any()
END
    rm -f out.h5
done
limited 600 128 "$PROGRAM" fit ten_hours.wav -q -o stats.h5 || complain "fit: $?"
finish
