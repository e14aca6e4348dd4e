#!/bin/sh
# A browser for the browser tests: the machine's chromium, Debian's where it may be installed, playwright's own elsewhere.
set -eu
python=$1
if command -v chromium >/dev/null 2>&1 && fc-list :lang=zh 2>/dev/null | grep -q .; then
  exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null
  exit 0
fi
"$python" -m playwright install chromium
