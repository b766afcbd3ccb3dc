# SPDX-License-Identifier: GPL-3.0-or-later
# normalize: the usual groups, the general form, types and layouts, against numpy in extended precision.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

py << 'END'
r = np.random.default_rng(7)
x = r.normal(3, 2, (4, 8, 6, 5))
save("x.h5", x=x, f=x.astype("f4"), i=(x * 100).astype("i2"), half=x.astype("f2"), big=x.astype(">f8"),
     u=(abs(x) * 20).astype("u1"), long=(x * 1e15).astype("i8"))
save("shapes.h5", l=x[0, 0, 0], nc=x[0, 0], ncl=x[0], nchw=x, ncdhw=x.reshape(2, 2, 8, 6, 5), scalar=np.float64(3),
     seven=x.reshape(2, 2, 2, 4, 3, 2, 5), empty=np.zeros((0, 3, 4)))
END

# The usual normalizations, and every element type.
for norm in batch layer instance group:4 group:1 group:8; do
    run 0 normalize x.h5:/x --norm $norm -o y.h5:/y && py $norm << 'END'
y = load("y.h5", "y")
assert y.dtype == np.float64
x = load("x.h5", "x")
close(y, normalize(x, norm(x.shape, sys.argv[1])), what=sys.argv[1])
END
    rm -f y.h5
done
for name in f i half big u long; do
    run 0 normalize x.h5:/$name --norm group:2 -o y.h5:/y -q && py $name << 'END'
name = sys.argv[1]
x, y = load("x.h5", name), load("y.h5", "y")
expected = normalize(x, norm(x.shape, "group:2"))
assert y.dtype.byteorder in "=<|"
close(y, expected, what=name) if name == "big" else close_f32(y, expected, name)
END
    silent err
    rm -f y.h5
done
for type in f32 f4 f64 f8; do
    run 0 normalize x.h5:/i --norm batch --dtype $type -o y.h5:/y && py $type << 'END'
assert load("y.h5", "y").dtype.itemsize * (8 if len(sys.argv[1]) > 2 else 1) == int(sys.argv[1][1:])
END
    rm -f y.h5
done

# Axes by rank, said on stderr; by --axes; by dimension labels and scales.
while read -r name axes; do
    run 0 normalize shapes.h5:/$name --norm layer -o y.h5
    says err "'shapes.h5:/$name': axes taken as $axes; --axes names them otherwise"
    rm -f y.h5
done << 'END'
l L
nc N,C
ncl N,C,L
nchw N,C,H,W
ncdhw N,C,D,H,W
END
run 0 normalize shapes.h5:/scalar --norm layer -o y.h5:/y -q && py << 'END'
assert load("y.h5", "y") == 0
END
run 0 normalize shapes.h5:/l --norm batch -f -o y.h5:/y -q && py << 'END'
x = load("shapes.h5", "l")
close(load("y.h5", "y"), normalize(x, np.zeros(x.shape, int)))
END
run 0 normalize shapes.h5:/empty --norm batch -f -o y.h5:/y && py << 'END'
assert load("y.h5", "y").shape == (0, 3, 4)
END
says err "3 groups are empty (C=0; C=1; C=2)"
rm -f y.h5
refuse 2 "has 7 axes without names; name them with --axes" normalize shapes.h5:/seven --norm layer -o y.h5
run 0 normalize shapes.h5:/seven --norm layer --axes A,B,N,C,E,F,G -o y.h5:/y && py << 'END'
x = load("shapes.h5", "seven")
close(load("y.h5", "y"), normalize(x, keep(x.shape, 2)))
END
silent err
rm -f y.h5
run 0 normalize x.h5:/x --norm batch --axes N,T,F,C -o y.h5:/y && py << 'END'
x = load("x.h5", "x")
close(load("y.h5", "y"), normalize(x, keep(x.shape, 3)))
END
rm -f y.h5
run 0 normalize x.h5:/x --norm instance --axes A,D,H,W -o y.h5:/y && py << 'END'
x = load("x.h5", "x")
close(load("y.h5", "y"), normalize(x, np.zeros(x.shape, int)))
END
says err "--norm instance: there is no axis N, it is taken as size 1"
says err "--norm instance: there is no axis C, it is taken as size 1"
rm -f y.h5
py << 'END'
with h5py.File("labelled.h5", "w") as f:
    f["x"] = load("x.h5", "x")
    for i, name in enumerate("CNHW"):
        f["x"].dims[i].label = name
    f["partly"] = load("x.h5", "x")
    f["partly"].dims[1].label = "H"
    f["scaled"] = load("x.h5", "x")
    for i, name in enumerate(["channel", "N", "h", "w"]):
        f["scale_" + name] = np.arange(f["scaled"].shape[i])
        f["scale_" + name].make_scale(name)
        f["scaled"].dims[i].attach_scale(f["scale_" + name])
END
run 0 normalize labelled.h5:/x --norm layer -o y.h5:/y && py << 'END'
x = load("labelled.h5", "x")
close(load("y.h5", "y"), normalize(x, keep(x.shape, 1)))
assert [d.label for d in h5py.File("y.h5")["y"].dims] == list("CNHW")
END
silent err
rm -f y.h5
run 0 normalize labelled.h5:/partly --norm layer -o y.h5:/y
says err "axes taken as N,C,H,W"
rm -f y.h5
run 0 normalize labelled.h5:/scaled --keep channel -o y.h5 && py << 'END'
x = load("labelled.h5", "scaled")
with h5py.File("y.h5") as f:
    close(f["scaled"][()], normalize(x, keep(x.shape, 0)))
    assert f["scaled"].dims[0][0].name == "/scale_channel"
    assert (f["scaled"].dims[2]["h"][()] == np.arange(6)).all()
END
silent err
rm -f y.h5

# eps and ddof.
run 0 normalize x.h5:/x --norm layer --eps 0 --ddof 1 -o y.h5:/y && py << 'END'
x = load("x.h5", "x")
close(load("y.h5", "y"), normalize(x, keep(x.shape, 0), eps=0, ddof=1))
END
rm -f y.h5

# A constant group gives zeros (or beta), and is named; also with eps 0.
py << 'END'
x = np.random.default_rng(1).normal(0, 1, (3, 2, 4))
x[1] = 0.1
save("constant.h5", x=x)
END
for eps in 0 1e-5; do
    run 0 normalize constant.h5 --norm layer --eps $eps -o y.h5:/y && py << 'END'
y = load("y.h5", "y")
assert (y[1] == 0).all() and (y[0] != 0).all()
END
    says err "1 group has zero variance (N=1)"
    rm -f y.h5
done

# --keep and --label.
printf '%s\n' low low high high mid > bands.csv
printf '%s\n' '# a comment' index,label 4,mid 0,low 2,high 1,low 3,high > pairs.csv
py << 'END'
save("bands.h5", b=np.array([9, 9, 10, 10, 2], "u2"), flat=np.array([9.5] * 5))
save("t.h5", x=np.random.default_rng(3).normal(5, 2, (7, 5)))
END
for label in bands.csv pairs.csv bands.h5:/b; do
    run 0 normalize t.h5 --axes T,F --keep T --label F=$label -o y.h5:/y && py << 'END'
x = load("t.h5", "x")
close(load("y.h5", "y"), normalize(x, keep(x.shape, 0) * 3 + [1, 1, 0, 0, 2]))
END
    case $label in
        bands.h5*) run 0 show y.h5:/y --all && says out "T=0 F=2 " && says out "T=6 F=10 " ;;
        *) run 0 show y.h5:/y --all && says out "T=0 F=high " && says out "T=6 F=mid " ;;
    esac
    rm -f y.h5
done
run 0 normalize t.h5 --axes T,F --label F=bands.csv --ignore-label mid -o y.h5:/y && py << 'END'
x = load("t.h5", "x")
ids = np.broadcast_to([0, 0, 1, 1, -1], x.shape)
y = load("y.h5", "y")
close(y, normalize(x, ids))
assert (y[:, 4] == x[:, 4]).all()
assert [g["name"] for g in table("y.h5:/y")["groups"]] == ["F=high", "F=low"]
END
rm -f y.h5
for outside in keep apply zero nan; do
    run 0 normalize t.h5 --axes T,F --label F=bands.csv --ignore-label mid --outside $outside -o y.h5:/y -q \
        && py $outside << 'END'
x = load("t.h5", "x")
close(load("y.h5", "y"), normalize(x, np.broadcast_to([0, 0, 1, 1, -1], x.shape), outside=sys.argv[1]))
END
    rm -f y.h5
done

# A map over several axes, a mask, weights, all together; -1 is no label.
py << 'END'
r = np.random.default_rng(11)
shape = (2, 3, 6, 5, 4)
seg = r.integers(-1, 4, shape[2:]).astype("i4")
save("v.h5", x=r.normal(100, 9, shape).astype("f4"))
save("seg.h5", labels=seg, mask=(r.random(shape[2:]) < 0.7), whole=r.integers(0, 2, shape).astype("u1"),
     weight=r.random(shape[2:]), fraction=r.random(shape[2:]))
np.savetxt("widths.csv", r.random(6) + 0.5)
open("mask.csv", "w").write("1\n0\n1\n1\n1\n0\n")
END
run 0 normalize v.h5 --keep C --label D,H,W=seg.h5:/labels --ignore-label 0 -o y.h5:/y && py << 'END'
x, seg = load("v.h5"), load("seg.h5", "labels")
ids = keep(x.shape, 1) * 10 + spread(x.shape, seg, (2, 3, 4))
ids = np.where(spread(x.shape, seg, (2, 3, 4)) > 0, ids, -1)
close_f32(load("y.h5", "y"), normalize(x, ids))
assert [g["name"] for g in table("y.h5:/y")["groups"]][:4] == ["C=0 D,H,W=1", "C=0 D,H,W=2", "C=0 D,H,W=3", "C=1 D,H,W=1"]
END
rm -f y.h5
for outside in keep apply zero nan; do
    run 0 normalize v.h5 --keep C --label D,H,W=seg.h5:/labels --mask D,H,W=seg.h5:/mask \
        --mask N,C,D,H,W=seg.h5:/whole --mask D=mask.csv --weights D=widths.csv --weights D,H,W=seg.h5:/weight \
        --outside $outside -o y.h5:/y -q && py $outside << 'END'
x, seg = load("v.h5"), load("seg.h5", "labels")
volume = (2, 3, 4)
ids = keep(x.shape, 1) * 10 + spread(x.shape, seg, volume)
ids = np.where(spread(x.shape, seg, volume) >= 0, ids, -1)
member = (spread(x.shape, load("seg.h5", "mask"), volume) * load("seg.h5", "whole")
          * spread(x.shape, [1, 0, 1, 1, 1, 0], (2,)))
w = spread(x.shape, np.loadtxt("widths.csv"), (2,)) * spread(x.shape, load("seg.h5", "weight"), volume)
close_f32(load("y.h5", "y"), normalize(x, ids, member, w, outside=sys.argv[1]))
END
    rm -f y.h5
done

# Weighted integers beyond 2^53, along rows and across them.
py << 'END'
t = 1_700_000_000_123_456_789
r = np.random.default_rng(3)
x = t + r.integers(-9, 9, (4, 6))
x[1] = x[0, 0]
x[3, ::2] += 2 ** 60
save("ns.h5", i=-x, u=x.astype("u8") + 2 ** 62)
save("nw.h5", B=np.array([0.0, 2, 1, 0.5, 3, 1]), A=np.array([1.0, 2, 0.5, 0.5]), AB=r.random((4, 6)) * (r.random((4, 6)) < 0.8))
END
for name in i u; do
    for axes in A B A,B; do
        for kept in A B; do
            run 0 normalize ns.h5:/$name --axes A,B --keep $kept --weights $axes=nw.h5:/${axes/,/} --outside zero --dtype f64 -o y.h5:/y -f -q \
                && py $name $axes $kept << 'END'
name, axes, kept = sys.argv[1:]
x = load("ns.h5", name)
x = (x - x[0, 0]).astype("i8")  # extended precision does not hold their mean
w = spread(x.shape, load("nw.h5", axes.replace(",", "")), tuple("AB".index(a) for a in axes.split(",")))
close(load("y.h5", "y"), normalize(x, keep(x.shape, "AB".index(kept)), weights=w, outside="zero"), what=str(sys.argv[1:]))
assert kept == "B" or (load("y.h5", "y")[1][w[1] > 0] == 0).all()
END
        done
    done
done
rm -f y.h5

# Equal weights change no bit.
printf '2.5\n%.0s' 1 2 3 4 5 6 > equal.csv
run 0 normalize v.h5 --norm batch -o y.h5:/y -q
run 0 normalize v.h5 --norm batch --weights D=equal.csv -o z.h5:/y -q
py << 'END'
assert (load("y.h5", "y") == load("z.h5", "y")).all()
END
rm -f y.h5 z.h5

# gamma and beta, by channel and by condition, in whatever order labels and channels lie.
printf '%s\n' cat dog > classes.csv
py << 'END'
r = np.random.default_rng(5)
save("g.h5", gamma=r.random(3) + 1, beta=r.random(3), wide=(r.random((1, 3, 1, 1)) + 1).astype("f4"),
     gammas=r.random((2, 3)), betas=r.random((2, 3)).astype("f4"), single=np.float64(2), depths=r.random((2, 3)))
open("depth.csv", "w").write("a\na\nb\nb\na\nb\n")
END
run 0 normalize v.h5 --norm group:3 --scale g.h5:/gamma --shift g.h5:/beta -o y.h5:/y -q && py << 'END'
x = load("v.h5")
gamma, beta = (spread(x.shape, load("g.h5", n), (1,)) for n in ("gamma", "beta"))
close_f32(load("y.h5", "y"), normalize(x, norm(x.shape, "group:3"), gamma=gamma, beta=beta))
END
rm -f y.h5
run 0 normalize v.h5 --norm group:3 --scale g.h5:/wide -o y.h5:/y -q && py << 'END'
x = load("v.h5")
close_f32(load("y.h5", "y"), normalize(x, norm(x.shape, "group:3"), gamma=spread(x.shape, load("g.h5", "wide"), (1,))))
END
rm -f y.h5
run 0 normalize v.h5 --norm instance --condition N=classes.csv --scale g.h5:/gammas --shift g.h5:/betas -o y.h5:/y -q \
    && py << 'END'
x = load("v.h5")
gamma, beta = (spread(x.shape, load("g.h5", n), (0, 1)) for n in ("gammas", "betas"))
close_f32(load("y.h5", "y"), normalize(x, norm(x.shape, "instance"), gamma=gamma, beta=beta))
END
rm -f y.h5
run 0 normalize v.h5 --norm layer --condition D=depth.csv --scale g.h5:/depths -o y.h5:/y -q && py << 'END'
x = load("v.h5")
place = np.array([0, 0, 1, 1, 0, 1])
gamma = load("g.h5", "depths")[spread(x.shape, place, (2,)), spread(x.shape, np.arange(3), (1,))]
close_f32(load("y.h5", "y"), normalize(x, keep(x.shape, 0), gamma=gamma))
END
rm -f y.h5
run 0 normalize t.h5 --axes T,F --keep T --scale g.h5:/single -o y.h5:/y -q && py << 'END'
x = load("t.h5")
close(load("y.h5", "y"), normalize(x, keep(x.shape, 0), gamma=2))
END
rm -f y.h5

# NaN: refused with number and place; ignored; propagated.
py << 'END'
x = load("x.h5", "x")
x[1, 2, 3, 4] = np.nan
x[3, 7, 0, 1] = np.inf
save("nan.h5", x=x)
END
refuse 1 "2 " normalize nan.h5 --norm layer -o y.h5
run 1 normalize nan.h5 --norm layer -o y.h5
says err "(1, 2, 3, 4)"
run 0 normalize nan.h5 --norm layer --nan ignore -o y.h5:/y -q && py << 'END'
x = load("nan.h5", "x")
y = load("y.h5", "y")
member = np.isfinite(x)
expected = normalize(np.where(member, x, 0), keep(x.shape, 0), member)
expected[~member] = x[~member]
assert np.isnan(y[1, 2, 3, 4]) and y[3, 7, 0, 1] == np.inf
close(y[member], expected[member])
END
rm -f y.h5
run 0 normalize nan.h5 --norm layer --nan propagate -o y.h5:/y -q && py << 'END'
y = load("y.h5", "y")
assert np.isnan(y[1]).all() and np.isfinite(y[[0, 2]]).all() and np.isnan(y[3]).all()
END
rm -f y.h5

# -1 is no label, other negative ones are; a label to ignore that is nowhere is noted.
printf -- '-2\n-1\n0\n' > three.csv
py << 'END'
save("three.h5", x=np.arange(12.).reshape(3, 4), map=np.array([[-2, -1, 0, 0]] * 3))
END
for labels in F=three.csv F,T=three.h5:/map; do
    run 0 normalize three.h5:/x --axes F,T --label $labels --ignore-label 0 --ignore-label 7 -o y.h5:/y -f
    says err "'three.h5:/x': --ignore-label 7: there is no such label"
    [ "$(wc -l < err)" = 1 ] || complain "more notes than one: $(cat err)"
    py $labels << 'END'
assert [g["name"] for g in table("y.h5")["groups"]] == [sys.argv[1].split("=")[0] + "=-2"]
END
    # A label is ignored by its name, wherever it comes from.
    run 0 normalize three.h5:/x --axes F,T --label $labels --ignore-label 00 -o y.h5:/y -f
    says err "'three.h5:/x': --ignore-label 00: there is no such label"
done
rm -f y.h5

# OUT alone: every link of the input is in the output and leads where it led, whichever name the dataset was given by.
py << 'END'
x = np.random.default_rng(12).normal(5, 2, (3, 4))
with h5py.File("links.h5", "w") as f:
    a = f.create_group("A")
    a["x"], a["other"], a["self"], a["up"] = x, np.arange(3), a, f["/"]
    f["B"], f["C/y"], f["top"], f["C/A/deep"] = a, a["x"], f["/"], a
    f["A/near"], f["soft"], f["C/group"] = h5py.SoftLink("x"), h5py.SoftLink("/A/x"), h5py.SoftLink("/B")
    f["dangling"] = h5py.SoftLink("/B/nothing")
    f["C/y"].attrs["unit"], a.attrs["of"], a["other"].attrs["of"] = "V", a["x"].ref, a.ref
END
cat > same_links.py << 'END'
from arrays import *


def links(f):
    """Every hard link, once as where it stands and what it leads to, both by the first path; soft links by their value."""
    first, found = {}, set()

    def visit(group, path):
        for name in group:
            if path == "" and name == "libsci":
                continue
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.SoftLink):
                found.add((path, name, "soft", link.path))
                continue
            token = h5py.h5o.get_info(group[name].id).addr
            new = token not in first
            where = first.setdefault(token, path + "/" + name)
            found.add((path, name, "hard", where))
            if new and isinstance(group[name], h5py.Group):
                visit(group[name], where)

    first[h5py.h5o.get_info(f["/"].id).addr] = ""
    visit(f["/"], "")
    return found


with h5py.File("links.h5") as f, h5py.File("y.h5") as g:
    assert links(f) == links(g), links(f) ^ links(g)
    close(g[sys.argv[1]][()], normalize(f["A/x"][()], keep((3, 4), 0)))
    for name in "A/x", "B/x", "C/y", "A/self/x", "top/soft", "C/group/near":
        assert g[name] == g[sys.argv[1]], name
    assert g["A/x"].attrs["unit"] == "V" and g[g["A"].attrs["of"]] == g["A/x"] and g[g["B/other"].attrs["of"]] == g["A"]
END
for name in A/x B/x C/y A/self/x A/self/self/x A/up/A/x top/top/B/self/x C/A/deep/x C/A/deep/up/C/y soft A/near C/group/x C/group/near /A//self/./x; do
    run 0 normalize "links.h5:/$name" --norm layer -o y.h5 -q -f --verify && { "$PYTHON" same_links.py "$name" || complain "$name"; }
    run 0 invert "y.h5:/$name" -o back.h5 -q -f
done
rm -f y.h5
finish
