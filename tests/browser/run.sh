#!/bin/sh
# The page of a trace, and the live status page, in Chromium, with node's own test runner:
#
#   tests/browser/run.sh [BUILD-FOLDER]              all tests; build/gcc
#   NAMES=ladder tests/browser/run.sh ...            those whose name has this pattern
#   JUNIT=F tests/browser/run.sh ...                 the results as JUnit XML into F
#
# Playwright comes from the npm registry once, into build/browser. Where that cannot be reached,
# or node or Chromium is missing, every test is skipped by name with the reason.
# Screenshots: $SHOTS, else BUILD-FOLDER/browser. Exit code 77: no node to run anything with.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
HS_BUILD=$(cd "${1:-$root/build/gcc}" && pwd)
modules=$(cd "$root" && pwd)/build/browser
shots=${SHOTS:-$HS_BUILD/browser}

oldest=18
node_version=$(node -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)
if [ "$node_version" -lt $oldest ]; then
    echo "the page in a browser (tests/browser): node $oldest or newer is not installed"
    exit 77
fi

# install: what package-lock.json names, checked against its hashes; once per version of it.
# The log is kept; only a registry that cannot be had is a reason to skip.
install() {
    cmp -s "$here/package-lock.json" "$modules/installed" && return
    rm -rf "$modules"
    mkdir -p "$modules"
    cp "$here/package.json" "$here/package-lock.json" "$modules/"
    if ! command -v npm >/dev/null; then
        HS_BROWSER_SKIP="npm is not installed"
    elif (cd "$modules" && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 \
        --fetch-timeout=60000 >npm.log 2>&1); then
        cp "$here/package-lock.json" "$modules/installed"
    elif grep -Eq "code ($unreachable)" "$modules/npm.log"; then
        HS_BROWSER_SKIP="the npm registry cannot be reached"
    else
        cat "$modules/npm.log" >&2
        return 1
    fi
}

# npm's error codes for it: the network, a proxy, an authority that is not known.
unreachable='E[A-Z]*(NOTFOUND|AGAIN|CONN[A-Z]*|TIMEDOUT|TIMEOUT|UNREACH)|E[45][0-9]{2}|[A-Z_]*CERT[A-Z_]*'
HS_BROWSER_SKIP=
install
mkdir -p "$shots"
shots=$(cd "$shots" && pwd)
export HS_BUILD HS_BROWSER_SKIP HS_BROWSER_MODULES="$modules" HS_BROWSER_SHOTS="$shots"
set -- --test-reporter=spec --test-reporter-destination=stdout
if [ -n "${JUNIT-}" ]; then
    set -- "$@" "--test-reporter=$here/lib/junit.mjs" "--test-reporter-destination=$JUNIT"
fi
[ -z "${NAMES-}" ] || set -- "$@" "--test-name-pattern=$NAMES"
exec node "$@" "$here/all.mjs"
