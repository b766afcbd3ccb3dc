# SPDX-License-Identifier: GPL-3.0-or-later
# gradient: with respect to x, gamma and beta, against sums in extended precision and against finite differences.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

py << 'END'
r = np.random.default_rng(6)
shape = (3, 4, 5, 6)
save("x.h5", x=r.normal(3, 2, shape), f=r.normal(3, 2, shape).astype("f4"), y=r.normal(0, 1, (2, 2)))
save("dy.h5", dy=r.normal(0, 1, shape), f=r.normal(0, 1, shape).astype("f4"))
save("g.h5", gamma=r.random(4) + 0.5, gammas=r.random((2, 4)))
save("seg.h5", s=r.integers(-1, 3, (5, 6)), mask=r.random((5, 6)) < 0.7, w=r.random((5, 6)))
open("classes.csv", "w").write("b\na\nb\n")
END
cat > gradients.py << 'END'
from arrays import *
def gradients(x, dy, ids, gamma=1, member=None, weights=None, eps=1e-5, ddof=0, apply=False):
    x, dy = x.astype(LONG), dy.astype(LONG)
    mean, variance = moments(x, ids, member, weights, ddof)
    scale = 1 / np.sqrt(variance + LONG(eps))
    z = (x - mean) * scale
    g = dy * gamma
    w = np.ones(x.shape, LONG) if weights is None else np.broadcast_to(weights, x.shape).astype(LONG)
    if member is not None:
        w = w * member
    dx, done = dy.copy(), (ids >= 0) & ((w > 0) | apply)
    for k in np.unique(ids[ids >= 0]):
        i = (ids == k) & done
        total = w[i].sum()
        dx[i] = scale[i] * (g[i] - w[i] / total * g[i].sum() - w[i] / (total - ddof) * z[i] * (g[i] * z[i]).sum())
    return dx, np.where(done, dy * z, 0), np.where(done, dy, 0)
END
while read -r norm ddof scale; do
    run 0 gradient x.h5:/x --dy dy.h5:/dy --norm $norm --ddof $ddof ${scale:+--scale g.h5:/gamma} -o g$ddof.h5 -f -q \
        && py $norm $ddof $scale << 'END'
from gradients import gradients
x, dy = load("x.h5"), load("dy.h5", "dy")
gamma = spread(x.shape, load("g.h5", "gamma"), (1,)) if len(sys.argv) > 3 else 1
out = f"g{sys.argv[2]}.h5"
dx, dgamma, dbeta = gradients(x, dy, norm(x.shape, sys.argv[1]), gamma, ddof=int(sys.argv[2]))
close(load(out, "dx"), dx, what="dx")
close(load(out, "dgamma"), dgamma.sum((0, 2, 3)), what="dgamma")
close(load(out, "dbeta"), dbeta.sum((0, 2, 3)), what="dbeta")
END
done << 'END'
batch 0
layer 0 scale
instance 1 scale
group:2 0 scale
group:4 1
END

# A loss that is the sum of dy·y falls as the gradient says.
py << 'END'
x, dy = load("x.h5"), load("dy.h5", "dy")
dx = load("g0.h5", "dx")
gamma = spread(x.shape, load("g.h5", "gamma"), (1,))
loss = lambda x: (normalize(x, norm(x.shape, "group:2"), gamma=gamma) * dy).sum()
step = np.random.default_rng(1).normal(0, 1e-6, x.shape)
change = loss(x.astype(LONG) + step) - loss(x.astype(LONG) - step)
assert abs(change - 2 * (dx * step).sum()) < 1e-8 * abs(step).max() * x.size
END

# Labels, mask, weights and condition; float32 in and out; the numbers beside each other in one file.
for outside in keep apply zero; do
    run 0 gradient x.h5:/x --dy dy.h5:/dy --keep C --label H,W=seg.h5:/s --mask H,W=seg.h5:/mask --weights H,W=seg.h5:/w \
        --condition N=classes.csv --scale g.h5:/gammas --outside $outside -o l.h5 -f -q && py $outside << 'END'
from gradients import gradients
x, dy = load("x.h5"), load("dy.h5", "dy")
seg = spread(x.shape, load("seg.h5", "s"), (2, 3))
ids = np.where(seg >= 0, keep(x.shape, 1) * 9 + seg, -1)
member = spread(x.shape, load("seg.h5", "mask"), (2, 3))
weights = spread(x.shape, load("seg.h5", "w"), (2, 3))
place = np.array([1, 0, 1])
gamma = load("g.h5", "gammas")[spread(x.shape, place, (0,)), spread(x.shape, np.arange(4), (1,))]
dx, dgamma, dbeta = gradients(x, dy, ids, gamma, member, weights, apply=sys.argv[1] == "apply")
if sys.argv[1] == "zero":
    dx[(ids < 0) | ~member] = 0
close(load("l.h5", "dx"), dx, what="dx")
by = lambda t: np.array([[t[place == k, c].sum() for c in range(4)] for k in range(2)])
close(load("l.h5", "dgamma"), by(dgamma), what="dgamma")
close(load("l.h5", "dbeta"), by(dbeta), what="dbeta")
END
done
run 0 gradient x.h5:/f --dy dy.h5:/f --norm layer -o f.h5 -q && py << 'END'
from gradients import gradients
x, dy = load("x.h5", "f"), load("dy.h5", "f")
close_f32(load("f.h5", "dx"), gradients(x, dy, keep(x.shape, 0))[0])
assert load("f.h5", "dgamma").dtype == np.float64 and load("f.h5", "dgamma").shape == (4,)
END
run 0 gradient x.h5:/f --dy dy.h5:/f --norm layer --dtype f64 --verify -o f8.h5 -q && py << 'END'
assert load("f8.h5", "dx").dtype == np.float64
END

# Times in ns are integers beyond 2^53, which doubles do not hold; --nan ignore leaves out what is no number.
py << 'END'
r = np.random.default_rng(8)
t = 1_700_000_000_123_456_789
save("ns.h5", i=t + r.integers(-9, 9, (4, 6)), c=np.full((4, 6), t))
dy = r.normal(0, 1, (4, 6))
save("dyn.h5", dy=dy)
save("wn.h5", w=np.array([1.0, 2, 1, 0.5, 3, 1]), v=np.array([1.0, 2, 0.5, 0.5]))
x, bad = r.normal(0, 1, (4, 6)), dy.copy()
x[0, 2] = x[2, 1] = np.nan
x[1] = np.nan
x[3, 3] = np.inf
bad[2, 4] = np.nan
save("nan.h5", x=x, dy=bad)
END
for name in i c; do
    for weights in "" B=wn.h5:/w A=wn.h5:/v; do
        for kept in A B; do
            run 0 gradient ns.h5:/$name --dy dyn.h5:/dy --axes A,B --keep $kept ${weights:+--weights $weights} --dtype f64 \
                -o n.h5 -f -q && py "$name" "$weights" $kept << 'END'
from gradients import gradients
name, weights, kept = sys.argv[1:]
x, dy = load("ns.h5", name), load("dyn.h5", "dy")
x = (x - x[0, 0]).astype("i8")  # extended precision does not hold their mean
w = None if not weights else spread(x.shape, load("wn.h5", weights[-1]), (1 if weights[0] == "B" else 0,))
dx, dgamma, dbeta = gradients(x, dy, keep(x.shape, "AB".index(kept)), weights=w)
close(load("n.h5", "dx"), dx, what=f"dx of {sys.argv[1:]}")
close(load("n.h5", "dgamma"), dgamma.sum(), what="dgamma")
END
        done
    done
done
for outside in keep zero; do
    run 0 gradient nan.h5:/x --dy nan.h5:/dy --axes A,B --keep A --nan ignore --outside $outside -o n.h5 -f -q && py << 'END'
from gradients import gradients
x, dy = load("nan.h5"), load("nan.h5", "dy")
known = np.isfinite(x)
left, zeroed = known & np.isfinite(dy), np.where(np.isfinite(dy), dy, 0)
dx, dgamma, dbeta = gradients(np.where(known, x, 0), zeroed, keep(x.shape, 0), member=known)
close(load("n.h5", "dx"), np.where(left, dx, dy), what="dx")
close(load("n.h5", "dgamma"), dgamma[left].sum(), what="dgamma")
close(load("n.h5", "dbeta"), dbeta[left].sum(), what="dbeta")
END
done

refuse 3 "'x.h5:/y' and 'dy.h5:/dy' have different shapes" gradient x.h5:/y --dy dy.h5:/dy --norm batch -o no.h5 -q
refuse 2 "" gradient x.h5:/x --norm batch -o no.h5
refuse 2 "" gradient x.h5:/x --dy dy.h5:/dy --norm batch -o dy.h5 -f
refuse 3 "'g.h5:/gammas' has shape (2, 4), but gamma and beta need (4)" \
    gradient x.h5:/x --dy dy.h5:/dy --norm batch --scale g.h5:/gammas -o no.h5 -q
finish
