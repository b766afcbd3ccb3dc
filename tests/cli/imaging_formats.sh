# SPDX-License-Identifier: GPL-3.0-or-later
# One head in several formats: the same statistics, the same voxels, an output like the input.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"
[ -n "$reference" ] || { echo "skipped: the reference volumes are not here"; exit 77; }
cp "$reference/t1_4mm_scaled.nii.gz" "$reference/t1_4mm_mask.nii.gz" . && chmod u+w ./*.gz
cp "$reference/minc/t1_short_minc2.mnc" "$reference/minc/irregular_short_slicescaled.mnc" "$reference"/itk/*.h5 . && chmod u+w ./*.mnc ./*.h5
gzip -dc t1_4mm_mask.nii.gz > mask.nii

run 0 normalize t1_4mm_scaled.nii.gz --dtype f64 --json -q -o z.nii.gz && mv out whole.json
run 0 normalize t1_4mm_scaled.nii.gz --mask t1_4mm_mask.nii.gz -o brain.nii && says err "27288 of 109350 voxels"
run 0 normalize t1_4mm_scaled.nii.gz --mask mask.nii -q -o brain2.nii
same_bytes brain.nii brain2.nii
[ -s z.json ] && [ -s brain.json ] || complain "the records beside the outputs are missing: $(ls)"
same_bytes whole.json z.json
run 0 invert z.nii.gz -q -o back.nii.gz
refuse 2 "" normalize t1_4mm_scaled.nii.gz -o no.h5
run 0 normalize t1_short_minc2.mnc --json -q -o z.mnc && mv out minc.json
run 0 normalize irregular_short_slicescaled.mnc --json -q -o zi.mnc && mv out irregular.json
for f in short_oblique_gzip uchar_gzip; do
    run 0 normalize itk_$f.h5 --json -q -o zitk_$f.h5 && mv out itk_$f.json
done
volumes << 'END'
known = KNOWN["nifti_scaled"]
group = reports("whole.json")["all"]
assert group["count"] == known["n"]
near(group["mean"], known["mean"])
near(group["sd"] ** 2, known["var"], 4e-12)
expected = json.load(open(REFERENCE + "/minc_itk_expected.json"))
for name, report in (("t1_short_minc2.mnc", "minc"), ("itk_short_oblique_gzip.h5", "itk_short_oblique_gzip"),
                     ("itk_uchar_gzip.h5", "itk_uchar_gzip")):
    group = reports(report + ".json")["all"]
    near(group["mean"], expected[name]["unweighted"]["mean"])
    near(group["sd"] ** 2, expected[name]["unweighted"]["var"], 4e-12)
known = expected["irregular_short_slicescaled.mnc"]["volume_weighted"]
group = reports("irregular.json")["all"]
near(group["mean"], known["mean"])
near(group["sd"] ** 2, known["var"], 4e-12)
near(group["mm3"], known["sumw"])
END

# What was written is read again, with mean 0 and standard deviation 1 where they were taken.
for f in z.nii.gz z.mnc zi.mnc zitk_short_oblique_gzip.h5; do
    run 0 normalize "$f" --json -q -f -o "again.${f#*.}" && mv out again.json
    volumes "$f" << 'END'
group = reports("again.json")["all"]
assert abs(group["mean"]) < 1e-6 and abs(group["sd"] - 1) < 1e-6, (sys.argv[1], group)
END
done
finish
