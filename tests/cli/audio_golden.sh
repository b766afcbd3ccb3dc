# SPDX-License-Identifier: GPL-3.0-or-later
# Established tools' numbers: spectra, mel spectrograms, group norms, statistics of speakers, sliding windows, presets.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"
[ -n "$reference" ] || { echo "skipped: the reference recordings are not here"; exit 77; }

# both NAME RECORDING OPTION...: NAME_single.h5 and NAME_double.h5.
both() {
    local name=$1 recording=$2 p
    shift 2
    for p in single double; do
        norm "${name}_$p" "$reference/wav/$recording" --precision $p "$@"
    done
}

# ---- four recordings, each by itself ----

while read -r name recording n_fft hop; do
    frames="--n-fft $n_fft --hop $hop"
    stft="--feature stft $frames"
    both "$name.mag" "$recording" $stft --compression root --scope none
    both "$name.power_db" "$recording" $stft --scope none
    both "$name.mel_slaney" "$recording" $frames --compression none --scope none
    both "$name.mel_htk" "$recording" $frames --compression none --scope none --mel htk --mel-norm none
    both "$name.mel_db" "$recording" $frames --floor abs:1e-10 --scope none
    both "$name.mel_db_top80" "$recording" $frames --floor rel:80,abs:1e-10 --scope none
    both "$name.mel_group" "$recording" $frames --floor abs:1e-10
    both "$name.mfcc" "$recording" $frames --feature mfcc --floor abs:1e-10 --scope none
    both "$name.pcen" "$recording" $frames --compression pcen --scope none
    for mel in slaney htk; do
        both "$name.mgn_db_$mel" "$recording" $stft --mel $mel
        both "$name.mgn_power_$mel" "$recording" $stft --mel $mel --compression none
    done
done << 'END'
speech speech_16k_pcm16.wav 1024 256
am_48k am_48k_pcm32.wav 2048 512
chirp_stereo chirp_noise_44k1_st_pcm24.wav 1024 256
tones_8k tones_8k_ulaw.wav 512 128
END
for mel in slaney htk; do
    both speech.mgn_db_rel120_$mel speech_16k_pcm16.wav --feature stft --mel $mel --floor rel:120
done
sounds << 'END'
# (data set, our file, bound in single, bound in double, whether the bounds are shares of the largest value)
ROWS = (
    ("stft_mag", "mag", 5e-7, 1e-12, True),
    ("power_db_rel80", "power_db", 1e-2, 1e-8, False),
    ("mel_slaney_slaney", "mel_slaney", 2e-6, 1e-11, True),
    ("mel_htk_none", "mel_htk", 2e-6, 1e-11, True),
    ("mel_db_amin", "mel_db", None, 1e-8, False),
    ("mel_group_norm16_torch", "mel_group", 2e-2, 1e-9, False),
    ("librosa_mfcc20", "mfcc", 0.2, 1e-8, False),
    ("librosa_pcen", "pcen", 5e-4, 1e-11, True),
    ("mgn_db_slaney", "mgn_db_slaney", 2e-3, 1e-9, False),
    ("mgn_db_htk", "mgn_db_htk", 2e-3, 1e-9, False),
    ("mgn_db_rel120_slaney", "mgn_db_rel120_slaney", 3e-2, 1e-7, False),
    ("mgn_db_rel120_htk", "mgn_db_rel120_htk", 3e-2, 1e-7, False),
    ("mgn_power_slaney", "mgn_power_slaney", 2e-6, 1e-11, True),
    ("mgn_power_htk", "mgn_power_htk", 2e-6, 1e-11, True),
)
golden = h5py.File(REFERENCE + "/golden.h5")
seen = 0
for name in ("speech", "am_48k", "chirp_stereo", "tones_8k"):
    known = golden[name]
    for data, file, single, double, share in ROWS:
        if data not in known:
            continue
        right = known[data][()]
        rounding = 6e-8 * np.abs(right).max() if right.dtype == np.float32 else 0.0
        right = right.astype(float)
        if data.startswith("librosa"):
            right = right.transpose(0, 2, 1)   # theirs is (channel, number, frame)
        whole = np.abs(right).max() if share else 1.0
        for precision, bound in (("single", single), ("double", double)):
            if bound is None:
                # A float carries a mel power to 2e-6 of the largest, whatever the absolute floor is.
                power = 10 ** (right / 10)
                bound = 10 * np.log10(1 + 4e-6 * power.max() / power)
            got = features("%s.%s_%s.h5" % (name, file, precision))
            assert got.dtype == {"single": np.float32, "double": np.float64}[precision]
            near(got, right, bound * whole + rounding, " ".join((name, data, precision)))
            seen += 1
    # Their reference is the largest value of all channels.
    right = known["mel_db_top80_refmax"][()]
    for precision, bound in (("single", 1e-2), ("double", 1e-8 + 6e-6 * (right.dtype == np.float32))):
        got = features("%s.mel_db_%s.h5" % (name, precision))
        near(np.maximum(got - got.max(), -80), right, bound, name + " top_db")
        if len(got) == 1:
            got = features("%s.mel_db_top80_%s.h5" % (name, precision))
            near(got - got.max(), right, bound, name + " --floor rel:80,abs:1e-10")
    # Bands and their statistics.
    for mel in ("slaney", "htk"):
        for kind, precision, bound in (("db", "single", 1e-4), ("db", "double", 1e-10),
                                       ("power", "single", 1e-4), ("power", "double", 1e-10)):
            file = "%s.mgn_%s_%s_%s.h5" % (name, kind, mel, precision)
            assert np.array_equal(dataset(file, "band_label"), known["band_label_" + mel])
            near(dataset(file, "band_edges_hz"), known["band_edges_hz_" + mel], 1e-9)
            count, mean, var = moments(file)
            m, v = known["mgn_%s_%s_mean" % (kind, mel)][()].ravel(), known["mgn_%s_%s_var" % (kind, mel)][()].ravel()
            if kind == "db":
                assert np.array_equal(count, known["mgn_db_%s_count" % mel][()].ravel())
                near(mean, m, bound, file)
            else:
                near(mean / m, np.ones_like(m), bound, file)
            near(var / v, np.ones_like(v), bound, file)
assert seen == 4 * 2 * 10 + 2 * 4, seen
END

# ---- bands of other rates, transforms and limits ----

sounds << 'END'
golden = h5py.File(REFERENCE + "/golden.h5")["bandmaps"]
for name in golden:
    rate, n_fft, bands, fmin, fmax, mel = name.split("_")
    write("map.wav", np.random.default_rng(1).normal(0, 0.1, 3000), rate=int(rate))
    subprocess.run(["sci-audio", "normalize", "map.wav", "-fqo", "map.h5", "--feature", "stft", "--n-fft", n_fft, "--bands",
                    bands, "--fmin", fmin, "--fmax", fmax, "--mel", mel], check=True)
    assert np.array_equal(dataset("map.h5", "band_label"), golden[name][()]), name
    near(dataset("map.h5", "band_edges_hz"), golden[name].attrs["edges_hz"], 1e-9, name)
    got = attributes("map.h5")
    assert got["bands_kept"] == golden[name].attrs["kept"] and got["bands_requested"] == int(bands), name
    outside = golden[name][()] < 0
    assert not features("map.h5")[0, :, outside].any(), name
assert len(golden) >= 10
END

# ---- masks, sliding windows, edges, presets ----

both masked speech_padded_16k_pcm16.wav --feature stft --mask energy:-60
for left in center left; do
    both sliding_$left speech_16k_pcm16.wav --floor abs:1e-10 --bands per-bin --scope sliding --sliding-window 30 \
        $([ $left = left ] && echo --left --sliding-least 10) --eps 0
done
for edge in dc impulse silence len1 len100 len511 len512 len513 len1024; do
    recording=$(basename "$reference"/wav/${edge}_16k_*.wav)
    both edge_$edge "$recording" --feature stft
    both edge_mag_$edge "$recording" --feature stft --compression root --scope none
done
both kaldi speech_16k_pcm16.wav --preset kaldi --scope none
both librosa speech_16k_pcm16.wav --preset librosa --n-fft 1024 --hop 256 --n-mels 80 --pad reflect --scope none
both librosa_mfcc speech_16k_pcm16.wav --preset librosa --n-fft 1024 --hop 256 --n-mels 80 --pad reflect --scope none \
    --feature mfcc --floor abs:1e-10
sounds << 'END'
golden = h5py.File(REFERENCE + "/golden.h5")
for precision, bound, tight in (("single", 2e-3, 1e-4), ("double", 1e-9, 1e-10)):
    file = "masked_%s.h5" % precision
    known = golden["masked"]
    near(features(file), known["mgn_db_slaney"][()], bound + 1e-6, file)
    count, mean, var = moments(file)
    assert np.array_equal(count, known["count"][()].ravel())
    near(mean, known["mean"][()].ravel(), tight)
    near(var / known["var"][()].ravel(), np.ones(16), tight)

    for side in ("center", "left"):
        near(features("sliding_%s_%s.h5" % (side, precision))[0], golden["speech/sliding_cmvn_" + side][()],
             {"single": 2e-3, "double": 1e-8}[precision], side)

    for name, known in golden["edge"].items():
        right = known["mgn_db_slaney"][()].astype(float)
        file = "edge_%s_%s.h5" % (name, precision)
        near(features(file), right, bound + 6e-8 * np.abs(right).max(), file)
        right = known["stft_mag"][()].astype(float)
        near(features("edge_mag_%s_%s.h5" % (name, precision)), right, (5e-7 + 6e-8) * max(np.abs(right).max(), 1e-30), name)
        count, mean, var = moments(file)
        near(mean, known["mean"][()].ravel(), tight * 10, file)
        near(var, known["var"][()].ravel(), tight * np.maximum(known["var"][()].max(), 1), file)
    assert not features("edge_silence_%s.h5" % precision).any()

    # Its own float32 arithmetic is up to 2.6e-3 from the right answer in the weakest bins.
    theirs = golden["speech/kaldi_fbank80_torchaudio_f32"][()]
    ours = features("kaldi_%s.h5" % precision)[0]
    near(ours, theirs, {"single": 8e-3, "double": 4e-3}[precision], "kaldi")
    assert np.median(np.abs(ours - theirs)) < 1e-5
    got = features("librosa_%s.h5" % precision)
    near(got - got.max(), golden["speech/mel_db_top80_refmax"][()], {"single": 1e-2, "double": 1e-8}[precision], "librosa")
    near(features("librosa_mfcc_%s.h5" % precision).transpose(0, 2, 1), golden["speech/librosa_mfcc20"][()],
         {"single": 1e-2, "double": 1e-8}[precision], "librosa_mfcc")
END

# ---- statistics of files, speakers and all ----

pooled="-q --feature stft --floor abs:1e-10 --precision double"
cp "$reference/manifest.tsv" . && ln -s "$reference/wav" wav
run 0 fit $pooled --manifest manifest.tsv --group-by speaker -o speakers.h5
run 0 fit $pooled --manifest manifest.tsv -o global.h5
for name in spkA_1 spkA_2 spkB_1 spkB_2; do
    run 0 fit $pooled wav/${name}_16k_pcm16.wav -o $name.h5
done
run 0 merge spkB_2.h5 spkA_1.h5 spkB_1.h5 spkA_2.h5 -o merged.h5
run 0 merge spkA_2.h5 spkA_1.h5 -o merged_A.h5
sounds << 'END'
golden = h5py.File(REFERENCE + "/golden.h5")["pooled"]


def same(got, known, what):
    count, mean, var = got
    assert np.array_equal(count, known["count"]), what
    near(mean / known["mean"], np.ones(16), 1e-12, what + " mean")
    near(var / known["var"], np.ones(16), 1e-12, what + " variance")


for file, known in golden["file"].items():
    same(moments(file[:6] + ".h5"), known, file)
same(moments("global.h5"), golden["global"], "global")
same(moments("merged.h5"), golden["global"], "merged")
same(moments("merged_A.h5"), golden["speaker/A"], "merged A")
speakers = groups("speakers.h5")
for speaker in "AB":
    mine = [g for name, g in speakers.items() if speaker in name.split("band")[0]]
    assert len(mine) == 16, list(speakers)
    same([np.array([g[key] for g in mine]) for key in ("count", "mean", "variance")], golden["speaker/" + speaker], speaker)
END
finish
