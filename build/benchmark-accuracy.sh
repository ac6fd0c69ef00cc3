#!/usr/bin/env bash
# Prepares the machine, builds, and compares the paper's routings and numbers of experts by training small models:
# JSON, a Markdown table and an HTML report in docs/results. It goes on where it stopped. All arguments go to the
# command `accuracy` of test/Microsoft.ML.Avsr.Benchmarks; --help lists them.
set -euo pipefail
step=benchmark
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

"$repository/build/setup.sh"

project="$repository/test/Microsoft.ML.Avsr.Benchmarks"
say "building ($configuration) ..."
dotnet build "$project/Microsoft.ML.Avsr.Benchmarks.csproj" -c "$configuration" --nologo -v q -clp:ErrorsOnly < /dev/null ||
    fail "the build failed."

# As in quickstart.sh: keeps large blocks of memory between steps.
export MALLOC_MMAP_THRESHOLD_="${MALLOC_MMAP_THRESHOLD_:-1000000000}" MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-4000000000}"

# The caller's working folder stays, so that relative paths in the arguments mean what they say.
exec dotnet "$project/bin/$configuration/net10.0/Microsoft.ML.Avsr.Benchmarks.dll" accuracy "$@"
