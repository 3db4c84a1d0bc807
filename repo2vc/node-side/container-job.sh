#!/bin/sh
# The jobs of a node that is a container: programs that outlive whoever started them. Runs in the container, as the
# node's user, with the functions of members.sh before it.
#
#   container-job.sh start FOLDER NAME ARGV…   prints "started", or "running" when one of that name runs already
#   container-job.sh view FOLDER NAME          prints "absent", "running", "ended CODE" or "lost"
#   container-job.sh stop FOLDER NAME          kills its processes, then prints the same
#   container-job.sh log FOLDER NAME BYTES     prints the end of what it printed
#
# FOLDER/NAME holds, for the N-th time that the job was started: keeper.N ("PID START" of the process that keeps it),
# exit.N (its exit code, once it ended); and log, log.1. Who makes keeper.N, by link(2), has the right to start it.
set -u
umask 077
action=$1
folder=$2
name=$3
shift 3

newest() { # the highest N; 0 when it was never started
  last=0
  for file in "$folder/$name"/keeper.*; do
    number=${file##*/keeper.}
    case $number in
      '' | *[!0-9]*) ;;
      *) [ "$number" -le "$last" ] || last=$number ;;
    esac
  done
  printf '%s' "$last"
}

view() {
  run=$(newest)
  running=
  # Looked at before the exit code, which its keeper writes last.
  ! is_alive "$folder/$name/keeper.$run" || running=yes
  if [ "$run" = 0 ]; then
    echo absent
  elif { read -r code <"$folder/$name/exit.$run"; } 2>/dev/null; then
    echo "ended $code"
  elif [ -n "$running" ]; then
    echo running
  elif [ "$(newest)" != "$run" ]; then
    view
  else
    echo lost
  fi
}

claim() { # sets `run`; fails when another process keeps the job
  self=$(exec sh -c 'echo "$PPID"')
  printf '%s %s\n' "$self" "$(start_of "$self")" >"claim.$self" || exit 1
  while :; do
    run=$(newest)
    if is_alive "keeper.$run"; then
      rm -f "claim.$self"
      return 1
    fi
    run=$((run + 1))
    if ln "claim.$self" "keeper.$run" 2>/dev/null; then
      rm -f "claim.$self"
      return 0
    fi
  done
}

keep() { # ARGV: the process that keeps the job; its standard output is for what `start` tells
  directory=$(pwd)
  cd "$folder/$name" || exit 1
  claim || {
    echo running
    exit 0
  }
  for file in keeper.* exit.*; do
    [ "${file#*.}" = "$run" ] || rm -f "$file"
  done
  rm -f printed log log.1
  mkfifo printed
  # A shell keeps what it redirects for a function open; not what `exec` redirects. The engine waits for what is open.
  (
    exec <printed >/dev/null 2>&1
    keep_log
  ) &
  keeping=$!
  (
    cd "$directory" || exit 1
    umask 022
    REPO2VC_JOB=$name
    export REPO2VC_JOB
    exec "$@"
  ) >printed 2>&1 </dev/null &
  program=$!
  echo started
  exec >/dev/null 2>&1
  wait "$program"
  code=$?
  end_log "$keeping"
  printf '%s\n' "$code" >exit.new
  mv -f exit.new "exit.$run"
}

case $action in
  start)
    mkdir -p "$folder/$name" || exit 1
    answer=$folder/$name/answer.$$
    mkfifo "$answer" || exit 1
    (
      exec >"$answer" </dev/null
      keep "$@"
    ) &
    read -r told <"$answer"
    rm -f "$answer"
    echo "$told"
    ;;
  view) view ;;
  stop)
    mark=REPO2VC_JOB=$name
    tries=0
    # One that has just been started may have no program yet.
    while [ "$(view)" = running ] && [ "$tries" -lt 50 ]; do
      tries=$((tries + 1))
      end_all
      sleep 0.1
    done
    view
    ;;
  log)
    cat "$folder/$name/log.1" "$folder/$name/log" 2>/dev/null | tail -c "$1"
    ;;
esac
