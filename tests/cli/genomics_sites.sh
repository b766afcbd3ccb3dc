# SPDX-License-Identifier: GPL-3.0-or-later
# Summaries: of one file as harmonize, of sites as of all cells in one place, of shards byte for byte; models for other
# files and for new batches; the affine form; invert.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

cells << 'END'
x, batch, kind, age = expression(cells=400, genes=50, batches=5, shift=2)
x2, batch2 = x[:, ::-1], np.array(batch)
columns = {"batch": batch, "kind": kind, "age": age}
genes = [f"gene{i}" for i in range(50)]
write("all.h5ad", x, columns, kind="csr")
write("missing.h5ad", np.where(np.random.default_rng(4).random(x.shape) < 0.02, np.nan, x), columns, kind="csr")
# Three sites: batches of their own and shared ones, genes in other orders, a level of `kind` missing in one.
place = np.random.default_rng(2).integers(0, 3, 400)
place[np.array(batch) == "b4"] = 2
place[(np.array(kind) == "B") & (place == 1)] = 0
for source in "all", "missing":
    y = matrix(source + ".h5ad")
    for k, order in enumerate((slice(None), slice(None, None, -1), np.random.default_rng(3).permutation(50))):
        rows = np.flatnonzero(place == k)
        write(f"{source}{k}.h5ad", y[rows][:, order], {n: [v[i] for i in rows] for n, v in columns.items()},
              genes=list(np.array(genes)[order]), cells=[f"cell{i}" for i in rows], kind=("csr", "dense", "csc")[k])
np.save("place.npy", place)
END

# One file: the summary gives what harmonize gives, whatever the method.
run 0 fit all.h5ad -o one.h5 --batch-key batch --keep kind,age
while read -r options; do
    run 0 harmonize all.h5ad -f -o direct.h5ad --batch-key batch --keep kind,age --dtype f64 $options
    run 0 apply all.h5ad --stats one.h5 -f -o applied.h5ad --dtype f64 $options
    cells << 'END'
close(matrix("direct.h5ad"), matrix("applied.h5ad"), 1e-12)
END
done << 'END'

--nonparametric
--mean-only
--ref-batch b2
--no-eb --zero-variance mean-only
--method limma
END

# Sites: merged in any order they are the pooled cells.
for source in all missing; do
    run 0 harmonize $source.h5ad -f -o pooled.h5ad --batch-key batch --keep kind,age --dtype f64
    for k in 0 1 2; do
        run 0 fit $source$k.h5ad -f -o s$k.h5 --batch-key batch --keep kind,age
    done
    run 0 merge s0.h5 s1.h5 s2.h5 -f -o merged.h5
    run 0 merge s2.h5 s0.h5 s1.h5 -f -o other.h5
    same_bytes merged.h5 other.h5
    run 0 merge s1.h5 s2.h5 -f -o two.h5
    run 0 merge two.h5 s0.h5 -f -o nested.h5
    for k in 0 1 2; do
        run 0 apply $source$k.h5ad --stats merged.h5 -f -o y$k.h5ad --dtype f64
        run 0 apply $source$k.h5ad --stats nested.h5 -f -o z$k.h5ad --dtype f64
    done
    cells << 'END'
place, pooled = np.load("place.npy"), matrix("pooled.h5ad")
for k, order in enumerate((slice(None), slice(None, None, -1), np.random.default_rng(3).permutation(50))):
    for name in "y", "z":
        close(matrix(f"{name}{k}.h5ad"), pooled[place == k][:, order], 1e-12, f"{name}{k}")
END
done
run 0 fit missing0.h5ad missing2.h5ad missing1.h5ad -f -o at_once.h5 --batch-key batch --keep kind,age
run 0 apply missing1.h5ad --stats at_once.h5 -f -o z1.h5ad --dtype f64
cells << 'END'
close(matrix("y1.h5ad"), matrix("z1.h5ad"), 1e-12)
END
refuse 3 "holds cells that another summary holds already" merge merged.h5 s1.h5 -o no.h5
run 0 fit all0.h5ad -o plain.h5 --batch-key batch
refuse 3 "covariates" merge plain.h5 s1.h5 -o no.h5

# Shards of one file are the whole, byte for byte.
cells << 'END'
x, batch, kind, age = expression(seed=5, cells=9000, genes=130, batches=3)
write("long.h5ad", x, {"batch": batch, "kind": kind}, kind="csr")
END
run 0 fit long.h5ad -o long.h5 --batch-key batch --keep kind
for n in 2 3 7; do
    parts=
    for k in $(seq $n); do
        run 0 fit long.h5ad -f -o p$k.h5 --batch-key batch --keep kind --shard $k/$n
        parts="p$k.h5 $parts"
    done
    run 0 merge $parts -f -o whole.h5
    same_bytes long.h5 whole.h5
done
refuse 3 "is a shard" merge p1.h5 long.h5 -o no.h5
refuse 3 "a shard is no whole summary" apply long.h5ad --stats p1.h5 -o no.h5ad
cp p7.h5 p8.h5
refuse 3 "" merge p7.h5 p6.h5 p8.h5 -o no.h5
for t in 1 2 8; do
    run 0 fit long.h5ad -f -o t.h5 --batch-key batch --keep kind -t $t --memory $((16 + t * 16))M
    same_bytes t.h5 long.h5
done

# A plan: its hash is in the summaries; other genes, levels and covariates are refused.
run 0 fit all0.h5ad -f -o s0.h5 --batch-key batch --keep kind,age --write-plan plan.json --share
run 0 fit all2.h5ad -f -o s2.h5 --batch-key batch --plan plan.json --share
run 0 merge s0.h5 s2.h5 -f -o planned.h5
run 0 show planned.h5 --json && cells << 'END'
shown, plan = json.load(open("out")), json.load(open("plan.json"))
assert shown["plan"].startswith("xxh3:") and shown["shared"] and shown["sources"] == 2
assert plan["genes"] == [f"gene{i}" for i in range(50)] and plan["covariates"][0]["levels"] == ["B", "T"]
with h5py.File("s0.h5") as f: # what single cells had is not there
    assert set(np.unique(f["min"][()])) <= {-np.inf} | set(np.unique(f["mean_hi"][()]))
plan["covariates"][0]["levels"] = ["T"]
json.dump(plan, open("narrow.json", "w"))
plan["genes"].append("gene99")
json.dump(plan, open("genes.json", "w"))
open("bad.json", "w").write('{"format": "sci-genomics plan",\n "version": 1,,}')
END
refuse 3 "has the level 'B', which the model does not know; it has T" fit all0.h5ad -o no.h5 --batch-key batch --plan narrow.json
refuse 3 "has not the gene 'gene99' of the plan" fit all1.h5ad -o no.h5 --batch-key batch --plan genes.json
refuse 1 "'bad.json', line 2: a key in quotes is expected" fit all1.h5ad -o no.h5 --batch-key batch --plan bad.json
refuse 2 "--keep: the plan says that already" fit all1.h5ad -o no.h5 --batch-key batch --plan plan.json --keep kind
run 0 fit all1.h5ad -f -o s1.h5 --batch-key batch --keep kind,age
refuse 3 "follow different plans" merge s0.h5 s1.h5 -o no.h5
refuse 3 "with fewer than 200 cells would leave the site: 'b0'" fit all0.h5ad -o no.h5 --batch-key batch --share --min-cells 200

# A model for other files: genes in another order, batches by name; what it does not know.
run 0 harmonize all.h5ad -f -o direct.h5ad --batch-key batch --keep kind --dtype f64
run 0 harmonize all.h5ad -f -o model.h5ad --batch-key batch --keep kind --emit params
for stats in direct.h5ad model.h5ad; do
    run 0 apply all1.h5ad --stats $stats -f -o y.h5ad --dtype f64 && cells << 'END'
place, direct = np.load("place.npy"), matrix("direct.h5ad")
close(matrix("y.h5ad"), direct[place == 1][:, ::-1], 1e-12)
END
done
refuse 2 "--mean-only: the model has been made already" apply all1.h5ad --stats model.h5ad -o no.h5ad --mean-only
cells << 'END'
x, batch, kind, age = expression(seed=8, cells=120, genes=50, batches=2, shift=3)
write("new.h5ad", x, {"batch": ["new" if b == "b0" else b for b in batch], "kind": kind},
      genes=[f"gene{i}" for i in range(50)], kind="csr")
write("wide.h5ad", np.hstack([x, x[:, :3]]), {"batch": batch, "kind": kind}, genes=[f"gene{i}" for i in range(53)])
write("foreign.h5ad", x, {"batch": batch, "kind": kind}, genes=[f"other{i}" for i in range(50)])
END
refuse 3 "has the level 'new', which the model does not know" apply new.h5ad --stats model.h5ad -o no.h5ad
run 0 apply new.h5ad --stats model.h5ad -f -o y.h5ad --frozen --dtype f64 && cells << 'END'
m = h5py.File("y.h5ad")["uns/sci_genomics/apply"]
old = h5py.File("model.h5ad")["uns/sci_genomics/harmonize"]
assert [v.decode() for v in m["batches"][()]] == ["b0", "b1", "b2", "b3", "b4", "new"]
assert (m["gamma_star"][()][:5] == old["gamma_star"][()]).all() and (m["grand_mean"][()] == old["grand_mean"][()]).all()
new = np.array(obs("new.h5ad", "batch")) == "new"
before, after, target = matrix("new.h5ad")[new].mean(0), matrix("y.h5ad")[new].mean(0), m["grand_mean"][()]
assert abs(after - target).mean() < 0.7 * abs(before - target).mean()
END
says err "1 batch is new and was estimated against the model"
run 0 invert y.h5ad -f -o x.h5ad && cells << 'END'
close(matrix("x.h5ad"), matrix("new.h5ad"), 1e-12)
END
run 0 apply wide.h5ad --stats model.h5ad -f -o y.h5ad && cells << 'END'
assert (matrix("y.h5ad")[:, 50:] == matrix("wide.h5ad")[:, 50:]).all()
END
says err "3 genes of 'wide.h5ad' are not in the model and stay as they are"
refuse 3 "no gene of 'foreign.h5ad' is in the model" apply foreign.h5ad --stats model.h5ad -o no.h5ad

# The affine form: the matrix as it was, expanded to the same bytes, undone for nothing.
run 0 harmonize all.h5ad -f -o affine.h5ad --batch-key batch --keep kind --emit affine && cells << 'END'
assert differences("all.h5ad", "affine.h5ad", ("/uns/sci_genomics",)) == []
END
run 0 apply affine.h5ad -f -o dense.h5ad && cells << 'END'
assert (matrix("dense.h5ad") == matrix("direct.h5ad")).all()
# The rule of docs/genomics-affine.md, without this program.
m, x = h5py.File("affine.h5ad")["uns/sci_genomics/harmonize"], matrix("affine.h5ad")
names = lambda key: [v.decode() for v in m[key][()]]
b = np.array([names("batches").index(v) for v in obs("affine.h5ad", "batch")])
c = np.array([[name.split("=")[1] == v for name in names("columns")] for v in obs("affine.h5ad", "kind")], float)
scale = m["scale"][()][b]
close(x * scale + m["shift"][()][b] + c @ m["slope"][()] * (1 - scale), matrix("dense.h5ad"), 1e-12)
END
run 0 invert affine.h5ad -f -o back.h5ad && cells << 'END'
assert differences("all.h5ad", "back.h5ad", ("/uns/sci_genomics",)) == [] and "sci_genomics" not in h5py.File("back.h5ad")["uns"]
END
run 0 invert direct.h5ad -f -o back.h5ad && cells << 'END'
close(matrix("back.h5ad"), matrix("all.h5ad"), 1e-12)
END
# Undone beside the corrected matrix, that one keeps its record; another matrix has nothing to be undone.
run 0 invert direct.h5ad -f -o both.h5ad --to layer:before && run 0 invert both.h5ad -f -o again.h5ad && cells << 'END'
close(h5py.File("both.h5ad")["layers/before"][()], matrix("all.h5ad"), 1e-12)
assert (matrix("both.h5ad") == matrix("direct.h5ad")).all() and (matrix("again.h5ad") == matrix("back.h5ad")).all()
assert "sci_genomics" not in h5py.File("again.h5ad")["uns"]
END
refuse 3 "is that of its X, not of its layer:before" invert both.h5ad -o no.h5ad --layer before
refuse 2 "is adjusted already, not in affine form" apply direct.h5ad -o no.h5ad

# A damaged summary is refused, whatever is damaged: it has a digest.
cells << 'END'
data, r = open("one.h5", "rb").read(), np.random.default_rng(11)
with h5py.File("one.h5") as f:
    places = {name: f[name].id.get_offset() for name in ("count", "mean_hi", "cross", "genes", "covariate_gram")}
for name, place in places.items():
    bad = bytearray(data)
    bad[place + 3] ^= 16
    open("bad.h5", "wb").write(bad)
    assert "bad.h5" in run("show", "bad.h5", code=1)[1], name
for cut in r.integers(0, len(data), 6):
    open("bad.h5", "wb").write(data[:cut])
    run("merge", "bad.h5", "-f", "-o", "no.h5", code=1)
assert not os.path.exists("no.h5")
END

# show
run 0 show direct.h5ad
says out "ComBat; keeps kind; 400 cells, 50 of 50 genes adjusted"
run 0 show model.h5ad --json && cells << 'END'
shown = json.load(open("out"))["models"][0]
assert [b["name"] for b in shown["batches"]] == ["b0", "b1", "b2", "b3", "b4"] and shown["batches"][0]["iterations"] > 0
END
run 0 show p1.h5
says out "a shard: "

finish
