# SPDX-License-Identifier: GPL-3.0-or-later
# Established packages' numbers: moments, z-scores, group norms, volume weights of the reference volumes.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"
[ -n "$reference" ] || { echo "skipped: the reference volumes are not here"; exit 77; }
cp "$reference"/{t1_4mm,golden_t1_4mm,groupnorm,irregular_generic,golden_irregular,edge}.h5 . && chmod u+w ./*.h5

# norm NAME INPUT OPTION...: NAME.h5 and the groups in NAME.json.
norm() {
    local name=$1 input=$2
    shift 2
    run 0 normalize "$input" -q --json "$@" -o "$name.h5" && mv out "$name.json"
}

for d in f32 f64; do
    norm all_$d t1_4mm.h5:/t1 --dtype $d
    norm mask_$d t1_4mm.h5:/t1 --dtype $d --mask t1_4mm.h5:/mask
    norm nonzero_$d t1_4mm.h5:/t1 --dtype $d --mask nonzero --outside keep
    norm monai_$d t1_4mm.h5:/t1 --dtype $d --like monai
    norm tissue_$d t1_4mm.h5:/t1 --dtype $d --labels t1_4mm.h5:/labels_tissue --ignore-label 0
    norm aal_$d t1_4mm.h5:/t1 --dtype $d --labels t1_4mm.h5:/labels_aal --ignore-label 0 --min-voxels 0
done
norm regions t1_4mm.h5:/t1 --labels t1_4mm.h5:/labels_aal
norm fraction t1_4mm.h5:/t1 --mask t1_4mm.h5:/mask_fraction --mask-weights
volumes << 'END'
def known_group(group, known):
    assert group["count"] == known["n"], group
    near(group["mean"], known["mean"])
    near(group["sd"] ** 2, known["var"], 4e-12)
    assert group["min"] == known["min"] and group["max"] == known["max"], group


t1 = KNOWN["t1_4mm"]
for name, golden in (("all", "zscore_all"), ("mask", "zscore_maskstats_apply_all"),
                     ("nonzero", "zscore_nonzero_keep_zero"), ("monai", "zscore_nonzero_keep_zero"),
                     ("tissue", "gn_per_label_tissue_eps1e-5"), ("aal", "gn_per_label_aal_eps1e-5")):
    for dtype in ("f32", "f64"):
        got = load("%s_%s.h5" % (name, dtype), "t1")
        assert got.dtype == {"f32": np.float32, "f64": np.float64}[dtype]
        rounds_to(got[::3], load("golden_t1_4mm.h5", golden))
for name in ("all", "mask", "nonzero"):
    known_group(reports(name + "_f64.json")["all"], t1[name])
# Label 0 as a group of its own does not touch the others.
groups = reports("regions.json")
assert len(groups) == 117
for label, known in t1["per_label_aal"].items():
    known_group(groups["z,y,x=" + label], known)
# Shares of a voxel are weights.
known_group(reports("fraction.json")["all"], t1["mask_fraction_weighted"])
near(reports("fraction.json")["all"]["mm3"], t1["mask_fraction_weighted"]["sumw"] * 64)
END

# Group norms of (c,z,y,x) and (n,c,z,y,x), at any offset of a sample. One channel a group is instance norm, one group
# layer norm.
for name in cdhw ncdhw; do
    for g in 1 2 4 8; do
        norm ${name}_$g groupnorm.h5:/$name --method group --groups $g --dtype f64
    done
    norm ${name}_instance groupnorm.h5:/$name --method instance --dtype f64
    norm ${name}_layer groupnorm.h5:/$name --method layer --dtype f64
done
volumes << 'END'
for name in ("cdhw", "ncdhw"):
    for g in "1248":
        golden = h5py.File("groupnorm.h5")["golden/%s/g%s" % (name, g)]
        groups = json.load(open("%s_%s.json" % (name, g)))["groups"]
        mean, var = golden["mean"][()].ravel(), golden["var"][()].ravel()
        assert len(groups) == mean.size
        for got, m, v in zip(groups, mean, var):
            near(got["mean"], m)
            near(got["sd"] ** 2, v, 4e-12)
        if "y" in golden:
            rounds_to(load("%s_%s.h5" % (name, g), name), golden["y"][()].astype(float))
    assert load(name + "_instance.h5", name).tobytes() == load(name + "_8.h5", name).tobytes()
    assert load(name + "_layer.h5", name).tobytes() == load(name + "_1.h5", name).tobytes()
END

# Slices of 3 and 9 mm: the volume-weighted mean is that of the fine grid, the unweighted one is not.
v=irregular_generic.h5:/volume mask=irregular_generic.h5:/mask
norm auto $v --dtype f64
norm volume $v --dtype f64 --weights volume
norm none $v --dtype f64 --weights none
norm uniform $v --dtype f64 --slice-weight uniform
norm cell $v --slice-weight cell
norm masked $v --dtype f64 --mask $mask
norm masked_none $v --mask $mask --weights none
volumes << 'END'
known = KNOWN["irregular"]
for name, key, golden in (("auto", "volume_weighted", "zscore_volume_weighted"),
                          ("volume", "volume_weighted", "zscore_volume_weighted"),
                          ("none", "unweighted", "zscore_unweighted"),
                          ("uniform", "unweighted", "zscore_unweighted"),
                          ("cell", "volume_weighted_with_estimated_widths", None),
                          ("masked", "mask_volume_weighted", "zscore_mask_volume_weighted_apply_all"),
                          ("masked_none", "mask_unweighted", None)):
    group = reports(name + ".json")["all"]
    assert group["count"] == known[key]["n"]
    near(group["mean"], known[key]["mean"])
    near(group["sd"] ** 2, known[key]["var"], 4e-12)
    if key.endswith("volume_weighted"):
        near(group["mm3"], known[key]["sumw"])
    if golden:
        rounds_to(load(name + ".h5", "volume")[::3], load("golden_irregular.h5", golden))
fine = known["fine_1mm_truth_same_region"]["mean"]
near(reports("auto.json")["all"]["mean"], fine, 1e-9)
assert reports("none.json")["all"]["mean"] > 1.07 * fine
END

# Numbers at the ends of their types.
for name in offset_1e7_f64 offset_2p20_f32 i16_extremes denormal; do
    norm $name edge.h5:/$name
done
norm with_nan_inf_finite_only edge.h5:/with_nan_inf --nan ignore
volumes << 'END'
for name in ("offset_1e7_f64", "offset_2p20_f32", "i16_extremes", "denormal", "with_nan_inf_finite_only"):
    known, group = KNOWN["edge"][name], reports(name + ".json")["all"]
    assert group["count"] == known["n"], name
    near(group["mean"], known["mean"])
    near(group["sd"] ** 2, known["var"], 1e-10 if name == "offset_1e7_f64" else 4e-12)
# What is not finite stays.
x, y = load("edge.h5", "with_nan_inf"), load("with_nan_inf_finite_only.h5", "with_nan_inf")
odd = ~np.isfinite(x)
assert odd.sum() == 3 and x[odd].tobytes() == y[odd].tobytes()
END
finish
