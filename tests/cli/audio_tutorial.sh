# SPDX-License-Identifier: GPL-3.0-or-later
# The commands of docs/audio.md print what the page says, and its Python programs run on what they made.
bash "$SCI_SOURCE_DIR/tests/support/console.sh" docs/audio.md || exit 1
. "$SCI_SOURCE_DIR/tests/support/audio.sh"

awk '/^```python$/ { inside = 1; n++; next } /^```$/ { inside = 0 } inside { print > "page" n ".py" }' \
    "$SCI_SOURCE_DIR/docs/audio.md"
[ -f page4.py ] || complain "the page has no programs"
"$PYTHON" -c 'import torch' 2> /dev/null && torch=1 || torch=
for program in page*.py; do
    if [ -n "$torch" ] || ! grep -q '^import torch' "$program"; then
        "$PYTHON" "$program" || complain "$program failed: $(cat "$program")"
    fi
done

# What the page says without a command.
norm loud_absolute data/speech/speech_16k_pcm16.wav --floor abs:1e-10
norm quiet_absolute data/speech/speech_quiet_16k_f32.wav --floor abs:1e-10
sounds << 'END'
relative = np.abs(features("loud.h5") - features("quiet.h5")).max()
absolute = np.abs(features("loud_absolute.h5") - features("quiet_absolute.h5")).max()
with open(os.environ["SCI_SOURCE_DIR"] + "/docs/audio.md") as f:
    page = f.read()
assert "`--floor rel:80`, the default | less than 0.0001 |" in page and relative < 1e-4
assert "`--floor abs:1e-10` | %.1f |" % absolute in page, absolute
for name in ("spkA_1", "spkA_2", "spkB_1", "spkB_2"):
    a, b = (features("%s/%s_16k_pcm16.h5" % (folder, name)) for folder in ("speakers", "applied"))
    assert a.tobytes() == b.tobytes()
END
finish
