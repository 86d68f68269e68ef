# shellcheck shell=bash disable=SC2154 # Part of start.sh: the API server, its controllers and the scheduler.
new_authority ca
new_authority front-proxy-ca
api_names=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
api_names+=,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:$api_service_ip,IP:$node_ip
new_certificate apiserver ca /CN=kube-apiserver serverAuth "$api_names"
new_certificate front-proxy-client front-proxy-ca /CN=front-proxy-client clientAuth
new_certificate admin ca /O=system:masters/CN=admin clientAuth
new_certificate apiserver-kubelet-client ca /O=system:masters/CN=apiserver-kubelet-client clientAuth
new_certificate kube-controller-manager ca /CN=system:kube-controller-manager clientAuth
new_certificate kube-scheduler ca /CN=system:kube-scheduler clientAuth
ssl ecparam -name prime256v1 -genkey -noout -out "$keys/sa.key"
ssl ec -in "$keys/sa.key" -pubout -out "$keys/sa.pub"
for name in admin kube-controller-manager kube-scheduler; do new_kubeconfig "$name" "$api" "$configs/$name.kubeconfig"; done
new_kubeconfig admin "https://127.0.0.1:$api_port" "$KUBE_STATE/kubeconfig"

api_flags=(
  --etcd-servers "http://127.0.0.1:$local_etcd" --bind-address "$bind" --secure-port "$local_api"
  --advertise-address "$api_host" --service-cluster-ip-range "$services" --authorization-mode "Node,RBAC"
  --enable-admission-plugins NodeRestriction --allow-privileged=true --profiling=false
  --client-ca-file "$keys/ca.crt" --tls-cert-file "$keys/apiserver.crt" --tls-private-key-file "$keys/apiserver.key"
  --service-account-issuer https://kubernetes.default.svc.cluster.local
  --service-account-key-file "$keys/sa.pub" --service-account-signing-key-file "$keys/sa.key"
  --requestheader-client-ca-file "$keys/front-proxy-ca.crt" --requestheader-allowed-names front-proxy-client
  --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group
  --requestheader-extra-headers-prefix X-Remote-Extra-
  --proxy-client-cert-file "$keys/front-proxy-client.crt" --proxy-client-key-file "$keys/front-proxy-client.key"
  --kubelet-client-certificate "$keys/apiserver-kubelet-client.crt"
  --kubelet-client-key "$keys/apiserver-kubelet-client.key" --kubelet-preferred-address-types InternalIP
)
if [ "$level" = node ]; then
  api_flags+=(--kubelet-certificate-authority "$keys/ca.crt")
else
  # A Service may not lead to a loopback address.
  api_flags+=(--endpoint-reconciler-type none)
fi
manager_flags=(
  --kubeconfig "$configs/kube-controller-manager.kubeconfig"
  --authentication-kubeconfig "$configs/kube-controller-manager.kubeconfig"
  --authorization-kubeconfig "$configs/kube-controller-manager.kubeconfig"
  --bind-address 127.0.0.1 --secure-port "$manager_port" --leader-elect=false --use-service-account-credentials
  --root-ca-file "$keys/ca.crt" --service-account-private-key-file "$keys/sa.key"
  --cluster-signing-cert-file "$keys/ca.crt" --cluster-signing-key-file "$keys/ca.key"
  --requestheader-client-ca-file "$keys/front-proxy-ca.crt" --service-cluster-ip-range "$services"
  --cluster-cidr "$pods" --allocate-node-cidrs=true --profiling=false
  --horizontal-pod-autoscaler-sync-period "${HPA_SYNC:-2s}"
  # The usual 20 calls a second make hundreds of pods slow.
  --kube-api-qps 300 --kube-api-burst 600
)
scheduler_flags=(
  --kubeconfig "$configs/kube-scheduler.kubeconfig" --authentication-kubeconfig "$configs/kube-scheduler.kubeconfig"
  --authorization-kubeconfig "$configs/kube-scheduler.kubeconfig" --bind-address 127.0.0.1
  --secure-port "$scheduler_port" --leader-elect=false --profiling=false --kube-api-qps 300 --kube-api-burst 600
)
gates=${FEATURE_GATES:+--feature-gates=$FEATURE_GATES}
run kube-apiserver "$bin/kube-apiserver" "${api_flags[@]}" ${gates:+"$gates"}
# For whoever ends it and starts it again.
printf '%q ' "$bin/kube-apiserver" "${api_flags[@]}" ${gates:+"$gates"} >"$configs/kube-apiserver.command"
until_ready 120 kube-apiserver kubectl get --raw /readyz
run kube-controller-manager "$bin/kube-controller-manager" "${manager_flags[@]}" ${gates:+"$gates"}
run kube-scheduler "$bin/kube-scheduler" "${scheduler_flags[@]}"
until_ready 60 kube-controller-manager kubectl -n default get serviceaccount default
