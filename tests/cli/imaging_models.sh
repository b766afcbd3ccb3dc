# SPDX-License-Identifier: GPL-3.0-or-later
# invert within its bound; fit, merge and apply: shards to the same bytes, files to 1e-12, in any order.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"
cp "$t1" t1.h5 && chmod u+w t1.h5
cp "$SCI_SOURCE_DIR/data/head_slices.h5" slices.h5 && chmod u+w slices.h5
volumes << 'END'
r = np.random.default_rng(5)
v = r.normal(300, 40, (3, 8, 10, 12)).astype(np.float32)
v[:, :, :3] = 0
image("c.h5", v=v)
for i in range(4):
    image("site%d.h5" % i, v=(r.normal(100 + 30 * i, 10 + i, (6, 7, 8))).astype(np.float32))
END

# ---- invert: |x' - x| <= 2^-23 max(|x|, |x - mean|) + 2^-24 |y| scale ----
# back NAME OPTION...: normalize, invert, compare; NAME is INPUT:/DATASET. Options of the maps are given again.
back() {
    local input=$1
    shift
    run 0 normalize "$input" "$@" -q -f -o y.h5
    run 0 invert "y.h5:${input#*:}" "${again[@]}" -q -f -o x.h5 || return
    volumes "$input" << 'END'
file, name = sys.argv[1].split(":")
with h5py.File(file) as a, h5py.File("x.h5") as b, h5py.File("y.h5") as c:
    x, got, y = (f[name][()].astype(LONG) for f in (a, b, c))
    record = c["sci_imaging" + name]
    far = np.abs(x - record["centre"][()].max())
    scale = record["scale"][()].max()
bound = 2.0**-23 * np.maximum(np.abs(x), np.maximum(far, np.abs(x - x.mean()))) + 2.0**-24 * np.abs(y) * scale
assert (np.abs(got - x) <= bound).all(), float(np.abs(got - x).max())
END
}
again=()
back t1.h5:/t1
back slices.h5:/volume
back c.h5:/v
back c.h5:/v --method layer
back t1.h5:/t1 --ddof 1
again=(--mask t1.h5:/mask)
back t1.h5:/t1 --mask t1.h5:/mask
back t1.h5:/t1 --mask t1.h5:/mask --outside keep
again=(--mask t1.h5:/mask_fraction --mask-threshold 0.5)
back t1.h5:/t1 "${again[@]}" --outside keep
again=(--labels t1.h5:/labels_tissue)
back t1.h5:/t1 --labels t1.h5:/labels_tissue
# 16-bit integers come back exactly once they are rounded.
again=()
back t1.h5:/t1
volumes << 'END'
assert (np.rint(load("x.h5", "t1")) == load("t1.h5", "t1")).all()
END
# What invert cannot know it asks for.
refuse 1 "" invert t1.h5:/t1 -o no.h5
run 0 normalize t1.h5:/t1 --labels t1.h5:/labels_tissue -q -f -o y.h5
refuse 2 "give them again with --labels" invert y.h5:/t1 -o no.h5
refuse 3 "is not the label map that 'y.h5:/t1' was made with ('t1.h5:/labels_tissue'): its contents differ" invert y.h5:/t1 --labels t1.h5:/labels_aal -o no.h5
refuse 3 "groups, and there are" invert y.h5:/t1 --labels t1.h5:/labels_tissue --ignore-label 0 -o no.h5
run 0 normalize t1.h5:/t1 --mask t1.h5:/mask --outside keep -q -f -o y.h5
refuse 2 "give it again with --mask" invert y.h5:/t1 -o no.h5
refuse 3 "is not the mask that" invert y.h5:/t1 --mask t1.h5:/labels_tissue --mask-threshold 1 -o no.h5
run 0 normalize t1.h5:/t1 --mask nonzero --outside keep -q -f -o y.h5
refuse 3 "chosen by their values and kept" invert y.h5:/t1 -o no.h5

# Groups of channels and the reading of a mask are known again.
printf 'a\nb\na\n' > aba.txt
printf 'b\na\na\n' > baa.txt
run 0 normalize c.h5:/v --method group --groups aba.txt -q -f -o y.h5
refuse 3 "'baa.txt' is not the file of groups that 'y.h5:/v' was made with ('aba.txt')" invert y.h5:/v --groups baa.txt -o no.h5
run 0 invert y.h5:/v --groups aba.txt -q -f -o x.h5
run 0 normalize t1.h5:/t1 --mask t1.h5:/mask_fraction --mask-threshold 0.5 --outside keep -q -f -o y.h5
refuse 3 "was made with a mask of 'above 0.5', not of 'above 0.25'" invert y.h5:/t1 --mask t1.h5:/mask_fraction --mask-threshold 0.25 -o no.h5
refuse 3 "not of 'weights'" invert y.h5:/t1 --mask t1.h5:/mask_fraction --mask-weights -o no.h5

# What would have no effect, or a wrong one.
run 0 normalize t1.h5:/t1 -q -f -o y.h5
refuse 2 "leave out --mask" invert y.h5:/t1 --mask t1.h5:/mask -o no.h5
refuse 2 "leave out --labels" invert y.h5:/t1 --labels t1.h5:/labels_tissue -o no.h5
refuse 2 "leave out --groups" invert y.h5:/t1 --groups 1 -o no.h5
refuse 2 "goes with --labels" invert y.h5:/t1 --ignore-label 0 -o no.h5
refuse 2 "mask in a file" invert y.h5:/t1 --mask-threshold 1 -o no.h5
run 0 normalize c.h5:/v --method group --groups 3 -q -f -o y.h5
refuse 2 "leave out --groups" invert y.h5:/v --groups 1 -o no.h5
run 0 fit t1.h5:/t1 --mask nonzero --method nyul -q -o nyul.h5
refuse 2 "--eps: 'nyul.h5' is a model of nyul" apply t1.h5:/t1 --stats nyul.h5 --eps 1 -o no.h5
refuse 2 "--on-degenerate: 'nyul.h5' is a model of nyul" apply t1.h5:/t1 --stats nyul.h5 --on-degenerate zero -o no.h5
# Labels with few voxels in the model keep their values, and so do those without spread if asked to.
volumes << 'END'
x = load("t1.h5", "t1").astype(float)
l = np.ones(x.shape, np.uint8)
l[2, 3, :7] = 2
x[2, 3, :7] = np.arange(7)
l[5, 3, :12] = 3
x[5, 3, :12] = 5
image("few.h5", v=x)
image("few_labels.h5", l=l)
END
run 0 fit few.h5 --labels few_labels.h5:/l -q -o few.model
for how in "--min-voxels 8 --on-degenerate zero" "--min-voxels 7 --on-degenerate zero" "--min-voxels 7 --on-degenerate keep"; do
    # shellcheck disable=SC2086
    run 0 apply few.h5 --stats few.model --labels few_labels.h5:/l $how --dtype f64 -f -o "few $how.h5"
done
says err "1 groups have no spread"
run 0 apply few.h5 --stats few.model --labels few_labels.h5:/l --on-degenerate zero -o "few 10.h5" && says err "1 labels have fewer than 10 voxels and stay as they are, the first is 'z,y,x=2'"
volumes << 'END'
x, l = load("few.h5", "v"), load("few_labels.h5", "l")
z = {n: load("few %s.h5" % n, "v") for n in ("--min-voxels 8 --on-degenerate zero", "--min-voxels 7 --on-degenerate zero", "--min-voxels 7 --on-degenerate keep")}
for n, y in z.items():
    assert abs(y[l == 1].mean()) < 1e-9 and abs(y[l == 1].std() - 1) < 1e-4
    assert np.array_equal(y[l == 2], x[l == 2]) == (n == "--min-voxels 8 --on-degenerate zero"), n
    assert (y[l == 3] == (5 if "keep" in n else 0)).all(), n
END
refuse 2 "--min-voxels goes with --labels" apply few.h5 --stats few.model --min-voxels 3 -o no.h5
refuse 2 "is a model of nyul, which knows no labels" apply t1.h5:/t1 --stats nyul.h5 --labels t1.h5:/mask -o no.h5
# Slices whose thickness would have to be guessed do not matter to a model that has been fitted.
run 0 fit slices.h5:/volume -q -o volume.h5
cp slices.h5 gap.h5
volumes << 'END'
with h5py.File("gap.h5", "r+") as f:
    f["z-width"][...] = f["z-width"][()] * 0.8
END
refuse 3 "--slice-weight" fit gap.h5:/volume -o no.h5
run 0 apply gap.h5:/volume --stats volume.h5 -q -o gap_applied.h5

# ---- fit: shards of one image merge to the same bytes ----
for input in "t1.h5:/t1 --mask t1.h5:/mask" "t1.h5:/t1 --labels t1.h5:/labels_aal" "slices.h5:/volume" "c.h5:/v --mask nonzero"; do
    # shellcheck disable=SC2086
    run 0 fit $input -q -f -o whole.h5
    for i in 1 2 3; do
        # shellcheck disable=SC2086
        run 0 fit $input --shard $i/3 -q -f -o s$i.h5
    done
    run 0 merge s2.h5 s3.h5 s1.h5 -q -f -o merged.h5
    run 0 show whole.h5 --json && mv out whole.json
    run 0 show merged.h5 --json && same_bytes whole.json out
done

# ---- fit: images of unlike voxels ----
volumes << 'END'
r = np.random.default_rng(8)
for name, step, slices in (("fine", 1.0, None), ("coarse", 4.0, None), ("uneven", 2.0, [1.0, 2.0, 4.0, 8.0])):
    v = r.normal(100 * step, 10, (4, 5, 6)).astype("f4")
    with h5py.File(name + ".h5", "w") as f:
        d = f.create_dataset("v", data=v)
        if slices is None:
            d.attrs["spacing"], d.attrs["units"] = [step] * 3, "mm"
        else:
            edges = np.concatenate([[0], np.cumsum(slices)])
            for axis, (label, at) in enumerate((("z", (edges[1:] + edges[:-1]) / 2), ("y", np.arange(5) * step), ("x", np.arange(6) * step))):
                f[label] = at
                f[label].make_scale(label)
                f[label].attrs["units"] = "mm"
                d.dims[axis].attach_scale(f[label])
END
run 0 fit fine.h5 coarse.h5 -o alike.h5 && says err "have 1 mm3 and those of 'coarse.h5' 64 mm3, and all count alike; --weights volume"
refuse 3 "slices differ in thickness in 'uneven.h5' and not in 'fine.h5'; --weights volume" fit fine.h5 uneven.h5 --slice-weight cell -o no.h5
for name in fine coarse uneven; do run 0 fit $name.h5 --weights volume --slice-weight cell -q -o of_$name.h5; done
run 0 fit uneven.h5 fine.h5 coarse.h5 --weights volume --slice-weight cell -q -o by_volume.h5
run 0 merge of_coarse.h5 of_uneven.h5 of_fine.h5 -q -o by_volume2.h5
for m in by_volume by_volume2; do run 0 show $m.h5 --json && mv out $m.json; done
volumes << 'END'
x, w = [], []
for name, volume in (("fine", 1.0), ("coarse", 64.0), ("uneven", None)):
    v = load(name + ".h5", "v").astype(LONG)
    at = h5py.File("uneven.h5")["z"][()]
    cells = np.gradient(at) if volume is None else np.full(4, volume)
    if volume is None: # edges half way between centres, the outer ones as far out
        between = (at[1:] + at[:-1]) / 2
        edges = np.concatenate([[2 * at[0] - between[0]], between, [2 * at[-1] - between[-1]]])
        cells = np.diff(edges) * 4.0
    x.append(v.ravel()), w.append(np.repeat(cells, 30))
x, w = np.concatenate(x), np.concatenate(w).astype(LONG)
mean = (w * x).sum() / w.sum()
for name in ("by_volume", "by_volume2"):
    group, = json.load(open(name + ".json"))["groups"]
    assert group["count"] == x.size
    assert abs(group["mean"] - float(mean)) < 1e-12 * float(mean), (name, group["mean"], float(mean))
    assert abs(group["variance"] - float((w * (x - mean) ** 2).sum() / w.sum())) < 1e-11 * group["variance"]
END
# Slices that are apart by unlike distances and all as thick as each other.
run 0 stats uneven.h5 --slice-weight uniform --json && mv out thick.json
run 0 fit uneven.h5 fine.h5 --weights volume --slice-weight uniform -q -o thick.h5 && run 0 show thick.h5 --json && mv out model.json
volumes << 'END'
group, = json.load(open("thick.json"))["images"][0]["groups"]
one = group["mm3"] / group["count"]
assert one > 4
x = [load(name + ".h5", "v").astype(LONG) for name in ("uneven", "fine")]
mean = (one * x[0].sum() + x[1].sum()) / (one * x[0].size + x[1].size)
group, = json.load(open("model.json"))["groups"]
assert abs(group["mean"] - float(mean)) < 1e-12 * float(mean), (group["mean"], float(mean), one)
END
refuse 2 "--shard does not go with --weights volume" fit fine.h5 --shard 1/2 --weights volume -o no.h5

# ---- fit: files, in any order and cut into any models ----
run 0 fit site0.h5 site1.h5 site2.h5 site3.h5 -q -o all.h5
run 0 fit site3.h5 site1.h5 site0.h5 site2.h5 -q -o shuffled.h5
run 0 fit site2.h5 site0.h5 -q -o first.h5
run 0 fit site3.h5 site1.h5 -q -o second.h5
run 0 merge second.h5 first.h5 -q -o merged2.h5
for m in all shuffled merged2; do run 0 show $m.h5 --json && mv out $m.json; done
same_bytes all.json shuffled.json
volumes << 'END'
x = np.concatenate([load("site%d.h5" % i, "v").ravel() for i in range(4)]).astype(LONG)
for name in ("all", "merged2"):
    group, = json.load(open(name + ".json"))["groups"]
    assert group["count"] == x.size
    near(group["mean"], float(x.mean()))
    near(group["variance"], float(x.var()), 4e-12)
END
run 0 apply site1.h5 --stats all.h5 --dtype f64 -o applied.h5 && says err "zscore by the model 'all.h5'"
run 0 invert applied.h5 -q -o restored.h5
volumes << 'END'
x = np.concatenate([load("site%d.h5" % i, "v").ravel() for i in range(4)]).astype(LONG)
one = load("site1.h5", "v").astype(LONG)
rounds_to(load("applied.h5", "v"), ((one - x.mean()) / x.std()).astype(float))
assert np.abs(load("restored.h5", "v") - one).max() < 1e-4
END
refuse 3 "" merge first.h5 all.h5 -o no.h5
refuse 3 "is no model of sci-imaging" apply site1.h5 --stats t1.h5 -o no.h5
refuse 2 "" apply site1.h5 -o no.h5

# ---- percentiles of sites that share only counts: rounds of 16 bits, for types of one, two and four ----
volumes << 'END'
r = np.random.default_rng(9)
for dtype, scale in (("i2", 1), ("i4", 1e5), ("f4", 1), ("f8", 1), ("i8", 1e12)):
    for i in range(4):
        x = r.normal(40 + 30 * i, 300, (5 + i, 7, 8)) * scale
        image("%s_%d.h5" % (dtype, i), v=(np.rint(x) if dtype[0] == "i" else x).astype(dtype))
    image("%s_more.h5" % dtype, v=np.full((1, 7, 8), 40).astype(dtype))
END
for type in "i2 1" "i4 2" "f4 2" "f8 4" "i8 4"; do
    rounds=${type#* } type=${type% *}
    run 0 fit "$type"_{0,1,2,3}.h5 --method ct -q -f -o at_once.ct
    run 0 fit "$type"_{0,3}.h5 --method ct -q -f -o north.ct
    run 0 fit "$type"_{1,2}.h5 --method ct -q -f -o south.ct
    run 0 merge north.ct south.ct -f -o round1.ct
    for ((k = 2; k <= rounds; k++)); do
        says err "'round$((k - 1)).ct' has only round $((k - 1)) of $rounds of its percentiles"
        refuse 3 "count the next one at every site with 'fit --method ct --refine round$((k - 1)).ct'" \
            apply "$type"_1.h5 --stats round$((k - 1)).ct -o no.h5
        run 0 fit "$type"_{0,3}.h5 --method ct --refine round$((k - 1)).ct -f -o north.ct
        says err "'north.ct' has counted only a part of round $k of its percentiles; merge it"
        run 0 fit "$type"_{1,2}.h5 --method ct --refine round$((k - 1)).ct -q -f -o south.ct
        run 0 merge south.ct north.ct -f -o round$k.ct
    done
    silent err
    run 0 show at_once.ct --json && mv out at_once.json
    run 0 show round$rounds.ct --json && mv out sites.json
    volumes "$type" << 'END'
x = np.concatenate([load("%s_%d.h5" % (sys.argv[1], i), "v").ravel() for i in range(4)])
for name in ("at_once", "sites"):
    group, = json.load(open(name + ".json"))["groups"]
    assert group["count"] == x.size
    for key, p in (("p0.5", 0.5), ("median", 50), ("p99.5", 99.5)):
        near(group[key], float(np.percentile(x.astype(LONG), p)), 1e-11)
END
    # All images in one place take all rounds at once.
    if [ "$rounds" -gt 1 ]; then
        run 0 fit "$type"_{0,1,2,3}.h5 --method ct --refine round1.ct -f -o rest.ct && silent err
        run 0 show rest.ct --json && mv out rest.json
        volumes << 'END'
assert json.load(open("rest.json"))["groups"] == json.load(open("at_once.json"))["groups"]
END
        refuse 3 "merge it with the models of this round of the other sites" fit "$type"_1.h5 --method ct --refine south.ct -q -o no.ct
        refuse 3 "merge it with the models of this round of the other sites" apply "$type"_1.h5 --stats south.ct -q -o no.h5
        run 0 show south.ct && says out "a part of round $rounds of $rounds of the percentiles is counted"
        refuse 3 "are not the same inputs" fit "$type"_{0,1,2,3}.h5 "$type"_more.h5 --method ct --refine round1.ct -q -o no.ct
    fi
done
finish
