#!/bin/sh
# Runs one job of a node and remembers how it ended; started by supervisor.sh, and killed with it.
#
#   job.sh FOLDER
#
# The folder holds: run (a shell script that replaces itself by the program). It writes: pid ("PID START" of the
# program), log and log.1 (what it printed: the newest part, and the part before), exit (its exit code, once it ended).
set -u
. ./members.sh
cd "$1" || exit 1

# Each part ends after 2048 reads of at most 4 KiB, so a job that prints for ever keeps 16 MiB at most.
keep_log() {
  while :; do
    dd bs=4096 count=2048 of=log status=none
    [ -s log ] || return
    mv -f log log.1
  done
}

rm -f printed log log.1
mkfifo printed
keep_log <printed >/dev/null 2>&1 &
keeping=$!
sh ./run >printed 2>&1 </dev/null &
program=$!
printf '%s %s\n' "$program" "$(start_of "$program")" >pid.new
mv -f pid.new pid
wait "$program"
code=$?
# Who sees that it ended finds all that it printed; what it left running may print for ever.
for round in 1 2 3 4 5 6 7 8 9 10; do
  [ -n "$(start_of "$keeping")" ] || break
  sleep 0.1
done
printf '%s\n' "$code" >exit.new
mv -f exit.new exit
