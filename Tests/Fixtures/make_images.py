#!/usr/bin/python3
"""Saves photographs in every format and mode the engine reads, and what Pillow makes of each.

Usage: make_images.py OUT PHOTO...          (needs Pillow and NumPy)

Writes OUT/NAME.EXT and, beside it, OUT/NAME.EXT.npy: numpy.asarray(Image.open(file).convert("RGB")).
In OUT/newer, where old Pillows differ from new ones, the arrays are what the newest makes of them.
OUT/manifest.json lists them all: name, height, width and the SHA-256 of the RGB bytes.
"""

import hashlib
import io
import json
import os
import struct
import sys
import zlib

import numpy
from PIL import Image, ImageCms


def png(width, height, depth, color, rows, interlaced=False, palette=None, transparency=None):
    """A PNG from packed rows, for the depths Pillow does not write. Rows are those of the plain image."""

    def piece(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    out = b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", header)
    if palette is not None:
        out += piece(b"PLTE", palette)
    if transparency is not None:
        out += piece(b"tRNS", transparency)
    return out + piece(b"IDAT", zlib.compress(rows)) + piece(b"IEND", b"")


CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def packed(samples, depth):
    """Rows with filter 0: samples (H, W, channels) of up to 16 bits."""
    height, width, channels = samples.shape
    rows = b""
    for row in samples.reshape(height, width * channels):
        if depth == 16:
            data = row.astype(">u2").tobytes()
        elif depth == 8:
            data = row.astype(numpy.uint8).tobytes()
        else:
            bits = ((row[:, None] >> numpy.arange(depth - 1, -1, -1)) & 1).reshape(-1)
            data = numpy.packbits(bits.astype(numpy.uint8)).tobytes()
        rows += b"\0" + data
    return rows


def raw_pngs(photo):
    """Every color type and depth of PNG, plain and interlaced (Adam7)."""
    rgb = numpy.asarray(photo).astype(numpy.uint32)
    gray = numpy.asarray(photo.convert("L")).astype(numpy.uint32)[..., None]
    alpha = (numpy.indices(gray.shape[:2]).sum(axis=0) % 256).astype(numpy.uint32)[..., None]
    palette = bytes(value for index in range(256) for value in (index, 255 - index, index * 7 % 256))
    for depth in (1, 2, 4, 8, 16):
        scale = (lambda x: x * 257 + 1) if depth == 16 else (lambda x: x >> (8 - depth))
        kinds = {0: scale(gray)}
        if depth <= 8:
            kinds[3] = scale(gray)
        if depth >= 8:
            kinds[2] = scale(rgb)
            kinds[4] = numpy.concatenate([scale(gray), scale(alpha)], axis=2)
            kinds[6] = numpy.concatenate([scale(rgb), scale(alpha)], axis=2)
        if depth == 16:
            kinds["dark"] = gray
        for kind, samples in kinds.items():
            color = 0 if kind == "dark" else kind
            table = palette[: 3 << depth] if color == 3 else None
            for interlaced in (False, True):
                if interlaced:
                    parts = [samples[y::dy, x::dx] for x, y, dx, dy in PASSES]
                    rows = b"".join(packed(part, depth) for part in parts if part.size)
                else:
                    rows = packed(samples, depth)
                height, width = samples.shape[:2]
                name = f"raw{kind}_{depth}{'i' if interlaced else ''}"
                yield f"{name}.png", png(width, height, depth, color, rows, interlaced, table)
                if color in (0, 3, 2):
                    clear = {0: struct.pack(">H", 1), 3: bytes([0, 128, 255][: 1 << depth]), 2: b"\0\1\0\1\0\1"}[color]
                    yield f"{name}_t.png", png(width, height, depth, color, rows, interlaced, table, clear)


def short_palettes(photo):
    """PNGs whose pixels point past their palette of three colors: black, as in Pillow 10.4 and newer (9.4: a gray)."""
    for depth in (2, 4, 8):
        samples = numpy.asarray(photo.convert("L"))[..., None] >> (8 - depth)
        colors = numpy.zeros((256, 3), numpy.uint8)
        colors[:3] = [(200, 10, 30), (20, 180, 40), (30, 20, 220)]
        data = png(photo.width, photo.height, depth, 3, packed(samples, depth), palette=colors[:3].tobytes())
        yield f"short{depth}.png", data, colors[samples[..., 0]]


def inks(photo):
    """CMYK with black ink, of which Pillow's own conversion uses none."""
    cyan, magenta, yellow, _ = photo.convert("CMYK").split()
    ramp = (numpy.indices((photo.height, photo.width)) * [[[3]], [[2]]]).sum(axis=0) % 256
    return Image.merge("CMYK", (cyan, magenta, yellow, Image.fromarray(ramp.astype(numpy.uint8))))


def variants(photo):
    """(name, image, options to save it with)"""
    alpha = Image.fromarray((numpy.indices((photo.height, photo.width)).sum(axis=0) % 256).astype(numpy.uint8))
    rgba = photo.copy()
    rgba.putalpha(alpha)
    odd = photo.crop((0, 0, photo.width - 3, photo.height - 5))
    for sampling in (0, 1, 2):
        yield f"s{sampling}.jpg", photo, {"quality": 85, "subsampling": sampling}
        yield f"s{sampling}odd.jpg", odd, {"quality": 85, "subsampling": sampling}
        yield f"s{sampling}p.jpg", odd, {"quality": 75, "subsampling": sampling, "progressive": True}
    yield "gray.jpg", odd.convert("L"), {"quality": 85}
    yield "grayp.jpg", odd.convert("L"), {"quality": 85, "progressive": True}
    yield "cmyk.jpg", inks(odd), {"quality": 85}
    yield "cmyk100.jpg", inks(odd), {"quality": 100}
    yield "cmykp.jpg", inks(odd), {"quality": 85, "progressive": True}
    yield "q100.jpg", odd, {"quality": 100}
    yield "q5.jpg", odd, {"quality": 5}
    yield "optimized.jpg", odd, {"quality": 80, "optimize": True}
    yield "rgb.png", odd, {}
    yield "rgba.png", rgba, {}
    yield "la.png", rgba.convert("LA"), {}
    yield "l.png", odd.convert("L"), {}
    yield "one.png", odd.convert("1"), {}
    yield "p.png", odd.convert("P", palette=Image.ADAPTIVE, colors=200), {}
    yield "p16.png", odd.convert("P", palette=Image.ADAPTIVE, colors=11), {"bits": 4}
    yield "i16.png", Image.fromarray(numpy.asarray(odd.convert("L")).astype(numpy.uint16) * 3), {}
    yield "lossy.webp", odd, {"quality": 80}
    yield "lossless.webp", odd, {"lossless": True}
    yield "alpha.webp", rgba, {"quality": 80}
    yield "alphalossless.webp", rgba, {"lossless": True}
    animation = {"save_all": True, "append_images": [odd.rotate(180)], "duration": 50}
    yield "animated.webp", odd, animation
    yield "animatedlossless.webp", odd, {**animation, "lossless": True}
    yield "animatedalpha.webp", rgba, {"save_all": True, "append_images": [rgba.rotate(180)], "duration": 50}
    yield "animated.png", odd, animation
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield "profile.webp", odd, {"quality": 80, "icc_profile": profile}
    yield "profile.png", odd, {"icc_profile": profile}
    yield "profile.jpg", odd, {"icc_profile": profile}


def adobe_ycck(cmyk_jpeg):
    """Marks a CMYK JPEG as YCCK: the APP14 transform byte becomes 2."""
    mark = cmyk_jpeg.find(b"Adobe")
    return cmyk_jpeg[: mark + 11] + b"\2" + cmyk_jpeg[mark + 12 :] if mark > 0 else None


def segments(jpeg):
    """(marker, offset, end) of the segments before the first scan."""
    place = 2
    while jpeg[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
        yield jpeg[place + 1], place, end
        place = end


def without_segment(jpeg, marker):
    for kind, start, end in segments(jpeg):
        if kind == marker:
            return jpeg[:start] + jpeg[end:]
    raise ValueError(f"no segment {marker:#x}")


def stored_as_rgb(jpeg):
    """Declares a JFIF file's three components to be red, green and blue."""
    bare = without_segment(jpeg, 0xE0)
    return bare[:2] + b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0" + bare[2:]


def riff(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def offset_animation(webp, width, height):
    """A canvas of width × height whose only frame is a still lossless WebP, off the corner by (10, 6)."""
    place = webp.index(b"VP8L")
    still = webp[place : place + 8 + int.from_bytes(webp[place + 4 : place + 8], "little")]
    bits = int.from_bytes(still[9:13], "little")

    def three(*numbers):
        return b"".join(number.to_bytes(3, "little") for number in numbers)

    frame = three(5, 3, bits & 0x3FFF, bits >> 14 & 0x3FFF, 50) + b"\0" + riff(still[:4], still[8:])
    canvas = b"\x12\0\0\0" + three(width - 1, height - 1)
    return riff(b"RIFF", b"WEBP" + riff(b"VP8X", canvas) + riff(b"ANIM", b"\xff" * 4 + b"\0\0") + riff(b"ANMF", frame))


def with_gamma(png_file):
    """Puts a gamma of 1.0 before the pixels, which Pillow leaves unused."""
    chunk = b"gAMA" + struct.pack(">I", 100000)
    return png_file[:33] + struct.pack(">I", 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png_file[33:]


def derived(files, photo):
    """Files that Pillow does not write, from some that it has written."""
    ycck = adobe_ycck(files["cmyk.jpg"])
    if ycck:
        files["ycck.jpg"] = ycck
    files["cmykplain.jpg"] = without_segment(files["cmyk.jpg"], 0xEE)
    files["rgb.jpg"] = stored_as_rgb(files["s0.jpg"])
    files["offset.webp"] = offset_animation(files["alphalossless.webp"], photo.width + 30, photo.height + 20)
    files["gamma.png"] = with_gamma(files["rgb.png"])


def saved(image, extension, options):
    data = io.BytesIO()
    image.save(data, {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[extension], **options)
    return data.getvalue()


def main(out, photos):
    manifest = []

    def write(name, data, pixels=None):
        target = os.path.join(out, name)
        with open(target, "wb") as file:
            file.write(data)
        if pixels is None:
            pixels = numpy.asarray(Image.open(target).convert("RGB"))
        numpy.save(target, pixels)
        digest = hashlib.sha256(pixels.tobytes()).hexdigest()
        manifest.append({"name": name, "height": pixels.shape[0], "width": pixels.shape[1], "sha256": digest})

    os.makedirs(os.path.join(out, "newer"), exist_ok=True)
    for index, path in enumerate(photos):
        photo = Image.open(path).convert("RGB")
        files = {name: saved(image, name.split(".")[1], options) for name, image, options in variants(photo)}
        derived(files, photo)
        if index == 0:
            files.update(raw_pngs(photo))
            for name, data, pixels in short_palettes(photo):
                write(f"newer/{name}", data, pixels)
        for name, data in files.items():
            write(f"{index}_{name}", data)
    with open(os.path.join(out, "manifest.json"), "w") as file:
        json.dump(manifest, file, indent=1)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
