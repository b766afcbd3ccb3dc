# SPDX-License-Identifier: GPL-3.0-or-later
# harmonize: the numbers of sva and limma in every mode, where results go, and what is left alone.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

# Every mode against sva 3.46 and limma 3.54.
while read -r name options; do
    run 0 harmonize "$bladder" -o is-$name.h5ad --batch-key batch $options
done << 'END'
combat_par
combat_par_cov --keep cancer
combat_par_cov_num --keep cancer,age
combat_nonpar --nonparametric
combat_nonpar_cov --nonparametric --keep cancer
combat_meanonly --mean-only
combat_meanonly_cov --mean-only --keep cancer
combat_meanonly_nonpar --mean-only --nonparametric
combat_ref2_cov --ref-batch 2 --keep cancer
combat_ref3_cov --ref-batch 3 --keep cancer
limma_rbe --method limma
limma_rbe_design --method limma --keep cancer
END
run 0 harmonize "$bladder" -o twice.h5ad --batch-key batch --covariates cancer --covariates age
cells << 'END'
import glob
assert len(glob.glob("is-*.h5ad")) == 12
for path in glob.glob("is-*.h5ad"):
    like_golden(path, path[3:-5])
like_golden("twice.h5ad", "combat_par_cov_num")
batch = obs(BLADDER, "batch")
bladder_with("more.h5ad", batch2=[str((i + 1) % 3) for i in range(57)], single=["6"] + batch[1:])
open("labels.txt", "w").write("\n".join(["6"] + batch[1:]) + "\n")
names = [v.decode() for v in h5py.File(BLADDER)["obs/_index"][()]]
lines = [f"{n},{b}" for n, b in zip(names, ["6"] + batch[1:])]
open("named.csv", "w").write("\n".join(["cell,batch"] + lines[::-1]) + "\n")
END
run 0 harmonize more.h5ad -o y.h5ad -f --batch-key batch --method limma --keep cancer --batch-key2 batch2 --remove age
cells << 'END'
like_golden("y.h5ad", "limma_rbe_batch2_cov_design")
END

# Batches from a column, from lines of text, from cell,label in any order; a batch of one cell.
for key in single @labels.txt @named.csv; do
    run 0 harmonize more.h5ad -o y.h5ad -f --batch-key $key && cells << 'END'
like_golden("y.h5ad", "combat_singleton")
END
    says err "the batch '6' has one cell: only the means of all batches are corrected"
done
run 0 invert y.h5ad -o x.h5ad -f && cells << 'END' # the labels are kept
close(matrix("x.h5ad"), matrix(BLADDER), 1e-12)
END

if [ -n "$reference" ]; then
    while read -r name input options; do
        run 0 harmonize "$reference/$input.h5ad" -o more-$name.h5ad --batch-key batch $options
    done << 'END'
combat_par_na bladder400_na
combat_par_cov_na bladder400_na --keep cancer
combat_nonpar_na bladder400_na --nonparametric
combat_par_zerovar bladder400_zerovar
limma_rbe_na bladder400_na --method limma --keep cancer
END
    cells << 'END'
import glob
for path in glob.glob("more-*.h5ad"):
    like_golden(path, path[5:-5])
END
    run 0 harmonize "$reference/bladder400_zerovar.h5ad" -f -o y.h5ad --batch-key batch --json
    says out '"reason": "constant in a batch"'
    says out '"reason": "constant"'
fi

# Only X changes, and uns gains the record.
run 0 harmonize "$bladder" -f -o y.h5ad --batch-key batch && cells << 'END'
assert differences(BLADDER, "y.h5ad", ("/X", "/uns/sci_genomics")) == []
x = h5py.File("y.h5ad")["X"]
assert x.dtype == "f8" and x.chunks is None and x.attrs["encoding-type"] == "array"
r = h5py.File("y.h5ad")["uns/sci_genomics/harmonize"]
assert r["gamma_star"].shape == (5, 400) and r["method"][()] == b"combat" and r["form"][()] == b"dense"
assert [v.decode() for v in r["batches"][()]] == ["1", "2", "3", "4", "5"]
x = matrix(BLADDER)
b = np.array([int(v) - 1 for v in obs(BLADDER, "batch")])
close(x * r["scale"][()][b] + r["shift"][()][b], matrix("y.h5ad"), 1e-12)
END
says err "57 cells, 400 genes, 5 batches: 1 (11), 2 (18), 3 (4), 4 (5), 5 (19)"
run 0 harmonize "$bladder" -o again.h5ad --batch-key batch -q
silent err
same_bytes y.h5ad again.h5ad

# What batch explains beyond what is kept is one number, whoever computes it.
run 0 harmonize "$bladder" -f -o y.h5ad --batch-key batch --keep cancer --report kept.html
says err "variance explained by batch beyond cancer: 15.56 % before, 0.49 % after"
says kept.html "15.6"
run 0 show y.h5ad
says out "variance explained by batch beyond cancer: 15.56 % before, 0.49 % after"
run 0 harmonize "$bladder" -f -o y.h5ad --batch-key batch --keep cancer --json && mv out harmonized.json
run 0 evaluate "$bladder" y.h5ad --batch-key batch --label-key cancer --json && mv out evaluated.json
cells << 'END'
did, found = json.load(open("harmonized.json")), json.load(open("evaluated.json"))
for stage in "before", "after":
    assert abs(did[f"r2_beyond_{stage}"] - found[stage]["r2_beyond"]) < 1e-9
END

# Where results go and how they are stored.
run 0 harmonize "$bladder" -f -o y.h5ad --batch-key batch --to layer:combat --dtype f32 --compression gzip:2 && cells << 'END'
assert differences(BLADDER, "y.h5ad", ("/layers", "/uns/sci_genomics")) == []
m = h5py.File("y.h5ad")["layers/combat"]
assert m.dtype == "f4" and m.compression == "gzip"
like = matrix("again.h5ad")
close(m[()].astype("f8"), like, 1e-6)
END
run 0 harmonize y.h5ad -o z.h5ad -f --batch-key batch --layer combat --keep-original before --compression lzf && cells << 'END'
f = h5py.File("z.h5ad")
assert f["layers/combat"].compression == "lzf"
assert (f["layers/before"][()] == h5py.File("y.h5ad")["layers/combat"][()]).all()
assert list(f["uns/sci_genomics"]) == ["harmonize", "harmonize_2"]
assert differences("y.h5ad", "z.h5ad", ("/layers", "/uns/sci_genomics")) == []
END
refuse 2 "has a layer 'combat' already" harmonize y.h5ad -o no.h5ad --batch-key batch --keep-original combat
refuse 2 "nothing stands at 'layer:new'" harmonize y.h5ad -o no.h5ad --batch-key batch --keep-original a --to layer:new

# Chosen genes; the others keep their bits.
cells << 'END'
with h5py.File(BLADDER) as f:
    names = [v.decode() for v in f["var"][f["var"].attrs["_index"]][()]]
open("genes.txt", "w").write("\n".join(names[5:205]) + "\nnone\n")
bladder_with("mask.h5ad")
with h5py.File("mask.h5ad", "r+") as f:
    mask = np.zeros(400, bool)
    mask[5:205] = True
    put_column(f["var"], "hv", mask)
END
run 0 harmonize "$bladder" -f -o y.h5ad --batch-key batch --genes genes.txt
says err "1 of the 201 genes in 'genes.txt' are not in"
run 0 harmonize mask.h5ad -f -o z.h5ad --batch-key batch --var-mask hv && cells << 'END'
a, b, x = matrix("y.h5ad"), matrix("z.h5ad"), matrix(BLADDER)
assert (a == b).all() and (a[:, :5] == x[:, :5]).all() and (a[:, 205:] == x[:, 205:]).all()
assert (a[:, 5:205] != x[:, 5:205]).any(0).all()
END

# Clipping is counted; z-scores and centring by batch.
run 0 harmonize "$bladder" -f -o y.h5ad --batch-key batch --clip-min 3 --json && cells << 'END'
a, b = matrix("y.h5ad"), matrix("again.h5ad")
assert (a == np.maximum(b, 3)).all()
assert json.load(open("out"))["clipped"] == (b < 3).sum() == h5py.File("y.h5ad")["uns/sci_genomics/harmonize/clipped"][()]
END
refuse 3 "what they were is lost" invert y.h5ad -o no.h5ad
run 0 harmonize "$bladder" -f -o z.h5ad --batch-key batch --method zscore
run 0 harmonize "$bladder" -f -o c.h5ad --batch-key batch --method center && cells << 'END'
x, z, c, b = matrix(BLADDER), matrix("z.h5ad"), matrix("c.h5ad"), np.array(obs(BLADDER, "batch"))
for level in set(b):
    part = x[b == level]
    close(z[b == level], (part - part.mean(0)) / part.std(0), 1e-9)
    close(c[b == level], part - part.mean(0) + x.mean(0), 1e-10)
END
run 0 invert z.h5ad -o x.h5ad -f && cells << 'END'
close(matrix("x.h5ad"), matrix(BLADDER), 1e-10)
END

# Sparse, in every form, is as dense; a page comes along; counts are noticed.
cells << 'END'
x, batch, kind, age = expression()
for form in "dense", "csr", "csc":
    write(form + ".h5ad", x, {"batch": batch, "kind": kind, "age": age}, kind=form)
write("counts.h5ad", np.round(x), {"batch": batch}, kind="csr")
write("missing.h5ad", expression(missing=0.02)[0], {"batch": batch, "kind": kind}, kind="csr")
END
for form in dense csr csc; do
    run 0 harmonize $form.h5ad -f -o y-$form.h5ad --batch-key batch --keep kind,age --report $form.html
done
cells << 'END'
close(matrix("y-dense.h5ad"), matrix("y-csr.h5ad"), 1e-12)
assert (matrix("y-csr.h5ad") == matrix("y-csc.h5ad")).all()
for form in "dense", "csr", "csc":
    page = open(form + ".html").read()
    assert page.lstrip().lower().startswith("<!doctype html") and "<svg" in page and "kind" in page
END
run 0 harmonize counts.h5ad -f -o y.h5ad --batch-key batch
says err "'counts.h5ad:/X' looks like counts"
run 0 harmonize missing.h5ad -f -o y.h5ad --batch-key batch --keep kind --json && cells << 'END'
x = matrix("missing.h5ad")
assert (np.isnan(matrix("y.h5ad")) == np.isnan(x)).all()
assert json.load(open("out"))["missing_values"] == np.isnan(x).sum()
END

# Three inputs are their concatenation, and batches may be the inputs themselves.
cells << 'END'
x, batch, kind, age = expression()
for i in range(3):
    part = slice(100 * i, 100 * i + 100)
    write(f"part{i}.h5ad", x[part], {"batch": batch[part], "kind": kind[part]}, cells=[f"cell{j}" for j in range(300)[part]],
          kind="csr")
END
run 0 harmonize part0.h5ad part1.h5ad part2.h5ad -f -o y.h5ad --batch-key batch --keep kind
run 0 harmonize csr.h5ad -f -o z.h5ad --batch-key batch --keep kind && cells << 'END'
assert (matrix("y.h5ad") == matrix("z.h5ad")).all() and obs("y.h5ad", "batch") == obs("z.h5ad", "batch")
assert obs("y.h5ad", "source") == ["part0"] * 100 + ["part1"] * 100 + ["part2"] * 100
END
run 0 harmonize part0.h5ad part1.h5ad part2.h5ad -f -o y.h5ad --batch-key source --emit affine
run 0 apply y.h5ad -f -o z.h5ad
refuse 1 "obs has no column 'site'" harmonize part0.h5ad part1.h5ad -o no.h5ad --batch-key site

# Threads and memory do not change a byte.
for options in "-t 1" "-t 2 --memory 8M" "-t 8 --memory 64M" "--memory 512M"; do
    run 0 harmonize csr.h5ad -f -o t.h5ad --batch-key batch --keep kind,age $options
    [ -e first.h5ad ] || cp t.h5ad first.h5ad
    same_bytes t.h5ad first.h5ad
done

finish
