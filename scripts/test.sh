#!/usr/bin/env bash
# Every check there is, in the order that fails fastest. Installs Debian's chromium when it is root on Debian.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/ensure-chromium.sh
step() { printf '\n== %s\n' "$1"; shift; "$@"; }

step 'format' npm run --silent format:check
step 'build' npm run --silent build
step 'lint' npm run --silent lint
step 'types' npm run --silent typecheck
step 'unused code' npm run --silent knip
step 'unit and integration tests' npm run --silent test:unit
step 'browser tests' npm run --silent test:browser
