#!/usr/bin/env bash
# Builds the relay and starts it on this machine. Arguments go to the relay: ./run.sh --Http:Listen=http://127.0.0.1:9000
set -euo pipefail
cd "$(dirname "$0")"

fail() {
  echo "run.sh: $*" >&2
  exit 1
}

command -v dotnet >/dev/null || fail "the .NET SDK 10 is missing. Install it: https://learn.microsoft.com/dotnet/core/install/linux-debian"
# The SDK itself needs ICU unless told otherwise; the relay does not use it.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet --list-sdks | grep -q '^10\.' || fail "the .NET SDK 10 is needed; 'dotnet --list-sdks' shows: $(dotnet --list-sdks | cut -d' ' -f1 | xargs)"
{ ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep 'libssl\.so\.3' >/dev/null || fail "libssl 3 is missing. Install it: apt-get install libssl3"

echo "Building ..."
if ! output=$(dotnet build src/Relay.Host -c Release -v quiet -nologo 2>&1); then
  echo "$output" >&2
  fail "the build failed"
fi

# exec: signals (Ctrl+C, SIGTERM) reach the relay itself.
exec dotnet src/Relay.Host/bin/Release/net10.0/relay.dll --config config/relay.json "$@"
