/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "file_digest.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "cli/failures.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/provenance.h"
#include "cli/reads.h"
#include "cli/signals.h"
#include "cli/single.h"

#include "events.h"

/* The files of a directory of outputs. */
static const char *const output_names[] = { "report.html", "report.md", "report.json", "scores.csv",
                                            "anomalies.csv" };
enum { OUTPUTS = sizeof output_names / sizeof *output_names };

/* ---- the directory ---- */

static sci_status
fail_there(const char *directory)
{
    return sci_fail(SCI_ERR_EXISTS, "'%s' exists already; --force replaces the files of it",
                    directory);
}

/* May our files be written below `directory`? */
static sci_status
check_directory(const econ_run *run, const char *directory)
{
    const cli_inputs_rules rules = { .recursive = false };
    cli_inputs inputs = { 0 };
    struct stat there;
    sci_status st = cli_target_directory_check(directory);

    if (st != SCI_OK || stat(directory, &there) != 0)
        return st;
    if (!S_ISDIR(there.st_mode))
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is no directory", directory);
    st = cli_inputs_expand(&inputs, 1, &run->input, &rules);
    for (int k = 0; st == SCI_OK && k < OUTPUTS; k++) {
        char *path = NULL;

        st = sci_format(&path, "%s/%s", directory, output_names[k]);
        if (st == SCI_OK)
            st = cli_target_check(path, true, &inputs);
        if (st == SCI_OK)
            st = cli_target_unread(run->call, path);
        if (st == SCI_OK && !run->settings->common.force && access(path, F_OK) == 0)
            st = fail_there(directory);
        sci_free(path);
    }
    cli_inputs_clear(&inputs);
    return st;
}

/* As cli_target_check and cli_target_unread. */
static sci_status
check_target(const econ_run *run)
{
    const cli_inputs_rules rules = { .recursive = false };
    cli_inputs inputs = { 0 };
    sci_status st =
        cli_inputs_expand(&inputs, (size_t)run->call->n_operands, run->call->operands, &rules);

    if (st == SCI_OK)
        st = cli_target_check(run->target, run->settings->common.force, &inputs);
    if (st == SCI_OK)
        st = cli_target_directory_check(run->target);
    cli_inputs_clear(&inputs);
    return st;
}

/* Without the '/' at its end. */
static sci_status
plain_name(char **out, const char *directory)
{
    size_t n = strlen(directory);

    while (n > 1 && directory[n - 1] == '/')
        n--;
    return sci_format(out, "%.*s", (int)n, directory);
}

/* A directory beside the one that is wanted. */
static sci_status
make_temporary(econ_run *run, const char *directory)
{
    const char *slash = strrchr(directory, '/');
    sci_status st = sci_format(&run->temporary, "%.*s.%s.XXXXXX",
                               slash != NULL ? (int)(slash - directory + 1) : 0, directory,
                               slash != NULL ? slash + 1 : directory);

    if (st == SCI_OK && mkdtemp(run->temporary) == NULL) {
        st = sci_fail_errno("make a directory beside", directory);
        sci_free(run->temporary);
        run->temporary = NULL;
    }
    return st;
}

static void
remove_temporary(econ_run *run)
{
    for (int k = 0; run->temporary != NULL && k < OUTPUTS; k++) {
        char *path = NULL;

        if (sci_format(&path, "%s/%s", run->temporary, output_names[k]) == SCI_OK)
            (void)unlink(path);
        sci_free(path);
    }
    if (run->temporary != NULL)
        (void)rmdir(run->temporary);
    sci_free(run->temporary);
    run->temporary = NULL;
}

/* File by file: what else is in the directory stays. */
static sci_status
name_outputs(econ_run *run, const char *directory)
{
    bool sync = !run->settings->common.no_sync;
    sci_status st = SCI_OK;

    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return sci_fail_errno("make", directory);
    for (int k = 0; st == SCI_OK && k < OUTPUTS; k++) {
        char *from = NULL, *to = NULL;

        st = sci_format(&from, "%s/%s", run->temporary, output_names[k]);
        if (st == SCI_OK)
            st = sci_format(&to, "%s/%s", directory, output_names[k]);
        if (st == SCI_OK)
            st = sci_temporary_commit(from, to, sync);
        sci_free(from);
        sci_free(to);
    }
    return st;
}

/* ---- the run ---- */

static sci_status
do_work(void *context, const cli_worker *worker)
{
    econ_run *run = context;

    return run->work(run, worker);
}

static int
run_worker(econ_run *run)
{
    cli_job job = { .name = run->input, .targets = { run->target } };
    cli_run workers = { .work = do_work, .context = run, .jobs = &job, .n_jobs = 1 };

    cli_run_settings(&workers, run->call->general, &run->settings->common);
    return cli_worker_run_one(&workers);
}

static int
exit_code(const econ_run *run, int code)
{
    const econ_scoring *s = &run->settings->scoring;

    if (s->nagios && code != CLI_EXIT_OK) {
        printf("ECON UNKNOWN - '%s' could not be scored\n", run->input);
        return 3;
    }
    if (code != CLI_EXIT_OK)
        return code;
    if (s->nagios)
        return run->outcome->critical > 0 ? 2 : (run->outcome->watched > 0 ? 1 : 0);
    return s->alert && run->outcome->watched > 0 ? CLI_EXIT_FOUND : CLI_EXIT_OK;
}

/* Options that would be passed over in silence. */
static sci_status
check_options(const econ_run *run)
{
    const econ_settings *s = run->settings;
    const struct {
        const char *name;
        bool given;
    } ways[] = { { "--nagios", s->scoring.nagios },
                 { "--porcelain", s->scoring.porcelain },
                 { "--json", s->common.json } };
    const char *first = NULL;

    for (int k = 0; k < 3; k++) {
        if (ways[k].given && first != NULL)
            return sci_fail(SCI_ERR_ARGUMENT, "%s and %s exclude each other", first, ways[k].name);
        if (ways[k].given)
            first = ways[k].name;
    }
    if (s->scoring.nagios && s->scoring.alert)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--nagios and --alert exclude each other: both set the exit code");
    if (s->scoring.events != NULL && s->common.output == NULL)
        cli_warn("--events is for the report, and without --output there is none");
    return SCI_OK;
}

/* Standard input is one file. */
static sci_status
check_standard_input(const econ_run *run)
{
    const econ_settings *s = run->settings;
    const struct {
        const char *name, *path;
    } files[] = { { "the panel", run->call->n_operands > 0 ? run->call->operands[0] : NULL },
                  { "--map", s->reading.map },
                  { "--events", s->scoring.events } };
    const char *first = NULL;

    for (int k = 0; k < 3; k++) {
        if (files[k].path == NULL || strcmp(files[k].path, "-") != 0)
            continue;
        if (first != NULL)
            return sci_fail(SCI_ERR_ARGUMENT, "standard input cannot be both %s and %s", first,
                            files[k].name);
        first = files[k].name;
    }
    return SCI_OK;
}

static sci_status
prepare(econ_run *run, char **directory)
{
    const char *output = run->settings->common.output;
    sci_status st = cli_shared_alloc(&run->outcome, 1, sizeof *run->outcome);

    if (st == SCI_OK)
        st = check_options(run);
    if (st == SCI_OK)
        st = check_standard_input(run);
    if (st == SCI_OK && run->fresh && run->target != NULL)
        st = check_target(run);
    if (st == SCI_OK && output != NULL) {
        st = plain_name(directory, output);
        if (st == SCI_OK)
            st = check_directory(run, *directory);
        if (st == SCI_OK)
            st = make_temporary(run, *directory);
    }
    return st;
}

int
econ_run_do(econ_run *run)
{
    char *directory = NULL;
    cli_signals signals;
    int code;
    sci_status st;

    cli_signals_hold(&signals); /* until the temporary directory is gone */
    st = prepare(run, &directory);
    code = st == SCI_OK ? run_worker(run) : cli_misuse(run->call, st);
    if (code == CLI_EXIT_OK && run->temporary != NULL) {
        st = name_outputs(run, directory);
        if (st != SCI_OK) {
            cli_error_status(st);
            code = cli_exit_of(st);
        }
    }
    remove_temporary(run);
    code = exit_code(run, code);
    cli_shared_free(run->outcome, 1, sizeof *run->outcome);
    sci_free(directory);
    cli_signals_release(&signals);
    st = cli_stdout_finish();
    return code == CLI_EXIT_OK ? cli_exit_of(st) : code;
}

/* ---- in the worker ---- */

static sci_status
write_report(const econ_run *run, const econ_report *report)
{
    static sci_status (*const writers[OUTPUTS])(const econ_report *, const char *) = {
        econ_report_write_page, econ_report_write_markdown, econ_report_write_json,
        econ_report_write_scores, econ_report_write_anomalies
    };
    sci_status st = SCI_OK;

    for (int k = 0; st == SCI_OK && k < OUTPUTS; k++) {
        char *path = NULL;

        st = sci_format(&path, "%s/%s", run->temporary, output_names[k]);
        if (st == SCI_OK)
            st = writers[k](report, path);
        sci_free(path);
    }
    return st;
}

/* The map and the events beside the panel. */
typedef struct side_inputs {
    char map[80], events[80];
} side_inputs;

static sci_status
add_input(econ_report_parts *parts, const char *role, const char *path, char digest[80])
{
    sci_status st;

    if (path == NULL || parts->n_inputs == ECON_REPORT_INPUTS)
        return SCI_OK;
    st = econ_file_digest(digest, path);
    if (st == SCI_OK)
        parts->inputs[parts->n_inputs++] =
            (econ_report_input){ role, cli_operand_name(path), digest };
    return st;
}

static sci_status
write_outputs(econ_run *run, const econ_printed *p, const econ_anomaly *anomalies,
              size_t n_anomalies, const econ_report_input *inputs, size_t n_inputs)
{
    const econ_scoring *s = &run->settings->scoring;
    econ_events events = { 0 };
    econ_report report = { 0 };
    side_inputs side;
    econ_report_parts parts = { .panel = p->panel,
                                .scores = p->scores,
                                .rules = p->rules,
                                .anomalies = anomalies,
                                .n_anomalies = n_anomalies,
                                .n_inputs = n_inputs,
                                .false_alarms = econ_false_alarms_a_year(p->panel, p->rules),
                                .last = (size_t)s->last };
    char *options = NULL;
    sci_status st = run->options[0] != 0 ? sci_strdup(&options, run->options)
                                         : cli_provenance_options(&options, run->call);

    for (size_t k = 0; k < n_inputs; k++)
        parts.inputs[k] = inputs[k];
    /* What the map says is part of a state, and an update has none. */
    if (st == SCI_OK && run->target == NULL)
        st = add_input(&parts, "map", run->settings->reading.map, side.map);
    if (st == SCI_OK)
        st = add_input(&parts, "events", s->events, side.events);
    if (st == SCI_OK && s->events != NULL) {
        st = econ_events_read(&events, s->events, p->panel->frequency);
        parts.events = &events;
        if (st == SCI_OK)
            econ_events_check(&events, s->events, p->panel);
    }
    parts.options = options;
    if (st == SCI_OK)
        st = econ_report_make(&report, &parts);
    if (st == SCI_OK)
        st = write_report(run, &report);
    econ_report_clear(&report);
    econ_events_clear(&events);
    sci_free(options);
    return st;
}

static sci_status
print(const econ_run *run, const econ_printed *p)
{
    const econ_scoring *s = &run->settings->scoring;

    if (s->nagios)
        econ_print_nagios(p, run->outcome);
    else if (s->porcelain)
        econ_print_porcelain(p);
    else if (run->settings->common.json)
        return econ_print_json(p);
    else if (!run->call->general->quiet)
        return econ_print_text(p);
    return SCI_OK;
}

/* How many of the last periods --alert and --nagios look at: all that are shown; of a run that goes on month
 * by month, and for a monitor, the last one. */
static size_t
watched_periods(const econ_run *run, const econ_scores *scores)
{
    const econ_scoring *s = &run->settings->scoring;

    if (s->last > 0)
        return (size_t)s->last < scores->n_periods ? (size_t)s->last : scores->n_periods;
    return s->nagios || run->target != NULL ? 1 : scores->n_periods;
}

/* A window of the future may be meant for later; one that is misspelled is not. */
static void
check_excluded(const econ_panel *panel, const econ_rules *rules)
{
    char first[ECON_PERIOD_TEXT], last[ECON_PERIOD_TEXT];

    if (!rules->excluding
        || (rules->exclude_first < panel->first + (int64_t)panel->n_periods
            && rules->exclude_last >= panel->first))
        return;
    econ_period_text(first, sizeof first, panel->frequency, rules->exclude_first);
    econ_period_text(last, sizeof last, panel->frequency, rules->exclude_last);
    cli_warn("the panel has none of the periods of --exclude-window, %s to %s", first, last);
}

/* What crossed the thresholds in the periods that are looked at. */
static void
judge(econ_run *run, const econ_scores *scores, const econ_rules *rules,
      const econ_anomaly *anomalies, size_t n)
{
    size_t last = watched_periods(run, scores);

    for (size_t k = 0; k < n; k++)
        if (anomalies[k].period + last >= scores->n_periods) {
            run->outcome->watched++;
            run->outcome->critical += anomalies[k].q <= rules->alpha / 10.0;
        }
}

/* Outputs and tables want all periods or the last ones; a monitor the last ones. */
static size_t
first_wanted(const econ_run *run, const econ_scores *scores)
{
    const econ_scoring *s = &run->settings->scoring;
    bool silent =
        s->nagios || (run->call->general->quiet && !s->porcelain && !run->settings->common.json);

    if (run->temporary != NULL || (s->last == 0 && !silent))
        return 0;
    return scores->n_periods - watched_periods(run, scores);
}

sci_status
econ_run_finish(econ_run *run, const econ_panel *panel, const econ_scores *scores,
                const econ_rules *rules, const econ_report_input *inputs, size_t n_inputs)
{
    int64_t last = run->settings->scoring.last;
    econ_printed p = { .panel = panel, .scores = scores, .rules = rules };
    econ_anomaly *anomalies = NULL, *shown = NULL;
    size_t n = 0;
    sci_status st;

    check_excluded(panel, rules);
    st = econ_anomalies_find(&anomalies, &n, panel, scores, rules, first_wanted(run, scores));
    if (st == SCI_OK)
        st = sci_alloc(&shown, n, 1, sizeof *shown);
    if (st == SCI_OK) {
        p.periods = last > 0 && (size_t)last < scores->n_periods ? (size_t)last : scores->n_periods;
        for (size_t k = 0; k < n; k++)
            if (anomalies[k].period + p.periods >= scores->n_periods)
                shown[p.n++] = anomalies[k];
        p.anomalies = shown;
        judge(run, scores, rules, anomalies, n);
        if (run->temporary != NULL)
            st = write_outputs(run, &p, anomalies, n, inputs, n_inputs);
    }
    if (st == SCI_OK)
        st = print(run, &p);
    if (st == SCI_OK)
        st = cli_stdout_finish();
    sci_free(anomalies);
    sci_free(shown);
    return st;
}
