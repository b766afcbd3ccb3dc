# SPDX-License-Identifier: GPL-3.0-or-later
# fit, merge and show: tables of one and of several inputs, shards of one, in any order.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

py << 'END'
r = np.random.default_rng(4)
for i in range(3):
    save("abc"[i] + ".h5", x=r.normal(i, 1 + i, (5 + i, 4, 6, 3)))
    open("abc"[i] + ".csv", "w").write("".join("pqrq"[(i + k) % 4] + "\n" for k in range(5 + i)))
save("large.h5", x=r.normal(5, 2, (3, 4, 400, 1000)).astype("f4"))
save("rows.h5", x=r.normal(5, 2, (3000, 1000)).astype("f4"))
END

# One input.
run 0 fit a.h5 --norm batch -o one.h5 -q && silent out && py << 'END'
x = load("a.h5")
t = table("one.h5")
assert t["ddof"] == 0 and [g["name"] for g in t["groups"]] == ["C=0", "C=1", "C=2", "C=3"]
for c, g in enumerate(t["groups"]):
    part = x[:, c].astype(LONG)
    assert list(g) == ["name", "count", "weight", "mean", "variance", "sd", "min", "max"]
    assert g["count"] == part.size == g["weight"] and g["min"] == part.min() and g["max"] == part.max()
    close([g["mean"], g["variance"], g["sd"]], [part.mean(), part.var(), part.std()], 1e-14)
END
run 0 fit a.h5 --norm layer --ddof 1 -o ddof.h5 -q && py << 'END'
x = load("a.h5")
close([g["variance"] for g in table("ddof.h5")["groups"]], x.reshape(5, -1).var(1, ddof=1), 1e-14)
assert table("ddof.h5")["ddof"] == 1
END

# The same bytes for any number of threads, any memory, with and without fsync.
for way in "-t 1" "-t 3" "--memory 8MiB" "--no-sync" "--verify"; do
    run 0 fit large.h5 --norm layer $way -o way.h5 -f -q
    [ -e first.h5 ] || cp way.h5 first.h5
    same_bytes way.h5 first.h5
done

# Several inputs: one table, whatever the order; -j and -r and a manifest make no difference.
run 0 fit a.h5 b.h5 c.h5 --norm batch -o all.h5 -q && py << 'END'
x = np.concatenate([load(f + ".h5") for f in "abc"])
for c, g in enumerate(table("all.h5")["groups"]):
    assert g["count"] == x[:, c].size
    close([g["mean"], g["variance"]], [x[:, c].astype(LONG).mean(), x[:, c].astype(LONG).var()], 1e-13)
END
run 0 fit c.h5 b.h5:/x a.h5 --norm batch -j 2 -o all2.h5 -q
same_bytes all.h5 all2.h5
mkdir in in/sub
cp a.h5 in; cp b.h5 in/sub; cp c.h5 in/sub
run 0 fit -r in --norm batch -o all3.h5 -q
same_bytes all.h5 all3.h5
printf 'path\tnote\na.h5\t1\nb.h5\t2\nc.h5\t3\n' > list.tsv
run 0 fit --manifest list.tsv --norm batch --dataset /x -o all4.h5 -q
py << 'END'
assert table("all.h5") == table("all4.h5")
END

# merge gives what fit over several gives, in any order of arguments.
for f in a b c; do
    run 0 fit $f.h5 --norm batch -o $f.stats -q
done
run 0 merge a.stats b.stats c.stats -o merged.h5 && silent err
run 0 merge c.stats a.stats b.stats -o merged2.h5
same_bytes merged.h5 merged2.h5
py << 'END'
assert table("merged.h5") == table("all.h5")
END

# Labels meet by name, samples are put side by side.
for f in a b c; do
    run 0 fit $f.h5 --keep C --label N=$f.csv -o $f.labels -q
done
run 0 merge b.labels c.labels a.labels -o labels.h5 && py << 'END'
x = np.concatenate([load(f + ".h5") for f in "abc"])
names = np.concatenate([np.loadtxt(f + ".csv", dtype=str) for f in "abc"])
groups = {g["name"]: g for g in table("labels.h5")["groups"]}
assert len(groups) == 3 * 4
for level in "pqr":
    for c in range(4):
        g, part = groups[f"N={level} C={c}"], x[names == level, c].astype(LONG)
        assert g["count"] == part.size
        close([g["mean"], g["variance"]], [part.mean(), part.var()], 1e-13)
END
run 0 fit b.h5 a.h5 --norm instance -o samples.h5 -q && py << 'END'
names = [g["name"] for g in table("samples.h5")["groups"]]
assert names[0] == "N=a.h5:/x:0 C=0" or names[0] == "N=a.h5:0 C=0", names[0]
assert len(names) == 11 * 4
x = np.concatenate([load("a.h5"), load("b.h5")])
close([g["mean"] for g in table("samples.h5")["groups"]], x.reshape(44, -1).mean(1))
END

# What their recipes do not share is left out of the merged one, in any order of arguments.
run 0 fit a.h5 --keep C --label N=a.csv --ignore-label z --ignore-label q -o a.some -q
run 0 fit b.h5 --keep C --label N=b.csv --ignore-label q --ignore-label p --ignore-label z -o b.some -q
run 0 normalize c.h5 --keep C --label N=c.csv --ignore-label q --ignore-label z --outside zero -o c.some -q
orders=("a.some b.some c.some" "c.some b.some a.some" "b.some c.some a.some")
for i in 0 1 2; do
    run 0 merge ${orders[i]} -o some$i.h5 && same_bytes some0.h5 some$i.h5
done
py << 'END'
with h5py.File("some0.h5") as f:
    recipe = dict(f["recipe"].attrs)
    assert recipe["ignored"] == b"q\nz" and recipe["outside"] == b"keep", recipe
END

# Tables that are not alike are refused with the reason; so is the same input twice.
run 0 fit a.h5 --norm layer -o layer.stats -q
run 0 fit a.h5 --norm batch --ddof 1 -o ddof.stats -q
refuse 3 "axis 'N'" merge b.stats layer.stats -o no.h5
refuse 3 "ddof" merge b.stats ddof.stats -o no.h5
cp layer.stats layer2.stats
refuse 3 "" merge layer.stats layer2.stats -o no.h5
refuse 2 "are the same input" merge layer.stats layer.stats -o no.h5

# Shards of one input: merged in any order they are the table of a single run, byte for byte.
for case in "large.h5 --norm layer" "large.h5 --norm batch" "rows.h5 --axes T,F --keep F" "large.h5 --norm instance --nan ignore" \
    "large.h5 --axes N,C,H,W --label C=quarters.csv --weights H=heights.csv"; do
    py << 'END'
open("quarters.csv", "w").write("x\ny\ny\nx\n")
np.savetxt("heights.csv", np.arange(400) % 7)
END
    run 0 fit $case -o whole.h5 -f -q
    for n in 1 2 3 7; do
        rm -f s[0-9].h5
        for i in $(seq $n); do
            run 0 fit $case --shard $i/$n -t $((i % 3 + 1)) -o s$i.h5 -q
        done
        run 0 merge $(ls s[0-9].h5 | sort -R --random-source=large.h5) -o joined.h5 -f && silent err
        py << 'END'
assert table("joined.h5") == table("whole.h5")
END
        run 0 merge $(ls -r s[0-9].h5) -o joined2.h5 -f
        same_bytes joined.h5 joined2.h5
    done
    same_bytes joined.h5 joined2.h5
done

# Some shards make a larger shard, and say so; what does not fit is refused by name.
run 0 merge s2.h5 s1.h5 -o part.h5
says err "'part.h5' is still a shard: "
run 0 show part.h5 && says out "a shard from large.h5:/x"
run 0 show part.h5 --json && py << 'END'
t = json.load(open("out"))
assert t["groups"] == [] and "missing" in t["shard"]
END
run 0 merge part.h5 s7.h5 s5.h5 s4.h5 s6.h5 s3.h5 -o joined.h5 -f && silent err && py << 'END'
assert table("joined.h5") == table("whole.h5")
END
refuse 3 "'s2.h5'" merge part.h5 s2.h5 -o no.h5
refuse 3 "" merge s2.h5 a.stats -o no.h5
run 0 fit rows.h5 --axes T,F --keep F --shard 1/2 -o other.h5 -q
refuse 3 "'other.h5'" merge s2.h5 other.h5 -o no.h5
refuse 3 "'part.h5' is one shard of a table; put all shards together with 'merge' first" \
    apply large.h5 --stats part.h5 -o no.h5
refuse 2 "--shard is a part of one input, not of 2" fit a.h5 b.h5 --norm batch --shard 1/2 -o no.h5
refuse 2 "shard" fit a.h5 --norm batch --shard 3/2 -o no.h5

# show: 20 groups and a summary, or all; outputs show the table that they keep.
run 0 fit rows.h5 --axes T,F --keep F -o wide.h5 && silent err
run 0 show wide.h5 && says out "… and 980 more" && says out "1000 groups of 3000000 elements, from rows.h5:/x; ddof 0"
[ "$(wc -l < out)" = 23 ] || complain "show prints $(wc -l < out) lines"
run 0 show wide.h5 --all && says out "F=999 "
[ "$(wc -l < out)" = 1002 ] || complain "show --all prints $(wc -l < out) lines"
run 0 normalize a.h5 --norm batch -o y.h5 -q
for operand in y.h5 y.h5:/x y.h5:/libsci/x/stats; do
    run 0 show $operand && says out "C=3 "
    py $operand << 'END'
assert table(sys.argv[1]) == table("one.h5")
END
done
refuse 1 "" show a.h5
refuse 1 "cannot open 'none.h5': No such file or directory" show none.h5
sci-array show wide.h5 --all | head -n 2 > /dev/null || complain "show into a closed pipe fails"
[ ! -e /dev/full ] || { sci-array show wide.h5 > /dev/full 2> err; [ $? = 4 ] || complain "a full disk behind stdout is no 4"; }

# Weights that are equal change no row, but count where the tables of others have unlike ones.
py << 'END'
save("ea.h5", x=np.arange(12.0).reshape(3, 4))
save("eb.h5", x=np.arange(12.0).reshape(3, 4) ** 2)
save("ec.h5", x=np.arange(12.0).reshape(3, 4) - 50)
END
printf '%s\n' 2 2 2 > ea.csv && printf '%s\n' 1 1 1 > eb.csv && printf '%s\n' 1 3 0.5 > ec.csv
for k in a b c; do
    run 0 fit e$k.h5:/x --axes A,B --keep B --weights A=e$k.csv -o e${k}w.h5
done
run 0 fit ea.h5:/x --axes A,B --keep B -o eplain.h5
run 0 merge eaw.h5 ebw.h5 ecw.h5 -o em1.h5 && run 0 merge ecw.h5 ebw.h5 eaw.h5 -o em2.h5
run 0 show eaw.h5 && says out "weight"
py << 'END'
a, plain = table("eaw.h5"), table("eplain.h5")
for g, h in zip(a["groups"], plain["groups"]):
    assert g["weight"] == 2 * h["weight"] and g["mean"] == h["mean"] and g["variance"] == h["variance"], (g, h)
w = [np.full(3, 2.0), np.full(3, 1.0), np.array([1, 3, 0.5])]
x = [load(f"e{k}.h5") for k in "abc"]
for b, g in enumerate(table("em1.h5")["groups"]):
    v, ww = np.concatenate([y[:, b] for y in x]), np.concatenate(w)
    mean = np.average(v, weights=ww)
    close(np.array([g["weight"], g["mean"], g["variance"]]), np.array([ww.sum(), mean, np.average((v - mean) ** 2, weights=ww)]))
assert table("em1.h5")["groups"] == table("em2.h5")["groups"]
END
refuse 3 "with" merge eplain.h5 ebw.h5 -o no.h5

# An empty group has no statistics, which is no error; with --json they are null.
printf '0\n0\n0\n0\n0\n' > none.csv
run 0 fit a.h5 --norm batch --mask N=none.csv -o empty.h5
says err "4 groups are empty (C=0; C=1; C=2; C=3)"
py << 'END'
g = table("empty.h5")["groups"][0]
assert g["count"] == 0 and g["mean"] is None and g["variance"] is None and g["min"] is None
END
run 0 show empty.h5 && says out "4 empty"

# A shard that lacks nothing is the table: of 1/1, and where the data have fewer segments than shards.
py << 'END'
r = np.random.default_rng(7)
save("little.h5", x=r.normal(5, 2, (4, 6)))
save("hollow.h5", x=np.zeros((0, 6)))
END
for name in little hollow large; do
    run 0 fit $name.h5 --norm layer -o whole.h5 -f -q
    run 0 fit $name.h5 --norm layer --shard 1/1 -o full.h5 -f -q
    run 0 show whole.h5 && mv out whole.txt
    run 0 show full.h5 && same_bytes out whole.txt
    run 0 apply $name.h5 --stats full.h5 -o scaled.h5:/x -f -q
    run 0 merge full.h5 -o joined.h5 -f && silent err && py << 'END'
assert table("joined.h5") == table("whole.h5") == table("full.h5")
END
done
for i in 1 2 3; do
    run 0 fit little.h5 --norm layer --shard $i/3 -o l$i.h5 -q
done
run 0 fit little.h5 --norm layer -o whole.h5 -f -q
run 0 apply little.h5 --stats l3.h5 -o scaled.h5:/x -f -q
run 0 show l2.h5 && says out "a shard from little.h5:/x; segment 0 of 1 is missing"
refuse 3 "'l2.h5' is one shard of a table; put all shards together with 'merge' first" apply little.h5 --stats l2.h5 -o no.h5
run 0 merge l1.h5 l2.h5 -o part.h5 -f && says err "'part.h5' is still a shard: segment 0 of 1 is missing"
for order in "1 2 3" "3 1 2"; do
    # shellcheck disable=SC2046
    run 0 merge $(printf 'l%s.h5 ' $order) -o joined.h5 -f && silent err && py << 'END'
assert table("joined.h5") == table("whole.h5") == table("l3.h5")
END
done
for i in 1 2; do # each is all of nothing; they merge
    run 0 fit hollow.h5 --norm layer --shard $i/2 -o n$i.h5 -q
done
run 0 show n1.h5 && says out "a shard from hollow.h5:/x; no segment is missing"
run 0 fit hollow.h5 --norm layer -o whole.h5 -f -q
run 0 merge n2.h5 n1.h5 -o joined.h5 -f && silent err && py << 'END'
assert table("joined.h5") == table("whole.h5")
END
finish
