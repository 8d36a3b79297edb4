#!/usr/bin/env bash
# The browser tests need a Chromium. CHROMIUM_PATH names one; otherwise Debian's packages are used, of which the one
# without a window is enough.
set -euo pipefail
if [ -n "${CHROMIUM_PATH:-}" ] && [ -x "$CHROMIUM_PATH" ]; then exit 0; fi
if [ -x /usr/bin/chromium-headless-shell ]; then exit 0; fi
install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null; }
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo 'installing chromium-headless-shell from Debian packages'
  if apt-get update -qq && install chromium-headless-shell; then exit 0; fi
  if [ -x /usr/bin/chromium ]; then exit 0; fi
  echo 'it is not to be had; installing chromium'
  if install chromium; then exit 0; fi
elif [ -x /usr/bin/chromium ]; then
  exit 0
fi
echo 'The browser tests need Chromium. Install it and run again:' >&2
echo '  sudo apt-get install -y chromium        (Debian, Ubuntu)' >&2
echo '  or set CHROMIUM_PATH to a Chromium or Chrome binary' >&2
exit 1
