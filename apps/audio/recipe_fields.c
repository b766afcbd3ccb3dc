/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of fields, and what is done by it: writing, reading, comparing, printing. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/handover.h>
#include <sci/memory.h>

#include "partition.h"
#include "recipe.h"

typedef enum kind { INTEGER, REAL, FLAG, CHOICE, TEXT } kind;

/* When a field matters: always, of some features, of a scope. */
typedef enum matter {
    ALWAYS,
    OF_MEL,
    OF_MFCC,
    OF_STFT,
    OF_PCEN,
    OF_ROOT,
    OF_FLOOR,
    OF_RUNNING,
    OF_SLIDING
} matter;

typedef struct field {
    const char *name;
    kind kind;
    size_t offset;
    matter when;
    bool normalizing;    /* a matter of normalizing alone, not of features and statistics */
    const char *choices; /* CHOICE */
    double least, most;  /* of what a file may say; both included */
} field;

#define AT(member) offsetof(audio_recipe, member)
#define HUGE 1e300

/* clang-format off */
static const field fields[] = {
    { "rate_hz", REAL, AT(rate_hz), ALWAYS, false, NULL, 1, 1e8 },
    { "channel", INTEGER, AT(channel), ALWAYS, false, NULL, 0, 1024 },
    { "mono", FLAG, AT(mono), ALWAYS, false, NULL, 0, 1 },
    { "precision", CHOICE, AT(precision), ALWAYS, false, "single|double", 0, 0 },
    { "feature", CHOICE, AT(feature), ALWAYS, false, AUDIO_FEATURES, 0, 0 },
    { "complex", FLAG, AT(phase), OF_STFT, false, NULL, 0, 1 },
    { "n_fft", INTEGER, AT(n_fft), ALWAYS, false, NULL, 2, 1e9 },
    { "frame_length", INTEGER, AT(frame_length), ALWAYS, false, NULL, 2, 1e9 },
    { "win_length", INTEGER, AT(win_length), ALWAYS, false, NULL, 1, 1e9 },
    { "hop_length", INTEGER, AT(hop_length), ALWAYS, false, NULL, 1, 1e9 },
    { "window", CHOICE, AT(window), ALWAYS, false, AUDIO_WINDOWS, 0, 0 },
    { "pad", CHOICE, AT(pad), ALWAYS, false, AUDIO_PADS, 0, 0 },
    { "last_frame_dropped", FLAG, AT(drop_last), ALWAYS, false, NULL, 0, 1 },
    { "gain", REAL, AT(gain), ALWAYS, false, NULL, -HUGE, HUGE },
    { "preemphasis", REAL, AT(preemphasis), ALWAYS, false, NULL, -HUGE, HUGE },
    { "mean_removed", FLAG, AT(remove_mean), ALWAYS, false, NULL, 0, 1 },
    { "n_mels", INTEGER, AT(n_mels), OF_MEL, false, NULL, 1, 1e6 },
    { "n_mfcc", INTEGER, AT(n_mfcc), OF_MFCC, false, NULL, 1, 1e6 },
    { "mel_scale", CHOICE, AT(mel_scale), ALWAYS, false, AUDIO_MEL_SCALES, 0, 0 },
    { "mel_norm", CHOICE, AT(mel_norm), OF_MEL, false, AUDIO_MEL_NORMS, 0, 0 },
    { "mel_slopes", FLAG, AT(mel_slopes), OF_MEL, false, NULL, 0, 1 },
    { "fmin_hz", REAL, AT(fmin_hz), ALWAYS, false, NULL, 0, 1e8 },
    { "fmax_hz", REAL, AT(fmax_hz), ALWAYS, false, NULL, 0, 1e8 },
    { "compression", CHOICE, AT(compression), ALWAYS, false, AUDIO_COMPRESSIONS, 0, 0 },
    { "floor_db", REAL, AT(floor_db), OF_FLOOR, false, NULL, 0, 1e6 },
    { "floor_power", REAL, AT(floor_power), OF_FLOOR, false, NULL, 0, HUGE },
    { "exponent", REAL, AT(exponent), OF_ROOT, false, NULL, 0, 1 },
    { "pcen_gain", REAL, AT(pcen_gain), OF_PCEN, false, NULL, -HUGE, HUGE },
    { "pcen_bias", REAL, AT(pcen_bias), OF_PCEN, false, NULL, -HUGE, HUGE },
    { "pcen_power", REAL, AT(pcen_power), OF_PCEN, false, NULL, -HUGE, HUGE },
    { "pcen_eps", REAL, AT(pcen_eps), OF_PCEN, false, NULL, -HUGE, HUGE },
    { "pcen_time_s", REAL, AT(pcen_time_s), OF_PCEN, false, NULL, -HUGE, HUGE },
    { "pcen_scale", REAL, AT(pcen_scale), OF_PCEN, false, NULL, -HUGE, HUGE },
    { "output_scale", REAL, AT(output_scale), ALWAYS, false, NULL, -HUGE, HUGE },
    { "output_offset", REAL, AT(output_offset), ALWAYS, false, NULL, -HUGE, HUGE },
    { "bands", TEXT, AT(bands), ALWAYS, false, NULL, 0, 0 },
    { "min_bins", INTEGER, AT(min_bins), OF_STFT, false, NULL, 0, 1e6 },
    { "mask", TEXT, AT(mask), ALWAYS, false, NULL, 0, 0 },
    { "ddof", INTEGER, AT(ddof), ALWAYS, false, NULL, 0, 1 },
    { "scope", CHOICE, AT(scope), ALWAYS, true, AUDIO_SCOPES, 0, 0 },
    { "eps", REAL, AT(eps), ALWAYS, true, NULL, 0, HUGE },
    { "eps_rel", REAL, AT(eps_rel), ALWAYS, true, NULL, 0, HUGE },
    { "relax", REAL, AT(relax), ALWAYS, true, NULL, 0, 1 },
    { "masked_out", CHOICE, AT(masked_out), ALWAYS, true, "keep|zero", 0, 0 },
    { "momentum", REAL, AT(momentum), OF_RUNNING, true, NULL, 0, 1 },
    { "block", INTEGER, AT(block), OF_RUNNING, true, NULL, 1, 1e9 },
    { "sliding_window", INTEGER, AT(sliding_window), OF_SLIDING, true, NULL, 1, 1e9 },
    { "sliding_least", INTEGER, AT(sliding_least), OF_SLIDING, true, NULL, 1, 1e9 },
    { "sliding_left", FLAG, AT(left), OF_SLIDING, true, NULL, 0, 1 },
};
/* clang-format on */

#define N_FIELDS (sizeof fields / sizeof fields[0])
#define VALUE_ROOM 64

/* ---- single values ---- */

static const void *
at(const audio_recipe *r, const field *f)
{
    return (const char *)r + f->offset;
}

static void *
at_of(audio_recipe *r, const field *f)
{
    return (char *)r + f->offset;
}

static bool
matters(const audio_recipe *r, const field *f)
{
    switch (f->when) {
    case OF_MEL:
        return r->feature != AUDIO_FEATURE_STFT;
    case OF_MFCC:
        return r->feature == AUDIO_FEATURE_MFCC;
    case OF_STFT:
        return r->feature == AUDIO_FEATURE_STFT;
    case OF_PCEN:
        return r->compression == AUDIO_COMPRESS_PCEN;
    case OF_ROOT:
        return r->compression == AUDIO_COMPRESS_ROOT;
    case OF_FLOOR:
        return r->compression == AUDIO_COMPRESS_DB || r->compression == AUDIO_COMPRESS_LN;
    case OF_RUNNING:
        return r->scope == AUDIO_SCOPE_RUNNING;
    case OF_SLIDING:
        return r->scope == AUDIO_SCOPE_SLIDING;
    default:
        return true;
    }
}

/* The shortest that reads back as the same number. */
static void
real_text(double x, char room[VALUE_ROOM])
{
    double back;

    for (int digits = 6; digits <= 17; digits++) {
        (void)snprintf(room, VALUE_ROOM, "%.*g", digits, x);
        if (cli_parse_real(room, &back) && back == x)
            return;
    }
}

/* The value as a text; of a TEXT field the text itself. */
static const char *
value_text(const audio_recipe *r, const field *f, char room[VALUE_ROOM])
{
    switch (f->kind) {
    case INTEGER:
        (void)snprintf(room, VALUE_ROOM, "%lld", (long long)*(const int64_t *)at(r, f));
        break;
    case REAL:
        real_text(*(const double *)at(r, f), room);
        break;
    case FLAG:
        return *(const bool *)at(r, f) ? "yes" : "no";
    case CHOICE:
        cli_choice_text(f->choices, *(const int *)at(r, f), room, VALUE_ROOM);
        break;
    case TEXT:
        return *(char *const *)at(r, f);
    }
    return room;
}

static bool
equal(const audio_recipe *a, const audio_recipe *b, const field *f)
{
    switch (f->kind) {
    case INTEGER:
        return *(const int64_t *)at(a, f) == *(const int64_t *)at(b, f);
    case REAL:
        return *(const double *)at(a, f) == *(const double *)at(b, f);
    case FLAG:
        return *(const bool *)at(a, f) == *(const bool *)at(b, f);
    case CHOICE:
        return *(const int *)at(a, f) == *(const int *)at(b, f);
    case TEXT:
        return strcmp(*(char *const *)at(a, f), *(char *const *)at(b, f)) == 0;
    }
    return false;
}

/* ---- files ---- */

static sci_status
write_field(const audio_recipe *r, const field *f, sci_h5_output *out, const char *object)
{
    char room[VALUE_ROOM];

    switch (f->kind) {
    case INTEGER:
        return sci_h5_output_integer(out, object, f->name, *(const int64_t *)at(r, f));
    case FLAG:
        return sci_h5_output_integer(out, object, f->name, *(const bool *)at(r, f));
    case REAL:
        return sci_h5_output_number(out, object, f->name, *(const double *)at(r, f));
    default:
        return sci_h5_output_text(out, object, f->name, value_text(r, f, room));
    }
}

sci_status
audio_recipe_write(const audio_recipe *r, sci_h5_output *out, const char *object)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; k < N_FIELDS && st == SCI_OK; k++)
        if (matters(r, &fields[k]))
            st = write_field(r, &fields[k], out, object);
    return st;
}

static sci_status
fail_value(const field *f, const char *path, const char *value)
{
    return sci_fail(SCI_ERR_FORMAT, "'%s': parameter %s is '%.60s', which cannot be", path, f->name,
                    value);
}

static sci_status
read_number(audio_recipe *r, const field *f, sci_h5_file *file, const char *path,
            const char *object)
{
    double value = 0.0;
    char room[VALUE_ROOM];
    sci_status st = sci_h5_file_number(file, object, f->name, &value);

    if (st != SCI_OK)
        return st;
    if (!(value >= f->least && value <= f->most)
        || (f->kind != REAL && value != nearbyint(value))) {
        (void)snprintf(room, sizeof room, "%.9g", value);
        return fail_value(f, path, room);
    }
    if (f->kind == INTEGER)
        *(int64_t *)at_of(r, f) = (int64_t)value;
    else if (f->kind == FLAG)
        *(bool *)at_of(r, f) = value != 0.0;
    else
        *(double *)at_of(r, f) = value;
    return SCI_OK;
}

static sci_status
read_word(audio_recipe *r, const field *f, sci_h5_file *file, const char *path, const char *object)
{
    char *text = NULL;
    int choice;
    sci_status st = sci_h5_file_text(file, object, f->name, &text);

    if (st != SCI_OK)
        return st;
    if (f->kind == TEXT) {
        sci_free(*(char **)at_of(r, f));
        *(char **)at_of(r, f) = text;
        return SCI_OK;
    }
    choice = cli_choice_find(f->choices, text);
    if (choice < 0)
        st = fail_value(f, path, text);
    else
        *(int *)at_of(r, f) = choice;
    sci_free(text);
    return st;
}

/* What the text of the bands means depends on other fields. */
static sci_status
check_bands(const audio_recipe *r, const char *path)
{
    audio_bands *bands = NULL;
    sci_status st = audio_recipe_bands(r, &bands);

    audio_bands_free(bands);
    return st == SCI_ERR_ARGUMENT
               ? sci_fail(SCI_ERR_FORMAT, "'%s': parameter bands is '%s'", path, r->bands)
               : st;
}

/* Fields that do not matter are not there, and stay as the defaults have them. */
sci_status
audio_recipe_read(audio_recipe *out, sci_h5_file *file, const char *path, const char *object)
{
    audio_recipe r = { 0 };
    sci_status st = audio_recipe_preset(&r, AUDIO_PRESET_NONE, 16000.0);

    for (size_t k = 0; k < N_FIELDS && st == SCI_OK; k++) {
        const field *f = &fields[k];

        if (f->kind == TEXT || f->kind == CHOICE)
            st = read_word(&r, f, file, path, object);
        else
            st = read_number(&r, f, file, path, object);
        if (st == SCI_ERR_NOTFOUND && f->when != ALWAYS)
            st = SCI_OK;
        if (st == SCI_ERR_NOTFOUND)
            st = sci_fail(SCI_ERR_FORMAT,
                          "'%s' says nothing of parameter %s; it is not a file of sci-audio", path,
                          f->name);
    }
    if (st == SCI_OK && (r.win_length > r.n_fft || r.frame_length > r.n_fft))
        st = sci_fail(SCI_ERR_FORMAT, "'%s': a window longer than its FFT", path);
    if (st == SCI_OK)
        st = check_bands(&r, path);
    if (st != SCI_OK) {
        audio_recipe_clear(&r);
        return st;
    }
    *out = r;
    return SCI_OK;
}

/* ---- two recipes ---- */

sci_status
audio_recipe_same(const audio_recipe *a, const char *a_name, const audio_recipe *b,
                  const char *b_name)
{
    for (size_t k = 0; k < N_FIELDS; k++) {
        const field *f = &fields[k];
        char left[VALUE_ROOM], right[VALUE_ROOM];

        if (!f->normalizing && (matters(a, f) || matters(b, f)) && !equal(a, b, f))
            return sci_fail(SCI_ERR_REFUSED, "parameter %s is %s in '%s' and %s in '%s'", f->name,
                            value_text(a, f, left), a_name, value_text(b, f, right), b_name);
    }
    return SCI_OK;
}

/* ---- texts ---- */

sci_status
audio_recipe_text(const audio_recipe *r, char **text)
{
    char *all = NULL;
    sci_status st = sci_strdup(&all, "");

    for (size_t k = 0; k < N_FIELDS && st == SCI_OK; k++) {
        char room[VALUE_ROOM], *longer = NULL;

        if (!matters(r, &fields[k]))
            continue;
        st = sci_format(&longer, "%s%s = %s\n", all, fields[k].name,
                        value_text(r, &fields[k], room));
        if (st == SCI_OK) {
            sci_free(all);
            all = longer;
        }
    }
    if (st != SCI_OK) {
        sci_free(all);
        return st;
    }
    *text = all;
    return SCI_OK;
}

void
audio_recipe_json(const audio_recipe *r, cli_json *json)
{
    char room[VALUE_ROOM];

    for (size_t k = 0; k < N_FIELDS; k++) {
        const field *f = &fields[k];

        if (!matters(r, f))
            continue;
        cli_json_key(json, f->name);
        if (f->kind == INTEGER)
            cli_json_integer(json, *(const int64_t *)at(r, f));
        else if (f->kind == REAL)
            cli_json_real(json, *(const double *)at(r, f));
        else if (f->kind == FLAG)
            cli_json_boolean(json, *(const bool *)at(r, f));
        else
            cli_json_text(json, value_text(r, f, room));
    }
}

/* ---- between workers ---- */

static sci_status
set_value(audio_recipe *r, const field *f, const char *text)
{
    int choice;
    double real = 0.0;
    int64_t integer = 0;

    switch (f->kind) {
    case TEXT:
        sci_free(*(char **)at_of(r, f));
        *(char **)at_of(r, f) = NULL;
        return sci_strdup((char **)at_of(r, f), text);
    case CHOICE:
        choice = cli_choice_find(f->choices, text);
        *(int *)at_of(r, f) = choice;
        return choice >= 0 ? SCI_OK : fail_value(f, "a scratch file", text);
    case FLAG:
        *(bool *)at_of(r, f) = strcmp(text, "yes") == 0;
        return SCI_OK;
    case INTEGER:
        if (!cli_parse_integer(text, &integer))
            return fail_value(f, "a scratch file", text);
        *(int64_t *)at_of(r, f) = integer;
        return SCI_OK;
    case REAL:
        if (!cli_parse_real(text, &real))
            return fail_value(f, "a scratch file", text);
        *(double *)at_of(r, f) = real;
        return SCI_OK;
    }
    return SCI_OK;
}

sci_status
audio_recipe_put(const audio_recipe *r, int fd)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; k < N_FIELDS && st == SCI_OK; k++) {
        char room[VALUE_ROOM];

        st = sci_text_put(value_text(r, &fields[k], room), fd);
    }
    return st;
}

sci_status
audio_recipe_take(audio_recipe *out, int fd)
{
    audio_recipe r = { 0 };
    sci_status st = SCI_OK;

    for (size_t k = 0; k < N_FIELDS && st == SCI_OK; k++) {
        char *text = NULL;

        st = sci_text_take(&text, fd);
        if (st == SCI_OK)
            st = set_value(&r, &fields[k], text != NULL ? text : "");
        sci_free(text);
    }
    if (st != SCI_OK) {
        audio_recipe_clear(&r);
        return st;
    }
    *out = r;
    return SCI_OK;
}
