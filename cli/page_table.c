/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include <sci/memory.h>

#include "page_priv.h"
#include "plot_priv.h"

static void
put(cli_page *page, const char *markup)
{
    fputs(markup, page->body.out);
}

void
cli_page_sorts(cli_page *page)
{
    page->sorts = true;
}

void
cli_page_table(cli_page *page, size_t columns, const char *const *heads, const char *align,
               const char *caption)
{
    assert(page->columns == 0 && columns > 0 && strlen(align) == columns);
    page_note_status(page, sci_strdup(&page->align, align));
    page->columns = columns;
    put(page, "<div class=\"scroll\" tabindex=\"0\"");
    if (caption)
        page_put_element(page->body.out, " role=\"region\" aria-label=\"", caption, "\"");
    put(page, page->sorts ? "><table class=\"sorts\">\n" : "><table>\n");
    if (caption)
        page_put_element(page->body.out, "<caption>", caption, "</caption>\n");
    put(page, "<thead><tr>");
    for (size_t k = 0; k < columns; k++)
        page_put_element(page->body.out,
                         align[k] == 'r' ? "<th scope=\"col\" class=\"r\">" : "<th scope=\"col\">",
                         heads[k] ? heads[k] : "", "</th>");
    put(page, "</tr></thead>\n<tbody>\n");
}

void
cli_page_filter(cli_page *page, const char *label)
{
    page->looks = true;
    page_put_element(page->body.out, "<div class=\"filter\" data-label=\"", label, "\"></div>\n");
}

/* The name of a file as a relative link: what else could be read into it is escaped. */
static void
put_link(cli_page *page, const char *file)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

    put(page, "<a href=\"./");
    for (; *file; file++) {
        if (strchr(plain, *file))
            fputc(*file, page->body.out);
        else
            fprintf(page->body.out, "%%%02X", (unsigned)(unsigned char)*file);
    }
    put(page, "\">");
}

static void
put_cell(cli_page *page, size_t column, const cli_page_cell *cell)
{
    bool number = page->align[column] == 'r', names = column == 0 && !number;
    const char *classes[] = { number                       ? "r"
                              : page->align[column] == 'n' ? "n"
                                                           : NULL,
                              cell->remark ? "flag" : NULL,
                              cell->text && strchr(cell->text, '\n') ? "lines" : NULL };
    bool begun = false;

    put(page, names ? "<th scope=\"row\"" : "<td");
    for (size_t k = 0; k < sizeof classes / sizeof *classes; k++)
        if (classes[k]) {
            fprintf(page->body.out, "%s%s", begun ? " " : " class=\"", classes[k]);
            begun = true;
        }
    if (begun)
        put(page, "\"");
    if (cell->remark)
        page_put_element(page->body.out, " title=\"", cell->remark, "\"");
    put(page, ">");
    if (cell->link)
        put_link(page, cell->link);
    page_put_element(page->body.out, "", cell->text ? cell->text : "", cell->link ? "</a>" : "");
    if (cell->detail)
        page_put_element(page->body.out, "<small>", cell->detail, "</small>");
    if (cell->spark)
        page_spark_write(page->body.out, cell->spark);
    put(page, names ? "</th>" : "</td>");
}

void
cli_page_cells(cli_page *page, const cli_page_cell *cells)
{
    put(page, "<tr>");
    for (size_t k = 0; k < page->columns && page->align; k++)
        put_cell(page, k, &cells[k]);
    put(page, "</tr>\n");
}

void
cli_page_row(cli_page *page, const char *const *cells)
{
    put(page, "<tr>");
    for (size_t k = 0; k < page->columns && page->align; k++)
        put_cell(page, k, &(cli_page_cell){ .text = cells[k] });
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
