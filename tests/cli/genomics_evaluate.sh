# SPDX-License-Identifier: GPL-3.0-or-later
# evaluate: numbers against numpy, both forms of a correction, the page, and what is refused. The golden values of
# the measures are tested in tests/golden.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

cells << 'END'
r = np.random.default_rng(5)
label = r.integers(0, 3, 200)
batch = np.where(r.random(200) < 0.7, label % 2, 1 - label % 2)
x = (r.normal(0, 1, (200, 30)) + label[:, None] * (np.arange(30) < 8) * 2 + batch[:, None] * (np.arange(30) % 2)).clip(0)
x[:, 29] = 0.5
columns = {"batch": [f"b{b}" for b in batch], "kind": [None if i == 7 else f"k{l}" for i, l in enumerate(label)],
           "real": r.random(200), "one": ["a"] * 200}
write("in.h5ad", x, columns, kind="csr")
write("turned.h5ad", x[::-1], columns, cells=[f"cell{199 - i}" for i in range(200)], kind="csr")
END
run 0 harmonize in.h5ad -f -o out.h5ad --batch-key batch
run 0 harmonize in.h5ad -f -o affine.h5ad --batch-key batch --emit affine

run 0 evaluate in.h5ad out.h5ad --batch-key batch --label-key kind --json && mv out two.json
says err "1 cells have no label in 'kind'"
run 0 evaluate affine.h5ad --batch-key batch --label-key kind --json && mv out affine.json
run 0 evaluate in.h5ad --batch-key batch --json && mv out plain.json
for t in 1 2 8; do
    run 0 evaluate affine.h5ad --batch-key batch --label-key kind --json -t $t -q && mv out threads$t.json
done
same_bytes threads1.json threads2.json
same_bytes threads1.json threads8.json

cells << 'END'
two, affine, plain = (json.load(open(f)) for f in ("two.json", "affine.json", "plain.json"))
x, y = matrix("in.h5ad"), matrix("out.h5ad")

def between(x, level):
    keep = np.array([l is not None for l in level])
    x, level = x[keep], np.array(level, object)[keep]
    total = ((x - x.mean(0))**2).sum()
    return 1 - sum(((x[level == l] - x[level == l].mean(0))**2).sum() for l in set(level)) / total

kind, batch = obs("in.h5ad", "kind"), obs("in.h5ad", "batch")
both = [b if k is not None else None for b, k in zip(batch, kind)]
pair = [b + k if k is not None else None for b, k in zip(batch, kind)]
for stage, z in (("before", x), ("after", y)):
    assert abs(two[stage]["r2_batch"] - between(z, both)) < 1e-9
    assert abs(two[stage]["r2_label"] - between(z, kind)) < 1e-9
    assert abs(two[stage]["r2_beyond"] - (between(z, pair) - between(z, kind))) < 1e-9
    for key, value in two[stage].items():
        if isinstance(value, float):
            assert abs(value - affine[stage][key]) < 1e-6, (stage, key)
assert two["cells"] == 200 and two["cells_used"] == two["sampled"] == 199
assert two["before"]["components"] == 29 and two["before"]["exact_components"]
assert abs(two["before"]["total_variance"] - x.var(0, ddof=1).sum()) < 1e-9
pcr = [two[s]["pcr_batch"] for s in ("before", "after")]
assert abs(two["pcr_comparison"] - max(0, (pcr[0] - pcr[1]) / pcr[0])) < 1e-12
assert two["after"]["overall"] > two["before"]["overall"]
assert abs(plain["before"]["r2_batch"] - between(x, batch)) < 1e-9
assert plain["before"]["r2_beyond"] is None and plain["before"]["clisi"] is None and plain["before"]["overall"] is None and "after" not in plain
END

run 0 evaluate in.h5ad out.h5ad --batch-key batch --label-key kind --report page.html
says out "variance explained by batch"
says out "overall score"
says page.html "ComBat; 29 genes adjusted"
says page.html "batch beyond label"
run 0 evaluate in.h5ad out.h5ad --batch-key batch --label-key kind --report again.html -t 1 -q
same_bytes page.html again.html
refuse 2 "page.html" evaluate in.h5ad --batch-key batch --report page.html
# As many neighbours as are said are used, and no more than there are.
run 0 evaluate "$bladder" --batch-key batch && says out "; 56 neighbours (of kBET 50) of all cells"
says page.html "<td>90, of kBET 50</td>"
run 0 evaluate "$bladder" --batch-key batch --json && says out '"neighbours": 56,'
run 0 evaluate in.h5ad --batch-key one && says err "has one batch"
# A file with a label a line serves too.
cells << 'END'
open("labels.txt", "w").write("\n".join(obs("in.h5ad", "batch")) + "\n")
END
run 0 evaluate in.h5ad --batch-key @labels.txt --json -q && mv out file.json
cells << 'END'
a, b = json.load(open("plain.json")), json.load(open("file.json"))
assert a["before"] == b["before"]
END

refuse 3 "same order" evaluate in.h5ad turned.h5ad --batch-key batch
refuse 1 "has no column 'nothing'" evaluate in.h5ad --batch-key nothing
refuse 2 "holds real numbers, not batches" evaluate in.h5ad --batch-key real
refuse 2 "batch-key" evaluate in.h5ad

finish
