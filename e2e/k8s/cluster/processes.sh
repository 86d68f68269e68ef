# shellcheck shell=bash disable=SC2154 # Processes of a cluster: started, noted by their ids, and waited for.
inside=()
began=$(date +%s%3N)

# run NAME COMMAND...: in the background, where `inside` leads.
run() {
  local name=$1
  shift
  setsid "${inside[@]}" "$@" >"$logs/$name.log" 2>&1 </dev/null &
  echo $! >"$pids/$name.pid"
}
# until_ready SECONDS NAME COMMAND...: until the command succeeds, as long as the process lives.
until_ready() {
  local last=$((SECONDS + $1)) name=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$(<"$pids/$name.pid")" 2>/dev/null; then
      tail -n 20 "$logs/$name.log" >&2
      fail "$name has ended"
    fi
    [ $SECONDS -lt $last ] || fail "$name is not ready in time; see $logs"
    sleep 0.1
  done
  say "$name is ready after $(($(date +%s%3N) - began)) ms"
}
kubectl() { "${inside[@]}" "$bin/kubectl" --kubeconfig "$configs/admin.kubeconfig" "$@"; }
