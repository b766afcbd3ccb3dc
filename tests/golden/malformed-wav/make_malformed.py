#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes *.wav beside itself (tiny broken or unusual files) from struct.pack only."""
import os, struct, numpy as np
D = os.path.dirname(os.path.abspath(__file__))
pcm = (np.sin(np.arange(800) * 0.2) * 8000).astype("<i2").tobytes()   # 800 frames mono
def fmt(tag=1, ch=1, sr=16000, bits=16, ba=None, br=None, ext=b""):
    ba = ch * bits // 8 if ba is None else ba
    return struct.pack("<HHIIHH", tag, ch, sr, (sr * ba if br is None else br) & 0xFFFFFFFF, ba, bits) + ext
def ck(i, b, n=None): return i + struct.pack("<I", len(b) if n is None else n) + b + (b"\0" if len(b) & 1 else b"")
def riff(*c, n=None, i=b"RIFF", form=b"WAVE"):
    b = form + b"".join(c); return i + struct.pack("<I", len(b) if n is None else n) + b
def put(name, b): open(os.path.join(D, name), "wb").write(b)
good = riff(ck(b"fmt ", fmt()), ck(b"data", pcm))
put("ok_plain.wav", good)
put("ok_list_before_data.wav", riff(ck(b"fmt ", fmt()), ck(b"LIST", b"INFOINAM\x06\0\0\0hello\0"), ck(b"data", pcm)))
put("ok_odd_chunk_padded.wav", riff(ck(b"fmt ", fmt()), ck(b"junk", b"abc"), ck(b"data", pcm)))
put("ok_extensible.wav", riff(ck(b"fmt ", fmt(0xFFFE, ext=struct.pack("<HHI", 22, 16, 4) + struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71"))), ck(b"data", pcm)))
put("ok_trailing_junk.wav", good + b"\xde\xad\xbe\xef" * 8)
put("empty_file.wav", b"")
put("only_riff.wav", b"RIFF\x24\0\0\0WAVE")
put("garbage.wav", bytes(np.random.default_rng(1).integers(0, 256, 600, dtype=np.uint8)))
put("text.wav", b"this is not a sound file\n" * 10)
put("no_fmt.wav", riff(ck(b"data", pcm)))
put("no_data.wav", riff(ck(b"fmt ", fmt())))
put("data_before_fmt.wav", riff(ck(b"data", pcm), ck(b"fmt ", fmt())))
put("zero_length_data.wav", riff(ck(b"fmt ", fmt()), ck(b"data", b"")))
put("truncated_data.wav", good[:-701])                       # ends inside a sample
put("truncated_header.wav", good[:30])
put("data_size_too_big.wav", riff(ck(b"fmt ", fmt()), ck(b"data", pcm, n=1_000_000)))
put("data_size_ffffffff.wav", riff(ck(b"fmt ", fmt()), ck(b"data", pcm, n=0xFFFFFFFF), n=0xFFFFFFFF))   # streamed
put("data_size_zero_stream.wav", riff(ck(b"fmt ", fmt()), ck(b"data", pcm, n=0), n=0))                  # streamed
put("riff_size_zero.wav", riff(ck(b"fmt ", fmt()), ck(b"data", pcm), n=0))
put("riff_size_huge.wav", riff(ck(b"fmt ", fmt()), ck(b"data", pcm), n=0x7FFFFFFF))
put("chunk_size_overflow.wav", riff(ck(b"fmt ", fmt()), ck(b"JUNK", b"xxxx", n=0xFFFFFFF0), ck(b"data", pcm)))
put("zero_channels.wav", riff(ck(b"fmt ", fmt(ch=0, ba=2)), ck(b"data", pcm)))
put("many_channels_65535.wav", riff(ck(b"fmt ", fmt(ch=65535, ba=65534)), ck(b"data", pcm)))
put("rate_zero.wav", riff(ck(b"fmt ", fmt(sr=0)), ck(b"data", pcm)))
put("rate_1hz.wav", riff(ck(b"fmt ", fmt(sr=1)), ck(b"data", pcm)))
put("rate_4e9.wav", riff(ck(b"fmt ", fmt(sr=0xFFFFFFFF)), ck(b"data", pcm)))
put("bits_zero.wav", riff(ck(b"fmt ", fmt(bits=0, ba=2)), ck(b"data", pcm)))
put("bits_13.wav", riff(ck(b"fmt ", fmt(bits=13, ba=2)), ck(b"data", pcm)))
put("block_align_wrong.wav", riff(ck(b"fmt ", fmt(ba=3)), ck(b"data", pcm)))
put("unknown_codec.wav", riff(ck(b"fmt ", fmt(tag=0x1234)), ck(b"data", pcm)))
put("mp3_in_wav.wav", riff(ck(b"fmt ", fmt(tag=0x55)), ck(b"data", pcm)))
f = np.sin(np.arange(800) * 0.2).astype("<f4")
g = f.copy(); g[[3, 400]] = np.nan; g[500] = np.inf; g[501] = -np.inf
put("float_nan_inf.wav", riff(ck(b"fmt ", fmt(3, bits=32)), ck(b"data", g.tobytes())))
g = f.copy(); g[7] = 3e38
put("float_huge_3e38.wav", riff(ck(b"fmt ", fmt(3, bits=32)), ck(b"data", g.tobytes())))
put("float_denormal.wav", riff(ck(b"fmt ", fmt(3, bits=32)), ck(b"data", (f * np.float32(1e-40)).tobytes())))
put("float_over_1.wav", riff(ck(b"fmt ", fmt(3, bits=32)), ck(b"data", (f * 4).tobytes())))   # legal: do not clip
# other containers
be = (np.sin(np.arange(800) * 0.2) * 8000).astype(">i2").tobytes()
bck = lambda i, b: i + struct.pack(">I", len(b)) + b
body = b"WAVE" + bck(b"fmt ", struct.pack(">HHIIHH", 1, 1, 16000, 32000, 2, 16)) + bck(b"data", be)
put("ok_rifx_bigendian.wav", b"RIFX" + struct.pack(">I", len(body)) + body)
ds = struct.pack("<QQQI", 4 + 36 + 24 + 8 + len(pcm), len(pcm), 800, 0)   # RIFF size, data size, frames
body = b"WAVE" + ck(b"ds64", ds) + ck(b"fmt ", fmt()) + ck(b"data", pcm, n=0xFFFFFFFF)
put("ok_rf64.wav", b"RF64" + b"\xff" * 4 + body)
body = b"WAVE" + ck(b"ds64", struct.pack("<QQQI", 0, 1 << 62, 1 << 61, 0)) + ck(b"fmt ", fmt()) + ck(b"data", pcm, n=0xFFFFFFFF)
put("rf64_lying_ds64.wav", b"RF64" + b"\xff" * 4 + body)
W64 = lambda a: a + bytes.fromhex("f3acd3118cd100c04f8edb8a")
def wck(a, b):
    p = (-len(b)) % 8; return W64(a) + struct.pack("<Q", 24 + len(b)) + b + b"\0" * p
body = W64(b"wave") + wck(b"fmt ", fmt()) + wck(b"data", pcm)
riffg = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
put("ok_w64.wav", riffg + struct.pack("<Q", 24 + len(body)) + body)
