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
began=$(date +%s%3N)

inside=()
if [ "$level" = node ]; then
  # shellcheck source=node-namespaces.sh
  . "$here/node-namespaces.sh"
  bind=0.0.0.0 api_host=$node_ip local_api=6443 local_etcd=2379 local_peer=2380
else
  bind=127.0.0.1 api_host=127.0.0.1 local_api=$api_port local_etcd=$etcd_port local_peer=$peer_port
fi
api=https://$api_host:$local_api

# run NAME COMMAND...: in the background, where the cluster is.
run() {
  local name=$1
  shift
  setsid "${inside[@]}" "$@" >"$logs/$name.log" 2>&1 </dev/null &
  echo $! >"$pids/$name.pid"
}
# until_ready SECONDS NAME COMMAND...: until the command succeeds, as long as the process lives.
until_ready() {
  local last=$((SECONDS + $1)) name=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$(<"$pids/$name.pid")" 2>/dev/null; then
      tail -n 20 "$logs/$name.log" >&2
      fail "$name has ended"
    fi
    [ $SECONDS -lt $last ] || fail "$name is not ready in time; see $logs"
    sleep 0.1
  done
  say "$name is ready after $(($(date +%s%3N) - began)) ms"
}

# shellcheck source=certificates.sh
. "$here/certificates.sh"
kubectl() { "${inside[@]}" "$bin/kubectl" --kubeconfig "$configs/admin.kubeconfig" "$@"; }

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
    # shellcheck source=node-services.sh
    . "$here/node-services.sh"
    ;;
esac
until_ready 20 kube-apiserver "$bin/kubectl" --kubeconfig "$KUBE_STATE/kubeconfig" get --raw /readyz
