# shellcheck shell=bash disable=SC2154,SC2034 # Part of start.sh: what a real node runs.
new_certificate kubelet ca "/O=system:nodes/CN=system:node:$KUBE_NAME" clientAuth,serverAuth "DNS:$KUBE_NAME,IP:$node_ip"
new_certificate kube-proxy ca /CN=system:kube-proxy clientAuth
new_certificate coredns ca /CN=system:coredns clientAuth
for name in kubelet kube-proxy coredns; do new_kubeconfig "$name" "$api" "$configs/$name.kubeconfig"; done
state_folder=$KUBE_STATE key_folder=$keys config_folder=$configs bin_folder=$bin runc_path=$(command -v runc)
pod_range=$pods snapshotter_name=${SNAPSHOTTER:-overlayfs} proxy_mode=${PROXY_MODE:-nftables}
mkdir -p "$configs/cni"
fill_in containerd.toml state_folder config_folder bin_folder runc_path snapshotter_name >"$configs/containerd.toml"
fill_in kubelet.yaml state_folder key_folder config_folder node_ip dns_service_ip >"$configs/kubelet.yaml"
fill_in kube-proxy.yaml config_folder proxy_mode pod_range >"$configs/kube-proxy.yaml"
fill_in cni.conflist state_folder pod_range >"$configs/cni/10-bridge.conflist"
fill_in Corefile config_folder node_ip >"$configs/Corefile"
echo 'nameserver 127.0.0.1' >"$configs/resolv.conf"

run containerd env PATH="$bin:$PATH" "$bin/containerd" --config "$configs/containerd.toml"
ctr=("${inside[@]}" "$bin/ctr" -a "$KUBE_STATE/containerd.sock" -n k8s.io)
until_ready 30 containerd "${ctr[@]}" version
"${ctr[@]}" images import --local "$KUBE_HOME/pause.tar" >>"$logs/images.log" 2>&1
run kubelet "$bin/kubelet" --config "$configs/kubelet.yaml" --kubeconfig "$configs/kubelet.kubeconfig" \
  --node-ip "$node_ip" --hostname-override "$KUBE_NAME" --root-dir "$KUBE_STATE/kubelet"
run kube-proxy "$bin/kube-proxy" --config "$configs/kube-proxy.yaml" --hostname-override "$KUBE_NAME"
run coredns "$bin/coredns" -conf "$configs/Corefile"
fill_in dns.yaml dns_service_ip node_ip | kubectl apply -f - >/dev/null
until_ready 120 kubelet kubectl wait --for condition=Ready "node/$KUBE_NAME" --timeout 1s
until_ready 60 coredns "${inside[@]}" bash -c \
  "exec 3<>/dev/tcp/$node_ip/8181; printf 'GET /ready HTTP/1.0\r\n\r\n' >&3; grep -q ' 200 ' <&3"
saved=("${inside[@]}")
inside=()
run forward "$bin/forward" "/run/netns/$KUBE_NAME" "127.0.0.1:$api_port=$node_ip:6443" "$@"
inside=("${saved[@]}")
