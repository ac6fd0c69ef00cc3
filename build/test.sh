#!/usr/bin/env bash
# Prepares the machine, builds everything and runs all tests. Arguments go to `dotnet test` (for example --filter Text).
# The last line is "N passed, N failed" (and ", N skipped" where some were). The exit code is zero only when
# at least one test ran and none failed.
set -euo pipefail
step=test
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
case "${1:-}" in -h|--help) sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;; esac

solution="$repository/Avsr.MLNet.sln"
results="$artifacts/test-results"
started=$SECONDS

"$repository/build/setup.sh"

say "building ($configuration) ..."
if ! dotnet build "$solution" -c "$configuration" --nologo -v q -clp:ErrorsOnly < /dev/null; then
    say "the build failed after $((SECONDS - started)) s"
    echo "0 passed, 1 failed"
    exit 1
fi
say "built after $((SECONDS - started)) s; testing ..."

rm -rf "$results"
code=0
dotnet test "$solution" -c "$configuration" --no-build --nologo \
    --logger "console;verbosity=minimal" --logger "trx;LogFilePrefix=run" --results-directory "$results" \
    --blame-hang --blame-hang-timeout 10m --blame-hang-dump-type none "$@" < /dev/null || code=$?

count() { { cat "$results"/*.trx 2>/dev/null || true; } | { grep -o "<UnitTestResult [^>]*outcome=\"$1\"" || true; } | wc -l; }
passed=$(count Passed)
failed=$(count Failed)
skipped=$(( $(count NotExecuted) + $(count Inconclusive) ))
if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
    say "the test run ended with code $code: a test host stopped before its tests were done"
    failed=1
elif [ "$failed" -gt 0 ] && [ "$code" -eq 0 ]; then
    code=1
elif [ $((passed + failed)) -eq 0 ]; then
    say "no test ran"
    code=1
fi

say "done after $((SECONDS - started)) s; details: artifacts/test-results"
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
exit "$code"
