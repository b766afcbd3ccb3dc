# SPDX-License-Identifier: GPL-3.0-or-later
# Recordings with random damage are read or refused, in time and in memory: no crash, no output of what was refused.
. "$SCI_SOURCE_DIR/tests/support/audio.sh"
: "${MUTANTS:=120}"
seed=${LIBSCI_TEST_SEED:-20240229}
echo "LIBSCI_TEST_SEED=$seed"

mkdir seeds mutants
sounds << 'END'
r = np.random.default_rng(4)
x = r.normal(0, 0.1, (700, 2))
for kind in ("i1", "i2", "i3", "i4", "f4", "f8"):
    write("seeds/%s.wav" % kind, x, kind, rate=16000)
END
cp "$SCI_SOURCE_DIR"/tests/golden/malformed-wav/ok_{extensible,rf64,w64,list_before_data,rifx_bigendian}.wav seeds
head -c 6000 "$SCI_SOURCE_DIR/tests/golden/audio/speech_16k_pcm16.flac" > seeds/x.flac
sounds "$seed" "$MUTANTS" << 'END'
import sys

seed, n = int(sys.argv[1]), int(sys.argv[2])
r = np.random.default_rng(seed)
seeds = sorted(os.listdir("seeds"))
ODD = (0, 1, 0x7f, 0x80, 0xff)
for k in range(n):
    name = seeds[k % len(seeds)]
    with open("seeds/" + name, "rb") as f:
        data = bytearray(f.read())
    head = min(len(data), 120)
    for _ in range(r.integers(1, 5)):
        at = r.integers(head)
        how = r.integers(4)
        if how == 0:
            data[at] ^= 1 << r.integers(8)
        elif how == 1:
            data[at] = ODD[r.integers(len(ODD))]
        elif how == 2:
            data[at:at + 4] = bytes(r.choice(ODD, 4).tolist())
        else:
            data[at:at] = bytes(r.integers(0, 256, 4).tolist())
    if r.integers(4) == 0:
        del data[r.integers(len(data)):]
    with open("mutants/%04d%s" % (k, os.path.splitext(name)[1]), "wb") as f:
        f.write(data)
END

limited 300 200 "$PROGRAM" info -r mutants --json > out 2> err
code=$?
[ $code = 0 ] || [ $code = 1 ] || complain "info ended with $code: $(tail -n 2 err)"
limited 300 200 "$PROGRAM" normalize -r mutants -o done -q --no-sync -j 2 > /dev/null 2> err
code=$?
[ $code = 0 ] || [ $code = 1 ] || complain "normalize ended with $code: $(tail -n 2 err)"
sounds << 'END'
names = sorted(os.listdir("mutants"))
read_ = {os.path.basename(r["file"]): r for r in out()["recordings"]}
assert sorted(read_) == names
failed = {}
if os.path.exists("done/failures.tsv"):
    with open("done/failures.tsv") as f:
        for line in list(f)[1:]:
            name, code, message = line.rstrip("\n").split("\t")
            failed[os.path.basename(name)] = message
            assert code == "1" and "signal" not in message, line
for name in names:
    output = "done/" + os.path.splitext(name)[0] + ".h5"
    assert os.path.exists(output) != (name in failed), name
    # What info accepts is normalized, unless it is a matter of what its numbers are.
    if "error" in read_[name]:
        assert name in failed, (name, read_[name])
    elif name not in failed:
        assert np.isfinite(features(output)).all(), name
assert 0 < len(failed) < len(names)
print(len(names), "mutants,", len(failed), "refused")
END
finish
