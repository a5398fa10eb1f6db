#!/usr/bin/python3
"""Cuts a folder of class folders out of real photographs: the nature pictures of Debian's package mate-backgrounds.

Usage: corpus.py OUT [--images 1200] [--width 320] [--height 240] [--formats jpeg] [--seed 1]

Every photograph is a class; its images are random cut-outs, scaled, some mirrored, saved as JPEG (quality 90, 4:2:0).
--formats mixed saves progressive and gray JPEG, PNG and WebP among them. Needs Pillow (python3-pil).
"""

import argparse
import glob
import os
import random
import sys

from PIL import Image

PHOTOGRAPHS = "/usr/share/backgrounds/mate/nature/*.jpg"
FORMATS = {
    "jpeg": [("jpg", "RGB", {"quality": 90})],
    "mixed": [
        ("jpg", "RGB", {"quality": 90}), ("jpg", "RGB", {"quality": 85, "progressive": True}),
        ("jpg", "L", {"quality": 90}), ("png", "RGB", {}), ("webp", "RGB", {"quality": 80}),
    ],
}


def cut(photograph, width, height, dice):
    """A random part of the photograph, one to three times the size it is scaled to where there is room."""
    zoom = min(dice.uniform(1, 3), photograph.width / width, photograph.height / height)
    box_width, box_height = int(width * zoom), int(height * zoom)
    left = dice.randint(0, photograph.width - box_width)
    top = dice.randint(0, photograph.height - box_height)
    part = photograph.crop((left, top, left + box_width, top + box_height)).resize((width, height), Image.BICUBIC)
    return part.transpose(Image.FLIP_LEFT_RIGHT) if dice.random() < 0.5 else part


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--images", type=int, default=1200)
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--height", type=int, default=240)
    parser.add_argument("--formats", choices=FORMATS, default="jpeg")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    paths = sorted(glob.glob(PHOTOGRAPHS))
    if not paths:
        sys.exit(f"no photographs at {PHOTOGRAPHS}: apt install mate-backgrounds")
    for place, path in enumerate(paths):
        label = os.path.splitext(os.path.basename(path))[0].lower()
        os.makedirs(os.path.join(options.out, label), exist_ok=True)
        photograph = Image.open(path).convert("RGB")
        dice = random.Random(f"{options.seed} {label}")
        for index in range(place, options.images, len(paths)):
            formats = FORMATS[options.formats]
            extension, mode, saving = formats[index // len(paths) % len(formats)]
            part = cut(photograph, options.width, options.height, dice).convert(mode)
            part.save(os.path.join(options.out, label, f"{index:05}.{extension}"), **saving)
        if sys.stderr.isatty():
            print(f"\r\033[KCutting photographs {place + 1}/{len(paths)}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


if __name__ == "__main__":
    main()
