# SPDX-License-Identifier: GPL-3.0-or-later
# check: what another level or beginning changes in normalized features, and files of features that are not what they say.
PROGRAM=sci-audio
. "$SCI_SOURCE_DIR/tests/support/array.sh"

waves() {
    { echo 'from waves import *'; cat; } > program.py
    "$PYTHON" program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}

waves << 'END'
r = np.random.default_rng(11)
t = np.arange(40000) / 16000
x = 0.2 * np.sin(2 * np.pi * (200 + 300 * t) * t) * np.sin(4 * t) ** 2 + r.normal(0, 1e-3, 40000)
write("x.wav", np.stack([x, 0.01 * x[::-1]], 1), "i2", rate=16000)
write("f.wav", x, "f4", rate=16000)
write("quiet.wav", x * 2.0 ** -10, "f4", rate=16000)
write("short.wav", x[:600], "f4", rate=16000)
END

# ---- the certificate ----

run 0 check x.wav f.wav --json && silent err && waves << 'END'
for c in out()["checks"]:
    t = {k["what"]: k for k in c["trials"]}
    assert list(t) == ["gain 2^-10", "gain 2^10", "gain 1/2", "gain -40 dB", "1 hop later", "7 hops later"], list(t)
    assert c["holds"] and all(k["tried"] and k["holds"] and k["largest"] <= k["allowed"] for k in t.values()), t
    assert t["gain 2^-10"]["allowed"] == 1e-5 and 0 < t["gain -40 dB"]["largest"] <= 2e-3 == t["gain -40 dB"]["allowed"]
    assert t["gain 1/2"]["numbers"] == c["channels"] * c["frames"] * c["numbers"] and t["gain 1/2"]["rms"] > 0
    assert t["1 hop later"]["largest"] == t["7 hops later"]["largest"] == 0
    assert t["7 hops later"]["numbers"] == c["channels"] * (c["frames"] - 7 - 2) * c["numbers"]
END
# What it says is what the files with these gains give.
run 0 check f.wav --feature stft --floor abs:1e-10 --gain -60.205999132796239 --json && cp out said
run 0 normalize f.wav -o f.h5 --feature stft --floor abs:1e-10 && run 0 normalize quiet.wav -o quiet.h5 --feature stft --floor abs:1e-10
waves << 'END'
import h5py
trial = json.load(open("said"))["checks"][0]["trials"][0]
change = np.abs(h5py.File("f.h5")["features"][:].astype("f8") - h5py.File("quiet.h5")["features"][:])
assert trial["largest"] > 0.1 and not trial["holds"]
assert abs(trial["largest"] - change.max()) < 1e-5 and abs(trial["rms"] - np.sqrt((change ** 2).mean())) < 1e-6
END
run 0 check f.wav --compression none --eps-rel 1e-6 --json && waves << 'END'
assert all(k["largest"] == 0 for k in out()["checks"][0]["trials"] if "2" in k["what"])
END
run 0 check f.wav && says out "gain 2^-10" && says out "holds"
run 0 check f.wav --scope sliding --sliding-window 50 && says out "not tried"
run 0 check short.wav --gain 6 --gain -6 && says out "gain 6 dB" && says out "gain -6 dB" && says out "not tried"
run 0 check f.wav --fail-over 0.01
run 5 check f.wav --floor abs:1e-10 --fail-over 0.01 && says out "does not hold"

# ---- files of features ----

i=0
for how in "" "--dtype f16" "--precision double" "--lazy" "--scope none" "--scope sliding" "--relax 0.4 --feature mfcc" \
    "--compression none --eps-rel 1e-6" "--complex --digest sha256 --fmin 300" "--mask energy:-30"; do
    i=$((i + 1))
    run 0 normalize x.wav -o $i.h5 $how
    run 0 check $i.h5 --recording x.wav && says out "the same features to the bit" && silent err
done
run 0 check 1.h5 && says out "what the statistics promise"
run 0 check 1.h5 2.h5 --json && waves << 'END'
a, b = out()["checks"]
assert a["moments"]["mean_off"] < 1e-6 and a["moments"]["variance_off"] < 1e-6 and b["moments"]["mean_off"] < 2e-3
END
run 1 check 1.h5 --recording f.wav && says err "is not what '1.h5' was made of"

# One number is changed, one is not finite, all are a little off.
waves << 'END'
import h5py, shutil
for name in ("one", "nan", "off", "table"):
    shutil.copy("1.h5", name + ".h5")
    with h5py.File(name + ".h5", "r+") as f:
        d = f["features"]
        if name == "one":
            d[0, 5, 6] = np.nextafter(d[0, 5, 6], np.float32(9))
        elif name == "nan":
            d[1, 2, 3] = np.nan
        elif name == "off":
            d[:, :, 7] += np.float32(0.01)
        else:
            d = f["stats/m2"] if "m2" in f["stats"] else next(v for v in f["stats"].values() if v.dtype.kind == "f" and v.size)
            d[0] = d[0] * 1.5
END
run 0 check one.h5
run 1 check one.h5 --recording x.wav && says err "1 of 25120 numbers of /features are not those that 'x.wav' makes"
run 1 check nan.h5 && says err "1 numbers of /features are not finite, the first at channel 2, frame 3, number 4"
run 1 check off.h5 && says err "the statistics promise other features: band 2 of channel"
run 1 check table.h5 1.h5 && says out "1.h5"

# ---- refused ----

refuse 2 "nothing is normalized" check x.wav --scope none
refuse 2 "is not a number of dB" check x.wav --gain loud
refuse 2 "of several recordings" check x.wav --scope global
refuse 2 "goes with a file of features" check x.wav --recording x.wav
finish
