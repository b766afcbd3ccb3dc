/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page_priv.h"

/* Heads become buttons here, so that there are none that do nothing where scripts are off. */
const char page_script[] =
    "\"use strict\";\n"
    "for (const table of document.querySelectorAll(\"table.sorts\")) {\n"
    "const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];\n"
    "const number = (text) => Number(text.replace(/\\s/g, \"\").replace(\"\\u2212\", \"-\"));\n"
    "heads.forEach((head, k) => {\n"
    "const text = (row) => row.cells[k].textContent.trim();\n"
    "const empty = (row) => [\"\", \"\\u2013\"].includes(text(row));\n"
    "const button = document.createElement(\"button\");\n"
    "button.type = \"button\";\n"
    "button.append(...head.childNodes);\n"
    "head.append(button);\n"
    "button.addEventListener(\"click\", () => {\n"
    "const up = head.getAttribute(\"aria-sort\") === \"ascending\" ? -1 : 1;\n"
    "const rows = [...body.rows], filled = rows.filter((row) => !empty(row));\n"
    "const numbers = filled.every((row) => Number.isFinite(number(text(row))));\n"
    "filled.sort((a, b) => up * (numbers ? number(text(a)) - number(text(b))\n"
    ": text(a).localeCompare(text(b), \"en\", { numeric: true })));\n"
    "for (const other of heads) other.removeAttribute(\"aria-sort\");\n"
    "head.setAttribute(\"aria-sort\", up > 0 ? \"ascending\" : \"descending\");\n"
    "body.append(...filled, ...rows.filter(empty));\n"
    "});\n});\n}\n";
