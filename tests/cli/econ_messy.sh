# SPDX-License-Identifier: GPL-3.0-or-later
# The corpus of CSV quirks: every file is read as expected.json says, or refused for the reason that it says.
. "$SCI_SOURCE_DIR/tests/support/econ.sh"
[ -n "$reference" ] || { echo "skipped: LIBSCI_REFERENCE is not set"; exit 77; }

messy=$reference/messy
for file in "$messy"/*.csv "$messy"/*.tsv; do
    name=$(basename "$file")
    "$PROGRAM" check "$file" --json > "$name.json" 2> "$name.err"
    echo $? > "$name.code"
    # From a pipe it is the same.
    cat "$file" | "$PROGRAM" check - --json 2> /dev/null | sed 's/"file": "-"/"file": "'"${file//\//\\/}"'"/' > piped
    sed "s|standard input|$file|; s|'-:|'$file:|; s|'-'|'$file'|" piped | cmp -s - "$name.json" \
        || complain "$name is read otherwise from a pipe"
done

py << 'END'
expected = r(os.environ["reference"] + "/messy/expected.json")
assert len(expected) == 34
refused = {"ambiguous_date": 3, "duplicate_key": 3, "mixed_frequency": 3}
lines = {"16_ambiguous_dates.csv": ":2:", "20_ragged.csv": ":3:", "21_duplicates.csv": ":3:11'", "27_bad_thousands.csv": ":2:11'",
         "29_mixed_frequency.csv": ":5:", "32_unclosed_quote.csv": ":2:9'", "33_nul_byte.csv": ":2:10'"}
bad = []
for name, e in expected.items():
    got = r(name + ".json")
    code = int(open(name + ".code").read())
    message = open(name + ".err", encoding="utf-8").read()
    if "error" in e:
        if got.get("error") != e["error"] or code != refused.get(e["error"], 1):
            bad.append((name, got.get("error"), e["error"], code))
        if name not in message or lines.get(name, name) not in message or got["message"] not in message:
            bad.append((name, message))
        continue
    if code != 0 or message:
        bad.append((name, code, message))
        continue
    for key in ("layout", "dialect", "frequency", "columns", "rows"):
        if got[key] != e[key]:
            bad.append((name, key, got[key], e[key]))
    if sorted(got["warnings"]) != sorted(e.get("warnings", [])):
        bad.append((name, got["warnings"], e.get("warnings", [])))
assert "line 4" in open("20_ragged.csv.err").read()
assert not bad, "\n".join(map(str, bad))
END
finish
