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
