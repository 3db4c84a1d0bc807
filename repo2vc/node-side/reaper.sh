#!/bin/sh
# Ends every process of a node once its supervisor has died, however it died and whatever was just being started.
# Reads from a pipe that the supervisor alone holds open; started by supervisor.sh, in a session of its own.
. ./members.sh
cat >/dev/null
end_all
