#!/usr/bin/env bash
# Measures the relay. ./bench.sh lists what there is; ./bench.sh NAME measures it (Release); load benches take --quick for
# about a minute instead of some. It ends with a line
# "NAME: value unit (bar: ...) pass|fail" for each bar, the failed ones last, after figures "NAME: ..." that have no bar;
# the exit code is 0 if all pass. ./bench.sh table [--quick] [NAME ...] measures all but netem (or those named), one after
# another, and writes what they print into bench/README.md.
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
  "vp8|Relay.Core.Tests|FullyQualifiedName~Vp8BenchTests|libssl|milliseconds for the luma of VP8 keyframes, and two million damaged ones"
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
    printf '%-9s %s\n' "$name" "$what"
  done
  printf '%-9s %s\n' table "all of them but netem, or those named after it, into bench/README.md"
  exit 0
fi

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

# All lines of one bench into $lines, the failed bars last, and its $arguments; returns 1 if a bar failed.
measure() {
  local project=$1 filter=$2 needs=$3 reason log=artifacts/bench/$name.log code=0 found figures passes fails
  shift 3
  arguments=$*
  reason=$(missing_sdk)
  [ -z "$reason" ] || nothing_measured "$reason" || return 1
  # shellcheck disable=SC2086 # a list of words
  install_missing $needs || nothing_measured "a package could not be installed" || return 1

  mkdir -p artifacts/bench
  build_project "$project" >"$log" 2>&1 || { tail -n 40 "$log" && nothing_measured "the build failed" || return 1; }
  BENCH_AT_LENGTH=1 run_project "$project" "$filter" "$@" >"$log" 2>&1 || code=$?

  found=$(sed -nE "s/^[[:space:]]*($name: .*)/\1/; s/ (pass|fail) (\[.*\])$/ \2 \1/; /^$name: /p" "$log")
  figures=$(grep -vE ' (pass|fail)$' <<<"$found" || true)
  passes=$(grep ' pass$' <<<"$found" || true)
  fails=$(grep ' fail$' <<<"$found" || true)
  if [ -z "$passes$fails" ]; then
    tail -n 40 "$log"
    nothing_measured "it printed no such line (exit code $code)" || return 1
  fi
  if [ "$code" -ne 0 ]; then
    grep -v '^[[:space:]]*at ' "$log" | tail -n 40
    [ -n "$fails" ] || fails="${passes##*$'\n'}" passes=$(sed '$d' <<<"$passes") fails="${fails% pass} fail"
  fi
  lines=$(printf '%s\n' "$figures" "$passes" "$fails" | sed '/^$/d')
  [ -z "$fails" ]
}

nothing_measured() {
  lines="$name: nothing measured, $1 (bar: it runs) fail"
  return 1
}

# Measures the bench called so; 2 if there is none.
measure_named() {
  local bench project filter needs
  for bench in "${benches[@]}"; do
    IFS='|' read -r name project filter needs _ <<<"$bench"
    if [ "$name" = "$1" ]; then
      shift
      if [ "$project" != Relay.Load ] && [ "${1-}" = --quick ]; then shift; fi
      measure "$project" "$filter" "$needs" "$@"
      return
    fi
  done
  echo "bench.sh: no bench is called $1; ./bench.sh lists them" >&2
  return 2
}

# Puts the lines of a bench into its place in bench/README.md: the block under its heading, at the end if it has none.
write_figures() {
  local heading="### $name" block page=bench/README.md
  block=$(printf '%s\n\n%s\n\n```text\n%s\n```\n' "$heading" "$2" "$lines")
  if grep -qx "$heading" "$page"; then
    BLOCK=$block awk -v heading="$heading" '
      $0 == heading { print ENVIRON["BLOCK"]; inside = 1; next }
      inside && /^#/ { inside = 0; print "" }
      !inside' "$page" >"$page.new"
    mv "$page.new" "$page"
  else
    printf '\n%s\n' "$block" >>"$page"
  fi
}

table() {
  local quick=() names=() bench code=0 when
  if [ "${1-}" = --quick ]; then quick=(--quick); shift; fi
  names=("$@")
  if [ $# -eq 0 ]; then
    for bench in "${benches[@]}"; do
      [ "${bench%%|*}" = netem ] || names+=("${bench%%|*}")
    done
  fi
  for bench in "${names[@]}"; do
    measure_named "$bench" ${quick[@]+"${quick[@]}"} || code=1
    [ -n "$lines" ] || exit 2
    echo "$lines"
    when="$(date -I), commit $(git rev-parse --short HEAD)${arguments:+, $arguments}, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, Linux $(uname -r)"
    write_figures "$bench" "$when"
  done
  exit "$code"
}

lines='' arguments=''
if [ "$1" = table ]; then
  shift
  table "$@"
fi
code=0
measure_named "$@" || code=$?
[ -z "$lines" ] || echo "$lines"
exit "$code"
