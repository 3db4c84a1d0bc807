# Functions about processes for the other scripts. `mark` is a variable that marks processes by standing in their
# environment: of one node unless it is set to something else.
mark=REPO2VC_NODE=${REPO2VC_NODE:-}

start_of() { # PID: prints when it started (field 22 of /proc/PID/stat); nothing when it is gone
  stat=
  # A program can have a line break in its name.
  { while read -r line; do stat="$stat $line"; done <"/proc/$1/stat"; } 2>/dev/null
  [ -n "$stat" ] || return
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  [ "$1" = Z ] || printf '%s' "${20}"
}

is_alive() { # FILE with "PID START"
  { read -r pid start <"$1"; } 2>/dev/null && [ "$(start_of "$pid")" = "$start" ]
}

# "PID KIB START" of every process but the caller that carries the mark, and of their descendants. START is read before the
# mark is looked for: whoever still has it then is the one that was found.
members() {
  {
    grep -as '' /proc/[0-9]*/stat
    grep -lzxsF -e "$mark" /proc/[0-9]*/environ
    cat /proc/[0-9]*/status 2>/dev/null
  } | awk -v self="$$" '
    /^\/proc\/[0-9]+\/stat:/ {
      split($0, part, "/")
      if (sub(/^.*\) /, "")) start[part[3]] = $20
      next
    }
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
      for (p in mine) if (p != self && p in parent) print p, rss[p] + 0, start[p]
    }'
}

end_one() { # PID START: kills a process if it still is the one that was meant
  [ -n "$2" ] && [ "$(start_of "$1")" = "$2" ] && kill -KILL "$1" 2>/dev/null
}

# Kills them all, and looks again for what was being started meanwhile, until two looks in a row have found nothing.
end_all() {
  round=0
  quiet=0
  while [ "$quiet" -lt 2 ] && [ "$round" -lt 50 ]; do
    round=$((round + 1))
    quiet=$((quiet + 1))
    for member in $(members | awk '{ print $1 ":" $3 }'); do
      [ -n "$(start_of "${member%:*}")" ] || continue
      quiet=0
      end_one "${member%:*}" "${member#*:}"
    done
  done
}

# Keeps what a job prints. Each part ends after 2048 reads of at most 4 KiB, so a job that prints for ever keeps 16 MiB.
keep_log() {
  while :; do
    dd bs=4096 count=2048 of=log status=none
    [ -s log ] || return
    mv -f log log.1
  done
}

# PID of keep_log: waits for the rest of what was printed; but what a job left running may print for ever.
end_log() {
  for round in 1 2 3 4 5 6 7 8 9 10; do
    [ -n "$(start_of "$1")" ] || break
    sleep 0.1
  done
}
