# SPDX-License-Identifier: GPL-3.0-or-later
# The same bytes whatever the workers, the memory and the order; statistics of parts are those of the whole.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"

mkdir in
cp "$speech"/spk*.wav in
sounds << 'END'
r = np.random.default_rng(2)
# 40 s of two channels: more than the smallest budget holds.
x = r.normal(0, 0.1, (40 * 16000, 2)) * (1 + np.sin(np.arange(40 * 16000) / 50000))[:, None]
write("in/long.wav", x, rate=16000)
with open("list.tsv", "w") as f:
    f.write("path\tspeaker\n")
    for name in ("spkA_1_16k_pcm16", "spkB_1_16k_pcm16", "spkA_2_16k_pcm16", "spkB_2_16k_pcm16"):
        f.write("in/%s.wav\t%s\n" % (name, name[3]))
END

# ---- workers and memory ----

# alike NAME CALL...: every number of workers and budget gives the bytes of one worker. The output goes after -o.
alike() {
    local name=$1 setting file
    shift
    run 0 normalize "$@" -q --no-sync --jobs 1 -o "$name"
    for setting in "--jobs 2" "--jobs 8" "--memory 24MiB" "--memory 64MiB --jobs 2" "--threads 1"; do
        rm -rf other
        # shellcheck disable=SC2086
        run 0 normalize "$@" -q --no-sync $setting -o other
        diff -r -x .sci-audio.done "$name" other > differences || complain "normalize $* $setting: $(head -n 2 differences)"
    done
}

alike file -r in
alike stft -r in --feature stft --dtype f16 --relax 0.2 --mask energy:-40
alike group --manifest list.tsv --group-by speaker --scope group
alike global -r in --scope global --channel 1
alike sliding -r in --scope sliding --sliding-window 50
alike running -r in --scope running
alike power -r in --compression none --feature stft --eps-rel 1e-5

# ---- order ----

parts=(in/spkA_1_16k_pcm16.wav in/spkA_2_16k_pcm16.wav in/spkB_1_16k_pcm16.wav in/spkB_2_16k_pcm16.wav)
run 0 fit "${parts[@]}" -q -o whole.h5
run 0 fit "${parts[3]}" "${parts[1]}" "${parts[0]}" "${parts[2]}" -q -o turned.h5
run 0 fit "${parts[@]}" -q -j 4 --memory 8MiB -o workers.h5
same_bytes whole.h5 turned.h5
same_bytes whole.h5 workers.h5
for k in 0 1 2 3; do
    run 0 fit "${parts[k]}" -q -o part$k.h5
done
run 0 merge part0.h5 part1.h5 part2.h5 part3.h5 -o merged.h5
run 0 merge part2.h5 part0.h5 part3.h5 part1.h5 -o merged_turned.h5
run 0 merge part2.h5 part0.h5 -o half1.h5
run 0 merge part3.h5 part1.h5 -o half2.h5
run 0 merge half2.h5 half1.h5 -o halves.h5
same_bytes merged.h5 merged_turned.h5
run 0 fit --manifest list.tsv --group-by speaker -q -o speakers.h5
{ head -n 1 list.tsv; tail -n +2 list.tsv | tac; } > turned.tsv
run 0 fit --manifest turned.tsv --group-by speaker -q -o speakers_turned.h5
same_bytes speakers.h5 speakers_turned.h5
sounds << 'END'
count, mean, variance = moments("whole.h5")
assert count.sum() == 80 * sum(features("file/%s_16k_pcm16.h5" % n).shape[1] for n in ("spkA_1", "spkA_2", "spkB_1", "spkB_2"))
for name in ("merged", "halves"):
    c, m, v = moments(name + ".h5")
    assert np.array_equal(c, count)
    near(m / mean, np.ones_like(m), 1e-12, name)
    near(v / variance, np.ones_like(v), 1e-12, name)
END

# What global statistics normalize is the same as fit and then apply; so is a group.
run 0 normalize "${parts[@]}" --scope global -q --no-sync -o global4
run 0 apply "${parts[@]}" --stats whole.h5 -q --no-sync -o applied
run 0 normalize --manifest list.tsv --group-by speaker -q --no-sync -o group4
run 0 apply --manifest list.tsv --group-by speaker --stats speakers.h5 -q --no-sync -o group_applied
sounds << 'END'
for name in ("spkA_1", "spkA_2", "spkB_1", "spkB_2"):
    for a, b in (("global4", "applied"), ("group4", "group_applied")):
        a, b = (features("%s/%s_16k_pcm16.h5" % (folder, name)) for folder in (a, b))
        assert a.tobytes() == b.tobytes(), name
END

# ---- what does not go together ----

while read -r parameter values options; do
    run 0 fit "${parts[0]}" $options -q -f -o other.h5
    run 3 merge part1.h5 other.h5 -o no.h5 && says err "parameter $parameter is $(sed 's/|.*//' <<< "$values") in" \
        && says err "and $(sed 's/.*|//' <<< "$values") in"
    absent no.h5
done << 'END'
n_fft 1024|512 --n-fft 512
hop_length 256|128 --hop 128
window hann|hamming --window hamming
pad reflect|zero --pad zero
n_mels 80|40 --n-mels 40
mel_scale slaney|htk --mel htk
mel_norm slaney|none --mel-norm none
fmin_hz 0|50 --fmin 50
floor_db 80|60 --floor rel:60
compression db|ln --compression ln
bands 16|8 --bands 8
precision single|double --precision double
feature mel|stft --feature stft
rate_hz 16000|8000 --rate 8000
mono no|yes --mono
ddof 0|1 --ddof 1
END
sounds << 'END'
write("in/rate8k.wav", np.random.default_rng(1).normal(0, 0.1, 9000), rate=8000)
END
run 3 fit in/rate8k.wav "${parts[0]}" -o no.h5 && says err "parameter rate_hz is"
run 0 fit in/rate8k.wav "${parts[0]}" --rate 16000 -q -o resampled.h5
run 3 apply in/rate8k.wav --stats whole.h5 -o no.h5 && says err "16000"
run 0 apply in/rate8k.wav --stats whole.h5 --rate 16000 -q -o applied8k.h5
run 3 normalize in/rate8k.wav "${parts[0]}" --preset whisper -q -o whisper && says err "--rate 16000 resamples them"
absent no.h5

# ---- ten minutes in little memory ----

sounds << 'END'
x = np.random.default_rng(5).normal(0, 0.05, 600 * 16000)
x *= np.repeat(np.random.default_rng(6).uniform(0.1, 3, 600), 16000)
write("ten.wav", x, rate=16000)
END
for scope in file global sliding; do
    limited 120 64 "$PROGRAM" normalize ten.wav --scope $scope -q --no-sync -fo ten_$scope.h5 \
        || complain "ten minutes, --scope $scope: $?"
done
sounds << 'END'
a, b = features("ten_file.h5"), features("ten_global.h5")
assert a.shape == (1, 37501, 80) and np.array_equal(a, b)
END
finish
