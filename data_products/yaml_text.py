"""Reads one YAML document as plain values, by YAML 1.2's core rules and none of YAML's dangers.

`no` is text and not false, `0803` is text and not 803, `2026-01-01` is text and not a date: a
country or a tariff code written without quotes stays what it is. Refused, each with its line:

1. documents over 256 KiB, over 20,000 values, over 20 levels deep, or more than one
2. anchors, aliases and tags: with them a small text can stand for a large or strange value
3. a key that is given twice: two readers would take two different ones
4. numbers that are not finite, or beyond what JSON can carry exactly
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from data_products.digest import Json
from data_products.errors import ContractError, expect

MOST_BYTES = 256 * 1024
MOST_VALUES, MOST_LEVELS = 20_000, 20
LARGEST_EXACT = 2**53

WORDS: dict[str, Json] = {
    word: value
    for value, words in {
        None: ("", "~", "null", "Null", "NULL"),
        True: ("true", "True", "TRUE"),
        False: ("false", "False", "FALSE"),
    }.items()
    for word in words
}
WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
FRACTION = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+][0-9]+)?")


@dataclass
class _Level:
    """A mapping or sequence that is being read, and the key that waits for its value."""

    line: int
    value: dict[str, Json] | list[Json]
    keys: list[str] = field(default_factory=list)

    def put(self, value: Json, line: int) -> None:
        """Takes the next value: a key if it is a mapping's turn for one.

        Raises:
            ContractError: the key is not text, or was given before.
        """
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.keys:
            self.value[self.keys.pop()] = value
        else:
            self.keys.append(_key(value, self.value, line))


def read(text: str) -> dict[str, Json]:
    """The mapping that the document is.

    Raises:
        ContractError: it is not a YAML document of one mapping within the module's rules.

    >>> read("{origin: [NO, BE], hs4: 0803}")
    {'origin': ['NO', 'BE'], 'hs4': '0803'}
    """
    # Counted in bytes, as bodies of requests are.
    size = len(text.encode(errors="surrogatepass"))
    expect(
        size <= MOST_BYTES,
        f"found {size} bytes, expected at most {MOST_BYTES}",
        where="document",
        hint="describe one table in one document",
    )
    try:
        root = _built(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise _malformed(error) from None
    except (ValueError, OverflowError):
        # PyYAML lets an escape such as "\\UFFFFFFFF" out of range through to chr().
        raise ContractError(
            "found an escape that is no character, expected YAML",
            where="document",
            hint="write the character itself",
        ) from None
    if not isinstance(root, dict):
        raise ContractError(
            f"found {kind(root)}, expected a mapping",
            where="document",
            hint="begin with apiVersion: v3.1.0",
        )
    return root


def kind(value: object) -> str:
    """What a value is, in words for a message.

    >>> kind([]), kind("a"), kind(None)
    ('a list', 'text', 'nothing')
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case dict():
            return "a mapping"
        case _:
            return "a list"


def _built(events: Iterator[yaml.Event]) -> Json:
    """The value that the events of one document describe, without recursion."""
    # A stack of our own: PyYAML's composer calls itself, and nested brackets would end Python's.
    root = _Level(0, [])
    levels = [root]
    for count, event in enumerate(events):
        line = event.start_mark.line + 1 if event.start_mark else 0
        _plain(event, line)
        _few(count, line)
        match event:
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                _shallow(len(levels), line)
                levels.append(_Level(line, {} if isinstance(event, yaml.MappingStartEvent) else []))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = levels.pop()
                levels[-1].put(done.value, done.line)
            case yaml.ScalarEvent():
                levels[-1].put(_scalar(event, line), line)
            case yaml.DocumentStartEvent():
                _only(not root.value, line)
    return root.value[0] if isinstance(root.value, list) and root.value else None


def _plain(event: yaml.Event, line: int) -> None:
    """Rule 2."""
    # "!" alone is a tag as well: it turns 12 into text, and nobody writes it on purpose.
    marked = getattr(event, "anchor", None) or getattr(event, "tag", None)
    expect(
        not marked,
        "found an anchor, alias or tag, expected plain values",
        where=f"line {line}",
        hint="write the value out where it is needed",
    )


def _few(values: int, line: int) -> None:
    """Rule 1, for the number of values, keys among them."""
    expect(
        values <= MOST_VALUES,
        f"found over {MOST_VALUES} values, expected a data contract",
        where=f"line {line}",
        hint="describe fewer columns, or list fewer keys",
    )


def _shallow(levels: int, line: int) -> None:
    """Rule 1, for depth."""
    expect(
        levels <= MOST_LEVELS,
        f"found over {MOST_LEVELS} levels, expected a data contract",
        where=f"line {line}",
        hint="check the indentation and the brackets",
    )


def _only(first: bool, line: int) -> None:
    """Rule 1, for several documents."""
    expect(
        first,
        "found a second document, expected one",
        where=f"line {line}",
        hint="publish each contract by itself",
    )


def _key(value: Json, taken: dict[str, Json], line: int) -> str:
    """Rule 3: the value as a key."""
    if isinstance(value, str) and value not in taken:
        return value
    found = f"the key {value[:60]!r} again" if isinstance(value, str) else f"{kind(value)} as a key"
    raise ContractError(
        f"found {found}, expected text that is given once",
        where=f"line {line}",
        hint="merge the two, or put the key in quotes",
    )


def _scalar(event: yaml.ScalarEvent, line: int) -> Json:
    """A scalar by YAML 1.2's core rules, and rule 4."""
    text: str = event.value
    # What stands in quotes is text, whatever it looks like.
    if not event.implicit[0]:
        return text
    if text in WORDS:
        return WORDS[text]
    if not (WHOLE.fullmatch(text) or FRACTION.fullmatch(text)):
        return text
    number = float(text)
    expect(
        math.isfinite(number) and abs(number) < LARGEST_EXACT,
        "found a number of 2**53 or more, expected a smaller one",
        where=f"line {line}",
        hint="write it in quotes if it is a text",
    )
    return int(text) if WHOLE.fullmatch(text) else number


def _malformed(error: yaml.YAMLError) -> ContractError:
    """What PyYAML says, and where."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "found a character that YAML forbids"
    return ContractError(
        f"{problem}; expected YAML",
        where=f"line {mark.line + 1}" if mark else "document",
        hint="check the indentation, the quotes and the brackets",
    )
