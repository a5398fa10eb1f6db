#!/usr/bin/python3
"""Resizes photographs from their full size, antialiased: what JPEG's own scaling is measured against.

Usage: make_plain.py OUT SIZE PHOTO...          (needs Pillow)

Writes OUT/NUMBER.rgb for each: SIZE × SIZE × 3 bytes of Image.open(photo).resize((SIZE, SIZE), BILINEAR).
"""

import os
import sys

from PIL import Image


def main(out, size, photos):
    os.makedirs(out, exist_ok=True)
    for number, photo in enumerate(photos):
        with open(os.path.join(out, f"{number}.rgb"), "wb") as file:
            file.write(Image.open(photo).convert("RGB").resize((size, size), Image.BILINEAR).tobytes())


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
