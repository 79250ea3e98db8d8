"""The texts of the sample corpus: the labelled news and the demo's, both written by us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from corpus.provinces import canonical, map_63
from corpus.text import clean, line
from nlp.labelled import read_labelled
from nlp.themes import load_themes, slugs
from tintinh.loopback.stories import read_stories


@dataclass(frozen=True, slots=True)
class SampleText:
    """One text before it has an outlet and a day: ``province`` is of the map of 63, None where it is of no province.

    ``themes`` are those given by hand; ``printed_at`` is the moment that a story of the demo already has, None for the
    labelled news, whose days are drawn.
    """

    id: str
    title: str
    lead: str | None
    paragraphs: tuple[str, ...]
    province: str | None
    themes: tuple[str, ...]
    printed_at: datetime | None = None

    @property
    def words(self) -> int:
        """How many syllables its paragraphs have."""
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)


def read_texts(labelled: Path, newspaper: Path) -> dict[str, SampleText]:
    """Every text that may stand in the sample, by id; the demo's wire copies and corrections are left out."""
    texts = {}
    for row in read_labelled([labelled], slugs(load_themes())):
        parts = tuple(filter(None, (line(part) for part in clean(row.text).split("\n"))))
        texts[row.id] = SampleText(row.id, line(row.title), None, parts, _old_name(row.province), row.tagging.themes)
    for story in read_stories(newspaper):
        if story.wire is None and story.corrects is None:
            parts = tuple(block.text for block in story.blocks if block.kind == "paragraph")
            texts[story.id] = SampleText(
                story.id, story.title, story.lead, parts, _old_name(story.province), story.themes, story.published_at
            )
    return texts


def _old_name(province: str | None) -> str | None:
    known = canonical(province) if province else None
    return None if known is None else map_63(known, date.min) or known
