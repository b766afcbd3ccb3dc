# SPDX-License-Identifier: GPL-3.0-or-later
# stats: moments, volumes, percentiles, Otsu's threshold, by channel and label, as text, TSV and JSON.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"
cp "$t1" t1.h5 && chmod u+w t1.h5
cp "$SCI_SOURCE_DIR/data/head_slices.h5" slices.h5 && chmod u+w slices.h5

run 0 stats t1.h5:/t1 --json && mv out all.json
run 0 stats t1.h5:/t1 --mask t1.h5:/mask --json && mv out mask.json
run 0 stats t1.h5:/t1 --labels t1.h5:/labels_aal --json && mv out aal.json
run 0 stats slices.h5:/volume --json && mv out slices.json
run 0 stats slices.h5:/volume --mask slices.h5:/mask --json && mv out masked.json
run 0 stats slices.h5:/volume --weights none --json && mv out plain.json
volumes << 'END'
def of(path):
    image, = json.load(open(path))["images"]
    return image, {g["name"]: g for g in image["groups"]}


def quantiles(group, x):
    for p, got in group["percentiles"].items():
        want = np.percentile(x.astype(LONG), float(p))
        assert abs(got - float(want)) <= 1e-11 * abs(float(want)) + 1e-12, (p, got, want)
    assert group["median"] == np.median(x)
    assert group["mad"] == np.median(np.abs(x - np.median(x)))


def moments_of(group, x, w=None, volume=64):
    x = x.astype(LONG)
    w = np.ones(x.shape, LONG) if w is None else w.astype(LONG)
    mean = (w * x).sum() / w.sum()
    assert group["count"] == x.size
    near(group["mean"], float(mean))
    near(group["variance"], float((w * (x - mean) ** 2).sum() / w.sum()), 4e-12)
    near(group["sd"] ** 2, group["variance"])
    near(group["mm3"], float(w.sum()) * volume)
    assert group["min"] == x.min() and group["max"] == x.max()


x, mask, aal = (load("t1.h5", n) for n in ("t1", "mask", "labels_aal"))
image, groups = of("all.json")
assert image["voxels"] == x.size and not image["volume_weighted"] and image["unit"] == "mm"
assert list(groups["all"]["percentiles"]) == "0 0.5 1 2 5 10 25 50 75 90 95 98 99 99.5 100".split()
moments_of(groups["all"], x)
quantiles(groups["all"], x)
assert groups["all"]["otsu"] == 779
assert groups["all"]["plain"]["mean"] == groups["all"]["mean"]
_, groups = of("mask.json")
moments_of(groups["all"], x[mask > 0])
quantiles(groups["all"], x[mask > 0])
assert groups["all"]["median"] == 1459 and groups["all"]["mad"] == 197
_, groups = of("aal.json")
assert len(groups) == 117
for label in range(117):
    moments_of(groups["z,y,x=%d" % label], x[aal == label])
    quantiles(groups["z,y,x=%d" % label], x[aal == label])

x, mask = load("slices.h5", "volume"), load("slices.h5", "mask") > 0
w = np.broadcast_to(load("slices.h5", "z-width")[:, None, None], x.shape)
image, groups = of("slices.json")
assert image["volume_weighted"]
moments_of(groups["all"], x, w, 16)
quantiles(groups["all"], x)
near(groups["all"]["plain"]["mean"], float(x.astype(LONG).mean()))
near(groups["all"]["plain"]["sd"], float(x.astype(LONG).std()), 4e-12)
_, groups = of("masked.json")
moments_of(groups["all"], x[mask], w[mask], 16)
quantiles(groups["all"], x[mask])
_, groups = of("plain.json")
near(groups["all"]["mean"], float(x.astype(LONG).mean()))
assert groups["all"]["mm3"] is None
END

# Where it matters what voxels count, both are said.
run 0 stats slices.h5:/volume
says out "each counting by its volume"
says out "with every voxel counting the same mean 49.7323, sd 44.1449"
run 0 stats t1.h5:/t1 && says out "Otsu's threshold 779"
grep -q "counting the same" out && complain "what does not differ is said"
[ "$(sed -n 3p out | awk '{ print $2, $3, $4 }')" = "109350 6.9984e+06 724.853" ] || complain "the table says $(sed -n 3p out)"

# A table of several images; channels; without a unit no volume; ddof.
volumes << 'END'
r = np.random.default_rng(4)
image("c.h5", v=r.normal(5, 2, (2, 4, 5, 6)))
image("unknown.h5", v=r.normal(5, 2, (4, 5, 6)), spacing=None)
with h5py.File("nan.h5", "w") as f:
    f["v"] = r.normal(5, 2, (4, 5, 6))
    f["v"][1, 2, 3] = np.nan
END
run 0 stats c.h5 unknown.h5 --tsv --ddof 1 && mv out table.tsv
volumes << 'END'
rows = [line.rstrip("\n").split("\t") for line in open("table.tsv")]
head, rows = rows[0], [dict(zip(rows[0], r)) for r in rows[1:]]
assert head[:6] == ["file", "group", "count", "weight", "mm3", "mean"] and "p99.5" in head and len(rows) == 3
c, u = load("c.h5", "v"), load("unknown.h5", "v")
for row, x in zip(rows, (c[0], c[1], u)):
    near(float(row["mean"]), x.mean())
    near(float(row["sd"]), x.std(ddof=1), 1e-11)
    near(float(row["p25"]), np.percentile(x, 25), 1e-11)
assert [r["file"] for r in rows] == ["c.h5:/v", "c.h5:/v", "unknown.h5:/v"] and rows[2]["mm3"] == "n/a"
assert float(rows[0]["mm3"]) == 120 * 64
END
refuse 2 "exclude each other" stats c.h5 --tsv --json
refuse 1 "the first at index (1, 2, 3)" stats nan.h5
run 0 stats nan.h5 --nan ignore && says out "119"
run 3 stats t1.h5:/t1 --mask t1.h5:/mask_fraction && says err "is not binary"
run 1 stats c.h5 gone.h5 --json && says out '"error": "' && says err "gone.h5"

# The same text for any number of threads and any budget.
run 0 stats slices.h5:/volume --json -t 1 && mv out one
for how in "-t 2" "-t 8" "-t 2 --memory 8MiB"; do
    # shellcheck disable=SC2086
    run 0 stats slices.h5:/volume --json $how && same_bytes one out
done
finish
