# shellcheck shell=bash disable=SC2034 # Settings of the other scripts here; each can be set in the environment.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=versions.env
. "$here/versions.env"

# Built things, kept; a change of what they are built from takes another folder.
key=$(cat "$here/modules/kubernetes/go.mod" "$here/versions.env" | sha256sum | cut -c1-16)
KUBE_HOME=${KUBE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/instgenie/kubernetes/$key}
bin=$KUBE_HOME/bin
# A cluster that runs, thrown away with it. Several may run side by side, each with a folder and ports of its own.
KUBE_STATE=${KUBE_STATE:-/tmp/instgenie-kubernetes}
KUBE_NAME=${KUBE_NAME:-instgenie}
PORTS_FROM=${PORTS_FROM:-17440}

# On 127.0.0.1.
etcd_port=$PORTS_FROM
peer_port=$((PORTS_FROM + 1))
manager_port=$((PORTS_FROM + 2))
api_port=$((PORTS_FROM + 3))
scheduler_port=$((PORTS_FROM + 4))
kwok_port=$((PORTS_FROM + 5))

# Inside of the cluster.
node_ip=10.240.0.2
pods=10.244.0.0/16
services=10.96.0.0/16
api_service_ip=10.96.0.1
dns_service_ip=10.96.0.10

# netns_of NAME: what the network namespace of a node, and its group of cgroups, is called on this machine.
netns_of() { echo "$KUBE_NAME-$1"; }
# Of the Nth node after the first.
address_of() { echo "10.240.0.$((2 + $1))"; }
pods_of() { echo "10.244.$1.0/24"; }

logs=$KUBE_STATE/log
pids=$KUBE_STATE/run
keys=$KUBE_STATE/pki
configs=$KUBE_STATE/config

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
fail() {
  say "$*"
  exit 1
}
# A manifest with the values of the variables that stand in it as __name__.
fill_in() {
  local text name
  text=$(<"$here/manifests/$1")
  shift
  for name in "$@"; do text=${text//__${name}__/${!name}}; done
  [[ $text != *__[a-z]*__* ]] || fail "a manifest is not filled in: ${text#*__}"
  printf '%s\n' "$text"
}
