#!/bin/sh
# The first program of a node that is a container: keeps it until its lease has run out, then all that runs in it ends.
# It is root without any capability; everything else is started from outside, as the node's user.
#
#   container.sh LEASE          the end, in seconds since 1970; /.repo2vc/lease, which is root's, takes its place
#   container.sh LEASE idle     ends earlier, when nothing else has run in it for five minutes
set -u
trap 'exit 0' TERM INT

# Others than the two that are always there: this one and its sleep.
is_used() {
  set -- /proc/[0-9]*
  [ $# -gt 2 ]
}

idle=0
while :; do
  until=$1
  { read -r until </.repo2vc/lease; } 2>/dev/null
  [ "$(date +%s)" -lt "$until" ] || exit 0
  if [ "${2:-}" = idle ]; then
    idle=$((idle + 1))
    ! is_used || idle=0
    [ "$idle" -lt 150 ] || exit 0
  fi
  # A signal, and the end of what was left to us, are dealt with between two of these.
  sleep 2
done
