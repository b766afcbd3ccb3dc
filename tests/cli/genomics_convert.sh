# SPDX-License-Identifier: GPL-3.0-or-later
# 10x files, MatrixMarket folders and text tables as .h5ad: the same matrix from every form, and what is wrong is said.
. "$SCI_SOURCE_DIR/tests/support/genomics.sh"

# ---- what needs no reference: tables and folders made here
printf '"g 1","g,2"\n"c1",1.5,NA\n"c2",0,"3"\n' > r.txt
run 0 convert r.txt --orient cells-rows -o r.h5ad && cells << 'END'
x = matrix("r.h5ad")
assert x.dtype == np.float32 or x.dtype == np.float64
assert x[0, 0] == 1.5 and np.isnan(x[0, 1]) and x[1, 0] == 0 and x[1, 1] == 3
with h5py.File("r.h5ad") as f:
    assert list(f["var/_index"].asstr()) == ["g 1", "g,2"] and list(f["obs/_index"].asstr()) == ["c1", "c2"]
    assert f["X"].attrs["encoding-type"] == "csr_matrix"
END
printf 'gene\tc1\tc2\tc3\nA\t0\t5\t0\nA\t1\t0\t70000\nB\t0\t0\t2\n' > counts.tsv
gzip -k counts.tsv
run 0 convert counts.tsv --orient genes-rows -o a.h5ad
run 0 convert counts.tsv.gz --orient genes-rows --compression lzf -o b.h5ad
says err "there more than once"
cells << 'END'
for name in "a.h5ad", "b.h5ad":
    assert (matrix(name) == [[0, 1, 0], [5, 0, 0], [0, 70000, 2]]).all()
    with h5py.File(name) as f:
        assert f["X"].attrs["encoding-type"] == "csc_matrix" and f["X/data"].dtype == np.int32
        assert list(f["var/_index"].asstr()) == ["A", "A-1", "B"]
        assert (f["X/data"].compression == "lzf") == (name == "b.h5ad")
END
refuse 2 "--orient" convert counts.tsv -o no.h5ad
refuse 2 "genes-rows or cells-rows" convert counts.tsv --orient both -o no.h5ad
printf 'x,a,b\nc1,1,2\nc2,1\n' > short.csv
refuse 1 "line 3" convert short.csv --orient cells-rows -o no.h5ad
printf 'x,a,b\nc1,1,2\nc2,1,q\n' > word.csv
refuse 1 "'q' in column 'b' is no number" convert word.csv --orient cells-rows -o no.h5ad
printf 'x,a,b\n' > empty.csv
refuse 1 "nothing below" convert empty.csv --orient cells-rows -o no.h5ad
head -c 30 counts.tsv.gz > cut.tsv.gz
refuse 1 "cut off" convert cut.tsv.gz --orient genes-rows -o no.h5ad

mkdir mtx
printf 'ENS1\tA\tGene Expression\nENS2\tB\tGene Expression\nENS3\tA\tGene Expression\n' > mtx/features.tsv
printf 'c1\nc2\n' > mtx/barcodes.tsv
{ printf '%%%%MatrixMarket matrix coordinate integer general\n%% made here\n3 2 4\n'
  printf '3 2 7\n1 1 1\n2 2 2\n2 1 300\n'; } > mtx/matrix.mtx
run 0 convert mtx -o mtx.h5ad && cells << 'END'
assert (matrix("mtx.h5ad") == [[1, 300, 0], [0, 2, 7]]).all()
with h5py.File("mtx.h5ad") as f:
    assert list(f["X/indices"]) == [0, 1, 1, 2] and f["X/data"].dtype == np.int32
    assert list(f["var/_index"].asstr()) == ["A", "B", "A-1"] and list(f["var/gene_ids"].asstr()) == ["ENS1", "ENS2", "ENS3"]
END
bad_entry() { # TEXT ENTRIES N
    { printf '%%%%MatrixMarket matrix coordinate integer general\n3 2 %s\n' "$3"; printf '%b' "$2"; } > mtx/matrix.mtx
    refuse 1 "$1" convert mtx -o no.h5ad
}
bad_entry "there twice" '1 1 1\n1 1 2\n' 2
bad_entry "lie outside" '4 1 1\n' 1
bad_entry "more entries than the 1" '1 1 1\n2 1 2\n' 1
bad_entry "ends after 1 of 2" '1 1 1\n' 2
bad_entry "no entry" 'a b c\n' 1
printf 'c1\n' > mtx/barcodes.tsv
bad_entry "1 cells have names" '1 1 1\n' 1
rm mtx/barcodes.tsv
bad_entry "barcodes.tsv" '1 1 1\n' 1
refuse 1 "no 10x file" convert "$golden" -o no.h5ad
refuse 3 "an .h5ad file already" convert "$bladder" -o no.h5ad

# ---- the reference
if [ -n "$reference" ]; then
    run 0 convert "$reference/tenx_v3.h5" -o v3.h5ad
    run 0 convert "$reference/tenx_v3_mtx" -o v3m.h5ad
    run 0 convert "$reference/tenx_v2.h5" -o v2.h5ad
    run 0 convert "$reference/tenx_v2_two_genomes.h5" --genome hg19_chr21 -o v2g.h5ad
    refuse 3 "--genome: 'another_genome', 'hg19_chr21'" convert "$reference/tenx_v2_two_genomes.h5" -o no.h5ad
    refuse 1 "no genome 'x'" convert "$reference/tenx_v2_two_genomes.h5" --genome x -o no.h5ad
    run 0 convert "$reference/pbmc_small_genes_by_cells.tsv" --orient genes-rows -o table.h5ad
    run 0 convert "$reference/pbmc_small_legacy05.h5ad" -o upgraded.h5ad
    run 0 info upgraded.h5ad && says out "layout current"
    cells << 'END'
R = os.environ["reference"]
def names(name):
    with h5py.File(name) as f:
        return list(f["obs/_index"].asstr()), list(f["var/_index"].asstr())
assert names("v3.h5ad") == names("v3m.h5ad") and (matrix("v3.h5ad") == matrix("v3m.h5ad")).all()
with h5py.File(R + "/tenx_v3.h5") as f:
    assert matrix("v3.h5ad").shape == (1107, 507) and matrix("v3.h5ad").sum() == f["matrix/data"][()].sum()
assert (matrix("v2.h5ad") == matrix("v2g.h5ad")).all() and matrix("v2.h5ad").shape == (12, 343)
assert abs(matrix("table.h5ad") - matrix(R + "/pbmc_small_csr_f32.h5ad")).max() < 6e-6
assert (matrix(R + "/pbmc_small_csr_counts_i64.h5ad") == matrix(R + "/pbmc_small_csr_counts_u16.h5ad")).all()
END
fi
finish
