"""Known answers: what underthesea makes of some forty awkward strings, and of which underthesea that is known.

Our tables are trusted at the start of every process without importing underthesea: the files it would read are those
the answers were taken from (``installed`` digests them, 20 ms), and the tables give its answers to the strings. Forty
strings cannot vouch for another model, so for other files the answer is no; but they can vouch for another release of
the compiled core over the same files, since what may have changed there (case, digits, edges) is what they are about.
That costs half a second, for underthesea has to be asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.installed import Identity

PATH = Path(__file__).with_name("known_answers.json")


@dataclass(frozen=True, slots=True)
class Known:
    """The words of each string as the underthesea ``of`` gives them, the tokens of a word parted by blanks."""

    of: Identity
    answers: dict[str, list[str]]


@cache
def known() -> Known:
    """The known answers that come with this package."""
    stored = json.loads(PATH.read_text(encoding="utf-8"))
    return Known(Identity(**stored["of"]), stored["answers"])


def objection(
    found: Identity, ours: Callable[[list[str]], list[list[str]]], reference: Callable[[str], list[str]]
) -> str | None:
    """Why ``ours`` may not stand in for the installed underthesea ``found``, in one clause; None where it may.

    ``ours`` gives the words of several strings. ``reference`` is underthesea itself, which is called only where the
    stored answers are not those of its compiled core.
    """
    expected = known()
    if found.version != expected.of.version:
        return f"underthesea {found.version} is installed and the tables are checked against {expected.of.version}"
    if found.files != expected.of.files:
        return f"the files of underthesea {found.version} are not those of its release (digest {found.files})"
    strings = list(expected.answers)
    for string, words in zip(strings, ours(strings), strict=True):
        wanted = expected.answers[string] if found == expected.of else reference(string)
        if words != wanted:
            return f"of {string!r} the tables make {words}, underthesea_core {found.core} makes {wanted}"
    return None
