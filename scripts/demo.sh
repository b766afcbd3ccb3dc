#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Install what is missing, build, normalize three real data sets and generated speech, harmonize one, score a fourth:
# scripts/demo.sh
# Every command is printed before it runs; what it makes goes to demo-output/.
set -eu
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086
install_packages $build_packages libcmocka-dev
build_project release sci-array sci-genomics sci-imaging sci-audio sci-econ
PATH=$PWD/build/release/bin:$PATH
out=demo-output
mkdir -p "$out"

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

# table TITLE FILE INPUT OPTION...: the groups of an input, with their moments
table() {
    local title=$1 file=$2
    shift 2
    printf '\n-- %s\n' "$title"
    sci-array fit "$@" -f -q -o "$file"
    sci-array show "$file"
}

t1=data/t1_4mm.h5:/t1
tissue="--axes z,y,x --label z,y,x=data/t1_4mm.h5:/labels_tissue --ignore-label 0"
bladder=data/bladder400.h5ad
batch="--axes sample,gene --label sample=$bladder:/obs/batch/codes"

say "a T1-weighted head MRI, as one image"
table "before" "$out/t1_before.h5" "$t1" --axes z,y,x --norm layer
run sci-array normalize "$t1" --axes z,y,x --norm layer -f -o "$out/t1_whole.h5:/t1"
table "after" "$out/t1_after.h5" "$out/t1_whole.h5:/t1" --axes z,y,x --norm layer

say "the same volume, by tissue (1 fluid, 2 grey matter, 3 white matter; 0 is no brain)"
# shellcheck disable=SC2086
{
    table "before" "$out/tissue_before.h5" "$t1" $tissue
    run sci-array normalize "$t1" $tissue --outside nan --picture "$out/t1.png" -f \
        -o "$out/t1_tissue.h5:/t1"
    table "after" "$out/tissue_after.h5" "$out/t1_tissue.h5:/t1" $tissue
}

say "the same by sci-imaging, which keeps everything else of the file; and a series of thin and thick slices by volume"
run sci-imaging normalize "$t1" --labels data/t1_4mm.h5:/labels_tissue --ignore-label 0 -f \
    -o "$out/t1_imaging.h5"
run sci-imaging info data/head_slices.h5:/volume
run sci-imaging normalize data/head_slices.h5:/volume --mask data/head_slices.h5:/mask --qc "$out/head_slices" -f \
    -o "$out/head_slices.h5"

say "expression of 400 genes in 57 bladder samples, each gene by batch"
# shellcheck disable=SC2086
{
    table "before" "$out/batch_before.h5" "$bladder:/X" $batch
    run sci-array normalize "$bladder:/X" $batch --keep gene -f -o "$out/bladder.h5ad"
    table "after" "$out/batch_after.h5" "$out/bladder.h5ad:/X" $batch
}

say "the same samples, harmonized: the effects of the batches go, those of cancer stay"
run sci-genomics harmonize "$bladder" --batch-key batch --keep cancer --report "$out/bladder.html" -f \
    -o "$out/bladder_harmonized.h5ad"
run sci-genomics evaluate "$bladder" "$out/bladder_harmonized.h5ad" --batch-key batch --label-key cancer

say "the same words at two levels, 40 dB apart, become the same features"
speech="data/speech/speech_16k_pcm16.wav data/speech/speech_quiet_16k_f32.wav"
# shellcheck disable=SC2086
{
    run sci-audio loudness $speech
    run sci-audio normalize $speech --picture "$out/speech" -f -o "$out/speech"
    for name in speech_16k_pcm16 speech_quiet_16k_f32; do
        printf '\n-- %s, before and after\n' "$name"
        sci-audio invert "$out/speech/$name.h5" -f -q -o "$out/$name.h5"
        for after in "$out/$name.h5" "$out/speech/$name.h5"; do
            sci-array fit "$after:/features" --axes channel,frame,band --keep channel -f -q -o "$out/speech_moments.h5"
            sci-array show "$out/speech_moments.h5"
        done
    done
}

say "employment in the United States through the crisis of 2008 to 2010: which sector moved, and what moved it"
panel=data/ces_supersectors_2006_2015
printf 'period,label\n2008-09,Lehman Brothers fails\n2010-05..2010-06,census hiring and its end\n' > "$out/events.csv"
run sci-econ score "$panel.csv" --map "$panel.map.csv" --events "$out/events.csv" -f -o "$out/employment"
run sci-econ explain "$out/employment/report.json" --period 2009-01 --sector goods
run sci-econ explain "$out/employment/report.json" --period 2010-05 --sector government

printf '\n'
say "written"
printf '%s\n' \
    "$out/t1.png          a slice before and after, by tissue" \
    "$out/t1_whole.h5     the volume as one image: mean 0, standard deviation 1" \
    "$out/t1_tissue.h5    the volume by tissue" \
    "$out/t1_imaging.h5   the same by sci-imaging, with all else that was in the file" \
    "$out/head_slices.h5  a head in thin and thick slices, each voxel counting by its volume" \
    "$out/head_slices/    its page, with slices as thick as they are" \
    "$out/bladder.h5ad    the expression matrix by batch, with all else that was in the file" \
    "$out/bladder_harmonized.h5ad    the same by ComBat, with what it did in uns/sci_genomics" \
    "$out/speech/         features of speech at two levels, and pictures of them before and after" \
    "$out/employment/     which sectors moved from 2006 to 2015: a page, a text, tables" \
    "$out/*_before.h5, $out/*_after.h5    the tables above"
printf '\nOpen in a browser:\n  file://%s  the samples before and after, in pictures\n  file://%s  what moved in employment\n' \
    "$PWD/$out/bladder.html" "$PWD/$out/employment/report.html"
