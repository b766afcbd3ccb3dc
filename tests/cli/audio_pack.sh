# SPDX-License-Identifier: GPL-3.0-or-later
# normalize --pack: many recordings in one file, the same numbers as one by one, and what failed in the index.
PROGRAM=sci-audio
. "$SCI_SOURCE_DIR/tests/support/array.sh"

waves() {
    { echo 'from waves import *'; echo 'import h5py'; cat; } > program.py
    "$PYTHON" program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}

waves << 'END'
write("a.wav", steps((-20, 0.5), (-40, 0.3)), "i2", channels=2)
write("b.wav", steps((-30, 0.2)), "f4")
write("c.wav", steps((-10, 1.1)), "i3")
open("broken.wav", "wb").write(b"RIFF")
open("list.tsv", "w").write("path\tspeaker\na.wav\tx\nb.wav\ty\nc.wav\tx\n")
END

# ---- one by one and together ----

run 0 normalize a.wav b.wav c.wav -o single --n-fft 512 --no-sync
run 1 normalize a.wav b.wav broken.wav c.wav --pack -o pack.h5 --n-fft 512 --no-sync
says err "broken.wav"
run 0 normalize a.wav b.wav c.wav --pack -o half.h5 --dtype f16 --n-fft 512 --no-sync
waves << 'END'
f = h5py.File("pack.h5")
index = f["index"]
paths = list(index["path"].asstr())
assert paths == ["a.wav", "a.wav", "b.wav", "broken.wav", "c.wav"], paths
assert list(index["channel"]) == [0, 1, 0, 0, 0]
assert list(index["status"]) == [0, 0, 0, 1, 0]
assert index["message"].asstr()[3] != "" and index["frames"][3] == 0
assert f["features"].shape == (sum(index["frames"]), 80) and f["features"].chunks == (256, 80)
half = h5py.File("half.h5")["features"]
assert half.dtype == "f2"
for k, (path, channel, first, frames) in enumerate(zip(paths, index["channel"], index["first"], index["frames"])):
    if path == "broken.wav":
        continue
    alone = h5py.File("single/" + path.replace(".wav", ".h5"))
    x = alone["features"][channel]
    assert x.shape[0] == frames and np.array_equal(x, f["features"][first:first + frames]), path
    assert np.array_equal(x.astype("f2"), half[first:first + frames]), path
    n = len(alone["band_bins"])
    mean = alone["stats/mean_hi"][channel * n:channel * n + n] + alone["stats/mean_lo"][channel * n:channel * n + n]
    assert np.array_equal(f["band_mean"][k], mean)
    assert np.array_equal(f["band_count"][k], alone["stats/count"][channel * n:channel * n + n])
    assert index["source_digest"][k] == alone.attrs["source_digest"]
    assert index["samples"][k] == alone.attrs["samples"]
assert f.attrs["sci_audio"] == b"pack" and f.attrs["n_fft"] == 512
END

# ---- the same bytes however it is done ----

for how in "--jobs 2" "--jobs 8 --memory 16MiB" "--threads 1"; do
    run 1 normalize a.wav b.wav broken.wav c.wav --pack -o again.h5 --n-fft 512 --no-sync -f $how
    cmp -s pack.h5 again.h5 || complain "other bytes with $how"
done

# ---- statistics of groups ----

run 0 normalize --manifest list.tsv --group-by speaker --pack -o group.h5 --mono --no-sync
run 0 normalize --manifest list.tsv --group-by speaker -o grouped --mono --no-sync
waves << 'END'
f = h5py.File("group.h5")
index = f["index"]
assert list(index["group"].asstr()) == ["x", "y", "x"]
for path, first, frames in zip(index["path"].asstr(), index["first"], index["frames"]):
    assert np.array_equal(h5py.File("grouped/" + path.replace(".wav", ".h5"))["features"][0], f["features"][first:first + frames])
assert np.array_equal(f["band_mean"][0], f["band_mean"][2]) and not np.array_equal(f["band_mean"][0], f["band_mean"][1])
END

# ---- refusals ----

run 2 normalize a.wav --pack -o pack.h5 --no-sync && says err "exists already"
run 2 normalize a.wav --pack --lazy -o x.h5 && says err "does not go with"
run 2 normalize a.wav --pack --picture p -o x.h5 && says err "does not go with"
run 1 normalize broken.wav --pack -o x.h5 && says err "broken.wav"
run 1 invert pack.h5 -o x.h5 && says err "is a pack of sci-audio"
run 1 apply pack.h5 -o x.h5 --stats pack.h5 && says err "is a pack of sci-audio"
run 0 info pack.h5 && grep -q "a pack of 4 channels" out || complain "info does not know a pack"
waves << 'END'
write("slow.wav", steps((-20, 0.5)), rate=22050)
END
run 3 normalize a.wav slow.wav --pack -o x.h5 && says err "rate_hz"
[ ! -e x.h5 ] || complain "an output is left"
finish
