# SPDX-License-Identifier: GPL-3.0-or-later
# The level of a recording is not in its features.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"

sounds << 'END'
x, _ = read(SPEECH + "/speech_16k_pcm16.wav")
for name, gain in (("one", 1.0), ("down", 2.0 ** -10), ("up", 2.0 ** 10), ("hundredth", 0.01), ("forty", 10 ** (-40 / 20))):
    write(name + ".wav", x * gain, "f4", rate=16000)
# 16 bits at -20 dB: what an ordinary quiet recording is.
write("quiet16.wav", x * 0.1, "i2", rate=16000)
END

# levels NAME OPTION...: NAME_LEVEL.h5 of every level.
levels() {
    local name=$1 level
    shift
    for level in one down up hundredth forty; do
        norm "${name}_$level" $level.wav "$@"
    done
}
levels mel
levels stft --feature stft
levels mfcc --feature mfcc
levels double --precision double
levels power --feature stft --compression none --eps-rel 1e-5
levels power_mel --compression none --eps-rel 1e-5
levels root --compression root --eps-rel 1e-6
levels default_power --compression none
levels sliding --scope sliding --sliding-window 40
levels absolute --floor abs:1e-10
norm mel_quiet16 quiet16.wav
sounds << 'END'
def move(name, level):
    return np.abs(features("%s_%s.h5" % (name, level)).astype(float) - features("%s_one.h5" % name)).max()


for name in ("mel", "stft", "mfcc", "double", "sliding"):
    for level, bound in (("down", 1e-5), ("up", 1e-5), ("hundredth", 2e-3), ("forty", 2e-3)):
        assert move(name, level) <= bound * (5 if name in ("mfcc", "sliding") else 1), (name, level, move(name, level))
assert move("double", "down") < 1e-10
for name in ("power", "power_mel", "root", "default_power"):
    for level in ("down", "up"):
        one, other = features("%s_one.h5" % name), features("%s_%s.h5" % (name, level))
        assert one.tobytes() == other.tobytes(), (name, level, np.abs(one - other).max())
    for level in ("hundredth", "forty"):
        assert move(name, level) <= 2e-3, (name, level, move(name, level))
# An absolute floor does not hold, which is why it is not the default.
assert move("absolute", "forty") > 0.5
x = features("mel_one.h5")[0]
assert x.dtype == np.float32 and x.shape == (94, 80)
for band in range(16):
    part = x[:, 5 * band:5 * band + 5].astype(float)
    assert abs(part.mean()) < 1e-6 and abs(part.std() - 1) < 1e-6
# 16 bits have nothing left 80 dB below the peak: there the quiet one is noise.
assert np.median(np.abs(features("mel_quiet16.h5") - features("mel_one.h5"))) < 0.1
END
finish
