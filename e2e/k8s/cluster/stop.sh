#!/usr/bin/env bash
# Ends the cluster in $KUBE_STATE, by the ids of the processes that start.sh noted, and removes its state.
#   stop.sh [--keep-logs]
# shellcheck source=settings.sh
. "$(dirname "$0")/settings.sh"
[ -e "$pids/level" ] || {
  say "there is no cluster in $KUBE_STATE"
  exit 0
}
level=$(<"$pids/level")
# Whether a process runs one of ours: its number may be somebody else's by now.
is_ours() {
  local command
  command=$(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline") || return 1
  [[ $command == *"$bin"* || $command == *"/run/netns/$KUBE_NAME"* || $command == *"$here/node-init.sh"* ]]
}
# One that nobody has waited for yet is over too.
is_over() { [ ! -e "/proc/$1/status" ] || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }
end() { # NAME SIGNAL
  local pid
  pid=$(cat "$pids/$1.pid" 2>/dev/null) || return 0
  is_ours "$pid" || return 0
  kill "-$2" "$pid" 2>/dev/null || return 0
  for _ in $(seq 50); do
    ! is_over "$pid" || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || :
}
if [ "$level" = node ]; then
  end forward TERM
  for file in "$pids"/init-*.pid; do
    name=$(basename "$file" .pid)
    name=${name#init-}
    # With the first process of the namespaces everything in them ends.
    end "init-$name" KILL
    end "unshare-$name" TERM
    ip netns del "$(netns_of "$name")" 2>/dev/null || :
    find /sys/fs/cgroup -maxdepth 6 -type d -name "$(netns_of "$name")" 2>/dev/null | while read -r folder; do
      find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || say "still there: $folder"
    done
  done
  for file in "$pids"/sysctl/*; do
    [ ! -e "$file" ] || sysctl -qw "$(basename "$file")=$(<"$file")" 2>/dev/null || :
  done
else
  # The API server would wait for its clients: they go first, and it at once.
  for name in kwok kube-scheduler kube-controller-manager kube-apiserver; do end "$name" KILL; done
  end etcd TERM
fi
if [ "${1:-}" = --keep-logs ]; then
  find "$KUBE_STATE" -mindepth 1 -maxdepth 1 ! -name log -exec rm -rf {} +
else
  rm -rf "$KUBE_STATE"
fi
