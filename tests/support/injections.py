# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that try to become something else: elements of a page, scripts, formulas of a spreadsheet, Markdown.

injections.py FOLDER writes panel.csv, map.csv and events.csv with them as names, titles, units, sectors and labels, and
texts.json, the list of those that stand in names.
"""
import csv
import json
import os
import sys

ACTIVE = [
    "<script>window.hacked=1</script>",
    "<script src=//example.org/x.js></script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg onload=window.hacked=1>",
    "<svg><script>window.hacked=1</script></svg>",
    "<svg><animate onbegin=window.hacked=1 attributeName=x dur=1s>",
    "<body onload=window.hacked=1>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'>",
    "<iframe src=javascript:parent.hacked=1>",
    "<a href=javascript:window.hacked=1>x</a>",
    "<details open ontoggle=window.hacked=1>",
    "<input autofocus onfocus=window.hacked=1>",
    "<video src=x onerror=window.hacked=1>",
    "<audio src=x onerror=window.hacked=1>",
    "<object data=javascript:window.hacked=1>",
    "<embed src=javascript:window.hacked=1>",
    "<form action=javascript:window.hacked=1><button>x</button></form>",
    "<math href=javascript:window.hacked=1>x</math>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//example.org/x.css>",
    "<meta http-equiv=refresh content=0;url=//example.org>",
    "<base href=//example.org/>",
    "<template><img src=x onerror=window.hacked=1></template>",
    "<table background=//example.org/x.png>",
    "<p style=position:fixed;inset:0>x</p>",
    "<foreignObject><script>window.hacked=1</script></foreignObject>",
]
# What a text has to leave before it is read as an element.
LEAVE = ["", "\">", "'>", "</title>", "</style>", "</script>", "-->", "\"/></svg>"]
FORMULAS = [
    "=1+1", "=HYPERLINK(\"http://example.org\",\"x\")", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-1+1",
    "-2+3+cmd|' /C calc'!A0", "=WEBSERVICE(\"http://example.org\")", "=IMPORTXML(\"http://example.org\",\"//a\")", "|calc",
    "%0A=1+1", " =1+2", "  @x", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "\u00a0=1+3", "\u200b=1+4", "\u202e=1+5",
    "a;=1+1", "a,=1+1", "a;@x", "\"=1+1", "a\";=1+1", "=\"a\"&\"b\"", "='file:///etc/passwd'#$x.A1", "=DDE(\"x\";\"y\";\"z\")",
]
OTHER = [
    "\" onmouseover=window.hacked=1 x=\"", "' onmouseover=window.hacked=1 x='", "javascript:window.hacked=1", "&lt;script&gt;",
    "&#60;script&#62;", "<!-- x", "]]>", "<![CDATA[<script>window.hacked=1</script>]]>", "\\u003cscript\\u003e",
    "\\\";window.hacked=1;//", "${window.hacked=1}", "{{window.hacked=1}}", "`window.hacked=1`", "[x](javascript:window.hacked=1)",
    "![x](//example.org/x.png)", "| a | b |", "# head", "* * *", "http://example.org/x", "url(//example.org/x)",
    "expression(window.hacked=1)", "\u202eabc", "\u2066abc", "a\u0085b", "\ufffe", "x" * 300, "%s%s%n%d", "../../etc/passwd",
    "a|b|c", "0,1;2", "<", ">", "&", "\"", "'", "\u2028x", "constructor", "__proto__", "<ScRiPt>window.hacked=1</sCrIpT>",
]
TEXTS = [before + active for active in ACTIVE for before in LEAVE] + FORMULAS + OTHER


def main(folder):
    sectors, periods = 64, 40
    months = ["%d-%02d" % (2018 + t // 12, t % 12 + 1) for t in range(periods)]

    def write(name, rows):
        with open(os.path.join(folder, name), "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows(rows)

    n = len(TEXTS)
    # Every series leaps in the last month, each by another amount.
    wave = [[100 + (7 * k + 13 * t * t) % 11 / 10 + (k % 9 + 4 if t == periods - 1 else 0) for t in range(periods)]
            for k in range(n)]
    write("panel.csv", [["period", "indicator", "value"]]
          + [[months[t], TEXTS[k], wave[k][t]] for k in range(n) for t in range(periods)])
    write("map.csv", [["indicator", "sector", "unit", "transform", "sign", "title"]]
          + [[TEXTS[k], TEXTS[(5 * k) % n // 5 % sectors * 4], TEXTS[-k - 1], "level", 1, TEXTS[k] if k % 2 else ""]
             for k in range(n)])
    write("events.csv", [["period", "label", "sector"]]
          + [[months[-1 - k % 3], TEXTS[(k * 7) % n], ""] for k in range(n)])
    with open(os.path.join(folder, "texts.json"), "w") as f:
        json.dump(TEXTS, f)
    print(n)


if __name__ == "__main__":
    main(sys.argv[1])
