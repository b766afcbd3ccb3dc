# SPDX-License-Identifier: GPL-3.0-or-later
# Damaged copies of images in every convention of HDF5: an answer (a call of HDF5 gets 4 s of CPU, which a busy machine may make
# 30 s) within the memory budget, no crash of the program, no output unless it succeeds. MUTANTS of them (150; the slow test 1000).
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"

[ -x "$SCI_BUILD_DIR/tests/tools/mutants" ] || { echo "skipped: the tool mutants was not built"; exit 77; }

images << 'END'
x = values(6, 5, 4, dtype="f4")
generic("plain.h5", x=x, spacing=[2.5, 1, 1], units="mm", axes="zyx")
generic("slices.h5", x=x, spacing=[np.nan, 1, 1], units="mm", scales=[(0, "z", [0, 2, 4, 7, 11, 15], "mm", [2, 2, 2, 4, 4, 4])])
generic("tags.h5", x=x, axistags=json.dumps({"axes": [{"key": k, "resolution": 2} for k in "zyx"]}), unit="um")
uneven = {"zspace": {"spacing": "irregular", "at": [0, 2, 4, 7, 11, 15], "width": [2, 2, 2, 4, 4, 4]}}
minc("slices.mnc", x=values(6, 5, 4), dims=uneven, limits=(np.zeros(6), np.arange(6) + 1.0))
minc("plain.mnc", x=values(6, 5, 4, dtype="u1"))
itk("itk.h5", x=values(6, 5, 4))
itk("vectors.h5", x=values(6, 5, 4, 3, dtype="f4"))
with h5py.File("mri.h5", "w") as f:
    f["reconstruction_rss"] = x
    f["ismrmrd_header"] = "<reconSpace><matrixSize><x>4</x><y>5</y><z>1</z></matrixSize><fieldOfView_mm><x>8</x><y>9</y><z>5</z></fieldOfView_mm></reconSpace>"
END

more="--memory 64MiB --threads 2"
seeds=(--call "info @ --json" --call "info @"
    --call "stats @ --json $more" --call "normalize @ -o y.h5 --no-sync $more" --call "normalize @ -o y.h5 --no-sync --mask nonzero --weights volume $more")
seeds+=(plain.h5:/image slices.h5:/image tags.h5:/image slices.mnc plain.mnc itk.h5 vectors.h5 mri.h5)
if [ -n "$reference" ]; then
    seeds+=("$reference"/minc/{minc2_4d,minc2-no-att,irregular_width_in_info}.mnc "$reference"/itk/itk_vector4_float_gzip.h5)
fi
"$SCI_BUILD_DIR/tests/tools/mutants" "${MUTANTS:-150}" 30 1400 "$SCI_BIN/sci-imaging" "${seeds[@]}" || complain "damaged files"
if [ "$failures" -gt 0 ] && [ -n "${KEEP_MUTANTS:-}" ]; then
    cp failed-*.h5 "$KEEP_MUTANTS"
fi
finish
