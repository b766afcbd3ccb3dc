/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "page_priv.h"
#include "plot_priv.h"

/* The contents are kept in memory: the table of contents comes before them. */
typedef struct stretch {
    FILE *out;
    char *bytes;
    size_t n;
} stretch;

struct cli_page {
    char *path, *title, *program, *version;
    FILE *file;
    stretch lead, body, contents;
    size_t sections;
    size_t columns; /* of the table that is open; 0: none */
    char *align;
    sci_status status; /* of the first failure, and its message */
    char *message;
};

/* ---- memory and failures ---- */

static sci_status
stretch_open(stretch *s)
{
    s->out = open_memstream(&s->bytes, &s->n);
    return s->out ? SCI_OK : sci_fail(SCI_ERR_NOMEM, "no memory for a page");
}

static void
stretch_free(stretch *s)
{
    if (s->out)
        fclose(s->out);
    free(s->bytes);
}

void
cli_page_free(cli_page *page)
{
    if (!page)
        return;
    stretch_free(&page->lead);
    stretch_free(&page->body);
    stretch_free(&page->contents);
    if (page->file)
        fclose(page->file);
    sci_free(page->path);
    sci_free(page->title);
    sci_free(page->program);
    sci_free(page->version);
    sci_free(page->align);
    sci_free(page->message);
    sci_free(page);
}

/* Only the first failure counts. */
static void
note_status(cli_page *page, sci_status st)
{
    if (st == SCI_OK || page->status != SCI_OK)
        return;
    page->status = st;
    if (sci_strdup(&page->message, sci_message()) != SCI_OK)
        page->message = NULL;
}

sci_status
cli_page_create(cli_page **out, const char *path, const char *title, const char *program,
                const char *version)
{
    cli_page *page = NULL;
    sci_status st = sci_alloc_zero(&page, 1, 1, sizeof *page);

    if (st == SCI_OK)
        st = sci_strdup(&page->path, path);
    if (st == SCI_OK)
        st = sci_strdup(&page->title, title);
    if (st == SCI_OK)
        st = sci_strdup(&page->program, program);
    if (st == SCI_OK)
        st = sci_strdup(&page->version, version);
    if (st == SCI_OK)
        st = stretch_open(&page->lead);
    if (st == SCI_OK)
        st = stretch_open(&page->body);
    if (st == SCI_OK)
        st = stretch_open(&page->contents);
    if (st == SCI_OK) {
        page->file = fopen(path, "we");
        st = page->file ? SCI_OK : sci_fail_errno("open", path);
    }
    if (st == SCI_OK) {
        *out = page;
        page = NULL;
    }
    cli_page_free(page);
    return st;
}

/* ---- text ---- */

static void
put(cli_page *page, const char *markup)
{
    fputs(markup, page->body.out);
}

static void
put_element(FILE *out, const char *begin, const char *text, const char *end)
{
    fputs(begin, out);
    plot_text_write(out, text);
    fputs(end, out);
}

/* <begin>text<end> with text made as printf does. */
static void put_formatted(cli_page *page, FILE *out, const char *begin, const char *end,
                          const char *format, va_list values) __attribute__((format(printf, 5, 0)));

static void
put_formatted(cli_page *page, FILE *out, const char *begin, const char *end, const char *format,
              va_list values)
{
    char *text = NULL;
    va_list again;
    sci_status st;
    int bytes;

    va_copy(again, values);
    bytes = vsnprintf(NULL, 0, format, again);
    va_end(again);
    st = bytes < 0 ? sci_fail(SCI_ERR_ARGUMENT, "a text of the page cannot be made")
                   : sci_alloc(&text, (size_t)bytes + 1, 1, 1);
    if (st == SCI_OK) {
        vsnprintf(text, (size_t)bytes + 1, format, values);
        put_element(out, begin, text, end);
    }
    note_status(page, st);
    sci_free(text);
}

void
cli_page_lead(cli_page *page, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    put_formatted(page, page->lead.out, "<p class=\"lead\">", "</p>\n", format, values);
    va_end(values);
}

void
cli_page_paragraph(cli_page *page, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    put_formatted(page, page->body.out, "<p>", "</p>\n", format, values);
    va_end(values);
}

void
cli_page_note(cli_page *page, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    put_formatted(page, page->body.out, "<p class=\"note\" role=\"note\">", "</p>\n", format,
                  values);
    va_end(values);
}

void
cli_page_section(cli_page *page, const char *heading)
{
    size_t number = ++page->sections;

    if (number > 1)
        put(page, "</section>\n");
    fprintf(page->body.out, "<section aria-labelledby=\"s%zu\">\n<h2 id=\"s%zu\">", number, number);
    put_element(page->body.out, "", heading, "</h2>\n");
    fprintf(page->contents.out, "<li><a href=\"#s%zu\">", number);
    put_element(page->contents.out, "", heading, "</a></li>\n");
}

void
cli_page_subsection(cli_page *page, const char *heading)
{
    put_element(page->body.out, "<h3>", heading, "</h3>\n");
}

/* ---- tiles, figures, lists ---- */

void
cli_page_tiles(cli_page *page)
{
    put(page, "<dl class=\"tiles\">\n");
}

void
cli_page_tile(cli_page *page, const char *name, const char *value, const char *remark)
{
    put_element(page->body.out, "<div><dt>", name, "</dt>");
    put_element(page->body.out, "<dd class=\"value\">", value, "</dd>");
    if (remark)
        put_element(page->body.out, "<dd>", remark, "</dd>");
    put(page, "</div>\n");
}

void
cli_page_tiles_end(cli_page *page)
{
    put(page, "</dl>\n");
}

void
cli_page_figures(cli_page *page)
{
    put(page, "<div class=\"figures\">\n");
}

static void
end_figure(cli_page *page, const char *caption)
{
    if (caption)
        put_element(page->body.out, "<figcaption>", caption, "</figcaption>");
    put(page, "</figure>\n");
}

void
cli_page_plot(cli_page *page, const cli_plot *plot, const char *caption)
{
    put(page, "<figure>");
    note_status(page, cli_plot_write(page->body.out, plot));
    end_figure(page, caption);
}

void
cli_page_image(cli_page *page, const char *path, const char *alternative, const char *caption)
{
    put(page, "<figure>");
    note_status(page, page_image_write(page->body.out, path, alternative));
    end_figure(page, caption);
}

void
cli_page_figures_end(cli_page *page)
{
    put(page, "</div>\n");
}

void
cli_page_names(cli_page *page, size_t n, const char *const *names)
{
    put(page, "<ul class=\"names\" tabindex=\"0\">\n");
    for (size_t k = 0; k < n; k++)
        put_element(page->body.out, "<li>", names[k], "</li>\n");
    put(page, "</ul>\n");
}

void
cli_page_details(cli_page *page, const char *summary)
{
    put_element(page->body.out, "<details><summary>", summary, "</summary>\n");
}

void
cli_page_details_end(cli_page *page)
{
    put(page, "</details>\n");
}

/* ---- tables ---- */

void
cli_page_table(cli_page *page, size_t columns, const char *const *heads, const char *align,
               const char *caption)
{
    assert(page->columns == 0 && columns > 0 && strlen(align) == columns);
    note_status(page, sci_strdup(&page->align, align));
    page->columns = columns;
    put(page, "<div class=\"scroll\" tabindex=\"0\"");
    if (caption) {
        put_element(page->body.out, " role=\"region\" aria-label=\"", caption,
                    "\"><table>\n<caption>");
        put_element(page->body.out, "", caption, "</caption>\n");
    } else {
        put(page, "><table>\n");
    }
    put(page, "<thead><tr>");
    for (size_t k = 0; k < columns; k++)
        put_element(page->body.out,
                    align[k] == 'r' ? "<th scope=\"col\" class=\"r\">" : "<th scope=\"col\">",
                    heads[k] ? heads[k] : "", "</th>");
    put(page, "</tr></thead>\n<tbody>\n");
}

void
cli_page_row(cli_page *page, const char *const *cells)
{
    put(page, "<tr>");
    for (size_t k = 0; k < page->columns && page->align; k++) {
        const char *text = cells[k] ? cells[k] : "";

        if (page->align[k] == 'r')
            put_element(page->body.out, "<td class=\"r\">", text, "</td>");
        else if (k == 0)
            put_element(page->body.out, "<th scope=\"row\">", text, "</th>");
        else
            put_element(page->body.out, "<td>", text, "</td>");
    }
    put(page, "</tr>\n");
}

void
cli_page_table_end(cli_page *page)
{
    put(page, "</tbody></table></div>\n");
    sci_free(page->align);
    page->align = NULL;
    page->columns = 0;
}

/* ---- the whole ---- */

static sci_status
stretch_close(stretch *s)
{
    bool failed = ferror(s->out) != 0;

    failed |= fclose(s->out) != 0;
    s->out = NULL;
    return failed ? sci_fail(SCI_ERR_NOMEM, "no memory for a page") : SCI_OK;
}

static void
write_head(const cli_page *page, const char *style, const char *hash)
{
    FILE *out = page->file;

    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
            "'%s'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n",
            hash);
    put_element(out, "<title>", page->title, "</title>\n");
    /* So that a browser asks nobody for a picture of the page. */
    fprintf(out, "<link rel=\"icon\" href=\"data:,\">\n<style>%s</style>\n</head>\n", style);
}

static void
write_page(const cli_page *page, const char *style, const char *hash)
{
    FILE *out = page->file;

    write_head(page, style, hash);
    put_element(out, "<body>\n<header>\n<p class=\"program\">", page->program, "</p>\n");
    put_element(out, "<h1>", page->title, "</h1>\n");
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
    put_element(out, "<footer>Made by ", page->program, " ");
    put_element(out, "", page->version,
                ". This file needs no network and runs no scripts.</footer>\n</body>\n</html>\n");
}

static sci_status
write_file(cli_page *page)
{
    char hash[PAGE_HASH], *style = NULL;
    sci_status st = page_style_make(&style);

    if (st == SCI_OK)
        st = page_hash(hash, style);
    if (st == SCI_OK) {
        errno = 0;
        write_page(page, style, hash);
        if (fflush(page->file) != 0 || ferror(page->file))
            st = sci_fail_errno("write", page->path);
    }
    if (fclose(page->file) != 0 && st == SCI_OK)
        st = sci_fail_errno("write", page->path);
    page->file = NULL;
    sci_free(style);
    return st;
}

sci_status
cli_page_finish(cli_page *page)
{
    sci_status st;

    note_status(page, stretch_close(&page->lead));
    note_status(page, stretch_close(&page->body));
    note_status(page, stretch_close(&page->contents));
    if (page->status == SCI_OK)
        note_status(page, write_file(page));
    st = page->status;
    if (st != SCI_OK)
        sci_fail(st, "%s", page->message ? page->message : sci_status_text(st));
    cli_page_free(page);
    return st;
}
