#!/usr/bin/env bash
# An animated AVIF has one video stream for ffmpeg 5.1 and two for ffmpeg 9.0, and the one that 9.0 picks by default is a still.
#
# Seen with ffmpeg 5.1.9 (Debian 12) and 9.0.2 (PyPI, imageio-ffmpeg 0.8.1), on a file of three pictures that Pillow 12.0.0
# wrote: 5.1 lists one stream and decodes three pictures. 9.0 lists the file's primary picture as stream 0:0, the animation
# as 0:1, and both as "default"; without -map it decodes one picture, exits with 0 and prints no warning. The animation is
# complete as 0:1. A program that counts pictures has to look for the stream that moves.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1 pillow==12.0.0
newer=$("$folder/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')

"$folder/venv/bin/python" - "$folder/moving.avif" <<'PYTHON'
import sys
from PIL import Image
pictures = [Image.new("RGB", (64, 48), colour) for colour in ("red", "lime", "blue")]
pictures[0].save(sys.argv[1], save_all=True, append_images=pictures[1:], duration=200)
PYTHON

# pictures PROGRAM [OPTION...]: how many pictures it decodes.
pictures() { "$1" -v error -i "$folder/moving.avif" "${@:2}" -f framemd5 - | grep -vc '^#'; }
streams() { "$1" -hide_banner -i "$folder/moving.avif" 2>&1 | grep -c 'Stream #0:' || true; }
expect() {
  echo "$1: $2"
  [ "$2" = "$3" ] || { echo "expected $3: the behaviour has changed" >&2; exit 1; }
}

"$newer" -version | head -1
expect "streams in 9.0" "$(streams "$newer")" 2
expect "pictures in 9.0 by default" "$(pictures "$newer")" 1
expect "pictures in 9.0 with -map 0:1" "$(pictures "$newer" -map 0:1)" 3
case "$(ffmpeg -version 2>/dev/null | head -1)" in
  "ffmpeg version 5.1."*)
    ffmpeg -version | head -1
    expect "streams in 5.1" "$(streams ffmpeg)" 1
    expect "pictures in 5.1 by default" "$(pictures ffmpeg)" 3
    ;;
  *) echo "5.1 was not compared: it is Debian 12's ffmpeg, which isn't installed here." ;;
esac
