"""Story: one invented article of the loopback newspaper, as its line of JSON declares it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, model_validator

from corpus.provinces import canonical
from corpus.records import VIETNAM
from corpus.text import line


def _as_stored(text: str) -> str:
    # The stories are also the ground truth, so they must already be what a perfect extractor gives back.
    if line(text) != text or not text:
        raise ValueError("must be one line of NFC text without blanks at its ends")
    return text


def _vietnamese_time(moment: datetime) -> datetime:
    if moment.utcoffset() != VIETNAM.utcoffset(None):
        raise ValueError("must be Vietnamese time, +07:00")
    return moment


def _province(name: str) -> str:
    if canonical(name) != name:
        raise ValueError("is not a province of Việt Nam as corpus/provinces.toml spells them")
    return name


Text = Annotated[str, AfterValidator(_as_stored)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
StoryId = Annotated[str, Field(pattern=r"^[a-z]+-\d{3}$")]
_STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class StoryBlock:
    """One piece of a story in reading order; ``credit`` is the photographer or agency of a caption."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    kind: Literal["paragraph", "heading", "caption"]
    text: Text
    credit: Text | None = None

    @model_validator(mode="after")
    def _only_captions_have_credits(self) -> Self:
        if self.credit is not None and self.kind != "caption":
            raise ValueError(f"a {self.kind} has no credit")
        return self


@dataclass(frozen=True, slots=True)
class Story:
    """One story: what its page prints, and what is true of it.

    ``published_at`` is aware, at +07:00; ``byline`` is printed at the foot, ``authors`` are the names in it; ``wire``
    is the id of the agency story it takes over, ``corrects`` the id of the story it replaces; ``themes`` are slugs
    labelled by hand and ``primary`` one of them.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: StoryId
    source: Slug
    section: Text
    published_at: Annotated[AwareDatetime, AfterValidator(_vietnamese_time)]
    title: Text
    lead: Text | None
    place: Text | None
    blocks: Annotated[tuple[StoryBlock, ...], Field(min_length=1)]
    byline: Text | None
    authors: tuple[Text, ...]
    agency: Text | None
    tags: tuple[Text, ...]
    province: Annotated[str, AfterValidator(_province)] | None
    themes: tuple[Slug, ...]
    primary: Slug | None
    corrects: StoryId | None
    wire: StoryId | None

    @model_validator(mode="after")
    def _primary_is_a_theme(self) -> Self:
        if self.primary not in (self.themes or (None,)):
            raise ValueError(f"primary {self.primary!r} is none of the themes {', '.join(self.themes) or '(none)'}")
        return self

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything of the story that a reader of its page reads, title first."""
        parts = [self.title, self.lead, *(block.text for block in self.blocks), self.byline]
        return tuple(part for part in parts if part is not None)
