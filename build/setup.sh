#!/usr/bin/env bash
# Prepares this machine: chooses the dependency source and installs the system packages that are missing.
# Safe to run again at any time; does nothing, in well under two seconds, when all is there.
#
#   build/setup.sh            use the recorded dependency source, or find it out
#   build/setup.sh --probe    find it out again (after the package feed has changed)
#
# AVSR_DEPENDENCY_SOURCE=packages|offline decides instead of the probe, and is recorded.
# AVSR_PROBE_SECONDS (default 300) bounds the probe.
set -euo pipefail
step=setup
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

record="$artifacts/dependency-source.props"
probe_again=false
case "${1:-}" in
    '') ;;
    --probe) probe_again=true ;;
    -h|--help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) fail "unknown argument '$1' (known: --probe, --help)." ;;
esac

# ---- The dependency source ----

recorded_source() {
    [ -f "$record" ] || return 0
    sed -n 's:.*<DependencySource[^>]*>\(packages\|offline\)</DependencySource>.*:\1:p' "$record" | head -n 1
}

write_source() {
    mkdir -p "$artifacts"
    local temporary="$record.$$"
    cat > "$temporary" <<XML
<!-- Written by build/setup.sh. -->
<Project>
  <PropertyGroup>
    <DependencySource>$1</DependencySource>
  </PropertyGroup>
</Project>
XML
    mv -f "$temporary" "$record"
}

version_of() {
    sed -n "s/.*<PackageVersion Include=\"$1\" Version=\"\([^\"]*\)\".*/\1/p" "$repository/Directory.Packages.props"
}

# Restores a throw-away project that has the product's package references. It lies inside the repository so that
# NuGet reads the same configuration as the real build, and has its own Directory.* files so that nothing else applies.
probe_packages() {
    local folder="$artifacts/probe" log="$artifacts/probe/restore.log" package
    rm -rf "$folder"
    mkdir -p "$folder"
    echo '<Project />' | tee "$folder/Directory.Build.props" "$folder/Directory.Build.targets" > "$folder/Directory.Packages.props"
    {
        echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup><ItemGroup>'
        for package in Microsoft.ML Microsoft.ML.TorchSharp Microsoft.ML.AutoML Microsoft.ML.Tokenizers TorchSharp TorchSharp-cpu; do
            echo "  <PackageReference Include=\"$package\" Version=\"[$(version_of "$package")]\" />"
        done
        echo '</ItemGroup></Project>'
    } > "$folder/Probe.csproj"
    local code=0
    timeout --kill-after=10 "${AVSR_PROBE_SECONDS:-300}" \
        dotnet restore "$folder/Probe.csproj" --nologo -v m > "$log" 2>&1 < /dev/null || code=$?
    if [ "$code" -eq 0 ]; then
        rm -rf "$folder"
        return 0
    fi
    if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
        reason="the restore did not end within ${AVSR_PROBE_SECONDS:-300} s"
    else
        reason="$(grep -oE 'NU[0-9]{4}: [^[]*' "$log" | sed 's/ *$//' | head -n 1 || true)"
        reason="${reason:-dotnet restore failed, see artifacts/probe/restore.log}"
    fi
    return 1
}

chosen="$(recorded_source)"
wanted="${AVSR_DEPENDENCY_SOURCE:-}"
case "$wanted" in
    ''|packages|offline) ;;
    *) fail "AVSR_DEPENDENCY_SOURCE is '$wanted'; it must be 'packages' or 'offline'." ;;
esac
if [ -n "$wanted" ]; then
    if [ "$wanted" != "$chosen" ]; then
        write_source "$wanted"
        say "dependency source: $wanted (asked for by AVSR_DEPENDENCY_SOURCE)"
    fi
    chosen="$wanted"
elif [ -z "$chosen" ] || $probe_again; then
    say "looking whether the configured package sources carry Microsoft.ML $(version_of Microsoft.ML) and TorchSharp $(version_of TorchSharp) ..."
    reason=
    if probe_packages; then
        chosen=packages
        say "dependency source: packages (all of them can be restored)"
    else
        chosen=offline
        say "dependency source: offline (substitutes under build/offline), because: $reason"
        say "  to force the real packages: AVSR_DEPENDENCY_SOURCE=packages build/setup.sh"
    fi
    write_source "$chosen"
fi

# ---- The system packages ----

missing=()
need_command() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need_package() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ] || missing+=("$1"); }

have_dpkg=true
command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 || have_dpkg=false

need_command ffmpeg ffmpeg           # decodes every audio and video file
need_command espeak-ng espeak-ng     # speaks the quick start's default corpus
if [ "$chosen" = offline ]; then
    need_command g++ g++             # compiles the shim between the TorchSharp substitute and libtorch
    need_command cmake cmake
    need_command make make
    if $have_dpkg && [ -z "${AVSR_LIBTORCH:-}" ]; then
        need_package libtorch-dev
        need_package libopenblas0-pthread   # Debian's reference BLAS is about 17 times slower
    fi
fi

if [ "${#missing[@]}" -gt 0 ]; then
    $have_dpkg || fail "this machine has no apt-get; install these by hand and run again: ${missing[*]}"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            fail "these packages are missing and need root: run  apt-get install ${missing[*]}  as root, then run again."
        as_root=sudo
    fi
    say "installing ${missing[*]} with apt-get"
    log="$artifacts/apt.log"
    mkdir -p "$artifacts"
    : > "$log"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update >> "$log" 2>&1 ||
        say "apt-get update reported a problem (artifacts/apt.log); trying to install all the same"
    # No flush to disk per file (unsafe-io): it would take longer than everything else here, and a broken-off set-up runs again.
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Options::=--force-unsafe-io install -y --no-install-recommends "${missing[@]}" >> "$log" 2>&1 < /dev/null; then
        tail -n 20 "$log" >&2
        fail "apt-get could not install ${missing[*]}; the whole log is artifacts/apt.log."
    fi
fi

# Several BLAS libraries can be installed at once; the one that the dynamic linker finds must be OpenBLAS.
if [ "$chosen" = offline ] && [ -z "${AVSR_LIBTORCH:-}" ] && command -v update-alternatives >/dev/null 2>&1; then
    case "$(dpkg --print-architecture 2>/dev/null || true)" in
        amd64) triplet=x86_64-linux-gnu ;;
        arm64) triplet=aarch64-linux-gnu ;;
        *) triplet= ;;
    esac
    for library in libblas.so.3 liblapack.so.3; do
        [ -n "$triplet" ] || break
        link="/usr/lib/$triplet/$library"
        case "$(readlink -f "$link" 2>/dev/null || true)" in
            *openblas*|*mkl*|*blis*|'') continue ;;
        esac
        target="/usr/lib/$triplet/openblas-pthread/$library"
        if [ ! -e "$target" ]; then
            say "warning: $link is not OpenBLAS, and $target does not exist; matrix products will be slow"
            continue
        fi
        say "selecting OpenBLAS for $library (it was $(readlink -f "$link"))"
        if [ "$(id -u)" -eq 0 ]; then
            update-alternatives --set "$library-$triplet" "$target" >/dev/null
        elif ! { command -v sudo >/dev/null 2>&1 && sudo update-alternatives --set "$library-$triplet" "$target" >/dev/null; }; then
            say "warning: needs root: update-alternatives --set $library-$triplet $target  (matrix products are slow until then)"
        fi
    done
fi

say "ready (dependency source: $chosen)"
