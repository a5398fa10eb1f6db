#!/usr/bin/python3
"""Makes small datasets, good and hostile, out of nothing, and says in cases.json what reading each should come to.

Usage: make_datasets.py OUT          (needs Pillow and NumPy)

Every case is a folder OUT/<case>/ with dataset.json and chunks/*.zip. cases.json maps a case to
  {"images": labels and shapes that must still be read, in order,
   "error": null or {"type", "message": [fragments], "chunk_id", "entry", "declared", "found"}}
"""

import io
import json
import os
import struct
import sys
import zipfile
import zlib

import numpy
from PIL import Image


def picture(seed, height=24, width=32, form="JPEG", **options):
    """An image file: smooth colors, so that JPEG has something to do."""
    y, x = numpy.mgrid[0:height, 0:width]
    pixels = numpy.stack(
        [(x * 5 + seed * 40) % 256, (y * 7 + seed * 90) % 256, (x * y + seed * 17) % 256], axis=-1
    ).astype(numpy.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


class Unseekable(io.RawIOBase):
    """A pipe, as zipfile sees one."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def archive(entries, method=zipfile.ZIP_STORED, seekable=True, comment=b"", force_zip64=False):
    file = io.BytesIO() if seekable else Unseekable()
    with zipfile.ZipFile(file, "w", method, allowZip64=True) as writer:
        writer.comment = comment
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with writer.open(info, "w", force_zip64=force_zip64) as entry:
                entry.write(data)
    return file.getvalue() if seekable else bytes(file.data)


def local_offset(data, name):
    """Where the local header of an entry begins."""
    with zipfile.ZipFile(io.BytesIO(data)) as reader:
        return reader.getinfo(name).header_offset


def central_offset(data, name):
    """Where the central directory record of an entry begins."""
    position = struct.unpack_from("<I", data, data.rindex(b"PK\5\6") + 16)[0]
    while data[position : position + 4] == b"PK\1\2":
        length, extra, comment = struct.unpack_from("<HHH", data, position + 28)
        if data[position + 46 : position + 46 + length] == name.encode():
            return position
        position += 46 + length + extra + comment
    raise KeyError(name)


def data_offset(data, name):
    start = local_offset(data, name)
    length, extra = struct.unpack_from("<HH", data, start + 26)
    return start + 30 + length + extra


def patched(data, offset, replacement):
    return data[:offset] + replacement + data[offset + len(replacement) :]


def huge_png(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)

    def piece(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", header) + piece(b"IDAT", body) + piece(b"IEND", b"")


def huge_jpeg(width, height):
    small = picture(1)
    frame = small.index(b"\xff\xc0")
    return patched(small, frame + 5, struct.pack(">HH", height, width))


def huge_webp():
    """The header of an animation on a canvas of 16384 x 16384, with a small image after it."""
    chunk = picture(1, form="WEBP", quality=80)[12:]
    canvas = struct.pack("<I", 2) + struct.pack("<I", 16383)[:3] + struct.pack("<I", 16383)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body


class Maker:
    def __init__(self, out):
        self.out = out
        self.cases = {}

    def case(self, name, chunks, images, error=None, **job):
        """chunks: list of (bytes, facts that override the chunk's description)."""
        folder = os.path.join(self.out, name)
        os.makedirs(os.path.join(folder, "chunks"), exist_ok=True)
        described = []
        for index, (data, facts) in enumerate(chunks):
            path = f"chunks/chunk_{index:04}.zip"
            with open(os.path.join(folder, path), "wb") as file:
                file.write(data)
            chunk = {
                "chunk_id": f"chunk_{index:04}",
                "chunk_index": index,
                "url": path,
                "size_bytes": len(data),
                "num_images": None,
                "label": None,
            }
            chunk.update(facts)
            described.append(chunk)
        dataset = {
            "format_version": 1,
            "id": name,
            "name": name,
            "status": "completed",
            "progress": 100,
            "num_chunks": len(chunks),
            "chunks": described,
        }
        dataset.update(job)
        with open(os.path.join(folder, "dataset.json"), "w") as file:
            json.dump(dataset, file, indent=1)
        self.cases[name] = {"images": images, "error": error}


def error(kind, *message, **evidence):
    return {"type": kind, "message": list(message), **evidence}


def main(out):
    make = Maker(out)
    pictures = [(f"cat/{index}.jpg", picture(index)) for index in range(6)]
    cats = [["cat", [24, 32, 3]]] * 6
    stored = archive(pictures)
    deflated = archive(pictures, zipfile.ZIP_DEFLATED)
    other = archive([(f"dog/{index}.jpg", picture(index + 50)) for index in range(3)])
    dogs = [["dog", [24, 32, 3]]] * 3

    # Good ones, in every form a zip can have.
    make.case(
        "good", [(stored, {"num_images": 6}), (other, {"num_images": 3})], cats + dogs,
        num_images=9, chunk_size=6, labels=["cat", "dog"], size_bytes=len(stored) + len(other),
        created_at="2026-01-02T03:04:05Z",
    )
    make.case("deflated", [(deflated, {})], cats)
    make.case("zip64", [(archive(pictures, force_zip64=True), {})], cats)
    make.case("streamed_deflated", [(archive(pictures, zipfile.ZIP_DEFLATED, seekable=False), {})], cats)
    make.case("streamed_stored", [(archive(pictures, seekable=False), {})], cats)
    make.case("comment", [(archive(pictures, comment=b"PK\5\6 is not the end" * 100), {})], cats)
    make.case(
        "furniture",
        [(archive([("cat/", b""), ("__MACOSX/cat/._0.jpg", b"x"), ("cat/.DS_Store", b"x"), ("README.txt", b"hi")]
                  + pictures), {"num_images": 6})],
        cats,
    )
    late = json.dumps({"images": [{"filename": name, "label": f"late{i}"} for i, (name, _) in enumerate(pictures)]})
    make.case(
        "metadata_last", [(archive(pictures + [("metadata.json", late.encode())]), {})],
        [[f"late{index}", [24, 32, 3]] for index in range(6)],
    )
    rich = json.dumps({"images": [
        {"filename": "0.jpg", "label": 7}, {"filename": "1.jpg", "label": {"class": "cat", "box": [1, 2]}},
        {"filename": "2.jpg", "label": "Kätzchen"}, {"filename": "3.jpg"}]})
    make.case(
        "labels",
        [(archive([("metadata.json", rich.encode())] + [(f"{i}.jpg", picture(i)) for i in range(5)]), {})],
        [[label, [24, 32, 3]] for label in [7, {"class": "cat", "box": [1, 2]}, "Kätzchen", None, None]],
    )
    make.case("label_of_chunk", [(archive([("0.jpg", picture(0))]), {"label": "bird"})], [["bird", [24, 32, 3]]])
    make.case("label_missing", [(archive([("0.jpg", picture(0))]), {})], [[None, [24, 32, 3]]], labels=["cat"])
    long = "n" * 296 + ".jpg"
    make.case(
        "names", [(archive([("кот/📷 été.jpg", picture(0)), ("猫/" + long, picture(1))]), {})],
        [["кот", [24, 32, 3]], ["猫", [24, 32, 3]]],
    )
    make.case(
        "zero_declared", [(archive([]), {"num_images": 0}), (other, {"num_images": 3})], dogs, num_images=3)
    make.case(
        "shapes",
        [(archive([("a/0.jpg", picture(0)), ("a/1.png", picture(1, 10, 20, "PNG")),
                   ("a/2.webp", picture(2, 24, 32, "WEBP"))]), {})],
        [["a", [24, 32, 3]], ["a", [10, 20, 3]], ["a", [24, 32, 3]]],
    )

    # Hostile ones. The images before and after the bad part are still read.
    make.case("empty", [], [], error("PixCrawlerError", "empty", "no chunks"), num_images=0)
    make.case(
        "zero_images", [(archive([("notes.txt", b"nothing here")]), {}), (other, {})], dogs,
        error("DecompressionError", "chunk_0000", "holds no images", chunk_id="chunk_0000", found="0"))
    make.case(
        "counts", [(stored, {"num_images": 500}), (other, {})], cats + dogs,
        error("DecompressionError", "chunk_0000", "declares 500 images", "holds 6 images",
              chunk_id="chunk_0000", declared="500", found="6"))
    cut = data_offset(stored, "cat/3.jpg") + 40
    make.case(
        "cut_short", [(stored[:cut], {"size_bytes": len(stored)}), (other, {})], cats[:3] + dogs,
        error("DownloadError", "chunk_0000", "cut short", f"{cut:,} of {len(stored):,} bytes", "cat/3.jpg",
              chunk_id="chunk_0000", entry="cat/3.jpg", declared=str(len(stored)), found=str(cut)))
    make.case(
        "cut_unannounced", [(stored[:cut], {"size_bytes": None}), (other, {})], cats[:3] + dogs,
        error("DecompressionError", "chunk_0000", "ends early", "cat/3.jpg", chunk_id="chunk_0000"))
    flip = data_offset(stored, "cat/2.jpg") + 200
    make.case(
        "flipped_bit", [(patched(stored, flip, bytes([stored[flip] ^ 16])), {})], cats[:5],
        error("DecompressionError", "chunk_0000", "cat/2.jpg", "CRC-32", "declared 0x", "found 0x",
              chunk_id="chunk_0000", entry="cat/2.jpg"))
    flip = data_offset(deflated, "cat/2.jpg") + 100
    make.case(
        "flipped_deflate", [(patched(deflated, flip, bytes([deflated[flip] ^ 0x55])), {})], cats[:5],
        error("DecompressionError", "chunk_0000", "cat/2.jpg", chunk_id="chunk_0000"))
    size = len(picture(2))
    lying = patched(deflated, local_offset(deflated, "cat/2.jpg") + 22, struct.pack("<I", size - 10))
    make.case(
        "size_too_small", [(lying, {})], cats[:5],
        error("DecompressionError", "chunk_0000", "cat/2.jpg", "lies about its size",
              f"declared {size - 10} bytes", chunk_id="chunk_0000", entry="cat/2.jpg", declared=str(size - 10)))
    lying = patched(deflated, local_offset(deflated, "cat/2.jpg") + 22, struct.pack("<I", size + 10))
    make.case(
        "size_too_large", [(lying, {})], cats[:5],
        error("DecompressionError", "chunk_0000", "cat/2.jpg", "lies about its size",
              f"found {size}", chunk_id="chunk_0000", entry="cat/2.jpg", declared=str(size + 10), found=str(size)))
    lying = patched(stored, central_offset(stored, "cat/1.jpg") + 46, b"dog")
    make.case(
        "name_lies", [(lying, {}), (other, {})], cats + dogs,
        error("DecompressionError", "chunk_0000", "cat/1.jpg", "declares name dog/1.jpg", "has cat/1.jpg",
              chunk_id="chunk_0000", declared="dog/1.jpg", found="cat/1.jpg"))
    end = stored.rindex(b"PK\5\6")
    make.case(
        "directory_count_lies", [(patched(stored, end + 8, struct.pack("<HH", 9, 9)), {})], cats,
        error("DecompressionError", "chunk_0000", "declares 9 entries", "holds 6", chunk_id="chunk_0000"))
    missing = central_offset(stored, "cat/5.jpg")
    short = stored[:missing] + patched(stored[end:], 8, struct.pack("<HHI", 5, 5, missing - central_offset(
        stored, "cat/0.jpg")))
    make.case(
        "directory_misses_one", [(short, {"size_bytes": None})], cats,
        error("DecompressionError", "chunk_0000", "declares 5 entries", "holds 6", chunk_id="chunk_0000"))
    bomb = archive([("cat/bomb.jpg", b"\0" * (256 << 20))] + pictures, zipfile.ZIP_DEFLATED)
    make.case(
        "bomb", [(bomb, {})], cats,
        error("DecompressionError", "chunk_0000", "cat/bomb.jpg", "zip bomb", "268435456",
              chunk_id="chunk_0000", entry="cat/bomb.jpg"))
    bomb = archive([("cat/bomb.jpg", b"\0" * (64 << 20))] + pictures, zipfile.ZIP_DEFLATED, seekable=False)
    make.case(
        "bomb_undeclared", [(bomb, {}), (other, {})], cats + dogs,
        error("DecompressionError", "chunk_0000", "cat/bomb.jpg", "zip bomb", chunk_id="chunk_0000"))
    make.case(
        "text_as_jpg", [(archive([("cat/a.jpg", b"this is text, not a picture\n")] + pictures), {})], cats,
        error("DecompressionError", "chunk_0000", "cat/a.jpg", "no JPEG, PNG or WebP image", "text",
              chunk_id="chunk_0000", entry="cat/a.jpg"))
    truncated = picture(9, 240, 320)
    make.case(
        "truncated_jpeg", [(archive([("cat/t.jpg", truncated[: len(truncated) // 2])] + pictures), {})], cats,
        error("DecompressionError", "chunk_0000", "cat/t.jpg", "truncated", "of 240 rows",
              chunk_id="chunk_0000", entry="cat/t.jpg"))
    truncated = picture(9, 240, 320, "PNG")
    make.case(
        "truncated_png", [(archive([("cat/t.png", truncated[: len(truncated) // 2])] + pictures), {})], cats,
        error("DecompressionError", "chunk_0000", "cat/t.png", chunk_id="chunk_0000", entry="cat/t.png"))
    truncated = picture(9, 240, 320, "WEBP")
    make.case(
        "truncated_webp", [(archive([("cat/t.webp", truncated[: len(truncated) // 2])] + pictures), {})], cats,
        error("DecompressionError", "chunk_0000", "cat/t.webp", chunk_id="chunk_0000", entry="cat/t.webp"))
    for name, data, shown in [
        ("jpeg", huge_jpeg(60000, 60000), "60000 × 60000"), ("png", huge_png(60000, 60000), "60000 × 60000"),
        ("webp", huge_webp(), "16384 × 16384"),
    ]:
        make.case(
            f"huge_{name}", [(archive([(f"cat/huge.{name}", data)] + pictures), {})], cats,
            error("DecompressionError", "chunk_0000", f"cat/huge.{name}", shown, "limit of 178956970",
                  chunk_id="chunk_0000", entry=f"cat/huge.{name}"))
    for name, entry, shown in [
        ("dotdot", "cat/../../up.jpg", '".." in it'), ("absolute", "/etc/up.jpg", "absolute path"),
    ]:
        make.case(
            f"name_{name}", [(archive([(entry, picture(7))] + pictures), {})], cats,
            error("DecompressionError", "chunk_0000", entry, shown, chunk_id="chunk_0000", entry=entry))
    nul = archive([("cat/NUL.jpg", picture(7))] + pictures).replace(b"cat/NUL.jpg", b"cat/N\0L.jpg")
    make.case(
        "name_nul", [(nul, {})], cats,
        error("DecompressionError", "chunk_0000", "NUL character", chunk_id="chunk_0000"))
    make.case(
        "bzip2", [(archive([("cat/b.jpg", picture(7))], zipfile.ZIP_BZIP2), {}), (other, {})], dogs,
        error("DecompressionError", "chunk_0000", "cat/b.jpg", "compression method 12", chunk_id="chunk_0000"))
    locked = bytearray(stored)
    locked[local_offset(stored, "cat/0.jpg") + 6] |= 1
    make.case(
        "encrypted", [(bytes(locked), {})], cats[1:],
        error("DecompressionError", "chunk_0000", "cat/0.jpg", "encrypted", chunk_id="chunk_0000"))
    make.case(
        "not_a_zip", [(b"<!DOCTYPE html><title>Not found</title>" * 40, {}), (other, {})], dogs,
        error("DecompressionError", "chunk_0000", "no zip archive", "<!DOCTYPE html>", chunk_id="chunk_0000"))
    make.case(
        "nothing", [(b"", {}), (other, {})], dogs,
        error("DecompressionError", "chunk_0000", "ends early", chunk_id="chunk_0000"))
    garbage = stored[: local_offset(stored, "cat/4.jpg")] + b"\xee" * 400
    make.case(
        "garbage", [(garbage, {}), (other, {})], cats[:4] + dogs,
        error("DecompressionError", "chunk_0000", "no entry where one should begin", chunk_id="chunk_0000"))

    make.case(
        "processing", [(stored, {})], [], error("JobNotCompleteError", "processing", "42 %", progress=42),
        status="processing", progress=42)
    make.case(
        "failed", [(stored, {})], [], error("JobNotCompleteError", "failed", "will have no dataset"),
        status="failed", progress=10)
    make.case(
        "future", [(stored, {})], [], error("PixCrawlerError", "format_version 99", "newer"), format_version=99)
    with open(os.path.join(out, "cases.json"), "w") as file:
        json.dump(make.cases, file, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
