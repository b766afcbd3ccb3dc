/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#define OPENSSL_API_COMPAT 10100 /* as in libsci's digests */
#include <openssl/sha.h>

#include <sci/memory.h>

#include "page_priv.h"
#include "plot_priv.h"

/* ---- the style sheet ---- */

/* Colours of text have a contrast of at least 4.5:1 on their backgrounds. */
static const char light_theme[] =
    "--ink:#1b2026;--soft:#515a64;--rule:#dde1e6;--panel:#f5f6f8;"
    "--accent:#005a73;--void:#cfe1ee;--warn:#fff6e0;--warn-rule:#d99a00;";
static const char dark_theme[] =
    "--ink:#e7eaee;--soft:#a7b0ba;--rule:#333a44;--panel:#1c2128;"
    "--accent:#6cc3ea;--void:#22394b;--warn:#2b2413;--warn-rule:#c99a2e;";

static const char rules[] =
    "*{box-sizing:border-box}"
    "html{font:16px/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica "
    "Neue\",\"Noto Sans\",\"Liberation Sans\",Arial,sans-serif;"
    "color:var(--ink);background:var(--bg);text-size-adjust:100%;-webkit-text-size-adjust:100%}\n"
    "body{max-width:63rem;margin:0 auto;padding:2.2rem 1.25rem 3rem;overflow-wrap:break-word}\n"
    "h1{font-size:1.75rem;line-height:1.25;margin:0 0 "
    ".6rem;letter-spacing:-.01em;text-wrap:balance}\n"
    "h2{font-size:1.25rem;line-height:1.3;margin:2.6rem 0 .6rem;padding-top:1.1rem;border-top:1px "
    "solid "
    "var(--rule)}\n"
    "h3{font-size:1rem;margin:1.6rem 0 .4rem}\n"
    "p{margin:.6rem 0;max-width:44rem}\n"
    "a{color:var(--accent);text-underline-offset:.15em}\n"
    "a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid "
    "var(--accent);outline-offset:2px}\n"
    ".program{color:var(--soft);font-size:.875rem;margin:0 0 .3rem}\n"
    ".lead{font-size:1.125rem;line-height:1.5;max-width:46rem}\n"
    "nav ol{list-style:none;margin:1rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.2rem "
    "1.2rem;font-size:.9375rem}\n"
    ".note{background:var(--warn);border-left:4px solid var(--warn-rule);padding:.55rem "
    ".9rem;border-radius:0 .3rem .3rem 0;max-width:46rem}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,12.5rem),1fr));gap:."
    "75rem;"
    "margin:1.4rem 0}\n"
    ".tiles div{background:var(--panel);border-radius:.5rem;padding:.75rem .9rem}\n"
    ".tiles dt{font-size:.8125rem;color:var(--soft);line-height:1.35}\n"
    ".tiles dd{margin:0;font-size:.8125rem;color:var(--soft);line-height:1.35}\n"
    ".tiles .value{font-size:1.35rem;font-weight:600;line-height:1.3;color:var(--ink);"
    "font-variant-numeric:tabular-nums}\n"
    /* A caption is as wide as its picture, whatever it says. */
    ".figures{display:flex;flex-wrap:wrap;gap:1.6rem 1.5rem;margin:1.2rem 0}\n"
    "figure{margin:0;max-width:100%}\n"
    "figcaption{width:0;min-width:100%;font-size:.875rem;line-height:1.45;color:var(--soft);"
    "margin-top:.25rem}\n"
    "figure>svg,figure>img{display:block;max-width:100%;height:auto}\n"
    ".scroll{overflow:auto;max-height:70rem;margin:1rem 0;max-width:max-content}\n"
    "table{border-collapse:collapse;font-size:.9375rem;line-height:1.4}\n"
    "caption{text-align:left;color:var(--soft);font-size:.875rem;padding:0 0 .4rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.32rem .8rem .32rem "
    "0;border-bottom:1px solid var(--rule);font-weight:400}\n"
    "th:last-child,td:last-child{padding-right:.3rem}\n"
    "thead th{font-weight:600;position:sticky;top:0;background:var(--bg);vertical-align:bottom}\n"
    "th.r,td.r{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "td.n{white-space:nowrap}td.lines{white-space:pre-line;min-width:24rem}"
    "td small,tbody th small{display:block;font-size:.8125rem;line-height:1.35;color:var(--soft)}"
    "thead th.r{white-space:normal}tbody th{min-width:6.5rem}"
    "td:not(.r):last-child{min-width:12rem}\n"
    "details{margin:.9rem 0;max-width:46rem}\n"
    "summary{cursor:pointer;color:var(--accent)}\n"
    ".names{list-style:none;margin:.5rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.1rem "
    ".9rem;font-size:.875rem;max-height:24rem;overflow:auto}\n"
    ".badges,.keys{list-style:none;margin:.8rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.35rem "
    ".9rem;font-size:.875rem}\n"
    ".badges li{background:var(--warn);border:1px solid var(--warn-rule);border-radius:1rem;"
    "padding:.15rem .8rem;line-height:1.4}\n"
    ".keys{color:var(--soft)}.keys svg{vertical-align:-.1em;margin-right:.35rem}\n"
    ".flag{background:var(--warn);box-shadow:inset 0 -2px var(--warn-rule);font-weight:600}\n"
    ".sorts button{font:inherit;color:inherit;background:none;border:0;padding:0;margin:0;"
    "text-align:inherit;cursor:pointer}"
    ".sorts button:hover,.sorts button:focus-visible{text-decoration:underline}"
    ".sorts [aria-sort=ascending] button::after{content:\" \\25b2\"}"
    ".sorts [aria-sort=descending] button::after{content:\" \\25bc\"}\n";

/* Maps over time, series in cells, boxes that filter. Steps of a map go from orange (below) and blue
 * (above) in light tints to dark ones; on the dark theme from dark ones to light ones. */
static const char light_steps[] =
    "--b1:#fde6cd;--b2:#fbc58d;--b3:#f0964a;--b4:#cf620c;--b5:#983c06;--b6:#5e1f08;"
    "--a1:#d9e8f5;--a2:#a9cfea;--a3:#65a9d8;--a4:#2a7cb8;--a5:#145592;--a6:#0a2f5c;"
    "--ground:#f1f2f4;";
static const char dark_steps[] =
    "--b1:#3c2a1e;--b2:#67401d;--b3:#9c5a17;--b4:#d98023;--b5:#ffb05e;--b6:#ffe0bd;"
    "--a1:#1c3145;--a2:#1f4a6d;--a3:#2470a5;--a4:#419cd8;--a5:#84c8f7;--a6:#d3ecff;"
    "--ground:#20252d;";

static const char map_rules[] =
    ".heat{position:relative}.heat .scroll{margin:0;max-width:100%;overflow-y:hidden}"
    ".heat .scroll svg{display:block}"
    ".cells path{fill:none;stroke-width:.9;shape-rendering:crispEdges}"
    ".ground{stroke:var(--ground)}"
    ".b1{stroke:var(--b1)}.b2{stroke:var(--b2)}.b3{stroke:var(--b3)}.b4{stroke:var(--b4)}"
    ".b5{stroke:var(--b5)}.b6{stroke:var(--b6)}.a1{stroke:var(--a1)}.a2{stroke:var(--a2)}"
    ".a3{stroke:var(--a3)}.a4{stroke:var(--a4)}.a5{stroke:var(--a5)}.a6{stroke:var(--a6)}"
    ".v7{stroke:var(--bg)}"
    ".event{fill:none;stroke:var(--ink);stroke-dasharray:2 2;stroke-opacity:.8}"
    ".heat-key{margin:.6rem 0 "
    "0;max-width:none;font-size:.8125rem;color:var(--soft);line-height:1.3;"
    "display:flex;flex-wrap:wrap;gap:.2rem .7rem}.heat-key svg{max-width:100%;height:auto}"
    ".tip{position:absolute;pointer-events:none;background:var(--ink);color:var(--bg);"
    "font-size:.8125rem;line-height:1.35;padding:.2rem .5rem;border-radius:.25rem;"
    "max-width:min(100%,24rem);z-index:1}\n"
    ".spark{display:block;overflow:visible}"
    ".spark path{fill:none;vector-effect:non-scaling-stroke;stroke-linejoin:round;"
    "stroke-linecap:round}"
    ".spark .series{stroke:var(--accent);stroke-width:1.25}"
    ".spark .scores{stroke:var(--soft);stroke-width:.9}"
    ".spark .band{fill:var(--ground);stroke:none}.spark .dot{stroke-width:4.5}\n"
    ".filter{margin:.9rem 0 0;font-size:.9375rem}"
    ".filter label{color:var(--soft)}.filter span{color:var(--soft);margin-left:.7rem}"
    ".filter input{font:inherit;color:inherit;background:var(--panel);border:1px solid "
    "var(--soft);border-radius:.3rem;padding:.2rem .5rem;max-width:100%}"
    ".filter input:focus-visible{outline:2px solid var(--accent);outline-offset:1px}\n";

/* Plots, paper and telephones. */
static const char more_rules[] =
    "footer{margin-top:3rem;border-top:1px solid var(--rule);padding-top:.8rem;color:var(--soft);"
    "font-size:.8125rem}\n"
    ".plot text{fill:var(--ink);font-size:12px}"
    ".plot .head{font-size:14px;font-weight:600}"
    ".plot .label{font-size:12.5px}"
    ".plot .tick{font-size:11.5px;fill:var(--soft);font-variant-numeric:tabular-nums}"
    ".plot .mid{text-anchor:middle}"
    ".plot .end{text-anchor:end}"
    ".plot .grid,.plot .zero,.plot .axis{fill:none;stroke:var(--rule);stroke-width:1}"
    ".plot .zero{stroke:var(--soft);stroke-opacity:.4}"
    ".plot .axis{stroke:var(--soft);stroke-opacity:.75}\n"
    ".pt,.sq,.line{fill:none;stroke:currentColor;stroke-linecap:round;stroke-linejoin:round}"
    ".sq{stroke-linecap:square}"
    ".tri,.bar,.area{fill:currentColor;stroke:none}"
    ".bar{stroke:var(--bg);stroke-width:.5}"
    ".over{stroke:currentColor;stroke-width:1;fill-opacity:.4}"
    ".line{stroke-width:1.75}\n"
    ".pixels{image-rendering:pixelated}.nothing{fill:var(--void)}"
    ".frame{fill:none;stroke:var(--soft);stroke-opacity:.75}"
    ".outline{fill:none;stroke-width:1;shape-rendering:crispEdges;stroke-linecap:square}\n"
    "@media(max-width:30rem){body{padding:1.2rem .9rem 2rem}h1{font-size:1.4rem}"
    /* Rows with a cell of several lines fold, so that it is as wide as the window. */
    "table:has(.lines),table:has(.lines) :is(caption,thead,tbody){display:block}"
    "table:has(.lines) tr{display:flex;flex-wrap:wrap;gap:.1rem .8rem;padding:.45rem 0;"
    "border-bottom:1px solid var(--rule)}"
    "table:has(.lines) tr[hidden]{display:none}"
    "table:has(.lines) :is(td,th){border:0;padding:0;position:static}"
    "td.lines{flex:1 0 100%;min-width:0}}\n"
    "@media print{html{font-size:10.5pt}body{max-width:none;padding:0}nav{display:none}"
    ".scroll,.names{max-height:none;max-width:none;overflow:visible}thead th{position:static}"
    "figure,tr,.tiles div,.note{break-inside:avoid}h2,h3{break-after:avoid}"
    ".tiles div{border:1px solid var(--rule)}"
    ".figures{gap:1rem 2%}figure:has(>svg){width:49%}"
    ".filter,.tip{display:none}.heat svg{max-width:100%;height:auto}figure.heat{width:100%}"
    "html{print-color-adjust:exact;-webkit-print-color-adjust:exact}"
    "details::details-content{content-visibility:visible;block-size:auto}}\n";

/* ":root{…}" with the variables of a theme. */
static void
append_theme(char *text, size_t size, const char *theme, bool dark)
{
    size_t used = strlen(text);

    used +=
        (size_t)snprintf(text + used, size - used, ":root{--bg:%s;%s%s--cn:%s",
                         dark ? plot_background.dark : plot_background.light, theme,
                         dark ? dark_steps : light_steps, dark ? plot_grey.dark : plot_grey.light);
    for (int k = 0; k < PLOT_COLOURS; k++)
        used += (size_t)snprintf(text + used, size - used, ";--c%d:%s", k,
                                 dark ? plot_palette[k].dark : plot_palette[k].light);
    snprintf(text + used, size - used, "}");
}

sci_status
page_style_make(char **style)
{
    char themes[2400] = "", classes[400] = "";
    size_t used = 0;

    append_theme(themes, sizeof themes, light_theme, false);
    /* Paper is white. */
    strcat(themes, "\n@media screen and (prefers-color-scheme:dark){");
    append_theme(themes, sizeof themes, dark_theme, true);
    strcat(themes, "}\n");
    for (int k = 0; k < PLOT_COLOURS; k++)
        used +=
            (size_t)snprintf(classes + used, sizeof classes - used, ".c%d{color:var(--c%d)}", k, k);
    return sci_format(style, "%s%s%s%s%s.cn{color:var(--cn)}\n", themes, rules, map_rules,
                      more_rules, classes);
}

/* ---- its hash ---- */

void
page_hash(char hash[PAGE_HASH], const char *text)
{
    static const char prefix[] = "sha256-";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX sha256;

    (void)SHA256_Init(&sha256);
    (void)SHA256_Update(&sha256, text, strlen(text));
    (void)SHA256_Final(digest, &sha256);
    memcpy(hash, prefix, sizeof prefix);
    (void)page_base64(hash + sizeof prefix - 1, digest, sizeof digest);
}
