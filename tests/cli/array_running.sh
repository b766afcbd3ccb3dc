# SPDX-License-Identifier: GPL-3.0-or-later
# Running statistics, as batch normalization keeps and uses them.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

py << 'END'
r = np.random.default_rng(8)
for i in range(10):
    save(f"b{i}.h5", x=r.normal(i, 1 + i, (4, 3, 5, 6)))
save("x.h5", x=r.normal(3, 4, (2, 3, 5, 6)))
END

# Ten steps: mean 0 and variance 1 to begin with, the unbiased variance of each batch (torch.nn.BatchNorm2d).
for i in 0 1 2 3 4 5 6 7 8 9; do
    run 0 fit b$i.h5 --norm batch --running e.h5 -q
    run 0 fit b$i.h5 --norm batch --running m.h5 --momentum 0.25 -q
    run 0 fit b$i.h5 --norm batch --running c.h5 --cumulative -q
done
silent err
py << 'END'
def torch_buffers(momentum):
    mean, variance = np.zeros(3, LONG), np.ones(3, LONG)
    for i in range(10):
        x = load(f"b{i}.h5").astype(LONG)
        k = momentum or LONG(1) / (i + 1)
        mean = (1 - k) * mean + k * x.mean((0, 2, 3))
        variance = (1 - k) * variance + k * x.var((0, 2, 3), ddof=1)
    return mean, variance
for name, momentum, rule in ("e", LONG("0.1"), "exponential"), ("m", LONG("0.25"), "exponential"), ("c", None, "cumulative"):
    t = table(name + ".h5")
    assert t["running"] == rule and t["steps"] == 10
    mean, variance = torch_buffers(momentum)
    close([g["mean"] for g in t["groups"]], mean)
    close([g["variance"] for g in t["groups"]], variance)
    assert all(g["steps"] == 10 for g in t["groups"])
END
run 0 show e.h5 && says out "3 groups of running statistics (exponential) after 10 steps"
run 0 show c.h5 && says out "C=2 "

# Inference.
run 0 apply x.h5 --stats e.h5 --eps 1e-3 -o y.h5:/y -q && py << 'END'
x = load("x.h5").astype(LONG)
g = table("e.h5")["groups"]
mean, variance = (spread(x.shape, [k[n] for k in g], (1,)) for n in ("mean", "variance"))
close(load("y.h5", "y"), (x - mean) / np.sqrt(variance + LONG("1e-3")))
END
run 0 invert y.h5 -o back.h5:/x && py << 'END'
close(load("back.h5"), load("x.h5"))
END

# All inputs of a call are one batch, in any order.
run 0 fit b0.h5 b1.h5 b2.h5 --norm batch --running s.h5 -q
run 0 fit b2.h5 b0.h5 b1.h5 --norm batch --running t.h5 -q -j 2
same_bytes s.h5 t.h5
py << 'END'
x = np.concatenate([load(f"b{i}.h5") for i in range(3)])
t = table("s.h5")
assert t["steps"] == 1
close([g["mean"] for g in t["groups"]], 0.1 * x.mean((0, 2, 3)))
close([g["variance"] for g in t["groups"]], 0.9 + 0.1 * x.var((0, 2, 3), ddof=1))
END

# A rule once begun stays; a refusal leaves the file as it was.
cp e.h5 before.h5
refuse 3 "'e.h5' was begun with a momentum; leave out --cumulative" fit b0.h5 --norm batch --running e.h5 --cumulative
refuse 3 "'c.h5' was begun with --cumulative; leave out --momentum" fit b0.h5 --norm batch --running c.h5 --momentum 0.1
refuse 3 "axis N holds the samples of a batch and must not be kept; --norm batch pools it" \
    fit b0.h5 --norm instance --running e.h5 -q
run 0 fit b0.h5 --norm batch -o plain.h5 -q
refuse 3 "'plain.h5' holds no running statistics; --running replaces only those" fit b0.h5 --norm batch --running plain.h5 -q
refuse 3 "" merge e.h5 m.h5 -o no.h5
refuse 2 "--running names the output; leave out -o" fit b0.h5 --norm batch --running e.h5 -o no.h5
refuse 2 "running statistics have no shards" fit b0.h5 --norm batch --running e.h5 --shard 1/2
refuse 2 "--momentum and --cumulative need --running" fit b0.h5 --norm batch -o no.h5 --momentum 0.1
refuse 2 "--momentum and --cumulative exclude each other" \
    fit b0.h5 --norm batch --running new.h5 --cumulative --momentum 0.1
for momentum in 0 1.5 -0.1 nan x; do
    refuse 2 "--momentum" fit b0.h5 --norm batch --running e.h5 --momentum=$momentum
done
py << 'END'
save("one.h5", x=np.ones((1, 3, 1, 1)))
save("wide.h5", x=np.random.default_rng(0).normal(0, 1, (2, 4, 3, 3)))
END
refuse 1 "" fit one.h5 --norm batch --running e.h5 -q
refuse 3 "" fit wide.h5 --norm batch --running e.h5 -q
refuse 1 "cannot open 'none.h5'" fit none.h5 --norm batch --running e.h5 -q
refuse 2 "" fit e.h5 --norm batch --running e.h5 -q
same_bytes e.h5 before.h5
echo junk > junk.h5
refuse 1 "'junk.h5'" fit b0.h5 --norm batch --running junk.h5 -q
[ "$(cat junk.h5)" = junk ] || complain "junk.h5 was replaced"

# An empty group is left alone.
printf '1\n0\n1\n' > mask.csv
run 0 fit b0.h5 --norm batch --mask C=mask.csv --running mask.h5 -q && py << 'END'
g = table("mask.h5")["groups"][1]
assert g["steps"] == 0 and g["mean"] == 0 and g["variance"] == 1
END
finish
