#!/usr/bin/python3
"""Makes datasets for the tests of what is written to disk: good ones, and ones whose names are out to do harm.

Usage: make_exports.py OUT          (needs Pillow and NumPy)

Every case is a folder OUT/<case>/ with dataset.json and chunks/*.zip. manifest.json maps a case to its entries, in
order: [chunk, name].
"""

import io
import json
import os
import stat
import sys
import zipfile

from make_datasets import archive, picture


def chunks_of(*lists):
    return [(archive(entries), [name for name, _ in entries]) for entries in lists]


def metadata(labels):
    images = [{"filename": name, "label": label} for name, label in labels.items()]
    return ("metadata.json", json.dumps({"images": images}).encode())


def plain():
    """Folders, folders in them, labels from everywhere; the metadata last, where only the directory leads to it."""
    return chunks_of(
        [("cat/1.jpg", picture(1)), ("dog/deep/er/2.png", picture(2, form="PNG")), ("readme.txt", b"no image"),
         ("dog/3.webp", picture(3, form="WEBP"))],
        [("4.jpg", picture(4)), ("5.jpg", picture(5)), ("cat/6.jpg", picture(6)), ("bare.jpg", picture(7)),
         ("__MACOSX/cat/._6.jpg", b"fork"), metadata({"4.jpg": "cat", "5.jpg": 7, "cat/6.jpg": {"of": [1, "a/b"]}})],
        [("dog/8.jpg", picture(8)), ("cat/9.jpg", picture(9))])


def shapes():
    return chunks_of([("cat/1.jpg", picture(1)), ("cat/2.jpg", picture(2, 8, 8))])


def shapes_apart():
    return chunks_of([("cat/1.jpg", picture(1))], [("cat/2.jpg", picture(2, 8, 8))])


def damaged():
    """A broken image, one of another kind, a wrong checksum, a file that is none; the second chunk breaks off."""
    whole = picture(3)
    first, names = chunks_of([
        ("cat/0.jpg", picture(0)), ("cat/cut.jpg", picture(1)[:-90]), ("cat/text.jpg", b"no image at all"),
        ("cat/wrong.jpg", whole), ("cat/loop.gif", b"GIF89a" + bytes(40)), ("notes", b"passed over"),
        ("dog/5.jpg", picture(5))])[0]
    place = first.index(whole) + len(whole) // 2
    first = first[:place] + bytes([first[place] ^ 255]) + first[place + 1:]
    second, more = chunks_of([("dog/6.jpg", picture(6)), ("dog/7.jpg", picture(7)), ("dog/8.jpg", picture(8))])[0]
    place = second.index(b"PK\3\4", second.index(b"dog/7.jpg"))
    second = second[:place] + b"XXXX" + second[place + 4:]
    return [(first, names), (second, more)]


def hostile():
    """Names that lead out, or that some file system has no room for. What is good comes first, between and last."""
    long = "n" * 300
    names = [
        "cat/good.jpg", "../\x1b[31mred\0.jpg", "../out.jpg", "../../../../tmp/out.jpg", "/tmp/absolute.jpg",
        "cat/../../up.jpg", "..\\windows.jpg", "C:\\drive.jpg", "cat/nul\0.jpg", "cat/nul\0/../x.jpg", f"cat/{long}.jpg",
        f"cat/{long}2.jpg", "кот/" + "ж" * 200 + ".jpg", "cat/😀📷.jpg", "CON/con.jpg", "cat/COM1.tar.jpg",
        "NUL/a.jpg",
        "cat/a<b>c:d\"e|f?g*h.jpg", "cat/end .jpg", "cat/dots...", "cat/line\nbreak\x1b[31m.jpg", "cat/a\\b.jpg",
        "cat//twice//slash.jpg", "./cat/dotted.jpg", "classes.json/1.jpg", "metadata.jsonl/2.jpg", "unlabeled/3.jpg",
        "4.jpg", "d/" * 600 + "deep.jpg", ".", " ", "cat/e\u0301.jpg", "cat/\u00e9.jpg"]
    entries = [(name, picture(index)) for index, name in enumerate(names)]
    return [(raw_names(entries), names)]


def raw_names(entries):
    """As `archive`, with names that zipfile would mend."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as writer:
        for name, content in entries:
            info = zipfile.ZipInfo("x")
            info.filename = name
            writer.writestr(info, content)
    return out.getvalue()


def collisions():
    """One path wanted by two, over chunks; a file where a folder is needed, and the other way round."""
    lists = [
        ["cat/1.jpg", "cat/1.jpg", "cat/x", "cat/x/2.jpg", "Cat/1.jpg", "a:b/1.jpg", "a|b/1.jpg"],
        ["cat/1.jpg", "cat/x/3.jpg", "cat/x/4.jpg", "cat/y/5.jpg", "cat/y", "cat/1-2.jpg"],
        ["cat/1.JPG", "Cat/2.jpg", "cat/x/2.jpg", "cat/X", "a|b/1.jpg", "a:b/2.jpg", "cat/y/5.jpg", "cat/1.jpg"]]
    seeds = iter(range(100))
    return [
        (raw_names([(name, picture(next(seeds), 8 + next(seeds) % 7, 9)) for name in names]), names) for names in lists]


def links():
    """Symbolic links are files whose content is a path."""
    out = io.BytesIO()
    names = ["cat/link.jpg", "cat/folder", "cat/folder/1.jpg"]
    with zipfile.ZipFile(out, "w") as writer:
        for name in names[:2]:
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            writer.writestr(info, "/tmp")
        writer.writestr(names[2], picture(1))
    return [(out.getvalue(), names)]


def empty():
    return chunks_of([("readme.txt", b"no image")])


CASES = [plain, shapes, shapes_apart, damaged, hostile, collisions, links, empty]


def main(out):
    manifest = {}
    for case in CASES:
        chunks = case()
        folder = os.path.join(out, case.__name__)
        os.makedirs(os.path.join(folder, "chunks"))
        described = []
        entries = []
        for index, (data, names) in enumerate(chunks):
            identifier = f"chunk_{index:04}"
            with open(os.path.join(folder, "chunks", identifier + ".zip"), "wb") as file:
                file.write(data)
            described.append({
                "chunk_id": identifier, "chunk_index": index, "url": f"chunks/{identifier}.zip",
                "size_bytes": len(data)})
            entries += [[identifier, name] for name in names]
        with open(os.path.join(folder, "dataset.json"), "w") as file:
            labels = {"labels": ["cat", "dog"]} if case is plain else {}
            json.dump({"id": case.__name__, "chunks": described} | labels, file)
        manifest[case.__name__] = entries
    with open(os.path.join(out, "manifest.json"), "w") as file:
        json.dump(manifest, file)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
