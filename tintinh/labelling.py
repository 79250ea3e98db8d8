"""A person labels: articles come one by one, keys are pressed, and every label is stored the moment it is given."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Collection, Sequence

from corpus import hand
from corpus.errors import CorpusError
from corpus.records import Tagging
from corpus.store import Corpus
from nlp.themes import Theme
from tintinh.colours import colour
from tintinh.keyboard import Keyboard
from tintinh.language import tell, translated
from tintinh.sheet import KEYS, Line, Sheet, article_lines, help_lines, theme_lines

Next = Callable[[Collection[int], Collection[int]], Sheet | None]
"""Gives the next article for the ids that are labelled and those passed over, or None where there is none left."""
Shown = Callable[[int], Sheet | None]
"""Gives the sheet of an article that was labelled before, or None where this sitting cannot show it."""

_HINTS = "Enter save  s skip  u undo  p primary  space/b page  ? help  q quit"
_SMALLEST = 3  # lines of text that stay visible in however low a window


class Sitting:
    """One sitting of the person who signs ``by`` (``hand:<name>``), up to ``limit`` labels.

    What is labelled is what the corpus says is labelled, so a sitting that was killed anywhere goes on where it was.
    """

    def __init__(
        self, corpus: Corpus, by: str, themes: Sequence[Theme], following: Next, shown: Shown, *, limit: int | None
    ) -> None:
        self.corpus = corpus
        self.by = by
        self.themes = themes
        self._following = following
        self._shown = shown
        self._limit = limit
        self._labelled = hand.labelled_ids(corpus.connection, by)
        self._saved: set[int] = set()
        self._skipped: set[int] = set()
        self._themes_by_key = dict(zip(KEYS, (theme.slug for theme in themes), strict=False))
        self._message = ""

    @property
    def saved(self) -> int:
        """How many labels were given in this sitting and not withdrawn."""
        return len(self._saved)

    @property
    def total(self) -> int:
        """How many labels of this person the corpus holds."""
        return len(self._labelled)

    def run(self, keyboard: Keyboard) -> None:
        """Show articles and take keys until the person quits."""
        sheet = self._next()
        while True:
            self._paint(sheet)
            self._message = ""
            key = keyboard.key()
            if key in {"q", "end of input"} or (sheet is None and key == "enter"):
                return
            if key == "?":
                self._help(keyboard)
            elif key == "u":
                sheet = self._undo() or sheet
            elif sheet is not None:
                sheet = self._press(sheet, key)

    def _press(self, sheet: Sheet, key: str) -> Sheet | None:
        """The sheet to show after a key."""
        if key == "enter":
            return self._next() if self._save(sheet) else sheet
        if key == "s":
            self._skipped.add(sheet.article_id)
            return self._next()
        if key in self._themes_by_key:
            sheet.toggle(self._themes_by_key[key])
        elif key == "p":
            sheet.next_primary()
            if not sheet.chosen:
                self._message = tell("There is no primary theme before one is chosen.")
        elif key in {"space", "page down", "b", "page up", "down", "up"}:
            self._turn(sheet, key)
        elif key not in {"redraw", "escape"}:
            self._message = tell("{key!r} is no key here; ? tells which are.", key=key)
        return sheet

    def _save(self, sheet: Sheet) -> bool:
        given = tuple(theme.slug for theme in self.themes if theme.slug in sheet.chosen)
        try:
            self.corpus.add_tagging(sheet.article_id, Tagging(self.by, given, sheet.primary))
        except (CorpusError, sqlite3.Error) as error:
            # A crawl may hold the corpus, or have withdrawn the article: the choice stays on the screen.
            self._message = tell(
                "Not saved: {error}. Enter tries again, s passes it over.", error=translated(str(error))
            )
            return False
        self._labelled.append(sheet.article_id)
        self._saved.add(sheet.article_id)
        self._message = tell("Saved: {themes}.", themes=", ".join(given) or tell("no theme"))
        return True

    def _next(self) -> Sheet | None:
        if self._limit is not None and self.saved >= self._limit:
            return None
        return self._following(self._labelled, self._skipped)

    def _undo(self) -> Sheet | None:
        """The sheet of the last label, withdrawn and chosen again as it was; None where that cannot be."""
        if not self._labelled:
            self._message = tell("{by} has no label to withdraw.", by=self.by)
            return None
        last = self._labelled[-1]
        stored = self.corpus.article(last)
        sheet = self._shown(last)
        label = next((tagging for tagging in stored.taggings if tagging.by == self.by), None) if stored else None
        if sheet is None or label is None:
            self._message = tell("The last label, of article {article}, cannot be shown here; it stays.", article=last)
            return None
        if unknown := set(label.themes).difference(theme.slug for theme in self.themes):
            self._message = tell(
                "The last label gives {theme}, which is not among the themes here; it stays.", theme=unknown.pop()
            )
            return None
        hand.withdraw(self.corpus.connection, last, self.by)
        self._labelled.pop()
        self._saved.discard(last)
        sheet.chosen, sheet.primary = list(label.themes), label.primary
        self._message = tell("Withdrawn; Enter saves it again.")
        return sheet

    # The screen

    def _turn(self, sheet: Sheet, key: str) -> None:
        width, height = _size()
        page = self._room(sheet, width, height)
        step = {"space": page - 1, "page down": page - 1, "b": 1 - page, "page up": 1 - page, "down": 1, "up": -1}[key]
        sheet.top += step

    def _room(self, sheet: Sheet, width: int, height: int) -> int:
        # A rule, the themes, a line of state, the keys.
        return max(_SMALLEST, height - len(theme_lines(sheet, self.themes, width)) - 3)

    def _paint(self, sheet: Sheet | None) -> None:
        width, height = _size()
        if sheet is None:
            nothing, keys = tell("Nothing is left to label here."), tell("u undo  q quit")
            _show([Line(nothing), Line(self._state(width)), Line(keys)])
            return
        lines = article_lines(sheet, width)
        room = self._room(sheet, width, height)
        sheet.top = max(0, min(sheet.top, len(lines) - room))
        seen = lines[sheet.top : sheet.top + room]
        end = sheet.top + len(seen)
        where = tell("lines {first}–{last} of {all}", first=sheet.top + 1, last=end, all=len(lines))
        where = f" {where}{tell(': space turns the page') if end < len(lines) else ''} "
        seen += [Line("")] * (room - len(seen))
        _show(
            [
                *seen,
                Line(where.center(width, "─")),
                *theme_lines(sheet, self.themes, width),
                Line(self._state(width)),
                Line(tell(_HINTS)[:width]),
            ]
        )

    def _state(self, width: int) -> str:
        counts = tell("{by}: {saved} now, {all} in all", by=self.by, saved=self.saved, all=len(self._labelled))
        return f"{counts}. {self._message}"[:width]

    def _help(self, keyboard: Keyboard) -> None:
        top, key = 0, "?"
        while key in {"?", "space", "page down", "down", "b", "page up", "up", "redraw"}:
            width, height = _size()
            lines, room = help_lines(self.themes, width), max(_SMALLEST, height - 1)
            steps = {"space": room, "page down": room, "down": 1, "b": -room, "page up": -room, "up": -1}
            top = max(0, min(top + steps.get(key, 0), len(lines) - room))
            _show([*lines[top : top + room], Line(tell("space/b page, any other key goes back")[:width])])
            key = keyboard.key()


def _size() -> tuple[int, int]:
    """Columns and lines of the terminal; 80 and 24 where it does not say."""
    columns, lines = os.get_terminal_size(sys.stdout.fileno())
    return columns or 80, lines or 24


def _show(lines: Sequence[Line]) -> None:
    """Put ``lines`` on a cleared screen; on a terminal that knows no codes, below what was there."""
    plain = os.environ.get("TERM", "dumb") == "dumb"
    bold = not plain and colour() is not False
    text = "\n".join(f"\x1b[1m{line.text}\x1b[0m" if bold and line.strong else line.text for line in lines)
    sys.stdout.write(f"\n{text}\n" if plain else f"\x1b[H\x1b[2J{text}")
    sys.stdout.flush()
