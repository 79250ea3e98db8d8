"""The words of the explorer: both languages, the same names in both, each used, none missing."""

from __future__ import annotations

import re
from pathlib import Path

from corpus.entities import PARTNERS
from corpus.facets import KINDS
from corpus.mentions import Kind
from tests.both_languages import require_both
from tintinh.explorer import words
from tintinh.explorer.pages import VIEWS
from tintinh.explorer.pages.trends import GROUPS, LENGTHS

ROOT = Path(__file__).parents[1]
FAMILIES = {
    "search.": [*KINDS, "map_day", "map_63", "map_34", "map_short_day", "map_short_63",
                "map_short_34", "author", "language", "hand", "probability", "partner"],
    "article.kind_": Kind.__args__,  # type: ignore[attr-defined]
    "article.published_": ["printed", "structured", "inferred"],
    "article.": ["outlet", "published", "authors", "agency", "section", "breadcrumb", "tags", "place", "province",
                 "province_63", "province_34", "language", "status", "fetched", "extractor",
                 "title", "lead", "published_at", "updated_at"],
    "trends.by_": LENGTHS,
    "trends.per_": GROUPS,
    "trends.figure_": ["counts", "shares"],
    "trends.note_": ["counts", "named", "partner", "themes", "words"],
    "network.kind_": PARTNERS,
    "map.figure_": ["share", "part"],
    "map.note_": ["named", "part", "themes", "words"],
    "error.": ["title", "title_400", "title_403", "title_404", "title_503", "not_open", "not_there", "ours"],
    "": [f"{view.name}.menu" for view in VIEWS if view.in_menu],
}  # fmt: skip
"""Keys that are put together: what they begin with, and what they may end with."""


def test_both_languages_say_the_same_things() -> None:
    require_both(words.words())


def test_every_word_is_used_and_every_word_used_is_there() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder, kind in (("tintinh/templates/explorer", "*.j2"), ("tintinh/explorer", "*.py"))
        for path in (ROOT / folder).rglob(kind)
    )
    tables = {key.partition(".")[0] for key in words.words()}
    code = code.replace('"words.toml"', "")  # a file, and no word of the page of words
    named = {key for key in re.findall(r"\"([a-z_]+\.[a-z_0-9]+)\"", code) if key.partition(".")[0] in tables}
    made = {f"{begins}{ends}" for begins, all_ends in FAMILIES.items() for ends in all_ends}
    begun = {begins for begins in (*FAMILIES, "search.map_", "search.map_short_", "error.title_") if begins}
    assert named - set(words.words()) <= begun, "words that are missing"
    assert made <= set(words.words()), "words that are missing"
    assert set(words.words()) - named - made == set(), "words that nobody says"
