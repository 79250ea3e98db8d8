"""The nouns of the corpus: frozen records, each field with its unit or time zone.

Facts (``Page``, ``Article``) say what a paper printed. Opinions (``Segmentation``, ``Tagging``) say what somebody or
something thinks of it; each is signed with ``by`` and can be thrown away and made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import cached_property
from typing import Literal

VIETNAM = timezone(timedelta(hours=7), "+07:00")
"""The one time zone of every published date; Việt Nam has no summer time."""

Precision = Literal["minute", "day"]
DateOrigin = Literal["printed", "structured", "inferred"]


class BlockKind(StrEnum):
    """What a piece of a page is to its reader."""

    LEAD = "lead"
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    QUOTE = "quote"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    CAPTION = "caption"
    BYLINE = "byline"
    DROPPED = "dropped"


BODY_KINDS = frozenset(
    {BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.QUOTE, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW}
)
"""The kinds that a reader would read as the running text below the lead."""


@dataclass(frozen=True, slots=True)
class Block:
    """One typed piece of a page, in page order.

    ``reason`` names why a dropped block was dropped (``related``, ``navigation``, ``repeated_caption`` …) and is None
    for every other kind; ``credit`` is the photographer or agency of a caption, as printed.
    """

    kind: BlockKind
    text: str
    reason: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture inside a story: its absolute address, the text that stands for it, and what is printed beside it.

    ``alt`` is for those who cannot see it, often the file's name; ``caption`` and ``credit`` are those of the caption
    block beside it. None where the page gives none.
    """

    url: str
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True)
class Page:
    """The answer to one request, untouched.

    ``url`` is the address that answered, ``requested_url`` the one that was asked (different after a redirect);
    ``fetched_at`` is aware, in UTC; ``headers`` are as received, in order; ``body`` is the payload with any content
    encoding (gzip …) removed; ``raw`` is the payload as it came over the wire, None where only the body is known.
    """

    url: str
    requested_url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    raw: bytes | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if self.fetched_at.tzinfo is None:
            raise ValueError(f"{self.url}: fetched_at must carry a time zone, got {self.fetched_at!r}")

    @cached_property
    def digest(self) -> str:
        """``sha256:`` and the hexadecimal digest of ``body``."""
        return "sha256:" + hashlib.sha256(self.body).hexdigest()

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class ArchivePlace:
    """Where a page lies in the archive: file name relative to the archive folder, byte offset and record length."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True)
class Article:
    """One story as the paper printed it: a fact.

    All text is NFC. ``published_at`` is aware, at +07:00; where ``published_precision`` is ``day`` its time is
    midnight and means nothing. ``published_from`` says whether the date was printed for the reader, taken from the
    page's structured data, or inferred from the running text. ``blocks`` hold everything the page said, the dropped
    pieces with their reasons too. ``province`` is the province of the article's own day (63 until 2025-06-30, 34
    from 2025-07-01). ``extractor`` names the reader (``rules`` or ``generic`` or ``screen``) and
    ``extractor_version`` its release.

    ``updated_at`` (aware, +07:00) is when the page says that the story was last changed, always later than
    ``published_at``, midnight where only the day was given; None where it names no later time. ``breadcrumb`` is the
    way from the front page to the story, without both; ``pictures`` are those inside the story, in order.
    ``readers`` says of ``title``, ``lead``, ``date``, ``authors``, ``section``, ``tags``, ``place`` and ``body``, where
    there is one, what read it: the source's ``rules``, the page's ``structured`` data, the ``generic`` reader, the one
    for text saved from the ``screen``, or that it was ``inferred``; and of ``province`` what says it, the ``place``
    line, the ``outlet``, the ``opening`` or the whole ``story``.
    """

    url: str
    source: str | None
    title: str
    lead: str | None
    blocks: tuple[Block, ...]
    authors: tuple[str, ...]
    agency: str | None
    published_at: datetime | None
    published_precision: Precision | None
    published_from: DateOrigin | None
    section: str | None
    tags: tuple[str, ...]
    place: str | None
    province: str | None
    language: str
    extractor: str
    extractor_version: str
    page_digest: str
    fetched_at: datetime
    updated_at: datetime | None = None
    breadcrumb: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    readers: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def body(self) -> list[str]:
        """The running text in order, paragraphs and headings, without lead, captions and bylines."""
        return [block.text for block in self.blocks if block.kind in BODY_KINDS]

    @property
    def headings(self) -> list[str]:
        """The section headings inside the body, in order."""
        return [block.text for block in self.blocks if block.kind is BlockKind.HEADING]

    @property
    def captions(self) -> list[str]:
        """Every picture caption once, in order, with its credit where one was printed apart."""
        return [block.text for block in self.blocks if block.kind is BlockKind.CAPTION]

    @property
    def dropped(self) -> list[Block]:
        """What the page showed and the article leaves out, each with its reason."""
        return [block for block in self.blocks if block.kind is BlockKind.DROPPED]

    @property
    def text(self) -> str:
        """Lead, body and captions joined by line breaks: what search and themes read beside the title."""
        parts = [self.lead] if self.lead else []
        return "\n".join([*parts, *self.body, *self.captions])


@dataclass(frozen=True, slots=True)
class Rejection:
    """A page that did not become an article: ``reason`` is a slug that can be counted, ``detail`` one sentence."""

    url: str
    source: str | None
    reason: str
    detail: str


OutcomeKind = Literal["article", "copy", "same", "changed", "unchanged", "rejected"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one URL.

    ``article``: stored, new. ``copy``: stored, and a near-duplicate of the earlier article ``copy_of``. ``same``: the
    address leads to an article that is already stored under another address. ``changed`` / ``unchanged``: the article
    was stored before and reading it again gave something else / the same. ``rejected``: see ``reason`` and ``detail``.
    """

    url: str
    source: str | None
    kind: OutcomeKind
    article_id: int | None = None
    copy_of: int | None = None
    similarity: float | None = None
    reason: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The words of a text: one string a sentence, words parted by blanks, syllables of one word joined by ``_``.

    ``by`` names what made it, with its version (``underthesea 9.5.0``).
    """

    by: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Tagging:
    """The themes of one article in one opinion.

    ``by`` is a model's name and version or ``hand:<name>``; ``themes`` are the slugs given, ``primary`` the one the
    article is mainly about (None where no theme is given); ``scores`` are calibrated probabilities in 0–1 for every
    theme; ``evidence`` holds, for each theme given, the sentences that carried it.
    """

    by: str
    themes: tuple[str, ...]
    primary: str | None
    scores: Mapping[str, float] = field(default_factory=dict)
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ProvinceMap = Literal["day", "63", "34"]


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the corpus, shared by search, trend, keywords, concordance and export. All filters must hold.

    ``text`` is matched without tones where it is typed without them and with tones where it is typed with them; its
    language is that of ``corpus.querylang``: words side by side, ``"…"``, ``*``, ``AND``, ``OR``, ``NOT``, parentheses.
    ``themes`` must all be given. ``probability`` (0–1) is the lowest at which a model's theme counts, in place of the
    model's own threshold; a hand label counts as given. ``by_hand`` keeps to articles that a person has labelled.
    ``province`` is read under ``province_map``: ``day`` the province of the article's day, ``63`` or ``34`` the map
    before or from 2025-07-01. ``section`` and ``author`` are whole names in any spelling; tones count if typed.
    ``language`` is a code such as ``vi``. ``since`` and ``until`` are whole days at +07:00, both included.
    ``stories`` leaves out near-duplicates of an earlier article. ``limit`` is read by search and export alone.
    ``partner`` is a country, place abroad, organisation, border gate, sea or island that the article names: the name of
    its entity, with tones or without, or its id; a country means what lies in it, too.
    """

    text: str | None = None
    themes: tuple[str, ...] = ()
    province: str | None = None
    province_map: ProvinceMap = "day"
    source: str | None = None
    since: date | None = None
    until: date | None = None
    limit: int | None = 20
    probability: float | None = None
    by_hand: bool = False
    section: str | None = None
    author: str | None = None
    language: str | None = None
    stories: bool = False
    partner: str | None = None
