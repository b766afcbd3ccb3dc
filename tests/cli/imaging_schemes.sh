# SPDX-License-Identifier: GPL-3.0-or-later
# WhiteStripe, Nyul, the CT scheme, range and Otsu: the numbers of intensity-normalization where the reference is, those of
# numpy everywhere; the same bytes for any threads and budget.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"
cp "$t1" t1.h5 && chmod u+w t1.h5

# The head in units of 1/16, and two more of its population: other gain and offset, another contrast.
volumes << 'END'
x, mask = load("t1.h5", "t1") / 16.0, load("t1.h5", "mask")
image("one.h5", t1=x, mask=mask)
image("two.h5", t1=3.7 * x + 20, mask=mask)
image("three.h5", t1=10.724462528970992 * x**0.8, mask=mask)
r = np.random.default_rng(11)
for i in range(3):
    image("ct%d.h5" % i, v=np.clip(r.normal(40 + i, 300, (7, 9, 11)), -1024, 3000).astype(np.int16))
END

# ---- WhiteStripe ----
run 0 normalize one.h5:/t1 --mask one.h5:/mask --method whitestripe --dtype f64 -q --json -o stripe.h5 && mv out stripe.json
volumes << 'END'
def whitestripe(values):
    lower = values[values <= np.percentile(values, 96)]
    grid, bandwidth = np.linspace(lower.min(), lower.max(), 80), lower.size**-0.2 * lower.std(ddof=1)
    pdf = np.array([np.exp(-0.5 * ((p - lower) / bandwidth) ** 2).sum() for p in grid])
    mode = grid[1:-1][(pdf[1:-1] > pdf[:-2]) & (pdf[1:-1] > pdf[2:])][-1]
    rank = (values < mode).mean()
    low, high = np.quantile(values, [max(rank - 0.05, 0), min(rank + 0.05, 1)])
    stripe = values[(values > low) & (values < high)]
    return stripe.mean(), stripe.std(), stripe.size


x, mask = load("one.h5", "t1"), load("one.h5", "mask") > 0
mean, sd, n = whitestripe(x[mask])
group = reports("stripe.json")["all"]
near(group["centre"], mean, 1e-9)
near(group["scale"], sd, 1e-9)
rounds_to(load("stripe.h5", "t1"), (x - mean) / sd)
if KNOWN:
    known = json.load(open(REFERENCE + "/intensity_normalization.json"))["whitestripe"]
    assert n == known["n_stripe"]
    near(group["centre"], known["mean"], 1e-9)
    near(group["scale"], known["std"], 1e-9)
    rounds_to(load("stripe.h5", "t1")[::5], load(REFERENCE + "/golden_intensity_normalization.h5", "whitestripe_t1"))
END

# ---- Nyul, in any order and from models put together ----
masked() { local i; for i in "$@"; do printf '%s.h5:/t1\t%s.h5:/mask\n' "$i" "$i"; done; }
learn() {
    local model=$1
    shift
    { printf 'image\tmask\n' && masked "$@"; } > "$model.tsv"
    run 0 fit --method nyul --manifest "$model.tsv" -q -f -o "$model.h5"
}
learn all one two three
learn back three two one
learn first two
learn rest three one
run 0 merge rest.h5 first.h5 -q -o merged.h5
for m in all back merged; do run 0 show $m.h5 --json && mv out $m.json; done
same_bytes all.json back.json
same_bytes all.json merged.json
for i in one two three; do
    run 0 apply $i.h5:/t1 --mask $i.h5:/mask --stats all.h5 --dtype f64 -q -o nyul_$i.h5
    run 0 invert nyul_$i.h5:/t1 -q -o again_$i.h5
done
volumes << 'END'
percent = [1] + list(range(10, 100, 10)) + [99]
names, mask = ("one", "two", "three"), load("one.h5", "mask") > 0
heads = [load(n + ".h5", "t1") for n in names]
landmarks = np.array([np.percentile(x[mask], percent) for x in heads])
scale = np.mean([1 + 99 * (m - m[0]) / (m[-1] - m[0]) for m in landmarks], axis=0)


def follow(x, at, to):
    slope = np.diff(to) / np.diff(at)
    piece = np.clip(np.searchsorted(at, x, side="right") - 1, 0, len(slope) - 1)
    return to[piece] + (x - at[piece]) * slope[piece]


for name, x, m in zip(names, heads, landmarks):
    rounds_to(load("nyul_%s.h5" % name, "t1"), follow(x, m, scale))
    rounds_to(load("again_%s.h5" % name, "t1"), x)
if KNOWN:
    known = json.load(open(REFERENCE + "/intensity_normalization.json"))["nyul"]
    np.testing.assert_allclose(scale, known["standard_scale"], rtol=1e-9)
    np.testing.assert_allclose(landmarks, known["landmarks"], rtol=1e-9)
    inside = mask[::5]
    for k, name in enumerate(names):
        got = load("nyul_%s.h5" % name, "t1")[::5]
        golden = load(REFERENCE + "/golden_intensity_normalization.h5", "nyul_%d" % k)
        # Its images 2 and 3 are 0 outside the brain.
        here = slice(None) if k == 0 else inside
        rounds_to(got[here], golden[here])
END
refuse 3 "are the same image" merge all.h5 first.h5 -o no.h5

# ---- the CT scheme: of one image, and of the foreground of several ----
run 0 normalize ct0.h5 --method ct --mask '>-500' --dtype f64 -q -o ct_one.h5
run 0 fit ct0.h5 ct1.h5 ct2.h5 --method ct --mask '>-500' -q -o ct.model
run 0 show ct.model --json && mv out ct.json
run 0 apply ct1.h5 --stats ct.model --mask '>-500' --dtype f64 -q -o ct_many.h5
volumes << 'END'
def scheme(x, foreground):
    low, high = np.percentile(foreground, [0.5, 99.5])
    return ((np.clip(x.astype(LONG), low, high) - foreground.mean(dtype=LONG)) / foreground.std(dtype=LONG)).astype(float)


heads = [load("ct%d.h5" % i, "v") for i in range(3)]
rounds_to(load("ct_one.h5", "v"), scheme(heads[0], heads[0][heads[0] > -500]))
foreground = np.concatenate([x[x > -500] for x in heads])
rounds_to(load("ct_many.h5", "v"), scheme(heads[1], foreground))
END

# ---- range, robust and Otsu's threshold ----
m="--mask t1.h5:/mask"
# shellcheck disable=SC2086
run 0 normalize t1.h5:/t1 $m --method range --dtype f64 -q -o range.h5
# shellcheck disable=SC2086
run 0 normalize t1.h5:/t1 $m --method range --clip 1,99 --dtype f64 -q -o range99.h5
# shellcheck disable=SC2086
run 0 normalize t1.h5:/t1 $m --method robust --dtype f64 -q -o robust.h5
# shellcheck disable=SC2086
run 0 normalize t1.h5:/t1 $m --clip 1,99 --dtype f64 -q -o clip.h5
run 0 normalize t1.h5:/t1 --mask otsu --dtype f64 -q -o otsu.h5
volumes << 'END'
x, mask = load("t1.h5", "t1").astype(float), load("t1.h5", "mask") > 0
inside = x[mask]
rounds_to(load("range.h5", "t1"), (x - inside.min()) / (inside.max() - inside.min()))
low, high = np.percentile(inside, [1, 99])
rounds_to(load("range99.h5", "t1"), (np.clip(x, low, high) - low) / (high - low))
median = np.median(inside)
rounds_to(load("robust.h5", "t1"), (x - median) / (1.4826 * np.median(np.abs(inside - median))))
# Otsu: the threshold with the greatest variance between what is above it and the rest.
levels, counts = np.unique(x, return_counts=True)
below, sums = np.cumsum(counts)[:-1], np.cumsum(counts * levels)[:-1]
above = x.size - below
between = below * above * (sums / below - (x.sum() - sums) / above) ** 2
threshold = levels[:-1][np.argmax(between)]
bright = x[x > threshold]
rounds_to(load("otsu.h5", "t1"), (x - bright.mean()) / bright.std())
limited = np.clip(inside, low, high)
rounds_to(load("clip.h5", "t1"), (np.clip(x, low, high) - limited.mean()) / limited.std())
if KNOWN:
    known = KNOWN["t1_4mm"]
    assert threshold == known["otsu_exact_threshold"] and bright.size == known["otsu_foreground_count"]
    assert median == known["mask_median"]
    golden = REFERENCE + "/golden_t1_4mm.h5"
    rounds_to(load("robust.h5", "t1")[::3], load(golden, "robust_median_mad1.4826_mask"))
    rounds_to(load("clip.h5", "t1")[::3], load(golden, "clip_1_99_mask_then_zscore_mask"))
END

# ---- the same bytes for any number of threads and any budget ----
# Several segments each: 16-bit integers, which are whole after one round, float32, and float32 behind gzip.
volumes << 'END'
r = np.random.default_rng(12)
x = r.normal(300, 80, (40, 200, 200)) + 200 * (r.random((40, 200, 200)) < 0.3)
x[:, :40] = 0
image("short.h5", v=np.rint(x).astype(np.int16))
image("single.h5", v=x.astype(np.float32))
with h5py.File("gzip.h5", "w") as f:
    f.create_dataset("v", data=x.astype(np.float32), chunks=(7, 64, 64), compression=1, shuffle=True)
    f["v"].attrs["spacing"], f["v"].attrs["units"] = np.full(3, 4.0), "mm"
END
# call INPUT NAME OPTION...: its outputs in NAME.*
call() {
    local input=$1 to=$2
    shift 2
    run 0 normalize "$input" --mask nonzero --method robust "$@" --no-sync -q -f -o "$to.robust.h5"
    run 0 normalize "$input" --mask otsu --clip 1,99 "$@" --no-sync -q -f -o "$to.clip.h5"
    run 0 normalize "$input" --mask p20 --method whitestripe "$@" --no-sync -q -f -o "$to.whitestripe.h5"
    run 0 fit "$input" --mask nonzero --method nyul "$@" --no-sync -q -f -o "$to.nyul"
    run 0 fit "$input" --mask nonzero --method ct "$@" --no-sync -q -f -o "$to.ct"
    run 0 stats "$input" --mask nonzero --json "$@" && mv out "$to.json"
}
# A chunk of the third has to be unpacked beside its counts: less than 28 MiB is refused.
for input in "short 24" "single 24" "gzip 28"; do
    tight=${input#* }MiB input=${input% *}
    call "$input.h5" first -t 1 --memory 512MiB
    for how in "-t 1 --memory $tight" "-t 2 --memory 32MiB" "-t 8"; do
        # shellcheck disable=SC2086
        call "$input.h5" other $how
        for file in robust.h5 clip.h5 whitestripe.h5 nyul ct json; do same_bytes first.$file other.$file; done
    done
done
refuse 4 "of memory, 8 MiB are allowed (--memory)" normalize gzip.h5 --mask otsu --clip 1,99 --memory 8MiB -o no.h5
finish
