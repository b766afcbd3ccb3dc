/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "page_priv.h"
#include "plot_priv.h"

/* ---- memory and failures ---- */

static sci_status
stretch_open(page_stretch *s)
{
    s->out = open_memstream(&s->bytes, &s->n);
    return s->out ? SCI_OK : sci_fail(SCI_ERR_NOMEM, "no memory for a page");
}

static void
stretch_free(page_stretch *s)
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

void
page_note_status(cli_page *page, sci_status st)
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
        page_put_element(out, begin, text, end);
    }
    page_note_status(page, st);
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
    page_put_element(page->body.out, "", heading, "</h2>\n");
    fprintf(page->contents.out, "<li><a href=\"#s%zu\">", number);
    page_put_element(page->contents.out, "", heading, "</a></li>\n");
}

void
cli_page_subsection(cli_page *page, const char *heading)
{
    page_put_element(page->body.out, "<h3>", heading, "</h3>\n");
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
    page_put_element(page->body.out, "<div><dt>", name, "</dt>");
    page_put_element(page->body.out, "<dd class=\"value\">", value, "</dd>");
    if (remark)
        page_put_element(page->body.out, "<dd>", remark, "</dd>");
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
        page_put_element(page->body.out, "<figcaption>", caption, "</figcaption>");
    put(page, "</figure>\n");
}

void
cli_page_plot(cli_page *page, const cli_plot *plot, const char *caption)
{
    put(page, "<figure>");
    page_note_status(page, cli_plot_write(page->body.out, plot));
    end_figure(page, caption);
}

void
cli_page_image(cli_page *page, const char *path, const char *alternative, const char *caption)
{
    put(page, "<figure>");
    page_note_status(page, page_image_write(page->body.out, path, alternative));
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
        page_put_element(page->body.out, "<li>", names[k], "</li>\n");
    put(page, "</ul>\n");
}

void
cli_page_badges(cli_page *page, size_t n, const char *const *texts)
{
    if (n == 0)
        return;
    put(page, "<ul class=\"badges\" aria-label=\"Warnings\">\n");
    for (size_t k = 0; k < n; k++)
        page_put_element(page->body.out, "<li>", texts[k], "</li>\n");
    put(page, "</ul>\n");
}

void
cli_page_details(cli_page *page, const char *summary)
{
    page_put_element(page->body.out, "<details><summary>", summary, "</summary>\n");
}

void
cli_page_details_end(cli_page *page)
{
    put(page, "</details>\n");
}

/* ---- the whole ---- */

static sci_status
stretch_close(page_stretch *s)
{
    bool failed = ferror(s->out) != 0;

    failed |= fclose(s->out) != 0;
    s->out = NULL;
    return failed ? sci_fail(SCI_ERR_NOMEM, "no memory for a page") : SCI_OK;
}

sci_status
cli_page_finish(cli_page *page)
{
    sci_status st;

    page_note_status(page, stretch_close(&page->lead));
    page_note_status(page, stretch_close(&page->body));
    page_note_status(page, stretch_close(&page->contents));
    if (page->status == SCI_OK)
        page_note_status(page, page_write_file(page));
    st = page->status;
    if (st != SCI_OK)
        sci_fail(st, "%s", page->message ? page->message : sci_status_text(st));
    cli_page_free(page);
    return st;
}
