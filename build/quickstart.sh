#!/usr/bin/env bash
# Prepares the machine, builds and runs the main job: trains an audio-visual recogniser, scores it and writes report.html.
# All arguments go to samples/QuickStart; --help lists them.
set -euo pipefail
step=quickstart
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

started=$SECONDS
"$repository/build/setup.sh"

project="$repository/samples/QuickStart"
say "building ($configuration) ..."
dotnet build "$project/QuickStart.csproj" -c "$configuration" --nologo -v q -clp:ErrorsOnly < /dev/null ||
    fail "the build failed after $((SECONDS - started)) s."
say "built after $((SECONDS - started)) s"

# Training makes and frees the same large tensors in every step. glibc gives such blocks back to the system each time unless it is told otherwise;
# docs/performance.md has what that costs.
export MALLOC_MMAP_THRESHOLD_="${MALLOC_MMAP_THRESHOLD_:-1000000000}" MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-4000000000}"

# The caller's working folder stays, so that relative paths in the arguments mean what they say.
exec dotnet "$project/bin/$configuration/net10.0/QuickStart.dll" "$@"
