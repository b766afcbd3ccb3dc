# SPDX-License-Identifier: GPL-3.0-or-later
# apply in shards and join: the same output as a single run, byte for byte, for every layout.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

py << 'END'
r = np.random.default_rng(9)
x = r.normal(5, 2, (4, 3, 37, 50)).astype("f4")
seg = r.integers(0, 4, (37, 50))
save("seg.h5", s=seg)
with h5py.File("x.h5", "w") as f:
    f["contiguous"] = x
    f.create_dataset("rows", data=x, chunks=(1, 1, 10, 50))
    f.create_dataset("tiles", data=x, chunks=(2, 2, 10, 20), compression=4, shuffle=True)
    f.create_dataset("deep", data=x, chunks=(1, 3, 37, 7), compression=1, fletcher32=True)
    f.create_dataset("small", data=x[:, 0, 0, 0], chunks=(3,))
    f["single"] = np.float64(3)
    f["empty"] = np.zeros((3, 0))
    f.create_dataset("growing", data=np.zeros((3, 0)), chunks=(2, 4), maxshape=(3, None))
    f["contiguous"].attrs["unit"] = "K"
    f.attrs["title"] = "shards"
END

# Everything but the attributes that name the program's options.
cat > same.py << 'END'
from arrays import *
one, two, name = sys.argv[1:]
with h5py.File(one) as a, h5py.File(two) as b:
    d, e = a[name], b[name]
    assert d.dtype == e.dtype and d.shape == e.shape and d.chunks == e.chunks
    assert (d.compression, d.compression_opts, d.shuffle, d.fletcher32) == (e.compression, e.compression_opts, e.shuffle, e.fletcher32)
    assert d[()].tobytes() == e[()].tobytes()
    assert dict(d.attrs) == dict(e.attrs), (dict(d.attrs), dict(e.attrs))
    for i in range(int(np.prod([-(-s // c) for s, c in zip(d.shape, d.chunks)])) if d.chunks else 0):
        assert d.id.read_direct_chunk(d.id.get_chunk_info(i).chunk_offset) == e.id.read_direct_chunk(d.id.get_chunk_info(i).chunk_offset)
    stats = f"libsci{d.name}/stats"
    assert sorted(a[stats]) == sorted(b[stats])
    for column in a[stats]:
        if isinstance(a[stats][column], h5py.Dataset):
            assert a[stats][column][()].tobytes() == b[stats][column][()].tobytes(), column
    assert sorted(a) == sorted(b)
END

for name in contiguous rows tiles deep small; do
    norm=batch
    [ $name = small ] && norm=layer
    run 0 fit x.h5:/$name --norm $norm -o s.h5 -q -f
    run 0 apply x.h5:/$name --stats s.h5 -o whole.h5:/y -f -q
    for n in 1 2 3 7; do
        rm -f y[0-9].h5
        for i in $(seq $n); do
            run 0 apply x.h5:/$name --stats s.h5 --shard $i/$n -o y$i.h5:/y -q -t $((i % 2 + 1))
        done
        run 0 join $(ls y[0-9].h5 | sort -R --random-source=x.h5) -o joined.h5 -f && silent err
        "$PYTHON" same.py joined.h5 whole.h5 y || complain "$name in $n shards"
    done
done

# The range that a shard says it holds; only its chunks are there.
py << 'END'
with h5py.File("y2.h5") as f:
    a = f["y"].attrs
    assert a["shard"] == b"2/7" or a["shard"] == "2/7", a["shard"]
    assert a["total"] == 2 and a["first"] == 0 and f["y"].shape == (4,) and f["y"].chunks == (3,)
END
refuse 3 "'x.h5:/tiles' has 4 axes, but the statistics are of arrays with 1 (L)" \
    apply x.h5:/tiles --stats s.h5 --shard 2/3 -o no.h5 -q
run 0 fit x.h5:/tiles --norm group:3 -o s.h5 -q -f
run 0 apply x.h5:/tiles --stats s.h5 --shard 2/3 -o part.h5:/y -q && py << 'END'
with h5py.File("part.h5") as f:
    y = f["y"]
    assert y.shape == (4, 3, 37, 50) and y.chunks == (2, 2, 10, 20)
    total = 2 * 2 * 4 * 3
    assert y.attrs["total"] == total and y.attrs["first"] % 24 == 0
    assert y.id.get_num_chunks() == y.attrs["count"]
END
refuse 3 "'part.h5:/y' is only part 2/3 of an array; put the parts together with 'join' first" \
    normalize part.h5:/y --norm batch -o no.h5 -q
refuse 3 "'part.h5:/y' is only part 2/3" invert part.h5:/y -o no.h5 -q

# -o OUT alone: siblings and attributes are in every shard, and in the joined file; dense labels too.
run 0 fit x.h5:/contiguous --keep C --label H,W=seg.h5:/s --ignore-label 0 -o s.h5 -q -f
for i in 1 2; do
    run 0 apply x.h5:/contiguous --stats s.h5 --label H,W=seg.h5:/s --shard $i/2 -o p$i.h5 -q
done
run 0 join p2.h5 p1.h5 -o joined.h5 -f && py << 'END'
x, seg = load("x.h5", "contiguous"), load("seg.h5", "s")
ids = keep(x.shape, 1) * 4 + spread(x.shape, seg, (2, 3))
ids = np.where(spread(x.shape, seg, (2, 3)) > 0, ids, -1)
with h5py.File("joined.h5") as f:
    close_f32(f["contiguous"][()], normalize(x, ids))
    assert f["contiguous"].chunks is None and f.attrs["title"] == "shards" and "tiles" in f
    assert f["contiguous"].attrs["unit"] == "K" and not {"shard", "first", "total", "siblings"} & set(f["contiguous"].attrs)
END
# With the rest of the input's file, or without it: all parts alike.
run 0 apply x.h5:/contiguous --stats s.h5 --label H,W=seg.h5:/s --shard 1/2 -o bare.h5:/contiguous -q
for parts in "bare.h5 p2.h5" "p2.h5 bare.h5"; do
    refuse 3 "'bare.h5' and 'p2.h5' are no parts of one output: their outputs (-o FILE and -o FILE:/DATASET) differ" \
        join $parts -o no.h5
done
run 0 invert joined.h5:/contiguous --label H,W=seg.h5:/s -o back.h5:/x -q && py << 'END'
close(load("back.h5"), load("x.h5", "contiguous"), 1e-6)
END

# More shards than chunks: some are empty, which is legal.
run 0 fit x.h5:/small --norm layer -o s0.h5 -q
for i in 1 2 3 4 5; do
    run 0 apply x.h5:/small --stats s0.h5 --shard $i/5 -o e$i.h5:/y -q
done
run 0 join e[1-5].h5 -o joined.h5 -f && py << 'END'
assert load("joined.h5", "y").shape == (4,)
END

# An array without elements has no chunks, and its shards are empty.
for name in empty growing; do
    run 0 fit x.h5:/$name --axes N,C --norm layer -o s0.h5 -q -f
    run 0 apply x.h5:/$name --stats s0.h5 -o whole.h5:/y -q -f
    for i in 1 2; do
        run 0 apply x.h5:/$name --stats s0.h5 --shard $i/2 -o e$i.h5:/y -q -f
    done
    run 0 join e2.h5 e1.h5 -o joined.h5 -f && "$PYTHON" same.py joined.h5 whole.h5 y || complain "$name"
done

# What does not fit is refused by name.
for i in 1 2 3; do
    run 0 apply x.h5:/rows --stats s.h5 --label H,W=seg.h5:/s --shard $i/3 -o r$i.h5:/y -q
    run 0 apply x.h5:/rows --stats s.h5 --label H,W=seg.h5:/s --eps 0.1 --shard $i/3 -o o$i.h5:/y -q
done
run 0 apply x.h5:/rows --stats s.h5 --label H,W=seg.h5:/s --shard 1/2 -o half.h5:/y -q
refuse 3 "are missing; the next shard is 'r3.h5'" join r1.h5 r3.h5 -o no.h5
refuse 3 "are missing" join r1.h5 r2.h5 -o no.h5
refuse 3 "overlap" join r1.h5 half.h5 r2.h5 r3.h5 -o no.h5
cp r2.h5 copy.h5
refuse 3 "overlap: both have chunk" join r1.h5 r2.h5 copy.h5 r3.h5 -o no.h5
refuse 3 "their eps differ" join r1.h5 o2.h5 r3.h5 -o no.h5
# The file behind an option was another one, though its name is the same.
py << 'END'
save("map.h5", s=load("seg.h5", "s"), gamma=np.ones(3), beta=np.zeros(3))
END
cp map.h5 first.h5
run 0 fit x.h5:/rows --norm batch -o s2.h5 -q
for options in "--mask H,W=map.h5:/s" "--scale map.h5:/gamma" "--shift map.h5:/beta"; do
    cp first.h5 map.h5
    run 0 apply x.h5:/rows --stats s2.h5 $options --shard 1/2 -o i1.h5:/y -q -f
    run 0 apply x.h5:/rows --stats s2.h5 $options --shard 2/2 -o i2.h5:/y -q -f
    run 0 join i2.h5 i1.h5 -o joined.h5 -f
    py << 'END'
with h5py.File("map.h5", "r+") as f:
    for name in f:
        f[name][...] = f[name][()] + 1
END
    run 0 apply x.h5:/rows --stats s2.h5 $options --shard 2/2 -o i2.h5:/y -q -f
    case $options in --mask*) what="labels, masks or weights" ;; --scale*) what=scales ;; *) what=shifts ;; esac
    for parts in "i1.h5 i2.h5" "i2.h5 i1.h5"; do
        refuse 3 "'i1.h5' and 'i2.h5' are no parts of one output: their $what differ" join $parts -o no.h5
    done
done
# Another input of the same shape, wherever its elements differ in earnest; a copy under another name is the same.
py << 'END'
with h5py.File("x.h5") as f, h5py.File("other.h5", "w") as g:
    for name in "rows", "deep", "contiguous", "tiles":
        f.copy(name, g)
        g[name][...] = g[name][()] + np.float32(0.5)
END
cp x.h5 moved.h5
run 0 apply moved.h5:/rows --stats s.h5 --label H,W=seg.h5:/s --shard 2/3 -o m2.h5:/y -q
run 0 join r1.h5 m2.h5 r3.h5 -o joined.h5 -f
for name in rows deep contiguous tiles; do
    run 0 fit x.h5:/$name --norm batch -o s2.h5 -q -f
    run 0 apply x.h5:/$name --stats s2.h5 --shard 1/2 -o i1.h5:/y -q -f
    run 0 apply other.h5:/$name --stats s2.h5 --shard 2/2 -o i2.h5:/y -q -f
    refuse 3 "'i1.h5' and 'i2.h5' are no parts of one output: their inputs differ" join i1.h5 i2.h5 -o no.h5
done
refuse 3 "error: 'x.h5:/rows' is no shard of an apply" join r1.h5 x.h5:/rows -o no.h5
refuse 2 "the output 'no.h5:/y' is a whole file; leave out the dataset" join r1.h5 r2.h5 r3.h5 -o no.h5:/y
refuse 3 "are no parts of one output" join r1.h5 p1.h5 -o no.h5
refuse 3 "'s.h5' holds no shard of an apply" join s.h5 r1.h5 -o no.h5
refuse 3 "'whole.h5' holds no shard of an apply" join whole.h5 -o no.h5
run 0 fit x.h5:/single --norm layer -o s1.h5 -q
refuse 3 "an array without axes cannot be cut; leave out --shard" apply x.h5:/single --stats s1.h5 --shard 1/2 -o no.h5 -q
py << 'END'
with h5py.File("r2.h5", "r+") as f:
    chunk = f["y"].id.get_chunk_info(0)
    offset, size = chunk.byte_offset, chunk.size
with open("r2.h5", "r+b") as f:
    f.seek(offset + size // 2)
    byte = f.read(1)
    f.seek(offset + size // 2)
    f.write(bytes([byte[0] ^ 64]))
END
refuse 1 "'r2.h5' is damaged: its chunks are not those that were written" join r1.h5 r2.h5 r3.h5 -o no.h5
finish
