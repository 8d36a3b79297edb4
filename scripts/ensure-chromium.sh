#!/usr/bin/env bash
# The browser tests need a Chromium. CHROMIUM_PATH names one; otherwise Debian's package is used.
set -euo pipefail
if [ -n "${CHROMIUM_PATH:-}" ] && [ -x "$CHROMIUM_PATH" ]; then exit 0; fi
if command -v chromium >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo 'installing chromium from Debian packages'
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
  exit 0
fi
echo 'The browser tests need Chromium. Install it and run again:' >&2
echo '  sudo apt-get install -y chromium        (Debian, Ubuntu)' >&2
echo '  or set CHROMIUM_PATH to a Chromium or Chrome binary' >&2
exit 1
