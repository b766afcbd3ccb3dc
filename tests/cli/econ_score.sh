# SPDX-License-Identifier: GPL-3.0-or-later
# score: a directory that appears whole or not at all, the same bytes from the same input, and exit codes for monitors.
. "$SCI_SOURCE_DIR/tests/support/checks.sh"

data=$SCI_SOURCE_DIR/data
panel=$data/ces_supersectors_2006_2015.csv
map=$data/ces_supersectors_2006_2015.map.csv
score() { sci-econ score "$panel" --map "$map" "$@"; }
files="anomalies.csv report.html report.json report.md scores.csv"

# ---- outputs ----

run 0 score -o one -t 1
[ "$(ls one | tr '\n' ' ')" = "$files " ] || wrong "the directory holds $(ls one)"
run 0 score -o two/ -t 2
for f in $files; do
    cmp one/"$f" two/"$f" || wrong "$f differs between runs"
done
head -n 1 one/scores.csv | grep -qx 'period,sector,n_indicators,raw,level,relative,within_max,breadth,p_level,p_relative,p_within,q_relative,q_within,overall_p,in_sample' \
    || wrong "columns of scores.csv: $(head -n 1 one/scores.csv)"
[ "$(wc -l < one/scores.csv)" = $((1 + 120 * 5)) ] || wrong "rows of scores.csv: $(wc -l < one/scores.csv)"
# Nothing is known before the history of two values, and no p before that of 24.
awk -F, '$1 < "2006-04" && $5 != "" { exit 1 }' one/scores.csv || wrong "a level without history"
awk -F, 'NR > 1 && $1 < "2008-02" && $9 != "" { exit 1 }' one/scores.csv || wrong "a p without history"
awk -F, '$1 >= "2008-06" && $2 == "goods" && $9 == "" { exit 1 }' one/scores.csv || wrong "no p with history"
awk -F, 'NR > 1 && $15 != 0 { exit 1 }' one/scores.csv || wrong "a row of its own history without --calibrate-to"

# A later period changes nothing before it.
head -n 100 "$panel" > short.csv
run 0 sci-econ score short.csv --map "$map" -o short
awk -F, 'NR > 1 && $1 < "2014-04"' one/scores.csv > a
tail -n +2 short/scores.csv > b
cmp a b || wrong "the end of the panel changes scores before it"

# --last keeps the last periods of the tables, not of the history.
run 0 score -o last --last 3
tail -n 15 one/scores.csv > a
tail -n +2 last/scores.csv > b
cmp a b || wrong "--last 3 changes scores"

# ---- what is there already ----

run 2 score -o one
says 'exists already.*force'
echo mine > one/notes.txt
run 0 score -o one -f --min-z 5
[ "$(cat one/notes.txt)" = mine ] || wrong "--force touched another file"
cmp -s one/anomalies.csv two/anomalies.csv && wrong "--force replaced nothing"
mkdir empty
run 0 score -o empty
cp "$panel" kept.csv
mkdir own && cp "$panel" own/scores.csv
run 2 sci-econ score own/scores.csv --map "$map" -o own -f
cmp "$panel" own/scores.csv || wrong "an input was replaced"

# ---- failures leave nothing ----

mkdir clean && cd clean || exit 1
run 1 sci-econ score ../nothing.csv --map "$map" -o dir
run 3 sci-econ score "$panel" --map "$map" -o dir --calibrate-to 2005-12
says 'calibrate-to'
run 3 sci-econ score "$panel" --map "$map" -o dir --calibrate-to 2030-01
run 2 sci-econ score "$panel" --map "$map" -o dir --calibrate-to 2010-01 --window 24
says 'exclude each other'
run 2 sci-econ score "$panel" --map "$map" -o dir --stat relative,nonsense
says 'nonsense'
run 2 sci-econ score "$panel" --map "$map" -o dir --min-effect much
run 2 sci-econ score "$panel" --map "$map" -o dir --rescale-missing --sector-stat median
says 'about means'
run 2 sci-econ score "$panel" --map "$map" -o dir --exclude-window 2010-05..2009-01
run 3 sci-econ score "$panel" -o dir
says 'no sector'
run 2 sci-econ score "$panel" --map "$map" -o not/there
(
    ulimit -f 40
    run 4 sci-econ score "$panel" --map "$map" -o dir
    says 'cannot write'
    exit "$failures"
) || failures=$((failures + 1))
# Ended while it reads.
mkfifo ../pipe
sleep 60 > ../pipe &
writer=$!
sci-econ score - --map "$map" -o dir < ../pipe 2> err &
pid=$!
sleep 0.5
kill $pid
wait $pid
code=$?
kill $writer
[ $code = 143 ] || wrong "exit code $code after SIGTERM"
[ -z "$(ls -A | grep -v -e '^out$' -e '^err$')" ] || wrong "left behind: $(ls -A)"
rm -f out err
cd ..

# ---- numbers at the ends of what doubles are ----

awk 'BEGIN { print "period,a,b,c"
    for (t = 0; t < 60; t++)
        printf "%d-%02d,%se-300,%d,%d.5e307\n", 2000 + t / 12, t % 12 + 1,
               t == 55 ? "1e600" : t * 7 % 11 - 5, t * 5 % 13, t * 3 % 7 - 3 }' | sed 's/1e600e-300/1e300/' > ends.csv
printf 'indicator,sector,unit\na,x,1\nb,x,1\nc,y,1\n' > ends.map.csv
for scale in mad qn sd; do
    run 0 sci-econ score ends.csv --map ends.map.csv --scale $scale --stat relative,within,level,economy,mahalanobis -q -f -o ends
    # What is far away is far, and a number.
    grep -qE '^2004-08,x,2,[0-9.]+e\+99,' ends/scores.csv || wrong "$scale: $(grep ^2004-08 ends/scores.csv)"
    iconv -f UTF-8 -t UTF-8 ends/anomalies.csv > out || wrong "$scale: anomalies.csv is no UTF-8"
    grep -qiE '(^|,)[+-]?(inf|nan)' ends/*.csv && wrong "$scale: not all scores are numbers"
done
run 0 sci-econ explain ends/report.json --period 2004-08 --sector x
grep -q '×10⁹⁹ standard deviations above' out || wrong "a score of 1e100 is said as: $(head -n 5 out)"

# ---- words about periods ----

awk 'BEGIN { print "period,a,b"; for (t = 1; t < 31; t++) print "2020-01-" (t < 10 ? "0" : "") t "," t * 7 % 11 "," t * 5 % 13 }' > days.csv
printf 'indicator,sector\na,x\nb,y\n' > days.map.csv
run 0 sci-econ score days.csv --map days.map.csv --last 1 -f -o ends
grep -q '^0 anomalies in the last period$' out || wrong "of one period: $(cat out)"
grep -q '^On 2020-01-30, the latest day, nothing' ends/report.md || wrong "of a day: $(sed -n 3p ends/report.md)"
grep -q '^Nothing crossed the thresholds in 1 day\.$' ends/report.md || wrong "of one day: $(sed -n 5p ends/report.md)"
# All periods of a year are the most that can be false.
run 0 sci-econ score "$panel" --map "$map" --alpha 1
grep -q 'about 12 periods a year' out || wrong "with --alpha 1: $(tail -n 1 out)"

# ---- options that would do nothing ----

for pair in '--nagios --porcelain' '--porcelain --json' '--nagios --json' '--nagios --alert'; do
    # A monitor takes 2 for its own.
    code=2
    [[ $pair == --nagios* ]] && code=3
    run $code sci-econ score "$panel" --map "$map" $pair
    says 'exclude each other'
done
run 2 sci-econ score "$panel" --map "$map" --min-breadth 0.5 --stat within,economy
says '--min-breadth is about level and relative'
run 2 sci-econ score "$panel" --map "$map" --min-effect 1% --stat economy
says '--min-effect is about changes of indicators'
run 2 sci-econ score - --map - < "$panel"
says 'standard input cannot be both the panel and --map'
run 0 sci-econ score "$panel" --map "$map" -q --exclude-window 2030..2031
says 'none of the periods of --exclude-window, 2030-01 to 2031-12'
printf 'period,label,sector\n2008-09,a bank,godos\n' > lost.csv
run 0 sci-econ score "$panel" --map "$map" -q --events lost.csv
says '--events is for the report, and without --output there is none'
run 0 sci-econ score "$panel" --map "$map" -q --events lost.csv -f -o ends
says "'lost.csv:2': there is no sector 'godos' in the panel"
run 0 sci-econ replay "$panel" --map "$map" -q --events lost.csv
says "there is no sector 'godos'"

# ---- monitors ----

# 2010-05: hiring for the census.
head -n 54 "$panel" > census.csv
census() { sci-econ score census.csv --map "$map" "$@"; }
run 5 census --alert -q
run 0 census -q
run 5 census --alert --porcelain --last 1
head -n 1 out | grep -qx "$(printf 'period\tsector\tstatistic\tscore\tp\tq\tdriver')" || wrong "porcelain begins $(head -n 1 out)"
sed -n 2p out | grep -qP '^2010-05\tgovernment\tlevel\t8\.0[0-9]*\t' || wrong "porcelain: $(sed -n 2p out)"
run 2 census --nagios
[ "$(wc -l < out)" = 1 ] || wrong "nagios wants one line"
grep -qE '^ECON CRITICAL - [0-9]+ anomal(y|ies) up to 2010-05, first government level \+8\.0 \| anomalies=[0-9]+;1;;0 critical=[1-9]' out || wrong "nagios: $(cat out)"
head -n 50 "$panel" > quiet.csv
run 0 sci-econ score quiet.csv --map "$map" --nagios
grep -q '^ECON OK - 0 anomalies up to 2010-01 |' out || wrong "nagios: $(cat out)"
run 0 sci-econ score quiet.csv --map "$map" --alert -q --last 1
run 0 sci-econ score quiet.csv --map "$map" --alert -q --state quiet.h5
# Without --last, --alert looks at all that the tables hold: 2009-01 is among it.
run 5 sci-econ score quiet.csv --map "$map" --alert -q
run 3 sci-econ score nothing.csv --map "$map" --nagios
grep -q '^ECON UNKNOWN - ' out || wrong "nagios: $(cat out)"
run 0 census --json
grep -q '"statistic": "level"' out || wrong "--json without its anomalies"

# Thresholds.
run 0 census --alert --last 1 -q --min-z 20
run 0 census --alert --last 1 -q --alpha 1e-9
run 0 census --alert --last 1 -q --min-effect 50%
run 0 census --alert --last 1 -q --stat economy
# 2009-04: three of four indicators of the goods.
head -n 41 "$panel" > crisis.csv
run 5 sci-econ score crisis.csv --map "$map" --alert --last 1 -q --stat level --min-breadth 0.75
run 0 sci-econ score crisis.csv --map "$map" --alert --last 1 -q --stat level --min-breadth 0.76

finish
