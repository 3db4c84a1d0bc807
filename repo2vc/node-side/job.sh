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
# Who sees that it ended finds all that it printed.
end_log "$keeping"
printf '%s\n' "$code" >exit.new
mv -f exit.new exit
