# SPDX-License-Identifier: GPL-3.0-or-later
# Every refusal: its exit code, one line that names the file and says what to do, and nothing left behind.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

py << 'END'
r = np.random.default_rng(0)
x = r.normal(0, 1, (4, 6, 5, 3))
save("x.h5", x=x, y=x[:, :3])
save("two.h5", x=x[0], y=x[1])
save("m.h5", seg=np.zeros((5, 3), int), wrong=np.zeros((3, 5), int), real=np.ones((5, 3)), negative=-np.ones((5, 3)),
     nan=np.full((5, 3), np.nan), six=np.arange(6), huge=np.full(6, 2 ** 63, "u8"), none=np.full((5, 3), -1))
save("g.h5", gamma=np.ones(6), short=np.ones(5), nan=np.full(6, np.nan), gammas=np.ones((2, 6)))
with h5py.File("odd.h5", "w") as f:
    f["text"] = "hello"
    f["complex"] = np.ones(3, complex)
    f["x"] = h5py.ExternalLink("x.h5", "/x")
    f["soft"] = h5py.SoftLink("/nowhere")
END
printf 'a\nb\nc\nd\ne\nf\n' > six.csv
printf 'a\nb\n' > two.csv
printf '1\n2\n-3\n4\n5\n6\n' > negative.csv
printf '1\n2\nnan\n4\n5\n6\n' > nan.csv
printf '1\n2\nx\n4\n5\n6\n' > word.csv
printf '0,a\n1,b\n1,c\n3,d\n4,e\n5,f\n' > twice.csv
printf '0.5\n1\n1\n1\n1\n1\n' > half.csv
printf 'a\na\na\na\na\na\n' > same.csv

# What the command line says.
refuse 2 "say what the groups are with --norm, --keep or --label" normalize x.h5:/x -o y.h5
refuse 2 "--norm says what the groups are; leave out --keep" normalize x.h5:/x --norm batch --keep N -o y.h5
refuse 2 "--norm says what the groups are; leave out --label" normalize x.h5:/x --norm batch --label C=six.csv -o y.h5
refuse 2 "--ignore-label needs --label" normalize x.h5:/x --norm batch --ignore-label 0 -o y.h5
refuse 2 "--norm nonsense: there are batch, layer, instance and group:G" normalize x.h5:/x --norm nonsense -o y.h5 -q
for g in group: group:0 group:-2 group:2x group:1.5; do
    refuse 2 "--norm $g: write group:G with a whole number G of at least 1" normalize x.h5:/x --norm $g -o y.h5 -q
done
refuse 3 "--norm group:4: the 6 channels of 'x.h5:/x' cannot be cut into 4 equal groups" \
    normalize x.h5:/x --norm group:4 -o y.h5 -q
refuse 2 "--axes N,C names 2 of the 4 axes of 'x.h5:/x'" normalize x.h5:/x --norm batch --axes N,C -o y.h5
refuse 2 "--axes N,C,H,W,D names more axes than the 4 of 'x.h5:/x'" normalize x.h5:/x --norm batch --axes N,C,H,W,D -o y.h5
refuse 2 "'N' comes twice" normalize x.h5:/x --norm batch --axes N,C,N,W -o y.h5
refuse 2 "'' is no name for an axis" normalize x.h5:/x --norm batch --axes N,,H,W -o y.h5
refuse 2 "--keep Z: there is no axis 'Z'; the axes are N,C,H,W" normalize x.h5:/x --keep Z -o y.h5 -q
refuse 2 "name the axes once each and in the order of the array, N,C,H,W" normalize x.h5:/x --keep C,N -o y.h5 -q
refuse 2 "name the axes once each" normalize x.h5:/x --keep C,C -o y.h5 -q
refuse 2 "--label six.csv: write AXES=FILE" normalize x.h5:/x --label six.csv -o y.h5
refuse 2 "--label C=: write AXES=FILE" normalize x.h5:/x --label C= -o y.h5
refuse 2 "axis 'C' is kept or labelled already" normalize x.h5:/x --keep C --label C=six.csv -o y.h5 -q
refuse 2 "" normalize x.h5:/x --norm batch
refuse 2 "" normalize --norm batch -o y.h5
refuse 2 "" normalize x.h5:/x --norm batch -o y.h5 --frobnicate
refuse 2 "" normalize x.h5:/x --norm batch -o y.h5 --eps -1
refuse 2 "" normalize x.h5:/x --norm batch -o y.h5 --eps 1e-5x
for eps in 1e301 inf -1; do
    refuse 2 "option '--eps' needs a number from 0 to 1e+300, not '$eps'" normalize x.h5:/x --norm batch -o y.h5 --eps $eps
done
refuse 2 "option '--eps': a number that is not 0 is at least 4.94e-324, not '1e-400'" \
    normalize x.h5:/x --norm batch -o y.h5 --eps 1e-400
refuse 2 "" normalize x.h5:/x --norm batch -o y.h5 --ddof 2
refuse 2 "" normalize x.h5:/x --norm batch -o y.h5 --dtype f16
refuse 2 "" normalize x.h5:/x --norm batch -o y.h5 --nan maybe
refuse 2 "" normalize x.h5:/x --norm batch -o y.h5 --memory lots
refuse 2 "" frobnicate x.h5
refuse 2 ""
refuse 2 "--condition needs --scale or --shift" normalize x.h5:/x --norm batch --condition C=six.csv -o y.h5 -q

# Outputs that may not be written.
cp x.h5 copy.h5
ln x.h5 hard.h5
ln -s x.h5 soft.h5
for target in x.h5 ./x.h5 hard.h5 soft.h5; do
    refuse 2 "x.h5" normalize x.h5:/x --norm batch -o $target -f -q
done
refuse 2 "the output 'm.h5' is the file of --mask, 'm.h5'; choose another name" \
    normalize x.h5:/x --norm batch --mask H,W=m.h5:/seg -o m.h5 -f -q
refuse 2 "the output 'g.h5' is the file of --scale" normalize x.h5:/x --norm batch --scale g.h5:/gamma -o g.h5 -f -q
echo 1 > m.csv
refuse 2 "the output 'm.csv' is the file of --mask" normalize x.h5:/x --norm batch --mask N=m.csv -o m.csv -f -q
same_bytes x.h5 copy.h5
echo old > y.h5
refuse 2 "'y.h5' exists already; --force replaces it" normalize x.h5:/x --norm batch -o y.h5
[ "$(cat y.h5)" = old ] || complain "y.h5 was touched"
rm y.h5
refuse 2 "nowhere" normalize x.h5:/x --norm batch -o nowhere/y.h5
refuse 2 "'/libsci/y' is where records are kept; choose another name" normalize x.h5:/x --norm batch -o y.h5:/libsci/y -q
for path in //libsci //a /a//b /a/../b /./a /a/.; do
    refuse 2 "'$path' is no path of a dataset; write it as /NAME or /GROUP/NAME" \
        normalize x.h5:/x --norm batch -o y.h5:$path -q
done

# Inputs that cannot be read.
refuse 1 "cannot open 'none.h5': No such file or directory" normalize none.h5:/x --norm batch -o y.h5
refuse 1 "cannot open 'x.h5:x': No such file or directory; a dataset is written FILE:/PATH" \
    normalize x.h5:x --norm batch -o y.h5
refuse 1 "'six.csv' is not an HDF5 file" normalize six.csv --norm batch -o y.h5
refuse 1 "there is no 'z' in '/', which has 2 names: 'x', 'y'" normalize x.h5:/z --norm batch -o y.h5
refuse 1 "'two.h5' has 2 datasets; say which: '/x', '/y'" normalize two.h5 --norm batch -o y.h5
refuse 1 "odd.h5:/text" normalize odd.h5:/text --norm batch -o y.h5
refuse 1 "complex" normalize odd.h5:/complex --norm batch -o y.h5
refuse 1 "odd.h5:/x" normalize odd.h5:/x --norm batch -o y.h5
refuse 1 "odd.h5:/soft" normalize odd.h5:/soft --norm batch -o y.h5
mkdir folder.h5
refuse 2 "folder.h5" normalize folder.h5 --norm batch -o y.h5
: > empty.h5
refuse 1 "'empty.h5' is empty" normalize empty.h5 --norm batch -o y.h5
mkfifo pipe.h5
refuse 1 "'pipe.h5' is not a regular file" normalize pipe.h5 --norm batch -o y.h5

# Labels, masks and weights that do not fit.
for option in label mask weights; do
    refuse 1 "'pipe.h5' is not a regular file" normalize x.h5:/x --keep H --$option C=pipe.h5 -o y.h5 -q
done
refuse 3 "two.csv" normalize x.h5:/x --label C=two.csv -o y.h5 -q
refuse 1 "twice.csv" normalize x.h5:/x --label C=twice.csv -o y.h5 -q
refuse 1 "cannot open 'none.csv'" normalize x.h5:/x --label C=none.csv -o y.h5 -q
refuse 3 "'m.h5:/wrong' has shape (3, 5), but axis H,W of 'x.h5:/x' has (5, 3)" \
    normalize x.h5:/x --label H,W=m.h5:/wrong -o y.h5 -q
refuse 3 "'m.h5:/wrong' has shape (3, 5), but axis H,W of 'x.h5:/x' has (5, 3)" \
    normalize x.h5:/x --norm batch --mask H,W=m.h5:/wrong -o y.h5 -q
refuse 3 "'m.h5:/seg' has shape (5, 3), but axis C of 'x.h5:/x' has (6)" normalize x.h5:/x --label C=m.h5:/seg -o y.h5 -q
refuse 1 "'six.csv' is not an HDF5 file, which several axes (H,W) need" normalize x.h5:/x --label H,W=six.csv -o y.h5 -q
refuse 1 "'m.h5:/real' holds f8, but labels are integers" normalize x.h5:/x --label H,W=m.h5:/real -o y.h5 -q
refuse 1 "'m.h5:/real' holds f8, but a mask holds integers; fractions are --weights" \
    normalize x.h5:/x --norm batch --mask H,W=m.h5:/real -o y.h5 -q
refuse 3 "too large for a label" normalize x.h5:/x --label C=m.h5:/huge -o y.h5 -q
refuse 1 "'m.h5:/none': every element is without label" normalize x.h5:/x --label H,W=m.h5:/none -o y.h5 -q
refuse 1 "'same.csv': no index of axis C has a label" normalize x.h5:/x --label C=same.csv --ignore-label a -o y.h5 -q
refuse 3 "the weight -3 of C=2 is negative" normalize x.h5:/x --norm layer --weights C=negative.csv -o y.h5 -q
refuse 3 "nan" normalize x.h5:/x --norm layer --weights C=nan.csv -o y.h5 -q
refuse 3 "m.h5:/negative" normalize x.h5:/x --norm layer --weights H,W=m.h5:/negative -o y.h5 -q
refuse 3 "m.h5:/nan" normalize x.h5:/x --norm layer --weights H,W=m.h5:/nan -o y.h5 -q
refuse 1 "word.csv" normalize x.h5:/x --norm layer --weights C=word.csv -o y.h5 -q
refuse 1 "is no integer" normalize x.h5:/x --norm layer --mask C=half.csv -o y.h5 -q
printf '1\n2\n3\n4\n5\n6\n' > uneven.csv
refuse 3 "ddof" normalize x.h5:/x --norm layer --weights C=uneven.csv --ddof 1 -o y.h5 -q

# No output replaces a file that an option names.
run 0 fit x.h5:/x --norm batch -o table.h5 -q
printf '1\n1\n0\n1\n0\n1\n' > six_mask.csv
for file in table.h5 g.h5 six_mask.csv; do
    cp $file $file.kept
done
refuse 2 "the output 'table.h5' is the file of --stats" apply x.h5:/x --stats table.h5 -o table.h5 -f -q
refuse 2 "the output 'g.h5' is the file of --scale" normalize x.h5:/x --norm batch --scale g.h5:/short -o g.h5 -f -q
refuse 2 "the output 'six_mask.csv' is the file of --mask" fit x.h5:/x --norm batch --mask C=six_mask.csv -o six_mask.csv -f -q
for file in table.h5 g.h5 six_mask.csv; do
    same_bytes $file $file.kept
done

# Maps that a table keeps are of as many indices as its data had.
run 0 fit x.h5:/x --norm batch --mask C=six_mask.csv -o mask_table.h5 -q
refuse 3 "the file of statistics has a mask of 6 for axis C, 'x.h5:/y' has 3; give the file again with --mask C=FILE" \
    apply x.h5:/y --stats mask_table.h5 -o y.h5 -q

# gamma and beta that do not fit.
refuse 3 "'g.h5:/short' has shape (5), but gamma and beta need (6): one number a channel or label" \
    normalize x.h5:/x --norm batch --scale g.h5:/short -o y.h5 -q
refuse 3 "'g.h5:/gammas' has shape (2, 6), but gamma and beta need (6)" \
    normalize x.h5:/x --norm batch --scale g.h5:/gammas -o y.h5 -q
printf 'a\nb\nc\na\n' > four.csv
refuse 3 "but gamma and beta need (3, 6): labels, channels" \
    normalize x.h5:/x --norm batch --condition N=four.csv --scale g.h5:/gammas -o y.h5 -q
refuse 1 "" normalize x.h5:/x --norm batch --scale g.h5:/nan -o y.h5 -q

# The environment.
refuse 4 "(--memory)" normalize x.h5:/x --norm batch -o y.h5 --memory 1KiB -q
finish
