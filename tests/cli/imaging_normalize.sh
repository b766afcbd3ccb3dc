# SPDX-License-Identifier: GPL-3.0-or-later
# normalize: masks, labels, channels, weights, what becomes of the rest, the tools it can be like, refusals, bytes.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"
cp "$t1" t1.h5 && chmod u+w t1.h5
say_json() { run 0 normalize "$@" -q --json -f && mv out report.json; }

volumes << 'END'
r = np.random.default_rng(7)
v = r.normal(100, 20, (3, 6, 10, 12)).astype(np.float32)
v[:, :, :3] = 0
image("c.h5", v=v)
image("regular.h5", v=r.normal(5, 2, (9, 10, 11)), spacing=(3, 1, 1))
image("unknown.h5", v=r.normal(5, 2, (9, 10, 11)), spacing=None)
t = r.normal(3, 1, (7, 4, 5, 6))
t[:, 1, 2, 3] = 8
with h5py.File("time.h5", "w") as f:
    f["v"] = t
    f["v"].attrs["axes"] = "tzyx"
thin = np.array([2, 2, 2, 5, 8, 8, 1.5])
with h5py.File("thick.h5", "w") as f:
    f["v"] = r.normal(40, 9, (7, 10, 12))
    f["m"] = (r.random((7, 10, 12)) < 0.5).astype(np.uint8)
    f["z"], f["z-width"] = np.cumsum(thin) - thin / 2, thin
    f["gap"], f["gap-width"] = np.cumsum(thin) - thin / 2, thin * 0.8
    for name in ("z", "gap"):
        f[name].make_scale(name)
        f[name].attrs["units"] = f[name + "-width"].attrs["units"] = "mm"
    f["g"] = f["v"][()]
    f["u"] = f["v"][()]
    f["slabs"] = f["v"][()]
    f["two"], f["two-width"] = np.array([0, 2, 4, 11, 13, 15, 17.0]), np.full(7, 2.0)
    f["two"].make_scale("two")
    f["two"].attrs["units"] = f["two-width"].attrs["units"] = "mm"
    for name, scale in (("v", "z"), ("m", "z"), ("g", "gap"), ("slabs", "two")):
        f[name].dims[0].attach_scale(f[scale])
        f[name].dims[0].label = "z"
        f[name].attrs["spacing"], f[name].attrs["units"] = np.array([np.nan, 4, 4.0]), "mm"
END

# ---- masks ----
run 0 normalize t1.h5:/t1 --mask t1.h5:/mask -o by_file.h5
says err "'t1.h5:/t1': zscore over mask 't1.h5:/mask': 27288 of 109350 voxels"
says err "voxels of 4 x 4 x 4 mm (attribute 'spacing'); voxel volumes are equal: weights cancel"
says err "1447.27"
run 0 normalize t1.h5:/t1 --mask '>779' -o above.h5 && says err "over voxels above 779: 50083 of 109350 voxels"
run 0 normalize t1.h5:/t1 --mask nonzero -o nonzero.h5 && says err "over voxels that are not 0: 68526"
run 0 normalize t1.h5:/t1 --mask t1.h5:/mask_fraction --mask-threshold 0.5 -q -o half.h5
run 0 normalize t1.h5:/t1 --mask t1.h5:/mask_fraction --mask-weights -q -o shares.h5
run 0 normalize t1.h5:/t1 --mask t1.h5:/mask --labels t1.h5:/labels_tissue --ignore-label 0 -q -o both.h5
volumes << 'END'
x = load("t1.h5", "t1").astype(LONG)
mask, shares, tissue = (load("t1.h5", n) for n in ("mask", "mask_fraction", "labels_tissue"))


def z(inside=None, weights=None, ids=None, **more):
    ids = np.zeros(x.shape, int) if ids is None else ids
    return normalize(x, ids, inside, weights, eps=0, outside="apply", **more).astype(float)


rounds_to(load("by_file.h5", "t1"), z(mask > 0))
rounds_to(load("above.h5", "t1"), z(x > 779))
rounds_to(load("nonzero.h5", "t1"), z(x != 0))
rounds_to(load("half.h5", "t1"), z(shares > 0.5))
mean, var = moments(x, np.zeros(x.shape, int), weights=shares.astype(LONG))
rounds_to(load("shares.h5", "t1"), ((x - mean) / np.sqrt(var)).astype(float))
# A mask and labels together: statistics of the voxels in both; other voxels are 0.
want = np.zeros(x.shape)
for label in (1, 2, 3):
    s = x[(tissue == label) & (mask > 0)]
    want[tissue == label] = ((x - s.mean()) / np.sqrt(s.var() + LONG(1e-5)))[tissue == label].astype(float)
want[mask == 0] = 0
rounds_to(load("both.h5", "t1"), want)
END
refuse 3 "is not binary; say what its values mean" normalize t1.h5:/t1 --mask t1.h5:/mask_fraction -o no.h5
refuse 3 "is not binary" normalize t1.h5:/t1 --mask t1.h5:/labels_tissue -o no.h5
volumes << 'END'
with h5py.File("fractions.h5", "w") as f, h5py.File("t1.h5") as t1:
    shares = t1["mask_fraction"]
    f["percent"] = shares[()] * 100
    f["over"] = shares[()].astype(float)
    f["over"][3, 20, 30] = 1.5
    f["over"][4, 1, 2] = 7
    for name in ("percent", "over"):
        for key, value in shares.attrs.items():
            f[name].attrs[key] = value
END
refuse 3 "the mask 'fractions.h5:/over' holds 1.5 at index (3, 20, 30); weights are fractions of a voxel, from 0 to 1" normalize t1.h5:/t1 --mask fractions.h5:/over --mask-weights -o no.h5
refuse 3 "weights are fractions of a voxel, from 0 to 1" stats t1.h5:/t1 --mask fractions.h5:/percent --mask-weights
refuse 2 "exclude each other" normalize t1.h5:/t1 --mask t1.h5:/mask_fraction --mask-weights --mask-threshold 0.5 -o no.h5
refuse 2 "is no number" normalize t1.h5:/t1 --mask '>high' -o no.h5
refuse 2 "less than 100" normalize t1.h5:/t1 --mask p100 -o no.h5
refuse 3 "45 x 54 x 45" normalize regular.h5 --mask t1.h5:/mask -o no.h5
refuse 1 "there is no 'brain'" normalize t1.h5:/t1 --mask t1.h5:/brain -o no.h5

# A mask that lies elsewhere, or has voxels of another size.
volumes << 'END'
mask = load("t1.h5", "mask")
for name, spacing, origin in (("moved", (4, 4, 4), (-67.5, -123.5, -88.5)), ("larger", (4, 4, 4.1), (-69.5, -123.5, -88.5))):
    image(name + ".h5", m=mask, spacing=spacing)
    with h5py.File(name + ".h5", "r+") as f:
        f["m"].attrs["origin"] = np.array(origin)
        f["m"].attrs["axes"] = "zyx"
END
refuse 3 "'t1.h5:/t1'" normalize t1.h5:/t1 --mask larger.h5:/m -o no.h5
refuse 3 "'t1.h5:/t1'" normalize t1.h5:/t1 --mask moved.h5:/m -o no.h5

# ---- outside ----
for outside in apply keep zero nan -7.5; do
    run 0 normalize t1.h5:/t1 --mask t1.h5:/mask --outside=$outside -q -o out$outside.h5
done
volumes << 'END'
x, inside = load("t1.h5", "t1"), load("t1.h5", "mask") > 0
whole = load("outapply.h5", "t1")
assert whole.tobytes() == load("by_file.h5", "t1").tobytes()
for outside, value in (("keep", x[~inside]), ("zero", 0), ("nan", np.nan), ("-7.5", -7.5)):
    y = load("out%s.h5" % outside, "t1")
    assert (y[inside] == whole[inside]).all(), outside
    np.testing.assert_array_equal(y[~inside], np.broadcast_to(np.float32(value), y[~inside].shape))
END
refuse 2 "keep, apply, zero, nan or a number" normalize t1.h5:/t1 --mask nonzero --outside blank -o no.h5

# ---- labels ----
run 0 normalize t1.h5:/t1 --labels t1.h5:/labels_tissue --ignore-label 0 -o tissue.h5
says err "z,y,x=2"
says err "zscore over labels 't1.h5:/labels_tissue': 27288 of 109350 voxels"
run 0 normalize t1.h5:/t1 --labels t1.h5:/labels_aal --ignore-label 0 --min-voxels 100 -o small.h5
says err "have fewer than 100 voxels and stay as they are, the first is 'z,y,x="
run 0 normalize t1.h5:/t1 --labels t1.h5:/labels_tissue --ignore-label 9 -q -o nine.h5
volumes << 'END'
x, tissue, aal = (load("t1.h5", n) for n in ("t1", "labels_tissue", "labels_aal"))
y = load("tissue.h5", "t1").astype(float)
for label in (1, 2, 3):
    assert abs(y[tissue == label].mean()) < 1e-6 and abs(y[tissue == label].std() - 1) < 1e-6
assert (y[tissue == 0] == 0).all()
y = load("small.h5", "t1")
n = np.bincount(aal.ravel())
for label in range(1, 117):
    if n[label] < 100:
        assert (y[aal == label] == x[aal == label]).all(), label
    else:
        assert abs(y[aal == label].astype(float).mean()) < 1e-5, label
assert abs(load("nine.h5", "t1")[tissue == 0].astype(float).mean()) < 1e-6
END
# Labels may be stored as floats, as long as they are whole numbers.
volumes << 'END'
tissue = load("t1.h5", "labels_tissue")
bad = tissue.astype(np.float32)
bad[3, 10, 20] = 2.5
nan = tissue.astype(float)
nan[0, 0, 1] = np.nan
image("labels.h5", f16=tissue.astype(np.float16), f32=tissue.astype(">f4"), f64=tissue.astype(float), bad=bad, nan=nan,
      far=np.where(tissue > 0, 1e300, 0.0), negative=-tissue.astype(np.float32))
END
run 0 normalize t1.h5:/t1 --labels t1.h5:/labels_tissue -q --json -o whole.h5 && mv out whole.json
for type in f16 f32 f64; do
    for how in "-t 1" "-t 8 --memory 8MiB"; do
        # shellcheck disable=SC2086
        run 0 normalize t1.h5:/t1 --labels labels.h5:/$type -q -f --json $how -o float.h5 && mv out float.json
        volumes << 'END'
assert load("float.h5", "t1").tobytes() == load("whole.h5", "t1").tobytes()
assert reports("float.json") == reports("whole.json")
END
    done
done
run 0 normalize t1.h5:/t1 --labels labels.h5:/f32 --ignore-label 0 -q -f -o float.h5
volumes << 'END'
assert load("float.h5", "t1").tobytes() == load("tissue.h5", "t1").tobytes()
END
run 0 invert float.h5:/t1 --labels labels.h5:/f32 --ignore-label 0 -q -o float_back.h5
run 0 normalize t1.h5:/t1 --labels labels.h5:/negative -q --json -o negative.h5 && says out '"z,y,x=-3"'
refuse 3 "'labels.h5:/bad' holds 2.5 at index (3, 10, 20); labels are whole numbers" normalize t1.h5:/t1 --labels labels.h5:/bad -o no.h5
refuse 3 "holds nan at index (0, 0, 1); labels are whole numbers" stats t1.h5:/t1 --labels labels.h5:/nan
refuse 3 "holds 1e+300 at index" normalize t1.h5:/t1 --labels labels.h5:/far -o no.h5

# ---- channels, samples, time ----
printf '0\n1\n0\n' > channels.csv
run 0 normalize c.h5 --mask nonzero -q -o channels.h5
run 0 normalize c.h5 --method group --groups channels.csv -q -o grouped.h5
run 0 normalize c.h5 --method layer --eps 0 -q -o layer.h5
run 0 normalize time.h5 --over time -q -o time_z.h5
run 0 normalize time.h5 -q -o pooled.h5
volumes << 'END'
v = load("c.h5", "v")
rounds_to(load("channels.h5", "v"), normalize(v, keep(v.shape, 0), v != 0, eps=0, outside="apply").astype(float))
ids = spread(v.shape, np.array([0, 1, 0]), (0,))
rounds_to(load("grouped.h5", "v"), normalize(v, ids, eps=1e-5).astype(float))
rounds_to(load("layer.h5", "v"), normalize(v, np.zeros(v.shape, int), eps=0).astype(float))
t = load("time.h5", "v")
want = normalize(t, keep(t.shape, 1, 2, 3), eps=0).astype(float)
want[:, 1, 2, 3] = 0
rounds_to(load("time_z.h5", "v"), want)
rounds_to(load("pooled.h5", "v"), normalize(t, np.zeros(t.shape, int), eps=0).astype(float))
END
refuse 2 "needs --groups" normalize c.h5 --method group -o no.h5
refuse 2 "goes with --method group" normalize c.h5 --groups 3 -o no.h5
refuse 3 "which 2 groups do not divide" normalize c.h5 --method group --groups 2 -o no.h5
refuse 3 "has no channels that --groups could put together" normalize "$t1:/t1" --method group --groups 2 -o no.h5
refuse 3 "no time axis" normalize c.h5 --over time -o no.h5
refuse 2 "only time" normalize c.h5 --over channel -o no.h5

# ---- volume ----
for f in regular.h5 unknown.h5 "t1.h5:/t1 --mask t1.h5:/mask"; do
    # shellcheck disable=SC2086
    for w in auto volume none; do
        run 0 normalize $f --weights $w --dtype f64 -f -o w$w.h5
        mv err err.$w
    done
    volumes << 'END'
with h5py.File("wauto.h5") as f:
    name = "t1" if "t1" in f else "v"
assert load("wauto.h5", name).tobytes() == load("wvolume.h5", name).tobytes() == load("wnone.h5", name).tobytes()
END
done
says err.volume "weights cancel"
say_json thick.h5:/v --dtype f64 -o thick_z.h5
run 0 normalize thick.h5:/v --mask thick.h5:/m --dtype f64 -o thick_m.h5 && says err "each counts by its volume"
run 0 normalize thick.h5:/v --weights none --dtype f64 -o thick_n.h5 && says err "each counts the same, whatever its volume"
volumes << 'END'
x, m = load("thick.h5", "v"), load("thick.h5", "m") > 0
w = np.broadcast_to(np.array([2, 2, 2, 5, 8, 8, 1.5])[:, None, None], x.shape)
ids = np.zeros(x.shape, int)
rounds_to(load("thick_z.h5", "v"), normalize(x, ids, weights=w, eps=0).astype(float))
rounds_to(load("thick_m.h5", "v"), normalize(x, ids, m, w, eps=0, outside="apply").astype(float))
rounds_to(load("thick_n.h5", "v"), normalize(x, ids, eps=0).astype(float))
near(reports("report.json")["all"]["mm3"], w.sum() * 16)
END
# Slices that leave gaps: the tool does not guess.
refuse 3 "leave a gap: their centres are 2 apart, their widths reach 1.6" normalize thick.h5:/g -o no.h5
run 0 normalize thick.h5:/g --slice-weight cell --dtype f64 -q -o cell.h5
run 0 normalize thick.h5:/g --slice-weight width --dtype f64 -q -o width.h5
run 0 normalize thick.h5:/g --slice-weight uniform --dtype f64 -q -o uniform.h5
volumes << 'END'
x = load("thick.h5", "g")
thin = np.array([2, 2, 2, 5, 8, 8, 1.5])
centres = np.cumsum(thin) - thin / 2
middle = np.diff(centres)
cell = np.r_[middle[0], (middle[1:] + middle[:-1]) / 2, middle[-1]]
for name, w in (("cell", cell), ("width", thin * 0.8), ("uniform", np.ones(7))):
    w = np.broadcast_to(w[:, None, None], x.shape)
    rounds_to(load(name + ".h5", "g"), normalize(x, np.zeros(x.shape, int), weights=w, eps=0).astype(float))
END

# ---- like other tools ----
run 0 normalize t1.h5:/t1 --like torchio --mask t1.h5:/mask --dtype f64 -q -o torchio.h5
run 0 normalize t1.h5:/t1 --like monai --dtype f64 -q -o monai.h5
run 0 normalize t1.h5:/t1 --like nnunet --mask t1.h5:/mask --dtype f64 -q -o nnunet.h5
volumes << 'END'
x, inside = load("t1.h5", "t1").astype(float), load("t1.h5", "mask") > 0


def close6(got, want):
    assert np.abs(got - want).max() < 1e-6


close6(load("torchio.h5", "t1"), (x - x[inside].mean()) / x[inside].std(ddof=1))
want = x.copy()
want[x != 0] = (x[x != 0] - x[x != 0].mean()) / x[x != 0].std()
close6(load("monai.h5", "t1"), want)
close6(load("nnunet.h5", "t1"), np.where(inside, (x - x[inside].mean()) / max(x[inside].std(), 1e-8), 0))
END
refuse 2 "goes with --method zscore" normalize t1.h5:/t1 --like monai --method layer -o no.h5
refuse 2 "--ddof 0: torchio divides by n - 1; leave out --ddof or --like" normalize t1.h5:/t1 --like torchio --ddof 0 -o no.h5
refuse 2 "--ddof 1: monai divides by n; leave out" normalize t1.h5:/t1 --like monai --ddof 1 -o no.h5
refuse 2 "--eps: nnunet adds nothing to the variance" normalize t1.h5:/t1 --like nnunet --eps 0.5 -o no.h5
run 0 normalize t1.h5:/t1 --like torchio --ddof 1 --mask t1.h5:/mask --dtype f64 -q -o torchio_1.h5
volumes << 'END'
assert np.array_equal(load("torchio.h5", "t1"), load("torchio_1.h5", "t1"))
END

# ---- a label map is no image ----
run 0 normalize t1.h5:/labels_tissue -o tissue_z.h5 && says err "'t1.h5:/labels_tissue' looks like a label map or a mask"
run 0 normalize t1.h5:/labels_aal -o aal_z.h5 && says err "looks like a label map"
run 0 normalize t1.h5:/mask -o mask_z.h5 && says err "looks like a label map"
run 0 normalize t1.h5:/t1 -o head_z.h5 && lacks err "looks like"
run 0 normalize t1.h5:/mask_fraction -o fraction_z.h5 && lacks err "looks like"

# ---- an image of two axes has areas ----
volumes << 'END'
image("plane.h5", v=np.random.default_rng(4).normal(0, 1, (9, 11)), spacing=(0.5, 0.25))
END
run 0 normalize plane.h5 -o plane_z.h5 && says err "mm2" && lacks err "mm3"
run 0 normalize plane.h5 --json -f -o plane_z.h5 && says out '"mm2"'
run 0 info plane.h5 && says out "voxels     0.125 mm2, all alike: weights by area cancel" && lacks out "mm3"
run 0 info plane.h5 --json && says out '"voxel_mm2_least": 0.125'
run 0 stats plane.h5 && says out "mm2" && lacks out "mm3"
run 0 stats plane.h5 --json && says out '"mm2": 12.375'
run 0 stats plane.h5 --tsv && volumes << 'END'
head, row = (line.rstrip("\n").split("\t") for line in open("out"))
assert dict(zip(head, row))["mm3"] == "n/a" and float(dict(zip(head, row))["mm2"]) == 12.375 and len(head) == len(row)
END
run 0 qc plane.h5 plane_z.h5 -o plane.html && grep -q "mm²" plane.html || complain "the page of a plane has no area"
if grep -q "mm³" plane.html; then complain "the page of a plane has a volume"; fi

# Slices that are all as thick as each other are a constant in volumes, gap or not.
for how in width uniform; do
    run 0 normalize thick.h5:/slabs --slice-weight $how --json -q -f -o slabs.h5 && mv out slabs_$how.json
    run 0 stats thick.h5:/slabs --slice-weight $how
    grep -q "counting by its volume" out && complain "$how: weights that are all the same are said to count"
done
run 0 normalize thick.h5:/slabs --slice-weight width -f -o slabs.h5 && says err "voxel volumes are equal: weights cancel"
volumes << 'END'
for how, thickness in (("width", 2), ("uniform", 17 / 6)):
    near(reports("slabs_" + how + ".json")["all"]["mm3"], 840 * 16 * thickness)
    assert not json.load(open("slabs_" + how + ".json"))["volume_weighted"]
END

# ---- a bias field ----
volumes << 'END'
x = load("regular.h5", "v")
image("field.h5", b=np.random.default_rng(1).uniform(0.5, 2, x.shape), spacing=(3, 1, 1))
END
run 0 normalize regular.h5 --bias-field field.h5 -q --dtype f64 -o unbiased.h5
volumes << 'END'
x = load("regular.h5", "v") / load("field.h5", "b")
rounds_to(load("unbiased.h5", "v"), normalize(x, np.zeros(x.shape, int), eps=0).astype(float))
with h5py.File("unbiased.h5") as f:
    assert f["sci_imaging/v"].attrs["bias_field"] in (b"field.h5", "field.h5")
END
# Undoing it gives the divided image, which is said.
run 0 invert unbiased.h5 -q -o divided.h5 && says err "divided by the bias field 'field.h5' first, which is not undone"
volumes << 'END'
assert np.abs(load("divided.h5", "v") - load("regular.h5", "v") / load("field.h5", "b")).max() < 1e-9
END

# A field is a factor above 0 wherever voxels count.
volumes << 'END'
x = load("regular.h5", "v")
r = np.random.default_rng(3)
good = r.uniform(0.5, 2, x.shape)
inside = np.zeros(x.shape, np.uint8)
inside[2:7, 3:8, 3:8] = 1
image("inside.h5", m=inside, spacing=(3, 1, 1))
image("regions.h5", l=inside * 3, spacing=(3, 1, 1))
for name, value in (("nan", np.nan), ("zero", 0), ("negative", -1), ("infinite", np.inf)):
    b = good.copy()
    b[3, 4, 5] = b[5, 5, 5] = b[8, 9, 10] = value
    image("field_%s.h5" % name, b=b, spacing=(3, 1, 1))
b = good.copy()
b[8, 9, 10] = 0
image("field_outside.h5", b=b, spacing=(3, 1, 1))
hole = x.copy()
hole[8, 9, 10] = 0
image("hole.h5", v=hole, spacing=(3, 1, 1))
END
for f in "nan nan" "zero 0" "negative -1" "infinite inf"; do
    # shellcheck disable=SC2086
    set -- $f
    refuse 1 "the bias field 'field_$1.h5:/b' holds $2 at index (3, 4, 5) inside the mask, the first of 2 such values" normalize regular.h5 --bias-field field_$1.h5 --mask inside.h5:/m -o no.h5
    refuse 1 "at index (3, 4, 5), the first of 3 such values" normalize regular.h5 --bias-field field_$1.h5 -o no.h5
done
refuse 1 "the first of 2 such values" normalize regular.h5 --bias-field field_nan.h5 --labels regions.h5:/l --ignore-label 0 -o no.h5
refuse 1 "the first of 3 such values" fit regular.h5 --bias-field field_zero.h5 -o no.h5
refuse 1 "the first of 1 such values" normalize hole.h5 --bias-field field_outside.h5 --mask '>-100' -o no.h5
refuse 1 "the first of 1 such values" normalize regular.h5 --bias-field field_outside.h5 --mask nonzero -o no.h5
run 0 normalize regular.h5 --bias-field field_outside.h5 --mask inside.h5:/m --outside zero -o outside_z.h5 && says err "is not above 0 in 1 voxels outside the mask"
volumes << 'END'
z, m = load("outside_z.h5", "v"), load("inside.h5", "m") > 0
assert np.isfinite(z[m]).all() and abs(z[m].mean()) < 1e-6
END

# ---- nothing to divide by, nothing inside, nothing finite ----
volumes << 'END'
v = np.random.default_rng(2).normal(0, 1, (2, 4, 5, 6))
v[1] = 42
image("flat.h5", v=v)
image("none.h5", m=np.zeros((4, 5, 6), np.uint8))
one = np.zeros((4, 5, 6), np.uint8)
one[1, 2, 3] = 1
image("one.h5", m=one)
v[0, 1, 2, 3] = np.nan
image("nan.h5", v=v[0])
END
refuse 1 "no spread to divide by (120 voxels around 42)" normalize flat.h5 -o no.h5
refuse 1 "no voxel of group" normalize flat.h5 --mask none.h5 -o no.h5
refuse 1 "no spread to divide by (1 voxels" normalize flat.h5 --mask one.h5 -o no.h5
refuse 1 "the first at index (1, 2, 3)" normalize nan.h5 -o no.h5
run 0 normalize flat.h5 --on-degenerate zero -q -o zero.h5 && says err "1 groups have no spread"
run 0 normalize flat.h5 --on-degenerate keep -q -o keep.h5
run 0 normalize nan.h5 --nan ignore -q -o ignore.h5
volumes << 'END'
v = load("flat.h5", "v")
for name, value in (("zero", 0), ("keep", 42)):
    y = load(name + ".h5", "v")
    assert (y[1] == value).all() and abs(y[0].mean()) < 1e-6 and abs(y[0].std() - 1) < 1e-6
y = load("ignore.h5", "v")
assert np.isnan(y).sum() == 1 and abs(np.nanmean(y)) < 1e-6
END

# With propagate a NaN makes its group NaN and nothing else.
volumes << 'END'
r = np.random.default_rng(5)
v = r.normal(5, 2, (3, 8, 9, 10))
v[1, 2, 3, 4] = np.nan
v[2, 2, 3, 4] = np.inf
image("some.h5", v=v[:2])
image("inf.h5", v=v[2])
image("all.h5", v=np.full((4, 5, 6), np.nan))
END
for how in "--method zscore" "--method instance" "--method robust" "--method range" "--mask otsu" "--mask p30" "--mask nonzero --clip 1,99" \
    "--on-degenerate keep" "--on-degenerate zero"; do
    # shellcheck disable=SC2086
    run 0 normalize some.h5 --nan propagate $how --dtype f64 -q -f -o y.h5
    # shellcheck disable=SC2086
    run 0 normalize some.h5 --nan ignore $how --dtype f64 -q -f -o i.h5
    run 0 invert y.h5 -q -f -o x.h5
    volumes "$how" << 'END'
y, i, x = load("y.h5", "v"), load("i.h5", "v"), load("x.h5", "v")
assert np.isnan(y[1]).all() and np.isnan(x[1]).all() and np.isfinite(y[0]).all() and np.array_equal(y[0], i[0]), sys.argv
END
done
run 0 normalize inf.h5 --nan propagate -q -o inf_z.h5
run 0 normalize all.h5 --nan propagate -q -o all_z.h5
volumes << 'END'
assert np.isnan(load("inf_z.h5", "v")).all() and np.isnan(load("all_z.h5", "v")).all()
END

# ---- the output ----
run 0 info by_file.h5:/t1 && says out "4"
volumes << 'END'
with h5py.File("t1.h5") as a, h5py.File("by_file.h5") as b:
    assert set(a) | {"sci_imaging"} == set(b)
    for name in set(a) - {"t1"}:
        assert a[name].dtype == b[name].dtype and (a[name][()] == b[name][()]).all()
    for key, value in a["t1"].attrs.items():
        assert np.array_equal(b["t1"].attrs[key], value), key
    assert b["t1"].dtype == np.float32 and b["t1"].chunks == a["t1"].chunks
    record = b["sci_imaging/t1"]
    assert record["centre"][0] == KNOWN["t1_4mm"]["mask"]["mean"] if KNOWN else True
END
refuse 2 "exists" normalize t1.h5:/t1 -o by_file.h5
refuse 2 "" normalize t1.h5:/t1 -o t1.h5 -f
refuse 3 "5 arrays that may be the image" normalize t1.h5 -o no.h5
refuse 2 "" normalize t1.h5:/t1 -o no.nii.gz
refuse 2 "two percentiles" normalize t1.h5:/t1 --clip 5 -o no.h5
refuse 2 "take means" normalize t1.h5:/t1 --method robust --weights volume -o no.h5
refuse 2 "take means" normalize t1.h5:/t1 --method whitestripe --mask t1.h5:/mask --weights volume -o no.h5
refuse 2 "take means" fit t1.h5:/t1 --method nyul --weights volume -o no.h5
refuse 2 "--ddof" normalize t1.h5:/t1 --method robust --ddof 1 -o no.h5
refuse 2 "goes with --labels" normalize t1.h5:/t1 --ignore-label 0 -o no.h5
refuse 2 "goes with --labels" normalize t1.h5:/t1 --min-voxels 3 -o no.h5
refuse 2 "mask in a file" normalize t1.h5:/t1 --mask nonzero --mask-weights -o no.h5
refuse 2 "mask in a file" apply t1.h5:/t1 --stats no.model --mask-threshold 1 -o no.h5
refuse 2 "goes with --labels" fit t1.h5:/t1 --ignore-label 0 -o no.h5
refuse 2 "no voxels outside" normalize t1.h5:/t1 --outside zero -o no.h5
refuse 2 "no voxels outside" apply t1.h5:/t1 --stats no.model --outside keep -o no.h5
refuse 2 "which --weights none rules out" normalize thick.h5:/v --weights none --slice-weight width -o no.h5
refuse 2 "which --weights none rules out" stats thick.h5:/v --weights none --slice-weight width
refuse 2 "--slice-weight goes with methods that take means" normalize thick.h5:/v --method robust --slice-weight width -o no.h5
refuse 2 "--slice-weight goes with methods that take means" fit thick.h5:/v --method nyul --slice-weight width -o no.h5
refuse 2 "--ddof goes with --method zscore and ct" fit t1.h5:/t1 --method nyul --ddof 1 -o no.h5
refuse 2 "mask in a file" qc t1.h5:/t1 by_file.h5:/t1 --mask nonzero --mask-weights -o no.html
refuse 2 "goes with --labels" qc t1.h5:/t1 by_file.h5:/t1 --ignore-label 1 -o no.html
refuse 2 "'--nan'" qc t1.h5:/t1 by_file.h5:/t1 --nan ignore -o no.html
refuse 2 "'--weights'" apply t1.h5:/t1 --stats no.model --weights none -o no.h5
refuse 2 "'--slice-weight'" apply t1.h5:/t1 --stats no.model --slice-weight cell -o no.h5
refuse 2 "" normalize t1.h5:/t1 --method best -o no.h5
# Percentiles count voxels: slices whose thickness would have to be guessed do not matter to them.
run 0 normalize thick.h5:/g --method robust -q -o robust_gap.h5
run 0 normalize thick.h5:/v --method robust -o robust.h5 && says err "each counts the same, whatever its volume"
# What was asked for goes before what another tool does.
volumes << 'END'
image("flat.h5", v=np.full((4, 5, 6), 3.0))
END
run 0 normalize flat.h5 --like nnunet -q -o flat_zero.h5
refuse 1 "no spread" normalize flat.h5 --like nnunet --on-degenerate fail -o no.h5

# ---- the same bytes for any number of threads and any budget, and twice ----
for input in "t1.h5:/t1 --mask t1.h5:/mask" "t1.h5:/t1 --labels t1.h5:/labels_aal" "thick.h5:/v" "c.h5 --mask nonzero"; do
    rm -f one.out.h5
    # shellcheck disable=SC2086
    run 0 normalize $input -t 1 -q -o one.out.h5
    for how in "-t 2" "-t 8" "-t 3 --memory 4MiB" "-t 1 --memory 6MiB"; do
        # shellcheck disable=SC2086
        run 0 normalize $input $how -q -f -o other.out.h5
        same_bytes one.out.h5 other.out.h5
    done
done
finish
