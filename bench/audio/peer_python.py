#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mel-band group norm the way it is written in Python, to HDF5.

    peer_python.py torchaudio IN.wav OUT.h5     a whole process: MelSpectrogram, log, group_norm
    peer_python.py scipy IN.wav OUT.h5          the same with scipy's STFT and numpy
    peer_python.py folder DIR OUT               torchaudio over every WAV file of a folder, one HDF5 each
    peer_python.py serve IN.wav                 answers "mel" with the CPU seconds of the computation alone
    peer_python.py --probe NAME                 exit code 1 if the packages are not there
"""
import os
import sys
import time

N_FFT, HOP, MELS, GROUPS = 1024, 256, 80, 16


def write(path, features):
    import h5py

    with h5py.File(path, "w") as f:
        f.create_dataset("features", data=features)


def read(path):
    """Samples as float32 in [-1, 1)."""
    import numpy as np
    import wave

    with wave.open(path) as w:
        return np.frombuffer(w.readframes(w.getnframes()), "<i2").astype("f4") / 32768, w.getframerate()


def torch_mel(rate):
    import torch
    import torchaudio

    torch.set_num_threads(1)
    mel = torchaudio.transforms.MelSpectrogram(rate, n_fft=N_FFT, hop_length=HOP, n_mels=MELS)

    def features(samples):
        with torch.no_grad():
            x = mel(torch.from_numpy(samples.copy()))
            x = 10.0 * torch.log10(torch.clamp(x, min=1e-8 * float(x.max())))
            return torch.nn.functional.group_norm(x[None], GROUPS, eps=1e-5)[0]

    return features


def torchaudio(source, target):
    samples, rate = read(source)
    write(target, torch_mel(rate)(samples).numpy().T)


def scipy(source, target):
    import numpy as np
    import scipy.signal
    samples, rate = read(source)
    _, _, z = scipy.signal.stft(samples, rate, nperseg=N_FFT, noverlap=N_FFT - HOP, padded=False)
    power = (z.real ** 2 + z.imag ** 2) * (N_FFT / 2) ** 2
    points = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), MELS + 2) / 2595) - 1)
    bins = np.arange(N_FFT // 2 + 1) * rate / N_FFT
    up = (bins - points[:-2, None]) / (points[1:-1] - points[:-2])[:, None]
    down = (points[2:, None] - bins) / (points[2:] - points[1:-1])[:, None]
    mel = np.maximum(0, np.minimum(up, down)).astype("f4") @ power.astype("f4")
    x = 10 * np.log10(np.maximum(mel, 1e-8 * mel.max()))
    g = x.reshape(GROUPS, -1)
    g = (g - g.mean(axis=1, keepdims=True)) / np.sqrt(g.var(axis=1, keepdims=True) + 1e-5)
    write(target, g.reshape(x.shape).T)


def folder(source, target):
    os.makedirs(target, exist_ok=True)
    features = None
    for name in sorted(os.listdir(source)):
        samples, rate = read(os.path.join(source, name))
        features = features or torch_mel(rate)
        write(os.path.join(target, name + ".h5"), features(samples).numpy().T)


def serve(source):
    samples, rate = read(source)
    features = torch_mel(rate)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        features(samples)
        print(time.process_time() - start, flush=True)


def main():
    if sys.argv[1] == "--probe":
        try:
            import h5py
            __import__(sys.argv[2])
        except ImportError:
            sys.exit(1)
    else:
        globals()[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
