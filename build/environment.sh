# Sourced by the scripts of this folder: finds the repository and the .NET SDK, and sets what every dotnet call shares.

repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
artifacts="$repository/artifacts"
configuration=Release   # one configuration for tests and quick start, so that nothing is built twice

say()  { printf '[%s] %s\n' "${step:-build}" "$*" >&2; }
fail() { printf '[%s] error: %s\n' "${step:-build}" "$*" >&2; exit 1; }

# A service account may have no home folder; NuGet and the SDK need one.
if [ -z "${HOME:-}" ] || [ ! -w "${HOME:-/nonexistent}" ]; then
    mkdir -p "$artifacts/home"
    export HOME="$artifacts/home"
fi

if ! command -v dotnet >/dev/null 2>&1; then
    for candidate in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
        if [ -n "$candidate" ] && [ -x "$candidate/dotnet" ]; then
            export PATH="$candidate:$PATH" DOTNET_ROOT="$candidate"
            break
        fi
    done
fi
command -v dotnet >/dev/null 2>&1 ||
    fail "the .NET 10 SDK is not installed, or not on PATH (get it from https://dotnet.microsoft.com/download/dotnet/10.0)."

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-1}"   # a bare machine has no ICU
export MSBUILDDISABLENODEREUSE=1   # leave no build process behind that holds a caller's pipe open
