#!/bin/sh
# Builds the fuzz targets with clang into build/fuzz and runs each of them for SECONDS (20).
# Usage: tools/fuzz.sh [SECONDS]
set -eu
cd "$(dirname "$0")/.."
[ -f build/fuzz/build.ninja ] || CC=clang meson setup build/fuzz -Dfuzz=true -Dapps=false
exec tests/fuzz/run.sh build/fuzz "${1:-20}"
