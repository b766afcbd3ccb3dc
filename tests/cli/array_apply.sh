# SPDX-License-Identifier: GPL-3.0-or-later
# apply: statistics of one array on another, found by name, by index or by content.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

py << 'END'
r = np.random.default_rng(12)
for i, name in enumerate("ab"):
    save(name + ".h5", x=r.normal(i, 1 + i, (3 + i, 4, 5, 6)))
save("three.h5", x=r.normal(0, 1, (2, 3, 5, 6)))
open("a.csv", "w").write("p\nq\np\n")
open("b.csv", "w").write("q\nq\np\nq\n")
open("weights.csv", "w").write("1\n2\n3\n")
open("bad.csv", "w").write("1\n-1\n1\n1\n")
open("new.csv", "w").write("q\nz\nq\nq\n")
save("seg.h5", a=r.integers(0, 3, (5, 6)), b=r.integers(1, 3, (5, 6)), more=r.integers(0, 5, (5, 6)),
     rows=np.ones((4, 5), int))
save("g.h5", gamma=r.random(4), beta=r.random(4), gammas=r.random((2, 4)))
END

# apply after fit is normalize: the same bytes of data, for every norm and with gamma and beta.
for norm in batch layer group:2 instance; do
    run 0 fit a.h5 --norm $norm -o s.h5 -f -q
    run 0 apply a.h5 --stats s.h5 --scale g.h5:/gamma --shift g.h5:/beta -o y.h5:/y -f && silent err
    run 0 normalize a.h5 --norm $norm --scale g.h5:/gamma --shift g.h5:/beta -o z.h5:/y -f -q
    py << 'END'
assert load("y.h5", "y").tobytes() == load("z.h5", "y").tobytes()
assert table("y.h5") == table("z.h5")
END
done

# Statistics of a on b.
run 0 fit a.h5 --norm batch -o s.h5 -f -q
run 0 apply b.h5 --stats s.h5 -o y.h5:/y -f && py << 'END'
a, b = load("a.h5"), load("b.h5")
mean, sd = a.mean((0, 2, 3), keepdims=True), np.sqrt(a.var((0, 2, 3), keepdims=True) + 1e-5)
close(load("y.h5", "y"), (b - mean) / sd)
END
run 0 apply b.h5 --stats y.h5 -o z.h5:/y -f && py << 'END'
assert load("y.h5", "y").tobytes() == load("z.h5", "y").tobytes()
END
refuse 3 "'s.h5' has statistics of 4 indices of axis C, the input has 3" apply three.h5 --stats s.h5 -o no.h5

# Labels meet by name, whatever the file; a label without statistics is refused.
run 0 fit a.h5 --keep C --label N=a.csv -o s.h5 -f -q
run 0 apply a.h5 --stats s.h5 -o y.h5:/y -f && silent err
refuse 3 "3 labels for axis N, 'b.h5:/x' has 4; give the file again with --label N=FILE" apply b.h5 --stats s.h5 -o no.h5
run 0 apply b.h5 --stats s.h5 --label N=b.csv -o y.h5:/y -f && py << 'END'
a, b = load("a.h5"), load("b.h5")
ids = np.array([0, 1, 0]), np.array([1, 1, 0, 1])
expected = np.empty(b.shape)
for n, k in enumerate(ids[1]):
    for c in range(4):
        part = a[ids[0] == k, c]
        expected[n, c] = (b[n, c] - part.mean()) / np.sqrt(part.var() + 1e-5)
close(load("y.h5", "y"), expected)
END
refuse 3 "'s.h5' has no statistics of N=z" apply b.h5 --stats s.h5 --label N=new.csv -o no.h5
run 0 apply b.h5 --stats s.h5 --label N=new.csv --ignore-label z -o y.h5:/y -f && py << 'END'
y, b = load("y.h5", "y"), load("b.h5")
assert (y[1] == b[1]).all() and (y[0] != b[0]).any()
END
# Labels that are ignored now come on top of those that were when the table was made.
printf 'p\nq\nr\n' > three.csv
run 0 fit a.h5 --keep C --label N=three.csv --ignore-label q -o few.h5 -q
run 0 apply a.h5 --stats few.h5 --ignore-label r -o y.h5:/y -f && py << 'END'
y, a = load("y.h5", "y"), load("a.h5")
assert (y[1:] == a[1:]).all() and (y[0] != a[0]).any()
END
refuse 3 "--label C=b.csv: the statistics were made without that" apply b.h5 --stats s.h5 --label C=b.csv -o no.h5
run 0 fit a.h5 --label H,W=seg.h5:/a -o s.h5 -f -q
refuse 2 "the statistics were made with --label H,W=seg.h5:/a, which they do not keep; give it again" \
    apply b.h5 --stats s.h5 -o no.h5
run 0 apply b.h5 --stats s.h5 --label H,W=seg.h5:/b -o y.h5:/y -f -q && py << 'END'
a, b, sa, sb = load("a.h5"), load("b.h5"), load("seg.h5", "a"), load("seg.h5", "b")
expected = np.empty(b.shape)
for k in (1, 2):
    part = a[:, :, sa == k]
    expected[:, :, sb == k] = (b[:, :, sb == k] - part.mean()) / np.sqrt(part.var() + 1e-5)
close(load("y.h5", "y"), expected)
END
# The record names the file that was used, and invert goes by it.
py << 'END'
with h5py.File("y.h5") as f:
    assert f["libsci/y"].attrs["map0_name"] == b"seg.h5:/b", f["libsci/y"].attrs["map0_name"]
END
refuse 3 "'seg.h5:/a' is not the label that was used ('seg.h5:/b'): its contents differ" \
    invert y.h5 --label H,W=seg.h5:/a -o no.h5:/x
run 0 fit a.h5 --keep C --weights N=weights.csv -o w.h5 -q
refuse 3 "'bad.csv': the weight -1 of N=1 is negative" apply b.h5 --stats w.h5 --weights N=bad.csv -o no.h5
refuse 3 "'s.h5' has no statistics of H,W=3" apply b.h5 --stats s.h5 --label H,W=seg.h5:/more -o no.h5

# Samples of several files are found by content, whatever the file is called; others are refused.
run 0 fit a.h5 b.h5 --norm instance -o s.h5 -f -q
mkdir elsewhere
cp b.h5 elsewhere/renamed.h5
run 0 apply elsewhere/renamed.h5 --stats s.h5 -o y.h5:/y -f && py << 'END'
b = load("b.h5")
close(load("y.h5", "y"), normalize(b, norm(b.shape, "instance")))
END
run 0 invert y.h5 -o back.h5:/x && py << 'END'
close(load("back.h5"), load("b.h5"))
END
py << 'END'
save("c.h5", x=load("a.h5") + 1)
END
refuse 3 "'s.h5' was made from 2 other files: none has the content of this one" apply c.h5 --stats s.h5 -o no.h5

# A table of another program, or of the library, has no recipe: kept axes do without.
for norm in batch group:2; do
    run 0 fit a.h5 --norm $norm -o s.h5 -f -q
    py << 'END'
with h5py.File("s.h5", "r+") as f:
    del f["recipe"]
END
    [ $norm = batch ] && run 0 apply b.h5 --stats s.h5 -o y.h5:/y -f && silent err
done
refuse 2 "the statistics were made with --label C=FILE, which they do not keep; give it again" \
    apply a.h5 --stats s.h5 -o no.h5

# A mask at apply; outside.
printf '1\n0\n1\n1\n' > mask.csv
run 0 fit a.h5 --norm batch -o s.h5 -f -q
for outside in keep apply zero nan; do
    run 0 apply b.h5 --stats s.h5 --mask N=mask.csv --outside $outside -o y.h5:/y -f -q && py $outside << 'END'
a, b, y = load("a.h5"), load("b.h5"), load("y.h5", "y")
mean, sd = a.mean((0, 2, 3), keepdims=True), np.sqrt(a.var((0, 2, 3), keepdims=True) + 1e-5)
expected = (b - mean) / sd
if sys.argv[1] != "apply":
    expected[1] = {"keep": b[1], "zero": 0, "nan": np.nan}[sys.argv[1]]
close(y, expected)
END
done

# The statistics of an output with --condition go without its gamma and beta, or with others.
printf 'k\nl\nk\n' > classes.csv
run 0 fit a.h5 --norm batch -o s.h5 -f -q
run 0 apply a.h5 --stats s.h5 -o y.h5:/y -f -q
run 0 normalize a.h5 --norm batch --condition N=classes.csv --scale g.h5:/gammas -o cond.h5:/c -q
run 0 apply b.h5 --stats cond.h5 -o z.h5:/y -f -q
run 0 apply a.h5 --stats cond.h5 -o z.h5:/y -f -q && py << 'END'
assert load("y.h5", "y").tobytes() == load("z.h5", "y").tobytes()
with h5py.File("z.h5") as f:
    assert f["libsci/y"].attrs["maps"] == 0
END
run 0 invert z.h5 --stats cond.h5 -o back.h5:/x -f -q
run 0 apply a.h5 --stats cond.h5 --scale g.h5:/gammas -o z.h5:/c -f -q && py << 'END'
assert load("cond.h5", "c").tobytes() == load("z.h5", "c").tobytes()
END
refuse 2 "--condition needs --scale or --shift" apply a.h5 --stats cond.h5 --condition N=classes.csv -o no.h5 -q

# Groups without statistics, and without variance, are named where they are used.
py << 'END'
mask = np.ones((4, 5), int)
mask[1] = 0
x = load("a.h5")
x[:, 2] = 7
save("masked.h5", mask=mask, x=x)
END
run 0 fit masked.h5:/x --keep C --mask C,H=masked.h5:/mask -o s.h5 -f -q
for order in "" "del f['recipe']"; do
    py "$order" << 'END'
with h5py.File("s.h5", "r+") as f:
    exec(sys.argv[1])
END
    run 0 apply b.h5 --stats s.h5 $([ -n "$order" ] || echo --mask C,H=seg.h5:/rows) -o y.h5:/y -f
    says err "'b.h5:/x': 1 group is not rescaled, as it is empty in 's.h5' (C=1)"
    says err "'b.h5:/x': 1 group has zero variance in 's.h5' (C=2)"
    py << 'END'
assert (load("y.h5", "y")[:, 1] == load("b.h5")[:, 1]).all()
END
done

# NaN: as the table was made, unless said otherwise.
py << 'END'
x = load("a.h5")
x[1, 2, 3, 4] = np.nan
save("nan.h5", x=x)
END
refuse 1 "(1, 2, 3, 4)" apply nan.h5 --stats s.h5 -o no.h5
run 0 apply nan.h5 --stats s.h5 --nan propagate -o y.h5:/y -f && py << 'END'
assert np.isnan(load("y.h5", "y")).sum() == 1
END
run 0 fit nan.h5 --norm batch --nan ignore -o ignore.h5 -q
run 0 apply nan.h5 --stats ignore.h5 -o y.h5:/y -f && py << 'END'
assert np.isnan(load("y.h5", "y")).sum() == 1
END

refuse 2 "" apply a.h5 -o no.h5
refuse 1 "" apply a.h5 --stats b.h5 -o no.h5
refuse 2 "the output 's.h5' is the file of --stats, 's.h5'; choose another name" apply a.h5 --stats s.h5 -o s.h5 -f
run 0 show s.h5
finish
