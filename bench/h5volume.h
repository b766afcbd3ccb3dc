/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Head-like volumes to read: int16, an ellipsoid of smooth intensity with noise on a background of 0. */
#ifndef BENCH_H5VOLUME_H
#define BENCH_H5VOLUME_H

/* FILE SHAPE STORAGE, SHAPE being (z,y,x) or (c,z,y,x). Of storage contiguous and gzip an HDF5 file: /image
 * with attributes spacing and units, /mask and /labels (0…117) of (z,y,x). Of storage nifti a NIfTI-1 file,
 * of storage raw the bare int16 elements, of storage rawmask those of the mask as uint8. */
int h5_make_volume(int argc, char **argv);

#endif
