#!/bin/sh
# Every test, on a bare machine or a ready one: installs what is missing, builds each
# configuration below, runs its suites, and closes with one line that counts the tests.
#
#   ./test.sh              all configurations
#   ./test.sh NAME...      these only: gcc, sanitizers, clang, no-trace, no-libcrypto,
#                          mbedtls-2.28, mbedtls-3.6
#
# Works in build/, where logs and results stay. Exit code 0: nothing failed.
set -u
cd "$(dirname "$0")" || exit 1
tools/install-deps.sh test || exit 1

results=build/results
rm -rf $results
mkdir -p $results

# note CONFIGURATION passed|failed|skipped WHAT: the count at the end takes it in.
note() {
    printf '%s: %s\n' "$1" "$3" | tee -a "$results/$1.$2"
}

# build CONFIGURATION COMPILER MESON-OPTION...: into build/CONFIGURATION; kept for the next run.
build() {
    dir=build/$1 cc=$2
    log=$results/$1.build.log
    shift 2
    if [ "$(cat "$dir/options" 2>/dev/null)" != "$cc $*" ]; then
        rm -rf "$dir"
        CC=$cc meson setup --werror "$dir" "$@" >"$log" 2>&1 &&
            printf '%s\n' "$cc $*" >"$dir/options"
    fi && ninja -C "$dir" >>"$log" 2>&1 &&
        note "${dir#build/}" passed "builds without a warning" && return 0
    grep -E -A 12 'error:|ERROR:|FAILED:' "$log" | head -n 60
    note "${dir#build/}" failed "does not build, see $log"
    return 1
}

# run_c CONFIGURATION [MESON-TEST-OPTION...]: the tests written in C.
run_c() {
    name=$1
    shift
    meson test -C "build/$name" --print-errorlogs --timeout-multiplier 4 "$@" \
        >"$results/$name.c.log" 2>&1
    cp "build/$name/meson-logs/testlog.json" "$results/$name.testlog.json" &&
        cp "build/$name/meson-info/intro-tests.json" "$results/$name.tests.json" ||
        note "$name" failed "the C tests did not run, see $results/$name.c.log"
}

# run_python CONFIGURATION FOLDER...: the tests that drive the built programs from outside.
run_python() {
    name=$1
    shift
    for folder in "$@"; do
        base=$results/$name.$(basename "$folder")
        HS_BUILD=$PWD/build/$name PYTHONDONTWRITEBYTECODE=1 timeout 1800 /usr/bin/python3 -m pytest \
            -q -p no:cacheprovider --junit-xml="$base.xml" "$folder" >"$base.log" 2>&1
        [ -s "$base.xml" ] || note "$name" failed "$folder did not finish, see $base.log"
    done
}

# run_browser CONFIGURATION: the page that a trace makes, in Chromium; pictures of it stay.
run_browser() {
    base=$results/$1.browser
    JUNIT=$base.xml SHOTS=$base timeout 1800 tests/browser/run.sh "build/$1" >"$base.log" 2>&1
    if [ $? = 77 ]; then
        note "$1" skipped "$(tail -n 1 "$base.log")"
    elif ! grep -q '</testsuites>' "$base.xml" 2>/dev/null; then
        note "$1" failed "tests/browser did not finish, see $base.log"
    fi
}

# The distribution's mbedTLS, everything. What drives the programs from outside takes one processor
# and long, so it goes on beside the other configurations.
configuration_gcc() {
    build gcc gcc || return
    run_c gcc
    { run_python gcc tests/house tests/interop; run_browser gcc; } &
}

# The other line of mbedTLS, built from the sources of the Debian release that has it. From outside,
# what a crypto library could change; the rest is the same as with gcc.
configuration_mbedtls() {
    if [ "$(system_mbedtls)" = "$1" ]; then
        echo "mbedtls-$1: is this system's, tested as 'gcc'"
        return
    fi
    tools/build-mbedtls.sh "$1" >"$results/mbedtls.log" 2>&1
    case $? in
    0) ;;
    77) note "mbedtls-$1" skipped "$(tail -n 1 "$results/mbedtls.log")"; return ;;
    *) note "mbedtls-$1" failed "it does not build, see $results/mbedtls.log"; return ;;
    esac
    build "with-mbedtls-$1" gcc -Dmbedtls_root="$PWD/build/mbedtls-$1" || return
    run_c "with-mbedtls-$1"
    (export HS_ANOTHER_LIBRARY=1 && run_python "with-mbedtls-$1" tests/interop)
}

system_mbedtls() {
    printf '#include <mbedtls/version.h>\nline MBEDTLS_VERSION_MAJOR.MBEDTLS_VERSION_MINOR\n' |
        gcc -E -P - | sed -n 's/^line //p' | tr -d ' '
}

# Addresses, undefined behaviour, leaks; the fuzzers' corpora and a short run of each.
configuration_sanitizers() {
    build sanitizers clang -Db_sanitize=address,undefined -Db_lundef=false -Dfuzz=true \
        -Dc_args=-fno-sanitize-recover=all || return
    run_c sanitizers
    run_fuzzers sanitizers
}

# run_fuzzers CONFIGURATION: some seconds of new inputs for each target, beside the replay of
# the kept ones, which is a C test.
run_fuzzers() {
    tests/fuzz/run.sh "build/$1" 4 >"$results/$1.fuzz.log" 2>&1
    while read -r verdict target; do
        case $verdict in
        ok) note "$1" passed "fuzz $target" ;;
        FAIL) note "$1" failed "fuzz $target" ;;
        esac
    done <"$results/$1.fuzz.log"
    grep -q '^ok' "$results/$1.fuzz.log" || note "$1" failed "no fuzzer ran, see $results/$1.fuzz.log"
}

configuration_clang() {
    build clang clang -Dbuildtype=release -Dbench=true
}

# configuration_without WHAT MESON-OPTION...: built without it, its C tests.
configuration_without() {
    what=$1
    shift
    build "no-$what" gcc "$@" || return
    run_c "no-$what"
}

configuration() {
    echo "== $1"
    case $1 in
    gcc) configuration_gcc ;;
    mbedtls-*) configuration_mbedtls "${1#mbedtls-}" ;;
    sanitizers) configuration_sanitizers ;;
    clang) configuration_clang ;;
    no-trace) configuration_without trace -Dtrace=false -Dlab=false ;; # what gets installed at least
    no-libcrypto) configuration_without libcrypto -Dlibcrypto=disabled ;;
    *) note "$1" failed "there is no such configuration" ;;
    esac
}

[ $# -gt 0 ] || set -- gcc sanitizers clang no-trace no-libcrypto mbedtls-2.28 mbedtls-3.6
for one in "$@"; do
    configuration "$one"
done
wait
exec /usr/bin/python3 tools/sum-tests.py $results
