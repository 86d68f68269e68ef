#!/usr/bin/env bash
# Starts a cluster and waits until it is ready; stop.sh ends it.
#   start.sh control-plane         an API server with its controllers: pods stay Pending
#   start.sh kwok [NODES]          and nodes that say that pods run
#   start.sh node [FORWARD...]     a real node (root), in namespaces of its own; FORWARD is 127.0.0.1:PORT=HOST:PORT
# $KUBE_STATE/kubeconfig says how to reach it.
# shellcheck source=settings.sh
. "$(dirname "$0")/settings.sh"
level=${1:-control-plane}
shift || true
case $level in control-plane | kwok | node) ;; *) fail "start.sh: no level $level" ;; esac
[ ! -e "$pids/level" ] || fail "start.sh: there is a cluster in $KUBE_STATE already; end it with stop.sh"
mkdir -p "$pids" "$logs" "$keys" "$configs"
chmod 700 "$KUBE_STATE" "$keys"
echo "$level" >"$pids/level"
# shellcheck source=processes.sh
. "$here/processes.sh"
# shellcheck source=certificates.sh
. "$here/certificates.sh"

if [ "$level" = node ]; then
  # shellcheck source=node.sh
  . "$here/node.sh"
  # The kubelet sets these for the whole kernel; stop.sh sets them back.
  mkdir -p "$pids/sysctl"
  for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
    [ ! -r "/proc/sys/$name" ] || cat "/proc/sys/$name" >"$pids/sysctl/${name//\//.}"
  done
  new_namespaces "$KUBE_NAME"
  # A pair whose both ends are here carries the node's address: not every kernel has dummy devices.
  "${inside[@]}" bash -se <<SETUP
ip link add eth0 type veth peer name eth0p
ip addr add $node_ip/24 dev eth0
ip link set eth0p up
ip link set eth0 up
ip route add default dev eth0
SETUP
  bind=0.0.0.0 api_host=$node_ip local_api=6443 local_etcd=2379 local_peer=2380
else
  bind=127.0.0.1 api_host=127.0.0.1 local_api=$api_port local_etcd=$etcd_port local_peer=$peer_port
fi
api=https://$api_host:$local_api

# A test's data need not outlive the machine.
run etcd "$bin/etcd" --name "$KUBE_NAME" --data-dir "$KUBE_STATE/etcd" --log-level warn --unsafe-no-fsync \
  --listen-client-urls "http://127.0.0.1:$local_etcd" --advertise-client-urls "http://127.0.0.1:$local_etcd" \
  --listen-peer-urls "http://127.0.0.1:$local_peer" --initial-advertise-peer-urls "http://127.0.0.1:$local_peer" \
  --initial-cluster "$KUBE_NAME=http://127.0.0.1:$local_peer"

# shellcheck source=control-plane.sh
. "$here/control-plane.sh"

case $level in
  kwok)
    cp "$here/manifests/kwok-stages.yaml" "$configs/kwok.yaml"
    run kwok "$bin/kwok" --kubeconfig "$configs/admin.kubeconfig" --config "$configs/kwok.yaml" \
      --manage-nodes-with-annotation-selector kwok.x-k8s.io/node=fake --cidr "$pods" --node-ip "$node_ip" \
      --server-address "127.0.0.1:$kwok_port" --node-port "$kwok_port" --node-lease-duration-seconds 40
    # shellcheck disable=SC2034 # It is filled in.
    for node_name in $(seq -f 'fake-%g' "${1:-4}"); do fill_in kwok-node.yaml node_name; done | kubectl apply -f - >/dev/null
    until_ready 60 kwok kubectl wait --for condition=Ready node --all --timeout 1s
    ;;
  node)
    run_node "$KUBE_NAME" "$node_ip" "$(pods_of 0)"
    # shellcheck source=dns.sh
    . "$here/dns.sh"
    inside=()
    run forward "$bin/forward" "/run/netns/$(netns_of "$KUBE_NAME")" "127.0.0.1:$api_port=$node_ip:6443" "$@"
    ;;
esac
until_ready 20 kube-apiserver "$bin/kubectl" --kubeconfig "$KUBE_STATE/kubeconfig" get --raw /readyz
