#!/usr/bin/env bash
# Checks the package on a CUDA GPU: every module against the processor, one training run, and speeds.
#
#   build/gpu-check.sh --pack        on a machine with the .NET SDK: makes artifacts/gpu-check (self-contained, at most 60 MiB)
#   build/gpu-check.sh [PRESET]      on the GPU machine, which needs no .NET SDK: compiles the shim against the PyTorch or libtorch found
#                                    there, runs the checks and prints training and decoding speed (PRESET: medium_large_llama3.2-1b_dedr_4-2)
#
# Carry this repository's folder, or only build/gpu-check.sh, build/offline/TorchSharp/native and artifacts/gpu-check.
# AVSR_LIBTORCH names the torch folder (with include/ and lib/) where the search would find another or none.
set -euo pipefail
# build/environment.sh insists on a .NET SDK, which a GPU machine need not have.
repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
artifacts="$repository/artifacts"
say()  { printf '[gpu-check] %s\n' "$*" >&2; }
fail() { printf '[gpu-check] error: %s\n' "$*" >&2; exit 1; }
packed="$artifacts/gpu-check"
limit=$((60 * 1024 * 1024))

pack() {
    . "$repository/build/environment.sh"
    rm -rf "$packed"
    dotnet publish "$repository/test/Microsoft.ML.Avsr.GpuCheck" -c Release -r linux-x64 --self-contained --nologo -v q \
        -p:DependencySource=offline -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:DebugType=none -p:GenerateDocumentationFile=false \
        -o "$packed" < /dev/null
    # The shim is compiled where it runs.
    rm -f "$packed"/libavsr_torch.so
    local size
    size=$(du -sb "$packed" | cut -f1)
    say "artifacts/gpu-check: $((size / 1024)) KiB"
    [ "$size" -le "$limit" ] || fail "artifacts/gpu-check has $size bytes; at most $limit are allowed."
}

find_torch() {
    if [ -n "${AVSR_LIBTORCH:-}" ]; then echo "$AVSR_LIBTORCH"; return; fi
    local folder
    for folder in python3 python; do
        command -v "$folder" >/dev/null 2>&1 || continue
        "$folder" -c 'import os, torch; print(os.path.dirname(torch.__file__))' 2>/dev/null && return
    done
    for folder in /opt/libtorch /usr/local/libtorch; do
        if [ -d "$folder/include" ]; then echo "$folder"; return; fi
    done
    fail "no PyTorch and no libtorch were found; set AVSR_LIBTORCH to the torch folder (with include/ and lib/)."
}

case "${1:-}" in
    -h|--help) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    --pack) pack; exit 0 ;;
esac

program="$packed/Microsoft.ML.Avsr.GpuCheck"
[ -x "$program" ] || { [ ! -e "$program" ] || chmod +x "$program"; }
if [ ! -x "$program" ]; then
    command -v dotnet >/dev/null 2>&1 || fail "artifacts/gpu-check is missing, and there is no .NET SDK to make it; run 'build/gpu-check.sh --pack' where there is one."
    pack
fi
torch="$(find_torch)"
say "libtorch: $torch"
for tool in cmake c++; do command -v $tool >/dev/null 2>&1 || fail "$tool is missing; it compiles the shim."; done
shim="$artifacts/gpu-check-native"
mkdir -p "$shim"
"$repository/build/offline/TorchSharp/native/build.sh" "$repository/build/offline/TorchSharp/native" "$shim" "$torch" > "$shim/build.log" 2>&1 \
    || { tail -n 20 "$shim/build.log" >&2; fail "the shim could not be compiled against $torch; see $shim/build.log."; }
cp "$shim/libavsr_torch.so" "$packed/"
AVSR_LIBTORCH="$torch" LD_LIBRARY_PATH="$torch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$program" "$@"
