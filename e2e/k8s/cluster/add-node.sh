#!/usr/bin/env bash
# Adds a real node to a cluster of the level `node`: add-node.sh NAME
# shellcheck source=settings.sh
. "$(dirname "$0")/settings.sh"
# shellcheck source=processes.sh
. "$here/processes.sh"
# shellcheck source=certificates.sh
. "$here/certificates.sh"
# shellcheck source=node.sh
. "$here/node.sh"
name=${1:?add-node.sh NAME}
api=https://$node_ip:6443
nth=$(find "$pids" -name 'init-*.pid' | wc -l)
new_namespaces "$name"
# A pair leads from one node to the other, and carries what is for the other's pods.
ip link add "to-$nth" netns "$(netns_of "$KUBE_NAME")" type veth peer name eth0 netns "$(netns_of "$name")"
"${inside[@]}" bash -se <<SETUP
ip addr add $(address_of "$nth")/24 dev eth0
ip link set eth0 up
ip route add default via $node_ip
SETUP
enter "$KUBE_NAME"
"${inside[@]}" bash -se <<SETUP
ip link set to-$nth up
ip route add $(address_of "$nth")/32 dev to-$nth
ip route add $(pods_of "$nth") via $(address_of "$nth") dev to-$nth onlink
SETUP
enter "$name"
run_node "$name" "$(address_of "$nth")" "$(pods_of "$nth")"
echo "$nth" >"$pids/nth-$name"
