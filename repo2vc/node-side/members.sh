# Functions of supervisor.sh and reaper.sh: the processes of one node. REPO2VC_NODE in the environment names the node.

start_of() { # PID: prints when it started (field 22 of /proc/PID/stat); nothing when it is gone
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  [ "$1" = Z ] || printf '%s' "${20}"
}

is_alive() { # FILE with "PID START"
  { read -r pid start <"$1"; } 2>/dev/null && [ "$(start_of "$pid")" = "$start" ]
}

# "PID KIB" of every process of this node but the caller: those that carry its mark, and their descendants.
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

# Kills them all, and looks again for what was being started meanwhile.
end_all() {
  for round in 1 2 3 4 5 6 7 8 9 10; do
    # shellcheck disable=SC2046
    kill -KILL $(members | cut -d ' ' -f 1) 2>/dev/null
  done
}
