"""Draft: what a page says, still as printed; and Line, the unit every reader works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from corpus.records import Block, Picture

Extractor = Literal["rules", "generic", "screen"]

Role = Literal["title", "lead", "date", "updated", "byline", "section", "place", "tags", "caption", "drop", "body"]
"""What a source's selectors, or the generic reader, already know about a line before it is judged."""


@dataclass(slots=True)
class Line:
    """One visual line of a page: the text between two block boundaries or line breaks, with what its markup says.

    ``link_share`` and ``bold_share`` are shares of the characters (0–1); ``marks`` holds the lower-case class and id
    names of the elements around it, innermost first; ``after_picture`` says that a picture stands directly before it
    and ``in_caption`` that it lies in a figure caption; ``order`` counts the lines of the page from 0. A line of a text
    saved from the screen has the text alone.
    """

    text: str
    order: int = 0
    tag: str = ""
    marks: str = ""
    link_share: float = 0.0
    bold_share: float = 0.0
    italic: bool = False
    centred: bool = False
    after_picture: bool = False
    in_caption: bool = False
    role: Role | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Draft:
    """What one page says: fields as printed, blocks typed, nothing converted yet.

    ``outside`` are the pieces of the page around the story (menus, related boxes …), each dropped with its reason,
    where they were asked for;
    ``date_text`` is the printed line that holds the date of publication, ``machine_dates`` the dates of the page's
    structured data in order of trust; ``updated_text`` and ``machine_updated`` are the same for its last change;
    ``extractor`` is the reader that found the body, ``readers`` those of the single fields, as in ``Article``.
    """

    url: str
    extractor: Extractor
    title: str
    lead: str | None
    blocks: tuple[Block, ...]
    outside: tuple[Block, ...] = ()
    date_text: str | None = None
    machine_dates: tuple[str, ...] = ()
    machine_authors: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    place: str | None = None
    site_name: str | None = None
    updated_text: str | None = None
    machine_updated: tuple[str, ...] = ()
    breadcrumb: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    readers: Mapping[str, str] = field(default_factory=dict, hash=False)
    fetched_at: datetime | None = field(default=None, compare=False)
