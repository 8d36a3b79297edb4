#!/usr/bin/env bash
# Every check there is, in the order that fails fastest. Installs Debian's chromium when it is root on Debian.
set -euo pipefail
cd "$(dirname "$0")/.."

# Runs one check and says how long it took; also for places where the shell does not stop at an error by itself.
step() {
  local title=$1 began=$SECONDS status=0
  shift
  printf '\n== %s\n' "$title"
  "$@" || status=$?
  if ((status != 0)); then
    printf '== %s FAILED after %s s\n' "$title" "$((SECONDS - began))"
    return "$status"
  fi
  printf '== %s: %s s\n' "$title" "$((SECONDS - began))"
}

# A step that runs beside others: what it prints comes in one piece, when it ends.
beside() {
  local status=0
  step "$@" >"$kept/$BASHPID" 2>&1 || status=$?
  cat "$kept/$BASHPID"
  return "$status"
}

# In two processes, of about the same length. The types need what the build leaves in contract/dist and backend/dist.
building() {
  beside 'build' npm run --silent build &&
    beside 'types' npm run --silent typecheck &&
    beside 'unused code' npm run --silent knip &&
    beside 'format' npm run --silent format:check
}
reading() {
  beside 'lint' npm run --silent lint
}

kept=$(mktemp -d)
trap 'rm -rf "$kept"; kill $(jobs -p) 2>/dev/null || true' EXIT

step 'browser' bash scripts/ensure-chromium.sh
building &
first=$!
reading &
second=$!
failed=0
wait "$first" || failed=1
wait "$second" || failed=1
((failed == 0)) || exit 1
step 'unit and integration tests' npm run --silent test:unit
step 'browser tests' npm run --silent test:browser
printf '\nEverything passed in %s s.\n' "$SECONDS"
