#!/bin/sh
# Makes the AOT caches of an exploded distribution: starts it on an emulated cloud, has it do what it does all day, and
# keeps what the JVM learnt. The commands have one of their own: a JVM links at its start all that is in its cache, and
# a command needs a part of the daemon only.
#
#   aot-cache.sh DIST     writes DIST/lib/iam-broker-HASH.aot and DIST/lib/iam-broker-commands-HASH.aot
set -eu

dist=$(cd "$1" && pwd)
read -r hash <"$dist/lib/hash"
if ! command -v curl >/dev/null; then
    echo "aot-cache.sh: no AOT cache is made, and iam-broker starts slower: install curl and build again" >&2
    exit 0
fi
unset IAM_BROKER_SOCKET IAM_BROKER_CONFIG
work=$(mktemp -d)
demo=
daemon=

clean() {
    [ -z "$daemon" ] || kill "$daemon" || true
    [ -z "$demo" ] || kill "$demo" || true
    wait
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' HUP INT PIPE TERM

fail() {
    echo "aot-cache.sh: $1" >&2
    cat "$work"/*.log >&2
    exit 1
}

# await WHAT COMMAND...
await() {
    what=$1
    shift
    tries=1200
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "no $what in two minutes"
        sleep 0.1
    done
}

ask() {
    curl -Ssf --unix-socket "$work/run/broker.sock" -o /dev/null "$@"
}

broker() {
    "$dist/bin/iam-broker" --socket "$work/run/broker.sock" "$@" >>"$work/commands.log" 2>&1
}

# The cloud is a process of its own: nothing of it belongs into the daemon's cache.
"$dist/bin/iam-broker" demo >"$work/demo.log" 2>&1 &
demo=$!
await "emulated cloud" grep -q 'In a second shell' "$work/demo.log"
cloud=$(sed -n 's/.* removes \(.*\)\.$/\1/p' "$work/demo.log")

mkdir -m 700 "$work/run"
sed -e "s,path: .*broker.sock,path: $work/run/broker.sock," -e "s,dir: [^,]*,dir: $work/state," \
    "$cloud/broker.yaml" >"$work/broker.yaml"
echo "audit: { file: $work/audit.jsonl }" >>"$work/broker.yaml"

# serve OPTIONS of the JVM
serve() {
    IAM_BROKER_JAVA_OPTS=$1 "$dist/bin/iam-broker" serve --config "$work/broker.yaml" >>"$work/daemon.log" 2>&1 &
    daemon=$!
    await "token" ask http://localhost/v1/accounts/prod/token
}

end_daemon() {
    kill "$daemon"
    wait "$daemon" || fail "the daemon did not end well"
    daemon=
}

# What is learnt is the start that is the usual one: with sessions of before.
serve ""
end_daemon
serve "-XX:AOTCacheOutput=$work/daemon.aot"

# Of IAM too.
ask "http://localhost/v1/accounts/prod/token?kind=kube" || fail "kube token"
broker clusters prod || fail "clusters"
broker kubeconfig prod prod-classic || fail "kubeconfig"
kill -HUP "$daemon"
ask http://localhost/metrics || fail "metrics"
# So often that the compiler has seen the way of a warm token, over connections that stay open, over one for each request,
# and as kubectl's plugin asks.
ask "http://localhost/v1/accounts/prod/token?min_ttl=[1-600]&wait=[1-30]" || fail "warm tokens"
ask -H "Connection: close" "http://localhost/v1/accounts/prod/token?min_ttl=[1-600]&wait=[1-20]" || fail "tokens of new connections"
plugged=0
while [ $plugged -lt 300 ] && [ -x "$dist/bin/iam-broker-credential" ]; do
    "$dist/bin/iam-broker-credential" --socket "$work/run/broker.sock" --account prod >/dev/null || fail "plugin"
    plugged=$((plugged + 1))
done
IAM_BROKER_JAVA_OPTS="-XX:AOTCacheOutput=$work/commands.aot" broker status || fail "status"

end_daemon
for cache in daemon commands; do
    [ -s "$work/$cache.aot" ] || fail "the JVM wrote no cache of the $cache"
    chmod 644 "$work/$cache.aot"
done
mv "$work/daemon.aot" "$dist/lib/iam-broker-$hash.aot"
mv "$work/commands.aot" "$dist/lib/iam-broker-commands-$hash.aot"
