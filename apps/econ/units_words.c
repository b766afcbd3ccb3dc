/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words in which statistical offices write units, translated for UDUNITS-2. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "units_priv.h"

#define WORD 40 /* longer ones are no words that we know */

/* ISO 4217, with what the euro replaced, for long series. */
static const char currencies[] =
    " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP "
    "GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS "
    "KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
    "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF "
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD "
    "TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XDR XOF XPF YER ZAR ZMW ZWG "
    "ATS BEF CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK ";

typedef struct word {
    const char *names; /* between blanks, lower case */
    const char *means; /* to UDUNITS-2; NULL: it is left out */
} word;

static const word words[] = {
    { " hundred hundreds ", "100 " },
    { " thousand thousands thd ths ", "1e3 " },
    { " million millions mio mn mln ", "1e6 " },
    { " billion billions bio bn mrd bln ", "1e9 " },
    { " trillion trillions tn trn ", "1e12 " },
    { " dozen dozens ", "12 " },
    { " number numbers count counts item items each units unit pure ratio share nr ", "1 " },
    { " percent pct pc ", "0.01 " },
    { " permille permil ", "0.001 " },
    { " percentage_point percentage_points pp ppt ", "0.01 " },
    { " basis_point basis_points bp bps ", "1e-4 " },
    { " of current nominal prices ", NULL },
    { " wh ", "(watt hour) " }, /* with the prefixes below */
    { " kwh ", "(1e3 watt hour) " },
    { " mwh ", "(1e6 watt hour) " },
    { " gwh ", "(1e9 watt hour) " },
    { " twh ", "(1e12 watt hour) " },
    { " toe ", "(41.868e9 joule) " },
    { " ktoe ", "(41.868e12 joule) " },
    { " mtoe ", "(41.868e15 joule) " },
    { " quarter quarters ", "(0.25 year) " },
};

/* Dimensions of our own. */
static const word own[] = {
    { " person persons people employee employees worker workers inhabitant inhabitants capita "
      "pers ",
      "person" },
    { " household households ", "household" },
    { " job jobs position positions vacancy vacancies ", "job" },
    { " dwelling dwellings house houses housing_unit housing_units ", "dwelling" },
    { " firm firms company companies enterprise enterprises establishment establishments ",
      "firm" },
    { " vehicle vehicles car cars ", "vehicle" },
};

/* Names of currencies that are those of one country. */
static const word spelled[] = {
    { " euro euros ", "EUR" },    { " yen ", "JPY" },      { " us$ ", "USD" },
    { " \xe2\x82\xac ", "EUR" },  { " \xc2\xa3 ", "GBP" }, { " sterling ", "GBP" },
    { " renminbi yuan ", "CNY" }, { " zloty ", "PLN" },    { " forint ", "HUF" },
    { " \xe2\x82\xb9 ", "INR" },
};

/* Two words that are one. */
static const struct {
    const char *first, *second, *joined;
} pairs[] = {
    { "percentage", "point", "percentage_point" },
    { "percentage", "points", "percentage_points" },
    { "basis", "point", "basis_point" },
    { "basis", "points", "basis_points" },
    { "per", "cent", "percent" },
    { "per", "mille", "permille" },
    { "housing", "unit", "housing_unit" },
    { "housing", "units", "housing_units" },
    { "us", "dollar", "us$" },
    { "us", "dollars", "us$" },
};

typedef struct translation {
    econ_units *units;
    FILE *out;
    const char *text, *rest;
    char price_year[5]; /* of the currency that follows; "": current prices */
    bool points;
    bool currency; /* there is one */
    char year[5];  /* a number that may be the year of its prices; "" */
} translation;

static const char *
look_up(const word *list, size_t n, const char *text)
{
    char wanted[WORD + 3];

    snprintf(wanted, sizeof wanted, " %s ", text);
    for (size_t k = 0; k < n; k++)
        if (strstr(list[k].names, wanted))
            return list[k].means ? list[k].means : "";
    return NULL;
}

#define LOOK_UP(list, text) look_up(list, sizeof(list) / sizeof *(list), text)

static bool
is_letter(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* The word at `text`: its length, 0 if there is none. In lower case to `lower` where it fits. */
static size_t
read_word(const char *text, char lower[WORD])
{
    size_t n = 0;

    while (is_letter(text[n]))
        n++;
    snprintf(lower, WORD, "%.*s", n < WORD ? (int)n : 0, text);
    for (char *c = lower; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return n;
}

/* Four digits at `text` and no fifth. */
static bool
is_year(const char *text)
{
    size_t n = strspn(text, "0123456789");

    return n == 4 && (text[0] == '1' || text[0] == '2');
}

static bool
is_currency(const char *code)
{
    char wanted[8];

    if (strlen(code) != 3 || strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        return false;
    snprintf(wanted, sizeof wanted, " %s ", code);
    return strstr(currencies, wanted) != NULL;
}

/* A currency, of the prices that were named before it, or that follow: EUR(2015). */
static sci_status
put_currency(translation *t, const char *code)
{
    char shown[16];

    if (t->rest[0] == '(' && is_year(t->rest + 1) && t->rest[5] == ')') {
        snprintf(t->price_year, sizeof t->price_year, "%.4s", t->rest + 1);
        t->rest += 6;
    } else if (t->rest[0] == '(' && isdigit((unsigned char)t->rest[1])) {
        snprintf(t->year, sizeof t->year, "%.2s", t->rest + 1); /* EUR(15) is no factor */
    }
    t->currency = true;
    if (t->price_year[0])
        snprintf(shown, sizeof shown, "%.3s(%s)", code, t->price_year);
    else
        snprintf(shown, sizeof shown, "%.3s", code);
    t->price_year[0] = '\0';
    return units_put_own(t->units, t->out, shown);
}

/* "chained 2017 USD": the year belongs to the currency that follows. */
static bool
take_prices(translation *t, const char *lower)
{
    const char *next = t->rest + strspn(t->rest, " (");

    if (strcmp(lower, "chained") != 0 && strcmp(lower, "constant") != 0
        && strcmp(lower, "real") != 0)
        return false;
    if (!is_year(next))
        return false;
    snprintf(t->price_year, sizeof t->price_year, "%.4s", next);
    t->rest = next + 4;
    t->rest += strspn(t->rest, " )");
    return true;
}

/* Join with the word that follows where both are one. */
static void
join(translation *t, char lower[WORD])
{
    size_t blanks = strspn(t->rest, " ");
    char second[WORD];
    size_t n = read_word(t->rest + blanks, second);

    for (size_t k = 0; blanks > 0 && n > 0 && k < sizeof pairs / sizeof *pairs; k++)
        if (strcmp(pairs[k].first, lower) == 0 && strcmp(pairs[k].second, second) == 0) {
            snprintf(lower, WORD, "%s", pairs[k].joined);
            t->rest += blanks + n;
            return;
        }
}

static sci_status
put_word(translation *t)
{
    char exact[WORD], lower[WORD];
    const char *begin = t->rest, *means;
    size_t n = read_word(begin, lower);
    static const struct {
        char prefix;
        const char *factor;
    } prefixes[] = { { 'k', "1e3 " }, { 'M', "1e6 " }, { 'G', "1e9 " } };

    snprintf(exact, sizeof exact, "%.*s", n < WORD ? (int)n : 0, begin);
    t->rest += n;
    join(t, lower);
    if (take_prices(t, lower))
        return SCI_OK;
    if (is_currency(exact))
        return put_currency(t, exact);
    for (size_t k = 0; n == 4 && k < sizeof prefixes / sizeof *prefixes; k++)
        if (exact[0] == prefixes[k].prefix && is_currency(exact + 1)) {
            fputs(prefixes[k].factor, t->out);
            return put_currency(t, exact + 1);
        }
    if ((means = LOOK_UP(spelled, lower)) != NULL)
        return put_currency(t, means);
    if ((means = LOOK_UP(own, lower)) != NULL)
        return units_put_own(t->units, t->out, means);
    if ((means = LOOK_UP(words, lower)) != NULL) {
        t->points |= strstr(lower, "point") || lower[0] == 'b' || strcmp(lower, "pp") == 0
                     || strcmp(lower, "ppt") == 0;
        fputs(means, t->out);
    } else {
        fwrite(begin, 1, n, t->out);
    }
    return SCI_OK;
}

/* SDMX codes: MIO_EUR, THS_PER. The number goes out, the rest is read on. */
static void
take_code(translation *t)
{
    static const struct {
        const char *prefix, *factor;
    } codes[] = { { "THS_", "1e3 " }, { "MIO_", "1e6 " }, { "BIO_", "1e9 " }, { "MRD_", "1e9 " } };

    for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
        if (strncmp(t->rest, codes[k].prefix, 4) == 0) {
            fputs(codes[k].factor, t->out);
            t->rest += 4;
            if (strcmp(t->rest, "PER") == 0)
                t->rest = "person";
            return;
        }
}

/* "index 2015=100", "Index 1982-84=100", "2015=100", "I15": the base is a part of the unit. */
static bool
is_index(const char *text, char base[WORD])
{
    char lower[WORD];
    const char *rest = text;
    size_t n = read_word(text, lower), used = 0;

    if (text[0] == 'I' && strlen(text) == 3 && isdigit((unsigned char)text[1])
        && isdigit((unsigned char)text[2])) {
        snprintf(base, WORD, "20%s=100", text + 1);
        return true;
    }
    if (strcmp(lower, "index") == 0)
        rest += n;
    else if (strchr(text, '=') == NULL || !isdigit((unsigned char)text[0]))
        return false;
    for (; *rest && used < WORD - 1; rest++)
        if (isalnum((unsigned char)*rest) || strchr("=-.:", *rest))
            base[used++] = *rest;
        else if (!strchr(" (),", *rest))
            return false;
    base[used] = '\0';
    return *rest == '\0' && (used == 0 || strchr(base, '=') != NULL);
}

/* A number as it stands. "2015 USD" may be prices of that year and not 2015 of them. */
static void
put_number(translation *t)
{
    size_t n = strspn(t->rest, "0123456789");

    if (is_year(t->rest) && (t->rest[n] == '\0' || strchr(".eE^", t->rest[n]) == NULL)
        && (strncmp(t->rest, "19", 2) == 0 || strncmp(t->rest, "20", 2) == 0))
        snprintf(t->year, sizeof t->year, "%.4s", t->rest);
    n = strspn(t->rest, "0123456789.");
    fwrite(t->rest, 1, n, t->out);
    t->rest += n;
    if ((*t->rest == 'e' || *t->rest == 'E')
        && isdigit((unsigned char)t->rest[1 + (t->rest[1] == '-' || t->rest[1] == '+')])) {
        fwrite(t->rest, 1, 2, t->out);
        t->rest += 2;
    }
}

static sci_status
translate(translation *t)
{
    sci_status st = SCI_OK;

    take_code(t);
    while (*t->rest && st == SCI_OK) {
        if (strncmp(t->rest, "p.a.", 4) == 0) {
            fputs("/year", t->out);
            t->rest += 4;
        } else if (is_letter(*t->rest)) {
            st = put_word(t);
        } else if (*t->rest == ',' && isdigit((unsigned char)t->rest[1])) {
            t->rest++; /* 1,000 person */
        } else if (isdigit((unsigned char)*t->rest)) {
            put_number(t);
        } else if (*t->rest == '%') {
            fputs("0.01 ", t->out);
            t->rest++;
        } else {
            fputc(*t->rest++, t->out);
        }
    }
    if (st == SCI_OK && t->currency && t->year[0] != '\0')
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s' is not a unit that is understood; is %s a year of prices? write "
                        "USD(2015), or 2.015e3 USD for a factor",
                        t->text, t->year);
    return st;
}

sci_status
units_translate(char **out, econ_units *units, const char *text, bool *points)
{
    translation t = { .units = units, .text = text, .rest = text + strspn(text, " \t") };
    char *bytes = NULL, base[WORD], shown[WORD + 8];
    size_t n = 0;
    sci_status st;

    t.out = open_memstream(&bytes, &n);
    if (!t.out)
        return sci_fail(SCI_ERR_NOMEM, "no memory for a unit");
    if (is_index(t.rest, base)) {
        snprintf(shown, sizeof shown, base[0] ? "index %s" : "index", base);
        st = units_put_own(units, t.out, shown);
    } else {
        st = translate(&t);
    }
    if (fclose(t.out) != 0 && st == SCI_OK)
        st = sci_fail(SCI_ERR_NOMEM, "no memory for a unit");
    while (n > 0 && bytes[n - 1] == ' ') /* UDUNITS-2 takes no blank at the end */
        bytes[--n] = '\0';
    *points = t.points;
    if (st == SCI_OK)
        *out = bytes;
    else
        free(bytes);
    return st;
}

bool
units_contains(const char *text, const char *part)
{
    for (; *text; text++) {
        size_t n = 0;

        while (part[n] && tolower((unsigned char)text[n]) == tolower((unsigned char)part[n]))
            n++;
        if (part[n] == '\0')
            return true;
    }
    return false;
}

const char *
units_hint(const char *text)
{
    static const struct {
        const char *part, *hint;
    } hints[] = {
        { "dollar", "which dollars? write an ISO 4217 code such as USD" },
        { "$", "which dollars? write an ISO 4217 code such as USD" },
        { "pound", "write GBP for pounds sterling, lb for a weight" },
        { "peso", "write an ISO 4217 code such as MXN" },
        { "rupee", "write an ISO 4217 code such as INR" },
        { "franc", "write an ISO 4217 code such as CHF" },
        { "crown", "write an ISO 4217 code such as SEK" },
        { "krona", "write SEK or ISK" },
        { "\xc2\xa5", "write JPY or CNY" },
        { "index", "write the base after it: index 2015=100" },
    };

    for (size_t k = 0; k < sizeof hints / sizeof *hints; k++)
        if (units_contains(text, hints[k].part))
            return hints[k].hint;
    return "'sci-econ units --help' says how units are written";
}
