# SPDX-License-Identifier: GPL-3.0-or-later
# normalize -r on a BIDS data set makes a derivative data set: which images, names, sidecars and description.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"

images << 'END'
import gzip, struct
def nifti(path, seed):
    """A small NIfTI-1 image of int16."""
    x = values(4, 3, 2, seed=seed)
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, 2, 3, 4, 1, 1, 1, 1)
    struct.pack_into("<hh", head, 70, 4, 16)
    struct.pack_into("<8f", head, 76, 1, 1, 1, 2, 0, 0, 0, 0)
    struct.pack_into("<f", head, 108, 352)
    head[123] = 2
    head[344:348] = b"n+1\0"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    data = bytes(head) + x.tobytes()
    open(path, "wb").write(gzip.compress(data, mtime=0) if path.endswith(".gz") else data)
for i, name in enumerate(["sub-01/anat/sub-01_T1w.nii.gz", "sub-01/anat/sub-01_desc-brain_mask.nii.gz", "sub-01/anat/sub-01_dseg.nii.gz",
                          "sub-02/ses-1/anat/sub-02_ses-1_T1w.nii", "sub-02/ses-1/anat/sub-02_ses-1_desc-preproc_T1w.nii",
                          "derivatives/other/sub-01/anat/sub-01_desc-other_T1w.nii.gz", "sourcedata/sub-01_T1w.nii.gz", "template.nii.gz"]):
    nifti("raw/" + name, i)
json.dump({"Name": "A study", "BIDSVersion": "1.8.0"}, open("raw/dataset_description.json", "w"))
END

out=raw/derivatives/sci-imaging
mkdir -p raw/derivatives
run 0 normalize -r raw -o $out -q && silent err
(cd $out && find . -type f ! -name '.*' | sort) > found
cat > expected << 'END'
./dataset_description.json
./sub-01/anat/sub-01_desc-zscore_T1w.json
./sub-01/anat/sub-01_desc-zscore_T1w.nii.gz
./sub-02/ses-1/anat/sub-02_ses-1_desc-preprocZscore_T1w.json
./sub-02/ses-1/anat/sub-02_ses-1_desc-preprocZscore_T1w.nii
./sub-02/ses-1/anat/sub-02_ses-1_desc-zscore_T1w.json
./sub-02/ses-1/anat/sub-02_ses-1_desc-zscore_T1w.nii
END
diff expected found || complain "the derivative data set has other files"
images << 'END'
out = "raw/derivatives/sci-imaging/"
d = json.load(open(out + "dataset_description.json"))
assert d["Name"] == "A study" and d["DatasetType"] == "derivative" and d["BIDSVersion"] == "1.8.0"
assert d["GeneratedBy"][0]["Name"] == "sci-imaging" and d["GeneratedBy"][0]["Version"] and "zscore" in d["GeneratedBy"][0]["Description"]
assert d["DatasetLinks"] == {"raw": "../.."}
s = json.load(open(out + "sub-02/ses-1/anat/sub-02_ses-1_desc-preprocZscore_T1w.json"))
assert s["Sources"] == ["bids:raw:sub-02/ses-1/anat/sub-02_ses-1_desc-preproc_T1w.nii"] and s["method"] == "zscore"
END

# The same images by themselves have the same values; only the sidecar says where they came from.
run 0 normalize raw/sub-01/anat/sub-01_T1w.nii.gz -o one.nii.gz -q
same_bytes one.nii.gz $out/sub-01/anat/sub-01_desc-zscore_T1w.nii.gz
grep -q Sources one.json && complain "an image by itself has the sidecar of a data set"

# Another run takes up what is there; another method stands beside it and describes the folder anew.
run 0 normalize -r raw -o $out --resume && says err "3 of 3 inputs are done already"
run 0 normalize -r raw -o $out --method layer -q
[ -f $out/sub-01/anat/sub-01_desc-layer_T1w.nii.gz ] || complain "no image of the second method"
grep -q 'method layer' $out/dataset_description.json || complain "the description is that of the first method"

# What another program has described stays so; outside of the data set there is no way back to it.
mkdir elsewhere
echo '{"Name": "theirs", "GeneratedBy": [{"Name": "other"}]}' > elsewhere/dataset_description.json
cp elsewhere/dataset_description.json theirs
run 0 normalize -r raw -o elsewhere -q
same_bytes theirs elsewhere/dataset_description.json
run 0 normalize -r raw -o apart -q
grep -q DatasetLinks apart/dataset_description.json && complain "a link that leads nowhere"

refuse 2 "'raw' is the data set itself; use -o 'raw/derivatives/sci-imaging'" normalize -r raw -o raw
mkdir hollow
cp raw/dataset_description.json raw/template.nii.gz hollow
refuse 2 "the data set has no images below sub-*" normalize -r hollow -o no

# Without a description, or below a subject, a directory is a directory.
run 0 normalize -r raw/sub-01 -o plain -q
[ -f plain/anat/sub-01_dseg.nii.gz ] && [ -f plain/anat/sub-01_T1w.nii.gz ] || complain "names of a plain directory changed"
absent plain/dataset_description.json
finish
