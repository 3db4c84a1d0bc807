#!/bin/sh
# Keeps one node that is made of processes: starts its jobs, ends it when its lease runs out, and watches its memory.
# It outlives whoever started it; when it ends, however it ends, its jobs end with it.
#
#   supervisor.sh FOLDER VOLATILE MEMORY_KIB     (MEMORY_KIB 0: no limit)
#
# When the lease has run out, VOLATILE, the folder of secrets, is removed; FOLDER stays, for the work in it.
# The folder holds: lease (the end, in seconds since 1970), control (a FIFO of commands, one per line), supervisor.pid
# ("PID START", START as field 22 of /proc/PID/stat), jobs/NAME/ (see job.sh). It writes: expired, out-of-memory
# ("PID KIB", one line per process that was killed). REPO2VC_NODE in its environment marks every process of the node.
set -u
umask 077
volatile=$2
memory=$3
cd "$1" || exit 1

# Only one supervisor per node. Children close the descriptor, or they would keep the lock.
exec 9>>supervisor.lock
flock -n 9 || exit 0

start_of() { # PID: prints when it started; nothing when it is gone
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  [ "$1" = Z ] || printf '%s' "${20}"
}

is_alive() { # FILE with "PID START"
  { read -r pid start <"$1"; } 2>/dev/null && [ "$(start_of "$pid")" = "$start" ]
}

# "PID KIB" of every process of this node but the supervisor: those that carry its mark, and their descendants.
members() {
  {
    grep -lzxsF -e "REPO2VC_NODE=$REPO2VC_NODE" /proc/[0-9]*/environ
    cat /proc/[0-9]*/status 2>/dev/null
  } | awk -v self="$$" '
    /^\/proc\// { split($0, part, "/"); mine[part[3]] = 1; next }
    /^Pid:/ { pid = $2 }
    /^PPid:/ { parent[pid] = $2 }
    /^VmRSS:/ { rss[pid] = $2 }
    END {
      mine[self] = 1
      do {
        grew = 0
        for (p in parent) if (!(p in mine) && (parent[p] in mine)) { mine[p] = 1; grew = 1 }
      } while (grew)
      for (p in mine) if (p != self && p in parent) print p, rss[p] + 0
    }'
}

end_all() {
  for round in 1 2 3 4 5; do
    found=$(members)
    printf '%s\n' "$found" | while read -r pid kib; do
      [ -n "$pid" ] && kill -KILL "$pid"
    done 2>/dev/null
  done
}

check_lease() {
  until=0
  { read -r until <lease; } 2>/dev/null
  [ "$(date +%s)" -lt "$until" ] && return
  [ -e lease ] && : >expired
  end_all
  rm -rf -- "$volatile"
  exit 0
}

check_memory() {
  [ "$memory" -gt 0 ] || return
  biggest=$(members | awk -v most="$memory" '
    { sum += $2; if ($2 > kib) { kib = $2; pid = $1 } }
    END { if (sum > most) print pid, sum }')
  [ -n "$biggest" ] || return
  kill -KILL "${biggest%% *}" 2>/dev/null && printf '%s\n' "$biggest" >>out-of-memory
}

# NAME REQUEST: starts jobs/NAME unless it runs. That the file jobs/NAME/REQUEST is gone tells that it was carried out.
start_job() {
  if ! is_alive "jobs/$1/keeper"; then
    rm -f "jobs/$1/exit" "jobs/$1/pid" "jobs/$1/keeper"
    setpriv --pdeathsig KILL -- sh job.sh "jobs/$1" 3<&- 9>&- </dev/null >/dev/null 2>&1 &
    printf '%s %s\n' "$!" "$(start_of "$!")" >"jobs/$1/keeper.new"
    mv -f "jobs/$1/keeper.new" "jobs/$1/keeper"
  fi
  rm -f "jobs/$1/$2"
}

[ -p control ] || mkfifo control
exec 3<>control
setpriv --pdeathsig KILL -- sh -c 'while sleep 1; do echo tick; done' >&3 3<&- 9>&- </dev/null 2>/dev/null &
printf '%s %s\n' "$$" "$(start_of "$$")" >supervisor.pid.new
mv -f supervisor.pid.new supervisor.pid

while read -r command name request <&3; do
  case $command in
    tick)
      check_lease
      check_memory
      ;;
    start)
      case $name in
        '' | *[!a-z0-9-]*) ;;
        *) [ -f "jobs/$name/run" ] && start_job "$name" "$request" ;;
      esac
      ;;
  esac
done
