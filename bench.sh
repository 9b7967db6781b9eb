#!/usr/bin/env bash
# Measures the relay. ./bench.sh lists what there is; ./bench.sh NAME measures it (Release); load benches take --quick for
# about a minute instead of some. It ends with a line
# "NAME: value unit (bar: ...) pass|fail" for each bar, the failed ones last, after figures "NAME: ..." that have no bar;
# the exit code is 0 if all pass. See bench/README.md.
set -euo pipefail
cd "$(dirname "$0")"
. tests/prerequisites.sh

# name | test project | filter of the tests that print lines "name: ..." | needs | what it measures
# With Relay.Load as the project, the load generator prints them: its command stands in the filter's place. With Relay.Bench
# BenchmarkDotNet does.
benches=(
  "next|Relay.BadNetworks|FullyQualifiedName~Next|libssl chromium iproute|from next to the first decoded frame of the new partner, in Chromium, median of 10: on loopback, and at 80 ms round trip"
  "netem|Relay.BadNetworks|FullyQualifiedName~BadNetworkTests|libssl chromium iproute|calls between two Chromium over bad networks, through the relay and direct; five minutes a case (NETEM_SECONDS, NETEM_CASES)"
  "reflect|Relay.Load|bench reflect|libssl cc libssl-dev|CPU per packet of the relay's sockets without crypto, against a reflector in C"
  "forward|Relay.Load|bench forward|libssl cc libssl-dev|CPU per packet of SRTP pairs through the relay, against a relay in C on OpenSSL"
  "fanout|Relay.Load|bench fanout|libssl cc libssl-dev|CPU per outgoing packet of one sender and ten listeners, with GSO and without"
  "latency|Relay.Load|bench latency|libssl cc libssl-dev|from the kernel's receive timestamp to the send call, against the C relay, and beside API calls"
  "pairs|Relay.Load|bench pairs|libssl cc libssl-dev|memory of 2,000 connected pairs of full clients, and loss of 300 that talk"
  "turn|Relay.Load|bench turn|libssl cc libssl-dev coturn|TURN between two allocations against coturn, TURN into the relay itself, a flood without credentials, coturn's clients"
  "alloc|Relay.Simulation|FullyQualifiedName~Steady_state_forwarding_allocates_nothing|libssl|bytes allocated per forwarded packet on the worker thread"
  "crypto|Relay.Core.Tests|FullyQualifiedName~CryptoBenchTests|libssl|sealing and opening SRTP packets, nanoseconds and ratio to OpenSSL"
  "micro|Relay.Bench|*|libssl|nanoseconds and bytes of readers, SRTP, flow table, forwarding, fan-out, NACK and feedback, in BenchmarkDotNet"
  "cycles|Relay.Host.Tests|FullyQualifiedName~Thousand_cycles_leave_nothing_behind|libssl|what 1,000 cycles of connect, pair, next and leave leave behind: sessions, slots, OpenSSL objects, memory"
  "handshake|Relay.Load|bench handshake|libssl cc libssl-dev|CPU time of the server's side of a DTLS handshake against OpenSSL alone in C"
)
limit=10m
# Two ways for each of seven cases of five minutes.
declare -A limits=([netem]=100m [turn]=20m)

if [ $# -eq 0 ]; then
  for bench in "${benches[@]}"; do
    IFS='|' read -r name _ _ _ what <<<"$bench"
    printf '%-8s %s\n' "$name" "$what"
  done
  exit 0
fi

fail() {
  echo "$1: nothing measured, $2 (bar: it runs) fail"
  exit 1
}

limited() {
  timeout --foreground --kill-after=20s "${limits[$name]:-$limit}" "$@"
}

build_project() {
  if [ "$1" = Relay.Load ]; then
    limited make -s -C bench/limit && limited dotnet build bench/Relay.Load -c Release -v quiet -nologo
  elif [ "$1" = Relay.Bench ]; then
    limited dotnet build bench/Relay.Bench -c Release -v quiet -nologo
  else
    limited dotnet build "tests/$1" -c Release -v quiet -nologo
  fi
}

# Project, filter, and further arguments for the load generator.
run_project() {
  local project=$1 filter=$2
  shift 2
  if [ "$project" = Relay.Load ]; then
    # shellcheck disable=SC2086 # command and name
    limited dotnet bench/Relay.Load/bin/Release/net10.0/Relay.Load.dll $filter "$@"
  elif [ "$project" = Relay.Bench ]; then
    limited dotnet bench/Relay.Bench/bin/Release/net10.0/Relay.Bench.dll --filter "$filter" "$@"
  else
    limited dotnet test "tests/$project" -c Release --no-build -nologo --filter "$filter" --logger "console;verbosity=detailed"
  fi
}

for bench in "${benches[@]}"; do
  IFS='|' read -r name project filter needs _ <<<"$bench"
  [ "$name" = "$1" ] || continue
  shift
  reason=$(missing_sdk)
  [ -z "$reason" ] || fail "$name" "$reason"
  # shellcheck disable=SC2086 # a list of words
  install_missing $needs || fail "$name" "a package could not be installed"

  log=artifacts/bench/$name.log code=0
  mkdir -p artifacts/bench
  build_project "$project" >"$log" 2>&1 || { tail -n 40 "$log"; fail "$name" "the build failed"; }
  BENCH_AT_LENGTH=1 run_project "$project" "$filter" "$@" >"$log" 2>&1 || code=$?

  lines=$(sed -nE "s/^[[:space:]]*($name: .*)/\1/; s/ (pass|fail) (\[.*\])$/ \2 \1/; /^$name: /p" "$log")
  figures=$(grep -vE ' (pass|fail)$' <<<"$lines" || true)
  passes=$(grep ' pass$' <<<"$lines" || true)
  fails=$(grep ' fail$' <<<"$lines" || true)
  if [ -z "$passes$fails" ]; then
    tail -n 40 "$log"
    fail "$name" "it printed no such line (exit code $code)"
  fi
  if [ "$code" -ne 0 ]; then
    grep -v '^[[:space:]]*at ' "$log" | tail -n 40
    [ -n "$fails" ] || fails="${passes##*$'\n'}" passes=$(sed '$d' <<<"$passes") fails="${fails% pass} fail"
  fi
  printf '%s\n' "$figures" "$passes" "$fails" | sed '/^$/d'
  [ -z "$fails" ] || exit 1
  exit 0
done

echo "bench.sh: no bench is called $1; ./bench.sh lists them" >&2
exit 2
