# SPDX-License-Identifier: GPL-3.0-or-later
# Masks that are tests of values choose by the image's own values, whatever limits or curves come after; the same bytes for any threads.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"

volumes << 'END'
r = np.random.default_rng(11)
brain = r.normal(100, 15, (10, 10, 10))
brain[:, :5] = 0
image("brain.h5", v=brain)
two = r.normal(100, 15, (2, 40, 50, 60)).astype(np.float32)
two[1] *= 3
two[:, :, :25] = r.normal(5, 1, (2, 40, 25, 60))
image("two.h5", v=two)
image("last.h5", v=np.moveaxis(two, 0, -1))
with h5py.File("last.h5", "a") as f:
    f["v"].attrs["axes"] = "zyxc"
image("field.h5", b=r.uniform(0.5, 2, brain.shape))
END

# ---- limits ----
run 0 normalize brain.h5 --mask nonzero --clip 0.5,99.5 --dtype f64 -o nonzero.h5 && says err "over voxels that are not 0: 500 of 1000 voxels"
run 0 normalize brain.h5 --mask '>90' --clip 5,95 --outside nan --dtype f64 -q -o above.h5
run 0 normalize brain.h5 --method ct --mask nonzero --outside zero --dtype f64 -q -o ct.h5
run 0 normalize brain.h5 --method robust --mask nonzero --clip 20,80 --outside zero --dtype f64 -q -o robust.h5
run 0 normalize brain.h5 --bias-field field.h5 --mask '>90' --clip 5,95 --outside zero --dtype f64 -q -o field_z.h5
run 0 normalize brain.h5 --like monai --clip 0.5,99.5 -o monai.h5 && says err "500 of 1000 voxels"
run 0 normalize two.h5 --mask otsu --clip 2,90 --outside zero --dtype f64 -q -o otsu.h5
run 0 normalize two.h5 --mask p60 --clip 2,90 --outside zero --dtype f64 -q -o p60.h5
run 0 normalize last.h5 --mask p60 --clip 2,90 --outside zero --dtype f64 -q -o p60_last.h5
volumes << 'END'
x = load("brain.h5", "v")


def limited(x, inside, low, high, outside, ct=False, robust=False):
    a, b = np.percentile(x[inside], [low, high])
    y = np.clip(x, a, b)
    s = (x if ct else y)[inside]
    m, d = (np.median(s), 1.4826 * np.median(np.abs(s - np.median(s)))) if robust else (s.mean(), s.std())
    y = (y - m) / d
    return y if outside is None else np.where(inside, y, outside)


def same(name, want):
    got = load(name, "v")
    assert np.array_equal(np.isnan(got), np.isnan(want)) and np.nanmax(np.abs(got - want)) < 1e-9, (name, np.nanmax(np.abs(got - want)))


same("nonzero.h5", limited(x, x != 0, 0.5, 99.5, None))
same("above.h5", limited(x, x > 90, 5, 95, np.nan))
same("ct.h5", limited(x, x != 0, 0.5, 99.5, 0, ct=True))
same("robust.h5", limited(x, x != 0, 20, 80, 0, robust=True))
divided = x / load("field.h5", "b")
same("field_z.h5", limited(divided, divided > 90, 5, 95, 0))
two = load("two.h5", "v").astype(float)
same("p60.h5", np.stack([limited(c, c > np.percentile(c, 60), 2, 90, 0) for c in two]))
same("p60_last.h5", np.moveaxis(load("p60.h5", "v"), 0, -1))
assert all(59900 <= (c != 0).sum() <= 60000 for c in load("otsu.h5", "v"))
END
run 0 normalize brain.h5 --method whitestripe --mask nonzero --clip 0,100 --dtype f64 -q -o stripe.h5
run 0 normalize brain.h5 --method whitestripe --mask nonzero --dtype f64 -q -o stripe_all.h5
volumes << 'END'
assert np.array_equal(load("stripe.h5", "v")[:, 5:], load("stripe_all.h5", "v")[:, 5:])
END

# ---- limits and curves of models ----
for method in ct nyul; do
    run 0 fit brain.h5 --method $method --mask nonzero -q -o $method.model
    run 0 apply brain.h5 --stats $method.model --mask nonzero --outside nan --dtype f64 -q -o applied_$method.h5
done
volumes << 'END'
for method in ("ct", "nyul"):
    assert np.array_equal(np.isnan(load("applied_" + method + ".h5", "v")), load("brain.h5", "v") == 0), method
END

# ---- what is outside and kept is not limited either ----
volumes << 'END'
r = np.random.default_rng(12)
two, brain = load("two.h5", "v"), load("brain.h5", "v")
image("block.h5", m=(r.random(two.shape[1:]) < 0.4).astype(np.uint8), l=r.integers(0, 4, two.shape[1:]).astype(np.int16))
image("brain_block.h5", m=(r.random(brain.shape) < 0.4).astype(np.uint8))
END
run 0 normalize brain.h5 --mask nonzero --clip 10,90 --outside keep --dtype f64 -q -o kept_nonzero.h5
run 0 normalize two.h5 --mask block.h5:/m --clip 10,90 --outside keep --dtype f64 -q -o kept_file.h5
run 0 normalize last.h5 --mask block.h5:/m --clip 10,90 --outside keep --dtype f64 -q -o kept_last.h5
run 0 normalize two.h5 --mask p60 --clip 10,90 --outside keep --dtype f64 -q -o kept_p60.h5
run 0 normalize last.h5 --mask p60 --clip 10,90 --outside keep --dtype f64 -q -o kept_p60_last.h5
run 0 normalize two.h5 --mask '>90' --clip 10,90 --outside keep --dtype f64 -q -o kept_above.h5
run 0 normalize two.h5 --labels block.h5:/l --ignore-label 2 --clip 10,90 --eps 0 --outside keep --dtype f64 -q -o kept_labels.h5
run 0 normalize two.h5 --labels block.h5:/l --ignore-label 2 --mask block.h5:/m --clip 10,90 --eps 0 --outside keep --dtype f64 -q -o kept_both.h5
for how in "-t 1" "-t 8" "-t 2 --memory 8MiB"; do
    # shellcheck disable=SC2086
    run 0 normalize two.h5 --mask p60 --clip 10,90 --outside keep --dtype f64 -q -f -o again.h5 $how
    volumes << 'END'
assert load("again.h5", "v").tobytes() == load("kept_p60.h5", "v").tobytes()
END
done
for method in ct nyul; do
    run 0 apply brain.h5 --stats $method.model --mask nonzero --outside keep --dtype f64 -q -o kept_$method.h5
    run 0 apply brain.h5 --stats $method.model --mask brain_block.h5:/m --outside keep --dtype f64 -q -o block_$method.h5
done
run 0 invert block_nyul.h5 --mask brain_block.h5:/m -q -o back_nyul.h5
volumes << 'END'
two, block, labels = load("two.h5", "v").astype(float), load("block.h5", "m") > 0, load("block.h5", "l")


def kept(x, inside, ids=None, limits=None):
    a, b = np.percentile(x[inside if limits is None else limits], [10, 90])
    y, out = np.clip(x, a, b), x.copy()
    for k in np.unique(ids[inside]) if ids is not None else [None]:
        here = inside if k is None else inside & (ids == k)
        out[here] = (y[here] - y[here].mean()) / y[here].std()
    return out


def check(name, want, outside):
    got = load(name, "v")
    assert np.abs(got - want).max() < 1e-9, (name, np.abs(got - want).max())
    assert np.array_equal(got[outside], want[outside]), name


x = load("brain.h5", "v")
check("kept_nonzero.h5", kept(x, x != 0), x == 0)
monai = load("monai.h5", "v")
assert not monai[x == 0].any() and abs(monai[x != 0].mean()) < 1e-6 and monai[x != 0].max() < 3
every = np.broadcast_to(block, two.shape)
check("kept_file.h5", np.stack([kept(c, block) for c in two]), ~every)
check("kept_last.h5", np.moveaxis(load("kept_file.h5", "v"), 0, -1), np.moveaxis(~every, 0, -1))
high = [c > np.percentile(c, 60) for c in two]
check("kept_p60.h5", np.stack([kept(c, h) for c, h in zip(two, high)]), ~np.stack(high))
check("kept_p60_last.h5", np.moveaxis(load("kept_p60.h5", "v"), 0, -1), np.moveaxis(~np.stack(high), 0, -1))
check("kept_above.h5", np.stack([kept(c, c > 90) for c in two]), two <= 90)
everything = np.ones(block.shape, bool)
check("kept_labels.h5", np.stack([kept(c, labels != 2, labels, everything) for c in two]), np.stack([labels == 2] * 2))
check("kept_both.h5", np.stack([kept(c, (labels != 2) & block, labels, block) for c in two]), np.stack([(labels == 2) | ~block] * 2))
m = load("brain_block.h5", "m") > 0
for method in ("ct", "nyul"):
    a, b = load("kept_" + method + ".h5", "v"), load("applied_" + method + ".h5", "v")
    assert not a[x == 0].any() and np.array_equal(a[x != 0], b[x != 0]), method
    assert np.array_equal(load("block_" + method + ".h5", "v")[~m], x[~m]), method
assert np.abs(load("back_nyul.h5", "v") - x).max() < 1e-9
END

# ---- the same bytes; what cannot be undone is said ----
for how in "-t 1" "-t 8" "-t 2 --memory 8MiB"; do
    # shellcheck disable=SC2086
    run 0 normalize two.h5 --mask p60 --clip 2,90 --outside zero --dtype f64 -q -f -o again.h5 $how
    volumes << 'END'
assert load("again.h5", "v").tobytes() == load("p60.h5", "v").tobytes()
END
done
run 0 normalize brain.h5 --mask nonzero --clip 0.5,99.5 --outside keep -q -o kept.h5
refuse 3 "chosen by their values and kept" invert kept.h5 -o no.h5
run 0 invert nonzero.h5 -o back.h5 && says err "cut off and do not come back"
volumes << 'END'
x = load("brain.h5", "v")
a, b = np.percentile(x[x != 0], [0.5, 99.5])
assert np.abs(load("back.h5", "v") - np.clip(x, a, b)).max() < 1e-9
END
finish
