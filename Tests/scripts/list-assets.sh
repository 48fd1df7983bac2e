#!/usr/bin/env bash
# Writes web/WebAssets.c: every file of web/js, web/css and web/img, embedded by the compiler (C23 #embed).
# Run it after adding or removing a file there; a test fails if the list is out of date.
set -euo pipefail
cd "$(dirname "$0")/../../web"
{
  echo '// Written by Tests/scripts/list-assets.sh: run it after adding or removing a file.'
  echo '#include "WebAssets.h"'
  files=$(find * -type f \( -name '*.js' -o -name '*.css' -o -name '*.svg' \) | LC_ALL=C sort)
  number=0
  for file in $files; do
    printf '\nstatic const unsigned char file_%d[] = {\n#embed "%s"\n};\n' "$number" "$file"
    number=$((number + 1))
  done
  printf '\nstatic const struct telltale_asset assets[] = {\n'
  number=0
  for file in $files; do
    printf '    {"%s", file_%d, sizeof file_%d},\n' "$file" "$number" "$number"
    number=$((number + 1))
  done
  printf '};\n\nsize_t telltale_asset_count(void) { return sizeof assets / sizeof assets[0]; }\n'
  printf '\nstruct telltale_asset telltale_asset(size_t index) { return assets[index]; }\n'
} > WebAssets.c
