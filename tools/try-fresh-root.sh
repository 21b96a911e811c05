#!/bin/sh
# What a newcomer does, on a Debian that has nothing but its base system: makes one in a folder,
# clones the last commit into it and runs ./demo.sh and ./test.sh there, each twice, with times.
#
#   tools/try-fresh-root.sh bookworm|trixie             both scripts, as root
#   tools/try-fresh-root.sh bookworm|trixie COMMAND     this command instead of the scripts
#   AS_USER=1 tools/try-fresh-root.sh ...               as a user who has sudo
#
# Needs root and debootstrap. The mirror is the one that this machine's apt uses. The folder is
# $FRESH_ROOTS (/var/tmp/handshake-roots): SUITE.base is made once, SUITE is a new copy each time
# and stays for a look around.
set -eu
case "${1-}" in
bookworm | trixie) ;;
*) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
suite=$1
command=${2-"./demo.sh && ./demo.sh && ./test.sh && ./test.sh"}
project=$(cd "$(dirname "$0")/.." && pwd)
roots=${FRESH_ROOTS:-/var/tmp/handshake-roots}
base=$roots/$suite.base
root=$roots/$suite
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)

mkdir -p "$roots"
if [ ! -e "$base.done" ]; then
    rm -rf "$base"
    debootstrap --variant=minbase --include=git,sudo "$suite" "$base" "$mirror"
    touch "$base.done"
fi
rm -rf "$root"
cp -a "$base" "$root"
mkdir -p "$root/home/newcomer"
git clone -q --no-hardlinks "$project" "$root/home/newcomer/handshake"

# The registry that this machine's npm uses, and the authorities that it believes, in there too.
npm_settings=
if command -v npm >/dev/null; then
    npm_settings="npm_config_registry=$(npm config get registry)"
    authorities=$(npm config get cafile)
    if [ -f "$authorities" ]; then
        cp "$authorities" "$root/etc/npm-authorities.pem"
        npm_settings="$npm_settings npm_config_cafile=/etc/npm-authorities.pem"
    fi
fi

user=root
if [ -n "${AS_USER-}" ]; then
    user=newcomer
    chroot "$root" useradd -d /home/newcomer -s /bin/bash newcomer
    chroot "$root" chown -R newcomer: /home/newcomer
    echo 'newcomer ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/newcomer"
fi

# In namespaces of its own: mounts and processes vanish with the last command.
# shellcheck disable=SC2089,SC2090
inside='cd /home/newcomer/handshake
timed() {
    start=$(date +%s) rc=0
    echo "+ $*"
    "$@" || rc=$?
    echo "= $*: exit $rc, $(($(date +%s) - start)) s"
    return $rc
}
'$(printf '%s' "$command" | sed 's#\./\(demo\|test\)\.sh#timed &#g')
export root user inside npm_settings
exec unshare --mount --pid --fork --kill-child sh -euc '
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        $npm_settings chroot "$root" su -s /bin/sh "$user" -c "$inside"'
