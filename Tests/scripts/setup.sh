#!/usr/bin/env bash
# Installs what a step needs and the machine lacks, or says by name what to install.
#   setup.sh build     what the compiler needs: zlib's and SQLite's headers
#   setup.sh pictures  ffmpeg, and an independent PNG decoder with real pictures
#   setup.sh metrics   Prometheus' own check of what /metrics says
#   setup.sh web       a linter and a type checker for the browser's modules
#   setup.sh browser   Chromium, and what drives it
# Python packages go into .venv; nothing of this ships.
set -euo pipefail
cd "$(dirname "$0")/../.."

explain() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Installs Debian packages where that is possible without asking; else names them.
system_packages() {
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] ||
    explain "Please install: $* (Debian's names; on macOS: brew install zlib sqlite ffmpeg, and Chromium named in CHROMIUM)"
  echo "Installing $*"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
    explain "apt-get could not install $*."
}

python_packages() {
  local stamp=".venv/.installed-$1"
  shift
  [ "$(cat "$stamp" 2>/dev/null || true)" = "$*" ] && return
  command -v python3 >/dev/null || system_packages python3 python3-venv
  [ -x .venv/bin/pip ] || python3 -m venv .venv || { system_packages python3-venv && python3 -m venv --clear .venv; }
  echo "Installing $*"
  .venv/bin/pip install --quiet --disable-pip-version-check "$@" ||
    explain "PyPI could not be reached. These are needed in .venv: $*"
  printf '%s' "$*" >"$stamp"
}

case "${1:-}" in
  build)
    printf '#include <%s>\n' zlib.h sqlite3.h | cc -E - >/dev/null 2>&1 || system_packages zlib1g-dev libsqlite3-dev
    ;;
  pictures)
    command -v ffmpeg >/dev/null || system_packages ffmpeg
    python_packages pictures scikit-image pillow pypng
    ;;
  metrics)
    # Only the one program is wanted, so the package is unpacked and not installed: no service starts.
    [ -x .venv/bin/promtool ] || {
      scratch=$(mktemp -d)
      trap 'rm -rf "$scratch"' EXIT
      echo "Fetching promtool"
      if (cd "$scratch" && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; } &&
        dpkg-deb -x prometheus_*.deb . && usr/bin/promtool --version) >/dev/null 2>&1; then
        mkdir -p .venv/bin
        cp "$scratch/usr/bin/promtool" .venv/bin/
      else
        echo "promtool can't be had here, so its check of /metrics is skipped. Debian has it in the package prometheus."
      fi
    }
    ;;
  web)
    command -v node >/dev/null ||
      explain "Please install Node 20 or newer: it runs the tests of the browser's modules. Nothing of it ships."
    python_packages web oxlint==1.89.0 deno==2.9.8
    ;;
  browser)
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || system_packages chromium fonts-dejavu-core
    python_packages browser playwright==1.65.2 axe-playwright-python==0.1.8
    ;;
  *)
    explain "usage: setup.sh build|pictures|metrics|web|browser"
    ;;
esac
