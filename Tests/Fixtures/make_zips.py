#!/usr/bin/python3
"""Archives for the zip reader's tests, as Python's zipfile writes them, and what each holds.

Usage: make_zips.py OUT

Writes OUT/NAME.zip for every name below; OUT/manifest.json maps a name to its entries, in order: [name, base64].
Each is made by the function of its name.
"""

import base64
import inspect
import io
import json
import os
import random
import sys
import zipfile

DICE = random.Random(20)


class Unseekable(io.RawIOBase):
    """A pipe, as zipfile sees one."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def noise(count):
    return DICE.randbytes(count)


def prose(count):
    """Text that deflate shrinks, though not to nothing."""
    words = ["pixel", "crawler", "cat", "dog", "tree", "\n", "of", "the", "0123"]
    return " ".join(DICE.choice(words) for _ in range(count // 4)).encode()[:count]


def files():
    return [("cat/0.jpg", noise(61)), ("dog/1.png", prose(223)), ("2.webp", b"")]


def archive(entries, method=zipfile.ZIP_STORED, seekable=True, comment=b"", wide=False):
    """entries: (name, content) or (name, content, method)."""
    out = io.BytesIO() if seekable else Unseekable()
    with zipfile.ZipFile(out, "w", method) as writer:
        writer.comment = comment
        for name, content, *other in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = other[0] if other else method
            with writer.open(info, "w", force_zip64=wide) as file:
                file.write(content)
    return out.getvalue() if seekable else bytes(out.data), [entry[:2] for entry in entries]


def stored():
    return archive(files())


def deflated():
    return archive(files(), zipfile.ZIP_DEFLATED)


def stored_unseekable():
    return archive(files(), seekable=False)


def deflated_unseekable():
    return archive(files(), zipfile.ZIP_DEFLATED, seekable=False)


def stored_zip64():
    return archive(files(), wide=True)


def deflated_zip64():
    return archive(files(), zipfile.ZIP_DEFLATED, wide=True)


def deflated_zip64_unseekable():
    return archive(files(), zipfile.ZIP_DEFLATED, seekable=False, wide=True)


def mixed():
    return archive([
        ("a.txt", prose(90), zipfile.ZIP_DEFLATED), ("b.jpg", noise(40)), ("c.txt", prose(70), zipfile.ZIP_DEFLATED)])


def large():
    return archive([("text", prose(300_000)), ("noise", noise(70_000)), ("end", b"end")], zipfile.ZIP_DEFLATED)


def large_unseekable():
    return archive(
        [("text", prose(300_000)), ("noise", noise(70_000)), ("end", b"end")], zipfile.ZIP_DEFLATED, seekable=False)


def signatures_in_data():
    """Deflate data, not shrunk, in which every signature of a zip lies open."""
    signatures = b"".join(b"PK" + bytes(pair) for pair in [(3, 4), (1, 2), (5, 6), (6, 6), (6, 7), (7, 8)])
    content = [("a.bin", (signatures + noise(8)) * 9), ("b.bin", signatures[::-1] + signatures)]
    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=0) as writer:
        for name, data in content:
            writer.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, compresslevel=0)
    assert b"PK\3\4PK\1\2" in bytes(out.data)
    return bytes(out.data), content


def directories():
    return archive([("cat/", b""), ("cat/a.jpg", noise(20)), ("dog/", b""), ("dog/b.jpg", noise(20))])


def directories_unseekable():
    """The folders' entries are deflated like the others: two bytes and a descriptor."""
    return archive([("cat/", b""), ("cat/a.jpg", noise(20))], zipfile.ZIP_DEFLATED, seekable=False)


def nothing_in_them():
    return archive([(f"{index}.jpg", b"", index % 2 * 8) for index in range(6)])


def commented():
    return archive(files(), comment=b"a comment")


def longest_comment():
    return archive(files(), comment=b"c" * 65535)


def end_record_in_comment():
    inner, _ = archive([])
    return archive(files(), comment=b"before" + inner + b"after")


def end_record_closes_comment():
    inner, _ = archive([])
    return archive(files(), comment=inner)


def empty():
    return archive([])


def empty_commented():
    return archive([], comment=b"nothing")


def names():
    names = ["кот/📷 été.jpg", "猫/" + "n" * 300 + ".jpg", " ", "a\\b.jpg", "e\u0301.jpg"]
    return archive([(name, noise(9)) for name in names])


def same_name_twice():
    return archive([("a.jpg", noise(12)), ("a.jpg", noise(13))])


def other_methods():
    return archive([
        ("0.jpg", noise(30)), ("1.bz2", prose(60), zipfile.ZIP_BZIP2), ("2.jpg", noise(30)),
        ("3.lzma", prose(60), zipfile.ZIP_LZMA), ("4.txt", prose(60), zipfile.ZIP_DEFLATED)])


def many():
    """More than an end record can count."""
    return archive([(f"{index}", b"") for index in range(66_000)])


def bomb():
    """1000 to 1, as its headers say."""
    data, _ = archive([("0.jpg", b"\0" * (8 << 20), zipfile.ZIP_DEFLATED), ("1.jpg", b"after")])
    return data, [("0.jpg", b""), ("1.jpg", b"after")]


def bomb_unseekable():
    """1000 to 1, which shows only as it inflates."""
    data, _ = archive([("0.jpg", b"\0" * (8 << 20)), ("1.jpg", b"after")], zipfile.ZIP_DEFLATED, seekable=False)
    return data, [("0.jpg", b""), ("1.jpg", b"after")]


MAKERS = [
    maker for name, maker in inspect.getmembers(sys.modules[__name__], inspect.isfunction)
    if not inspect.signature(maker).parameters and name not in ("files", "main")
]


def main(out):
    manifest = {}
    for maker in MAKERS:
        data, entries = maker()
        with open(os.path.join(out, maker.__name__ + ".zip"), "wb") as file:
            file.write(data)
        with zipfile.ZipFile(io.BytesIO(data)) as reader:
            assert maker.__name__.startswith("end_record") or len(reader.infolist()) == len(entries), maker.__name__
        manifest[maker.__name__] = [[name, base64.b64encode(content).decode()] for name, content in entries]
    with open(os.path.join(out, "manifest.json"), "w") as file:
        json.dump(manifest, file)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
