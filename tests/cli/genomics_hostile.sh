# SPDX-License-Identifier: GPL-3.0-or-later
# Annotated files that lie: indices, lengths, shapes, types, encodings, references, names. Each is refused in one
# line that names the file and the place, within 5 s, and leaves nothing; what is only odd gives the right result.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

cells << 'END'
import resource

r = np.random.default_rng(1)
n, m = 30, 12
x = np.where(r.random((n, m)) < 0.4, 0, r.gamma(2, 1, (n, m))).astype("f4")
batch = [f"b{i % 3}" for i in range(n)]
MATRIX = ("harmonize", "normalize", "pca", "validate")  # verbs that must read all of X
COLUMNS = ("harmonize", "info", "validate")             # verbs that read obs
FILE = ("harmonize", "normalize", "info", "convert", "validate")
CALLS = {
    "harmonize": "harmonize m.h5ad -o out/y.h5ad --batch-key batch --keep age --no-sync",
    "normalize": "normalize m.h5ad -o out/y.h5ad --log1p --no-sync",
    "pca": "pca m.h5ad -o out/y.h5ad --n-comps 3 --no-sync",
    "info": "info m.h5ad",
    "convert": "convert m.h5ad -o out/y.h5ad --no-sync",
    "validate": "validate m.h5ad",
}


def base(kind):
    write("m.h5ad", x, {"batch": batch, "age": np.arange(n) * 1.0}, kind=kind)


def attempt(call):
    shutil.rmtree("out", ignore_errors=True)
    os.mkdir("out")
    done = subprocess.run(["sci-genomics", *call.split()], capture_output=True, text=True, timeout=5, errors="replace")
    return done.returncode, done.stdout + done.stderr


cases = 0


def refused(what, kind, change, text, verbs, name="m.h5ad"):
    """The first of the verbs says the text; the others take turns."""
    global cases
    cases += 1
    base(kind)
    with h5py.File("m.h5ad", "r+") as f:
        change(f)
    for verb in verbs[:1] + verbs[1:][cases % max(len(verbs) - 1, 1):][:1]:
        code, said = attempt(CALLS[verb])
        where = f"{what}: {verb}: {code}: {said}"
        assert code in (1, 3), where
        assert name in said and "crash" not in said, where
        assert text in said or verb not in verbs[:1], where
        assert sum("error:" in line for line in said.split("\n") if line.startswith("sci-genomics")) == 1, where
        assert os.listdir("out") == [], where


def fine(what, kind, change):
    base(kind)
    with h5py.File("m.h5ad", "r+") as f:
        change(f)
    code, said = attempt(CALLS["harmonize"])
    assert code == 0 and len(os.listdir("out")) == 1, f"{what}: {code}: {said}"
    return matrix("out/y.h5ad")


def put(path, at, value):
    def change(f):
        f[path][at] = value
    return change


def replace(path, **how):
    def change(f):
        attributes = dict(f[path].attrs)
        new = {k: v(f) if callable(v) else v for k, v in how.items()}
        del f[path]
        f.create_dataset(path, **new)
        for name, value in attributes.items():
            f[path].attrs[name] = value
    return change


def retyped(path, dtype):
    return replace(path, data=lambda f: f[path][()].astype(dtype))


def resized(path, k):
    return replace(path, data=lambda f: np.resize(f[path][()], k))


def attribute(path, name, value, **how):
    return lambda f: f[path].attrs.create(name, value, **how)


def gone(path):
    def change(f):
        del f[path]
    return change


def instead(path, thing):
    def change(f):
        del f[path]
        f[path] = thing(f) if callable(thing) else thing
    return change


# Indices and indptr.
for kind, lines, most in ("csr", "row", m), ("csc", "column", n):
    for index in most, 2**31 - 1, -1:
        refused(f"{kind} index {index}", kind, put("X/indices", 5, index), str(index), MATRIX)
    refused(f"{kind} indptr falls", kind, put("X/indptr", 4, 0), "indptr falls", MATRIX)
    refused(f"{kind} indptr jumps", kind, put("X/indptr", 4, 10**6), "indptr falls from 1000000", MATRIX)
    refused(f"{kind} indptr is negative", kind, put("X/indptr", 4, -1), "indptr falls", MATRIX)
    refused(f"{kind} indptr begins late", kind, put("X/indptr", 0, 1), "indptr begins with 1, not 0", MATRIX)
    refused(f"{kind} indptr ends late", kind, put("X/indptr", -1, 10**9), "indptr ends with 1000000000", MATRIX)
for k in 0, 1, n, n + 2:
    refused(f"indptr of {k}", "csr", resized("X/indptr", k), f"'m.h5ad:/X/indptr' has {k} numbers; 30 rows need 31", MATRIX)
for k in 0, 10, 1000:
    refused(f"data of {k}", "csr", resized("X/data", k), f"there are {k} values and ", MATRIX)
    refused(f"indices of {k}", "csr", resized("X/indices", k), f" values and {k} indices", MATRIX)

# Shapes.
for shape in [2**62, 2**62], [n, 2**40], [0, 0], [m, n]:
    refused(f"shape {shape}", "csr", attribute("X", "shape", shape), f"is {shape[0]} x {shape[1]}, but obs and var have", MATRIX)
for shape in [-n, m], [n, m, 1], [n], 30:
    refused(f"shape {shape}", "csr", attribute("X", "shape", shape), "not the two lengths of a matrix", MATRIX)
for shape in [30.0, 12.0], [np.nan, 12.0], "30x12":
    refused(f"shape {shape}", "csr", attribute("X", "shape", shape), "'shape' has no integers", MATRIX)
refused("no shape", "csr", lambda f: f["X"].attrs.__delitem__("shape"), "no attribute 'shape'", MATRIX)
for what, change, text in (("3 axes", replace("X", data=x.reshape(n, 3, 4)), "has 3 axes"), ("1 axis", replace("X", data=x[:, 0]), "has 1 axes"),
                           ("transposed", replace("X", data=x.T), "is 12 x 30"), ("a number", replace("X", data=1.0), "has 0 axes"),
                           ("2^40 rows", replace("X", shape=(2**40, m), dtype="f4", chunks=(10, m)), "is 1099511627776 x 12"),
                           ("a type", instead("X", np.dtype("f4")), "a matrix has two"), ("a cycle", instead("X", h5py.SoftLink("/X")), "a cycle"),
                           ("the root", instead("X", lambda f: f["/"]), "'anndata', which is no matrix"), ("obs", instead("X", lambda f: f["obs"]), "'dataframe', which is no matrix"),
                           ("text", retyped("X", "S4"), "type string"), ("complex", retyped("X", "c16"), "type complex")):
    refused("X is " + what, "dense", change, text, MATRIX)
for what, change in ("gone", gone("X")), ("a null element", replace("X", data=h5py.Empty("f4"))):
    refused("X is " + what, "dense", change, "m.h5ad", MATRIX[:3])
for part in "X/data", "X/indices", "X/indptr":
    for what, how in (("text", dict(data=lambda f, p=part: f[p][()].astype("S4"))), ("complex", dict(data=lambda f, p=part: f[p][()].astype("c16"))),
                      ("records", dict(data=lambda f, p=part: np.zeros(len(f[p]), [("a", "i4"), ("b", "f4")]))), ("2 axes", dict(data=lambda f, p=part: f[p][()][None])),
                      ("one number", dict(data=3)), ("a null element", dict(data=h5py.Empty("i4"))), ("references", dict(data=lambda f, p=part: [f.ref] * len(f[p]), dtype=h5py.ref_dtype)),
                      ("texts", dict(data=lambda f, p=part: ["a"] * len(f[p]), dtype=TEXT)), ("lists", dict(shape=(200,), dtype=h5py.vlen_dtype("i4")))):
        refused(f"{part} is {what}", "csr", replace(part, **how), f"'m.h5ad:/{part}' is no list of numbers", MATRIX[:2])
    refused(part + " is gone", "csr", gone(part), f"'m.h5ad:/X' has no '{part[2:]}'", MATRIX[:2])
    refused(part + " is elsewhere", "csr", instead(part, h5py.ExternalLink("other.h5", "/x")), "a link to another file", MATRIX[:2])
    refused(part + " claims 4 TiB", "csr", replace(part, shape=(2**40,), dtype="i4", chunks=(1000,)), "1099511627776", MATRIX[:2])
for part in "X/indices", "X/indptr":
    refused(part + " is real", "csr", retyped(part, "f8"), "has elements of type float64, not integers", MATRIX[:2])

# Encodings.
for encoding, text in ("coo_matrix", "'coo_matrix', which is no matrix"), ("", "which is no matrix"), (5, "'encoding-type' is no text"):
    refused(f"X is '{encoding}'", "csr", attribute("X", "encoding-type", encoding), text, MATRIX)
refused("obs is a dict", "csr", attribute("obs", "encoding-type", "dict"), "'dict', not 'dataframe'", FILE)
refused("the file is odd", "csr", attribute("/", "encoding-type", "odd"), "'odd', not 'anndata'", FILE)
refused("a column is odd", "csr", attribute("obs/batch", "encoding-type", "sparse"), "which is no column known here", COLUMNS)

# Tables.
for axis in "obs", "var":
    refused(axis + " is gone", "csr", gone(axis), f"it has no '{axis}'", FILE)
    refused(axis + " is empty", "csr", lambda f: (gone(axis)(f), f.create_group(axis)), f"'m.h5ad:/{axis}' is no table", FILE)
    refused(axis + " is a number", "csr", instead(axis, 5), f"'m.h5ad:/{axis}' is no table", FILE)
    refused(axis + " has no names", "csr", gone(axis + "/_index"), "it has no list of names", FILE)
    refused(axis + " does not say where names are", "csr", attribute(axis, "_index", "nope"), "is no index", FILE)
    refused(axis + " says it in numbers", "csr", attribute(axis, "_index", 3), "'_index' is no text", FILE)
    refused(axis + " points outside", "csr", attribute(axis, "_index", "../X"), "its index cannot be called '../X'", FILE)
    refused(axis + " has too few names", "csr", resized(axis + "/_index", 5), "m.h5ad", ("harmonize", "normalize", "validate"))
    refused(axis + " has an order of numbers", "csr", attribute(axis, "column-order", [1, 2]), "'column-order' is no text", FILE)
refused("a column is missing", "csr", attribute("obs", "column-order", ["batch", "age", "nope"], dtype=TEXT), "there is no 'nope'", COLUMNS[1:])
refused("no batch", "csr", gone("obs/batch"), "there is no 'batch' in '/obs'", COLUMNS)
refused("age is short", "csr", resized("obs/age", 5), "'m.h5ad:/obs/age' has 5 values, but obs has 30 rows", COLUMNS)
refused("age is complex", "csr", retyped("obs/age", "c16"), "complex, not numbers", COLUMNS)
refused("age has 2 axes", "csr", replace("obs/age", data=np.zeros((n, 2))), "is no column: it has 2 axes", COLUMNS)

# Categories.
for code in 3, -2:
    refused(f"code {code}", "csr", put("obs/batch/codes", 3, code), f"code {code} of row 3 is none of its 3 categories", COLUMNS)
for k in 10, 50:
    refused(f"{k} codes", "csr", resized("obs/batch/codes", k), f"has {k} values, but obs has 30 rows", COLUMNS)
refused("real codes", "csr", retyped("obs/batch/codes", "f8"), "float64, not integers", COLUMNS)
refused("few categories", "csr", replace("obs/batch/categories", data=["b0", "b1"], dtype=TEXT), "code 2 of row 2", COLUMNS)
refused("no categories", "csr", replace("obs/batch/categories", shape=(0,), dtype=TEXT), "code 0 of row 0", COLUMNS)
refused("twins", "csr", replace("obs/batch/categories", data=["b0", "b1", "b1"], dtype=TEXT), "two categories of 'batch' are called 'b1'", ("harmonize", "validate"))
for part in "codes", "categories":
    refused(part + " are gone", "csr", gone("obs/batch/" + part), f"there is no '{part}' in '/obs/batch'", COLUMNS)


def old(levels):
    """The batches as anndata 0.7 writes them: codes that refer to their categories."""
    def change(f):
        codes = f["obs/batch/codes"][()]
        del f["obs/batch"]
        f["obs/batch"] = codes
        f["obs"].create_dataset("__categories/batch", data=["b0", "b1", "b2"], dtype=TEXT)
        f["obs/batch"].attrs.create("categories", levels(f))
    return change


def dangling(f):
    old(lambda f: f["obs/__categories/batch"].ref)(f)
    del f["obs/__categories/batch"]


refused("a dangling reference", "csr", dangling, "refers to an object that is not in the file", COLUMNS)
refused("a reference to a group", "csr", old(lambda f: f["var"].ref), "m.h5ad:/var", COLUMNS)
refused("a text for a reference", "csr", old(lambda f: "obs/__categories/batch"), "no single object reference", COLUMNS)

# Chunks that are not what they say.
for path, kind, storage in ("X", "dense", dict(chunks=(10, m), compression="gzip")), ("X", "dense", dict(chunks=(10, m), compression="lzf")), \
        ("X/data", "csr", dict(chunks=(50,), compression="gzip")), ("X/indices", "csr", dict(chunks=(50,), compression="lzf")):
    def change(f):
        replace(path, data=lambda f: f[path][()], **storage)(f)
        f[path].id.write_direct_chunk((10, 0) if path == "X" else (50,), b"nonsense")
    refused(path + " has a damaged chunk", kind, change, "its compressed data are damaged", MATRIX)
refused("an infinite value", "csr", put("X/data", 3, np.inf), "infinite", MATRIX)

# No files of this kind.
os.mkdir("folder.h5ad")
open("empty.h5ad", "w").close()
open("text.h5ad", "w").write("cells and genes\n" * 500)
with h5py.File("other.h5ad", "w") as f:
    f["x"] = 1
for name in "folder", "empty", "text", "other", "nowhere":
    for verb in "harmonize", "normalize", "pca", "info", "convert", "validate":
        code, said = attempt(CALLS[verb].replace("m.h5ad", name + ".h5ad"))
        assert code in (1, 2, 3) and name in said and "crash" not in said and os.listdir("out") == [], (name, verb, code, said)

# What is odd and yet right.
plain = fine("as it is", "csr", lambda f: None)
for what, kind, change in (("old categories", "csr", old(lambda f: f["obs/__categories/batch"].ref)), ("csc", "csc", lambda f: None),
                           ("dense", "dense", lambda f: None), ("a newer version", "csr", attribute("X", "encoding-version", "9.9")),
                           ("indices of 8 bits", "csr", retyped("X/indices", "u1")), ("indices of 64 bits", "csr", retyped("X/indices", "u8")),
                           ("more categories", "csr", replace("obs/batch/categories", data=["b0", "b1", "b2", "b3"], dtype=TEXT)),
                           ("no names of cells", "csr", replace("obs/_index", shape=(n,), dtype=TEXT)),
                           ("one name for all genes", "csr", replace("var/_index", data=["a"] * m, dtype=TEXT)),
                           ("names that are no text", "csr", replace("obs/batch/categories", data=[b"b\xff0", b"b\xfe", b"\xc3"], dtype=TEXT)),
                           ("names of controls", "csr", replace("obs/batch/categories", data=["b\n0", "b\x1b[31m", "b\t2"], dtype=TEXT)),
                           ("long names", "csr", replace("obs/batch/categories", data=["b" * 100000, "c" * 100000, "d"], dtype=TEXT))):
    close(fine(what, kind, change), plain, 1e-6, what)
assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 192 * 1024
END

finish
