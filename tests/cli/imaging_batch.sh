# SPDX-License-Identifier: GPL-3.0-or-later
# Many images at once: directories, masks by pattern, manifests, --jobs, failures, --resume.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"

mkdir -p in/deep list
volumes << 'END'
r = np.random.default_rng(11)
for name in ("in/a", "in/b", "in/deep/c"):
    v = r.normal(r.uniform(50, 500), 20, (8, 10, 12)).astype(np.float32)
    image(name + ".h5", v=v)
    image("masks_%s.h5" % name.split("/")[-1], mask=(r.random(v.shape) < 0.6).astype(np.uint8),
          labels=r.integers(0, 3, v.shape).astype(np.int16))
END

# A directory: relative names; the number of workers changes nothing.
run 0 normalize -r in -o out1
says err "'in/deep/c.h5:/v': zscore over all voxels"
silent out
run 0 normalize -r in -o out2 -j 3 -q && silent err
for f in a.h5 b.h5 deep/c.h5; do
    same_bytes out1/$f out2/$f
done
absent out1/failures.tsv
refuse 2 "exists" normalize -r in -o out1

# A mask for each input by its name.
mkdir pairs
for f in a b; do
    cp in/$f.h5 pairs/$f.h5
    cp masks_$f.h5 pairs/${f}_mask.h5
done
cp in/deep/c.h5 pairs/c.h5
run 1 normalize pairs/a.h5 pairs/b.h5 pairs/c.h5 --mask-pattern '{stem}_mask.h5:/mask' -o out3 -q
says err "1 of 3 inputs failed"
says err "pairs/c_mask.h5"
run 0 normalize pairs/a.h5 pairs/b.h5 --mask-pattern "$PWD/masks_{stem}.h5:/mask" -o out4 -q
for f in a b; do
    run 0 normalize pairs/$f.h5 --mask masks_$f.h5:/mask -q -f -o one.h5
    volumes $f << 'END'
one = load("one.h5", "v").tobytes()
assert load("out3/%s.h5" % sys.argv[1], "v").tobytes() == one == load("out4/%s.h5" % sys.argv[1], "v").tobytes()
END
done
refuse 2 "holds {stem} once" normalize pairs/a.h5 --mask-pattern mask.h5 -o no.h5

# A manifest with a column for each map; a mask may be a rule; the paths are those of the manifest's folder.
printf 'image\tmask\tlabels\tsite\n../in/a.h5\t../masks_a.h5:/mask\t\tn\n../in/b.h5\tnonzero\t\tn\n../in/deep/c.h5\t\t../masks_c.h5:/labels\ts\n' > list/list.tsv
run 0 normalize --manifest list/list.tsv -o out5 -q
volumes << 'END'
a, b, c = (load("in/%s.h5" % n, "v") for n in ("a", "b", "deep/c"))
whole = np.zeros(a.shape, int)
rounds_to(load("out5/a.h5", "v"), normalize(a, whole, load("masks_a.h5", "mask") > 0, eps=0, outside="apply").astype(float))
rounds_to(load("out5/b.h5", "v"), normalize(b, whole, b != 0, eps=0, outside="apply").astype(float))
rounds_to(load("out5/c.h5", "v"), normalize(c, load("masks_c.h5", "labels").astype(int), eps=1e-5).astype(float))
END
# As spreadsheets and BIDS write it.
printf '\xef\xbb\xbfimage\tmask\tlabels\r\n../in/a.h5\t../masks_a.h5:/mask\tn/a\r\n../in/deep/c.h5\tn/a\t../masks_c.h5:/labels\r\n' > list/mark.tsv
run 0 normalize --manifest list/mark.tsv -o out_mark -q
for f in a.h5 c.h5; do
    same_bytes out_mark/$f out5/$f
done
printf 'picture\tmask\n../in/a.h5\tnonzero\n' > list/bad.tsv
refuse 2 "has no column 'path' or 'image'" normalize --manifest list/bad.tsv -o no

# Masks and labels of single inputs: --resume sees that they have changed, and no output may replace them.
run 0 normalize --manifest list/list.tsv -o out5 --resume && says err "3 of 3 inputs are done already"
for map in masks_a masks_c; do
    touch $map.h5
    refuse 2 "with other options" normalize --manifest list/list.tsv -o out5 -q --resume
    run 0 normalize --manifest list/list.tsv -o out5 --resume -f && says err "2 of 3 inputs are done already"
done
sed 's/nonzero/otsu/' list/list.tsv > list/rule.tsv
run 0 normalize --manifest list/rule.tsv -o out5 --resume -f && says err "2 of 3 inputs are done already"
touch pairs/a_mask.h5
run 0 normalize pairs/a.h5 pairs/b.h5 --mask-pattern "$PWD/masks_{stem}.h5:/mask" -o out4 --resume -f
says err "1 of 2 inputs are done already"
printf 'image\tmask\toutput\n../in/a.h5\t../kept/mask.h5:/mask\ta.h5\n../in/b.h5\t\tmask.h5\n' > list/over.tsv
mkdir kept && cp masks_a.h5 kept/mask.h5 && cp kept/mask.h5 kept.mask
refuse 2 "is a file that goes with an input" normalize --manifest list/over.tsv -o kept -f -q
same_bytes kept/mask.h5 kept.mask
absent kept/a.h5

# What an option names is not replaced either, not even with -f.
kept_file() { # FILE OPTIONS: refused, and FILE is as it was
    cp "$1" kept.copy
    refuse 2 "the output '$1' is the file of --" "${@:2}" -o "$1" -f -q
    same_bytes "$1" kept.copy
}
run 0 fit in/a.h5 -o model.h5 -q
run 0 fit in/a.h5 --method ct -o round.h5 -q
for i in 0 1 2 3 4 5 6 7; do echo $i; done > positions.txt
printf 'a\na\nb\n' > groups.txt
printf 'image\n%s\n' "$PWD/in/a.h5" > plain.tsv
volumes << 'END'
image("field.h5", v=np.full((8, 10, 12), 2.0))
END
kept_file model.h5 apply in/a.h5 --stats model.h5
kept_file round.h5 fit in/a.h5 --method ct --refine round.h5
kept_file plain.tsv fit --manifest plain.tsv
kept_file groups.txt normalize in/a.h5 --method group --groups groups.txt
kept_file positions.txt normalize in/a.h5 --slice-positions positions.txt
kept_file field.h5 normalize in/a.h5 --bias-field field.h5:/v
kept_file masks_a.h5 fit in/a.h5 --mask masks_a.h5:/mask
ln -s model.h5 link.h5
refuse 2 "is the file of --stats" apply in/a.h5 --stats link.h5 -o model.h5 -f -q

# A column that is nearly one that has a meaning; others may be there.
printf 'image\tmasks\ttask\n%s\tnonzero\trest\n' "$PWD/in/a.h5" > list/near.tsv
run 0 normalize --manifest list/near.tsv -o out_near && says err "the column 'masks' of the manifest is not read; 'mask' would be"
run 0 stats --manifest list/near.tsv && says err "the column 'masks'"
! grep -q "'task'" err || complain "a warning of a column that is fine"

# Bad inputs among good ones: the others are done, the table of failures comes last and is kept; --resume does the rest.
head -c 3000 in/a.h5 > in/cut.h5
echo text > in/text.h5
volumes << 'END'
image("in/flat.h5", v=np.full((4, 5, 6), 42, np.int16))
image("in/nan.h5", v=np.full((4, 5, 6), np.nan))
END
run 1 normalize -r in -o out6 -j 2 -q
says err "4 of 7 inputs failed"
says err "no spread to divide by"
volumes << 'END'
lines = [line.rstrip("\n").split("\t") for line in open("out6/failures.tsv")]
assert lines[0] == ["input", "exit", "message"], lines[0]
assert sorted(l[0].split(":")[0] for l in lines[1:]) == ["in/cut.h5", "in/flat.h5", "in/nan.h5", "in/text.h5"], lines
assert all(l[1] == "1" for l in lines[1:]), lines
assert sorted(f for f in os.listdir("out6") if f[0] != ".") == ["a.h5", "b.h5", "deep", "failures.tsv"], os.listdir("out6")
END
rm in/cut.h5 in/text.h5 in/nan.h5
before=$(stat -c %Y.%i out6/a.h5)
cp in/b.h5 in/flat.h5
run 0 normalize -r in -o out6 --resume
says err "3 of 4 inputs are done already"
[ "$(stat -c %Y.%i out6/a.h5)" = "$before" ] || complain "an output that was done was made again"
[ -e out6/flat.h5 ] || complain "the input that had failed was not done"
absent out6/failures.tsv
refuse 2 "--force" normalize -r in -o out6 --resume --mask nonzero
rm in/flat.h5

# Names that collide are refused before anything is read.
mkdir twin && cp in/a.h5 twin/
refuse 2 "a.h5" normalize in/a.h5 twin/a.h5 -o out7
refuse 2 "" normalize in -o out7
finish
