#!/bin/sh
# From a bare machine to real handshakes on the screen: installs what is missing, builds, makes a
# throw-away certificate authority, and lets hs-client and then curl talk to hs-server over TLS 1.3.
# Then the handshake of the textbooks, TLS 1.2 with RSA key transport, in its eight steps, and the
# two beside each other.
#
#   ./demo.sh        all that it makes is in build/demo; PORT=N takes another port than 8443
#
# Exit code 0: all clients got their page.
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
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" || true
    fi
    server=
}

# start_server NAME OPTIONS...: in the background. What it says goes to NAME.log, which tells when
# and where it listens; that is in $url then.
start_server() {
    said=$build/$1.log
    shift
    printf '$ hs-server %s &\n' "$*"
    : >"$said"
    hs-server "$@" 2>>"$said" &
    server=$!
    until grep -q 'listening on' "$said"; do
        kill -0 $server 2>/dev/null || { cat "$said"; echo "Another port: PORT=0 ./demo.sh"; exit 1; }
        sleep 0.1
    done
    grep 'listening on' "$said"
    url=localhost:$(sed -n 's/.*listening on [^ ]*:\([0-9]*\).*/\1/p' "$said")
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
start_server hs-server --cert=$ca/localhost.pem --key=$ca/localhost-key.pem "$port"

step "The handshake, as the client sees it"
printf '$ hs-client -v --html=%s --cacert=%s --http %s >%s\n' $build/handshake.html $ca/root.pem \
    "$url" $build/page.txt
hs-client -v --html=$build/handshake.html --cacert=$ca/root.pem --http "$url" >$build/page.txt
printf '%s\n' "The same byte by byte, to be opened in a browser: $PWD/$build/handshake.html"

step "The same server, asked by curl: what it saw of the client (first lines)"
printf '$ curl --cacert %s https://%s/\n' $ca/root.pem "$url"
curl -sS --cacert $ca/root.pem "https://$url/" >$build/page-for-curl.txt
head -n 11 $build/page-for-curl.txt

step "The handshake of the textbooks: TLS 1.2, RSA key transport, in its eight steps"
# Its key does that and nothing else; for all the rest the server has the one from before.
run mini-ca -C $ca issue localhost 127.0.0.1 ::1 --key-type=rsa2048 --out=$ca/localhost-rsa
stop_server
start_server hs-server-classic --profile=classic --cert=$ca/localhost.pem \
    --key=$ca/localhost-key.pem --cert=$ca/localhost-rsa.pem --key=$ca/localhost-rsa-key.pem "$port"
printf '$ hs-client --profile=classic --explain --cacert=%s --http %s >%s\n' $ca/root.pem "$url" \
    $build/page-classic.txt
hs-client --profile=classic --explain --cacert=$ca/root.pem --http "$url" >$build/page-classic.txt
grep -q 'TLS_RSA_WITH_AES_128_GCM_SHA256' $build/page-classic.txt

step "The same page from the same server over TLS 1.3, which removed that exchange"
printf '$ hs-client -v --cacert=%s --http %s >%s\n' $ca/root.pem "$url" $build/page-new.txt
hs-client -v --cacert=$ca/root.pem --http "$url" >$build/page-new.txt

step "The two side by side: what each costs, what it shows to others, what a stolen key opens"
run hs-client --profile=classic --compare=1.2,1.3 --cacert=$ca/root.pem --http "$url"

step "Done. Everything is in build/demo: the CA, the pages, the programs in apps/"
