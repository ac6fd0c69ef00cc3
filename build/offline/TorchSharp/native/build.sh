#!/bin/sh
# build.sh <source folder> <output folder> [<torch folder>]: compiles libavsr_torch.so, replacing it in one step.
set -eu
source=$1
output=$2
torch=${3:-}
work="$output/work"
generator=
if command -v ninja >/dev/null 2>&1; then generator="-G Ninja"; fi
# Another CMake generator or libtorch in the cache would be refused or silently kept.
rm -rf "$work"
# shellcheck disable=SC2086
cmake -S "$source" -B "$work" $generator "-DTORCH_DIR=$torch"
cmake --build "$work" --parallel
# A running process keeps the old file; a new one never sees half a file.
cp "$work/libavsr_torch.so" "$output/libavsr_torch.so.new"
mv -f "$output/libavsr_torch.so.new" "$output/libavsr_torch.so"
touch "$output/libavsr_torch.so"
