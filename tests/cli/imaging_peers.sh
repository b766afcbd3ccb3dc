# SPDX-License-Identifier: GPL-3.0-or-later
# What sci-imaging writes is read by the programs of its formats, with the numbers that belong there: NIfTI by nibabel, MINC 2 by
# mincinfo and mincstats, ITK's HDF5 by ITK itself. Each where it is installed.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"

checked=0
absent_peer() {
    echo "$1 is not installed: not checked"
}

# close_to A B TOLERANCE WHAT
close_to() {
    awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { d = a - b; exit !(a != "" && d <= t && -d <= t) }' \
        || complain "$4 is '$1', not $2"
}

# ---- NIfTI ----

check_nifti() {
    cat > make.py << 'END'
import nibabel as nib, numpy as np
rng = np.random.default_rng(5)
x = rng.normal(300, 80, (23, 31, 37, 2)).astype(np.int16)
turn = np.array([[0, -2, 0, 5], [1.5, 0, 0, -7], [0, 0, 2.5, 11], [0, 0, 0, 1.0]])
for name, kind, order in (("one", nib.Nifti1Image, "<"), ("big", nib.Nifti1Image, ">"), ("two", nib.Nifti2Image, "<")):
    image = kind(x, turn, header=kind.header_class(endianness=order))
    image.set_data_dtype(np.dtype("i2").newbyteorder(order))
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_slope_inter(0.5, -20)
    image.header["cal_max"] = 500
    image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"who was where"))
    nib.save(image, name + ".nii")
    nib.save(image, name + ".nii.gz")
END
    "$PYTHON" -W ignore make.py || complain "nibabel cannot write what is read here"
    for name in one big two; do
        run 0 normalize "$name.nii" -o "$name-out.nii" --no-sync --verify
        run 0 normalize "$name.nii.gz" -o "$name-packed.nii.gz" --no-sync --verify
        run 0 normalize "$name.nii.gz" -o "$name-double.nii" --no-sync --dtype f64 --memory 32MiB
        for threads in 1 2 3; do
            run 0 normalize "$name.nii" -o "$name-$threads.nii.gz" --no-sync --threads "$threads"
        done
        same_bytes "$name-1.nii.gz" "$name-2.nii.gz"
        same_bytes "$name-1.nii.gz" "$name-3.nii.gz"
        gzip -t "$name-1.nii.gz" || complain "gzip finds $name-1.nii.gz damaged"
        gzip -dc "$name-1.nii.gz" | cmp -s - "$name-out.nii" || complain "$name-1.nii.gz holds another image than $name-out.nii"
    done
    cat > check.py << 'END'
import nibabel as nib, numpy as np
for name in ("one", "big", "two"):
    image = nib.load(name + ".nii")
    x = np.asarray(image.dataobj)
    z = (x - x.mean((0, 1, 2, 3))) / x.std((0, 1, 2, 3))
    for form, kind, bound in (("out.nii", "f4", 1e-6), ("packed.nii.gz", "f4", 1e-6), ("double.nii", "f8", 1e-12)):
        out = nib.load(f"{name}-{form}")
        y = np.asarray(out.dataobj)
        assert out.header.get_data_dtype() == np.dtype(kind), form
        assert np.abs(y - z).max() < bound, (name, form, np.abs(y - z).max())
        assert type(out) is type(image) and (out.affine == image.affine).all(), form
        assert out.header.get_zooms() == image.header.get_zooms(), form
        assert out.header.get_xyzt_units() == ("mm", "sec"), form
        assert out.header["cal_max"] == 0 and b"sci-imaging" in bytes(out.header["descrip"]), form
        assert [e.get_content() for e in out.header.extensions] == [b"who was where"], form
        assert out.header["sform_code"] == image.header["sform_code"], form
END
    "$PYTHON" -W ignore check.py || complain "nibabel reads something else than was written"
}

if "$PYTHON" -W ignore -c 'import nibabel' 2> /dev/null; then
    check_nifti
    checked=1
else
    absent_peer nibabel
fi

# ---- MINC 2 ----

# minc_numbers FILE MEAN SD COUNT: as mincstats sees it, all voxels being inside the valid range.
minc_numbers() {
    mincstats -quiet -count "$1" > count 2> complaints
    mincstats -quiet -mean "$1" > mean 2>> complaints
    mincstats -quiet -stddev "$1" > sd 2>> complaints
    silent complaints
    [ "$(tr -d '[:space:]' < count)" = "$4" ] || complain "mincstats counts $(cat count) voxels of $1, not $4"
    close_to "$(tr -d '[:space:]' < mean)" "$2" 1e-6 "mean of $1"
    close_to "$(tr -d '[:space:]' < sd)" "$3" 1e-6 "sd of $1"
}

# check_minc FILE COUNT [OPTION...]: normalized, sd being with n - 1 as mincstats has it.
check_minc() {
    local file=$1 count=$2 name
    shift 2
    name=$(basename "$file" .mnc)
    run 0 normalize "$file" -o "$name-out.mnc" --no-sync --verify --ddof 1 --weights none "$@"
    minc_numbers "$name-out.mnc" 0 1 "$count"
    mincinfo "$name-out.mnc" > info 2> complaints
    silent complaints
    grep -qE 'float|double' info || complain "mincinfo does not say that $name-out.mnc has floats"
    mincinfo "$file" | tail -n +4 > before
    mincinfo "$name-out.mnc" | tail -n +4 > after
    cmp -s before after || complain "mincinfo sees other dimensions in $name-out.mnc"
    mincheader "$name-out.mnc" 2> /dev/null | grep -q 'sci-imaging .* normalize' \
        || complain "no line of $name-out.mnc's history is ours"
}

if command -v mincstats > /dev/null && [ -n "$reference" ]; then
    check_minc "$reference/minc/small.mnc" 14616
    check_minc "$reference/minc/t1_short_minc2.mnc" 109350
    check_minc "$reference/minc/irregular_float.mnc" 80190
    check_minc "$reference/minc/irregular_short_slicescaled.mnc" 80190
    check_minc "$reference/minc/minc2_4d.mnc" 8000 --dtype f64
    checked=1
else
    absent_peer "mincstats, or the reference,"
fi

# ---- ITK ----

# check_itk NAME COMPONENTS [OPTION...]: type, place and values by ITK's own reader.
check_itk() {
    local file=$reference/itk/$1.h5 out=$1-out.h5 components=$2 type=float
    shift 2
    [ "$*" = "--dtype f64" ] && type=double
    run 0 normalize "$file" -o "$out" --no-sync --verify "$@"
    ./read_itk "$file" > before || complain "ITK does not read $file"
    ./read_itk "$out" > after || complain "ITK does not read $out"
    says after "type $type $components"
    grep -vE '^(type|mean)' before > before.place
    grep -vE '^(type|mean)' after > after.place
    same_bytes before.place after.place
    close_to "$(awk '/^mean/ { print $2 }' after)" 0 1e-6 "mean of $out"
    close_to "$(awk '/^mean/ { print $4 }' after)" 1 1e-6 "sd of $out"
}

itk=$(find /usr/include /usr/local/include -maxdepth 1 -name 'ITK-*' 2> /dev/null | sort | tail -n 1)
if [ -n "$itk" ] && [ -n "$reference" ] && command -v g++ > /dev/null; then
    version=${itk##*ITK-}
    libraries=
    for library in ITKIOHDF5 ITKIOImageBase ITKCommon itksys itkvnl_algo itkvnl; do
        libraries="$libraries -l$library-$version"
    done
    # shellcheck disable=SC2086
    if g++ -w -I"$itk" "$SCI_SOURCE_DIR/tests/support/read_itk.cxx" -o read_itk $libraries 2> errors; then
        check_itk itk_short_oblique_gzip 1
        check_itk itk_uchar_gzip 1 --dtype f64
        check_itk itk_vector4_float_gzip 4 --method layer --eps 0
        checked=1
    else
        complain "ITK $version is there, but a program that uses it does not build: $(head -n 2 errors)"
    fi
else
    absent_peer "ITK, or the reference,"
fi

[ "$checked" = 1 ] || { echo "skipped: neither nibabel, mincstats nor ITK is installed"; exit 77; }
finish
