#!/bin/sh
# Programs that the tests use and we did not write. Installed from Debian's packages where they are missing and we may.
# With "postgresql": also the server of `make test-postgres`, of which Debian keeps the programs aside; with "coturn": the
# relay of `make test-relay`; with "janus": what `make bench-forward` compares with.
set -eu
missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need chromium chromium
need firefox-esr firefox-esr
need pdfsig poppler-utils
need ffprobe ffmpeg
need qpdf qpdf
need openssl openssl
[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || missing="$missing fonts-noto-cjk"
if [ "${1:-}" = postgresql ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then need initdb postgresql; fi
if [ "${1:-}" = coturn ]; then need turnserver coturn; fi
if [ "${1:-}" = janus ]; then need janus janus; fi
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing for the tests:$missing"
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
  for service in coturn janus; do  # Debian starts them at once, open to the network: the tests start their own
    case $missing in *$service*) systemctl disable --now $service >/dev/null 2>&1 || true ;; esac
  done
else
  echo "The tests need these Debian packages:$missing" >&2
  echo "Install them with: sudo apt-get install$missing" >&2
  exit 1
fi
