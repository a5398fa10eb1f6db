#!/usr/bin/python3
"""Says what Pillow makes of images in other sizes and modes, for the images that make_images.py made and odd ones more.

Usage: make_renditions.py OUT IMAGES [--each 9] [--seed 1]          (needs Pillow and NumPy)

IMAGES is a folder of make_images.py. OUT/renditions.json lists, for every image, some renditions of it by dice: file,
mode, resize, size ([height, width] or null) and the CRC-32 of Pillow's pixels. OUT holds the odd images; those with
transparent colors are in keyed.json, their pixels as the PNG specification has them.
"""

import argparse
import io
import json
import os
import random
import struct
import sys
import warnings
import zlib

import numpy
from PIL import Image, ImageOps

sys.dont_write_bytecode = True
import make_images  # noqa: E402

warnings.simplefilter("ignore")

MODES = ["RGB", "L", "RGBA"]
RESIZES = ["stretch", "crop", "pad"]
# Pillow 9.4 leaves the transparent color of 1-bit gray unused.
UNLIKE_PILLOW = {"0_raw0_1_t.png", "0_raw0_1i_t.png"}


def contained(own, size):
    """(width, height) that ImageOps.contain gives an image; at least one pixel each, where it fails."""

    class Sized:
        width, height = own

        def resize(self, size, resample):
            return size

    return tuple(max(side, 1) for side in ImageOps.contain(Sized(), size))


def rendition(data, mode, resize, size):
    """What the engine promises, in Pillow's words."""
    image = Image.open(io.BytesIO(data))
    wanted = size and (size[1], size[0])
    if size and resize == "pad":
        wanted = contained(image.size, wanted)
    if image.format == "JPEG":
        image.draft(mode, wanted)
    image = image.convert(mode)
    if not size:
        return image
    if resize == "crop":
        return ImageOps.fit(image, wanted, Image.BILINEAR)
    image = image.resize(wanted, Image.BILINEAR)
    if resize == "stretch":
        return image
    padded = Image.new(mode, (size[1], size[0]))
    padded.paste(image, (round((size[1] - wanted[0]) * 0.5), round((size[0] - wanted[1]) * 0.5)))
    return padded


def sizes(own, dice):
    """A size of each kind: none, the image's own and beside it, JPEG's eighths, small, large, narrow and flat."""
    height, width = own
    return dice.choice([
        None, own, (height, width + 1), (height - 1 or 1, width), (-(-height // 2), -(-width // 2)),
        (-(-height // 4), -(-width // 4)), (-(-height // 8), -(-width // 8)), (224, 224), (32, 32),
        (dice.randint(1, 40), dice.randint(1, 40)), (dice.randint(1, 300), dice.randint(1, 300)),
        (dice.randint(1, 3), dice.randint(1, 700)), (dice.randint(1, 700), dice.randint(1, 3)),
    ])


def odd_images(photo):
    """(name, image, options): a single row, column and pixel, and what shrinks by hundreds."""
    shapes = {"row": (61, 1), "column": (1, 61), "dot": (1, 1), "long": (9, 2000), "wide": (2000, 9), "tall": (2, 400)}
    for name, shape in shapes.items():
        image = photo.resize(shape, Image.BICUBIC)
        seen = image.copy()
        seen.putalpha(Image.linear_gradient("L").rotate(90).resize(shape))
        yield f"{name}.jpg", image, {"quality": 90}
        yield f"{name}gray.jpg", image.convert("L"), {"quality": 90}
        yield f"{name}.png", seen, {}
        yield f"{name}.webp", seen, {"lossless": True}


def keyed_pngs():
    """(name, file, RGBA pixels) of PNGs that call one color transparent, where Pillow 9.4 does not find it."""
    dice = numpy.random.default_rng(1)
    for depth in (1, 2, 4):
        gray = dice.integers(0, 1 << depth, (23, 31, 1)).astype(numpy.uint32)
        key = int(gray[0, 0, 0])
        pixels = numpy.repeat(gray * (255 // ((1 << depth) - 1)), 4, axis=2)
        pixels[..., 3:] = (gray != key) * 255
        for interlaced in (False, True):
            if interlaced:
                parts = [gray[y::dy, x::dx] for x, y, dx, dy in make_images.PASSES]
                rows = b"".join(make_images.packed(part, depth) for part in parts if part.size)
            else:
                rows = make_images.packed(gray, depth)
            yield f"gray{depth}{'i' if interlaced else ''}.png", make_images.png(
                31, 23, depth, 0, rows, interlaced, None, struct.pack(">H", key)), pixels
    color = dice.integers(0, 2, (23, 31, 3)).astype(numpy.uint32) * 257 + 0x4000
    key = color[0, 0]
    pixels = numpy.concatenate([color >> 8, 255 * (color != key).any(axis=2, keepdims=True)], axis=2)
    yield "color16.png", make_images.png(
        31, 23, 16, 2, make_images.packed(color, 16), False, None, struct.pack(">HHH", *map(int, key))), pixels


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("images")
    parser.add_argument("--each", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)

    def write(name, data):
        path = os.path.join(options.out, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    with open(os.path.join(options.images, "manifest.json")) as file:
        names = [image["name"] for image in json.load(file)]
    names = [name for name in names if not name.startswith("newer/") and name not in UNLIKE_PILLOW]
    paths = [os.path.join(options.images, name) for name in names]
    photo = Image.open(os.path.join(options.images, "2_rgb.png"))
    for name, image, saving in odd_images(photo):
        paths.append(write(name, make_images.saved(image, name.split(".")[1], saving)))

    dice = random.Random(options.seed)
    listed = []
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        own = Image.open(io.BytesIO(data)).size[::-1]
        for count in range(options.each):
            mode, resize, size = MODES[count % 3], RESIZES[count // 3 % 3], sizes(own, dice)
            pixels = numpy.asarray(rendition(data, mode, resize, size))
            listed.append({
                "file": path, "mode": mode, "resize": resize, "size": size, "checksum": zlib.crc32(pixels.tobytes()),
                "height": pixels.shape[0], "width": pixels.shape[1],
            })
    write("renditions.json", json.dumps(listed).encode())
    keyed = [
        {"file": write(name, data), "checksum": zlib.crc32(pixels.astype(numpy.uint8).tobytes())}
        for name, data, pixels in keyed_pngs()
    ]
    write("keyed.json", json.dumps(keyed).encode())


if __name__ == "__main__":
    main()
