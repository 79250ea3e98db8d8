"""What a person who labels sees: an article and the themes with their keys, as lines of a given width."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len, chop_cells, set_cell_size

from corpus.records import Article, BlockKind, Tagging
from corpus.text import line as one_line
from nlp.themes import Theme
from tintinh.language import tell
from tintinh.reading import printed_when

# Digits first, then the letters that are no command.
KEYS = "1234567890acdefghijklmnortvwxyz"
_CELL = 38
"""The narrowest cell of a theme: key, mark, name and probability."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the screen; ``strong`` lines are bold where the terminal can."""

    text: str
    strong: bool = False


@dataclass
class Sheet:
    """One article under way: what it says, what others say of it, and what is chosen so far.

    ``opinion`` is the model's, ``evidence`` the sentences that speak for a theme, ``others`` the labels under review by
    person, ``asked`` the theme in doubt, ``top`` the first line shown.
    """

    article_id: int
    article: Article
    opinion: Tagging | None = None
    evidence: Mapping[str, Sequence[str]] = field(default_factory=dict)
    others: Mapping[str, Tagging] = field(default_factory=dict)
    asked: str | None = None
    chosen: list[str] = field(default_factory=list)
    primary: str | None = None
    top: int = 0

    def toggle(self, slug: str) -> None:
        """Choose a theme, or take it back; the first one chosen is the primary until another is set."""
        if slug in self.chosen:
            self.chosen.remove(slug)
            if self.primary == slug:
                self.primary = next(iter(self.chosen), None)
        else:
            self.chosen.append(slug)
            self.primary = self.primary or slug

    def next_primary(self) -> None:
        """Make the next of the chosen themes the primary."""
        if self.chosen:
            place = self.chosen.index(self.primary) + 1 if self.primary in self.chosen else 0
            self.primary = self.chosen[place % len(self.chosen)]


def wrapped(text: str, width: int, indent: str = "") -> Iterator[str]:
    """``text`` in lines of at most ``width`` cells, broken at blanks; a longer word is cut."""
    room = max(1, width - cell_len(indent))
    line = ""
    for word in one_line(text).split(" "):
        for piece in chop_cells(word, room) or [""]:
            if line and cell_len(line) + 1 + cell_len(piece) > room:
                yield indent + line
                line = piece
            else:
                line = f"{line} {piece}" if line else piece
    yield indent + line


def article_lines(sheet: Sheet, width: int) -> list[Line]:
    """The article and the opinions on it, from the title to the last sentence of evidence."""
    article = sheet.article
    lines = [Line(text, strong=True) for text in wrapped(article.title, width)]
    way = " > ".join(article.breadcrumb) or article.section
    facts = (article.source, printed_when(article), article.province, way)
    lines += map(Line, wrapped(" · ".join(fact for fact in facts if fact), width))
    lines += _label_lines(sheet, width)
    has_lead_block = any(block.kind is BlockKind.LEAD for block in article.blocks)
    if article.lead and not has_lead_block:
        lines += [Line(""), *(Line(text, strong=True) for text in wrapped(article.lead, width))]
    for block in article.blocks:
        if block.kind is BlockKind.CAPTION:
            lines += [Line(""), *map(Line, wrapped(f"[{block.text}]", width, "  "))]
        elif block.kind not in {BlockKind.DROPPED, BlockKind.BYLINE}:
            strong = block.kind in {BlockKind.LEAD, BlockKind.HEADING}
            lines += [Line(""), *(Line(text, strong) for text in wrapped(block.text, width))]
    return [*lines, *_opinion_lines(sheet, width)]


def _label_lines(sheet: Sheet, width: int) -> Iterator[Line]:
    for letter, (name, tagging) in zip("AB", sheet.others.items(), strict=False):
        mainly = " " + tell("(primary {theme})", theme=tagging.primary) if tagging.primary else ""
        given = f"{letter} {name}: {', '.join(tagging.themes) or tell('no theme')}{mainly}"
        yield from map(Line, wrapped(given, width))


def _opinion_lines(sheet: Sheet, width: int) -> Iterator[Line]:
    if sheet.opinion is None:
        return
    yield Line("")
    given = ", ".join(sheet.opinion.themes) or tell("no theme")
    for text in wrapped(f"{sheet.opinion.by}: {given}", width):
        yield Line(text, strong=True)
    for slug, sentences in sheet.evidence.items():
        probability = sheet.opinion.scores.get(slug)
        shown = f" {probability:.2f}" if probability is not None else ""
        yield Line(f"  {slug}{shown}" + ("" if sentences else tell(": no sentence speaks for it")))
        for sentence in sentences:
            yield from map(Line, wrapped(f"“{sentence}”", width, "    "))


def theme_lines(sheet: Sheet, themes: Sequence[Theme], width: int) -> list[Line]:
    """The themes with their keys, in as many columns as fit: chosen [x], primary *, probability, ? the one in doubt."""
    columns = max(1, width // _CELL)
    room = width // columns
    rows = -(-len(themes) // columns)
    cells = [_cell(sheet, key, theme, room) for key, theme in zip(KEYS, themes, strict=False)]
    return [Line("".join(cells[row::rows]).rstrip()) for row in range(rows)]


def _cell(sheet: Sheet, key: str, theme: Theme, room: int) -> str:
    slug = theme.slug
    chosen = "x" if slug in sheet.chosen else " "
    primary = "*" if slug == sheet.primary else " "
    score = sheet.opinion.scores.get(slug) if sheet.opinion else None
    probability = "  – " if score is None else f"{score:.2f}"
    given = "+" if sheet.opinion and slug in sheet.opinion.themes else " "
    doubt = "?" if slug == sheet.asked else " "
    who = "".join("AB"[place] if slug in label.themes else " " for place, label in enumerate(sheet.others.values()))
    right = f" {probability}{given}{doubt}{who} "
    left = f"{key} [{chosen}]{primary}"
    space = max(4, room - len(left) - len(right))
    name = theme.name if cell_len(theme.name) <= space else set_cell_size(theme.name, space - 1).rstrip() + "…"
    return left + set_cell_size(name, space) + right


_HELP = (
    "A theme is given when the article is about it: it is in the title or lead, or fills a paragraph, or is one "
    "of the points the article lists and says something specific about. A bare mention is not a theme. No theme is "
    "a normal answer: Enter with nothing chosen.",
    "Enter saves. p makes the next chosen theme the primary (*), the one the title is about. s passes the article "
    "over until another day. u withdraws the last saved label and shows it again. Space and b turn the pages, the "
    "arrows move a line. q or Ctrl-C quits; what was saved is safe.",
    "Beside a theme stand the model's probability, + where the model gives it, ? where the model is in doubt.",
)


def help_lines(themes: Sequence[Theme], width: int) -> list[Line]:
    """Every key, and what every theme is about and is not."""
    lines = [Line(tell("The keys, the rule and the themes"), strong=True)]
    for text in _HELP:
        lines += [Line(""), *map(Line, wrapped(tell(text), width))]
    for key, theme in zip(KEYS, themes, strict=False):
        lines += [Line(""), Line(f"{key}  {theme.name} ({theme.slug})", strong=True)]
        lines += map(Line, wrapped(tell("About: {about}", about=theme.about), width, "   "))
        lines += map(Line, wrapped(tell("Not: {exclude}", exclude=theme.exclude), width, "   "))
    return lines
