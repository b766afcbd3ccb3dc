# SPDX-License-Identifier: GPL-3.0-or-later
# invert: what normalize and apply keep is enough to undo them.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

py << 'END'
r = np.random.default_rng(2)
shape = (3, 4, 6, 5)
x = r.normal(50, 20, shape)
save("x.h5", f4=x.astype("f4"), f8=x, i2=(x * 100).astype("i2"), u1=np.clip(x, 0, 255).astype("u1"),
     i1=(x - 50).astype("i1"), u2=(abs(x) * 600).astype("u2"), i4=(x * 1e7).astype(">i4"), u8=(abs(x) * 1e12).astype("u8"),
     f2=x.astype("f2"), far=(x + 1e7).astype("f4"))
seg = r.integers(0, 3, shape[2:])
save("seg.h5", s=seg, mask=seg != 1, other=seg + 1, fraction=r.random(shape[2:]))
save("g.h5", gamma=r.random(4) + 0.5, beta=r.normal(0, 1, 4), gammas=r.random((2, 4)) + 1, zero=np.array([1, 0, 1, 1.]))
open("classes.csv", "w").write("b\na\nb\n")
open("batches.csv", "w").write("p\np\nq\n")
END

# Floats within the bound of the engine's rule 18; integers up to 16 bits exactly, in their own type.
for name in f4 f8 i2 u1 i1 u2 f2 far; do
    for norm in batch layer group:2 instance; do
        run 0 normalize x.h5:/$name --norm $norm -o y.h5 -f -q && run 0 invert y.h5:/$name -o back.h5 -f && py $name $norm << 'END'
name, kind = sys.argv[1:]
x, y, back = load("x.h5", name), load("y.h5", name), load("back.h5", name)
assert back.dtype == (np.float32 if name == "f2" else x.dtype), back.dtype
if x.dtype.kind in "iu":
    assert (back == x).all(), name
else:
    mean, variance = moments(x, norm(x.shape, kind))
    scale = 1 / np.sqrt(variance + LONG(1e-5))
    small = 2.0 ** (-52 if name == "f8" else -23)
    bound = small * np.maximum(abs(x.astype(LONG)), abs(x - mean)) + small / 2 * abs(y) / scale
    assert (abs(back.astype(LONG) - x) <= bound).all(), (name, kind, float((abs(back - x) / bound).max()))
END
    done
done
for name in i4 u8; do
    run 0 normalize x.h5:/$name --norm layer --dtype f64 -o y.h5 -f -q && run 0 invert y.h5:/$name -o back.h5 -f && py $name << 'END'
x, back = load("x.h5", sys.argv[1]), load("back.h5", sys.argv[1])
assert back.dtype == x.dtype.newbyteorder("=")
assert (abs(back.astype(LONG) - x.astype(LONG)) <= (0 if x.dtype.itemsize == 4 else 1)).all()
END
done
run 0 invert y.h5:/u8 --dtype f32 -o back.h5:/b -f && py << 'END'
assert load("back.h5", "b").dtype == np.float32
END

# The record is gone from what was undone, and so is the pointer to it; siblings and attributes stay.
py << 'END'
with h5py.File("s.h5", "w") as f:
    f["x"] = load("x.h5", "f8")
    f["x"].attrs["unit"] = "mm"
    f["more/y"] = np.arange(3)
    f.attrs["title"] = "t"
END
run 0 normalize s.h5:/x --norm batch -o y.h5 -f -q && run 0 invert y.h5:/x -o back.h5 -f && py << 'END'
with h5py.File("back.h5") as f:
    assert f["x"].attrs["unit"] == "mm" and "libsci" not in f["x"].attrs and "verb: invert" in f["x"].attrs["provenance"].decode()
    assert "x" not in f.get("libsci", {}) and f.attrs["title"] == "t" and (f["more/y"][()] == np.arange(3)).all()
END

# gamma and beta, also by condition and label; the label vectors are in the record, not in their files.
run 0 normalize x.h5:/f8 --norm group:2 --scale g.h5:/gamma --shift g.h5:/beta -o y.h5:/y -f -q
run 0 invert y.h5 -o back.h5:/x -f && py << 'END'
close(load("back.h5"), load("x.h5", "f8"))
END
cp classes.csv kept.csv
run 0 normalize x.h5:/f8 --keep C --label N=batches.csv --condition N=kept.csv --scale g.h5:/gammas -o y.h5:/y -f -q
rm kept.csv
mv batches.csv away.csv
run 0 invert y.h5 -o back.h5:/x -f && py << 'END'
close(load("back.h5"), load("x.h5", "f8"))
END
mv away.csv batches.csv

# A map over several axes is asked for again, and checked.
run 0 normalize x.h5:/f8 --keep C --label H,W=seg.h5:/s --ignore-label 0 --mask H,W=seg.h5:/mask -o y.h5:/y -f -q
refuse 2 "the statistics were made with --label H,W=seg.h5:/s, which they do not keep; give it again" \
    invert y.h5 -o new.h5:/x
refuse 3 "'seg.h5:/other' is not the label that was used ('seg.h5:/s'): its contents differ" \
    invert y.h5 --label H,W=seg.h5:/other --mask H,W=seg.h5:/mask -o new.h5:/x
refuse 3 "--ignore-label 1: the statistics were made without that" \
    invert y.h5 --label H,W=seg.h5:/s --mask H,W=seg.h5:/mask --ignore-label 1 -o new.h5:/x
refuse 3 "--label N=batches.csv: the statistics were made without that" invert y.h5 --label N=batches.csv -o new.h5:/x
cp seg.h5 moved.h5
run 0 invert y.h5 --label H,W=moved.h5:/s --mask H,W=seg.h5:/mask -o back.h5:/x -f && py << 'END'
close(load("back.h5"), load("x.h5", "f8"))
END
run 0 normalize x.h5:/f8 --norm layer --mask H,W=seg.h5:/mask --outside zero -o y.h5:/y -f -q
run 0 invert y.h5 --mask H,W=seg.h5:/mask -o back.h5:/x -f
says err "elements outside of mask and labels were replaced and do not come back"
py << 'END'
mask = spread((3, 4, 6, 5), load("seg.h5", "mask"), (2, 3))
close(load("back.h5")[mask], load("x.h5", "f8")[mask])
assert (load("back.h5")[~mask] == 0).all()
END

# Without a record, with --stats.
run 0 fit x.h5:/f8 --norm batch -o stats.h5 -q
run 0 apply x.h5:/f8 --stats stats.h5 --eps 0.5 --scale g.h5:/gamma -o y.h5:/y -f -q
py << 'END'
save("bare.h5", y=load("y.h5", "y"))
END
refuse 1 "'bare.h5:/y' keeps no statistics to undo; name those that were used with --stats" invert bare.h5 -o new.h5:/x
run 0 invert bare.h5 --stats stats.h5 --eps 0.5 --scale g.h5:/gamma -o back.h5:/x -f -q && py << 'END'
close(load("back.h5"), load("x.h5", "f8"))
END
run 0 invert y.h5 -o back.h5:/x -f -q && py << 'END'
close(load("back.h5"), load("x.h5", "f8"))
END
# What the input keeps has to be what --stats and its options say.
run 0 fit x.h5:/f8 --norm batch --ddof 1 -o others.h5 -q
refuse 3 "'y.h5:/y' keeps the statistics that it was made with, and those of 'others.h5' are others; leave out --stats" \
    invert y.h5 --stats others.h5 --eps 0.5 --scale g.h5:/gamma -o new.h5:/x
refuse 3 "'y.h5:/y' was made with --eps 0.5, not 1" invert y.h5 --stats stats.h5 --eps 1 --scale g.h5:/gamma -o new.h5:/x
refuse 3 "'y.h5:/y' was made with --scale" invert y.h5 --stats stats.h5 --eps 0.5 -o new.h5:/x
refuse 3 "'y.h5:/y' was made without --shift" \
    invert y.h5 --stats stats.h5 --eps 0.5 --scale g.h5:/gamma --shift g.h5:/beta -o new.h5:/x
run 0 invert y.h5 --stats stats.h5 --eps 0.5 --scale g.h5:/gamma -o back.h5:/x -f -q && py << 'END'
close(load("back.h5"), load("x.h5", "f8"))
END
refuse 2 "--scale, --shift and --eps are kept in the input; give them with --stats only" \
    invert y.h5 --eps 1 -o new.h5:/x

# What cannot be undone.
run 0 normalize x.h5:/f8 --norm batch --scale g.h5:/zero -o y.h5:/y -f -q
refuse 3 "0" invert y.h5 -o new.h5:/x
py << 'END'
x = np.random.default_rng(1).normal(0, 1, (3, 5)).astype("f4")
x[1] = 0.1
save("constant.h5", x=x)
END
for eps in 0 1e-5; do
    run 0 normalize constant.h5 --norm layer --eps $eps -o y.h5:/y -f -q && run 0 invert y.h5 -o back.h5:/x -f && py << 'END'
close(load("back.h5"), load("constant.h5"), 1e-6)
assert (load("back.h5")[1] == load("constant.h5")[1]).all()
END
done

# With all that is in the input's file nothing of the record is left, but for the records of others.
py << 'END'
with h5py.File("deep.h5", "w") as f:
    f["g/a"] = load("x.h5", "f8")
    f["b"] = load("x.h5", "f8")
END
run 0 normalize deep.h5:/g/a --norm layer -o one.h5 -f -q
run 0 normalize one.h5:/b --norm layer -o two.h5 -f -q
run 0 invert two.h5:/g/a -o back.h5 -f -q
run 0 invert back.h5:/b -o deep_back.h5 -f -q
py << 'END'
assert list(h5py.File("back.h5")["libsci"]) == ["b"] and sorted(h5py.File("deep_back.h5")) == ["b", "g"]
END

# A second normalization keeps its own record; undoing it gives the first.
run 0 normalize x.h5:/f8 --norm layer -o one.h5 -f -q
run 0 normalize one.h5:/f8 --norm batch -o two.h5 -f -q
run 0 invert two.h5:/f8 -o back.h5 -f && py << 'END'
close(load("back.h5", "f8"), load("one.h5", "f8"))
END
run 0 show two.h5 && says out "C=3"

# A table of a million groups (64 MB in memory) stays in its file, for apply and for invert, and the outputs keep it whole.
limit=100
ldd "$(command -v sci-array)" | grep -q 'lib[at]san' && limit=4096
PROGRAM=$SCI_BUILD_DIR/tests/tools/limited
py << 'END'
save("many.h5", x=np.random.default_rng(3).normal(3, 2, (1000000, 3)).astype("f4"))
END
run 0 60 $limit sci-array normalize many.h5:/x --axes row,c --keep row -o y.h5 -f -q --no-sync
run 0 60 $limit sci-array apply many.h5:/x --stats y.h5 -o z.h5 -f -q --no-sync
for output in y z; do
    run 0 60 $limit sci-array invert $output.h5 -o back.h5 -f -q --no-sync && py << 'END'
close(load("back.h5"), load("many.h5"), 1e-5)
END
done
py << 'END'
assert (load("y.h5") == load("z.h5")).all()
with h5py.File("y.h5") as y, h5py.File("z.h5") as z:
    for column in y["libsci/x/stats"]:
        a, b = y["libsci/x/stats"][column], z["libsci/x/stats"][column]
        assert not isinstance(a, h5py.Dataset) or (a[()] == b[()]).all(), column
END
finish
