/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a panel while memory and files fail: the right status, and nothing leaks. */
#include <errno.h>
#include <string.h>

#include <support/faults.h>
#include <support/place.h>
#include <support/testing.h>

#include "apps/econ/panel.h"
#include "apps/econ/quality.h"

static const char rows[] =
    "# a comment\nperiod;sector;indicator;unit;value\n2020-01;x;\"a \"\"b\"\"\";kg;1,5 p\n"
    "2020-01-01;y;c;\xc3\xa4;1.234,5\n2020-03;y;c;\xc3\xa4;7%\n2020-02;x;d;m;3\n\nNotes\n";
static const char map_rows[] = "indicator,sector,unit,transform,sign,weight,title\n"
                               "c,s,kg,dlog,-1,2,\"C, d\"\nd,t,,,,,\nz,u,,,,,\n";

static sci_status
read_panel(const char *path, const econ_reading *options)
{
    const econ_reader reader = { .options = options };
    econ_panel panel;
    sci_status st = econ_panel_read(&panel, path, &reader);

    if (st == SCI_OK)
        st = econ_quality_check(&panel, true);
    econ_panel_clear(&panel);
    return st;
}

static void
write_inputs(char panel[PLACE_ROOM], char map[PLACE_ROOM])
{
    place_scratch(panel, "p.csv");
    place_write(panel, rows, strlen(rows));
    place_scratch(map, "m.csv");
    place_write(map, map_rows, strlen(map_rows));
}

static void
every_allocation_may_fail(void **state)
{
    char panel[PLACE_ROOM], map[PLACE_ROOM];
    const econ_reading with_map = { .map = map, .duplicates = ECON_DUP_MEAN };
    const econ_reading plain = { .duplicates = ECON_DUP_REFUSE };

    (void)state;
    write_inputs(panel, map);
    for (int k = 0; k < 2; k++)
        for (long n = 0;; n++) {
            sci_status st;

            faults_memory(n, true);
            st = read_panel(panel, k == 0 ? &plain : &with_map);
            assert_count(faults_memory_live(), 0);
            faults_memory_end();
            if (st == SCI_OK) {
                assert_true(n > 20);
                break;
            }
            assert_int_equal(st, SCI_ERR_NOMEM);
        }
}

static void
every_read_may_fail(void **state)
{
    char panel[PLACE_ROOM], map[PLACE_ROOM];
    const econ_reading options = { .map = map };
    long n = 0;

    (void)state;
    write_inputs(panel, map);
    for (;; n++) {
        sci_status st;

        faults_files(FAULTS_PREAD, n, true, EIO);
        st = read_panel(panel, &options);
        assert_true(faults_files_open() == 0);
        faults_files_end();
        if (st == SCI_OK)
            break;
        assert_int_equal(st, SCI_ERR_IO);
    }
    assert_true(n > 3);
    faults_files(FAULTS_OPEN, 0, true, EACCES);
    assert_fails(read_panel(panel, &options), SCI_ERR_IO);
    faults_files_end();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(every_read_may_fail),
    };

    return run_all(tests);
}
