#!/usr/bin/env bash
# ffmpeg's format filter, given a list, gives up the colour model before it gives up depth.
#
# Seen with ffmpeg 9.0.2 (PyPI, imageio-ffmpeg 0.8.1), and the same with 5.1.9 (Debian 12): RGB of 10 or 16 bits with the
# list gbrp|yuv444p16le leaves as Y'CbCr, although the list has an RGB format, and the converted frame is marked neither
# with the matrix nor with the range that were used. Grey of 16 bits leaves the list yuv420p16le|gbrp16le as three planes
# of RGB. RGB of 8 bits stays RGB. A program that offers a list has to offer each colour model in each depth.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1
ffmpeg=$("$folder/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
"$ffmpeg" -version | head -1

# expect SOURCE LIST CHOSEN: the format that the filter chooses for a red picture.
expect() {
  local log chosen
  log=$("$ffmpeg" -hide_banner -f lavfi -i "color=red:s=16x16:r=1:d=1,format=$1" -vf "format=$2,showinfo" -f null - 2>&1)
  chosen=$(grep -oE 'fmt:[a-z0-9]+' <<<"$log" | head -1)
  echo "$1 of $2: $chosen, $(grep -oE 'color_range:.*' <<<"$log" | head -1)"
  [ "$chosen" = "fmt:$3" ] || { echo "expected $3: the behaviour has changed" >&2; exit 1; }
}
expect rgb48le 'gbrp|yuv444p16le' yuv444p16le
expect gbrp10le 'gbrp|yuv444p16le' yuv444p16le
expect gray16le 'yuv420p16le|gbrp16le' gbrp16le
expect bgr0 'gbrp|yuv444p16le' gbrp
expect rgb48le 'gbrp|gbrp16le|yuv444p16le' gbrp16le
