# SPDX-License-Identifier: GPL-3.0-or-later
# The presets are the numbers of their tools: torchaudio's where it is installed, librosa's and Whisper's by their formulas in
# numpy.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"

recording=$speech/speech_16k_pcm16.wav
for preset in librosa torchaudio kaldi whisper; do
    norm $preset "$recording" --preset $preset --scope none --precision double
    norm single_$preset "$recording" --preset $preset --scope none
done

sounds << 'END'
x = read(SPEECH + "/speech_16k_pcm16.wav")[0][:, 0]


def power(x, n_fft, hop, mode):
    x = np.pad(x, n_fft // 2, mode=mode)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    frames = np.array([x[k:k + n_fft] * window for k in range(0, len(x) - n_fft + 1, hop)])
    return np.abs(np.fft.rfft(frames)) ** 2


def slaney(n_fft, n_mels, rate=16000.0):
    def hz(m):
        return np.where(m < 15, m * 200 / 3, 1000 * np.exp((m - 15) * np.log(6.4) / 27))

    edges = hz(np.linspace(0, 15 + 27 * np.log(rate / 2000) / np.log(6.4), n_mels + 2))
    f = np.arange(n_fft // 2 + 1) * rate / n_fft
    up = (f - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - f) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(up, down)) * 2 / (edges[2:] - edges[:-2])[:, None]


# librosa.power_to_db(librosa.feature.melspectrogram(y=x, sr=16000))
mel = power(x, 2048, 512, "constant") @ slaney(2048, 128).T
db = 10 * np.log10(np.maximum(mel, 1e-10))
right = {"librosa": np.maximum(db, db.max() - 80)}
# whisper.log_mel_spectrogram
mel = power(x, 400, 160, "reflect")[:-1] @ slaney(400, 80).T
log = np.log10(np.maximum(mel, 1e-10))
right["whisper"] = (np.maximum(log, log.max() - 8) + 4) / 4
for name, bound in (("librosa", 1e-2), ("whisper", 1e-3)):
    near(features(name + ".h5")[0], right[name], 1e-9, name)
    near(features("single_%s.h5" % name)[0], right[name], bound, name)

try:
    import torch
    import torchaudio
except ImportError:
    print("torchaudio is not here: its presets are not compared with it")
    raise SystemExit

samples = torch.from_numpy(x)
mel = torchaudio.transforms.MelSpectrogram(16000).double()(samples)
db = torchaudio.transforms.AmplitudeToDB().double()(mel).numpy().T
near(features("torchaudio.h5")[0], db, 1e-2, "torchaudio")   # its filters are of float32
assert np.median(np.abs(features("torchaudio.h5")[0] - db)) < 1e-4
fbank = torchaudio.compliance.kaldi.fbank(samples[None].float() * 32768, num_mel_bins=80, dither=0).numpy()
near(features("kaldi.h5")[0], fbank, 4e-3, "kaldi")
END
finish
