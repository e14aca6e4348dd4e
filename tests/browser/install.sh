#!/bin/sh
# A browser for the browser tests: the machine's chromium, Debian's where it may be installed, playwright's own elsewhere;
# a font with Chinese characters; and a PostgreSQL server and a reader of PDF, without which the tests that need them are
# skipped and say so.
set -eu
python=$1

has_browser() { command -v chromium >/dev/null 2>&1; }
# Without fontconfig (on a Mac, say) fonts cannot be asked for and are taken to be there.
has_font() { ! command -v fc-list >/dev/null 2>&1 || fc-list :lang=zh | grep -q .; }
may_install() { command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; }
# Debian keeps the server's programs out of the path.
has_server() {
  command -v initdb >/dev/null 2>&1 && return
  set -- "${POSTGRESQL_PROGRAMS:-/usr/lib/postgresql}"/*/bin/initdb
  [ -e "$1" ]
}

missing=
has_server || missing="postgresql"
command -v pdftotext >/dev/null 2>&1 || missing="${missing:+$missing }poppler-utils"
if [ -n "$missing" ] && may_install; then
  # Names of packages, a word each.
  # shellcheck disable=SC2086
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; } ||
    echo "Could not be installed: $missing; the tests that need it are skipped." >&2
fi
if has_browser && has_font; then
  exit 0
fi
if may_install; then
  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null; then
    exit 0
  fi
fi
if ! has_browser && ! "$python" -m playwright install chromium; then
  echo "The browser tests need a browser: install chromium (as root: apt-get install chromium), or run" >&2
  echo "'$python -m playwright install chromium' with a network; then run make test again." >&2
  exit 1
fi
if ! has_font; then
  echo "The browser tests need a font with Chinese characters: install one, such as fonts-noto-cjk; then run make test again." >&2
  exit 1
fi
