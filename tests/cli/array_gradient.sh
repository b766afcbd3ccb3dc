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

refuse 3 "'x.h5:/y' and 'dy.h5:/dy' have different shapes" gradient x.h5:/y --dy dy.h5:/dy --norm batch -o no.h5 -q
refuse 2 "" gradient x.h5:/x --norm batch -o no.h5
refuse 2 "" gradient x.h5:/x --dy dy.h5:/dy --norm batch -o dy.h5 -f
refuse 3 "'g.h5:/gammas' has shape (2, 4), but gamma and beta need (4)" \
    gradient x.h5:/x --dy dy.h5:/dy --norm batch --scale g.h5:/gammas -o no.h5 -q
finish
