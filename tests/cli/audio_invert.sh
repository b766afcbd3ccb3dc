# SPDX-License-Identifier: GPL-3.0-or-later
# invert undoes normalize; features written as they are and normalized later are those of normalize.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"

cp "$speech/speech_16k_pcm16.wav" "$speech/spkA_1_16k_pcm16.wav" .
sounds << 'END'
r = np.random.default_rng(3)
write("stereo.wav", np.stack([r.normal(0, 0.2, 30000), np.sin(np.arange(30000) / 9) * 0.5], axis=1), "f4", rate=16000)
END

# ---- there and back ----

k=0
while read -r options; do
    plain=$(sed 's/--\(relax\|eps-rel\) [^ ]*//' <<< "$options") # which are of a normalization
    for input in speech_16k_pcm16 stereo; do
        k=$((k + 1))
        norm plain$k $input.wav $plain --scope none
        norm normal$k $input.wav $options
        run 0 invert normal$k.h5 -q -o back$k.h5
        norm lazy$k $input.wav $options --lazy
        run 0 apply lazy$k.h5 -q -o applied$k.h5
        run 0 apply back$k.h5 -q -o again$k.h5
    done
done << 'END'
--feature mel
--feature stft
--feature mfcc
--feature stft --compression none
--compression root --bands per-bin
--compression ln --bands 1
--relax 0.3
--precision double
--eps-rel 1e-3 --compression none
--mask energy:-40
--mono --rate 8000
--feature stft --band-edges 0,300,3400,8000
END
sounds $k << 'END'
import sys

n = int(sys.argv[1])
assert n == 24
for k in range(1, n + 1):
    plain, normal, back = (features("%s%d.h5" % (name, k)) for name in ("plain", "normal", "back"))
    lazy, applied = features("lazy%d.h5" % k), features("applied%d.h5" % k)
    at = attributes("normal%d.h5" % k)
    assert plain.dtype == back.dtype == normal.dtype and at["normalized"] == 1 and attributes("back%d.h5" % k)["normalized"] == 0
    assert np.array_equal(plain, lazy), k
    assert normal.tobytes() == applied.tobytes(), k
    x, y = plain.astype(float), normal.astype(float)
    # ENGINE's bound, with each band's own mean and spread.
    label = dataset("normal%d.h5" % k, "band_label")
    _, mean, variance = moments("normal%d.h5" % k)
    mean, variance = mean.reshape(len(x), -1), variance.reshape(len(x), -1)
    inside = label >= 0
    m = mean[:, label[inside]][:, None, :]
    sd = np.sqrt(variance[:, label[inside]][:, None, :] + (1e-5 if at["eps"] else 0))
    u, v = (2.0 ** -23, 2.0 ** -24) if normal.dtype == np.float32 else (2.0 ** -52, 2.0 ** -53)
    spread = np.abs(y[:, :, inside] * sd)
    if at["relax"] or at["eps_rel"]:
        # The slope is another one; its largest is that of all bands together.
        spread = np.maximum(spread, np.abs(x[:, :, inside] - m)) * 2
    bound = u * np.maximum(np.abs(x[:, :, inside]), np.abs(x[:, :, inside] - m)) + v * spread
    off = np.abs(back.astype(float)[:, :, inside] - x[:, :, inside])
    assert (off <= bound).all(), (k, (off - bound).max(), (off / bound).max())
    # What lies in no band comes back as 0, which it became.
    assert not back[:, :, ~inside].any() or np.array_equal(back[:, :, ~inside], plain[:, :, ~inside]), k
    near(features("again%d.h5" % k), normal, 2e-5, "again %d" % k)
END

# ---- what relax does ----

norm bands speech_16k_pcm16.wav --precision double
norm layer speech_16k_pcm16.wav --precision double --bands 1
norm relaxed speech_16k_pcm16.wav --precision double --relax 0.25
norm all speech_16k_pcm16.wav --precision double --relax 1
sounds << 'END'
bands, layer = features("bands.h5"), features("layer.h5")
near(features("relaxed.h5"), 0.75 * bands + 0.25 * layer, 1e-12)
near(features("all.h5"), layer, 1e-12)
assert np.abs(bands - layer).max() > 0.5
END

# ---- halves ----

norm half speech_16k_pcm16.wav --dtype f16
norm float speech_16k_pcm16.wav
run 0 invert half.h5 -q -o half_back.h5
sounds << 'END'
half = features("half.h5")
assert half.dtype == np.float16
assert np.array_equal(half, features("float.h5").astype(np.float16))
END

# ---- batches of files of features ----

run 0 normalize speech_16k_pcm16.wav spkA_1_16k_pcm16.wav stereo.wav --lazy -q -o lazy
run 0 normalize speech_16k_pcm16.wav spkA_1_16k_pcm16.wav stereo.wav -q -o normal
run 0 apply -r lazy -q -o applied && run 0 invert -r normal -q -o inverted
sounds << 'END'
for name in ("speech_16k_pcm16", "spkA_1_16k_pcm16", "stereo"):
    assert features("applied/%s.h5" % name).tobytes() == features("normal/%s.h5" % name).tobytes()
    near(features("inverted/%s.h5" % name), features("lazy/%s.h5" % name), 1e-4)
END

# ---- what cannot be undone ----

norm zeroed speech_16k_pcm16.wav --mask energy:-40 --masked-out zero
run 3 invert zeroed.h5 -o x.h5
norm running speech_16k_pcm16.wav --scope running
run 3 invert running.h5 -o x.h5
norm none speech_16k_pcm16.wav --scope none
run 3 invert none.h5 -o x.h5
run 3 apply normal1.h5 -o x.h5
absent x.h5
finish
