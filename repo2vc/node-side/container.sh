#!/bin/sh
# The first program of a node that is a container: keeps it until its lease has run out, then all that runs in it ends.
# It is root without any capability; everything else is started from outside, as the node's user.
#
#   container.sh LEASE          the end, in seconds since 1970; /.repo2vc/lease, which is root's, takes its place
#   container.sh LEASE idle     ends earlier, when nothing else has run in it for five minutes
set -u
trap 'exit 0' TERM INT

# Others than this one.
is_used() {
  set -- /proc/[0-9]*
  [ $# -gt 1 ]
}

idle=0
until=$1
while :; do
  # While another lease is being written there is none, or a part of one: then the end stays as it was.
  if { read -r told </.repo2vc/lease; } 2>/dev/null; then
    case $told in
      '' | *[!0-9]*) ;;
      *) until=$told ;;
    esac
  fi
  [ "$(date +%s)" -lt "$until" ] || exit 0
  if [ "${2:-}" = idle ]; then
    idle=$((idle + 1))
    ! is_used || idle=0
    [ "$idle" -lt 150 ] || exit 0
  fi
  # A signal, and the end of what was left to us, are dealt with between two of these.
  sleep 2
done
