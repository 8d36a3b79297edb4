#!/usr/bin/env bash
# Every check there is, in the order that fails fastest. Installs Debian's chromium when it is root on Debian.
set -euo pipefail
cd "$(dirname "$0")/.."

step() {
  local title=$1 began=$SECONDS
  shift
  printf '\n== %s\n' "$title"
  "$@"
  printf '== %s: %s s\n' "$title" "$((SECONDS - began))"
}

step 'browser' bash scripts/ensure-chromium.sh
step 'format' npm run --silent format:check
step 'build' npm run --silent build
step 'types' npm run --silent typecheck
step 'lint' npm run --silent lint
step 'unused code' npm run --silent knip
step 'unit and integration tests' npm run --silent test:unit
step 'browser tests' npm run --silent test:browser
printf '\nEverything passed in %s s.\n' "$SECONDS"
