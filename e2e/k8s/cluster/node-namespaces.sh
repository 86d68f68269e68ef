# shellcheck shell=bash disable=SC2154 # Part of start.sh: namespaces for a node; sets `inside`, which enters them.
[ "$(id -u)" = 0 ] || fail 'start.sh: a node needs root'
# The kubelet sets these for the whole kernel; stop.sh sets them back.
mkdir -p "$pids/sysctl"
for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  [ ! -r "/proc/sys/$name" ] || cat "/proc/sys/$name" >"$pids/sysctl/${name//\//.}"
done
# Where pods' cgroups will be, as seen from outside.
while IFS=: read -r _ controller path; do
  folder=/sys/fs/cgroup/${controller#name=}
  [ -n "$controller" ] || { [ ! -d /sys/fs/cgroup/unified ] || folder=/sys/fs/cgroup/unified; }
  folder=${folder%/}$path
  echo "${folder%/}/kubepods"
done </proc/self/cgroup >"$pids/cgroups"

ip netns add "$KUBE_NAME"
# `ip netns exec` would mount /sys anew, and hide the cgroups.
setsid nsenter --net="/run/netns/$KUBE_NAME" unshare --mount --cgroup --propagation private --pid --fork --mount-proc \
  --kill-child=KILL "$here/node-init.sh" >"$logs/init.log" 2>&1 </dev/null &
echo $! >"$pids/unshare.pid"
for _ in $(seq 100); do
  ! grep -q ready "$logs/init.log" || break
  sleep 0.1
done
grep -q ready "$logs/init.log" || fail "the node's namespaces did not come up: $(<"$logs/init.log")"
init=$(ps -o pid= --ppid "$(<"$pids/unshare.pid")" | tr -d ' ')
echo "$init" >"$pids/init.pid"
inside=(nsenter -t "$init" -n -m -p -C --)
# A pair whose both ends are here carries the node's address: not every kernel has dummy devices.
"${inside[@]}" bash -se <<SETUP
ip link set lo up
ip link add eth0 type veth peer name eth0p
ip addr add $node_ip/24 dev eth0
ip link set eth0p up
ip link set eth0 up
ip route add default dev eth0
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
[ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || sysctl -qw net.bridge.bridge-nf-call-iptables=1
SETUP
