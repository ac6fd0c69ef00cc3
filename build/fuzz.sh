#!/usr/bin/env bash
# Long fuzz run of all parsers of weights, models and tokenizers: build/fuzz.sh [FILES-PER-PARSER [PARSER]], 100000 files and every parser by
# default. Prints one line per parser. Files that break a parser are kept and named.
set -euo pipefail
cd "$(dirname "$0")/.."
AVSR_FUZZ="${1:-100000}" AVSR_FUZZ_PARSER="${2:-}" dotnet test test/Microsoft.ML.Avsr.Tests --nologo --filter "FullyQualifiedName~FuzzTests" \
    --logger "console;verbosity=detailed" "${@:3}"
