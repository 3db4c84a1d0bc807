#!/bin/sh
# Ends programs of a node that is a container. Runs in it, as the node's user, with the functions of members.sh before it.
#
#   container-end.sh MARK     those that have the variable MARK (NAME=VALUE) in their environment, and their descendants
#   container-end.sh          all of this user
if [ $# -gt 0 ]; then
  mark=$1
  end_all
else
  for round in 1 2 3; do kill -KILL -1 2>/dev/null; done
fi
