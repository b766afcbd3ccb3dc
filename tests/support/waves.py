# SPDX-License-Identifier: GPL-3.0-or-later
"""WAV files for the tests of sci-audio, written and read without any of its libraries."""
import json
import struct
import sys

import numpy as np

RATE = 48000


def steps(*levels, hz=1000.0, rate=RATE):
    """A sine in steps of (dBFS, seconds)."""
    gain = np.concatenate([np.full(int(round(s * rate)), 10 ** (db / 20)) for db, s in levels])
    return gain * np.sin(2 * np.pi * hz / rate * np.arange(len(gain)))


def write(path, x, kind="i2", rate=RATE, channels=1):
    """x: samples, the same in every channel, or (samples, channels)."""
    x = np.repeat(np.asarray(x)[:, None], channels, axis=1) if np.ndim(x) == 1 else np.asarray(x)
    if kind[0] == "f":
        data, tag, size = x.astype("<" + kind).tobytes(), 3, int(kind[1:])
    else:
        size = int(kind[1:])
        q = np.clip(np.rint(x * 2.0 ** (8 * size - 1)), -2.0 ** (8 * size - 1), 2.0 ** (8 * size - 1) - 1)
        tag = 1
        data = q.astype("<i8").reshape(-1, 1).view("u1").reshape(-1, 8)[:, :size].tobytes()
    frame = size * x.shape[1]
    fmt = struct.pack("<HHIIHH", tag, x.shape[1], rate, rate * frame, frame, 8 * size)
    data += b"\0" * (len(data) % 2)
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", frame * len(x)) + data
    with open(path, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", len(body)) + body)


def read(path):
    """(samples, channels) as float64, and the kind."""
    with open(path, "rb") as f:
        whole = f.read()
    assert whole[:4] == b"RIFF" and whole[8:12] == b"WAVE", path
    at, kind = 12, None
    while at < len(whole):
        name, n = whole[at:at + 4], struct.unpack("<I", whole[at + 4:at + 8])[0]
        chunk = whole[at + 8:at + 8 + n]
        if name == b"fmt ":
            tag, channels, rate, _, frame, bits = struct.unpack("<HHIIHH", chunk[:16])
            kind = "%s%d" % ("f" if tag == 3 else "i", bits // 8)
        elif name == b"data":
            if kind[0] == "f":
                x = np.frombuffer(chunk, "<" + kind).astype("f8")
            else:
                size = bits // 8
                raw = np.frombuffer(chunk, "u1").reshape(-1, size)
                wide = np.zeros((len(raw), 8), "u1")
                wide[:, 8 - size:] = raw
                x = wide.reshape(-1).view("<i8") / 2.0 ** 63
            return x.reshape(-1, channels), kind
        at += 8 + n + n % 2
    raise AssertionError(path + " has no samples")


def out():
    with open("out") as f:
        return json.load(f)
