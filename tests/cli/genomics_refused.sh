# SPDX-License-Identifier: GPL-3.0-or-later
# What sci-genomics refuses: options that make no sense, designs that cannot be told from the batches, cells without
# values; with the exit codes, and without an output.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

h="harmonize $bladder -o no.h5ad"

# Wrong usage: 2.
refuse 2 "option '--batch-key COLUMN|@FILE' is missing" $h
refuse 2 "--nonparametric is a matter of --method combat, not of limma" $h --batch-key batch --method limma --nonparametric
refuse 2 "--ref-batch is a matter of --method combat" $h --batch-key batch --method zscore --ref-batch 1
refuse 2 "--remove is a matter of --method limma" $h --batch-key batch --remove age
refuse 2 "--batch-key2 is a matter of --method limma" $h --batch-key batch --batch-key2 cancer
refuse 2 "--drop-confounded is a matter of --method limma" $h --batch-key batch --drop-confounded
refuse 2 "looks at each batch by itself and can keep nothing" $h --batch-key batch --method center --keep cancer
refuse 2 "which --no-eb switches off" $h --batch-key batch --no-eb --nonparametric
refuse 2 "--eb-stop ends an iteration" $h --batch-key batch --no-eb --eb-stop fixed-point
refuse 2 "--ref-batch '9' is none of the batches, which are 1, 2, 3, 4, 5" $h --batch-key batch --ref-batch 9
refuse 2 "--genes and --var-mask both choose genes" $h --batch-key batch --genes a --var-mask b
refuse 2 "option '--compression' needs none, lzf or gzip:N" $h --batch-key batch --compression gzip:12
refuse 2 "option '--to' needs X or layer:NAME, not 'obsm'" $h --batch-key batch --to obsm
refuse 2 "--dtype is about a new matrix, and --emit affine makes none" $h --batch-key batch --emit affine --dtype f64
refuse 2 "--keep-original is about a new matrix, and --emit params" $h --batch-key batch --emit params --keep-original a
refuse 2 "the column 'cancer' is named twice" $h --batch-key batch --keep cancer,cancer
refuse 2 "the column 'batch' is named twice" $h --batch-key batch --keep batch
refuse 2 "has an empty name" $h --batch-key batch --keep cancer,
refuse 2 "holds real numbers, not batches; if they are names of batches, say --as-factor age" $h --batch-key age
refuse 2 "is no numeric one; --batch-key2 takes out a factor" $h --batch-key batch --method limma --remove cancer
refuse 2 "two outputs would be called 'no.h5ad'" $h --batch-key batch --report no.h5ad
refuse 2 "option '--target-sum' needs a number above 0, or median" normalize "$bladder" -o no.h5ad --target-sum -3
refuse 2 "--min-cells is a matter of --share" fit "$bladder" -o no.h5 --batch-key batch --min-cells 20
refuse 2 "option '--batch-key COLUMN|@FILE' is missing" fit "$bladder" -o no.h5
refuse 2 "without --stats the affine form is expanded" apply "$bladder" -o no.h5ad --emit affine
refuse 2 "--frozen needs the model" apply "$bladder" -o no.h5ad --frozen

# Options that would be without effect.
refuse 2 "--as-factor names 'age', which no other option uses" $h --batch-key batch --as-factor age
refuse 2 "--remove takes 'age' as numbers, --as-factor as a factor" $h --batch-key batch --method limma --remove age --as-factor age
refuse 2 "--as-factor names 'nowhere'" fit "$bladder" -o no.h5 --batch-key batch --as-factor nowhere
refuse 2 "--label-key colours the cells of --report" $h --batch-key batch --label-key cancer
refuse 2 "--join is about several inputs, and there is one" $h --batch-key batch --join outer

# Files that are not as asked: 1.
refuse 1 "obs has no column 'site'; it has 'batch', 'cancer', 'outcome', 'age'" $h --batch-key site
refuse 1 "no column 'cells'" $h --batch-key batch --keep cells
refuse 1 "layer" $h --batch-key batch --layer none
refuse 1 "keeps no model of sci-genomics" invert "$bladder" -o no.h5ad
refuse 1 "is no summary and keeps no model" show "$bladder"
echo nothing > text
refuse 1 "text" harmonize text -o no.h5ad --batch-key batch
refuse 1 "is no summary" merge "$bladder" -o no.h5
rm -f text

# The three designs that sva refuses: 3, with the columns and the table; limma too.
cells << 'END'
batch, cancer = obs(BLADDER, "batch"), obs(BLADDER, "cancer")
bladder_with("designs.h5ad", conf=["a" if b in "13" else "b" for b in batch], copy=cancer, one=["same"] * 57,
             holes=[None if i in (3, 8) else "x" for i in range(57)], lost=[np.nan if i == 5 else 1.0 * i for i in range(57)],
             gaps=[None if i < 5 else b for i, b in enumerate(batch)], alone=["all"] * 57)
END
h="harmonize designs.h5ad -o no.h5ad"
refuse 3 "The covariate is confounded with batch! Remove the covariate and rerun ComBat" $h --batch-key batch --keep conf
refuse 3 "conf=b cannot be told from batch" $h --batch-key batch --keep conf
refuse 3 "At least one covariate is confounded with batch! Please remove confounded covariates and rerun ComBat" \
    $h --batch-key batch --keep cancer,conf
refuse 3 "conf=b" $h --batch-key batch --keep cancer,conf
refuse 3 "The covariates are confounded! Please remove one or more of the covariates" $h --batch-key batch --keep cancer,copy
refuse 3 "copy=Normal" $h --batch-key batch --keep cancer,copy
refuse 3 "covariates cannot be told from the batches" $h --batch-key batch --keep conf --method limma
refuse 3 "--drop-confounded leaves out what they determine instead" $h --batch-key batch --keep conf --method limma
run 3 $h --batch-key batch --keep conf
says err "cells of each batch by conf:"
run 0 harmonize designs.h5ad -o dropped.h5ad --batch-key batch --keep conf --method limma --drop-confounded
says err "coefficients that the covariates determine are left out, as limma does: batch '"
rm -f dropped.h5ad

# Cells without values, a single batch.
refuse 3 "2 cells of 'designs.h5ad' have no value in 'holes'" $h --batch-key batch --keep holes
refuse 3 "1 cell of 'designs.h5ad' has no value in 'lost'" $h --batch-key batch --keep lost
refuse 3 "5 cells of 'designs.h5ad' have no value in 'gaps'" $h --batch-key gaps
refuse 3 "fill it in, take these cells out" $h --batch-key gaps
refuse 3 "there is only one batch, 'all': nothing to remove" $h --batch-key alone
printf '1\n2\n' > few.txt
refuse 3 "'few.txt' has 2 labels, 'designs.h5ad' has 57 cells" $h --batch-key @few.txt
printf 'nobody,1\nnoone,2\n' > none.txt
refuse 3 "there is no cell 'noone'" $h --batch-key @none.txt

# Infinities are refused; a result that leaves its type is no output.
cells << 'END'
x = matrix(BLADDER)
b = obs(BLADDER, "batch")
x[3, 7] = np.inf
write("infinite.h5ad", x, {"batch": b})
x[3, 7] = 1e300
write("large.h5ad", x, {"batch": b})
END
refuse 1 "infinite" harmonize infinite.h5ad -o no.h5ad --batch-key batch
refuse 1 "results are not finite though their inputs are" harmonize large.h5ad -o no.h5ad --batch-key batch --dtype f32

# The matrix of an affine form is the one before: what would take it unawares says so, or does not.
run 0 harmonize "$bladder" -o affine.h5ad --batch-key batch --emit affine
refuse 3 "'affine.h5ad' is in affine form: its model belongs to X as it stands" normalize affine.h5ad -o no.h5ad
for call in "harmonize affine.h5ad --batch-key batch" "fit affine.h5ad --batch-key batch" "concat affine.h5ad $bladder"; do
    run 0 $call -f -o taken.h5ad
    says err "'affine.h5ad' is in affine form: its X is as it was before the correction"
done
rm -f taken.h5ad

# Two categories of one name cannot be told apart in a model.
cells << 'END'
bladder_with("twins.h5ad", site=[f"s{i % 3}" for i in range(57)])
with h5py.File("twins.h5ad", "r+") as f:
    f["obs/site/categories"][1] = "s0"
END
refuse 1 "two categories of 'site' are called 's0'" harmonize twins.h5ad -o no.h5ad --batch-key site

# An output that is there, or is the input.
cp "$bladder" in.h5ad
refuse 2 "the output 'in.h5ad' is the input" harmonize in.h5ad -o in.h5ad -f --batch-key batch
refuse 2 "exists already; --force replaces it" harmonize "$bladder" -o in.h5ad --batch-key batch

# Nor does one replace a file that an option names.
run 0 fit "$bladder" --batch-key batch -o sites.h5 -q
cp sites.h5 sites.kept
refuse 2 "the output 'sites.h5' is the file of --stats" apply "$bladder" --stats sites.h5 --batch-key batch -o sites.h5 -f
same_bytes sites.h5 sites.kept
printf '%s\n' 1 2 3 > batches.txt
refuse 2 "the output 'batches.txt' is the file of --batch-key" harmonize "$bladder" --batch-key @batches.txt -o batches.txt -f

finish
