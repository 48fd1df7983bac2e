#!/usr/bin/env bash
# Installs the missing dependencies of a step, or prints what to install.
#   setup.sh build     what the compiler needs: zlib's and SQLite's headers
#   setup.sh pictures  ffmpeg, a second version of it, and an independent PNG decoder with sample pictures
#   setup.sh metrics   promtool, which checks the format of /metrics
#   setup.sh redis     redis-server and redis-benchmark, which `bench publish --beside redis` measures
#   setup.sh web       a linter and a type checker for the browser's modules
#   setup.sh browser   Chromium, and Playwright to drive it
#   setup.sh all       all of these, and the Autobahn test suite
# Python packages go into .venv. None of this ships with the product.
set -euo pipefail
cd "$(dirname "$0")/../.."

explain() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Installs Debian packages if it can do so without a prompt, else prints their names.
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
    # Debian's ffmpeg is 5.1. The newest that we test with is 9.0, whose messages and formats differ.
    python_packages ffmpeg imageio-ffmpeg==0.8.1
    mkdir -p .venv/ffmpeg
    ln -sf "$(.venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" .venv/ffmpeg/ffmpeg
    ;;
  metrics)
    # Unpacks the package instead of installing it, because only one program is needed and no service should start.
    [ -x .venv/bin/promtool ] || {
      scratch=$(mktemp -d)
      trap 'rm -rf "$scratch"' EXIT
      echo "Fetching promtool"
      if (cd "$scratch" && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; } &&
        dpkg-deb -x prometheus_*.deb . && usr/bin/promtool --version) >/dev/null 2>&1; then
        mkdir -p .venv/bin
        cp "$scratch/usr/bin/promtool" .venv/bin/
      else
        echo "promtool is not available, so its check of /metrics is skipped. It is in Debian's package prometheus."
      fi
    }
    ;;
  redis)
    # Debian's package redis-server starts a service, so only redis-tools is installed. It has the same program under
    # another name.
    command -v redis-server >/dev/null && command -v redis-benchmark >/dev/null || {
      command -v redis-check-rdb >/dev/null || system_packages redis-tools
      mkdir -p .venv/redis
      ln -sf "$(command -v redis-check-rdb)" .venv/redis/redis-server
    }
    ;;
  web)
    command -v node >/dev/null ||
      explain "Please install Node 20 or newer. It runs the tests of the browser's modules, and doesn't ship with the product."
    python_packages web oxlint==1.89.0 deno==2.9.8
    ;;
  browser)
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || system_packages chromium fonts-dejavu-core
    python_packages browser playwright==1.65.2 axe-playwright-python==0.1.8
    ;;
  all)
    for each in build web pictures metrics redis browser; do Tests/scripts/setup.sh "$each"; done
    Tests/scripts/test-autobahn.sh install
    ;;
  *)
    explain "usage: setup.sh build|pictures|metrics|redis|web|browser|all"
    ;;
esac
