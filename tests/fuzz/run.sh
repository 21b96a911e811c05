#!/bin/sh
# Runs every fuzz target for a while, from its seeds and what is kept in corpus/.
# Usage: tests/fuzz/run.sh BUILD [SECONDS]     BUILD: a build folder with -Dfuzz=true
# New inputs go to BUILD/tests/fuzz/found/<target>. An input that breaks a target is left beside
# them; put it into tests/fuzz/corpus/<target>/ under a name that says what it shows.
set -eu
build=$1
seconds=${2:-20}
here=$(cd "$(dirname "$0")" && pwd)
ninja -C "$build"
failed=0
for program in "$build"/tests/fuzz/fuzz_*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    name=$(basename "$program" | sed 's/^fuzz_//')
    found=$build/tests/fuzz/found/$name
    mkdir -p "$found"
    seeds=$build/tests/fuzz/seeds/$name
    [ -d "$seeds" ] || seeds=$build/tests/fuzz/engine-seeds/$name
    [ -d "$seeds" ] || seeds=$build/tests/fuzz/trace-seeds/$name
    [ -d "$seeds" ] || seeds=$build/tests/fuzz/cms-seeds/$name
    kept=
    [ -d "$here/corpus/$name" ] && kept=$here/corpus/$name
    if "$program" -max_total_time="$seconds" -max_len=8192 -artifact_prefix="$found-" \
        -print_final_stats=1 "$found" "$seeds" $kept >"$found.log" 2>&1; then
        echo "ok   $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log") inputs"
    else
        echo "FAIL $name: see $found.log"
        failed=$((failed + 1))
    fi
done
exit "$failed"
