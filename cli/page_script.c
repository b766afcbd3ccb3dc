/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sci/memory.h>

#include "page_priv.h"

/* Heads become buttons here, so that there are none that do nothing where scripts are off. */
static const char sorts[] =
    "for (const table of document.querySelectorAll(\"table.sorts\")) {\n"
    "const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];\n"
    "const number = (text) => Number(text.replace(/[\\s<*%]/g, \"\").replace(\"\\u2212\", "
    "\"-\"));\n"
    "heads.forEach((head, k) => {\n"
    "const text = (row) => (row.cells[k].firstChild?.textContent ?? \"\").trim();\n"
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

/* Whatever is written into the page is text, never markup. */
static const char filters[] =
    "for (const box of document.querySelectorAll(\".filter\")) {\n"
    "const tables = [...box.closest(\"section\").querySelectorAll(\"table.sorts\")];\n"
    "const label = document.createElement(\"label\"), input = document.createElement(\"input\");\n"
    "const count = document.createElement(\"span\");\n"
    "input.type = \"search\";\n"
    "count.setAttribute(\"role\", \"status\");\n"
    "label.append(box.dataset.label + \" \", input);\n"
    "box.append(label, count);\n"
    "const run = () => {\n"
    "const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);\n"
    "let shown = 0, all = 0;\n"
    "for (const table of tables) {\n"
    "let here = 0;\n"
    "for (const row of table.tBodies[0].rows) {\n"
    "const text = row.textContent.toLowerCase();\n"
    "row.hidden = !words.every((word) => text.includes(word));\n"
    "here += row.hidden ? 0 : 1;\n"
    "all += 1;\n"
    "}\n"
    "table.closest(\".scroll\").hidden = here === 0;\n"
    "shown += here;\n"
    "}\n"
    "count.textContent = words.length ? shown + \" of \" + all + \" rows\" : \"\";\n"
    "};\n"
    "input.addEventListener(\"input\", run);\n"
    "}\n";

static const char maps[] =
    "for (const svg of document.querySelectorAll(\".heat > .scroll > svg\")) {\n"
    "const data = svg.dataset, [left, top, width, height] = data.box.split(\",\").map(Number);\n"
    "const rows = [...svg.querySelectorAll(\"[data-row]\")].map((name) => name.dataset.row);\n"
    "const columns = data.columns.split(\"|\");\n"
    "const values = data.values.split(\";\").map((row) => row.split(\",\"));\n"
    "const figure = svg.closest(\"figure\"), tip = document.createElement(\"div\");\n"
    "tip.className = \"tip\";\n"
    "tip.hidden = true;\n"
    "figure.append(tip);\n"
    "const cell = (event) => {\n"
    "const box = svg.getBoundingClientRect(), k = svg.viewBox.baseVal.width / box.width;\n"
    "const c = Math.floor(((event.clientX - box.left) * k - left) / width);\n"
    "const r = Math.floor(((event.clientY - box.top) * k - top) / height);\n"
    "return r >= 0 && r < rows.length && c >= 0 && c < columns.length ? [r, c] : null;\n"
    "};\n"
    "svg.addEventListener(\"pointermove\", (event) => {\n"
    "const at = cell(event);\n"
    "tip.hidden = !at;\n"
    "if (!at) return;\n"
    "const value = values[at[0]][at[1]];\n"
    "tip.textContent = columns[at[1]] + \" \\u00b7 \" + rows[at[0]] + \" \\u00b7 \" + data.name + "
    "\" \"\n"
    "+ (value === \"\" ? \"not known\" : value.replace(\"-\", \"\\u2212\"));\n"
    "const box = figure.getBoundingClientRect(), right = event.clientX - box.left + 14;\n"
    "tip.style.left = Math.max(0, Math.min(right, box.width - tip.offsetWidth)) + \"px\";\n"
    "tip.style.top = event.clientY - box.top + 16 + \"px\";\n"
    "});\n"
    "svg.addEventListener(\"pointerleave\", () => { tip.hidden = true; });\n"
    "svg.addEventListener(\"click\", (event) => {\n"
    "const at = cell(event), input = document.querySelector(\".filter input\");\n"
    "if (!at || !input) return;\n"
    "input.value = input.value === rows[at[0]] ? \"\" : rows[at[0]];\n"
    "input.dispatchEvent(new Event(\"input\"));\n"
    "});\n}\n";

sci_status
page_script_make(char **script, const cli_page *page)
{
    *script = NULL;
    if (!page->sorts && !page->looks)
        return SCI_OK;
    return sci_format(script, "\"use strict\";\n%s%s%s", sorts, page->looks ? filters : "",
                      page->looks ? maps : "");
}
