#!/usr/bin/env bash
# The first process of a node's namespaces: node-init.sh CGROUP. Gives the node cgroups whose root is that of whoever started
# it, so that pods count there, under CGROUP, and folders of its own where programs have fixed paths. Then it waits, and
# reaps orphans meanwhile.
set -eu
mount --make-rprivate /
if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
  umount -R /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir -p "/sys/fs/cgroup/$1"
else
  mapfile -t controllers < <(cut -d: -f2 /proc/self/cgroup | grep .)
  umount -R /sys/fs/cgroup
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for controller in "${controllers[@]}"; do
    folder=/sys/fs/cgroup/${controller#name=}
    mkdir -p "$folder"
    case $controller in
      name=*) mount -t cgroup -o "none,$controller" cgroup "$folder" ;;
      *) mount -t cgroup -o "$controller" cgroup "$folder" ;;
    esac
    mkdir -p "$folder/$1"
  done
  mkdir /sys/fs/cgroup/unified
  mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
fi
for folder in /run/netns /run/containerd /run/runc /var/lib/cni /var/log/containers /var/lib/kubelet; do
  mkdir -p "$folder"
  mount -t tmpfs -o mode=755 tmpfs "$folder"
done
mount --make-rshared /
trap : HUP INT TERM
echo ready
while :; do
  sleep 3600 &
  wait $! || :
done
