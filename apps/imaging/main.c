/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sci-imaging: the table of its verbs. */
#include <sci.h>

#include "prose.h"
#include "rows.h"
#include "verbs.h"

#define S imaging_settings

static const cli_verb verbs[] = {
    { "normalize", "rescale images by exact statistics of their voxels", "INPUT... -o OUTPUT",
      imaging_normalize_prose,
      "normalize t1.nii.gz --mask brain.nii.gz -o t1_z.nii.gz\n"
      "normalize t1.h5:/t1 --labels t1.h5:/tissue --ignore-label 0 -o by_tissue.h5\n"
      "normalize scans -r --mask-pattern '{stem}_mask.nii.gz' -o normalized",
      imaging_normalize_rows, sizeof(S), 0, -1, imaging_normalize },
    { "info", "say what is known about an image", "INPUT...", imaging_info_prose,
      "info t1.mnc\ninfo head.h5:/volume --json\ninfo -r scans", imaging_info_rows, sizeof(S), 0,
      -1, imaging_info },
    { "stats", "print moments, volumes and percentiles", "INPUT...", imaging_stats_prose,
      "stats t1.nii.gz --mask brain.nii.gz\nstats t1.h5:/t1 --labels t1.h5:/tissue --tsv",
      imaging_stats_rows, sizeof(S), 0, -1, imaging_stats },
    { "fit", "learn a model of many images", "INPUT... -o MODEL", imaging_fit_prose,
      "fit --method nyul scans/*.nii.gz --mask-pattern '{stem}_mask.nii.gz' -o scale.h5\n"
      "fit --method ct --manifest scans.tsv -o ct.h5",
      imaging_fit_rows, sizeof(S), 0, -1, imaging_fit },
    { "merge", "put models together", "MODEL... -o MODEL", imaging_merge_prose,
      "merge site1.h5 site2.h5 -o all.h5", imaging_merge_rows, sizeof(S), 1, -1, imaging_merge },
    { "apply", "put images on the scale of a model", "INPUT... --stats MODEL -o OUTPUT",
      imaging_apply_prose,
      "apply new.nii.gz --stats scale.h5 --mask new_mask.nii.gz -o new_scaled.nii.gz",
      imaging_apply_rows, sizeof(S), 0, -1, imaging_apply },
    { "invert", "undo normalize or apply", "INPUT... -o OUTPUT", imaging_invert_prose,
      "invert t1_z.nii.gz -o t1_again.nii.gz", imaging_invert_rows, sizeof(S), 0, -1,
      imaging_invert },
    { "show", "print a model", "MODEL", imaging_show_prose, "show scale.h5\nshow scale.h5 --json",
      imaging_show_rows, sizeof(S), 1, 1, imaging_show },
    { "qc", "write a page about an image before and after", "BEFORE AFTER", imaging_qc_prose,
      "qc t1.mnc t1_z.mnc --mask brain.mnc -o t1.html\n"
      "qc t1.h5:/t1 t1_z.h5:/t1 --labels t1.h5:/labels -o t1.html",
      imaging_qc_rows, sizeof(S), 2, 2, imaging_qc_verb },
    { .name = NULL },
};

static const cli_program program = {
    .name = "sci-imaging",
    .summary = "normalize medical and microscopy images by their physical volume",
    .version = SCI_VERSION,
    .prose = imaging_program_prose,
    .verbs = verbs,
};

int
main(int argc, char **argv)
{
    return cli_program_run(&program, argc, argv);
}
