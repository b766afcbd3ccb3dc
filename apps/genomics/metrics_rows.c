/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of the measures and what each one says. */
#include "metrics.h"

#define GETTER(field)                           \
    static double get_##field(const metrics *m) \
    {                                           \
        return m->field;                        \
    }
GETTER(r2_batch)
GETTER(r2_beyond)
GETTER(pcr_batch)
GETTER(silhouette_batch)
GETTER(ilisi)
GETTER(lisi_batch)
GETTER(kbet)
GETTER(r2_label)
GETTER(pcr_label)
GETTER(silhouette_label)
GETTER(clisi)
GETTER(lisi_label)
GETTER(batch_score)
GETTER(label_score)
GETTER(overall)

const metrics_row metrics_rows[] = {
    { "r2_batch", "variance explained by batch", get_r2_batch, -1,
      "Share of the variance of all genes that the batches explain" },
    { "r2_beyond", "batch beyond label", get_r2_beyond, -1,
      "The same among cells of one label: also right where batches have unlike cells" },
    { "pcr_batch", "the same in principal components", get_pcr_batch, -1,
      "The same over the principal components (principal-component regression)" },
    { "silhouette_batch", "silhouette of batches", get_silhouette_batch, 1,
      "1 if the batches lie within each other inside each label, 0 if they are apart" },
    { "ilisi", "iLISI", get_ilisi, 1,
      "1 if all batches are equally frequent around a cell, 0 if there is only its own" },
    { "lisi_batch", "batches in a neighbourhood", get_lisi_batch, 1,
      "The effective number of batches around a cell (median)" },
    { "kbet", "kBET acceptance", get_kbet, 1,
      "Share of cells around which the batches are as frequent as in the whole" },
    { "r2_label", "variance explained by label", get_r2_label, 1,
      "Share of the variance of all genes that the labels explain: should not fall" },
    { "pcr_label", "the same in principal components", get_pcr_label, 1,
      "The same over the principal components" },
    { "silhouette_label", "silhouette of labels", get_silhouette_label, 1,
      "1 if the labels are compact and apart, 0.5 if they overlap" },
    { "clisi", "cLISI", get_clisi, 1,
      "1 if a cell has only its own label around it, 0 if all are mixed" },
    { "lisi_label", "labels in a neighbourhood", get_lisi_label, -1,
      "The effective number of labels around a cell (median)" },
    { "batch_score", "batch score", get_batch_score, 1,
      "Mean of batch silhouette, iLISI, kBET and 1 - batch share of the components" },
    { "label_score", "label score", get_label_score, 1, "Mean of label silhouette and cLISI" },
    { "overall", "overall score", get_overall, 1,
      "0.4 of the batch score and 0.6 of the label score" },
};
const size_t metrics_n_rows = sizeof metrics_rows / sizeof *metrics_rows;
