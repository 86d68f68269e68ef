#!/usr/bin/env bash
# A node dies as a machine does whose power fails: lose-node.sh NAME. Nobody says goodbye, and nothing answers its peers.
# shellcheck source=settings.sh
. "$(dirname "$0")/settings.sh"
# shellcheck source=node.sh
. "$here/node.sh"
name=${1:?lose-node.sh NAME}
nth=$(<"$pids/nth-$name")
enter "$KUBE_NAME"
"${inside[@]}" bash -se <<SETUP
ip route replace blackhole $(address_of "$nth")/32
ip route replace blackhole $(pods_of "$nth")
SETUP
kill -KILL "$(<"$pids/init-$name.pid")"
