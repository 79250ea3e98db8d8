"""Teaser: a story, or something that looks like one, as listings, feeds and related boxes show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tintinh.loopback.oddities import Oddity
from tintinh.loopback.outlets import Outlet, fingerprint
from tintinh.loopback.story import Story

_WORDS = 32


@dataclass(frozen=True, slots=True)
class Teaser:
    """One entry of a listing. ``path`` is absolute where it leads to another host; ``odd``: not a story of ours."""

    title: str
    path: str
    url: str
    section: str
    summary: str
    picture: str
    at: datetime
    odd: bool = False

    @classmethod
    def of_story(cls, outlet: Outlet, story: Story) -> Self:
        """The teaser of ``story``: its lead, or the opening words of its first paragraph."""
        text = story.lead or next((block.text for block in story.blocks if block.kind == "paragraph"), "")
        words = text.split()
        summary = " ".join(words[:_WORDS]) + ("..." if len(words) > _WORDS else "")
        path = outlet.path_of(story)
        return cls(
            story.title, path, outlet.url(path), story.section, summary, _thumbnail(story.id), outlet.printed_at(story)
        )

    @classmethod
    def of_oddity(cls, outlet: Outlet, oddity: Oddity) -> Self:
        """The teaser of an odd address, in its place among the stories."""
        return cls(
            oddity.title,
            oddity.path,
            outlet.url(oddity.path),
            oddity.section,
            oddity.text,
            _thumbnail(oddity.path),
            oddity.listed_at,
            odd=True,
        )

    @property
    def day(self) -> str:
        """The day as related boxes print it: ``31/05/2021``."""
        return f"{self.at:%d/%m/%Y}"

    @property
    def time(self) -> str:
        """The clock time as listings print it: ``09:15``."""
        return f"{self.at:%H:%M}"


def _thumbnail(key: str) -> str:
    return f"/dataimages/thumb/{fingerprint(key):016x}.jpg"
