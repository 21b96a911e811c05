#!/bin/sh
# Does the time of RSA key transport tell a good ciphertext from a bad one? Measures it with each
# provider, the operation alone and then a whole server, SECONDS (600) each, and prints tables and
# verdicts: tests/timing/campaign.h says how to read them. On a quiet machine, please.
#
# Usage: tools/timing.sh [SECONDS [PROVIDER...]]
#        HS_BUILD=FOLDER tools/timing.sh ...      in that build folder instead of build/timing
#
# Exit code: 0 no difference, else the first other one of timing_premaster or timing_server.
set -eu
cd "$(dirname "$0")/.."
build=${HS_BUILD:-build/timing}
seconds=${1:-600}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- mbedtls libcrypto

[ -f "$build/build.ninja" ] || meson setup "$build" -Dbuildtype=release -Dapps=false >&2
ninja -C "$build" tests/timing/timing_premaster tests/timing/timing_server >&2

# Kept on one processor where that can be asked for: moving between them is noise.
pin=
! command -v taskset >/dev/null || pin="taskset -c $(($(nproc) - 1))"
result=0
for provider; do
    for what in premaster server; do
        code=0
        $pin "$build/tests/timing/timing_$what" "$provider" "$seconds" || code=$?
        [ $result -ne 0 ] || result=$code
        echo
    done
done
exit $result
