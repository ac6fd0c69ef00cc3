#!/usr/bin/env bash
# Long fuzz run of the weights parsers: build/fuzz.sh [FILES-PER-PARSER], 100000 by default. Files that break a parser are kept and named.
set -euo pipefail
cd "$(dirname "$0")/.."
AVSR_FUZZ="${1:-100000}" dotnet test test/Microsoft.ML.Avsr.Tests --nologo --filter "FullyQualifiedName~FuzzTests"
