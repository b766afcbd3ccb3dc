# SPDX-License-Identifier: GPL-3.0-or-later
# No room for the output of sci-imaging's normalize, and signals in the middle: exit code 4, 130 or 143, and nothing is left.
. "$SCI_SOURCE_DIR/tests/support/imaging.sh"
. "$SCI_SOURCE_DIR/tests/support/gives_up.sh"

images << 'END'
import gzip
import struct

x = np.random.default_rng(3).normal(300, 50, (64, 160, 160)).astype("i2")
head = bytearray(352)
struct.pack_into("<i", head, 0, 348)
struct.pack_into("<8h", head, 40, 3, 160, 160, 64, 1, 1, 1, 1)
struct.pack_into("<2h", head, 70, 4, 16)
struct.pack_into("<8f", head, 76, 1, 1, 1, 2, 1, 1, 1, 1)
struct.pack_into("<f", head, 108, 352)
head[123] = 2
head[344:348] = b"n+1\0"
with open("in.nii", "wb") as f:
    f.write(head + x.tobytes())
with gzip.open("in.nii.gz", "wb", 1) as f:
    f.write(head + x.tobytes())
minc("in.mnc", x=x, valid=(0, 1000), limits=(np.zeros(64), np.arange(64) + 1.0))
itk("in.h5", x=x)
END

# IN OUT [OPTION...]: the last one finds no room for its scratch file.
calls=("in.nii out.nii" "in.nii out.nii.gz" "in.nii.gz out.nii.gz" "in.mnc out.mnc" "in.h5 out.h5" "in.nii.gz out.nii --memory 12MiB")
for call in "${calls[@]}"; do
    read -r from to options <<< "$call"
    # shellcheck disable=SC2086
    unfinished normalize "$from" -o "d/$to" --no-sync $options
done

finish
