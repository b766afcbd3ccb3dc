/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file: head with policy and style, table of contents, contents, foot. */
#include <errno.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "page_priv.h"
#include "plot_priv.h"

void
page_put_element(FILE *out, const char *begin, const char *text, const char *end)
{
    fputs(begin, out);
    plot_text_write(out, text);
    fputs(end, out);
}

/* What the policy allows. */
typedef struct allowed {
    char style[PAGE_HASH], script[PAGE_HASH];
    const char *script_text; /* NULL: none */
} allowed;

static void
write_head(const cli_page *page, const char *style, const allowed *hashes)
{
    FILE *out = page->file;

    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
            "'%s'; ",
            hashes->style);
    if (hashes->script_text)
        fprintf(out, "script-src '%s'; ", hashes->script);
    fputs("img-src data:; base-uri 'none'; form-action 'none'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<meta name=\"referrer\" content=\"no-referrer\">\n",
          out);
    page_put_element(out, "<title>", page->title, "</title>\n");
    /* So that a browser asks nobody for a picture of the page. */
    fprintf(out, "<link rel=\"icon\" href=\"data:,\">\n<style>%s</style>\n</head>\n", style);
}

static void
write_page(const cli_page *page, const char *style, const allowed *hashes)
{
    FILE *out = page->file;

    write_head(page, style, hashes);
    page_put_element(out, "<body>\n<header>\n<p class=\"program\">", page->program, "</p>\n");
    page_put_element(out, "<h1>", page->title, "</h1>\n");
    fwrite(page->lead.bytes, 1, page->lead.n, out);
    fputs("</header>\n", out);
    if (page->sections > 1) {
        fputs("<nav aria-label=\"Contents\">\n<ol>\n", out);
        fwrite(page->contents.bytes, 1, page->contents.n, out);
        fputs("</ol>\n</nav>\n", out);
    }
    fputs("<main>\n", out);
    fwrite(page->body.bytes, 1, page->body.n, out);
    fputs(page->sections > 0 ? "</section>\n</main>\n" : "</main>\n", out);
    page_put_element(out, "<footer>Made by ", page->program, " ");
    page_put_element(out, "", page->version, ". This file needs no network and runs ");
    if (hashes->script_text)
        fprintf(out, "one script, which sorts %sits tables.</footer>\n<script>%s</script>\n",
                page->looks ? "and filters " : "", hashes->script_text);
    else
        fputs("no scripts.</footer>\n", out);
    fputs("</body>\n</html>\n", out);
}

sci_status
page_write_file(cli_page *page)
{
    char *style = NULL, *script = NULL;
    sci_status st = page_style_make(&style);
    allowed hashes;

    if (st == SCI_OK)
        st = page_script_make(&script, page);
    if (st == SCI_OK) {
        page_hash(hashes.style, style);
        page_hash(hashes.script, script ? script : "");
        hashes.script_text = script;
        errno = 0;
        write_page(page, style, &hashes);
        if (fflush(page->file) != 0 || ferror(page->file))
            st = sci_fail_errno("write", page->path);
    }
    if (fclose(page->file) != 0 && st == SCI_OK)
        st = sci_fail_errno("write", page->path);
    page->file = NULL;
    sci_free(style);
    sci_free(script);
    return st;
}
