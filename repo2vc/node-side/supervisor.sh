#!/bin/sh
# Keeps one node that is made of processes: starts its jobs, ends it when its lease runs out, and watches its memory.
# It outlives whoever started it; when it ends, however it ends, its jobs end with it.
#
#   supervisor.sh FOLDER VOLATILE MEMORY_KIB [scope]     (MEMORY_KIB 0: no limit; scope: the kernel enforces it)
#
# When the lease has run out, VOLATILE, the folder of secrets, is removed; FOLDER stays, for the work in it.
# The folder holds: lease (the end, in seconds since 1970), control (a FIFO of commands, one per line), supervisor.pid
# ("PID START", START as field 22 of /proc/PID/stat), jobs/NAME/ (see job.sh). It writes: out-of-memory
# ("PID KIB", one line per process that was killed). REPO2VC_NODE in its environment marks every process of the node.
set -u
umask 077
volatile=$2
memory=$3
scope=
[ "${4:-}" != scope ] || scope=$(sed -n 's/^0:://p' /proc/self/cgroup)
kernel_kills=0
cd "$1" || exit 1

# Only one supervisor per node. Children close the descriptor, or they would keep the lock.
exec 9>>supervisor.lock
flock -n 9 || exit 0

. ./members.sh

check_lease() {
  until=0
  { read -r until <lease; } 2>/dev/null
  [ "$(date +%s)" -lt "$until" ] && return
  # First, so that no secret is left whatever happens to us meanwhile; again for what programs were still writing.
  rm -rf -- "$volatile"
  end_all
  rm -rf -- "$volatile"
  exit 0
}

in_scope() { # PID
  [ -n "$scope" ] || return 1
  while read -r group; do
    case $group in
      "0::$scope" | "0::${scope%/}/"*) return 0 ;;
    esac
  done <"/proc/$1/cgroup"
  return 1
}

# The members whose memory the kernel does not limit; in a scope, those outside of it, such as what `exec` runs. (What a
# pool of processes shares is counted once by the kernel, but once for each of them here.)
watched_members() {
  members | while read -r pid kib start; do
    in_scope "$pid" || printf '%s %s %s\n' "$pid" "$kib" "$start"
  done 2>/dev/null
}

check_memory() {
  [ "$memory" -gt 0 ] || return
  if [ -n "$scope" ]; then
    kills=$(awk '$1 == "oom_kill" { print $2 }' "/sys/fs/cgroup$scope/memory.events" 2>/dev/null)
    [ "${kills:-0}" -gt "$kernel_kills" ] && kernel_kills=$kills && printf '0 %s\n' "$memory" >>out-of-memory
  fi
  # shellcheck disable=SC2046
  set -- $(watched_members | awk -v most="$memory" '
    { sum += $2; if ($2 > kib) { kib = $2; pid = $1; start = $3 } }
    END { if (sum > most) print pid, start, sum }')
  [ $# -eq 3 ] && end_one "$1" "$2" && printf '%s %s\n' "$1" "$3" >>out-of-memory
}

# NAME REQUEST: starts jobs/NAME unless it runs. That the file jobs/NAME/REQUEST is gone tells that it was carried out.
start_job() {
  if ! is_alive "jobs/$1/keeper"; then
    rm -f "jobs/$1/exit" "jobs/$1/pid" "jobs/$1/keeper"
    setpriv --pdeathsig KILL -- sh job.sh "jobs/$1" 3<&- 4<&- 9>&- </dev/null >/dev/null 2>&1 &
    printf '%s %s\n' "$!" "$(start_of "$!")" >"jobs/$1/keeper.new"
    mv -f "jobs/$1/keeper.new" "jobs/$1/keeper"
  fi
  rm -f "jobs/$1/$2"
}

[ -p control ] || mkfifo control
exec 3<>control
setpriv --pdeathsig KILL -- sh -c 'while sleep 1; do echo tick; done' >&3 3<&- 9>&- </dev/null 2>/dev/null &

# The life line: nobody but this process keeps it open for writing, so the reaper sees the end of it.
[ -p life ] || mkfifo life
exec 4<>life
(exec 5<life 4<&- && exec setsid sh reaper.sh <&5 5<&- 3<&- 9>&- >/dev/null 2>&1) &

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
