# SPDX-License-Identifier: GPL-3.0-or-later
# loudness: recordings are measured, and written with exactly the gain that the target asks for.
PROGRAM=sci-audio
. "$SCI_SOURCE_DIR/tests/support/array.sh"

waves() {
    { echo 'from waves import *'; cat; } > program.py
    "$PYTHON" program.py "$@" || complain "the program above failed: $(head -n 3 program.py | tail -n 1)"
    rm -f program.py
}

waves << 'END'
write("tone.wav", steps((-23, 5)), "i2", channels=2)
write("loud.wav", steps((-10, 5)), "i3", channels=2)
write("quiet.wav", steps((-40, 4)), "f4", channels=2)
write("double.wav", steps((-30, 1)), "f8", channels=1)
write("wide.wav", steps((-30, 1)), "i4", channels=1)
write("peaky.wav", steps((-40, 4), (-3, 0.02)), "i2", channels=2)
write("short.wav", steps((-20, 0.3)))
write("silent.wav", np.zeros(96000))
x = steps((-20, 1))
x[700] = np.nan
write("nan.wav", x, "f4")
END

# ---- measuring ----

run 0 loudness tone.wav loud.wav quiet.wav --json && silent err && waves << 'END'
r = out()
tone, loud, quiet = r["files"]
assert r["target_lufs"] == -23 and r["most_dbtp"] == -1 and "album" not in r
assert abs(tone["lufs"] + 23) < 0.1 and abs(loud["lufs"] + 10) < 0.1 and abs(quiet["lufs"] + 40) < 0.1
assert abs(tone["gain_db"] - (-23 - tone["lufs"])) < 1e-12 and not tone["limited"] and tone["seconds"] == 5
assert abs(tone["sample_peak_dbfs"] + 23) < 0.01 and abs(tone["true_peak_dbtp"] + 23) < 0.1
assert tone["range_lu"] < 0.1 and "clipped" not in tone
END
run 0 loudness tone.wav && cat > expected << 'END'
  LUFS     LU    dBFS    dBTP    gain   file
 -23.0    0.0   -23.0   -23.0   GAIN   tone.wav
END
sed -i 's/ [+-]0\.0[0-9]  / GAIN  /' out
diff expected out || complain "the table has changed"
run 0 loudness double.wav && says out " -33.0      -   -30.0" || complain "a range of less than 3 s"
run 0 loudness --target 0 tone.wav quiet.wav && says out "  +22.00*  tone.wav" && says out "* less than the target asks for, so that the true peak stays at -1 dBTP"

run 1 loudness short.wav && says err "too short to measure: loudness is that of blocks of 0.4 s, and it has 0.300 s"
run 1 loudness silent.wav && says err "is silent: nothing in it is above -70 LUFS"
run 1 loudness nan.wav && says err "NaN at sample 700"
run 0 loudness nan.wav --nan ignore && says err "1 values that are not finite are taken as 0"
run 1 loudness tone.wav short.wav absent.wav loud.wav --json && says err "2 of 4 inputs failed" && waves << 'END'
a, b, c, d = out()["files"]
assert "too short" in b["error"] and "No such file" in c["error"] and "lufs" in a and "lufs" in d
END
mkdir folder && cp tone.wav loud.wav folder && echo text > folder/notes.txt
run 0 loudness -r folder && says out "folder/loud.wav" && says out "folder/tone.wav"
run 0 loudness --glob 'fold*/*.wav' && says out "folder/loud.wav" && says out "folder/tone.wav"
run 0 loudness --glob 'folder/l*' -o globbed/ && [ -f globbed/loud.wav ] || complain "a pattern gives no output"

# ---- with the gain ----

run 0 loudness loud.wav -o levelled.wav && says err "gain -13."
waves << 'END'
import subprocess
r = json.loads(subprocess.run(["sci-audio", "loudness", "loud.wav", "--json"], capture_output=True).stdout)
g = r["files"][0]["gain_db"]
x, kind = read("loud.wav")
y, same = read("levelled.wav")
assert kind == same == "i3"
assert np.array_equal(y, np.rint(x * 10 ** (g / 20) * 2 ** 23) / 2 ** 23)
END
run 0 loudness tone.wav loud.wav quiet.wav double.wav wide.wav -o levelled --json && waves << 'END'
for f in out()["files"]:
    x, kind = read(f["file"])
    y, same = read("levelled/" + f["file"])
    g = 10 ** (f["gain_db"] / 20)
    assert kind == same and f["clipped"] == 0, f
    z = x * g
    if kind[0] == "i":
        scale = 2.0 ** (8 * int(kind[1:]) - 1)
        z = np.rint(z * scale) / scale
    assert np.array_equal(y, z.astype("f4").astype("f8") if kind == "f4" else z), f
END
absent levelled/failures.tsv
run 0 loudness -r levelled --json && waves << 'END'
assert len(out()["files"]) == 5
assert all(abs(f["lufs"] + 23) < 0.02 for f in out()["files"])
END

# The peak limits the gain, or integers are clipped and counted.
run 0 loudness peaky.wav -o peaky_out.wav --target -10 && says err "short of the target, so that the true peak stays at -1 dBTP"
run 0 loudness peaky_out.wav --json && waves << 'END'
assert abs(out()["files"][0]["true_peak_dbtp"] + 1) < 0.01
END
run 0 loudness peaky.wav -o clipped.wav --target -10 --true-peak none --json && says err "are clipped" && waves << 'END'
(f,) = out()["files"]
x, _ = read("peaky.wav")
q = np.rint(x * 10 ** (f["gain_db"] / 20) * 32768)
assert f["clipped"] == np.sum((q > 32767) | (q < -32768)) > 0 and out()["most_dbtp"] is None
y, _ = read("clipped.wav")
assert y.max() == 32767 / 32768 and y.min() == -1
END

# ---- albums ----

run 0 loudness --album tone.wav loud.wav quiet.wav --json && cp out album.json && waves << 'END'
r = out()
power = (5 * 10 ** -2.3 + 5 * 10 ** -1.0) / 10   # the quiet file is below the gate
assert abs(r["album"]["lufs"] - 10 * np.log10(power)) < 0.1
assert len({f["gain_db"] for f in r["files"]}) == 1 and r["files"][0]["gain_db"] == r["album"]["gain_db"]
END
run 0 loudness --album quiet.wav loud.wav tone.wav --json && waves << 'END'
with open("album.json") as f:
    assert json.load(f)["album"] == out()["album"]
END
waves << 'END'
write("one.wav", np.concatenate([read(f)[0] for f in ("tone.wav", "loud.wav", "quiet.wav")]), "f8")
END
run 0 loudness one.wav --json && waves << 'END'
with open("album.json") as f:
    assert abs(json.load(f)["album"]["lufs"] - out()["files"][0]["lufs"]) < 0.05
END
run 1 loudness --album tone.wav loud.wav short.wav silent.wav absent.wav -o album && says err "1 of 5 inputs failed"
[ -f album/short.wav ] && [ -f album/silent.wav ] || complain "short files of an album are left out"
absent album/absent.wav
run 0 loudness --album album/*.wav --json && waves << 'END'
assert abs(out()["album"]["lufs"] + 23) < 0.02
END
run 1 loudness --album short.wav silent.wav && says err "is silent" && silent out

# --resume does an album again when its gain has changed.
run 0 loudness --album tone.wav loud.wav -o again
run 0 loudness --album tone.wav loud.wav -o again --resume && says err "2 of 2 inputs are done already"
run 2 loudness --album tone.wav loud.wav quiet.wav double.wav -o again --resume && says err "--force replaces it"
run 0 loudness --album tone.wav loud.wav wide.wav -o again --resume --force

# Any number of workers gives the same bytes.
run 0 loudness tone.wav loud.wav quiet.wav double.wav -o jobs3 -j 3 --verify
for name in tone loud quiet double; do
    same_bytes levelled/$name.wav jobs3/$name.wav
done

# ---- refusals ----

refuse 2 "--true-peak is a number of dBTP from -100 to 100 or 'none', not 'loud'" loudness tone.wav --true-peak loud
refuse 2 "--verify needs an output (-o)" loudness tone.wav --verify
refuse 2 "outputs are WAV files, so their names end in .wav" loudness tone.wav -o x.flac
refuse 2 "" loudness tone.wav -o tone.wav --force
refuse 2 "" loudness tone.wav -o loud.wav
refuse 2 "target" loudness tone.wav --target 3
refuse 2 "no input" loudness

# No room: no output, exit code 4.
(
    ulimit -f 100
    "$PROGRAM" loudness tone.wav -o full.wav > out 2> err
)
[ $? = 4 ] || complain "a full disk ended with another code"
says err "full.wav"
absent full.wav
[ -z "$(find . -name '.*.tmp')" ] || complain "temporaries are left"

finish
