#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn hard-groups/cases.json (see README.md) into hard_groups.txt and hard_groups.bin, which C reads easily.

    make_hard_groups_text.py .../reference/numeric/hard-groups

Each case is one line of hard_groups.txt, its fields separated by blanks:
    name dtype n x count mean m2 sd y_eps0 y_eps1e-5 propagated_mean
x, y_eps0 and y_eps1e-5 say where the elements lie in hard_groups.bin (little-endian): FIRST_BYTE, or
=HEX (every element is this), 0 (every element is exactly 0) or - (nothing is stated). Numbers that are
not stated are -. count to sd and the y are those of the finite elements.
"""
import json
import os
import sys

folder = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))
cases = json.load(open(os.path.join(folder, "cases.json")))["cases"]
store = bytearray()


def keep(data, size):
    """Where `data`, elements of `size` bytes, can be found."""
    if not data:
        return "-"
    if len(data) > 4096 and data == data[:size] * (len(data) // size):
        return "=" + data[:size].hex()
    while len(store) % 8:
        store.append(0)
    first = len(store)
    store.extend(data)
    return str(first)


def content(entry, name_in_json, name_of_file):
    if name_of_file in entry:
        return open(os.path.join(folder, entry[name_of_file]), "rb").read()
    return bytes.fromhex(entry.get(name_in_json, ""))


def output(answer, eps):
    if f"y_eps{eps}" in answer:
        return "0"
    return keep(content(answer, f"y_f32_hex_le_eps{eps}", f"y_f32_file_eps{eps}"), 4)


lines = []
for case in cases:
    answer = case["omit"]
    dtype = case["dtype"].lstrip("<|")
    x = keep(content(case, "data_hex_le", "data_file"), int(dtype[1:]))
    lines.append([case["name"], dtype, case["n"], x, answer["count"], answer.get("mean", "-"),
                  answer.get("M2", "-"), answer.get("sd_ddof0", "-"), output(answer, "0"),
                  output(answer, "1e-05"), case.get("propagate", {}).get("mean", "-")])
with open(os.path.join(here, "hard_groups.txt"), "w") as out:
    out.write("# name dtype n x count mean m2 sd y_eps0 y_eps1e-5 propagated_mean\n")
    out.writelines(" ".join(str(field) for field in line) + "\n" for line in lines)
open(os.path.join(here, "hard_groups.bin"), "wb").write(store)
print(len(lines), "cases,", len(store), "bytes")
