# SPDX-License-Identifier: GPL-3.0-or-later
# Options come from a file where the command line does not give them, and are printed as such a file.
. "$SCI_SOURCE_DIR/tests/support/econ.sh"
printf 'Zeit;Reihe;Wert\n2020-01;a;1,234\n2020-01;a;2,5\n' > p.csv

cat > c.ini << 'END'
# for all verbs
dialect = "delimiter=semicolon decimal=comma"
[check]
; twice
duplicates = mean
column = period=Zeit
column = indicator=Reihe
json = yes
END
run 0 check p.csv --config c.ini && says out '"rows"' && says out '1.867'
run 0 check p.csv --config c.ini --duplicates first && says out '1.234'
run 0 check p.csv --config c.ini --print-config && cp out d.ini
says d.ini '[check]' && says d.ini 'duplicates = mean' && says d.ini 'json = true' && says d.ini 'column = indicator=Reihe' && says d.ini 'force = false'
lacks out 'print-config'
run 0 check p.csv --config c.ini && cp out first
run 0 check p.csv --config d.ini && cmp -s out first || complain "a printed file of options means something else"
run 0 check p.csv --config d.ini --print-config && cmp -s out d.ini || complain "a printed file of options is printed otherwise"

# What score does by default is what it does with all of its defaults in a file.
run 0 score "$panel" --map "$map" -q -o one && cp out first
run 0 score "$panel" --print-config && cp out s.ini && says s.ini 'alpha = 0.05'
lacks out 'window'
echo "map = $map" >> s.ini
run 0 score "$panel" --config s.ini -q -o two && cmp -s out first || complain "defaults in a file mean something else"
diff -r one two || complain "defaults in a file make other outputs"

bad() { # TEXT MESSAGE
    printf "$1" > e.ini
    refuse 2 "$2" check p.csv --config e.ini
}
bad 'duplicate = mean\n' "'e.ini:1': unknown option 'duplicate', did you mean 'duplicates'?"
bad '\n[check]\nduplicates = all\n' "'e.ini:3': option '--duplicates' is one of refuse, first, last, mean, not 'all'"
bad 'json = perhaps\n' "'json' is true or false, not 'perhaps'"
bad '[chek]\n' "there is no verb 'chek'"
bad '[check\n' "a section is [VERB]"
bad 'json\n' "a line is NAME = VALUE"
bad 'config = e.ini\n' "'config' is for the command line"
refuse 1 "cannot open 'nowhere.ini'" check p.csv --config nowhere.ini
finish
