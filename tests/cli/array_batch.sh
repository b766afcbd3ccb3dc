# SPDX-License-Identifier: GPL-3.0-or-later
# Many inputs at once: names of outputs, failures, --resume, pictures, what every output keeps.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

mkdir -p in/deep
py << 'END'
r = np.random.default_rng(3)
for name in ("in/a", "in/b", "in/deep/c"):
    save(name + ".h5", x=r.normal(0, 1, (2, 3, 20, 30)), other=np.arange(4))
END

# A directory: relative names, every dataset and attribute beside the one that is replaced; -j changes nothing.
run 0 normalize -r in --dataset /x --norm batch -o out1 && silent out
[ "$(grep -c 'axes taken as' err)" = 1 ] || complain "the axes are said $(grep -c 'axes taken as' err) times"
run 0 normalize -r in --dataset /x --norm batch -o out2 -j 3 -q && silent err
for f in a.h5 b.h5 deep/c.h5; do
    same_bytes out1/$f out2/$f
    py $f << 'END'
x = load("in/" + sys.argv[1])
close(load("out1/" + sys.argv[1]), normalize(x, norm(x.shape, "batch")))
assert (load("out1/" + sys.argv[1], "other") == np.arange(4)).all()
END
done
absent out1/failures.tsv

# Several operands with their datasets; base names.
run 0 normalize in/a.h5:/x in/deep/c.h5:/x --norm layer -o out3/ -q
[ -e out3/a.h5 ] && [ -e out3/c.h5 ] || complain "outputs are missing: $(ls out3)"
run 0 normalize in/a.h5 in/b.h5 --dataset /x --norm layer -o out4 -q
refuse 2 "" normalize in/a.h5:/x in/a.h5:/x --norm layer -o out5
mkdir twin && cp in/a.h5 twin
refuse 2 "a.h5" normalize in/a.h5:/x twin/a.h5:/x --norm layer -o out5
refuse 2 "" normalize in --dataset /x --norm layer -o out5
refuse 2 "exists" normalize -r in --dataset /x --norm layer -o out1

# A bad input among good ones: the others are done, the table of failures comes last and is kept.
head -c 2000 in/a.h5 > in/cut.h5
echo text > in/text.h5
py << 'END'
x = load("in/a.h5")
x[0, 0, 0, 5] = np.nan
save("in/nan.h5", x=x)
END
run 1 normalize -r in --dataset /x --norm batch -o out6 -j 2 -q
says err "3 of 6 inputs failed"
py << 'END'
lines = [line.rstrip("\n").split("\t") for line in open("out6/failures.tsv")]
assert lines[0] == ["input", "exit", "message"], lines[0]
assert sorted(l[0] for l in lines[1:]) == ["in/cut.h5:/x", "in/nan.h5:/x", "in/text.h5:/x"], lines
assert all(l[1] == "1" for l in lines[1:])
assert sorted(os.listdir("out6")) == [".sci-array.done", "a.h5", "b.h5", "deep", "failures.tsv"], os.listdir("out6")
END

# --resume leaves out what is done, with the same options only.
rm in/cut.h5 in/text.h5
py << 'END'
save("in/nan.h5", x=load("in/a.h5") + 1)
END
before=$(stat -c %Y.%i out6/a.h5)
run 0 normalize -r in --dataset /x --norm batch -o out6 --resume
says err "3 of 4 inputs are done already"
[ "$(stat -c %Y.%i out6/a.h5)" = "$before" ] || complain "an output that was done was made again"
[ -e out6/nan.h5 ] || complain "the input that had failed was not done"
absent out6/failures.tsv
refuse 2 "--force" normalize -r in --dataset /x --norm layer -o out6 --resume
run 0 normalize -r in --dataset /x --norm layer -o out6 --resume --force -q && py << 'END'
x = load("in/b.h5")
close(load("out6/b.h5"), normalize(x, keep(x.shape, 0)))
END

# A manifest; apply and invert in a batch.
printf 'path\toutput\nin/a.h5\tfirst.h5\nin/deep/c.h5\tsub/second.h5\n' > list.tsv
run 0 normalize --manifest list.tsv --dataset /x --norm layer -o out7 -q
[ -e out7/first.h5 ] && [ -e out7/sub/second.h5 ] || complain "the manifest's outputs are missing"
run 0 invert -r out7 --dataset /x -o back -q && py << 'END'
close(load("back/sub/second.h5"), load("in/deep/c.h5"))
END
run 0 fit -r in --dataset /x --norm batch -o s.h5 -q
run 0 apply -r in --dataset /x --stats s.h5 -o out8 -q && [ -e out8/deep/c.h5 ] || complain "apply -r made no out8/deep/c.h5"
run 0 fit in/a.h5:/x --norm batch -o s.h5 -q -f

# Pictures.
run 0 normalize in/a.h5:/x --norm layer -o p.h5 --picture p.png -q
[ "$(head -c 8 p.png | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ] || complain "p.png is no PNG"
run 0 normalize -r in --dataset /x --norm layer -o out9 --picture pictures -q
for f in a b deep/c; do
    [ -s pictures/$f.h5.png ] || complain "there is no pictures/$f.h5.png"
done
rm -f p.h5
refuse 2 "p.png" normalize in/a.h5:/x --norm layer -o p.h5 --picture p.png
py << 'END'
r = np.random.default_rng(3)
save("shapes.h5", line=r.normal(0, 1, 50), plane=r.normal(0, 1, (7, 3000)), volume=r.integers(0, 9, (5, 40, 30)), none=np.zeros((0, 3)))
END
for name in line plane volume; do
    run 0 normalize shapes.h5:/$name --norm layer -o p.h5 -f --picture p.png -q && [ -s p.png ] || complain "no picture of $name"
done
rm -f p.h5 p.png
refuse 1 "'shapes.h5:/none' is empty: there is nothing to draw" normalize shapes.h5:/none --norm batch -o p.h5 --picture p.png -q

# Files are as the umask says; an existing one keeps its mode; a link is replaced, not followed.
umask 027
run 0 normalize in/a.h5:/x --norm layer -o mode.h5 -q
[ "$(stat -c %a mode.h5)" = 640 ] || complain "mode.h5 has mode $(stat -c %a mode.h5)"
chmod 604 mode.h5
run 0 normalize in/a.h5:/x --norm layer -o mode.h5 -f -q
[ "$(stat -c %a mode.h5)" = 604 ] || complain "mode.h5 has lost its mode"
cp in/b.h5 aim.h5
ln -s aim.h5 link.h5
run 0 normalize in/a.h5:/x --norm layer -o link.h5 -f -q
same_bytes aim.h5 in/b.h5
[ ! -L link.h5 ] || complain "link.h5 is still a link"
finish
