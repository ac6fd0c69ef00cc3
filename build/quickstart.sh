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

# The caller's working folder stays, so that relative paths in the arguments mean what they say.
exec dotnet "$project/bin/$configuration/net10.0/QuickStart.dll" "$@"
