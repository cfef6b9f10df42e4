"""Tables as aligned text, safe to print whoever wrote what is in them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

# C0 and C1 controls, line separators, and what turns the direction of writing.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""The text with control characters and changes of writing direction made visible.

    Names and descriptions come from other participants; a terminal would obey what is in them.

    >>> printable("red \x1b[31m alert")
    'red \\x1b[31m alert'
    """
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def width(text: str) -> int:
    """The terminal columns that a text takes: two for wide characters, none for combining ones.

    >>> width("abc"), width("\u6e2f")
    (3, 2)
    """
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )


def text_table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[bool] = ()
) -> str:
    """The rows under their header, in aligned columns; `right` says which columns hold numbers.

    >>> print(text_table(["hs2", "n"], [["27", "5"], ["84", "1,200"]], right=[False, True]))
    hs2      n
    27       5
    84   1,200
    """
    # Made safe before it is measured, as a control character gets longer by that.
    lines = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    # Columns of which nothing is said hold text.
    sides = [*right, *[False] * (len(widths) - len(right))]
    return "\n".join(
        "  ".join(
            _pad(cell, wide, right=side)
            for cell, wide, side in zip(line, widths, sides, strict=True)
        ).rstrip()
        for line in lines
    )


def _pad(cell: str, wide: int, *, right: bool) -> str:
    """The cell filled up to a width."""
    gap = " " * (wide - width(cell))
    return gap + cell if right else cell + gap


def html_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, note: str) -> str:
    """The rows under their header as an HTML table, every text escaped."""
    head = "".join(f"<th>{escape(printable(cell))}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(printable(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{escape(note)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )
