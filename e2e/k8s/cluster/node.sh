# shellcheck shell=bash disable=SC2154,SC2034 # Real nodes: namespaces of their own, and what runs in them.
[ "$(id -u)" = 0 ] || fail 'a node needs root'

# enter NAME: the command that enters a node, in `inside`.
enter() { inside=(nsenter -t "$(<"$pids/init-$1.pid")" -n -m -p -C --); }

# new_namespaces NAME: network, mounts, processes and cgroups; everything in them ends with their first process.
new_namespaces() {
  local netns log=$logs/init-$1.log
  netns=$(netns_of "$1")
  ip netns add "$netns"
  # `ip netns exec` would mount /sys anew, and hide the cgroups.
  setsid nsenter --net="/run/netns/$netns" unshare --mount --cgroup --propagation private --pid --fork --mount-proc \
    --kill-child=KILL "$here/node-init.sh" "$netns" >"$log" 2>&1 </dev/null &
  echo $! >"$pids/unshare-$1.pid"
  for _ in $(seq 100); do
    ! grep -q ready "$log" 2>/dev/null || break
    sleep 0.1
  done
  grep -q ready "$log" || fail "the namespaces of $1 did not come up: $(<"$log")"
  ps -o pid= --ppid "$(<"$pids/unshare-$1.pid")" | tr -d ' ' >"$pids/init-$1.pid"
  enter "$1"
  "${inside[@]}" bash -se <<SETUP
ip link set lo up
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
[ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || sysctl -qw net.bridge.bridge-nf-call-iptables=1
SETUP
}

# run_node NAME ADDRESS POD_RANGE: a container runtime, a kubelet and a proxy where `inside` leads.
run_node() {
  local node_name=$1 address=$2 pod_range=$3 state_folder=$KUBE_STATE/nodes/$1 config_folder=$configs/$1
  local key_folder=$keys bin_folder=$bin runc_path snapshotter_name=${SNAPSHOTTER:-overlayfs}
  local proxy_mode=${PROXY_MODE:-nftables} cgroup_root all_pods=$pods ctr
  runc_path=$(command -v runc) cgroup_root=/$(netns_of "$node_name")
  mkdir -p "$state_folder" "$config_folder/cni"
  new_certificate "kubelet-$node_name" ca "/O=system:nodes/CN=system:node:$node_name" clientAuth,serverAuth "DNS:$node_name,IP:$address"
  new_kubeconfig "kubelet-$node_name" "$api" "$config_folder/kubelet.kubeconfig"
  new_certificate "kube-proxy-$node_name" ca /CN=system:kube-proxy clientAuth
  new_kubeconfig "kube-proxy-$node_name" "$api" "$config_folder/kube-proxy.kubeconfig"
  fill_in containerd.toml state_folder config_folder bin_folder runc_path snapshotter_name >"$config_folder/containerd.toml"
  fill_in kubelet.yaml node_name state_folder key_folder config_folder address dns_service_ip cgroup_root >"$config_folder/kubelet.yaml"
  fill_in kube-proxy.yaml config_folder proxy_mode all_pods >"$config_folder/kube-proxy.yaml"
  fill_in cni.conflist state_folder pod_range >"$config_folder/cni/10-bridge.conflist"
  echo 'nameserver 127.0.0.1' >"$config_folder/resolv.conf"

  run "containerd-$node_name" env PATH="$bin:$PATH" "$bin/containerd" --config "$config_folder/containerd.toml"
  ctr=("${inside[@]}" "$bin/ctr" -a "$state_folder/containerd.sock" -n k8s.io)
  until_ready 30 "containerd-$node_name" "${ctr[@]}" version
  "${ctr[@]}" images import --local "$KUBE_HOME/pause.tar" >>"$logs/images.log" 2>&1
  run "kubelet-$node_name" "$bin/kubelet" --config "$config_folder/kubelet.yaml" --kubeconfig "$config_folder/kubelet.kubeconfig" \
    --node-ip "$address" --hostname-override "$node_name" --root-dir "$state_folder/kubelet"
  run "kube-proxy-$node_name" "$bin/kube-proxy" --config "$config_folder/kube-proxy.yaml" --hostname-override "$node_name"
  until_ready 120 "kubelet-$node_name" kubectl wait --for condition=Ready "node/$node_name" --timeout 1s
}
