/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the numbers say, in a sentence. */
#include "qc.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <sci/memory.h>

/* How groups did. */
typedef struct tally {
    uint64_t groups, standard, constant;
} tally;

static void
count_group(tally *t, const sci_moments *m, int ddof)
{
    if (m->count == 0)
        return;
    t->groups++;
    t->standard += qc_is_standard(m, ddof);
    t->constant += sci_moments_is_constant(m);
}

static tally
tally_of(const imaging_qc *qc)
{
    tally t = { 0 };

    for (size_t k = 0; k < qc->n_groups; k++)
        count_group(&t, &qc->groups[k].after, qc->ddof);
    if (qc->n_groups == 0)
        count_group(&t, &qc->after.inside, qc->ddof);
    return t;
}

/* "The 26 211 voxels in the mask 'm.h5'" */
static sci_status
who(char **text, const imaging_qc *qc)
{
    char count[QC_NUMBER];

    qc_count(count, (double)qc->after.inside.count);
    if (qc->members[0])
        return sci_format(text, "The %s voxels %s", count, qc->members);
    return sci_format(text, "All %s voxels", count);
}

/* "have mean 0 and standard deviation 1 now (before: …)" */
static sci_status
pooled(char **text, const imaging_qc *qc, const char *subject)
{
    const sci_moments *b = &qc->before.inside, *a = &qc->after.inside;
    double sd_b = sci_moments_sd(b, qc->ddof), sd_a = sci_moments_sd(a, qc->ddof);
    char mean_b[QC_NUMBER], spread_b[QC_NUMBER], mean_a[QC_NUMBER], spread_a[QC_NUMBER];

    return sci_format(
        text, "%s now have mean %s and standard deviation %s; before, they had %s and %s", subject,
        qc_number(mean_a, sci_moments_mean(a), sd_a), qc_number(spread_a, sd_a, sd_a),
        qc_number(mean_b, sci_moments_mean(b), sd_b), qc_number(spread_b, sd_b, sd_b));
}

static sci_status
by_groups(char **text, const imaging_qc *qc, const tally *t, const char *subject)
{
    (void)qc;
    if (t->standard == t->groups)
        return sci_format(text,
                          "%s are in %" PRIu64
                          " groups, and each group now has mean 0 and standard "
                          "deviation 1",
                          subject, t->groups);
    return sci_format(text,
                      "%s are in %" PRIu64 " groups; %" PRIu64
                      " of them now have mean 0 and standard deviation 1",
                      subject, t->groups, t->standard);
}

static const char *
verdict(const imaging_qc *qc, const tally *t)
{
    if (t->constant == t->groups)
        return ": they are all equal, so that there is no contrast left";
    if (t->standard == t->groups || qc_is_standard(&qc->after.inside, qc->ddof))
        return ": the normalization did what it is for";
    if (t->standard > 0 && t->standard + t->constant == t->groups)
        return "; the others are constant, so that there was nothing to scale";
    return "";
}

sci_status
qc_lead(char **text, const imaging_qc *qc)
{
    tally t = tally_of(qc);
    char *subject = NULL, *body = NULL;
    sci_status st;

    if (t.groups == 0)
        return sci_strdup(text, "No voxel is compared: the mask or the labels are empty.");
    st = who(&subject, qc);
    /* Groups by themselves are news where they were normalized by themselves. */
    if (st == SCI_OK && qc->n_groups > 1 && t.standard > 0
        && !(qc_is_standard(&qc->after.inside, qc->ddof) && t.standard < t.groups))
        st = by_groups(&body, qc, &t, subject);
    else if (st == SCI_OK)
        st = pooled(&body, qc, subject);
    if (st == SCI_OK)
        st = sci_format(text, "%s%s.", body, verdict(qc, &t));
    sci_free(subject);
    sci_free(body);
    return st;
}
