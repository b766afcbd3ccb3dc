#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Z-scores the way they are written with nibabel, h5py and numpy, as whole processes.

    peer_numpy.py nifti IN.nii OUT.nii      the whole image
    peer_numpy.py nonzero IN.h5 OUT.h5      /image, each channel by its voxels that are not zero, which alone
                                            are changed (as MONAI's NormalizeIntensity does)
    peer_numpy.py --probe nifti|nonzero     exit code 1 if the packages are not there
"""
import sys


def nifti(source, target):
    import nibabel
    import numpy as np

    image = nibabel.load(source)
    x = image.get_fdata()
    z = (x - x.mean()) / x.std()
    out = nibabel.Nifti1Image(z.astype(np.float32), image.affine, image.header)
    out.set_data_dtype(np.float32)
    nibabel.save(out, target)


def nonzero(source, target):
    import h5py
    import numpy as np

    with h5py.File(source, "r") as fi, h5py.File(target, "w") as fo:
        x = fi["image"]
        options = {} if x.chunks is None else {
            "chunks": x.chunks, "compression": "gzip", "compression_opts": 4, "shuffle": True}
        y = fo.create_dataset("image", shape=x.shape, dtype="f4", **options)
        for c in range(x.shape[0]):
            channel = x[c].astype(np.float32)
            inside = channel != 0
            values = channel[inside]
            channel[inside] = (values - values.mean(dtype="f8")) / values.std(dtype="f8")
            y[c] = channel


if __name__ == "__main__":
    if sys.argv[1] == "--probe":
        try:
            import numpy
            __import__("nibabel" if sys.argv[2] == "nifti" else "h5py")
        except ImportError:
            sys.exit(1)
    else:
        globals()[sys.argv[1]](sys.argv[2], sys.argv[3])
