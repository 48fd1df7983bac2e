"""Writes NAME.png and NAME.expected (size line and raw bytes of an independent decoder) for RealPicturesTests.

Pictures: every PNG that scikit-image ships, and one generated PNG per colour type, bit depth and interlacing method.
Decoder: pypng, which keeps 16 bits. If Pillow supports the format too, both must agree.
"""
import pathlib
import random
import shutil
import sys

import numpy
import png
import skimage
from PIL import Image


def expected(path):
    """Our conversion: palettes become RGB, transparency becomes alpha, and samples are scaled and rounded to 8 bits."""
    width, height, rows, info = png.Reader(filename=str(path)).asDirect()
    largest = 2 ** info["bitdepth"] - 1
    values = numpy.vstack([numpy.asarray(row, dtype=numpy.int64) for row in rows])
    # Only valid for files without an sBIT chunk, by which pypng rescales the stored values.
    eight = ((values * 255 + largest // 2) // largest).astype(numpy.uint8)
    return width, height, info["planes"], eight.tobytes()


def check_with_pillow(path, channels, raw):
    picture = Image.open(path)
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
    if picture.mode in ("L", "LA", "RGB", "RGBA", "P") and png.Reader(filename=str(path)).read()[3]["bitdepth"] <= 8:
        assert picture.convert(mode).tobytes() == raw, f"pypng and Pillow differ on {path}"
        return True
    return False


def add(path, folder, name):
    width, height, channels, raw = expected(path)
    both = check_with_pillow(path, channels, raw)
    if path != folder / f"{name}.png":
        shutil.copy(path, folder / f"{name}.png")
    (folder / f"{name}.expected").write_bytes(f"{width} {height} {channels}\n".encode() + raw)
    return both


def generated(folder):
    """One small picture of each kind. The encoder chooses the row filters."""
    numbers = random.Random(7)
    for interlace in (False, True):
        for grey, alpha, depths in ((True, False, (1, 2, 4, 8, 16)), (True, True, (8, 16)), (False, False, (8, 16)), (False, True, (8, 16))):
            for depth in depths:
                channels = (1 if grey else 3) + alpha
                rows = [[numbers.randrange(2**depth) for _ in range(37 * channels)] for _ in range(23)]
                name = f"made-{'grey' if grey else 'rgb'}{'-alpha' if alpha else ''}-{depth}{'-interlaced' if interlace else ''}"
                writer = png.Writer(37, 23, greyscale=grey, alpha=alpha, bitdepth=depth, interlace=interlace)
                with open(folder / f"{name}.png", "wb") as file:
                    writer.write(file, rows)
                yield name
        for depth in (1, 2, 4, 8):
            palette = [tuple(numbers.randrange(256) for _ in range(4 if depth < 8 else 3)) for _ in range(2**depth)]
            rows = [[numbers.randrange(2**depth) for _ in range(37)] for _ in range(23)]
            name = f"made-palette-{depth}{'-interlaced' if interlace else ''}"
            with open(folder / f"{name}.png", "wb") as file:
                png.Writer(37, 23, palette=palette, bitdepth=depth, interlace=interlace).write(file, rows)
            yield name


def main():
    folder = pathlib.Path(sys.argv[1])
    shipped = sorted(pathlib.Path(skimage.__file__).parent.rglob("*.png"))
    confirmed = 0
    for path in shipped:
        confirmed += add(path, folder, path.stem)
    names = list(generated(folder))
    for name in names:
        confirmed += add(folder / f"{name}.png", folder, name)
    print(f"{len(shipped)} pictures of scikit-image, {len(names)} generated; Pillow confirms {confirmed}")


main()
