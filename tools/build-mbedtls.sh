#!/bin/sh
# Builds the mbedTLS that this machine's distribution does not have, so that one machine tests
# both lines that we support:
#
#   tools/build-mbedtls.sh 3.6      from Debian 13's source package -> build/mbedtls-3.6/{include,lib}
#   tools/build-mbedtls.sh 2.28     from Debian 12's                -> build/mbedtls-2.28/{include,lib}
#
# The source comes from the mirror that this machine's apt uses already. apt checks it against
# Debian's archive key; its own configuration and package lists are not touched. A second run
# does nothing. Exit 77: it cannot be had here (the reason is on stderr).
set -eu

case "${1-}" in
3.6) suite=trixie ;;
2.28) suite=bookworm ;;
*) echo "usage: $0 2.28|3.6" >&2; exit 2 ;;
esac
version=$1
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/build/mbedtls-$version
work=$root/build/mbedtls-$version.work
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
recipe=$(cksum <"$0")

if [ "$(cat "$out/stamp" 2>/dev/null)" = "$recipe" ]; then
    echo "mbedTLS $version: $out (there already)"
    exit 0
fi

unavailable() {
    echo "mbedTLS $version: $1" >&2
    exit 77
}

# apt with a sources list, package lists and a cache of its own.
private_apt() {
    apt-get -q -o Dir::Etc::sourcelist="$work/apt/source.sources" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" \
        -o APT::Sandbox::User="$(id -un)" -o APT::Update::Error-Mode=any "$@"
}

# Any of the machine's mirrors may be the Debian one: the signature tells.
fetch_from() {
    printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
        "$1" "$suite" "$keyring" >"$work/apt/source.sources"
    private_apt update && (cd "$work" && private_apt source --download-only "mbedtls")
}

fetch() {
    for uri in $(apt-get indextargets --no-release-info --format '$(REPO_URI)' 'Created-By: Packages' | awk '!seen[$0]++'); do
        if fetch_from "$uri" >"$work/apt.log" 2>&1; then
            return 0
        fi
    done
    return 1
}

command -v apt-get >/dev/null || unavailable "there is no apt on this machine"
[ -r "$keyring" ] || unavailable "there is no $keyring (package debian-archive-keyring)"
rm -rf "$work" "$out"
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
fetch || unavailable "no mirror in this machine's apt sources has a signed Debian '$suite' source of it"

dpkg-source --no-check -x "$work"/mbedtls_"$version".*.dsc "$work/source" >"$work/unpack.log"
cd "$work/source"
# As Debian builds it: threads are what our worker loops rely on.
for option in MBEDTLS_THREADING_C MBEDTLS_THREADING_PTHREAD MBEDTLS_CMAC_C; do
    python3 scripts/config.py set $option
done
if ! make -C library -j "$(nproc)" CFLAGS='-O2 -fPIC' static >"$work/build.log" 2>&1; then
    tail -n 20 "$work/build.log" >&2
    exit 1
fi
mkdir -p "$out/lib"
cp -r include "$out/include"
cp library/libmbedcrypto.a library/libmbedx509.a library/libmbedtls.a "$out/lib/"
printf '%s\n' "$recipe" >"$out/stamp"
rm -rf "$work"
echo "mbedTLS $version: $out"
