# SPDX-License-Identifier: GPL-3.0-or-later
# Damaged panels and maps: an answer in time and in little memory, no crash, no output of what was refused. MUTANTS of them (60; the
# slow test 1000). Then panels that are huge, binary, cut off or full of zero bytes.
. "$SCI_SOURCE_DIR/tests/support/econ.sh"
[ -x "$tools/mutants" ] || { echo "skipped: the tool mutants was not built"; exit 77; }

mkdir work
"$PYTHON" - << 'END'
import random
r = random.Random(7)
periods = ["%d-%02d" % (2015 + t // 12, t % 12 + 1) for t in range(48)]
names = ["food, fresh", "b", "c\u00e4", "d"]
def write(name, text, encoding="utf-8"):
    with open("work/" + name, "w", encoding=encoding, newline="") as f:
        f.write(text)
# Most damage hits the titles, or nothing would be read.
title = "what is said about the indicator, which is long " * 4
write("long.csv", "period,sector,indicator,unit,title,value\n" + "".join(
    '%s,%s,"%s",index,"%s",%.3f\n' % (p, "xy"[k // 2], n, title, r.gauss(100, 9)) for p in periods for k, n in enumerate(names)))
write("wide.csv", "date;a;b;c\r\n" + "".join(
    "%s-01;%s\r\n" % (p, ";".join(("%.2f" % r.gauss(1000, 9)).replace(".", ",") for _ in range(3))) for p in periods))
write("across.tsv", "name\t" + "\t".join(periods) + "\n" + "".join(
    n + "\t" + "\t".join("%.1f p" % r.random() for _ in periods) + "\n" for n in "abcd"), "utf-16")
write("map.csv", "indicator,sector,unit,transform,sign,weight,title\n" + "".join(
    "%s,%s,index,dlog,1,2,%s\n" % (n, s, title.replace(",", "")) for n, s in zip("abc", "xxy")))
END
cd work || exit 1
seconds=5 mib=200
sanitized && seconds=30 mib=2000
"$tools/mutants" "${MUTANTS:-60}" $seconds $mib "$SCI_BIN/sci-econ" --call "check @ --json" --call "check @" long.csv wide.csv across.tsv \
    --call "check wide.csv --map @" map.csv || complain "mutants"
cd ..

# ---- extremes ----

broken() { # WORDS ARGUMENT...
    local words=$1
    shift
    limited 60 300 "$PROGRAM" check "$@" --write-map m.csv > out 2> err
    [ $? = 1 ] || complain "check $* did not end with 1"
    says err "$words"
    [ ! -e m.csv ] || complain "check $* left a map behind"
    grep -qE "error: '[^']*(:[0-9]+:[0-9]+)?'" err || complain "no file and place: $(cat err)"
}
head -c 3000000 "$SCI_BIN/sci-econ" > binary.csv
broken 'NUL byte' binary.csv
head -c 5000000 /dev/zero > zeros.csv
broken 'zeros.csv:1:1' zeros.csv
{ echo period,a; head -c 1000 /dev/zero; } > nul.csv
broken 'nul.csv:2:1' nul.csv
{ printf 'period,indicator,value\n2020-01,"'; head -c 40000000 /dev/zero | tr '\0' x; } > quote.csv
broken 'quote.csv:2:9' quote.csv
head -c 30000000 /dev/zero | tr '\0' x > line.csv
broken 'line.csv:1:1' line.csv
head -c 30000000 /dev/zero | tr '\0' '\n' > blank.csv
broken 'the file is empty' blank.csv
head -c 1000000 /dev/zero | tr '\0' , > commas.csv
broken commas.csv commas.csv
head -c 1000 "$panel" > cut.csv # in the middle of a row
broken 'cut.csv:6:1' cut.csv

# A million columns.
py << 'END'
n = 1000000
with open("many.csv", "w") as f:
    f.write("period," + ",".join("i%d" % k for k in range(n)) + "\n")
    for t in range(3):
        f.write("2020-0%d," % (t + 1) + ",".join([str(t + 0.5)] * n) + "\n")
END
limited 180 400 "$PROGRAM" check many.csv > out 2> err || complain "a million columns: $(cat err)"
says out "indicators: 1000000"
says out "values: 3000000"
finish
