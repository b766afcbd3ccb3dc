/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: the certificate of a recording, and whether a file of features is what it says. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <sci/memory.h>

#include "cli/each.h"
#include "cli/exit.h"
#include "cli/message.h"
#include "cli/number.h"

#include "certificate.h"
#include "inputs.h"
#include "normalized.h"
#include "verbs.h"
#include "verify.h"

#define GAINS_MOST (AUDIO_TRIALS_MOST - 2)

/* The call. */
typedef struct checking {
    const cli_call *call;
    size_t n_gains;
    double gains_db[GAINS_MOST];
    double *largest; /* of all recordings, shared with the worker */
} checking;

/* ---- a recording ---- */

static double
largest_of(const audio_certificate *c)
{
    double largest = 0.0;

    for (size_t k = 0; k < c->n; k++)
        largest = fmax(largest, c->trials[k].difference.largest);
    return largest;
}

static bool
all_hold(const audio_certificate *c)
{
    bool hold = true;

    for (size_t k = 0; k < c->n; k++)
        hold = hold && audio_trial_holds(&c->trials[k]);
    return hold;
}

static void
print_certificate(const char *path, const audio_certificate *c)
{
    char safe[1024];

    (void)cli_escape(safe, sizeof safe, path);
    (void)printf("%s\n  features of %" PRIu64 " channel%s, %" PRIu64 " frames of %" PRIu64
                 " numbers; how they change, in standard deviations\n"
                 "  %-16s  %9s  %9s  %9s\n",
                 safe, c->channels, c->channels == 1 ? "" : "s", c->frames, c->numbers, "",
                 "largest", "rms", "allowed");
    for (size_t k = 0; k < c->n; k++) {
        const audio_trial *t = &c->trials[k];

        if (t->done)
            (void)printf("  %-16s  %9.2g  %9.2g  %9.2g  %s\n", t->what, t->difference.largest,
                         audio_difference_rms(&t->difference), t->allowed,
                         audio_trial_holds(t) ? "holds" : "does not hold");
        else
            (void)printf("  %-16s  %9s  %9s  %9.2g  not tried\n", t->what, "-", "-", t->allowed);
    }
}

static void
json_certificate(cli_json *j, const char *path, const audio_certificate *c)
{
    cli_json_object(j);
    cli_json_member_text(j, "file", path);
    cli_json_member_unsigned(j, "channels", c->channels);
    cli_json_member_unsigned(j, "frames", c->frames);
    cli_json_member_unsigned(j, "numbers", c->numbers);
    cli_json_member_real(j, "largest", largest_of(c));
    cli_json_key(j, "holds");
    cli_json_boolean(j, all_hold(c));
    cli_json_key(j, "trials");
    cli_json_array(j);
    for (size_t k = 0; k < c->n; k++) {
        const audio_trial *t = &c->trials[k];

        cli_json_object(j);
        cli_json_member_text(j, "what", t->what);
        cli_json_key(j, "tried");
        cli_json_boolean(j, t->done);
        cli_json_member_unsigned(j, "numbers", t->difference.compared);
        cli_json_member_real(j, "largest", t->done ? t->difference.largest : (double)NAN);
        cli_json_member_real(j, "rms",
                             t->done ? audio_difference_rms(&t->difference) : (double)NAN);
        cli_json_member_real(j, "allowed", t->allowed);
        cli_json_key(j, "holds");
        cli_json_boolean(j, audio_trial_holds(t));
        cli_json_object_end(j);
    }
    cli_json_array_end(j);
    cli_json_object_end(j);
}

static sci_status
check_recording(const checking *k, const cli_inputs *inputs, size_t i, const cli_worker *worker,
                cli_json *json)
{
    audio_certificate c;
    sci_status st = audio_certificate_make(&c, k->call, inputs, i, worker, k->n_gains, k->gains_db);

    if (st != SCI_OK)
        return st;
    *k->largest = fmax(*k->largest, largest_of(&c));
    if (json != NULL)
        json_certificate(json, inputs->items[i].path, &c);
    else
        print_certificate(inputs->items[i].path, &c);
    return SCI_OK;
}

/* ---- a file of features ---- */

static void
print_verified(const audio_stored *s, const audio_verified *v)
{
    char safe[1024];

    (void)cli_escape(safe, sizeof safe, s->path);
    (void)printf("%s\n  %" PRIu64 " numbers, all finite%s\n", safe, v->values,
                 s->stats != NULL ? "; the digest of the statistics is right" : "");
    if (v->no_moments != NULL)
        (void)printf("  means and variances were not compared: %s\n", v->no_moments);
    else
        (void)printf("  means and variances are what the statistics promise, within %.2g and "
                     "%.2g\n",
                     v->mean_off, v->variance_off);
    if (v->recording && v->not_remade != NULL)
        (void)printf("  the recording is the one; its features were not made again: %s\n",
                     v->not_remade);
    else if (v->recording)
        (void)printf("  the recording is the one, and makes the same features to the bit\n");
}

static void
json_verified(cli_json *j, const audio_stored *s, const audio_verified *v)
{
    cli_json_object(j);
    cli_json_member_text(j, "file", s->path);
    cli_json_member_unsigned(j, "values", v->values);
    cli_json_key(j, "moments");
    if (v->no_moments != NULL) {
        cli_json_text(j, v->no_moments);
    } else {
        cli_json_object(j);
        cli_json_member_real(j, "mean_off", v->mean_off);
        cli_json_member_real(j, "variance_off", v->variance_off);
        cli_json_object_end(j);
    }
    if (v->recording)
        cli_json_member_text(j, "recording", v->not_remade != NULL ? v->not_remade : "same bits");
    cli_json_object_end(j);
}

static sci_status
check_features(const checking *k, const char *path, const cli_worker *worker, cli_json *json)
{
    const audio_settings *s = k->call->settings;
    audio_context c = { 0 };
    audio_stored stored = { 0 };
    audio_verified v = { 0 };
    sci_status st = audio_context_start(&c, k->call, worker);

    if (st == SCI_OK)
        st = audio_stored_open(&stored, &c, path);
    if (st == SCI_OK)
        st = audio_verify_features(&v, &c, &stored);
    if (st == SCI_OK && s->recording != NULL)
        st = audio_verify_recording(&v, k->call, worker, &stored, s->recording);
    if (st == SCI_OK && json != NULL)
        json_verified(json, &stored, &v);
    else if (st == SCI_OK)
        print_verified(&stored, &v);
    audio_stored_close(&stored);
    audio_context_end(&c);
    return st;
}

/* ---- the call ---- */

static sci_status
describe(void *context, const cli_worker *worker, const cli_inputs *inputs, size_t i,
         cli_json *json)
{
    const checking *k = context;
    const audio_settings *s = k->call->settings;
    const char *path = inputs->items[i].path;

    if (s->recording != NULL && inputs->n > 1)
        return sci_fail(SCI_ERR_ARGUMENT, "--recording goes with one file of features");
    if (audio_is_hdf5(path))
        return check_features(k, path, worker, json);
    if (s->recording != NULL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--recording goes with a file of features, which '%s' "
                        "is not",
                        path);
    return check_recording(k, inputs, i, worker, json);
}

static sci_status
take_gains(checking *k)
{
    const cli_list *list = &((const audio_settings *)k->call->settings)->gains;

    if (list->n > GAINS_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "--gain is given %zu times; %d will do", list->n,
                        (int)GAINS_MOST);
    for (size_t i = 0; i < list->n; i++)
        if (!cli_parse_real(list->items[i], &k->gains_db[i]) || fabs(k->gains_db[i]) > 300.0)
            return sci_fail(SCI_ERR_ARGUMENT, "--gain '%s' is not a number of dB from -300 to 300",
                            list->items[i]);
    k->n_gains = list->n;
    return SCI_OK;
}

static sci_status
check_call(checking *k)
{
    sci_status st = audio_normalized_check(k->call);

    if (st == SCI_OK && audio_scope_of(k->call) == AUDIO_SCOPE_NONE)
        st = sci_fail(SCI_ERR_ARGUMENT, "with --scope none nothing is normalized that could hold");
    return st == SCI_OK ? take_gains(k) : st;
}

int
audio_check(const cli_call *call)
{
    const audio_settings *s = call->settings;
    checking k = { .call = call };
    cli_each each = {
        .single = { .call = call, .common = &s->common, .extensions = audio_any_extensions() },
        .list = "checks",
        .describe = describe,
        .context = &k
    };
    sci_status st = check_call(&k);
    int code;

    if (st == SCI_OK)
        st = cli_shared_alloc(&k.largest, 1, sizeof *k.largest);
    if (st != SCI_OK)
        return cli_misuse(call, st);
    code = cli_each_run(&each, (size_t)call->n_operands, call->operands);
    if (code == CLI_EXIT_OK && cli_given(call, "fail-over") && *k.largest > s->fail_over)
        code = CLI_EXIT_FOUND;
    cli_shared_free(k.largest, 1, sizeof *k.largest);
    return code;
}
