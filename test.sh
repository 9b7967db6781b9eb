#!/usr/bin/env bash
# Everything that decides whether a change is good: build, formatting, all tests. The last line is "N passed, N failed".
#
#   ./test.sh                 all
#   ./test.sh --fast          all but the browsers
#   ./test.sh Core Host       only the test projects whose names contain one of these words
#
# Installs chromium and python3-aiortc for the browser tests and coturn for those of TURN, with apt, when they are missing.
# Results and logs: artifacts/tests.
set -euo pipefail
cd "$(dirname "$0")"
. tests/prerequisites.sh

results=artifacts/tests
# Name, configurations and longest time. Debug as well where its packet pool checks for leaks and use after release.
projects=(
  "Relay.Conventions.Tests Release 5m"
  "Relay.Core.Tests Debug,Release 5m"
  "Relay.Bench.Tests Release 3m"
  "Relay.Simulation Debug,Release 5m"
  "Relay.Host.Tests Release 12m"
  "Relay.Browser.Tests Release 14m"
)

passed=0 failed=0 skipped=0 child=

# The only way out once the arguments are read.
finish() {
  local more=
  [ "$skipped" -eq 0 ] || more=", $skipped skipped"
  echo "$passed passed, $failed failed$more"
  [ "$failed" -eq 0 ] || exit 1
  exit 0
}

stop() {
  echo "test.sh: $*" >&2
  failed=$((failed + 1))
  finish
}

# Runs a command for at most the given time, and lets this script be interrupted meanwhile.
limited() {
  timeout --kill-after=20s "$@" &
  child=$!
  local code=0
  wait "$child" || code=$?
  child=
  return "$code"
}

interrupted() {
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
  stop "interrupted"
}
trap interrupted INT TERM

# The attribute of the results' Counters element, or 0.
counter() {
  awk -v name="$2" '/<Counters / { if (match($0, " " name "=\"[0-9]+\"")) { s = substr($0, RSTART, RLENGTH); gsub(/[^0-9]/, "", s); print s; exit } }' "$1" | grep . || echo 0
}

# The name and the message of every failed test of a results file.
failures() {
  awk '
    /<UnitTestResult / {
      bad = /outcome="(Failed|Error|Timeout|Aborted)"/
      if (bad && match($0, / testName="[^"]*"/)) print "  FAILED " substr($0, RSTART + 11, RLENGTH - 12)
    }
    bad && /<Message>/ { shown = 1; sub(/.*<Message>/, "") }
    bad && shown { end = /<\/Message>/; sub(/<\/Message>.*/, ""); print "    " $0; if (end) shown = 0 }
  ' "$1" | sed 's/&#xD;//g; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'"'"'/g; s/&#xA;/ /g; s/&amp;/\&/g'
}

run_project() {
  local project=$1 configuration=$2 limit=$3 code=0 start=$SECONDS
  local trx=$results/$project.$configuration.trx log=$results/$project.$configuration.log
  limited "$limit" dotnet test "tests/$project" -c "$configuration" --no-build -nologo \
    --results-directory "$results" --logger "trx;LogFileName=$(basename "$trx")" \
    --blame-hang-timeout 5m --blame-hang-dump-type none >"$log" 2>&1 || code=$?

  local good=0 bad=0 left=0
  if [ -s "$trx" ]; then
    good=$(counter "$trx" passed)
    bad=$(($(counter "$trx" failed) + $(counter "$trx" error) + $(counter "$trx" timeout) + $(counter "$trx" aborted)))
    left=$(($(counter "$trx" total) - $(counter "$trx" executed)))
  fi

  local why=
  if [ ! -s "$trx" ]; then
    why="no results (exit code $code)"
  elif [ $((good + bad)) -eq 0 ]; then
    why="no test ran (exit code $code)"
  elif [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
    why="the test program ended with exit code $code"
  fi
  [ "$code" -ne 124 ] || why="stopped after $limit"

  echo "$project ($configuration): $good passed, $bad failed, $left skipped, $((SECONDS - start)) s"
  [ ! -s "$trx" ] || failures "$trx"
  if [ -n "$why" ]; then
    bad=$((bad + 1))
    tail -n 30 "$log"
    echo "  FAILED $project ($configuration): $why"
  fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
}

fast= words=()
for argument in "$@"; do
  case $argument in
    --fast) fast=1 ;;
    -h | --help) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "$0"; exit 0 ;;
    -*) echo "test.sh: unknown option $argument; see ./test.sh --help" >&2; exit 2 ;;
    *) words+=("$argument") ;;
  esac
done

wanted() {
  local word
  [ -z "$fast" ] || [ "$1" != Relay.Browser.Tests ] || return 1
  [ ${#words[@]} -gt 0 ] || return 0
  for word in "${words[@]}"; do
    [[ $1 != *"$word"* ]] || return 0
  done
  return 1
}

selected=() debug=() needs=(libssl)
for entry in "${projects[@]}"; do
  read -r project configurations limit <<<"$entry"
  wanted "$project" || continue
  selected+=("$entry")
  [[ $configurations != *Debug* ]] || debug+=("$project")
  [ "$project" != Relay.Host.Tests ] || needs+=(coturn)
  [ "$project" != Relay.Browser.Tests ] || needs+=(chromium aiortc)
done
[ ${#selected[@]} -gt 0 ] || stop "no test project matches: ${words[*]}"

# A test project that nobody runs would look like a test project that passes.
for path in tests/*.Tests tests/Relay.Simulation; do
  printf '%s\n' "${projects[@]}" | grep -q "^$(basename "$path") " || stop "$path is not in the list of projects"
done

reason=$(missing_sdk)
[ -z "$reason" ] || stop "$reason"
install_missing "${needs[@]}" || stop "the packages above could not be installed"
rm -rf "$results"
mkdir -p "$results"

build() {
  limited 10m dotnet build "$@" -v quiet -nologo >>"$results/build.log" 2>&1 && return 0
  sort -u "$results/build.log" | tail -n 40
  stop "the build failed"
}

echo "Building ..."
build Relay.sln -c Release -m
for project in ${debug[@]+"${debug[@]}"}; do
  build "tests/$project" -c Debug --no-restore
done

if [ ${#words[@]} -eq 0 ]; then
  echo "Checking the formatting ..."
  if ! limited 8m dotnet format Relay.sln --verify-no-changes --no-restore >"$results/format.log" 2>&1; then
    tail -n 40 "$results/format.log"
    echo "  FAILED formatting: 'dotnet format Relay.sln' corrects it"
    failed=$((failed + 1))
  fi
fi

for entry in "${selected[@]}"; do
  read -r project configurations limit <<<"$entry"
  for configuration in ${configurations//,/ }; do
    run_project "$project" "$configuration" "$limit"
  done
done
find "$results" -mindepth 1 -type d -empty -delete
finish
