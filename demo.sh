#!/bin/sh
# From a bare machine to a real TLS 1.3 handshake on the screen: installs what is missing, builds,
# makes a throw-away certificate authority, and lets hs-client and then curl talk to hs-server.
#
#   ./demo.sh        all that it makes is in build/demo; PORT=N takes another port than 8443
#
# Exit code 0: both clients got their page.
set -eu
cd "$(dirname "$0")"
build=build/demo
ca=$build/ca
log=$build.log
port=${PORT:-8443}
server=

step() {
    printf '\n== %s\n' "$*"
}

run() {
    printf '$ %s\n' "$*"
    "$@"
}

# Quiet while it works; all of it when it does not.
quietly() {
    printf '$ %s\n' "$*"
    "$@" >"$log" 2>&1 || { cat "$log"; exit 1; }
}

stop_server() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
}
trap stop_server EXIT
trap 'exit 130' INT TERM

step "Packages and build"
tools/install-deps.sh demo
mkdir -p build
[ -f $build/build.ninja ] || quietly meson setup $build -Dbuildtype=release -Dtests=false
quietly ninja -C $build
PATH=$PWD/$build/apps/mini-ca:$PWD/$build/apps/hs-server:$PWD/$build/apps/hs-client:$PATH

step "A certificate authority that may vouch for this machine only, and a certificate from it"
rm -rf $ca
run mini-ca -C $ca init --no-password --permit=localhost,127.0.0.0/8,::1/128
run mini-ca -C $ca issue localhost 127.0.0.1 ::1 --out=$ca/localhost

step "A server"
# Its messages go to a file, which says when it listens, and where.
said=$build/hs-server.log
printf '$ hs-server --cert=%s --key=%s %s &\n' $ca/localhost.pem $ca/localhost-key.pem "$port"
: >$said
hs-server --cert=$ca/localhost.pem --key=$ca/localhost-key.pem "$port" 2>>$said &
server=$!
until grep -q 'listening on' $said; do
    kill -0 $server 2>/dev/null || { cat $said; echo "Another port: PORT=0 ./demo.sh"; exit 1; }
    sleep 0.1
done
head -n 1 $said
url=localhost:$(sed -n 's/.*listening on [^ ]*:\([0-9]*\).*/\1/p' $said)

step "The handshake, as the client sees it"
printf '$ hs-client -v --cacert=%s --http %s >%s\n' $ca/root.pem "$url" $build/page.txt
hs-client -v --cacert=$ca/root.pem --http "$url" >$build/page.txt

step "The same server, asked by curl: what it saw of the client (first lines)"
printf '$ curl --cacert %s https://%s/\n' $ca/root.pem "$url"
curl -sS --cacert $ca/root.pem "https://$url/" >$build/page-for-curl.txt
head -n 11 $build/page-for-curl.txt

step "Done. Everything is in build/demo: the CA, the pages, the programs in apps/"
