# SPDX-License-Identifier: GPL-3.0-or-later
# Pages about images before and after: what they say, that it is right, and how they look in a browser.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"
. "$SCI_SOURCE_DIR/tests/support/browser.sh"

wrong() {
    complain "$@"
}

# Slices of 2 and 6 mm, two channels, a mask, labels.
volumes << 'END'
r = np.random.default_rng(5)
z = np.concatenate([np.arange(6) * 2.0, 14.0 + np.arange(6) * 6.0])
w = np.array([2.0] * 6 + [6.0] * 6)
x = r.normal(300, 40, (2, 12, 20, 16)) + 100 * (np.arange(16) > 7)
mask = np.zeros((12, 20, 16), np.uint8)
mask[2:10, 4:17, 3:13] = 1
labels = (mask * (1 + (np.arange(16) > 7))).astype(np.int16)
with h5py.File("x.h5", "w") as f:
    f["x"] = x.astype(np.float32)
    f["flat"] = x[0].astype(np.int16)
    f["mask"], f["labels"] = mask, labels
    f["z"], f["z-width"] = z, w
    f["z"].make_scale("z")
    f["z"].attrs["units"] = "mm"
    for name, axis in (("x", 1), ("flat", 0), ("mask", 0), ("labels", 0)):
        f[name].dims[axis].attach_scale(f["z"])
        f[name].attrs["spacing"] = np.array([np.nan, 3, 4])
        f[name].attrs["units"] = "mm"
    f["x"].attrs["axes"] = "czyx"
image("other.h5", v=np.zeros((3, 4, 5), np.float32))
END

# ---- one image ----

run 0 normalize x.h5:/flat --mask x.h5:/mask -o z.h5 --qc pages -q
[ "$(ls pages)" = "$(printf 'x.h5.html\nx.h5.json')" ] || complain "pages has $(ls pages)"
volumes << 'END'
n = json.load(open("pages/x.h5.json"))
with h5py.File("x.h5") as f, h5py.File("z.h5") as g:
    x, m, w = f["flat"][()].astype(float), f["mask"][()] > 0, f["z-width"][()]
    y = g["flat"][()].astype(float)
    weights = np.broadcast_to(w[:, None, None], x.shape)[m]
assert n["voxels"] == m.sum() and n["method"] == "zscore", n["voxels"]
near(n["volume_mm3"], weights.sum() * 12)
for side, v in (("before", x), ("after", y)):
    mean = np.average(v[m], weights=weights)
    assert abs(n[side]["mean"] - mean) < 1e-9, (side, n[side]["mean"], mean)
    near(n[side]["sd"], np.sqrt(np.average((v[m] - mean) ** 2, weights=weights)), 1e-10)
    want = np.percentile(v[m], n["percentiles"])
    assert np.allclose(n[side]["landmarks"], want, rtol=1e-10, atol=1e-12), (n[side]["landmarks"], want)
    h = n[side]["histogram"]
    inside = ((v[m] >= h["low"]) & (v[m] < h["high"])).sum()
    assert sum(h["counts"]) >= 0.99 * inside, (sum(h["counts"]), inside)
    # wide types are counted by their 16 leading bits: a bin at most to either side
    own = np.histogram(v[m], len(h["counts"]), (h["low"], h["high"]))[0]
    assert np.abs(np.cumsum(own) - np.cumsum(h["counts"])).max() <= (0 if side == "before" else 30)
END
grep -q 'now have mean 0.000 and standard deviation 1.000' pages/x.h5.html || complain "the lead says something else"
grep -q 'that is not in it' pages/x.h5.html && complain "grep finds everything"
grep -q -- '--method=zscore' pages/x.h5.html || complain "the page does not say how the output was made"
grep -q 'class="outline"' pages/x.h5.html || complain "the mask has no outline"
grep -q 'as thick as they are' pages/x.h5.html || complain "the page does not speak of thick slices"

# Equal runs give equal pages, whatever the threads and the memory.
run 0 normalize x.h5:/flat --mask x.h5:/mask -o z.h5 --qc again -q -f -t 1 --memory 24MiB
same_bytes pages/x.h5.html again/x.h5.html
same_bytes pages/x.h5.json again/x.h5.json
# The output is the same as without a page.
run 0 normalize x.h5:/flat --mask x.h5:/mask -o plain.h5 -q
same_bytes z.h5 plain.h5

# qc on the files themselves says the same.
run 0 qc x.h5:/flat z.h5:/flat --mask x.h5:/mask -o qc.html
silent out
for text in 'now have mean 0.000 and standard deviation 1.000' '--method=zscore' 'z-score'; do
    grep -q -- "$text" qc.html || complain "'$text' is not on the page of qc"
done

# Voxels chosen by their values are those of the image before, in both.
run 0 normalize x.h5:/flat --mask '>350' -o above.h5 --qc above -q
volumes << 'END'
n = json.load(open("above/x.h5.json"))
with h5py.File("x.h5") as f:
    assert n["voxels"] == (f["flat"][()] > 350).sum()
assert abs(n["after"]["mean"]) < 1e-6 and abs(n["after"]["sd"] - 1) < 1e-6, n["after"]
END
grep -q 'that were above 350' above/x.h5.html || complain "the page does not name the mask of values"

# Labels: a row and a colour each; outside is NaN.
run 0 normalize x.h5:/flat --labels x.h5:/labels --ignore-label 0 --outside nan --eps 0 -o l.h5 --qc l -q
for text in 'are in 2 groups, and each group now has mean 0' '>label 1<' '>label 2<' 'Labels, axial'; do
    grep -q -- "$text" l/x.h5.html || complain "'$text' is not on the page of labels"
done
grep -q '>label 0<' l/x.h5.html && complain "the ignored label is a group"

# Two channels: the first is shown, both are compared.
run 0 normalize x.h5:/x --mask x.h5:/mask -o c.h5 --qc c -q
for text in 'channel 1 of 2' '>channel 1<' '>channel 2<'; do
    grep -q -- "$text" c/x.h5.html || complain "'$text' is not on the page of two channels"
done

refuse 3 "have different shapes" qc x.h5:/flat other.h5:/v -o no.html
refuse 2 "exists already" qc x.h5:/flat z.h5:/flat -o qc.html
refuse 2 "an input is missing" qc x.h5:/flat -o no.html
refuse 1 "cannot open 'nothing.h5'" qc x.h5:/flat nothing.h5 -o no.html

# ---- a batch ----

volumes << 'END'
base = np.random.default_rng(8).normal(100, 20, (9, 10, 11))
for k in range(7):
    x = base * (2 + 0.3 * k)
    if k == 4:
        x = x * 50
    image("in%d.h5" % k, v=x.astype(np.float32))
image("in7.h5", v=np.zeros((9, 10, 11), np.float32))
END
run 1 normalize in?.h5 -o made --qc many -q -j 2
says err "1 of 8 inputs failed"
[ "$(ls many | wc -l)" = 15 ] || complain "many has $(ls many)"
for text in '7 images were normalized (zscore)' '1 stands out' '1 of 8 images have no page'; do
    grep -q -- "$text" many/index.html || complain "'$text' is not in the index"
done
# What was done before is in the index all the same.
cp many/index.html first.html
run 1 normalize in?.h5 -o made --qc many -q --resume
same_bytes first.html many/index.html

# ---- looks ----

if find_browser; then
    cp pages/x.h5.html flat.html
    cp l/x.h5.html labels.html
    cp c/x.h5.html channels.html
    cp many/index.html index.html
    check_pages flat.html labels.html channels.html index.html
fi

finish
