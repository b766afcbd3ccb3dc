# SPDX-License-Identifier: GPL-3.0-or-later
# SIGINT, SIGTERM and SIGKILL at random moments: the output is absent, as before, or complete; the exit code is
# 130, 143 or 137; after SIGINT and SIGTERM no temporary is left. SIGNALS times each (12; the slow test 200).
. "$SCI_SOURCE_DIR/tests/support/checks.sh"
times=${SIGNALS:-12}

"$tools/h5make" in.h5 /x:f4:40x500x200 mean=5 chunk=1x500x200 gzip=4 shuffle || exit 1
"$tools/h5make" old.h5 /x:f4:10 || exit 1
now() { date +%s%N; }
begin=$(now)
run 0 sci-array normalize in.h5:/x --norm layer -t 2 -o truth.h5:/y || finish
whole_us=$((($(now) - begin) / 1000))
sum=$("$tools/h5sum" truth.h5:/y)
mkdir d

# interrupted SIGNAL CODE MODE TARGET: one run that gets SIGNAL at a random moment of a little more than a run. In
# mode `group` the whole process group gets it, as from a terminal, else the program alone.
interrupted() {
    local signal=$1 code=$2 mode=$3 target=$4 got foreground=
    local at=$(((RANDOM * 32768 + RANDOM) % (whole_us * 11 / 10)))
    [ "$mode" = group ] || foreground=--foreground
    rm -rf d && mkdir d
    [ "$target" = new.h5 ] || cp old.h5 d/old.h5
    timeout $foreground --preserve-status -s "$signal" "$((at / 1000000)).$(printf %06d $((at % 1000000)))" \
        sci-array normalize in.h5:/x --norm layer -t 2 -f -o "d/$target:/y" > out 2> err
    got=$?
    [ "$got" = 0 ] || [ "$got" = "$code" ] || wrong "$signal at $at us: exit code $got: $(cat err)"
    if [ "$got" = 0 ] || [ -e "d/new.h5" ]; then
        [ "$("$tools/h5sum" "d/$target:/y")" = "$sum" ] || wrong "$signal at $at us: a partial output"
    elif [ "$target" = old.h5 ] && ! cmp -s old.h5 d/old.h5; then
        [ "$("$tools/h5sum" d/old.h5:/y)" = "$sum" ] || wrong "$signal at $at us: the old file is damaged"
    fi
    if [ "$signal" != KILL ]; then
        no_temporaries d
        [ "$got" = 0 ] || grep -qi 'interrupt\|terminat\|signal\|stopped' err || [ ! -s err ] \
            || wrong "$signal at $at us: the message is $(cat err)"
    fi
    interruptions=$((interruptions + (got == code)))
}

for signal in INT:130 TERM:143 KILL:137; do
    interruptions=0
    for ((i = 0; i < times; i++)); do
        mode=group
        [ $((i % 2)) = 0 ] && [ "${signal%:*}" != KILL ] || mode=alone
        target=new.h5
        [ $((i % 4)) -ge 2 ] && target=old.h5
        interrupted "${signal%:*}" "${signal#*:}" $mode $target
    done
    echo "${signal%:*}: $interruptions of $times runs were interrupted"
    [ "$interruptions" -gt 0 ] || wrong "no run was interrupted by ${signal%:*}"
done

# A killed parent takes its worker along: nothing is written afterwards.
for ((i = 0; i < 100; i++)); do
    workers=$(pgrep -f -x "sci-array normalize in.h5:/x .*" 2> /dev/null | wc -l)
    [ "$workers" = 0 ] && break
    sleep 0.1
done
[ "$workers" = 0 ] || wrong "workers outlive their parent"
finish
