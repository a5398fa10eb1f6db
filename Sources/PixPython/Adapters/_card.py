"""The card that notebooks show for a dataset."""

import base64
import struct
import zlib
from html import escape
from typing import Mapping

_TABLE = "border: 1px solid; border-radius: 4px; border-spacing: 0; padding: 0.5em"
_HEAD = "text-align: left; font-weight: normal; opacity: 0.7; padding: 0.1em 1.5em 0.1em 0"
_CELL = "text-align: left; padding: 0.1em 0; word-break: break-word"
_FIGURE = "display: inline-block; margin: 0.5em 0.5em 0 0; text-align: center; vertical-align: top"
_CAPTION = (
    "display: block; max-width: 96px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; opacity: 0.7")

#: Thumbnails at most, and bytes of all of them.
_MOST = 8
_BYTES = 150_000


def html(facts: Mapping[str, str], thumbnails=()) -> str:
    """Facts as a table that needs nothing from elsewhere, in the colours of the page around it.

    Labels and names are whatever a stranger wrote: they are shown, never obeyed, and each keeps its own direction.
    `thumbnails` are pairs of a small uint8 array (H, W, 3) and its label; the first eight are shown, fewer where they
    would be more than 150 KB.

    Example:
        >>> "&lt;b&gt;cats" in html({"Dataset": "<b>cats"})
        True
    """
    rows = "".join(
        f'<tr style="background: none"><th scope="row" style="{_HEAD}">{escape(fact)}</th>'
        f'<td style="{_CELL}"><bdi>{escape(value)}</bdi></td></tr>'
        for fact, value in facts.items())
    return f'<table style="{_TABLE}"><tbody>{rows}</tbody></table>{_figures(thumbnails)}'


def _figures(thumbnails):
    figures = []
    room = _BYTES
    for pixels, label in list(thumbnails)[:_MOST]:
        words = "" if label is None else " ".join(str(label).split())[:40]
        words = escape("".join(letter for letter in words if letter.isprintable()))
        figure = (
            f'<span style="{_FIGURE}"><img alt="{words}" width="{pixels.shape[1]}" height="{pixels.shape[0]}" '
            f'src="data:image/png;base64,{base64.b64encode(_png(pixels)).decode()}">'
            f'<span style="{_CAPTION}"><bdi>{words}</bdi></span></span>')
        room -= len(figure.encode())
        if room < 0:
            break
        figures.append(figure)
    return f"<div>{''.join(figures)}</div>" if figures else ""


def _png(pixels):
    """uint8 (H, W, 3) as a PNG file; every row as the difference from the one above, which photographs pack well by."""
    height, width, _ = pixels.shape
    changes = pixels.copy()
    changes[1:] -= pixels[:-1]
    rows = b"".join(b"\2" + row.tobytes() for row in changes)

    def piece(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", header) + piece(b"IDAT", zlib.compress(rows, 9))
        + piece(b"IEND", b""))
