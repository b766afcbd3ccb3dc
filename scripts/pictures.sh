#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Make the pictures of docs/imaging.md, docs/audio.md and docs/econ.md anew: scripts/pictures.sh. Those of images are parts of pages that
# sci-imaging makes of data/t1_4mm.h5, as headless Chromium draws them; python3 with h5py makes series of thick slices and of
# several scanners. Those of sound are made by sci-audio itself.
set -eu
. "$(dirname "$0")/common.sh"
. tests/support/browser.sh

find_browser || die "chromium is not installed"
build_project release sci-imaging sci-audio sci-econ
PATH=$PWD/build/release/bin:$PATH
pictures=$PWD/docs/pictures
t1=$PWD/data/t1_4mm.h5
speech=$PWD/data/speech
panel=$PWD/data/ces_supersectors_2006_2015
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# section PAGE NUMBER OUT: a page with nothing but this section of another one.
section() {
    "$python" - "$@" << 'END'
import re
import sys

page, number, out = sys.argv[1:]
text = open(page, encoding="utf-8").read()
found = re.search(r'<section aria-labelledby="s%s">.*?</section>' % number, text, re.S).group(0)
open(out, "w", encoding="utf-8").write(text[:text.index("<header>")] + found + "</body></html>")
END
}

# picture NAME PAGE HEIGHT: what a window of that height shows.
picture() {
    "$browser" --headless --no-sandbox --disable-gpu --no-first-run --hide-scrollbars --user-data-dir="$work/profile" \
        --blink-settings=preferredColorScheme=1 --window-size="1020,$3" --screenshot="$pictures/$1.png" \
        "file://$work/$2" > /dev/null 2>&1
    [ -s "$pictures/$1.png" ] || die "no picture of $2"
    say "docs/pictures/$1.png"
}

python=python3
"$python" -c 'import h5py, numpy' 2> /dev/null || python=/usr/bin/python3
"$python" - "$t1" << 'END'
import sys
import h5py
import numpy as np

with h5py.File(sys.argv[1]) as f:
    x, mask = f["t1"][()].astype(float), f["mask"][()]
    attributes = dict(f["t1"].attrs)

# Slices of 4 mm, then of 12 mm: means of three, as a scanner that goes faster above the base of the skull.
cut = [(k, k + 1) for k in range(15)] + [(k, k + 3) for k in range(15, 45, 3)]
with h5py.File("thick.h5", "w") as f:
    f["volume"] = np.array([x[a:b].mean(axis=0) for a, b in cut], np.float32)
    f["mask"] = np.array([mask[a:b].mean(axis=0) > 0.5 for a, b in cut], np.uint8)
    f["z"] = np.array([-69.5 + 2.0 * (a + b - 1) for a, b in cut])
    f["z-width"] = np.array([4.0 * (b - a) for a, b in cut])
    f["z"].make_scale("z")
    f["z"].attrs["units"] = "mm"
    for name in ("volume", "mask"):
        f[name].dims[0].attach_scale(f["z"])
        f[name].attrs["spacing"] = [np.nan, 4, 4]
        f[name].attrs["units"] = "mm"

# The same head on twelve scanners with scales of their own; one has its contrast reversed.
r = np.random.default_rng(1)
for k in range(12):
    y = x * r.uniform(0.3, 1.5) + r.normal(0, 25, x.shape) * (x > 0)
    if k == 6:
        y = np.where(x > 0, 1400 - 0.6 * y, 0)
    with h5py.File("sub-%02d_T1w.h5" % (k + 1), "w") as f:
        f["t1"] = y.clip(0).astype(np.int16)
        f["t1"].attrs.update(attributes)
END

sci-imaging normalize "$t1:/t1" --mask "$t1:/mask" --qc whole -q -o whole.h5
sci-imaging qc "$t1:/t1" whole.h5:/t1 --mask "$t1:/mask" --labels "$t1:/labels_tissue" --ignore-label 0 -o tissue.html
sci-imaging normalize thick.h5:/volume --mask thick.h5:/mask --qc thick -q -o thick_z.h5
sci-imaging normalize sub-*_T1w.h5 --mask "$t1:/mask" --qc cohort -q -o normalized

section tissue.html 1 labels_part.html
section whole/t1_4mm.h5.html 2 histograms_part.html
section thick/thick.h5.html 1 thick_part.html

picture imaging-page whole/t1_4mm.h5.html 1330
picture imaging-labels labels_part.html 1400
picture imaging-histograms histograms_part.html 650
picture imaging-thick thick_part.html 1000
picture imaging-cohort cohort/index.html 1420

sci-audio normalize "$speech/speech_16k_pcm16.wav" "$speech/speech_quiet_16k_f32.wav" --picture sound -q -o sound
cp sound/speech_16k_pcm16.wav.png "$pictures/audio-loud.png"
cp sound/speech_quiet_16k_f32.wav.png "$pictures/audio-quiet.png"
say "docs/pictures/audio-loud.png, docs/pictures/audio-quiet.png"

printf 'period,label\n2008-09,Lehman Brothers fails\n2010-05..2010-06,census hiring and its end\n' > events.csv
sci-econ score "$panel.csv" --map "$panel.map.csv" --events events.csv -q -o employment
cp employment/report.html employment.html
section employment.html 2 maps_part.html
section employment.html 3 indicators_part.html
picture econ-page employment.html 1060
picture econ-maps maps_part.html 800
picture econ-indicators indicators_part.html 900
