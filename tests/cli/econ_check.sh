# SPDX-License-Identifier: GPL-3.0-or-later
# What panels are taken for: layouts, columns, dates, dialects, maps, and what check finds in them.
. "$SCI_SOURCE_DIR/tests/support/econ.sh"

# text TEXT: as a panel.
text() { printf "$1" > p.csv; }

# Outputs are kept and looked at together at the end, by one Python.
mkdir kept
n_kept=0

# cells EXPECTED ARGUMENT...: the panel p.csv has these cells, "period name value" parted by commas.
cells() {
    local expected=$1
    shift
    run 0 check p.csv --json "$@" || return
    cp out "kept/$((++n_kept)).json"
    printf '%s\tcells\t%s\n' "$n_kept" "$expected" >> kept/expected
}

# has KEY CODE...: these are the codes of the last run's guesses or warnings.
has() {
    cp out "kept/$((++n_kept)).json"
    printf '%s\t%s\t%s\n' "$n_kept" "$1" "${*:2}" >> kept/expected
}

# holds EXPRESSION: of the last run's JSON, as c.
holds() {
    cp out "kept/$((++n_kept)).json"
    printf '%s\tholds\t%s\n' "$n_kept" "$1" >> kept/expected
}

# ---- the sample that is always there ----

run 0 check "$panel" && says out "monthly, 2006-01 to 2015-12" && says out "'manufacturing' is the sum of 'durable_goods', 'nondurable_goods'"
says out "sectors: none"
run 0 check "$panel" --map "$map" && says out "7 of 22 indicators are not in the map" && says out "indicators: 15"
lacks out nested_total
run 0 check "$panel" --map "$map" --json && holds '[i["transform"] for i in c["indicators"]] == ["dlog"] * 15'
holds '{i["sector"] for i in c["indicators"]} >= {"goods"} and all(i["unit"] == "1000 person" for i in c["indicators"])'
holds 'len(c["rows"]) == 15 * 120 and c["rows"][0][0] == "2006-01"'

# ---- layouts ----

text 'date,price,volume\n2020-01,1.5,10\n2020-02,2.5,20\n'
cells '2020-01 price 1.5,2020-01 volume 10,2020-02 price 2.5,2020-02 volume 20'
text 'TIME_PERIOD,GEO,INDICATOR,OBS_VALUE,UNIT_MEASURE,OBS_STATUS,DATAFLOW\n2020-Q1,DE,gdp,1.5,EUR,A,X\n2020-Q1,FR,gdp,2.5,EUR,E,X\n'
cells '2020Q1 DE/gdp 1.5,2020Q1 FR/gdp 2.5' && holds '[i["unit"] for i in c["indicators"]] == ["EUR", "EUR"]' && holds '[row[3] for row in c["rows"]] == [None, "E"]'
text 'freq,geo\\TIME_PERIOD\t2019 \t2020 \nA,DE\t1.5 p\t: \nA,FR\t2 \t3 b\n'
cells '2019 A,DE 1.5,2019 A,FR 2,2020 A,DE -,2020 A,FR 3'
text 'Country Name,Country Code,Series Code,2019 [YR2019],2020 [YR2020]\nAruba,ABW,POP,1,2\n\nData from database: World Development Indicators\nLast Updated: 06/28/2024\n'
cells '2019 ABW/POP 1,2020 ABW/POP 2' && has warnings footer_skipped
text 'sasdate,RPI,UNRATE\nTransform:,5,2\n1/1/2020,1.5,3\n2/1/2020,2.5,4\n3/1/2020,3,5\n4/1/2020,3,6\n'
refuse 3 'may have the day or the month first' check p.csv
cells '2020-01 RPI 1.5,2020-01 UNRATE 3,2020-02 RPI 2.5,2020-02 UNRATE 4,2020-03 RPI 3,2020-03 UNRATE 5,2020-04 RPI 3,2020-04 UNRATE 6' --date-format mdy && holds '[i["transform"] for i in c["indicators"]] == ["dlog", "diff"]'
text 'period,sector,indicator,unit,transform,sign,weight,value\n2020-01,goods,a,index,dlog,-1,2,1\n2020-02,goods,a,index,dlog,-1,2,2\n2020-01,services,b,percent,diff,1,1,3\n'
cells '2020-01 a 1,2020-01 b 3,2020-02 a 2'
holds '[[i[k] for k in ("sector", "unit", "transform", "sign", "weight")] for i in c["indicators"]] == [["goods", "index", "dlog", -1, 2], ["services", "percent", "diff", 1, 1]]'
# Names that come again in every sector have that of theirs in front.
text 'period,sector,indicator,value\n2020-01,goods,jobs,1\n2020-01,services,jobs,2\n'
cells '2020-01 goods/jobs 1,2020-01 services/jobs 2' && has guesses sector_in_name
text 'period,x,y\n2020,u,1\n'
cells '2020 u 1' && has guesses value_column
text 'period,x,y,z\n2020,u,1,2\n'
refuse 3 "the values may be in 'y' or 'z'" check p.csv
cells '2020 u 2' --column value=z
cells '2020 y 1,2020 z 2' --column ignore=x --layout wide
refuse 2 "no column of that name" check p.csv --column value=q
refuse 2 "is not ROLE=NAME" check p.csv --column price=z
text 'year,month,a\n2020,1,5\n2020,2,6\n'
refuse 1 "the period is in two columns, 'year' and 'month'" check p.csv
text 'year,date,a\n2020,2020-01,5\n2020,2020-02,6\n'
cells '2020-01 a 5,2020-02 a 6' --column period=date --column ignore=year
text 'Zeitraum;Reihe;Messung\n2020-01;a;1,5\n'
cells '2020-01 a 1.5'
text 'period,a,a\n2020,1,2\n'
refuse 3 "two columns are called 'a'" check p.csv
text 'period,a,\n2020,1,2\n'
refuse 1 "the row has 3 fields where the header has 2" check p.csv
text '1,2,3\n4,5,6\n'
refuse 1 "no line of column names" check p.csv
text 'period,indicator,value\n2020-01,a,1\n202O-02,a,2\n2020-03,a,3\n'
refuse 1 "p.csv:3:1': '202O-02' is no period" check p.csv
text 'period,indicator,value\n2020-01,a,1\n\nmore,a,2\n2020-03,a,3\n'
refuse 1 "p.csv:4:1': no period in this line" check p.csv
text 'period,indicator,value\n2020-01,,1\n'
refuse 1 "p.csv:2:9': the name of the indicator is missing" check p.csv
text 'period,indicator,unit,value\n2020-01,a,kg,1\n2020-02,a,m,2\n'
refuse 3 "p.csv:3:11': 'a' is in 'm', and in 'kg' in the rows before" check p.csv
text 'period,indicator,sign,value\n2020-01,a,1,1\n2020-02,a,-1,2\n'
refuse 3 "p.csv:3:11': 'a' has '-1' in column 'sign', and '1' in a row before" check p.csv
text 'period,indicator,transform,value\n2020-01,a,cube,1\n'
refuse 1 "the transform 'cube' of 'a' is none" check p.csv
run 2 check p.csv --transform cube
text 'period,a\n2020,1\n'
run 0 check p.csv --transform dlog --json && holds 'c["indicators"][0]["transform"] == "dlog"'

# ---- dates ----

text 'date,a\n1/2/2020,1\n13/2/2020,2\n'
run 0 check p.csv --json && holds 'c["frequency"] == "D" and len(c["rows"]) == 13 and c["rows"][12][2] == 2'
text 'date,a\n13/2/2020,1\n2/13/2020,2\n'
refuse 3 'some dates have the day first and some the month' check p.csv
refuse 1 "is no date in the order of --date-format" check p.csv --date-format dmy
# Sixteen months, each on its first day: only with the month first there is one a month.
{ echo date,a; for ((k = 0; k < 16; k++)); do echo "$((k % 12 + 1))/1/$((2019 + k / 12)),$k"; done; } > p.csv
run 0 check p.csv --json && has guesses date_order frequency && holds 'c["frequency"] == "M" and c["rows"][15][:3] == ["2020-04", "a", 15]'
text 'date,a\n2020-01-01,1\n2020-04-01,2\n2020-07-01,3\n'
cells '2020Q1 a 1,2020Q2 a 2,2020Q3 a 3'
text 'date,a\n2019-12-31,1\n2020-12-31,2\n'
cells '2019 a 1,2020 a 2'
text 'date,a\n2020-01-03,1\n2020-01-10,2\n2020-01-17,3\n'
cells '2020-W01 a 1,2020-W02 a 2,2020-W03 a 3'
text 'date,a\n2020-01-02,1\n2020-01-03,2\n2020-01-06,3\n'
cells '2020-01-02 a 1,2020-01-03 a 2,2020-01-06 a 3'
text 'period,a\n2020Q1,1\n2020Q3,3\n'
cells '2020Q1 a 1,2020Q2 a -,2020Q3 a 3' && has warnings gap
text 'period,indicator,value\n1000-01-01,a,1\n2999-12-30,b,3\n2020-01-01,c,3\n2020-01-01,d,3\n2020-01-01,e,3\n2020-01-01,f,3\n2020-01-01,g,3\n'
refuse 1 'is a period mistyped?' check p.csv

# ---- duplicates and frequencies ----

text 'period,indicator,value\n2020-01,a,1\n2020-01,a,3\nJan 2020,a,5\n2020-02,a,1\n'
refuse 3 "p.csv:3:11': 'a' has a value for 2020-01 in line 2 already" check p.csv
cells '2020-01 a 1,2020-02 a 1' --duplicates first
cells '2020-01 a 5,2020-02 a 1' --duplicates last
cells '2020-01 a 3,2020-02 a 1' --duplicates mean
text 'period,indicator,value\n2020-01,m,1\n2020-02,m,2\n2020-03,m,6\n2020-04,m,7\n2020Q1,q,9\n2020Q2,q,8\n'
refuse 3 "--align mean, sum or last" check p.csv
cells '2020Q1 m 3,2020Q1 q 9,2020Q2 m -,2020Q2 q 8' --align mean && has guesses aligned
cells '2020Q1 m 9,2020Q1 q 9,2020Q2 m -,2020Q2 q 8' --align sum
cells '2020Q1 m 6,2020Q1 q 9,2020Q2 m 7,2020Q2 q 8' --align last
text 'period,indicator,value\n2020-01,m,1\n2020Q1,m,9\n'
refuse 3 'others are of another frequency' check p.csv --align mean

# ---- dialects ----

text 'period;a\n2020-01;1,234\n2020-02;5,678\n'
refuse 3 'may have a decimal comma or thousands' check p.csv
cells '2020-01 a 1.234,2020-02 a 5.6779999999999999' --dialect decimal=comma
cells '2020-01 a 1234,2020-02 a 5678' --dialect 'decimal=dot thousands=comma'
# One row far below settles it, also where the first rows look like something else.
{ echo 'period;indicator;value'; for ((k = 0; k < 20000; k++)); do echo "2020-01;n$k;1.234"; done; echo '2020-01;last;1.234,5'; } > p.csv
run 0 check p.csv --json && holds 'c["dialect"]["decimal"] == "," and c["dialect"]["thousands"] == "." and c["rows"][0][2] == 1234' && holds 'c["guesses"] == []'
{ echo 'period;indicator;value'; for ((k = 0; k < 20000; k++)); do echo "2020-01;n$k;1,5"; done; echo '2020-01;last;1.5'; } > p.csv
refuse 1 "p.csv:20002:14': '1.5' in column 'value' is no number with decimal ','" check p.csv
text 'period,a\n2020-01,1.234\n'
cells '2020-01 a 1.234' && has guesses decimal
text 'period|a\n2020-01|1\n'
cells '2020-01 a 1'
text 'period:a\n2020:1\n'
cells '2020 a 1' --dialect delimiter=:
refuse 2 "is none of delimiter=comma" check p.csv --dialect delimiter=9
refuse 2 "same character" check p.csv --dialect 'decimal=comma thousands=comma'
printf 'period,n\xc3\xa4me\n2020,1\n' > p.csv
cells '2020 näme 1'
cells '2020 nÃ¤me 1' --dialect encoding=windows-1252
printf 'p\0,\0\0\xd8a\0' > p.csv
refuse 1 'is not utf-16le text' check p.csv --dialect encoding=utf-16le
printf '\xff\xfep\0' > p.csv
refuse 1 'no line of column names' check p.csv
printf '\xff\xfep\0,' > p.csv
refuse 1 'is not utf-16le text' check p.csv

# ---- quality ----

{ echo period,a,b,both; for ((k = 0; k < 40; k++)); do
    echo "$((1990 + k / 12))-$(printf %02d $((k % 12 + 1))),$((100 + k * k % 7)),$((50 + k)),$((150 + k * k % 7 + k))"; done; } > p.csv
run 0 check p.csv && says out "'both' is the sum of 'a', 'b'"
{ echo period,a; for ((k = 0; k < 40; k++)); do
    echo "$((1990 + k / 12))-$(printf %02d $((k % 12 + 1))),$((k < 30 ? 100 + k : 100000 + 1000 * k))"; done; } > p.csv
run 0 check p.csv && says out "'a' goes up by a factor of about 1,000 in 1992-07"
{ echo period,a,b; for ((k = 0; k < 60; k++)); do
    echo "$((1990 + k / 12))-$(printf %02d $((k % 12 + 1))),$((100 + k + k * 7 % 12 * 5)),7"; done; } > p.csv
run 0 check p.csv && says out "1 of 2 indicators look seasonal, 'a' among them" && says out "1 indicator never changes, first 'b'"

# ---- maps ----

text 'period,a,b,=c\n2020-01,1,2,3\n'
run 0 check p.csv --write-map m.csv && says m.csv 'indicator,sector,unit,transform,sign,weight,title'
says m.csv '=c,,,level,1,1,'
refuse 1 "m.csv:2:3': the sector of 'a' is missing" check p.csv --map m.csv
run 2 check p.csv --write-map m.csv && says err "exists"
sed 's/^a,,/a,goods,/; /^b/d; s/^=c,,,level,1/=c,"food, fresh",kg,5,-1/' m.csv > n.csv
run 0 check p.csv --map n.csv --json --write-map m.csv -f
holds '[[i[k] for k in ("name", "sector", "unit", "transform", "sign")] for i in c["indicators"]] == [["a", "goods", None, "level", 1], ["=c", "food, fresh", "kg", "dlog", -1]]'
run 0 check p.csv --map m.csv
printf 'indicator,sector\na,x\na,y\n' > n.csv
refuse 1 "n.csv:3:1': 'a' is also in line 2" check p.csv --map n.csv
printf 'indicator;sector;sign\na;x;2\n' > n.csv
refuse 1 "n.csv:2:5': the sign '2' is not 1 or -1" check p.csv --map n.csv
printf 'indicator,branch\na,x\n' > n.csv
refuse 1 "there is no column 'sector'" check p.csv --map n.csv
printf 'indicator,sector\nz,x\n' > n.csv
refuse 3 "none of its 3 indicators is in the map" check p.csv --map n.csv
printf 'indicator,sector\na,x\nz,x\n' > n.csv
run 0 check p.csv --map n.csv && says out "1 indicator of the map is not in the panel, first 'z' of line 3"

# ---- what is no panel ----

printf 'PK\003\004\024\000\006' > book.csv
refuse 1 "a NUL byte; this is no text (a workbook has to be saved as CSV" check book.csv

refuse 1 "cannot open 'nowhere.csv'" check nowhere.csv
refuse 2 "is a directory" check .
# ---- what was kept ----

py << 'END'
bad = []
for line in open("kept/expected", encoding="utf-8"):
    n, what, expected = line.rstrip("\n").split("\t")
    c = r("kept/%s.json" % n)
    if what == "holds":
        got, expected = bool(eval(expected, {"c": c})), True
    elif what == "cells":
        got = ",".join("%s %s %s" % (row[0], row[1], "-" if row[2] is None else "%.17g" % row[2]) for row in c["rows"])
    else:
        got = " ".join(c[what])
    if got != expected:
        bad.append("%s: %s instead of %s" % (line.rstrip("\n"), got, expected))
assert not bad, "\n".join(bad)
assert len(os.listdir("kept")) > 40
END
finish
