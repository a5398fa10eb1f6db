"""The card that notebooks show for a dataset."""

from html import escape
from typing import Mapping

_TABLE = "border: 1px solid; border-radius: 4px; border-spacing: 0; padding: 0.5em"
_HEAD = "text-align: left; font-weight: normal; opacity: 0.7; padding: 0.1em 1.5em 0.1em 0"
_CELL = "text-align: left; padding: 0.1em 0; word-break: break-word"


def html(facts: Mapping[str, str]) -> str:
    """Facts as a table that needs nothing from elsewhere, in the colours of the page around it.

    Labels and names are whatever a stranger wrote: they are shown, never obeyed, and each keeps its own direction.

    Example:
        >>> "&lt;b&gt;cats" in html({"Dataset": "<b>cats"})
        True
    """
    rows = "".join(
        f'<tr style="background: none"><th scope="row" style="{_HEAD}">{escape(fact)}</th>'
        f'<td style="{_CELL}"><bdi>{escape(value)}</bdi></td></tr>'
        for fact, value in facts.items())
    return f'<table style="{_TABLE}"><tbody>{rows}</tbody></table>'
