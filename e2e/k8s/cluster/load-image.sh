#!/usr/bin/env bash
# Brings images (OCI archives) to a real node: load-image.sh NODE FILE...
# shellcheck source=settings.sh
. "$(dirname "$0")/settings.sh"
# shellcheck source=node.sh
. "$here/node.sh"
enter "$1"
socket=$KUBE_STATE/nodes/$1/containerd.sock
shift
for file; do
  "${inside[@]}" "$bin/ctr" -a "$socket" -n k8s.io images import --local "$(realpath "$file")"
done
