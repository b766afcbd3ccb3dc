# SPDX-License-Identifier: GPL-3.0-or-later
# info: what sci-imaging reads out of every convention, what it warns of, what it refuses and what the user can say instead.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"

# ---- the report ----

images << 'END'
generic("plain.h5", spacing=[2.5, 1, 1], units="mm", axes="zyx")
generic("slices.h5", x=values(4, 3, 2, dtype="f4"), spacing=[np.nan, 2, 2], units="mm",
        scales=[(0, "z", [0, 2, 5, 9], "mm", [2, 2, 4, 4])])
END
run 0 info plain.h5 && silent err
cat > expected << 'END'
plain.h5:/image: HDF5, 4 x 3 x 2 int16, contiguous, SIZE
  axis       means      size  spacing          extent
  z          z             4  2.5 mm           10 mm
  y          y             3  1 mm             3 mm
  x          x             2  1 mm             2 mm
  spacing    attribute 'spacing'
  voxels     2.5 mm3, all alike: weights by volume cancel
  anisotropy 2.5
END
sed -i '1s/contiguous, .*/contiguous, SIZE/' out
diff expected out || complain "the report of an image has changed"

run 0 info slices.h5 && silent err
says out "z          z             4  2 to 4 mm        12 mm        not evenly spaced"
says out "spacing    attribute 'spacing', dimension scale '/z'"
says out "voxels     8 to 16 mm3: they count by their volume"
run 0 info slices.h5 plain.h5 --json && images << 'END'
a, b = info()
z = axis(a, "z")
assert a["file"] == "slices.h5" and a["dataset"] == "/image" and a["type"] == "f4" and a["format"] == "HDF5"
assert z["irregular"] and z["step"] is None and z["centres"] == [0, 2, 5, 9] and z["widths"] == [2, 2, 4, 4] == z["thickness"]
assert axis(a, "y")["step"] == 2 and z["extent"] == 12 and not a["weights_cancel"] and a["anisotropy"] == 2
assert (a["voxel_mm3_least"], a["voxel_mm3_most"]) == (8, 16) and a["warnings"] == [] and a["frame"] is None
assert b["weights_cancel"] and b["unit"] == "mm" and b["spacing_from"] == "attribute 'spacing'"
END

# One bad file among several: the others are reported, the code says what happened.
echo "this is no image" > text.nii
run 1 info plain.h5 text.nii slices.h5
says err "'text.nii' is no image"
says out "plain.h5:/image"
says out "slices.h5:/image"
run 1 info plain.h5 text.nii slices.h5 --json
images << 'END'
a, b, c = info()
assert "is no image" in b["error"] and b["file"] == "text.nii" and c["file"] == "slices.h5"
END
rm text.nii
mkdir scans && cp plain.h5 slices.h5 scans
run 0 info -r scans && says out "scans/plain.h5:/image" && says out "scans/slices.h5:/image"
run 2 info scans
run 1 info nothing.h5 && says err "No such file"

# ---- which dataset ----

images << 'END'
generic("two.h5", "a")
generic("two.h5", "b")
generic("one.h5", "deep/er/image", x=values(2, 4, 3, 2))
with h5py.File("one.h5", "a") as f:
    f["flat"], f["line"], f["text"] = np.zeros((3, 3)), np.arange(4), "x"
    f["sci_imaging/table"] = np.zeros((2, 2, 2))
generic("flat.h5", x=values(5, 4), element_size_um=[0.5, 0.25])
with h5py.File("empty.h5", "w") as f:
    f["line"] = np.arange(4)
for t in range(2):
    generic("bdv.h5", "t%05d/s00/0/cells" % t)
    generic("bdv.h5", "t%05d/s00/1/cells" % t)
    generic("imaris.ims", "DataSet/ResolutionLevel 0/TimePoint %d/Channel 0/Data" % t)
    generic("lab.nwb", "acquisition/run%d/data" % t)
generic("six.h5", x=values(1, 1, 1, 2, 2, 2))
generic("named.h5", x=values(1, 2, 1, 2, 2, 2), axes=["n", "c", "t", "z", "y", "x"])
END
refuse 3 "'two.h5' has 2 arrays that may be the image; say which, with FILE:/PATH or --dataset: '/a', '/b'" info two.h5
run 0 info two.h5 --dataset b && says out "two.h5:/b"
run 0 info one.h5 && says out "one.h5:/deep/er/image: HDF5, 2 x 4 x 3 x 2 int16" && says out "what the axes mean was taken from their number"
run 0 info flat.h5 && says out "y          y             5  0.5 um" && says out "x          x             4  0.25 um"
refuse 1 "has no array of numbers that could be an image" info empty.h5
refuse 1 "there is no 'x'" info two.h5:/x
refuse 3 "looks like a BigDataViewer file with 4 arrays; say which, as --dataset '/t00000/s00/0/cells'; its voxel sizes are in the XML file" info bdv.h5
refuse 3 "an Imaris file with 2 arrays; say which, as --dataset '/DataSet/ResolutionLevel 0/TimePoint 0/Channel 0/Data'" info imaris.ims
refuse 3 "an NWB file with 2 arrays; say which, as --dataset '/acquisition/run0/data'" info lab.nwb
refuse 3 "it has 1 axes" info empty.h5:/line
refuse 3 "has 6 axes, and nothing says what they are" info six.h5
run 0 info named.h5 --json && images << 'END'
assert [a["role"] for a in info()[0]["axes"]] == ["sample", "channel", "time", "z", "y", "x"] and not info()[0]["axes_assumed"]
END

# ---- what axes mean ----

images << 'END'
generic("axes.h5", "last", x=values(4, 3, 2, 2), axes="zyxc")
generic("axes.h5", "wrong", x=values(4, 3, 2), axes="zy")
generic("axes.h5", "twice", x=values(4, 3, 2), axes="zzy")
generic("axes.h5", "tags", x=values(2, 4, 3), axistags=json.dumps({"axes": [{"key": k, "resolution": r} for k, r in (("c", 0), ("y", 3), ("x", 2))]}))
generic("axes.h5", "labels", x=values(2, 4, 3, 2))
with h5py.File("axes.h5", "a") as f:
    for i, name in enumerate(["time", "Zspace", "height", "W"]):
        f["labels"].dims[i].label = name
generic("axes.h5", "badtags", axistags="{")
generic("axes.h5", "fewtags", axistags='{"axes": [{"key": "x"}]}')
END
for d in last wrong twice tags labels; do run 0 info axes.h5:/$d --json && mv out $d.json; done
images << 'END'
def roles(name):
    return " ".join(a["role"] for a in info(name + ".json")[0]["axes"])
assert roles("last") == "z y x channel" and roles("labels") == "time z y x"
assert roles("tags") == "channel y x" and axis(info("tags.json")[0], "y")["step"] == 3
for name in ("wrong", "twice"):
    a = info(name + ".json")[0]
    assert roles(name) == "z y x" and a["axes_assumed"] and "does not name the 3 axes" in a["warnings"][0]
END
refuse 3 "attribute 'axistags' does not describe the 3 axes" info axes.h5:/badtags
refuse 3 "attribute 'axistags' does not describe the 3 axes" info axes.h5:/fewtags

# ---- sources of spacing that go together, or not ----

images << 'END'
generic("s.h5", "agree", spacing=[2.5, 1, 1], units="mm", element_size_um=[2500.0, 1000, 1000.5])
generic("s.h5", "gets_unit", spacing=[2.5, 1, 1], element_size_um=[2500.0, 1000, 1000])
generic("s.h5", "channel_too", x=values(2, 4, 3, 2), spacing=[1, 2.5, 1, 1], units="mm")
generic("s.h5", "text", spacing="[2.5, 1.0; 1]", units=" Millimeter")
generic("s.h5", "texts", spacing=["2.5", "1.0", "1"], unit="µm")
generic("s.h5", "words", spacing="2.5 by 1 by 1")
generic("s.h5", "pixels", spacing=[2.5, 1, 1], units="pixel")
generic("s.h5", "infinite", spacing=[np.inf, 1, 1])
generic("s.h5", "bare_resolution", resolution=[40, 8, 8])
generic("s.h5", "scalar_resolution", resolution=-1.0, unit="a.u.")
generic("s.h5", "nan_uneven", spacing=[np.nan, 1, 1])
END
for d in agree gets_unit channel_too text texts pixels bare_resolution scalar_resolution; do run 0 info s.h5:/$d --json && mv out $d.json; done
images << 'END'
def zyx(name):
    a = info(name + ".json")[0]
    return [axis(a, r)["step"] for r in "zyx"], a["unit"]
assert zyx("agree") == ([2.5, 1, 1], "mm")
assert zyx("gets_unit") == ([2500, 1000, 1000], "um")
assert zyx("channel_too") == ([2.5, 1, 1], "mm") == zyx("text")
assert zyx("texts") == ([2.5, 1, 1], "um")
assert zyx("pixels") == ([2.5, 1, 1], None)
assert zyx("bare_resolution") == ([None] * 3, None) == zyx("scalar_resolution")
END
refuse 3 "attribute 'spacing' is no list of numbers" info s.h5:/words
refuse 3 "gives inf along 'z'" info s.h5:/infinite
refuse 3 "give --spacing or --slice-positions" info s.h5:/nan_uneven
printf '%s\n' 0 2 5 9 > positions.txt
run 0 info s.h5:/nan_uneven --slice-positions positions.txt --units mm --slice-weight cell && says out "2 to 4 mm" && silent err
run 0 info s.h5:/nan_uneven --slice-positions positions.txt && says out "--slice-weight cell takes half the distances"
run 0 info s.h5:/nan_uneven --spacing 2,1,1 && says out "2 mm3, all alike"

# ---- dimension scales ----

images << 'END'
def scaled(name, coordinates, unit="mm", widths=None, **attrs):
    generic(name + ".h5", scales=[(0, "z", coordinates, unit, widths)], **attrs)
scaled("even", [0, 2.5, 5, 7.5], spacing=[2.5, 1, 1], units="mm")
scaled("micro", [0, 2500, 5000, 7500], "um", spacing=[2.5, 1, 1], units="mm")
scaled("falling", [9, 6, 3, 0], spacing=[np.nan, 1, 1], units="mm")
scaled("index", [0, 1, 2, 3], None, spacing=[2.5, 1, 1], units="mm")
scaled("unwritten", [0, 0, 0, 0], None, spacing=[2.5, 1, 1], units="mm")
scaled("other", [0, 3, 6, 9], spacing=[2.5, 1, 1], units="mm")
scaled("uneven", [0, 2, 5, 9], spacing=[2.5, 1, 1], units="mm")
scaled("folded", [0, 2, 1, 9], spacing=[np.nan, 1, 1], units="mm")
scaled("gap", [0, 2, 5, 9], widths=[2, 2, 3, 4], spacing=[np.nan, 1, 1], units="mm")
scaled("zero", [0, 2, 5, 9], widths=[2, 2, 0, 4], spacing=[np.nan, 1, 1], units="mm")
scaled("short", [0, 2, 5, 9], widths=[2, 2, 4], spacing=[np.nan, 1, 1], units="mm")
scaled("seconds", [0, 2, 5, 9], "s", spacing=[np.nan, 1, 1], units="mm")
scaled("mixed", [0, 2000, 5000, 9000], "um", [2000, 2000, 4000, 4000], spacing=[np.nan, 1, 1], units="mm")
END
for f in even micro falling index unwritten mixed; do run 0 info $f.h5 --json && mv out $f.json; done
images << 'END'
def z(name):
    return axis(info(name + ".json")[0], "z")
assert z("even")["step"] == z("micro")["step"] == z("index")["step"] == z("unwritten")["step"] == 2.5
assert z("falling")["step"] == -3 and z("falling")["start"] == 9
assert z("mixed")["centres"] == [0, 2, 5, 9] and z("mixed")["widths"] == [2, 2, 4, 4] and info("mixed.json")[0]["unit"] == "mm"
END
refuse 3 "along 'z' voxels are 2.5 mm apart by attribute 'spacing' and 3 mm by dimension scale '/z'" info other.h5
refuse 3 "not evenly spaced by dimension scale '/z'" info uneven.h5
refuse 3 "neither rise nor fall" info folded.h5
refuse 3 "a width is not above 0" info zero.h5
refuse 3 "does not have a width for each of 4 samples" info short.h5
refuse 3 "'s' is no unit of length" info seconds.h5
run 0 info gap.h5 && says out "slices 1 and 2 along 'z' leave a gap: their centres are 3 apart, their widths reach 2.5"
run 0 info gap.h5 --slice-weight width && says out "2 to 4 mm"

# ---- units that go together, or not ----

images << 'END'
def with_widths(name, coordinates, unit, widths, width_unit, **attrs):
    generic(name + ".h5", scales=[(0, "z", coordinates, unit, widths)], **attrs)
    with h5py.File(name + ".h5", "a") as f:
        if width_unit:
            f["z-width"].attrs["units"] = width_unit
generic("u.h5", "each", spacing=[2.5, 1000, 1000], units=["mm", "um", "um"])
generic("u.h5", "each4", x=values(2, 4, 3, 2), spacing=[2.5, 1000, 1000], voxel_unit=["", "mm", "um", "um"])
generic("u.h5", "each_x_first", pixdim=[1000, 1000, 2.5], units=["mm", "um", "um"], spacing=[2.5, 1000, 1000])
generic("u.h5", "few", spacing=[2.5, 1, 1], units=["mm", "um"])
generic("u.h5", "none_along_y", spacing=[2.5, 1, 1], units=["mm", "", "mm"])
generic("u.h5", "none_along_z", spacing=[2.5, 1, 1], units=["", "mm", "mm"])
generic("u.h5", "nan_along_z", spacing=[np.nan, 1, 1], units=["", "mm", "mm"])
generic("u.h5", "odd_along_y", spacing=[2.5, 1, 1], units=["mm", "HU", "mm"])
generic("u.h5", "both", spacing=[2.5, 1, 1], units="mm", unit="um")
generic("u.h5", "same", spacing=[2.5, 1, 1], units="mm", unit="millimetre")
generic("u.h5", "voxel", spacing=[2.5, 1, 1], voxel_unit="um", units="mm")
generic("u.h5", "values", spacing=[2.5, 1, 1], voxel_unit="um", units="HU")
generic("u.h5", "values_first", spacing=[2.5, 1, 1], units="HU", unit="mm")
generic("u.h5", "fine", resolution=[40, 8, 8], units=["nm", "nm", "um"])
with_widths("narrow", [0, 2, 5, 9], "mm", [2000, 2000, 4000, 4000], "um", spacing=[np.nan, 1, 1], units="mm")
with_widths("lent", [0, 2, 5, 9], None, [2, 2, 4, 4], "mm", spacing=[np.nan, 1, 1], units="mm")
with_widths("astray", [0, 2, 5, 9], None, [2000, 2000, 4000, 4000], "um", spacing=[np.nan, 1, 1], units="mm")
with_widths("parsecs", [0, 2, 5, 9], "mm", [2, 2, 4, 4], "parsec", spacing=[np.nan, 1, 1], units="mm")
with_widths("torn", [0, 2, 5, 9], "mm", [2, 2, 4, 4], "mm", spacing=[np.nan, 1, 1], units="mm")
with h5py.File("torn.h5", "a") as f:
    f["z"].attrs["unit"] = "um"
# Slices that are evenly spaced and not as thick as they are apart.
with_widths("thin", [0, 3, 6, 9], "mm", [2.4] * 4, "mm", spacing=[3, 1, 1], units="mm")
with_widths("snug", [0, 3, 6, 9], "mm", [2.99] * 4, "mm", spacing=[3, 1, 1], units="mm")
with_widths("apart", [0, 3, 6, 9], "mm", [2.4] * 4, "mm", spacing=[2.5, 1, 1], units="mm")
generic("thin_mask.h5", x=(values(4, 3, 2) > 50).astype("u1"), spacing=[3, 1, 1], units="mm")
generic("thick_mask.h5", x=(values(4, 3, 2) > 50).astype("u1"), spacing=[4, 1, 1], units="mm")
minc("thin.mnc", dims={"zspace": {"step": 3.0, "width": [2.4] * 4}})
minc("snug.mnc", dims={"zspace": {"step": 3.0, "width": [3.0] * 4}})
minc("narrow.mnc", dims={"zspace": {"spacing": "irregular", "at": [0, 2, 5, 9], "width": [2000, 2000, 4000, 4000]}})
minc("untold_widths.mnc", dims={"zspace": {"spacing": "irregular", "step": None, "width": [2, 2, 4, 4]}})
with h5py.File("narrow.mnc", "a") as f:
    f["minc-2.0/dimensions/zspace-width"].attrs["units"] = np.bytes_("um")
END
for d in each each4 each_x_first same values fine; do run 0 info u.h5:/$d --json && mv out $d.json; done
run 0 info u.h5:/nan_along_z --slice-positions positions.txt --json && mv out nan_along_z.json
for f in narrow lent snug; do run 0 info $f.h5 --json && mv out $f.json; done
for f in narrow snug; do run 0 info $f.mnc --json && mv out $f.mnc.json; done
images << 'END'
def zyx(name):
    a = info(name + ".json")[0]
    return [axis(a, r)["step"] for r in "zyx"], a["unit"]
assert zyx("each") == zyx("each4") == zyx("each_x_first") == ([2.5, 1, 1], "mm")
assert zyx("nan_along_z")[1] == "mm" and zyx("same") == ([2.5, 1, 1], "mm") and zyx("values") == ([2.5, 1, 1], "um")
assert np.allclose(zyx("fine")[0], [40, 8, 8000], rtol=1e-12) and zyx("fine")[1] == "nm"
for name in ("narrow", "lent", "narrow.mnc"):
    z = axis(info(name + ".json")[0], "z")
    assert z["centres"] == [0, 2, 5, 9] and z["widths"] == [2, 2, 4, 4], (name, z)
assert zyx("snug")[0][0] == 3 == zyx("snug.mnc")[0][0]
END
refuse 3 "attribute 'units' of '/few' has 2 units for 3 axes of space; say which with --units" info u.h5:/few
refuse 3 "gives a unit along other axes, but none along 'y'" info u.h5:/none_along_y
refuse 3 "gives a unit along other axes, but none along 'z'" info u.h5:/none_along_z
refuse 3 "'HU' is no unit of length that is known (attribute 'units')" info u.h5:/odd_along_y
refuse 3 "by attribute 'units' of '/both' the unit is 'mm', by attribute 'unit' it is 'um'; say which with --units" info u.h5:/both
refuse 3 "by attribute 'voxel_unit' of '/voxel' the unit is 'um', by attribute 'units' it is 'mm'" info u.h5:/voxel
for d in few none_along_y odd_along_y both voxel; do run 0 info u.h5:/$d --units mm && says out "2.5 mm3"; done
run 0 info u.h5:/values_first && says out "attribute 'units' of '/values_first' is 'HU', which is no unit of length; 'mm' of attribute 'unit' was taken" && says out "2.5 mm3"
refuse 3 "along 'z' the unit is 'mm' by attribute 'spacing' and 'um' by the widths '/z-width'" info astray.h5
run 0 info astray.h5 --units mm
refuse 3 "'parsecs.h5:/z-width': 'parsec' is no unit of length that is known" info parsecs.h5
refuse 3 "by attribute 'units' of '/z' the unit is 'mm', by attribute 'unit' it is 'um'" info torn.h5
for f in thin.h5 thin.mnc; do
    run 0 info $f && says out "not as thick as far apart" && says out "leave a gap: their centres are 3 apart, their widths reach 2.4; say which counts with --slice-weight width, cell or uniform"
    refuse 3 "leave a gap" stats $f
    run 0 stats $f --slice-weight width --json && mv out thin_width.json
    run 0 stats $f --slice-weight cell --json && mv out thin_cell.json
    images << 'END'
mm3 = [json.load(open("thin_%s.json" % how))["images"][0]["groups"][0]["mm3"] for how in ("width", "cell")]
assert abs(mm3[0] - 24 * 2.4) < 1e-9 and abs(mm3[1] - 24 * 3) < 1e-9, mm3
END
done
run 0 stats thin.h5 --mask thin_mask.h5 --slice-weight width
refuse 3 "the spacing along z is 3 in one and 4 in the other" stats thin.h5 --mask thick_mask.h5 --slice-weight width
refuse 3 "along 'z' voxels are 2.5 apart by attribute 'spacing', but 3 by dimension scale '/z'" info apart.h5
# Positions of the user and widths of the file.
run 0 info untold_widths.mnc --slice-positions positions.txt --json && images << 'END'
a = info()[0]
assert axis(a, "z")["widths"] == [2, 2, 4, 4] and "their widths those of the file" in a["warnings"][0]
END
printf '%s\n' 0 3 7 12 > wide.txt
run 0 info narrow.h5 --slice-positions wide.txt && says out "the positions of slices are those of --slice-positions, their widths those of the file"
says out "slices 0 and 1 along 'z' leave a gap"
refuse 3 "slices 0 and 1 along 'z' leave a gap: their centres are 3 apart, their widths reach 2; say which counts with --slice-weight" stats narrow.h5 --slice-positions wide.txt

# ---- MINC 2 ----

images << 'END'
minc("turned.mnc", dims={"xspace": {"step": -2.0}, "zspace": {"direction_cosines": [0.0, 0.6, 0.8]}})
minc("reversed.mnc", valid=(200, 0), limits=(0.0, 50.0))
minc("untold.mnc", dims={"zspace": {"spacing": "irregular", "step": None}})
minc("centres.mnc", dims={"zspace": {"spacing": "irregular", "at": [0, 2, 5, 9]}})
minc("liar.mnc", dims={"zspace": {"at": [0, 2, 5, 9]}})
minc("long.mnc", dims={"yspace": {"length": 7}})
minc("micro.mnc", dims={d + "space": {"units": "um", "step": 5.0} for d in "xyz"})
minc("furlong.mnc", dims={"yspace": {"units": "furlong"}})
minc("still.mnc", dims={"yspace": {"step": 0.0}})
minc("unsure.mnc", dims={"yspace": {"step": np.nan}})
minc("strayed.mnc", x=np.array([10, 20, 199, 201, -1, 7], np.int16).reshape(1, 2, 3), valid=(0, 200))
minc("same.mnc", x=np.array([10, 20, 199, 201, -1, 7], np.int16).reshape(1, 2, 3), valid=(200, 0), limits=(0.0, 200.0))
minc("full.mnc", x=np.array([10, 20, 199, 201, -1, 7], np.int16).reshape(1, 2, 3), valid=(-32768, 32767))
minc("start.mnc", dims={"yspace": {"alignment": "start_", "start": 10.0, "step": 4.0}})
minc("more.mnc", order="zspace,yspace,xspace,vector_dimension")
minc("rgb.mnc", x=values(4, 3, 2, 3), order="zspace,yspace,xspace,vector_dimension")
minc("unordered.mnc", order=None)
minc("alien.mnc", order="zspace,yspace,tfrequency")
minc("labels.mnc", **{"class": np.bytes_("label___")})
minc("nolimits.mnc", limits=None)
minc("flat.mnc", valid=(3, 3))
minc("nanlimits.mnc", limits=(np.nan, 1.0))
minc("fewlimits.mnc", limits=(np.zeros(3), np.ones(3)))
minc("onelimit.mnc")
with h5py.File("onelimit.mnc", "a") as f:
    del f["minc-2.0/image/0/image-min"]
with h5py.File("noimage.mnc", "w") as f:
    f.create_group("minc-2.0/image/0")
END
for f in turned micro start rgb more labels; do run 0 info $f.mnc --json && mv out $f.json; done
images << 'END'
def one(name):
    return info(name + ".json")[0]
a = one("turned")
assert axis(a, "x")["step"] == -2 and axis(a, "x")["leads_to"] == "left" and axis(a, "z")["leads_to"] == "superior"
assert a["frame"] == "RAS" and a["directions"][2] == [0, 0.6, 0.8] and a["scaled"]
assert abs(axis(one("micro"), "y")["step"] - 0.005) < 1e-18 and one("micro")["unit"] == "mm"
assert axis(one("start"), "y")["start"] == 12 and one("start")["origin"][1] == 12
assert [x["role"] for x in one("rgb")["axes"]] == ["z", "y", "x", "channel"] and len(one("more")["axes"]) == 3
assert one("labels")["labels"]
END
refuse 3 "dimension 'zspace' is irregular, but has no position for every sample; give --slice-positions" info untold.mnc
run 0 info untold.mnc --slice-positions positions.txt --slice-weight cell && says out "2 to 4 mm"
run 0 info untold.mnc --spacing 3,1,1 && says out "3 mm3, all alike"
run 0 info centres.mnc && says out "does not say how thick they are"
refuse 3 "dimension 'zspace' is regular, but its positions are not those of its step" info liar.mnc
refuse 3 "dimension 'yspace' has length 7, but the image has 3 samples" info long.mnc
refuse 3 "'furlong' is no unit of length that is known (dimension 'yspace')" info furlong.mnc
run 0 info furlong.mnc --units mm && says out "1 mm3"
refuse 3 "has start 0 and step 0, where no sample can be" info still.mnc
run 0 info still.mnc --spacing 1,1,1
refuse 3 "has start 0 and step nan, where no sample can be" info unsure.mnc
run 0 info unsure.mnc --spacing 1,1,1
# Voxels outside of the valid range have no value.
for f in strayed same; do
    refuse 1 "'$f.mnc:/minc-2.0/image/0/image': 2 of 6 values are outside the valid range of the file (0 to 200) and have no value, the first at index (0, 1, 0); choose --nan ignore" stats $f.mnc
    refuse 1 "2 of 6 values are outside the valid range of the file (0 to 200)" normalize $f.mnc --method robust -o no.mnc
    run 0 stats $f.mnc --nan ignore --json && mv out $f.json
done
run 0 stats full.mnc --json && mv out full.json
images << 'END'
mean = {f: json.load(open(f + ".json"))["images"][0]["groups"][0] for f in ("strayed", "same", "full")}
assert [mean[f]["count"] for f in ("strayed", "same", "full")] == [4, 4, 6]
assert abs(mean["strayed"]["mean"] - 29.5) < 1e-12 and mean["same"]["mean"] == 59
END
refuse 1 "'dimorder' does not name the 3 axes" info unordered.mnc
refuse 1 "'dimorder' does not name the 3 axes" info alien.mnc
run 0 info nolimits.mnc && says out "its valid range is taken for 0 to 1, as MINC does"
refuse 3 "'valid_range' is no range" info flat.mnc
refuse 3 "image-min and image-max (nan and 1 in stretch 0) are no range" info nanlimits.mnc
refuse 3 "does not fit the image" info fewlimits.mnc
refuse 3 "image-min and image-max do not go together" info onelimit.mnc
refuse 1 "" info noimage.mnc

# ---- ITK ----

images << 'END'
itk("plane.h5", x=values(4, 3), spacing=(2.0, 1.0))
itk("movie.h5", x=values(5, 4, 3, 2), spacing=(1.0, 1.0, 2.0, 0.5))
itk("size.h5", dimension=(2, 3, 5))
itk("rank.h5", x=values(4, 3, 2, 2, 2))
itk("zero.h5", spacing=(1.0, 0.0, 1.0))
itk("nowhere.h5", directions=np.zeros((3, 3)))
itk("pair.h5"), itk("pair.h5", image="1")
itk("list.h5")
with h5py.File("list.h5", "a") as f:
    del f["ITKImage/0/Spacing"]
    f["ITKImage/0/Spacing"] = [1.0, 1.0]
END
run 0 info plane.h5 && says out "ITK HDF5, 4 x 3 int16" && says out "x          x             3  2 mm"
run 0 info movie.h5 && says out "time       time          5"
refuse 3 "Dimension gives 5 voxels along z, but there are 4" info size.h5
refuse 3 "its voxels have 5 axes, its list Dimension 3" info rank.h5
refuse 3 "Spacing is 0 along y" info zero.h5
run 0 info zero.h5 --spacing 1,1,1
run 0 info nowhere.h5 && says out "Directions and Origin are no frame"
refuse 3 "'pair.h5' has 2 images; say which, as --dataset /ITKImage/0/VoxelData" info pair.h5
run 0 info pair.h5 --dataset /ITKImage/1/VoxelData && says out "ITK HDF5"
refuse 3 "has 2 numbers instead of 3" info list.h5

# ---- fastMRI ----

images << 'END'
HEAD = "<h><reconSpaces/><reconSpace  a='1'><matrixSize><x> 4 </x><y>2</y><z>1</z></matrixSize><fieldOfView_mm><x>8</x><y>6</y><z>5</z></fieldOfView_mm></reconSpace></h>"
def mri(path, header=HEAD, **arrays):
    with h5py.File(path, "w") as f:
        for key, value in arrays.items():
            f[key] = value
        if header:
            f["ismrmrd_header"] = header
k = np.ones((2, 3, 4, 2), "c8")
mri("esc.h5", kspace=k, reconstruction_esc=values(2, 4, 2, dtype="f4"))
mri("bare.h5", None, reconstruction_rss=values(2, 4, 2, dtype="f4"))
mri("cut.h5", HEAD[:-60], reconstruction_rss=values(2, 4, 2, dtype="f4"))
mri("divided.h5", HEAD.replace("<x> 4 </x>", "<x>0</x>"), reconstruction_rss=values(2, 4, 2, dtype="f4"))
mri("raw.h5", kspace=k)
mri("extra.h5", reconstruction_rss=values(2, 4, 2, 1, dtype="f4"))
END
run 0 info esc.h5 --json && images << 'END'
a = info()[0]
assert a["dataset"] == "/reconstruction_esc" and a["format"] == "fastMRI" and [x["step"] for x in a["axes"]] == [5, 2, 3]
END
for f in bare cut divided; do run 0 info $f.h5 && says out "ismrmrd_header does not say how large voxels are"; done
refuse 3 "holds k-space without a reconstruction" info raw.h5
refuse 3 "is k-space, not an image; the reconstruction is '/reconstruction_esc'" info esc.h5:/kspace
refuse 3 "has 4 axes instead of slices, height and width" info extra.h5

# ---- formats that are not read ----

printf 'CDF\001rest' > old.mnc
refuse 3 "make a MINC 2 file of it with 'mincconvert -2 old.mnc out.mnc'" info old.mnc
{ head -c 128 /dev/zero; printf 'DICMxxxx'; } > slice.dcm
refuse 3 "is DICOM; convert the series with 'dcm2niix' first" info slice.dcm
: > nothing
refuse 1 "'nothing' is empty (0 bytes), so it is no image that can be read" info nothing
cp nothing empty.nii.gz
refuse 1 "'empty.nii.gz' is empty (0 bytes)" normalize empty.nii.gz -o no.nii.gz
head -c 3000 plain.h5 > short.h5
refuse 1 "" info short.h5
refuse 2 "is a directory" info .

# ---- what the user says wrongly ----

refuse 2 "--spacing '1,2' has 2 numbers, but 'plain.h5:/image' has 3 axes of space" info plain.h5 --spacing 1,2
refuse 2 "no list of positive numbers" info plain.h5 --spacing 1,2,0
refuse 2 "--units 'parsec' is no unit of length; use mm, um, nm, cm, m or inch" info plain.h5 --units parsec
printf '%s\n' 0 2 5 > few.txt
refuse 3 "few.txt" info plain.h5 --slice-positions few.txt
refuse 3 "has no axis z that --slice-positions could be for" info flat.h5 --slice-positions positions.txt
refuse 1 "No such file" info plain.h5 --slice-positions nothing.txt
finish
