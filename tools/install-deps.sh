#!/bin/sh
# Installs what is missing of the packages that building, the demo or the tests need:
#
#   tools/install-deps.sh build|demo|test
#
# For Debian 12, 13 and an Ubuntu with the same packages, as root or with sudo. When nothing is
# missing it does nothing and needs no rights.
set -eu

build="gcc libc6-dev meson ninja-build pkg-config
    libmbedtls-dev libssl-dev libuv1-dev libhttp-parser-dev libjansson-dev"
# netbase: makes /etc/hosts where there is none, so that localhost has an address.
demo="$build curl netbase"
# zlib and zstd: Debian 13's static libcrypto wants them and its package does not say so.
test="$demo clang libclang-rt-dev clang-format libcmocka-dev valgrind
    openssl gnutls-bin libwolfssl-dev tshark ca-certificates strace libnss3-tools
    python3 python3-pytest python3-jsonschema python3-cryptography publicsuffix xz-utils
    zlib1g-dev libzstd-dev make xxd dpkg-dev debian-archive-keyring"

# program=package, for the tests in a browser. Only where no such program is there, wherever it came
# from, and the distribution has the package: Ubuntu has no Chromium.
optional="chromium=chromium firefox-esr=firefox-esr node=nodejs npm=npm"

case "${1-}" in
build) wanted=$build optional= ;;
demo) wanted=$demo optional= ;;
test) wanted=$test ;;
*) echo "usage: $0 build|demo|test" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null; then
    echo "This is not a Debian or an Ubuntu, so please see to it that these are there:" >&2
    echo $wanted >&2
    exit 0
fi

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in $wanted; do
    is_installed "$package" || missing="$missing $package"
done
lacking() {
    for each in $optional; do
        if ! command -v "${each%=*}" >/dev/null && apt-cache show "${each#*=}" >/dev/null 2>&1; then
            printf ' %s' "${each#*=}"
        fi
    done
}
[ -n "$missing$(lacking)" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "Run this as root, or install:$missing" >&2; exit 1; }
    as_root=sudo
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
    "$@" >"$log" 2>&1 </dev/null || { tail -n 30 "$log" >&2; exit 1; }
}
quietly $as_root apt-get -q update
missing=$missing$(lacking) # known now, as the lists of a bare machine were not before
echo "Installing:$missing"
quietly $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends install $missing
