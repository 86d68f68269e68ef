#!/usr/bin/env bash
# Brings images (OCI archives) to the real node: load-image.sh FILE...
# shellcheck source=settings.sh
. "$(dirname "$0")/settings.sh"
for file; do
  nsenter -t "$(<"$pids/init.pid")" -n -m -p -C -- "$bin/ctr" -a "$KUBE_STATE/containerd.sock" -n k8s.io \
    images import --local "$(realpath "$file")"
done
