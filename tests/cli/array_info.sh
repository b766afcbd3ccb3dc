# SPDX-License-Identifier: GPL-3.0-or-later
# info: what is in a file, as text and JSON, without following links out of it or reading data.
. "$SCI_SOURCE_DIR/tests/support/array.sh"

py << 'END'
with h5py.File("f.h5", "w") as f:
    x = f.create_dataset("data/x", data=np.ones((4, 30, 20), "<f4"), chunks=(1, 30, 20), compression=6, shuffle=True, maxshape=(None, 30, 20))
    x.attrs["unit"] = "mV"
    x.attrs["spacing"] = [2.5, 1, 1]
    x.attrs["big"] = np.uint64(2 ** 64 - 1)
    x.attrs["long"] = np.arange(100)
    x.attrs["evil"] = "a\x1b[31m\nb"
    for i, name in enumerate("zyx"):
        x.dims[i].label = name
    f.create_dataset("be", data=np.zeros((2, 3), ">i2"))
    f.create_dataset("lzf", data=np.zeros((8, 8)), chunks=(4, 4), compression="lzf", fletcher32=True)
    f["scalar"] = 3.5
    f["text"] = "hello"
    f["flag"] = np.array([True, False])
    f["pair"] = np.zeros(2, [("a", "i4"), ("b", "f8")])
    f["soft"] = h5py.SoftLink("/data/x")
    f["out"] = h5py.ExternalLink("/etc/passwd", "/x")
    f["again"] = f["be"]
    f["loop"] = f["/"]
    f.attrs["title"] = "a title"
END
run 0 info f.h5 && silent err
for line in "f.h5: HDF5, " "    @title = a title" "/data/" \
    "/data/x  z=4+ x y=30 x x=20  float32  chunked (1, 30, 20)  shuffle, " "    @spacing = 2.5, 1, 1" "    @unit = mV" \
    "    @big = 18446744073709551615" ", … (100)" "@evil = a\\x1b[31m\\nb" "/be  2 x 3  int16, big-endian  contiguous  12 B" \
    "/scalar  scalar  float64" "/soft  -> /data/x" "/out  (a link out of the file, not followed)" "lzf, fletcher32" "/pair  2  "; do
    says out "$line"
done
grep -q "$(printf '\033')" out && complain "info prints control characters"
run 0 info f.h5 --json && silent err && py << 'END'
f = json.load(open("out"))
assert f["file"] == "f.h5" and f["bytes"] == os.path.getsize("f.h5")
items = {o["path"]: o for o in f["objects"]}
x = items["/data/x"]
assert x["kind"] == "dataset" and x["shape"] == [4, 30, 20] and x["axes"] == ["z", "y", "x"] and x["type"] == "float32"
assert x["layout"] == "chunked" and x["chunk"] == [1, 30, 20] and x["stored"] == h5py.File("f.h5")["data/x"].id.get_storage_size()
assert "shuffle" in x["filters"] and "6" in x["filters"]
assert x["attributes"]["unit"] == "mV" and x["attributes"]["spacing"] == [2.5, 1, 1]
assert x["attributes"]["big"] == 2 ** 64 - 1 and x["attributes"]["evil"] == "a\x1b[31m\nb"
assert items["/soft"] == {"path": "/soft", "kind": "link", "target": "/data/x", "attributes": {}}
assert items["/out"]["kind"] == "foreign link" and items["/"]["attributes"] == {"title": "a title"}
assert items["/loop"]["kind"] == "group" and items["/scalar"]["shape"] == [] and items["/again"]["shape"] == [2, 3]
END

# JSON has all of an attribute (up to 16 MiB of those of an object); text is cut between characters, and says so.
py << 'END'
with h5py.File("long.h5", "w") as f:
    x = f.create_dataset("x", data=np.zeros(3))
    x.attrs["many"], x.attrs["doc"], x.attrs["fixed"] = np.arange(1000), "ä" * 200 + "Ω", np.bytes_(b"b" * 300)
    x.attrs["names"] = ["n%d" % i for i in range(40)] + ["é" * 300]
    x.attrs["odd"] = "x" * 255 + "é"
    x.attrs["exact"] = "x" * 254 + "é"
    x.attrs["of"], x.attrs["none"] = x.ref, h5py.Empty("f4")
    x.attrs["k" * 300] = 1
    f["p" * 300 + "/" + "q" * 900] = 1
    f["null"] = h5py.Empty("f8")
with h5py.File("large.h5", "w", libver="latest") as f:
    f.attrs["large"], f.attrs["small"] = np.zeros(3 << 20), np.zeros(1 << 17)
    f.attrs["texts"] = ["t" * (1 << 20)] * 17
    for i in range(200):
        f.attrs["a%03d" % i] = i
END
run 0 info long.h5 --json && silent err && py << 'END'
items = {o["path"]: o for o in json.load(open("out"))["objects"]}
a = items["/x"]["attributes"]
assert a["many"] == list(range(1000)) and a["doc"] == "ä" * 200 + "Ω" and a["fixed"] == "b" * 300
assert a["names"] == ["n%d" % i for i in range(40)] + ["é" * 300] and a["odd"] == "x" * 255 + "é"
assert a["of"] == {"type": "reference", "elements": 1} and a["none"] is None and a["k" * 300] == 1
assert "/" + "p" * 300 + "/" + "q" * 900 in items
assert items["/null"]["shape"] is None and items["/x"]["shape"] == [3]
END
run 0 info long.h5 && py << 'END'
lines = open("out", encoding="utf-8").read().splitlines()
assert "    @doc = " + "ä" * 128 + "…" in lines and "    @odd = " + "x" * 255 + "…" in lines and "    @fixed = " + "b" * 256 + "…" in lines
assert "    @exact = " + "x" * 254 + "é" in lines
assert "    @many = " + ", ".join(map(str, range(16))) + ", … (1000)" in lines
assert any(line.startswith("/null  null  float64") for line in lines) and any(line.endswith("/" + "q" * 900 + "  scalar  int64  contiguous  8 B") for line in lines)
END
run 0 info large.h5 --json && silent err && py << 'END'
a = json.load(open("out"))["objects"][0]["attributes"]
assert a["large"] == {"type": "float64", "elements": 3 << 20} and a["texts"] == {"type": "string", "elements": 17}
assert a["small"] == [0] * (1 << 17) and all(a["a%03d" % i] == i for i in range(200))
END

# One object and what lies below it.
run 0 info f.h5:/data && py << 'END'
lines = [line for line in open("out") if line.startswith("/")]
assert len(lines) == 2 and lines[0] == "/data/\n" and lines[1].startswith("/data/x "), lines
END
run 0 info f.h5:/be --json && py << 'END'
assert [o["path"] for o in json.load(open("out"))["objects"]] == ["/be"]
END
# However it is named: the path is the one without what stands for nothing and without soft links.
py << 'END'
with h5py.File("names.h5", "w") as f:
    a = f.create_group("a")
    a["x"], a["self"], a["sub/y"] = np.zeros(3), a, 1.0
    f["b"], f["c"], f["z"] = a, h5py.SoftLink("/b"), a["x"]
    f["lost"], f["round"], f["out"] = h5py.SoftLink("/b/none"), h5py.SoftLink("round"), h5py.ExternalLink("o.h5", "/x")
END
while read -r name paths; do
    run 0 info "names.h5:$name" --json && silent err && NAME=$name PATHS=$paths py << 'END'
found = [o["path"] for o in json.load(open("out"))["objects"]]
assert found == os.environ["PATHS"].split(), (os.environ["NAME"], found)
END
    run 0 info "names.h5:$name" && says out "${paths%% *}"
done << 'END'
/a/x/ /a/x
//a//x /a/x
/./a/./x/. /a/x
/b/x /b/x
/z /z
/c/x /b/x
/c/self/x /b/self/x
/a/ /a /a/self /a/sub /a/sub/y /a/x
/b /b /b/self /b/sub /b/sub/y /b/x
/b/sub/. /b/sub /b/sub/y
/c/ /c
/lost /lost
/out /out
END
run 0 info names.h5:/ && mv out all && run 0 info names.h5 && same_bytes all out
run 0 info names.h5:/./ && same_bytes all out
says out "/c  -> /b" && says out "/lost  -> /b/none (leads to nothing)" && says out "/round  -> round (leads to nothing)"
says out "/out  (a link out of the file, not followed)"
run 0 info names.h5 --json && py << 'END'
items = {o["path"]: o for o in json.load(open("out"))["objects"]}
assert items["/lost"]["dangling"] and items["/round"]["dangling"] and "dangling" not in items["/c"]
END
refuse 1 "'f.h5:/none': there is no 'none' in '/', which has " info f.h5:/none
refuse 1 "'names.h5:/a/x/y': '/a/x' is not a group" info names.h5:/a/x/y
refuse 1 "there is no 'none' in '/b', which has 3 names: 'self', 'sub', 'x'" info names.h5:/lost/x
refuse 1 "'out' is a link to another file, which is never followed" info names.h5:/out/x
refuse 1 "cannot open 'none.h5'" info none.h5
echo text > text.h5
refuse 1 "'text.h5' is not an HDF5 file" info text.h5
refuse 2 "" info
refuse 2 "" info f.h5 f.h5
sci-array info f.h5 | head -n 1 > /dev/null || complain "info into a closed pipe fails"

# Hostile files are listed or refused; nothing outside of them is opened.
for file in "$SCI_SOURCE_DIR"/tests/golden/hostile-hdf5/*.h5; do
    timeout 10 sci-array info "$file" > out 2> err
    code=$?
    [ $code = 0 ] || [ $code = 1 ] || complain "info of $(basename "$file") ended with $code"
done
if command -v strace > /dev/null; then
    for name in external_storage links vds_missing_source; do
        ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=open,openat -o trace sci-array info "$SCI_SOURCE_DIR/tests/golden/hostile-hdf5/$name.h5" > /dev/null
        grep -o '"[^"]*\(passwd\|\.h5\)"' trace | grep -v "/$name.h5\"" && complain "info of $name.h5 opens another file"
    done
fi
finish
