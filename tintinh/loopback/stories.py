"""The stories of the loopback newspaper: read strictly, and turned into what a perfect extractor must produce."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from corpus.records import Precision
from crawler.errors import TintinhError
from tintinh.loopback.outlets import OUTLETS, Outlet
from tintinh.loopback.story import Story

_STORY = TypeAdapter(Story)


class StoryError(TintinhError):
    """A file of stories that cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a perfect extractor reads from one story's page; fields as in ``corpus.records.Article``.

    ``captions`` are without their credits, which stand in ``credits`` at the same place (None: none printed).
    ``published_at`` is the date *printed* (with ``precision``), None where the page prints none; ``story`` holds
    the truth. ``section`` and ``tags`` are None and empty where the outlet's layout of that day does not show them.
    """

    story: Story
    url: str
    title: str
    lead: str | None
    body: tuple[str, ...]
    headings: tuple[str, ...]
    captions: tuple[str, ...]
    credits: tuple[str | None, ...]
    authors: tuple[str, ...]
    agency: str | None
    published_at: datetime | None
    precision: Precision | None
    section: str | None
    tags: tuple[str, ...]
    place: str | None
    province: str | None
    themes: tuple[str, ...]


def default_folder() -> Path:
    """The stories that come with the project: of the installed wheel, else of the checkout."""
    shipped = Path(__file__).parents[1] / "shipped" / "sample" / "newspaper"
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "data" / "sample" / "newspaper"


def read_stories(folder: Path | None = None) -> tuple[Story, ...]:
    """Every story of the ``*.jsonl`` files in ``folder`` (None: ``default_folder()``), oldest first.

    Raises ``StoryError`` naming file and line for a line that is no story, an unknown source or section, an id or an
    address used twice, or a ``wire`` or ``corrects`` that leads nowhere; and for a folder without stories.
    """
    return _read((folder or default_folder()).resolve())


@cache
def _read(folder: Path) -> tuple[Story, ...]:
    stories: dict[str, Story] = {}
    places: dict[str, str] = {}
    for path in sorted(folder.glob("*.jsonl")):
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise StoryError(f"{path}: is not UTF-8 ({error.reason} at byte {error.start})") from error
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            place = f"{path}:{number}"
            story = _story(text, place)
            if story.id in stories:
                raise StoryError(f"{place}: the id {story.id} is used already at {places[story.id]}")
            stories[story.id], places[story.id] = story, place
    if not stories:
        raise StoryError(f"{folder}: holds no stories (*.jsonl, one story a line)")
    for story in stories.values():
        for key, target in (("wire", story.wire), ("corrects", story.corrects)):
            if target is not None and target not in stories:
                raise StoryError(f"{places[story.id]}: {key} names {target}, but there is no such story")
    _addresses_differ(stories, places)
    return tuple(sorted(stories.values(), key=lambda story: (story.published_at, story.id)))


def _story(text: str, place: str) -> Story:
    try:
        story = _STORY.validate_json(text)
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, item['loc'])) or 'the line'}: {item['msg']}" for item in error.errors())
        raise StoryError(f"{place}: is not a story: " + "; ".join(problems)) from error
    outlet = OUTLETS.get(story.source)
    if outlet is None:
        raise StoryError(f"{place}: source {story.source!r} is none of {', '.join(OUTLETS)}")
    try:
        outlet.section_of(story)
    except LookupError as error:
        raise StoryError(f"{place}: {error}") from error
    return story


def _addresses_differ(stories: dict[str, Story], places: dict[str, str]) -> None:
    urls = {story.id: _url(story) for story in stories.values()}
    for url, count in Counter(urls.values()).items():
        if count > 1:
            clash = " and ".join(places[key] for key, value in urls.items() if value == url)
            raise StoryError(f"{clash}: have the same address {url}; change one id or title")


def _url(story: Story) -> str:
    outlet = OUTLETS[story.source]
    return outlet.url(outlet.path_of(story))


def expected(source: str, folder: Path | None = None) -> tuple[Expected, ...]:
    """What a perfect extractor reads from every story of one source, oldest first; ``KeyError`` for no such outlet."""
    outlet = OUTLETS[source]
    return tuple(_expected(outlet, story) for story in read_stories(folder) if story.source == source)


def _expected(outlet: Outlet, story: Story) -> Expected:
    look = outlet.look(story)
    captions = [block for block in story.blocks if block.kind == "caption"]
    dated = look.date != "none"
    return Expected(
        story=story,
        url=_url(story),
        title=story.title,
        lead=story.lead,
        body=tuple(block.text for block in story.blocks if block.kind != "caption"),
        headings=tuple(block.text for block in story.blocks if block.kind == "heading"),
        captions=tuple(block.text for block in captions),
        credits=tuple(block.credit for block in captions),
        authors=story.authors,
        agency=story.agency,
        published_at=outlet.printed_at(story) if dated else None,
        precision=("day" if look.date == "day" else "minute") if dated else None,
        section=story.section if look.section else None,
        tags=story.tags if look.tags else (),
        place=story.place,
        province=story.province,
        themes=story.themes,
    )
