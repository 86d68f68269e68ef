# shellcheck shell=bash disable=SC2154,SC2034 # Part of start.sh: names within the cluster, on the first node's address.
config_folder=$configs
new_certificate coredns ca /CN=system:coredns clientAuth
new_kubeconfig coredns "$api" "$configs/coredns.kubeconfig"
fill_in Corefile config_folder node_ip >"$configs/Corefile"
run coredns "$bin/coredns" -conf "$configs/Corefile"
fill_in dns.yaml dns_service_ip node_ip | kubectl apply -f - >/dev/null
until_ready 60 coredns "${inside[@]}" bash -c \
  "exec 3<>/dev/tcp/$node_ip/8181; printf 'GET /ready HTTP/1.0\r\n\r\n' >&3; grep -q ' 200 ' <&3"
